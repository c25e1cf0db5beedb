//! The program: signals, log, flags, and what its children get to see.

use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::nexus::{Nexus, PATIENCE, Scratch, TOKEN, alive, unique_sleep, until};

fn spore(scratch: &Scratch) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spore"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    command
        .env("SPORE_DATA_DIR", scratch.path().join("data"))
        .env("SPORE_WORKSPACE", scratch.workspace());
    command.current_dir(scratch.path());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn connected(scratch: &Scratch, nexus: &Nexus) -> Child {
    let mut command = spore(scratch);
    command.args([
        "--nexus",
        &format!("127.0.0.1:{}", nexus.port()),
        "--name",
        "binary",
    ]);
    command
        .env("SPORE_SHARED_TOKEN", TOKEN)
        .env("SPORE_LOG", "trace")
        .spawn()
        .unwrap()
}

async fn end(mut child: Child) -> (std::process::ExitStatus, String) {
    let mut log = String::new();
    let mut stderr = child.stderr.take().unwrap();
    let ended = async {
        (
            child.wait().await.unwrap(),
            stderr.read_to_string(&mut log).await.unwrap(),
        )
    };
    let (status, _) = timeout(PATIENCE, ended).await.expect("it does not end");
    (status, log)
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap()
            .success()
    );
}

async fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[tokio::test]
async fn sigterm_drains_and_the_log_never_holds_the_token() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let child = connected(&scratch, &nexus);
    let mut session = nexus.welcome().await;
    session
        .run("e1", "while [ ! -e go ]; do sleep 0.02; done; echo done")
        .await;
    session.expect_of("ACCEPTED", "e1").await;
    session.send_raw(&format!("nonsense {TOKEN}x")).await;
    session.expect("ERROR").await;
    signal(&child, "TERM");
    // It is asked for work until it says that it leaves; then what it had may still end.
    let mut n = 0;
    loop {
        n += 1;
        let id = format!("probe-{n}");
        session.run(&id, "true").await;
        let response = session.response(&id).await;
        session.ack(&id, 0, true).await;
        if response["outcome"] == "refused" {
            break;
        }
    }
    std::fs::write(scratch.workspace().join("go"), "").unwrap();
    assert_eq!(session.response("e1").await["result"], "done\n");
    session.ack("e1", 0, true).await;
    session.expect("DISCONNECT").await;
    let closing = session.close(1000, "");
    let ((status, log), ()) = tokio::join!(end(child), closing);
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("leaving") && log.contains("left"), "{log}");
    assert!(!log.contains(TOKEN), "{log}");
}

#[tokio::test]
async fn a_second_signal_ends_at_once_and_leaves_nothing_behind() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let child = connected(&scratch, &nexus);
    let mut session = nexus.welcome().await;
    let (sleep, detached) = (unique_sleep(), unique_sleep());
    session
        .run("e1", &format!("setsid sleep {detached} & sleep {sleep}"))
        .await;
    until("both sleep", || alive(&sleep) && alive(&detached)).await;
    signal(&child, "INT");
    // The first one has been read when new work is refused.
    let mut n = 0;
    loop {
        n += 1;
        let id = format!("probe-{n}");
        session.run(&id, "true").await;
        if session.response(&id).await["outcome"] == "refused" {
            break;
        }
    }
    signal(&child, "TERM");
    let (status, log) = end(child).await;
    assert_eq!(status.code(), Some(1), "{log}");
    until("nothing is left", || !alive(&sleep) && !alive(&detached)).await;
}

#[tokio::test]
async fn children_do_not_see_the_spores_secrets() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let mut command = spore(&scratch);
    command.args(["--nexus", &format!("127.0.0.1:{}", nexus.port())]);
    command
        .env("SPORE_SHARED_TOKEN", TOKEN)
        .env("NEXUS_SHARED_TOKEN", TOKEN)
        .env("AWS_SECRET_ACCESS_KEY", TOKEN)
        .env("OTHER", "is nobody's business")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
    let _child = command.spawn().unwrap();
    let mut session = nexus.welcome().await;
    session.run("e1", "env").await;
    let environment = session.response("e1").await["result"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!environment.contains(TOKEN), "{environment}");
    assert!(!environment.contains("SPORE_"), "{environment}");
    let mut names: Vec<&str> = environment
        .lines()
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .collect();
    names.sort_unstable();
    // The last three are the shell's own.
    names.retain(|name| !["PWD", "SHLVL", "_"].contains(name));
    let wanted = [
        "LC_ALL",
        "NEXUS_EXECUTION_ID",
        "NEXUS_EXECUTION_MARK",
        "PATH",
        "TERM",
        "TZ",
    ];
    assert_eq!(names, wanted, "{environment}");
}

