//! A second yes over real instances on a real engine, one of which is killed in between.

use serde_json::{Value, json};
use system_tests::{Instance, eventually, joining_spore};

use super::kills::two;
use super::server::Server;

/// Asks with a token of its own; status and answer.
async fn ask(at: &Instance, who: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("http://{}/api/v1/{path}", at.address);
    let asked = reqwest::Client::new()
        .post(url)
        .bearer_auth(who)
        .json(&body);
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_outlives_the_instance_that_was_asked_and_is_used_once() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let code = json!({"addresses": [second.address.to_string()]});
    let made = second.ask("join-codes", Some(code)).await;
    let _spore = joining_spore(made["code"].as_str().unwrap(), "n");
    let node = eventually("it is at the second", || second.online()).await;
    eventually("the first can reach it", || first.online()).await;
    let rule = json!({"name": "careful", "calls": ["*"], "nodes": "*", "at_least": 1});
    first.ask("approval-rules", Some(rule)).await;
    let token = json!({"name": "asker", "role": "operator", "ttl_seconds": 600});
    let asker = first.ask("tokens", Some(token)).await["secret"].clone();
    let asker = asker.as_str().unwrap().to_owned();
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo once"}, "timeout": 20});
    let (status, refused) = ask(&first, &asker, "executions", body.clone()).await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("approval_required"))
    );
    let id = refused["context"]["approval"].as_str().unwrap();
    let path = format!("approvals/{id}/approve");
    eventually("it is approved at the second", || async {
        let yes = second.ask(&path, Some(json!({}))).await;
        (yes["approval"]["state"] == "approved").then_some(())
    })
    .await;
    first.program.signal("KILL").await;
    let mut with = body.clone();
    with["approval"] = json!(id);
    let (status, begun) = ask(&second, &asker, "executions", with.clone()).await;
    assert_eq!(status, 202, "{begun}");
    second
        .until_state(begun["id"].as_str().unwrap(), "succeeded")
        .await;
    let (status, again) = ask(&second, &asker, "executions", with).await;
    assert_eq!((status, &again["code"]), (409, &json!("approval_refused")));
}
