//! Policy and grants together, and what an execution hangs on.

use std::time::Duration;

use super::*;
use crate::grants::{What, grant};
use crate::scratch::Scratch;

/// Grants as the command line makes them.
fn granted(what: &[What]) -> Vec<Grant> {
    let scratch = Scratch::new();
    std::fs::write(scratch.path().join("policy.toml"), "").unwrap();
    let minute = Duration::from_secs(60);
    let made = what
        .iter()
        .map(|what| grant(scratch.path(), what.clone(), minute).unwrap());
    made.collect()
}

fn argv(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_grant_allows_what_it_names_and_nothing_else() {
    let restart = argv(&["systemctl", "restart", "nginx"]);
    let stop = argv(&["systemctl", "stop", "nginx"]);
    let run = Ask::Method("ShellSkill", "run");
    let asks = [
        run,
        Ask::Shell,
        Ask::Argv(&restart),
        Ask::Argv(&stop),
        Ask::Method("FileSkill", "read_file"),
        Ask::Method("FileSkill", "write_file"),
        Ask::Read("/srv/x/a"),
        Ask::Write("/srv/x/a"),
        Ask::Read("/srv/y"),
        Ask::Variable("LD_PRELOAD"),
    ];
    let place = || "/srv/x".to_owned();
    let table = [
        (What::Shell, "1111000000"),
        (What::Command(restart.clone()), "1010000000"),
        (
            What::Method("FileSkill.write_file".to_owned()),
            "0000010000",
        ),
        (What::Method("FileSkill.*".to_owned()), "0000110000"),
        (What::Read(place()), "0000101000"),
        (What::Write(place()), "0000010100"),
    ];
    for (what, wanted) in table {
        let mut allowance = Allowance::new("read=[]\nwrite=[]".parse().unwrap());
        let decided = |allowance: &Allowance| -> String {
            let each = asks.iter().map(|ask| allowance.decide(ask).is_ok());
            each.map(|yes| if yes { '1' } else { '0' }).collect()
        };
        assert_eq!(decided(&allowance), "0000000000");
        allowance.set_grants(granted(std::slice::from_ref(&what)));
        assert_eq!(decided(&allowance), wanted, "{what}");
        allowance.set_grants(Vec::new());
        assert_eq!(decided(&allowance), "0000000000");
    }
}

#[test]
fn what_the_policy_allows_hangs_on_no_grant() {
    let mut allowance = Allowance::new("methods=['*']\nshell=true".parse().unwrap());
    allowance.set_grants(granted(&[What::Shell]));
    let mut warrant = Warrant::default();
    allowance.warrant(&Ask::Shell, &mut warrant).unwrap();
    assert!(!warrant.ends());
    assert_eq!(warrant.rules, ["shell"]);
}

#[test]
fn the_end_of_a_grant_ends_what_only_it_allowed() {
    let mut allowance = Allowance::new("methods=['*']".parse().unwrap());
    let words = argv(&["sleep", "9"]);
    let [shell, sleep] =
        <[Grant; 2]>::try_from(granted(&[What::Shell, What::Command(words.clone())])).unwrap();
    allowance.set_grants(vec![shell.clone()]);
    let mut by_shell = Warrant::default();
    allowance.warrant(&Ask::Shell, &mut by_shell).unwrap();
    let mut by_either = Warrant::default();
    allowance
        .warrant(&Ask::Argv(&words), &mut by_either)
        .unwrap();
    assert!(by_shell.ends() && by_either.ends());
    // The other grant takes over what it covers, and with its own end that ends too.
    allowance.set_grants(vec![sleep]);
    assert_eq!(allowance.renew(&mut by_either), Ok(()));
    let said = allowance.renew(&mut by_shell).unwrap_err();
    assert!(
        said.starts_with("the grant `shell` (") && said.ends_with(") ended"),
        "{said}"
    );
    allowance.set_grants(vec![shell]);
    assert_eq!(allowance.renew(&mut by_either), Ok(()));
    allowance.set_grants(Vec::new());
    assert!(
        allowance
            .renew(&mut by_either)
            .unwrap_err()
            .contains("shell")
    );
}
