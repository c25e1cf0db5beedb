//! What a node allows, as the Nexus sees it: told at the handshake, changed by grants on the node, never widened from here.

use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2, spore_that_allows};

async fn code(server: &Server) -> String {
    let (status, body) = server.post("/api/v1/join-codes", json!({})).await;
    assert_eq!(status, 201, "{body}");
    body["code"].as_str().unwrap().to_owned()
}

async fn policy(server: &Server, node: &str) -> Value {
    let (_, body) = server.get(&format!("/api/v1/nodes/{node}")).await;
    body["node"]["capabilities"]["policy"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nexus_sees_the_policy_and_every_grant() {
    let server = Server::start().await;
    let mut spore = spore_that_allows(&code(&server).await, "pi", "operate");
    spore.says("this machine is a member now").await;
    let node = server.until_node("pi", "online").await;
    let id = node["node_id"].as_str().unwrap();
    let seen = policy(&server, id).await;
    assert_eq!(
        (&seen["name"], &seen["shell"]),
        (&json!("operate"), &json!(false))
    );
    assert!(
        seen["commands"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["name"] == "uptime")
    );
    assert!(seen["sandbox"].as_str().unwrap().len() > 2, "{seen}");
    let (status, refused) = server.shell(id, "echo no", 10).await;
    assert_eq!((status, &refused["code"]), (400, &json!("refused")));
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("rule `shell`"), "{detail}");
    let call = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"argv": ["uname", "-a"]}});
    let (_, ran) = server
        .post(&format!("/api/v1/nodes/{id}/execute"), call)
        .await;
    assert_eq!(ran["success"], true, "{ran}");
    // Only on the machine itself can more be allowed.
    spore.spore(&["grant", "shell", "--for", "1h"]).await;
    let granted = eventually("the grant is told", || async {
        let grants = policy(&server, id).await["grants"].clone();
        grants
            .as_array()
            .filter(|grants| !grants.is_empty())
            .cloned()
    })
    .await;
    assert_eq!(granted[0]["what"], "shell");
    let (_, ran) = server.shell(id, "echo yes", 10).await;
    assert_eq!(ran["result"], "yes\n", "{ran}");
    let sleeping = server.start_shell(id, "sleep 1000", 600).await;
    server.until_state(&sleeping, "running").await;
    spore.spore(&["ungrant", "all"]).await;
    let ended = server.until_state(&sleeping, "cancelled").await;
    let error = ended["error"].as_str().unwrap();
    assert!(
        error.starts_with("the grant `shell`") && error.ends_with("ended"),
        "{error}"
    );
    eventually("the end is told", || async {
        policy(&server, id)
            .await
            .get("grants")
            .is_none()
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_grant_brings_is_offered_while_it_lasts() {
    let server = Server::start().await;
    let mut spore = spore_that_allows(&code(&server).await, "pi", "observe");
    spore.says("this machine is a member now").await;
    let node = server.until_node("pi", "online").await;
    let id = node["node_id"].as_str().unwrap();
    let (status, refused) = server.shell(id, "echo no", 10).await;
    assert_eq!(
        status, 400,
        "the Nexus knows that it is not offered: {refused}"
    );
    spore
        .spore(&["grant", "command", "--for", "1h", "--", "echo", "*"])
        .await;
    let call = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"argv": ["echo", "granted"]}});
    let ran = eventually("it is offered", || async {
        let (_, body) = server
            .post(&format!("/api/v1/nodes/{id}/execute"), call.clone())
            .await;
        (body["success"] == true).then_some(body)
    })
    .await;
    assert_eq!(ran["result"], "granted\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_speaks_of_itself_only_and_within_bounds() {
    let server = Server::start().await;
    let mut victim = Peer::join(server.address(), &hello_v2("victim")).await;
    victim.hear().await;
    let mut liar = Peer::join(server.address(), &hello_v2("liar")).await;
    liar.hear().await;
    let announce = |policy: Value| {
        json!({"message_type": "CAPABILITIES", "timestamp": "2026-11-23T18:37:41Z",
            "payload": {"node_id": "victim", "capabilities": {"skills": [], "policy": policy}}})
    };
    liar.say(&announce(json!({"name": "mine"}))).await;
    eventually("it is known", || async {
        (policy(&server, "liar").await["name"] == "mine").then_some(())
    })
    .await;
    assert_eq!(policy(&server, "victim").await, Value::Null);
    // What is out of bounds is ignored, what is no message is an error, and the session lives on.
    liar.say(&announce(json!({"name": "x".repeat(100_000)})))
        .await;
    liar.say(&announce(json!({"name": "evil\u{1b}[2J"}))).await;
    liar.say(&announce(json!({"grants": 7}))).await;
    liar.say(&announce(json!({"name": "still mine"}))).await;
    eventually("it goes on", || async {
        (policy(&server, "liar").await["name"] == "still mine").then_some(())
    })
    .await;
}
