//! Layers, complaints, and the `.env` file.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn resolved(pairs: &[(&str, &str)]) -> Result<Config, Problems> {
    let mut environment: BTreeMap<String, String> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    environment.insert("HOME".to_owned(), "/home/nobody".to_owned());
    let sources = Sources::read(
        None,
        Path::new("/nowhere"),
        &environment,
        Layer::named("flags".to_owned()),
    );
    Config::resolve(&sources)
}

fn problems(pairs: &[(&str, &str)]) -> String {
    let mut all = vec![("SPORE_SHARED_TOKEN", "t")];
    all.extend_from_slice(pairs);
    resolved(&all).unwrap_err().to_string()
}

#[test]
fn the_prototypes_variables_are_enough() {
    let config = resolved(&[
        ("SPORE_NODE_NAME", "spore-1"),
        ("SPORE_NEXUS_HOST", "host.docker.internal"),
        ("SPORE_NEXUS_PORT", "8765"),
        ("SPORE_SHARED_TOKEN", "demo-token-123"),
        ("SPORE_NODE_TAGS", " worker, docker ,,location:container-1 "),
        ("SPORE_HEARTBEAT_INTERVAL", "15"),
        ("SPORE_ENABLE_SHELL", "True"),
        ("SPORE_ENABLE_FILE", "false"),
        ("SPORE_ENABLE_DOCKER", "1"),
        ("SPORE_ENABLE_CAMERA", "no"),
    ])
    .unwrap();
    assert_eq!(config.node_name, "spore-1");
    assert_eq!(config.token.as_ref().unwrap().reveal(), "demo-token-123");
    assert_eq!(config.tags, ["worker", "docker", "location:container-1"]);
    assert_eq!(config.heartbeat, Duration::from_secs(15));
    assert!(config.shell && !config.file && config.docker && !config.camera);
    assert!(config.data_dir.starts_with("/home/nobody"));
    assert!(config.workspace.starts_with(&config.data_dir));
    assert_eq!(config.shell_mode, ShellMode::Guarded);
}

#[test]
fn empty_variables_are_not_set() {
    let config = resolved(&[
        ("SPORE_SHARED_TOKEN", "t"),
        ("SPORE_NEXUS_PORT", ""),
        ("SPORE_LOG", " "),
    ])
    .unwrap();
    assert_eq!(config.nexus_port, 8765);
    assert!(
        resolved(&[("SPORE_SHARED_TOKEN", "  ")])
            .unwrap()
            .token
            .is_none()
    );
    let damaged = resolved(&[("SPORE_JOIN_CODE", "nxj_secretsecret")])
        .unwrap_err()
        .to_string();
    assert!(
        damaged.contains("damaged") && !damaged.contains("secretsecret"),
        "{damaged}"
    );
}

#[test]
fn modes_and_lists_must_fit_together() {
    assert!(problems(&[("SPORE_SHELL_MODE", "allow-list")]).contains("needs allowed_commands"));
    assert!(
        problems(&[
            ("SPORE_SHELL_MODE", "allow-list"),
            ("SPORE_ALLOWED_COMMANDS", ",")
        ])
        .contains("needs")
    );
    assert!(
        problems(&[("SPORE_ALLOWED_COMMANDS", "ls")]).contains("needs shell_mode = allow-list")
    );
    let guarded = problems(&[
        ("SPORE_SHELL_MODE", "guarded"),
        ("SPORE_ALLOWED_COMMANDS", "ls"),
    ]);
    assert!(guarded.contains("means nothing"));
    let config = resolved(&[
        ("SPORE_SHARED_TOKEN", "t"),
        ("SPORE_SHELL_MODE", "allow-list"),
        ("SPORE_ALLOWED_COMMANDS", "ls, /bin/df"),
    ]);
    let allowed = ShellMode::AllowList(vec!["ls".to_owned(), "/bin/df".to_owned()]);
    assert_eq!(config.unwrap().shell_mode, allowed);
}

