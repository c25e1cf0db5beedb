//! `nexus schedules` and `nexus runbooks`: made, shown, run and forgotten by the real program.

use serde_json::Value;
use system_tests::command_line::{ended, interrupt, sleepers, unlikely_seconds, until_sleepers};
use system_tests::{Program, Server, spore_program};
use tempfile::TempDir;

async fn one_node() -> (Server, Program) {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "n0", &[("SPORE_NODE_ID", "n0")]);
    server.until_node("n0", "online").await;
    (server, spore)
}

fn add<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["schedules", "add", "nightly", "--target", "n0"];
    words.extend(["--when", "every day at 3am", "--zone", "Europe/Warsaw"]);
    words.extend(more);
    words
}

#[tokio::test]
async fn a_schedule_that_makes_no_sense_or_may_destroy_is_refused() {
    let (server, _spore) = one_node().await;
    let refused = server.nexus(&add(&["--sh", "echo tick"])).await.with(4);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    let start = ["schedules", "add", "x", "--yes", "--when"];
    for more in [
        &["now and then", "--target", "n0", "id"][..],
        &["0 3 * * *", "id"],
        &["0 3 * * *", "--target", "n0"],
    ] {
        server.nexus(&[&start, more].concat()).await.with(2);
    }
    let none = server.nexus(&["schedules", "--json"]).await.with(0).json();
    assert_eq!(none["schedules"], serde_json::json!([]));
}

#[tokio::test]
async fn a_schedule_is_made_paused_run_and_forgotten() {
    let (server, _spore) = one_node().await;
    let made = server
        .nexus(&add(&["--yes", "--sh", "echo tick"]))
        .await
        .with(0);
    let id = made.out.trim();
    let listed = server.nexus(&["schedules", "--json"]).await.with(0).json();
    assert_eq!(listed["schedules"][0]["id"], id);
    let shown = server
        .nexus(&["schedules", "show", "nightly"])
        .await
        .with(0)
        .out;
    assert!(
        shown.contains("0 3 * * *") && shown.contains("echo tick"),
        "{shown}"
    );
    let order = async |verb: &str, name: &str| server.nexus(&["schedules", verb, name]).await;
    order("pause", "nightly").await.with(0);
    let listed = server.nexus(&["schedules"]).await.with(0).out;
    assert!(listed.contains("paused"), "{listed}");
    order("resume", &id[..13]).await.with(0);
    let job = order("run", "nightly").await.with(0).out;
    server
        .nexus(&["logs", job.trim(), "--follow"])
        .await
        .with(0);
    let logs = server.nexus(&["logs", job.trim()]).await.with(0);
    assert_eq!(logs.out, "tick\n");
    order("remove", "nightly").await.with(0);
    order("show", "nightly").await.with(1);
}

const RUNBOOK: &str = r#"
name = "restart"
title = "Restart a service"
target = "n0"

[[parameters]]
name = "word"
type = "string"
default = "hello"

[[steps]]
name = "say"
job = { skill_name = "ShellSkill", method_name = "run", parameters = { argv = ["echo", "{{word}}"] } }

[[steps]]
name = "wait"
job = { skill_name = "ShellSkill", method_name = "run", timeout = 600, parameters = { argv = ["sleep", "{{word}}"] } }
"#;

#[tokio::test]
async fn a_runbook_is_imported_run_stopped_and_exported() {
    let (server, _spore) = one_node().await;
    let files = TempDir::new().unwrap();
    let file = files.path().join("restart.toml");
    std::fs::write(&file, RUNBOOK).unwrap();
    let file = file.to_str().unwrap();
    let kept = server.nexus(&["runbooks", "import", file]).await.with(0);
    assert!(kept.err.contains("version 1"), "{}", kept.err);
    server
        .nexus(&["runbooks", "import", "/does/not/exist.toml"])
        .await
        .with(1);
    let listed = server.nexus(&["runbooks"]).await.with(0).out;
    assert!(
        listed.contains("restart") && listed.contains("Restart a service"),
        "{listed}"
    );
    let shown = server
        .nexus(&["runbooks", "show", "restart"])
        .await
        .with(0)
        .out;
    assert!(shown.contains("say") && shown.contains("word"), "{shown}");
    let exported = server
        .nexus(&["runbooks", "export", "restart"])
        .await
        .with(0)
        .out;
    assert!(exported.contains("[[steps]]"), "{exported}");
    // The second step sleeps for no seconds: it succeeds.
    let run = server
        .nexus(&["runbooks", "run", "restart", "--yes", "word=\"0\""])
        .await
        .with(0);
    assert!(run.err.contains("say: succeeded"), "{}", run.err);
    // No number: it fails.
    server
        .nexus(&["runbooks", "run", "restart", "--yes"])
        .await
        .with(1);
    server
        .nexus(&["runbooks", "run", "restart", "--yes", "nobody=1"])
        .await
        .with(2);
    server
        .nexus(&["runbooks", "run", "restart", "nonsense"])
        .await
        .with(2);
    let seconds = unlikely_seconds();
    let word = format!("word=\"{seconds}\"");
    let child = server.nexus_stays(&["runbooks", "run", "restart", "--yes", &word]);
    until_sleepers(&seconds, 1).await;
    interrupt(&child).await;
    let stopped = ended(child).await.with(130);
    assert_eq!(sleepers(&seconds).await, 0, "{}", stopped.err);
    let (_, runs) = server.get("/api/v1/runs").await;
    let state: &Value = &runs["runs"][0]["state"];
    assert_eq!(state, "cancelled");
    server
        .nexus(&["runbooks", "remove", "restart"])
        .await
        .with(0);
    server.nexus(&["runbooks", "show", "restart"]).await.with(1);
}
