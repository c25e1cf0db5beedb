//! Real instances on a real engine, and what becomes of everything when one of them is killed.

use std::path::Path;

use serde_json::json;
use system_tests::{Instance, eventually, joining_spore, nexus_program};
use tempfile::TempDir;

use super::server::Server;

/// The first instance of a swarm, and another one that has its key.
pub(super) async fn two(engine: &Server) -> (Instance, Instance) {
    let url = engine.url();
    let first = Instance::start(
        TempDir::new().unwrap(),
        &[("NEXUS_FLEET_URL", &url), ("NEXUS_NAME", "first")],
    )
    .await;
    let key = first.file("fleet-key");
    let all = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("NEXUS_NAME", "second"),
    ];
    let second = Instance::start(TempDir::new().unwrap(), &all).await;
    (first, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_joined_one_instance_belongs_to_all_and_outlives_it() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let addresses = json!([first.address.to_string(), second.address.to_string()]);
    let made = first
        .ask(
            "join-codes",
            Some(json!({"addresses": [first.address.to_string()]})),
        )
        .await;
    let spore = joining_spore(made["code"].as_str().unwrap(), "far");
    let node = eventually("it is at the first", || first.online()).await;
    eventually("the second can reach it", || second.online()).await;
    eventually("it has heard of both", || async {
        let status: serde_json::Value =
            serde_json::from_str(&spore.spore(&["status", "--json"]).await).unwrap();
        let known = status["addresses"].as_array()?.len();
        (known >= addresses.as_array()?.len()).then_some(())
    })
    .await;
    let command = "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two";
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 60});
    let asked = second.ask("executions", Some(body)).await;
    let id = asked["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{asked}"))
        .to_owned();
    eventually("it writes", || async {
        second.output(&id).await.contains("one").then_some(())
    })
    .await;
    first.program.signal("KILL").await;
    std::fs::write(spore.home.path().join("data/workspace/go"), "").unwrap();
    let end = second.until_state(&id, "succeeded").await;
    assert_eq!(end["output_truncated"], false, "{end}");
    assert_eq!(second.output(&id).await, "one\ntwo\n");
    eventually("it is at the second now", || second.online()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_set_once_is_kept() {
    let engine = Server::start();
    let (first, mut second) = two(&engine).await;
    assert_eq!(second.file("fleet-key"), first.file("fleet-key"));
    second.program.signal("KILL").await;
    second.program.end().await;
    let home = std::mem::replace(&mut second.program.home, TempDir::new().unwrap());
    let url = engine.url();
    let again = Instance::start(home, &[("NEXUS_FLEET_URL", &url)]).await;
    assert_eq!(again.file("fleet-key"), first.file("fleet-key"));
}

/// What `nexus serve` says when it does not start.
async fn refused(data: &Path, settings: &[(&str, &str)]) -> String {
    let said = nexus_program(data, &["serve"], settings)
        .output()
        .await
        .unwrap();
    assert!(!said.status.success(), "it does not start");
    String::from_utf8_lossy(&said.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_with_another_key_or_another_past_does_not_come_in() {
    let engine = Server::start();
    let (first, _second) = two(&engine).await;
    let mut alone = Instance::start(TempDir::new().unwrap(), &[]).await;
    alone.program.signal("TERM").await;
    alone.program.end().await;
    let key = first.file("fleet-key");
    let url = engine.url();
    let stranger = TempDir::new().unwrap();
    let said = refused(stranger.path(), &[("NEXUS_FLEET_URL", url.as_str())]).await;
    assert!(said.contains("this swarm has another key"), "{said}");
    let settings = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", key.as_str()),
        ("NEXUS_PORT", "0"),
    ];
    let said = refused(alone.program.home.path(), &settings).await;
    assert!(said.contains("belongs to another Nexus"), "{said}");
}
