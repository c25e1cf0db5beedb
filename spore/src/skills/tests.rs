//! What is offered, and how it is said that something is not.

use super::*;
use crate::Token;

fn config() -> Config {
    Config::new(
        "n".to_owned(),
        "h".to_owned(),
        Some(Token::new("t".to_owned())),
        "/nowhere".into(),
    )
}

#[test]
fn what_is_switched_off_is_not_offered() {
    let names = |config: &Config| {
        methods(config, None)
            .into_iter()
            .map(|method| method.skill)
            .collect::<Vec<_>>()
    };
    assert!(names(&config()).contains(&"ShellSkill".to_owned()));
    let off = Config {
        shell: false,
        file: false,
        ..config()
    };
    assert!(names(&off).is_empty());
    let capabilities = crate::capabilities::detect(&off, None);
    assert!(capabilities.skills.is_empty());
    assert_eq!(
        not_offered(&capabilities, "ShellSkill", "run"),
        "no skill is switched on here"
    );
}

#[test]
fn effects_are_what_the_methods_do() {
    let effects: Vec<(String, Effect)> = methods(&config(), None)
        .into_iter()
        .map(|method| (method.method, method.effect))
        .collect();
    let wanted = [
        ("run", Effect::Destroy),
        ("read_file", Effect::Read),
        ("write_file", Effect::Destroy),
        ("list_files", Effect::Read),
    ];
    assert_eq!(
        effects,
        wanted.map(|(name, effect)| (name.to_owned(), effect))
    );
}

#[test]
fn the_policy_narrows_what_is_announced() {
    let policy: Policy = toml::from_str("methods=['FileSkill.read_file']").unwrap();
    let found = methods(&config(), Some(&policy));
    let found: Vec<&str> = found.iter().map(|known| known.method.as_str()).collect();
    assert_eq!(found, ["read_file"]);
}
