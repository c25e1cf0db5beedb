use super::*;

fn policy(text: &str) -> Policy {
    let policy: Policy = toml::from_str(text).unwrap();
    assert_eq!(policy.problems(), Vec::<String>::new());
    policy
}

fn argv(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn an_argument_cannot_become_an_option_or_another_program() {
    let policy = policy(
        "[[commands]]\nname='status'\nargv=['systemctl','status','*']\n[[commands]]\nargv=['ls','...']",
    );
    for hostile in [
        &["systemctl", "status", "-H=evil"][..],
        &["systemctl", "status", "--host=evil"],
        &["systemctl", "status", "a", "b"],
        &["systemctl", "status"],
        &["systemctl", "stop", "a"],
        &["/tmp/systemctl", "status", "a"],
        &["./systemctl", "status", "a"],
        &["systemctl "],
        &["ls", "a", "-R"],
        &["ls", "--", "a"],
        &[],
    ] {
        let words = argv(hostile);
        let refusal = policy.decide(&Ask::Argv(&words)).unwrap_err();
        assert_eq!(refusal.rule, "commands", "{hostile:?}");
    }
    let rule = |words| policy.decide(&Ask::Argv(&argv(words))).unwrap().rule;
    assert_eq!(rule(&["systemctl", "status", "nginx; reboot"]), "status");
    assert_eq!(rule(&["ls", "a", "b"]), "commands[1]");
}

#[test]
fn what_is_not_named_is_refused() {
    let policy = policy("methods=['FileSkill.*']");
    assert!(
        policy
            .decide(&Ask::Method("FileSkill", "read_file"))
            .is_ok()
    );
    for (skill, method) in [("ShellSkill", "run"), ("FileSkillX", "a"), ("", "")] {
        let no = policy.decide(&Ask::Method(skill, method)).unwrap_err();
        assert_eq!(no.rule, "methods");
    }
    assert!(policy.decide(&Ask::Shell).is_err());
    assert!(policy.decide(&Ask::Variable("LD_PRELOAD")).is_err());
}

#[test]
fn bad_patterns_are_told_together() {
    let text = "methods=['x']\n[[commands]]\nargv=[]\n[[commands]]\nargv=['a','...','b']\n[[commands]]\nargv=['a','b*']\n[[commands]]\nargv=['../a']";
    let policy: Policy = toml::from_str(text).unwrap();
    assert_eq!(policy.problems().len(), 5);
    assert!(toml::from_str::<Policy>("shel=true").is_err());
}

#[test]
fn ready_policies_are_sound_and_none_is_replaced() {
    let dir = std::env::temp_dir().join(format!("spore-policy-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&dir).unwrap();
    for name in ["observe", "operate", "full"] {
        let preset: Preset = name.parse().unwrap();
        assert_eq!(
            policy(preset.text()).decide(&Ask::Shell).is_ok(),
            name == "full"
        );
    }
    assert!(load(&dir).unwrap().is_none());
    assert!(install(&dir, Preset::Operate).unwrap());
    assert!(!install(&dir, Preset::Full).unwrap());
    assert!(load(&dir).unwrap().unwrap().decide(&Ask::Shell).is_err());
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.join("policy.toml");
        let mode = |mode| std::fs::Permissions::from_mode(mode);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&path, mode(0o620)).unwrap();
        assert!(matches!(load(&dir), Err(PolicyError::Writable(_))));
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