#[tokio::test]
async fn a_policy_may_pass_variables_on() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    policy(
        &scratch,
        "methods = ['*']\nshell = true\ninherit = ['WANTED']\n",
    );
    let mut command = spore(&scratch);
    command.args(["--nexus", &format!("127.0.0.1:{}", nexus.port())]);
    command
        .env("SPORE_SHARED_TOKEN", TOKEN)
        .env("WANTED", "yes")
        .env("UNWANTED", "no");
    let _child = command.spawn().unwrap();
    let mut session = nexus.welcome().await;
    session.run("e1", "echo $WANTED $UNWANTED").await;
    assert_eq!(session.response("e1").await["result"], "yes\n");
}

fn policy(scratch: &Scratch, text: &str) {
    let data = scratch.path().join("data");
    let made = std::process::Command::new("mkdir")
        .args(["-p", "-m", "700"])
        .arg(&data)
        .status();
    assert!(made.unwrap().success());
    std::fs::write(data.join("policy.toml"), text).unwrap();
    let set = std::process::Command::new("chmod")
        .arg("600")
        .arg(data.join("policy.toml"))
        .status();
    assert!(set.unwrap().success());
}

#[tokio::test]
async fn grants_are_made_listed_and_taken_back_while_a_spore_runs() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    policy(&scratch, "methods = []\n");
    let _child = connected(&scratch, &nexus);
    let mut session = nexus.welcome().await;
    let call = async |arguments: &[&str]| output(spore(&scratch).args(arguments)).await;
    let (code, said, log) = call(&["grant", "command", "--for", "10m", "--", "echo", "*"]).await;
    assert_eq!(code, Some(0), "{log}");
    assert!(
        said.contains("Granted for 10 min: command echo *"),
        "{said}"
    );
    session.expect("CAPABILITIES").await;
    let parameters = json!({ "argv": ["echo", "granted"] });
    session
        .execute("e1", "ShellSkill", "run", parameters.clone(), json!({}))
        .await;
    assert_eq!(session.response("e1").await["result"], "granted\n");
    let (_, said, _) = call(&["grants", "--json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&said).unwrap();
    let one = &listed["grants"][0];
    assert_eq!(one["what"], json!({ "command": ["echo", "*"] }));
    assert!(one["seconds_left"].as_u64().unwrap() <= 600);
    let (_, said, _) = call(&["grants"]).await;
    assert!(said.contains("command echo *"), "{said}");
    let (code, said, _) = call(&["ungrant", one["id"].as_str().unwrap()]).await;
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "Taken back: command echo *\n")
    );
    session.expect("CAPABILITIES").await;
    session
        .execute("e2", "ShellSkill", "run", parameters, json!({}))
        .await;
    assert_eq!(session.response("e2").await["outcome"], "refused");
    for wrong in [
        &["grant", "shell"][..],
        &["grant", "shell", "--for", "30"],
        &["grant", "shell", "--for", "25h"],
        &["grant", "read", "relative", "--for", "1m"],
        &["grant", "command", "--for", "1m"],
        &["ungrant", "nothing"],
    ] {
        let (code, _, log) = call(wrong).await;
        assert_eq!(code, Some(2), "{wrong:?}: {log}");
    }
    assert_eq!(call(&["grants"]).await.1, "No grant is in force.\n");
}

#[tokio::test]
async fn a_grant_needs_a_policy() {
    let scratch = Scratch::new();
    let (code, _, log) = output(spore(&scratch).args(["grant", "shell", "--for", "1m"])).await;
    assert_eq!(code, Some(2));
    assert!(log.contains("no policy"), "{log}");
}

