use super::*;

fn policy(text: &str) -> Policy {
    text.parse().unwrap()
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
    assert!("shel=true".parse::<Policy>().is_err());
}

#[test]
fn ready_policies_are_sound_and_none_is_replaced() {
    let dir = std::env::temp_dir().join(format!("spore-policy-{}", uuid::Uuid::new_v4()));
    crate::identity::make_private_dir(&dir).unwrap();
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
        assert!(matches!(load(&dir), Err(PolicyError::Unsound { .. })));
        // Whoever can write the directory can put another file there.
        std::fs::set_permissions(&path, mode(0o600)).unwrap();
        std::fs::set_permissions(&dir, mode(0o777)).unwrap();
        assert!(matches!(load(&dir), Err(PolicyError::Unsound { .. })));
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

/// Each with what it decides: the rule that permits, or the part that refuses.
#[test]
fn paths_lie_where_the_policy_says() {
    let policy = policy("read=['.','/var/log','/var/log/app']\nwrite=['/srv/in']");
    let permit = |ask: Ask| {
        policy
            .decide(&ask)
            .map(|permit| (permit.rule, permit.place))
    };
    let allowed = |ask, rule: &str, place: Option<&str>| {
        let wanted = (rule.to_owned(), place.map(PathBuf::from));
        assert_eq!(permit(ask), Ok(wanted), "{ask:?}");
    };
    allowed(Ask::Read("a"), "read[0]", None);
    allowed(Ask::Read("../a"), "read[0]", None);
    allowed(Ask::Read("/var/log"), "read[1]", Some("/var/log"));
    allowed(Ask::Read("/var/log/"), "read[1]", Some("/var/log"));
    allowed(Ask::Read("//var/./log/x"), "read[1]", Some("/var/log"));
    allowed(Ask::Read("/var/log/app/x"), "read[2]", Some("/var/log/app"));
    allowed(Ask::Write("/srv/in/a/b"), "write[0]", Some("/srv/in"));
    for path in [
        "/var",
        "/",
        "/var/logs",
        "/var/log2/x",
        "/var/log/../x",
        "/var/log/app/../../../etc/passwd",
        "/srv/in/a",
        "/VAR/LOG/x",
    ] {
        assert_eq!(permit(Ask::Read(path)).unwrap_err().rule, "read", "{path}");
    }
    for path in ["a", "", "/srv/in/../x", "/srv/inner", "/var/log/x", "/srv"] {
        let refusal = permit(Ask::Write(path)).unwrap_err();
        assert_eq!(refusal.rule, "write", "{path}");
        assert!(
            refusal.to_string().contains("only in [/srv/in]"),
            "{refusal}"
        );
    }
}

#[test]
fn without_words_about_files_it_is_the_workspace() {
    let policy = policy("methods=['*']");
    assert!(policy.decide(&Ask::Read("a")).is_ok() && policy.decide(&Ask::Write("a")).is_ok());
    assert!(policy.decide(&Ask::Read("/a")).is_err());
    let none: Policy = "read=[]\nwrite=[]".parse().unwrap();
    assert!(none.decide(&Ask::Read("a")).is_err() && none.decide(&Ask::Write("a")).is_err());
}

#[test]
fn mistakes_are_told_together_and_nothing_is_guessed() {
    let text = "methods=['x']\nread=['rel','/a/../b']\nwrite=['']\ninherit=['SPORE_SHARED_TOKEN']\n[limits]\nseconds=0\n[sandbox]\nread=['x']\nwrite=['.']";
    let said = text.parse::<Policy>().unwrap_err().to_string();
    for part in [
        "methods: \"x\"",
        "read: \"rel\"",
        "/a/../b",
        "write: \"\"",
        "inherit: SPORE_SHARED_TOKEN",
        "limits.seconds is 0",
        "sandbox.read: \"x\"",
        "sandbox.write: for the workspace",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    for text in [
        "[sandbox]\nmode='none'",
        "[limits]\nsecond=1",
        "[limits]\nseconds=-1",
        "[limits]\nseconds=1.5",
        "run_as=0",
        "shell='yes'",
        "=",
    ] {
        assert!(text.parse::<Policy>().is_err(), "{text}");
    }
}

#[test]
fn a_view_says_what_the_file_says_and_fits_the_wire() {
    let seen = |text: &str| view(&policy(text), "landlock abi 7", Vec::new());
    for preset in Preset::ALL {
        assert_eq!(seen(preset.text()).name, preset.to_string());
    }
    let custom =
        seen("methods=['A.*']\nrun_as='u'\n[limits]\nseconds=5\n[[commands]]\nargv=['a','*']");
    assert_eq!((custom.name.as_str(), custom.cut), ("custom", false));
    assert_eq!(custom.commands[0].name, "commands[0]");
    assert_eq!(custom.limits.seconds, Some(5));
    let long = "x".repeat(1000);
    let rule = format!("[[commands]]\nname=\"a\\nb\"\nargv=['a','{long}']\n");
    let huge = seen(&format!("environment=['{long}']\n{}", rule.repeat(5000)));
    assert!(huge.cut);
    let capabilities = protocol::Capabilities {
        policy: Some(huge.into()),
        ..Default::default()
    };
    capabilities.check().unwrap();
    let json = serde_json::to_string(&capabilities).unwrap();
    assert!(json.len() < 2 * protocol::limits::POLICY, "{}", json.len());
}
