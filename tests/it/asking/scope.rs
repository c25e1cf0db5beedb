//! What a token for some nodes and calls hides, and the ways round it: spellings, executions, failover, the stream of events.
//! Not here: which routes a role may use at all, see `asking`.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2};

use super::token;

/// A swarm with a node inside of the token's scope and one outside, on which something runs.
struct Fence {
    server: Server,
    token: String,
    secret: String,
    _spores: [Peer; 2],
}

async fn inside_and_outside() -> (Server, Peer, Peer) {
    let server = Server::start().await;
    let mut inside = Peer::join(server.address(), &hello_v2("inside")).await;
    let mut outside = Peer::join(server.address(), &hello_v2("outside")).await;
    inside.hear_type("WELCOME").await;
    outside.hear_type("WELCOME").await;
    server.until_node("outside", "online").await;
    server.until_node("inside", "online").await;
    (server, inside, outside)
}

async fn fence() -> Fence {
    let (server, inside, outside) = inside_and_outside().await;
    let secret = server.start_shell("outside", "secret", 60).await;
    let token = token(&server, Role::Operator, "id:inside", &["ShellSkill.run"]).await;
    Fence {
        server,
        token,
        secret,
        _spores: [inside, outside],
    }
}

#[tokio::test]
async fn a_scope_cannot_be_left_by_any_way_round() {
    let Fence {
        server,
        token,
        _spores,
        ..
    } = fence().await;
    let get = async |path: &str| server.call_as(&token, Method::GET, path, None).await;
    let post = async |path: &str, body: Value| {
        server.call_as(&token, Method::POST, path, Some(body)).await
    };
    let call = |node: &str, skill: &str, method: &str| json!({"node_id": node, "skill_name": skill, "method_name": method, "timeout": 1});

    let (_, nodes) = get("/api/v1/nodes").await;
    assert_eq!(
        (&nodes["count"], &nodes["nodes"][0]["node_id"]),
        (&json!(1), &json!("inside"))
    );
    let hidden = get("/api/v1/nodes/outside").await;
    let missing = get("/api/v1/nodes/missing").await;
    assert_eq!(hidden.0, 404);
    assert_eq!(
        hidden.1.to_string(),
        missing.1.to_string().replace("missing", "outside")
    );

    // Directed: like a node that does not exist, in the same words.
    for path in ["/api/v1/nodes/{id}/execute", "/api/v1/executions"] {
        let hidden = post(
            &path.replace("{id}", "outside"),
            call("outside", "ShellSkill", "run"),
        )
        .await;
        let missing = post(
            &path.replace("{id}", "missing"),
            call("missing", "ShellSkill", "run"),
        )
        .await;
        assert_eq!(hidden.0, missing.0, "{path}");
        assert_eq!(
            hidden.1.to_string(),
            missing.1.to_string().replace("missing", "outside")
        );
    }
    // Other calls, and spellings of the allowed one.
    for (skill, method) in [
        ("FileSkill", "read"),
        ("shellskill", "run"),
        ("ShellSkill", "RUN"),
        ("ShellSkill.run", "x"),
        ("ShellSkill", "run "),
    ] {
        let (status, body) = post("/api/v1/executions", call("inside", skill, method)).await;
        assert_eq!(status, 403, "{skill}.{method}: {body}");
    }
}

#[tokio::test]
async fn no_spelling_and_no_execution_leads_out_of_a_scope() {
    let Fence {
        server,
        token,
        secret,
        _spores,
    } = fence().await;
    let get = async |path: &str| server.call_as(&token, Method::GET, path, None).await;
    // Spellings of the path.
    for path in [
        "/api/v1/nodes/%6futside",
        "/api/v1/nodes/inside%2f..%2foutside",
        "/api/v1//nodes/outside",
        "/api/v1/nodes/OUTSIDE",
    ] {
        let (status, body) = get(path).await;
        assert_eq!(status, 404, "{path}: {body}");
    }
    for path in ["", "/output"] {
        assert_eq!(
            get(&format!("/api/v1/executions/{secret}{path}")).await.0,
            404
        );
    }
    assert_eq!(
        server
            .call_as(
                &token,
                Method::POST,
                &format!("/api/v1/executions/{secret}/cancel"),
                None
            )
            .await
            .0,
        404
    );
    for path in ["/api/v1/executions", "/api/v1/executions?node_id=outside"] {
        assert_eq!(get(path).await.1["executions"], json!([]));
    }
    let still = server.get(&format!("/api/v1/executions/{secret}")).await.1;
    assert_ne!(still["execution"]["state"], "stopping", "nobody stopped it");
}

#[tokio::test]
async fn dispatch_and_failover_stay_within_the_scope() {
    let server = Server::start_with(|config| {
        config.local_fallback = true;
        config.local_node = Some("outside".into());
    })
    .await;
    let mut inside = Peer::join(server.address(), &hello_v2("inside")).await;
    let mut outside = Peer::join(server.address(), &hello_v2("outside")).await;
    inside.hear_type("WELCOME").await;
    outside.hear_type("WELCOME").await;
    server.until_node("inside", "online").await;
    server.until_node("outside", "online").await;
    let token = token(&server, Role::Operator, "id:inside", &["*"]).await;
    let body = json!({"skill_name": "ShellSkill", "method_name": "run", "timeout": 20, "local_fallback": true});
    let refuse = async {
        let order = inside.hear_type("EXECUTE_SKILL").await;
        let id = &order["payload"]["request_id"];
        inside.say(&json!({"message_type": "REJECTED", "payload": {"request_id": id, "code": "busy", "reason": "full"}})).await;
    };
    let asked = server.call_as(&token, Method::POST, "/api/v1/dispatch", Some(body));
    let ((status, answer), ()) = tokio::join!(asked, refuse);
    assert!(status >= 400, "the only node refused: {status} {answer}");
    assert!(
        !answer.to_string().contains("outside"),
        "not even its name: {answer}"
    );
    let (_, all) = server.get("/api/v1/executions?node_id=outside").await;
    assert_eq!(
        all["executions"],
        json!([]),
        "neither failover nor fallback went there"
    );
}

#[tokio::test]
async fn events_are_filtered_for_each_subscriber() {
    let (server, _inside, mut outside) = inside_and_outside().await;
    let before = server.start_shell("outside", "before", 60).await;
    let token = token(&server, Role::Viewer, "id:inside", &["*"]).await;
    let mut events = server.events(&token).await.unwrap();
    let snapshot = events.hear_type("SNAPSHOT").await;
    assert!(!snapshot.to_string().contains("outside"), "{snapshot}");
    let after = server.start_shell("outside", "after", 60).await;
    for id in [&before, &after] {
        outside.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": id, "seq": 0, "stream": "stdout", "text": "secret"}})).await;
    }
    outside.say(&json!({"message_type": "HEARTBEAT", "payload": {"node_id": "outside", "cpu_usage": 0.5, "memory_usage": 0.5, "active_tasks": 1}})).await;
    eventually("the output is there", || async {
        server.output(&after).await.contains("secret").then_some(())
    })
    .await;
    drop(outside);
    server.until_node("outside", "offline").await;
    let own = server.start_shell("inside", "own", 60).await;
    loop {
        let event = events.hear().await;
        let text = event.to_string();
        for word in ["outside", "secret", &before, &after] {
            assert!(!text.contains(word), "{text}");
        }
        if text.contains(&own) {
            break;
        }
    }
}