/// A code of a Nexus that nobody will find.
fn code() -> String {
    let code = protocol::JoinCode {
        nexus_key: protocol::Fixed([3; 32]),
        secret: protocol::Fixed([4; 16]),
        addresses: vec!["127.0.0.1:1".parse().unwrap()],
    };
    code.to_string()
}

#[tokio::test]
async fn joining_puts_a_policy_in_place_once() {
    let kept = |scratch: &Scratch| {
        std::fs::read_to_string(scratch.path().join("data/policy.toml")).unwrap()
    };
    for (flags, name) in [
        (&[][..], "operate"),
        (&["--policy", "observe"], "observe"),
        (&["--policy", "full"], "full"),
    ] {
        let scratch = Scratch::new();
        let join = async |flags: &[&str]| {
            let mut command = spore(&scratch);
            output(command.args(["join", "--save"]).args(flags).arg(code())).await
        };
        let (exit, said, log) = join(flags).await;
        assert_eq!(exit, Some(0), "{log}");
        assert!(
            said.contains(&format!("This machine allows `{name}`")),
            "{said}"
        );
        assert!(kept(&scratch).starts_with(&format!("# {name}:")));
        let (_, said, _) = join(&["--policy", "full"]).await;
        assert!(said.contains("has a policy already"), "{said}");
        assert!(kept(&scratch).starts_with(&format!("# {name}:")));
        let (exit, said, log) = output(spore(&scratch).arg("check")).await;
        assert_eq!(exit, Some(0), "{log}");
        assert!(said.contains(name) && said.contains("sandbox"), "{said}");
    }
    let scratch = Scratch::new();
    let (exit, _, log) = output(spore(&scratch).args(["join", "--policy", "all", &code()])).await;
    assert_eq!(exit, Some(2));
    assert!(log.contains("observe, operate or full"), "{log}");
}

#[tokio::test]
async fn a_member_without_a_policy_gets_one() {
    let scratch = Scratch::new();
    let (exit, said, log) =
        output(spore(&scratch).arg("check").env("SPORE_JOIN_CODE", code())).await;
    assert_eq!(exit, Some(0), "{log}");
    assert!(said.contains("operate"), "{said}");
    let policy = scratch.path().join("data/policy.toml");
    assert!(
        std::fs::read_to_string(policy)
            .unwrap()
            .starts_with("# operate:")
    );
}

