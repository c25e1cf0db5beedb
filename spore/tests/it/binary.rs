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
        .env("OTHER", "stays");
    let _child = command.spawn().unwrap();
    let mut session = nexus.welcome().await;
    session.run("e1", "env").await;
    let environment = session.response("e1").await["result"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!environment.contains(TOKEN), "{environment}");
    assert!(!environment.contains("SPORE_"), "{environment}");
    assert!(environment.contains("OTHER=stays"), "{environment}");
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
