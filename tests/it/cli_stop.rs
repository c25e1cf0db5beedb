//! `nexus stop` and `nexus release`: what is proved, what is not, and what happens meanwhile.

use std::time::Duration;

use serde_json::json;
use system_tests::command_line::{ended, interrupt, sleepers, unlikely_seconds, until_sleepers};
use system_tests::{Peer, Program, Server, a_moment, hello, spore_program};

async fn one_node() -> (Server, Program) {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "n0", &[("SPORE_NODE_ID", "n0")]);
    server.until_node("n0", "online").await;
    (server, spore)
}

#[tokio::test]
async fn stop_ends_with_the_proof_and_holds_the_fleet() {
    let (server, _spore) = one_node().await;
    let seconds = unlikely_seconds();
    let line = format!("sleep {seconds} & sleep {seconds}; wait");
    let direct = server.start_shell("n0", &line, 600).await;
    until_sleepers(&seconds, 2).await;
    let stopped = server
        .nexus(&["stop", "--reason", "wrong tag"])
        .await
        .with(0);
    assert_eq!(sleepers(&seconds).await, 0, "{}", stopped.err);
    assert!(
        stopped.err.contains("1 proved to be stopped"),
        "{}",
        stopped.err
    );
    assert!(stopped.err.contains("nexus release"), "{}", stopped.err);
    server.until_state(&direct, "cancelled").await;
    let held = server.nexus(&["run", "n0", "echo", "x"]).await.with(4);
    assert!(held.err.contains("wrong tag"), "{}", held.err);
    let (_, jobs) = server.get("/api/v1/jobs").await;
    assert_eq!(
        jobs["jobs"],
        json!([]),
        "nothing waits to begin by surprise"
    );
    // Whoever wants it to wait says so.
    let queued = server
        .nexus(&["run", "n0", "--detach", "echo", "x"])
        .await
        .with(0);
    let id = queued.out.trim().to_owned();
    a_moment().await;
    let shown = server.nexus(&["jobs", "show", &id]).await.with(0).out;
    assert!(shown.contains("held"), "{shown}");
    server.nexus(&["release"]).await.with(0);
    server.nexus(&["logs", &id, "--follow"]).await.with(0);
    assert_eq!(server.nexus(&["logs", &id]).await.with(0).out, "x\n");
    server.nexus(&["run", "n0", "true"]).await.with(0);
}

#[tokio::test]
async fn what_cannot_be_stopped_is_told_as_that() {
    let server = Server::start().await;
    let mut old = Peer::join(server.address(), &hello("old")).await;
    server.until_node("old", "online").await;
    let _running = server.start_shell("old", "sleep 1000", 600).await;
    old.hear_type("EXECUTE_SKILL").await;
    let told = server.nexus(&["stop", "--json"]).await.with(5).json();
    assert_eq!((&told["held"], &told["cannot"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn what_nobody_can_prove_is_unknown() {
    let (server, spore) = one_node().await;
    let seconds = unlikely_seconds();
    let job = server
        .nexus(&[
            "run",
            "n0",
            "--detach",
            "--timeout",
            "10m",
            "sleep",
            &seconds,
        ])
        .await
        .with(0);
    until_sleepers(&seconds, 1).await;
    spore.signal("STOP").await;
    let stopped = server
        .nexus(&["stop", "--job", job.out.trim()])
        .await
        .with(5);
    assert!(stopped.err.contains("unknown"), "{}", stopped.err);
    spore.signal("CONT").await;
    until_sleepers(&seconds, 0).await;
}

#[tokio::test]
async fn one_job_one_node_or_one_execution_can_be_stopped() {
    let (server, _spore) = one_node().await;
    let seconds = unlikely_seconds();
    let run = [
        "run",
        "n0",
        "--detach",
        "--timeout",
        "10m",
        "sleep",
        &seconds,
    ];
    let id = server.nexus(&run).await.with(0).out.trim().to_owned();
    until_sleepers(&seconds, 1).await;
    server.nexus(&["stop", "--job", &id[..8]]).await.with(0);
    assert_eq!(sleepers(&seconds).await, 0);
    server.nexus(&run).await.with(0);
    until_sleepers(&seconds, 1).await;
    let stopped = server.nexus(&["stop", "--node", "n0"]).await.with(0);
    assert_eq!(sleepers(&seconds).await, 0, "{}", stopped.err);
    let execution = server
        .start_shell("n0", &format!("sleep {seconds}"), 600)
        .await;
    until_sleepers(&seconds, 1).await;
    let stopped = server
        .nexus(&["stop", "--execution", &execution])
        .await
        .with(0);
    assert!(stopped.err.contains("cancelled"), "{}", stopped.err);
    assert_eq!(sleepers(&seconds).await, 0);
    server.nexus(&["stop", "--node", "nobody"]).await.with(1);
    server
        .nexus(&["stop", "--execution", &execution])
        .await
        .with(1);
    server.nexus(&["stop", "--job", "ffff"]).await.with(1);
    // The fleet goes on.
    server.nexus(&["run", "n0", "true"]).await.with(0);
}

#[tokio::test]
async fn ctrl_c_ends_the_waiting_not_the_stop() {
    let (server, spore) = one_node().await;
    let seconds = unlikely_seconds();
    server
        .start_shell("n0", &format!("sleep {seconds}"), 600)
        .await;
    until_sleepers(&seconds, 1).await;
    spore.signal("STOP").await;
    let child = server.nexus_stays(&["stop"]);
    let held = async {
        while server.get("/api/v1/stop").await.1["stop"]["held"] != json!(true) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    held.await;
    interrupt(&child).await;
    let left = ended(child).await.with(130);
    assert!(left.err.contains("without us"), "{}", left.err);
    spore.signal("CONT").await;
    until_sleepers(&seconds, 0).await;
}
