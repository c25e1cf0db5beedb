//! What guarded mode finds and what it leaves alone; how limits combine.

use super::*;

#[test]
fn guarded_finds_the_prototypes_patterns() {
    for command in [
        "rm -rf /",
        "rm   -rf\t/",
        "RM -RF /",
        "true; rm -rf x",
        "true;rm -rf x",
        "/bin/rm -rf x",
        "rm -fr x",
        "$(rm -rf x)",
        "mkfs /dev/sda",
        "mkfs.ext4 /dev/sda",
        "dd if=/dev/zero of=/dev/sda",
        "echo x > /dev/sda",
        "echo x >/dev/sda",
        "echo x >> /dev/sda",
        "echo x >| /dev/sda",
        "echo x > /dev/nulls",
        "sudo ls",
        "true && sudo ls",
        "/usr/bin/sudo ls",
        "sudo",
        "su root",
        "su - root",
        "su",
    ] {
        assert!(policy::guard(command).is_err(), "{command}");
    }
}

#[test]
fn guarded_leaves_the_rest_alone() {
    for command in [
        "ls 2> /dev/null",
        "ls >/dev/null 2>&1",
        "echo x > /dev/stderr",
        "echo pseudo code",
        "echo sum of it",
        "issue list",
        "cat sudoers.txt",
        "rm -r x",
        "rm file-rf",
        "farm -rf x",
        "echo a > dev/x",
        "grep 'a > b' file",
    ] {
        assert_eq!(policy::guard(command), Ok(()), "{command}");
    }
}

#[test]
fn guarded_is_no_fence() {
    // Each of these does what the patterns are about. They are here so that nobody takes the mode for security.
    for command in [
        "echo cm0gLXJmIC8K | base64 -d | sh",
        "r''m -rf x",
        "find . -delete",
        "X=rm; $X -rf x",
    ] {
        assert_eq!(policy::guard(command), Ok(()), "{command}");
    }
}

#[test]
fn the_tighter_limit_counts_and_nonsense_is_refused() {
    let minute = Duration::from_secs(60);
    assert_eq!(limit(None, minute), Ok(minute));
    assert_eq!(limit(Some(1.5), minute), Ok(Duration::from_millis(1500)));
    assert_eq!(limit(Some(1e6), minute), Ok(minute));
    for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        assert!(limit(Some(nonsense), minute).is_err(), "{nonsense}");
    }
}

#[test]
fn a_name_is_looked_for_in_absolute_places_only() {
    let list = ["sh".to_owned(), "bin/tool".to_owned(), "/bin/sh".to_owned()];
    assert!(policy::allowed("sh", &list).unwrap().is_absolute());
    assert_eq!(
        policy::allowed("/bin/sh", &list).unwrap(),
        PathBuf::from("/bin/sh")
    );
    assert!(
        policy::allowed("bin/tool", &list)
            .unwrap_err()
            .contains("relative")
    );
    assert!(
        policy::allowed("ls", &list)
            .unwrap_err()
            .contains("allow-list")
    );
}

#[test]
fn a_policy_decides_instead_of_the_mode() {
    let place = std::env::temp_dir();
    let dir = cap_std::fs::Dir::open_ambient_dir(&place, cap_std::ambient_authority()).unwrap();
    let token = crate::Token::new("t".to_owned());
    let config = Config::new("n".to_owned(), "h".to_owned(), Some(token), place.clone());
    let rules = toml::from_str("environment=['A']\n[[commands]]\nargv=['cargo','*']").unwrap();
    let shell = Shell::new(&config, place, Arc::new(dir), Some(rules));
    let argv = |words: [&str; 2]| shell.argv(&words.map(str::to_owned));
    assert!(shell.command("true").unwrap_err().contains("rule `shell`"));
    assert!(argv(["ls", "x"]).unwrap_err().contains("rule `commands`"));
    assert!(
        argv(["cargo", "-x"])
            .unwrap_err()
            .contains("rule `commands`")
    );
    assert!(std::path::Path::new(&argv(["cargo", "x"]).unwrap().0).is_absolute());
    let variable = |name: &str| shell.environment([(name.to_owned(), String::new())].into());
    assert!(variable("A").is_ok());
    assert!(
        variable("LD_PRELOAD")
            .unwrap_err()
            .contains("rule `environment`")
    );
}
