//! The owner's four scenarios, with the real agent.

use reqwest::Method;
use serde_json::json;
use system_tests::{Server, spore_program};

#[tokio::test]
async fn one_swarm_two_spores_are_listed() {
    let server = Server::start().await;
    let _one = spore_program(server.address(), "one", &[]);
    let _two = spore_program(
        server.address(),
        "two",
        &[("SPORE_NODE_TAGS", "worker,site:lab")],
    );
    server.until_node("one", "online").await;
    let two = server.until_node("two", "online").await;
    assert_eq!(two["capabilities"]["tags"], json!(["worker", "site:lab"]));
    let (status, body) = server.get("/api/v1/nodes?online_only=true").await;
    assert_eq!(
        (
            status,
            &body["status"],
            &body["count"],
            &body["online_count"]
        ),
        (200, &json!("success"), &json!(2), &json!(2))
    );
}

#[tokio::test]
async fn two_remote_execution_answers_with_the_output() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "one", &[]);
    let id = server.until_node("one", "online").await["node_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, body) = server.shell(&id, "echo test", 30).await;
    assert_eq!(
        (status, &body["success"], &body["result"]),
        (200, &json!(true), &json!("test\n")),
        "{body}"
    );
    assert!(body["execution_time"].as_f64().unwrap() > 0.0);
    let (_, body) = server
        .shell(&id, "echo out; echo err >&2; exit 3", 30)
        .await;
    assert_eq!(
        (&body["success"], &body["exit_code"], &body["result"]),
        (&json!(false), &json!(3), &json!("out\n\n[STDERR]\nerr\n"))
    );
    let write = json!({"skill_name": "FileSkill", "method_name": "write_file", "parameters": {"path": "a/b.txt", "content": "hi"}});
    let (_, body) = server
        .post(&format!("/api/v1/nodes/{id}/execute"), write)
        .await;
    assert_eq!(body["success"], json!(true), "{body}");
    let read = json!({"skill_name": "FileSkill", "method_name": "read_file", "parameters": {"path": "a/b.txt"}});
    let (_, body) = server
        .post(&format!("/api/v1/nodes/{id}/execute"), read)
        .await;
    assert_eq!(body["result"], json!("hi"));
}

#[tokio::test]
async fn three_a_spore_started_later_is_there_at_once_and_announced() {
    let server = Server::start().await;
    let mut events = server.owners_events().await;
    events.hear_type("SNAPSHOT").await;
    let _spore = spore_program(server.address(), "late", &[("SPORE_NODE_TAGS", "gpu")]);
    let news = events.hear_type("NODE_CONNECTED").await;
    assert_eq!(
        (&news["data"]["node_name"], &news["data"]["tags"]),
        (&json!("late"), &json!(["gpu"]))
    );
    assert_eq!(
        news["data"]["skills"],
        json!(["ShellSkill", "FileSkill", "SystemSkill"])
    );
    let id = news["data"]["node_id"].as_str().unwrap();
    assert_eq!(
        server.get(&format!("/api/v1/nodes/{id}")).await.1["node"]["is_online"],
        json!(true)
    );
}

#[tokio::test]
async fn four_a_killed_spore_is_offline_at_once_and_gets_nothing() {
    let server = Server::start().await;
    let mut events = server.owners_events().await;
    let spore = spore_program(server.address(), "victim", &[]);
    let _other = spore_program(server.address(), "other", &[]);
    server.until_node("other", "online").await;
    let id = server.until_node("victim", "online").await["node_id"]
        .as_str()
        .unwrap()
        .to_owned();
    spore.signal("KILL").await;
    let news = events.hear_type("NODE_DISCONNECTED").await;
    assert_eq!(news["data"]["node_id"], json!(id));
    assert_eq!(
        server.until_node("victim", "offline").await["is_online"],
        json!(false)
    );
    let (status, body) = server.shell(&id, "echo test", 5).await;
    assert_eq!(status, 400, "{body}");
    let anywhere = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "echo here"}});
    let (status, body) = server.post("/api/v1/dispatch", anywhere).await;
    assert_eq!(
        (status, &body["placement"]["node_name"], &body["result"]),
        (200, &json!("other"), &json!("here\n")),
        "{body}"
    );
}

#[tokio::test]
async fn four_again_a_stalled_spore_is_offline_and_comes_back() {
    let server = Server::start().await;
    let mut events = server.owners_events().await;
    let spore = spore_program(server.address(), "stalled", &[]);
    server.until_node("stalled", "online").await;
    spore.signal("STOP").await;
    events.hear_type("NODE_DISCONNECTED").await;
    let stalled = server.until_node("stalled", "offline").await;
    let (status, _) = server
        .shell(stalled["node_id"].as_str().unwrap(), "echo test", 5)
        .await;
    assert_eq!(status, 400);
    spore.signal("CONT").await;
    server.until_node("stalled", "online").await;
    let (_, all) = server.call(Method::GET, "/api/v1/nodes", None).await;
    assert_eq!(all["count"], json!(1), "the same node, not a second one");
}

#[tokio::test]
async fn a_spore_never_tires_of_short_commands() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "busy", &[]);
    let id = server.until_node("busy", "online").await["node_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let read = json!({"skill_name": "FileSkill", "method_name": "list_files", "parameters": {}});
    let path = format!("/api/v1/nodes/{id}/execute");
    for round in 0..150 {
        let asked = (0..8).map(|_| server.post(&path, read.clone()));
        for (status, body) in futures_util::future::join_all(asked).await {
            assert_eq!(
                (status, &body["success"]),
                (200, &json!(true)),
                "round {round}: {body}"
            );
        }
    }
}