#[tokio::test]
async fn on_a_terminal_joining_asks() {
    let answers = [
        ("\n", "operate"),
        ("all\nFull\n", "full"),
        ("observe\n", "observe"),
    ];
    for (answer, name) in answers {
        let scratch = Scratch::new();
        // `script` runs a command on a terminal of its own.
        let line = format!("{} join --save {}", env!("CARGO_BIN_EXE_spore"), code());
        let mut script = Command::new("script");
        script
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env("SPORE_DATA_DIR", scratch.path().join("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let Ok(mut child) = script.spawn() else {
            return println!("skipped: there is no `script` here");
        };
        let mut input = child.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut input, answer.as_bytes())
            .await
            .unwrap();
        let ended = timeout(PATIENCE, child.wait_with_output())
            .await
            .unwrap()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(said.contains("What may the Nexus do"), "{said}");
        assert!(
            said.contains(&format!("This machine allows `{name}`")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_node_id_stays_and_is_private() {
    use std::os::unix::fs::PermissionsExt;

    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let child = connected(&scratch, &nexus);
        let session = nexus.welcome().await;
        ids.push(session.node_id.clone());
        signal(&child, "KILL");
        end(child).await;
    }
    assert_eq!(ids[0], ids[1]);
    let mode = |path: &str| {
        std::fs::metadata(scratch.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("data/node-id"), 0o600);
}

#[tokio::test]
async fn two_spores_do_not_share_a_data_directory() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let _first = connected(&scratch, &nexus);
    nexus.welcome().await;
    let (code, _, log) = output(spore(&scratch).env("SPORE_SHARED_TOKEN", TOKEN)).await;
    assert_eq!(code, Some(1));
    assert!(
        log.contains("another spore already runs with the data directory"),
        "{log}"
    );
    assert!(log.contains("--data-dir"), "{log}");
}

#[tokio::test]
async fn every_problem_is_told_at_once_and_nothing_is_started() {
    let scratch = Scratch::new();
    let config = scratch.path().join("spore.toml");
    std::fs::write(&config, "nexus_prot = 1\nheartbeat_interval = \"soon\"\n").unwrap();
    std::fs::write(
        scratch.path().join(".env"),
        "SPORE_NODE_TAG=x\nSPORE_LOG=loud\nnonsense\n",
    )
    .unwrap();
    let mut command = spore(&scratch);
    command
        .arg("--config")
        .arg(&config)
        .args(["--nexus", "host:99999"]);
    command
        .env("SPORE_ENABLE_SHELL", "perhaps")
        .env("SPORE_SHELL_MODE", "strict");
    let (code, _, text) = output(&mut command).await;
    assert_eq!(code, Some(2));
    for part in [
        "unknown key `nexus_prot`, did you mean `nexus_port`?",
        "heartbeat_interval must be a whole number from 1 to 3600, not `soon`",
        "unknown variable `SPORE_NODE_TAG`, did you mean `SPORE_NODE_TAGS`?",
        "log is one of off",
        "line 3: expected KEY=value",
        "nexus_port must be a whole number from 1 to 65535, not `99999`",
        "enable_shell must be true or false, not `perhaps`",
        "shell_mode is guarded or allow-list, not `strict`",
        "8 problem(s)",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(!scratch.path().join("data").exists());
}

#[tokio::test]
async fn check_tells_all_but_the_token() {
    let scratch = Scratch::new();
    let token = scratch.path().join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    std::fs::write(
        scratch.path().join(".env"),
        "SPORE_NODE_NAME='from file'\nSPORE_NODE_TAGS=a, b,,c\n",
    )
    .unwrap();
    let mut command = spore(&scratch);
    command
        .args(["check", "--nexus", "[::1]:9000", "--token-file"])
        .arg(&token);
    command.env("SPORE_NODE_NAME", "from environment");
    let (code, text, errors) = output(&mut command).await;
    assert_eq!(code, Some(0), "{errors}");
    for part in [
        "from environment",
        "a, b, c",
        "::1:9000",
        "ShellSkill.run",
        "FileSkill.read_file",
        "node id",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(!text.contains(TOKEN) && !errors.contains(TOKEN));
}

#[tokio::test]
async fn a_layer_wins_over_those_below() {
    let nexus = Nexus::listen().await;
    let scratch = Scratch::new();
    let config = scratch.path().join("spore.toml");
    let toml = format!(
        "nexus_port = {}\nnexus_host = \"127.0.0.1\"\nnode_name = \"toml\"\nnode_tags = [\"t\"]\nshared_token = \"toml-token\"\n",
        nexus.port()
    );
    std::fs::write(&config, toml).unwrap();
    std::fs::write(
        scratch.path().join(".env"),
        format!("export SPORE_SHARED_TOKEN=\"{TOKEN}\" # comment\nSPORE_NODE_NAME=env-file\n"),
    )
    .unwrap();
    let mut command = spore(&scratch);
    command
        .arg("--config")
        .arg(&config)
        .args(["--name", "flag"])
        .env("SPORE_NODE_NAME", "environment");
    let _child = command.spawn().unwrap();
    let session = nexus.accept().await;
    assert_eq!(session.handshake["node_name"], "flag");
    assert_eq!(session.handshake["token"], TOKEN);
    assert_eq!(session.handshake["capabilities"]["tags"], json!(["t"]));
}

#[tokio::test]
async fn the_version_is_told_and_no_flag_takes_the_token() {
    let scratch = Scratch::new();
    let (code, text, _) = output(spore(&scratch).arg("--version")).await;
    assert_eq!(
        (code, text.trim()),
        (Some(0), concat!("spore ", env!("CARGO_PKG_VERSION")))
    );
    let (code, _, _) = output(spore(&scratch).args(["--token", TOKEN])).await;
    assert_eq!(code, Some(2));
}
