//! Real instances on a real engine: what one owns is read and stopped at another, and who was killed is named.

use serde_json::json;
use system_tests::{eventually, joining_spore};

use super::kills::two;
use super::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_owns_is_read_and_stopped_at_another_and_who_was_killed_is_named() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let here = json!({"addresses": [second.address.to_string()]});
    let made = second.ask("join-codes", Some(here)).await;
    let _spore = joining_spore(made["code"].as_str().unwrap(), "far");
    let node = eventually("the first can reach it", || first.online()).await;
    let run = |command: &str| {
        json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": command}, "timeout": 600})
    };
    // More than one letter takes.
    let asked = first.ask("executions", Some(run("seq 300000"))).await;
    let id = asked["id"].as_str().unwrap().to_owned();
    let own = first.until_state(&id, "succeeded").await;
    assert_eq!(second.until_state(&id, "succeeded").await, own);
    let (mut from, mut read) = (0, String::new());
    loop {
        let path = format!("executions/{id}/output?from={from}");
        let page = second.ask(&path, None).await;
        let chunks = page["chunks"].as_array().unwrap().clone();
        if chunks.is_empty() {
            break;
        }
        from = page["next_seq"].as_u64().unwrap();
        let texts = chunks.iter().map(|chunk| chunk["text"].as_str().unwrap());
        read.extend(texts);
    }
    let all: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert!(read == all, "{} of {} bytes", read.len(), all.len());
    let asked = first.ask("executions", Some(run("sleep 600"))).await;
    let id = asked["id"].as_str().unwrap().to_owned();
    first.until_state(&id, "running").await;
    let path = format!("executions/{id}/cancel");
    let told = second.ask(&path, Some(json!({}))).await;
    assert_eq!(told["status"], "accepted", "{told}");
    first.until_state(&id, "cancelled").await;
    first.program.signal("KILL").await;
    let told = second.ask(&format!("executions/{id}"), None).await;
    assert_eq!(told["code"], "instance_away", "{told}");
    let listed = second.ask("executions", None).await;
    assert_eq!(listed["missing"][0]["name"], "first", "{listed}");
    eventually("it is told as silent", || async {
        let told = second.ask("instances", None).await;
        (told["instances"][1]["state"] == "silent").then_some(())
    })
    .await;
}
