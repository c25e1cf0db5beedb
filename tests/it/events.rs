//! `/ws/events`: a snapshot, then everything in order, for each reader at its own pace.

use serde_json::json;
use system_tests::{Peer, Server, hello, hello_v2};

#[tokio::test]
async fn the_contracts_shape_after_a_greeting_and_a_snapshot() {
    let server = Server::start().await;
    let early = Peer::join(server.address(), &hello("early")).await;
    server.until_node("early", "online").await;
    let mut events = server.owners_events().await;
    let greeting = events.hear().await;
    assert_eq!(
        (&greeting["type"], &greeting["agent"], &greeting["data"]),
        (
            &json!("SYSTEM_LOG"),
            &json!(null),
            &json!({"level": "INFO"})
        )
    );
    let snapshot = events.hear().await;
    assert_eq!(
        (&snapshot["type"], &snapshot["data"]["nodes"][0]["node_id"]),
        (&json!("SNAPSHOT"), &json!("early"))
    );
    drop(early);
    let gone = events.hear_type("NODE_DISCONNECTED").await;
    assert_eq!(gone["data"]["node_id"], json!("early"));
    assert!(gone["timestamp"].as_str().unwrap().ends_with('Z') && gone["message"].is_string());
    let _late = Peer::join(server.address(), &hello("late")).await;
    let come = events.hear_type("NODE_CONNECTED").await;
    let data = come["data"].as_object().unwrap();
    for field in ["node_id", "node_name", "skills", "tags"] {
        assert!(data.contains_key(field), "{field}");
    }
}

#[tokio::test]
async fn an_execution_is_told_from_beginning_to_end() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("a")).await;
    peer.hear_type("WELCOME").await;
    let mut events = server.owners_events().await;
    events.hear_type("SNAPSHOT").await;
    let id = server.start_shell("a", "x", 30).await;
    peer.hear_type("EXECUTE_SKILL").await;
    peer.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": id, "seq": 0, "stream": "stderr", "base64": "/w=="}})).await;
    peer.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": id, "node_id": "a", "success": true, "outcome": "succeeded", "next_seq": 1}})).await;
    let chunk = events.hear_type("EXECUTION_OUTPUT").await;
    assert_eq!(
        (
            &chunk["data"]["execution_id"],
            &chunk["data"]["chunk"]["base64"]
        ),
        (&json!(id), &json!("/w=="))
    );
    loop {
        let change = events.hear_type("EXECUTION_UPDATED").await;
        if change["data"]["execution"]["state"] == "succeeded" {
            break;
        }
    }
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_and_disturbs_nobody() {
    let server = Server::start().await;
    let token = format!("Bearer {}", server.nexus.api_token().reveal());
    let authorized = [("authorization", token.as_str())];
    let mut slow = Peer::connect_narrow(server.address(), "/ws/events", &authorized)
        .await
        .unwrap();
    slow.hear_type("SNAPSHOT").await;
    let mut peer = Peer::join(server.address(), &hello("busy")).await;
    server.until_node("busy", "online").await;
    // More than the socket and the Nexus keep for it.
    for cpu in 0..24_000 {
        let life = json!({"message_type": "HEARTBEAT", "payload": {"node_id": "busy", "cpu_usage": f64::from(cpu % 100) / 100.0}});
        peer.say(&life).await;
    }
    server.until_node("busy", "online").await;
    slow.hear_type("GAP").await;
    let again = slow.hear_type("SNAPSHOT").await;
    assert_eq!(again["data"]["nodes"][0]["node_id"], json!("busy"));
}
