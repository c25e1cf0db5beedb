//! A Nexus that is killed in the middle of all of it, or stopped in order: no job is lost, and none runs twice. Not here: several
//! instances that are killed, see `fleet/record.rs`.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::{
    Program, Server, TOKEN, eventually, free_port, listening, nexus_program, spore_program,
};
use tempfile::TempDir;

use super::{ask, shell};

/// A Nexus as a program of its own on a fixed port, so that it can be killed and started again.
async fn nexus_on(data: &TempDir, port: u16) -> Program {
    let port = port.to_string();
    let environment = [
        ("NEXUS_SHARED_TOKEN", TOKEN),
        ("NEXUS_PORT", &port),
        ("NEXUS_HOST", "127.0.0.1"),
    ];
    let command = nexus_program(data.path(), &["serve"], &environment);
    let mut nexus = Program::start(command, TempDir::new().unwrap());
    listening(nexus.stderr()).await;
    nexus
}

async fn get(data: &TempDir, port: u16, path: &str) -> Option<Value> {
    let token = std::fs::read_to_string(data.path().join("api-token")).ok()?;
    let request = reqwest::Client::new()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .bearer_auth(token.trim());
    request.send().await.ok()?.json().await.ok()
}

/// Asks for a job; its id, if it was accepted.
async fn submit(data: &TempDir, port: u16, body: &Value) -> Option<String> {
    let token = std::fs::read_to_string(data.path().join("api-token")).ok()?;
    let request = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/api/v1/jobs"))
        .bearer_auth(token.trim())
        .json(body);
    let answer = request.send().await.ok()?;
    if answer.status() != 202 {
        return None;
    }
    let body: Value = answer.json().await.ok()?;
    Some(body["job"]["id"].as_str()?.to_owned())
}

#[tokio::test]
async fn a_nexus_that_is_killed_again_and_again_loses_no_job_and_runs_none_twice() {
    let data = TempDir::new().unwrap();
    let port = free_port();
    let mut nexus = nexus_on(&data, port).await;
    let address = format!("127.0.0.1:{port}").parse().unwrap();
    let spores: Vec<_> = ["a", "b", "c"]
        .map(|name| spore_program(address, name, &[]))
        .into();
    eventually("all are online", || async {
        let body = get(&data, port, "/api/v1/nodes?online_only=true").await?;
        (body["count"] == 3).then_some(())
    })
    .await;
    let mut accepted = Vec::new();
    for round in 0..4_u64 {
        for number in 0..4 {
            // Each run leaves a line, so that one that runs twice leaves two.
            let command = format!(
                "echo ran >> marks-{round}-{number}; sleep 0.{}",
                (round + number) % 5
            );
            let body = shell(&command, json!({"confirm_count": 3, "offline": "wait"}));
            if let Some(id) = submit(&data, port, &body).await {
                accepted.push((id, format!("marks-{round}-{number}")));
            }
        }
        tokio::time::sleep(Duration::from_millis(40 + 90 * round)).await;
        nexus.signal("KILL").await;
        nexus.end().await;
        nexus = nexus_on(&data, port).await;
    }
    for (id, marks) in &accepted {
        let job = eventually("an accepted job is over", || async {
            let body = get(&data, port, &format!("/api/v1/jobs/{id}")).await?;
            body["job"]["finished_at"]
                .is_string()
                .then(|| body["job"].clone())
        })
        .await;
        let counts = &job["counts"];
        let known = counts["succeeded"].as_u64().unwrap() + counts["unknown"].as_u64().unwrap();
        assert_eq!(known, 3, "{job}");
        let mut ran = 0;
        for spore in &spores {
            let path = spore.home.path().join("workspace").join(marks);
            let lines = std::fs::read_to_string(path)
                .unwrap_or_default()
                .lines()
                .count();
            assert!(lines <= 1, "it ran twice: {job}");
            ran += lines as u64;
        }
        assert!(
            ran >= counts["succeeded"].as_u64().unwrap(),
            "said to have succeeded: {job}"
        );
    }
    assert!(accepted.len() >= 8, "{} were accepted", accepted.len());
}

#[tokio::test]
async fn the_swarm_outlives_an_orderly_restart_with_its_queue() {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    drop(spore);
    server.until_node("a", "offline").await;
    let job = ask(
        &server,
        "echo still here",
        json!({"offline": "wait", "dedupe_key": "once"}),
    )
    .await;
    let data = server.stop().await;
    let mut config = nexus::Config::new(data.path().to_owned());
    config.port = 0;
    let nexus = nexus::start(config).await.unwrap();
    let id: uuid::Uuid = job["id"].as_str().unwrap().parse().unwrap();
    let found = nexus.handle().job(id).await.unwrap().unwrap();
    assert_eq!((found.state.word(), found.tally.waiting), ("running", 1));
    nexus.shutdown(Duration::from_secs(2)).await;
}