#[test]
fn ranges_are_checked() {
    for (name, value) in [
        ("SPORE_NEXUS_PORT", "0"),
        ("SPORE_NEXUS_PORT", "-1"),
        ("SPORE_NEXUS_PORT", "8765.0"),
        ("SPORE_HEARTBEAT_INTERVAL", "0"),
        ("SPORE_MAX_EXECUTIONS", "0"),
        ("SPORE_MAX_EXECUTIONS", "100000"),
        ("SPORE_MAX_OUTPUT_BYTES", "99999999999"),
        ("SPORE_NEXUS_HOST", "ws://host"),
        ("SPORE_NEXUS_HOST", "user@host"),
        ("SPORE_NODE_NAME", "a\nb"),
        ("SPORE_NODE_ID", "a\u{0}b"),
        ("SPORE_NODE_TAGS", "a\u{7}"),
        ("SPORE_SHARED_TOKEN", "a\nb"),
    ] {
        let text = problems(&[(name, value)]);
        assert!(text.contains("1 problem(s)"), "{name}={value}: {text}");
    }
    assert!(problems(&[("SPORE_NODE_NAME", &"x".repeat(200))]).contains("longer than 128 bytes"));
}

#[test]
fn the_token_is_never_printed() {
    let config = resolved(&[("SPORE_SHARED_TOKEN", "hush-hush")]).unwrap();
    assert!(!format!("{config:?}").contains("hush-hush"));
    let mut flags = Layer::named("flags".to_owned());
    flags.set("shared_token", Some("hush-hush".to_owned()));
    let sources = Sources::read(None, Path::new("/nowhere"), &BTreeMap::new(), flags);
    assert!(!format!("{sources:?}").contains("hush-hush"));
}

#[test]
fn a_broken_toml_file_does_not_show_its_lines() {
    let path = std::env::temp_dir().join(format!("spore-{}.toml", uuid::Uuid::new_v4().simple()));
    std::fs::write(&path, "node_name = \"x\"\nshared_token = \"hush-hush\n").unwrap();
    let sources = Sources::read(
        Some(&path),
        Path::new("/nowhere"),
        &BTreeMap::new(),
        Layer::default(),
    );
    let text = Config::resolve(&sources).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[test]
fn dotenv_reads_what_people_write() {
    let text = "\u{feff}# comment\n\nA=1\n B = two words # comment\nexport C=\"q # \\\"x\\\" \\n\" # c\nD='s $x \\n'\nE=\nF=a#b\nG=#c\r\nA=2\nH=\"\"\n";
    let (values, problems) = dotenv::parse(text);
    assert!(problems.is_empty(), "{problems:?}");
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        values,
        [
            ("A", "2"),
            ("B", "two words"),
            ("C", "q # \"x\" \n"),
            ("D", "s $x \\n"),
            ("E", ""),
            ("F", "a#b"),
            ("G", ""),
            ("H", ""),
        ]
    );
}

#[test]
fn dotenv_names_the_lines_that_it_cannot_read_but_not_their_text() {
    let (values, problems) = dotenv::parse("secret-token\n=x\nA B=1\nC=\"open\nD='x' y\nE=ok\n");
    assert_eq!(values.len(), 1);
    let lines: Vec<&str> = problems
        .iter()
        .map(|problem| problem.split(':').next().unwrap())
        .collect();
    assert_eq!(lines, ["line 1", "line 2", "line 3", "line 4", "line 5"]);
    assert!(!problems.join(" ").contains("secret"));
}

#[test]
fn a_configuration_made_by_hand_is_checked_too() {
    let sound = Config::new(
        "n".to_owned(),
        "h".to_owned(),
        Some(Token::new("t".to_owned())),
        "/data".into(),
    );
    assert_eq!(sound.check(), Ok(()));
    let broken = Config {
        node_id: Some(String::new()),
        node_name: "a\nb".to_owned(),
        nexus_port: 0,
        token: Some(Token::new(String::new())),
        tags: vec!["x".repeat(300)],
        heartbeat: Duration::ZERO,
        shell_mode: ShellMode::AllowList(Vec::new()),
        max_executions: 0,
        ..sound
    };
    assert_eq!(broken.check().unwrap_err().0.len(), 8);
}

#[test]
fn a_token_file_is_named_when_it_is_of_no_use() {
    assert!(
        resolved(&[("SPORE_TOKEN_FILE", "/no/such/file")])
            .unwrap_err()
            .to_string()
            .contains("/no/such/file")
    );
    let path = std::env::temp_dir().join(format!("spore-{}.token", uuid::Uuid::new_v4().simple()));
    std::fs::write(&path, "\n").unwrap();
    let empty = resolved(&[("SPORE_TOKEN_FILE", path.to_str().unwrap())])
        .unwrap_err()
        .to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(empty.contains("the token is empty"), "{empty}");
}
