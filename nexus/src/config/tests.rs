use super::*;

fn env(pairs: &[(&str, &str)]) -> Layer {
    environment(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}

fn config(layers: impl IntoIterator<Item = Layer>) -> Result<Config, Vec<String>> {
    let home = Layer {
        data_dir: Some("/nowhere".into()),
        ..Layer::default()
    };
    Config::from_layers(std::iter::once(home).chain(layers))
}

#[test]
fn the_prototypes_names() {
    let config = config([env(&[
        ("ENABLE_NEXUS", "false"),
        ("NEXUS_SHARED_TOKEN", "demo-token-123"),
        ("NEXUS_HEARTBEAT_TIMEOUT", "90"),
        ("NEXUS_PORT", "9000"),
        ("PATH", "/bin"),
        ("NEXUS_SERVICE_HOST", "10.0.0.1"),
        ("NEXUS_PORT_8765_TCP", "tcp://10.0.0.1:8765"),
    ])])
    .unwrap();
    assert!(!config.enabled && config.shared_token.unwrap().matches("demo-token-123"));
    assert_eq!(
        (config.heartbeat_timeout.as_secs(), config.port),
        (90, 9000)
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let problems = config([env(&[
        ("NEXUS_PORT", "many"),
        ("NEXUS_HEARTBEAT_TIMEOUT", "soon"),
        ("NEXUS_OPEN_API", "everybody"),
        ("NEXUS_SHARED_TOKN", "typo"),
        ("ENABLE_NEXUS", "perhaps"),
        ("NEXUS_NAME", ""),
    ])])
    .unwrap_err();
    for name in [
        "NEXUS_PORT",
        "NEXUS_HEARTBEAT_TIMEOUT",
        "NEXUS_OPEN_API",
        "NEXUS_SHARED_TOKN",
        "ENABLE_NEXUS",
        "the name",
    ] {
        assert!(
            problems.iter().any(|problem| problem.contains(name)),
            "{name}: {problems:?}"
        );
    }
    assert!(config([env(&[("NEXUS_HEARTBEAT_TIMEOUT", "0")])]).is_err());
}

#[test]
fn flags_over_environment_over_file_over_defaults() {
    let path = std::env::temp_dir().join(format!("nexus-config-{}.toml", std::process::id()));
    std::fs::write(&path, "port = 1\nname = \"file\"\nheartbeat_timeout = 33\n").unwrap();
    let flags = Layer {
        port: Some(3),
        ..Layer::default()
    };
    let config = config([
        file(&path, true),
        env(&[("NEXUS_PORT", "2"), ("NEXUS_NAME", "env")]),
        flags,
    ])
    .unwrap();
    assert_eq!(
        (
            config.port,
            config.name.as_str(),
            config.heartbeat_timeout.as_secs()
        ),
        (3, "env", 33)
    );
}

#[test]
fn unknown_keys_of_the_file_are_refused_and_a_missing_file_matters_only_when_asked_for() {
    let path = std::env::temp_dir().join(format!("nexus-typo-{}.toml", std::process::id()));
    std::fs::write(&path, "prot = 1\n").unwrap();
    assert!(config([file(&path, true)]).unwrap_err()[0].contains("prot"));
    let missing = std::path::Path::new("/does/not/exist.toml");
    assert!(config([file(missing, false)]).is_ok());
    assert!(config([file(missing, true)]).is_err());
}

#[test]
fn compatibility_is_one_switch() {
    let config = config([env(&[("NEXUS_COMPAT", "prototype")])]).unwrap();
    assert_eq!(
        (config.port, config.extra_ports.as_slice()),
        (8765, [8000].as_slice())
    );
    assert!(config.open_api && config.prototype_health);
}

#[test]
fn history_is_kept_for_some_hours_or_not_at_all() {
    let keep = |hours: &str| config([env(&[("NEXUS_HISTORY_HOURS", hours)])]);
    assert_eq!(config([]).unwrap().history_keep.as_secs(), 86_400);
    assert_eq!(keep("0").unwrap().history_keep.as_secs(), 0);
    assert_eq!(keep("168").unwrap().history_keep.as_secs(), 604_800);
    for absurd in ["169", "4294967295", "-1", "a day", ""] {
        let problems = keep(absurd).unwrap_err();
        assert!(problems[0].contains("NEXUS_HISTORY_HOURS"), "{problems:?}");
    }
}
