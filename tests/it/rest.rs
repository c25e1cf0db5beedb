//! The contract's routes, bodies and status codes.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, a_moment, hello, hello_v2};

#[tokio::test]
async fn health_is_open_and_readiness_is_real() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/healthz").await,
        (200, json!({"status": "ok", "component": "nexus"}))
    );
    assert_eq!(
        server.get("/readyz").await,
        (200, json!({"status": "ready"}))
    );
    let compatible = Server::start_with(|config| config.prototype_health = true).await;
    assert_eq!(
        compatible.get("/healthz").await.1["component"],
        json!("venom-core")
    );
}

#[tokio::test]
async fn nodes_have_the_contracts_fields_in_its_order() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello("a")).await;
    peer.say(&json!({"message_type": "HEARTBEAT", "payload": {"node_id": "a", "cpu_usage": 0.05, "memory_usage": 0.5, "active_tasks": 2}})).await;
    server.until_node("a", "online").await;
    a_moment().await;
    let token = server.nexus.api_token().reveal();
    let text = server
        .bare(Method::GET, "/api/v1/nodes")
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.starts_with(r#"{"status":"success","count":1,"online_count":1,"nodes":[{"node_id":"a","node_name":"a","capabilities":{"skills":["ShellSkill","FileSkill"],"tags":["worker"],"cpu_cores":2,"memory_mb":1024,"has_gpu":false,"has_docker":false,"platform":"linux"},"last_heartbeat":""#), "{text}");
    let (_, one) = server.get("/api/v1/nodes/a").await;
    let node = &one["node"];
    assert_eq!(
        (
            &node["cpu_usage"],
            &node["memory_usage"],
            &node["active_tasks"]
        ),
        (&json!(0.05), &json!(0.5), &json!(2))
    );
    assert!(node["registered_at"].as_str().unwrap().ends_with('Z'));
    drop(peer);
    server.until_node("a", "offline").await;
    assert_eq!(
        server.get("/api/v1/nodes?online_only=yes").await.1["count"],
        json!(0)
    );
    let (_, all) = server.get("/api/v1/nodes?online_only=off").await;
    assert_eq!(
        (&all["count"], &all["online_count"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn what_does_not_fit_is_422_and_says_where() {
    let server = Server::start().await;
    let detail = async |body: &str| {
        let token = server.nexus.api_token().reveal();
        let request = server
            .bare(Method::POST, "/api/v1/nodes/x/execute")
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(body.to_owned());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 422, "{body}");
        answer.json::<Value>().await.unwrap()["detail"][0].clone()
    };
    let missing = detail(r#"{"skill_name":"ShellSkill"}"#).await;
    assert_eq!(
        missing,
        json!({"type": "missing", "loc": ["body", "method_name"], "msg": "Field required", "input": {"skill_name": "ShellSkill"}})
    );
    assert_eq!(detail("nonsense").await["type"], json!("json_invalid"));
    assert_eq!(detail("").await["type"], json!("json_invalid"));
    assert_eq!(detail("[]").await["type"], json!("model_attributes_type"));
    let timeout = detail(r#"{"skill_name":"a","method_name":"b","timeout":"x"}"#).await;
    assert_eq!(
        (&timeout["type"], &timeout["loc"], &timeout["input"]),
        (
            &json!("int_parsing"),
            &json!(["body", "timeout"]),
            &json!("x")
        )
    );
    for bad in [
        r#"{"skill_name":"a","method_name":"b","timeout":-1}"#,
        r#"{"skill_name":"a","method_name":"b","timeout":1.5}"#,
        r#"{"skill_name":"a","method_name":"b","parameters":[]}"#,
        r#"{"skill_name":"a","method_name":"b","parameters":null}"#,
        r#"{"skill_name":7,"method_name":"b"}"#,
    ] {
        detail(bad).await;
    }
    let (status, body) = server.get("/api/v1/nodes?online_only=abc").await;
    assert_eq!(
        (status, &body["detail"][0]["loc"]),
        (422, &json!(["query", "online_only"]))
    );
}

#[tokio::test]
async fn what_is_not_there() {
    let server = Server::start().await;
    let (status, body) = server.get("/api/v1/nodes/nobody").await;
    assert_eq!(
        (status, body["detail"].as_str().unwrap()),
        (404, "node nobody does not exist")
    );
    let (status, body) = server.shell("nobody", "echo", 1).await;
    assert_eq!(
        (status, &body["code"], &body["title"]),
        (400, &json!("unknown_node"), &json!("Bad Request"))
    );
    assert_eq!(
        server.get("/nonsense").await.1["detail"],
        json!("Not Found")
    );
    assert_eq!(
        server.call(Method::DELETE, "/api/v1/nodes", None).await.0,
        405
    );
    assert_eq!(server.get("/api/v1/executions/nonsense").await.0, 404);
    assert_eq!(
        server
            .post(
                "/api/v1/executions/01a20ab3-fbd0-76ff-a91d-3b7a0cf4705d/cancel",
                json!({})
            )
            .await
            .0,
        404
    );
    assert_eq!(server.post("/api/v1/dispatch", json!({})).await.0, 422);
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_504() {
    let server = Server::start().await;
    let _mute = Peer::join(server.address(), &hello("mute")).await;
    server.until_node("mute", "online").await;
    let (status, body) = server.shell("mute", "sleep", 1).await;
    assert_eq!((status, &body["code"]), (504, &json!("timeout")), "{body}");
    let (status, body) = server.shell("mute", "never sent", 0).await;
    assert_eq!(
        (status, &body["code"]),
        (504, &json!("expired")),
        "the node is serial and still busy: {body}"
    );
}

#[tokio::test]
async fn a_node_that_is_lost_while_it_works_is_502_at_once() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello("lost")).await;
    server.until_node("lost", "online").await;
    let leave = async {
        peer.hear_type("EXECUTE_SKILL").await;
        drop(peer);
    };
    let (answer, ()) = tokio::join!(server.shell("lost", "x", 300), leave);
    assert_eq!(
        (answer.0, &answer.1["code"]),
        (502, &json!("unknown_outcome")),
        "{}",
        answer.1
    );
}

#[tokio::test]
async fn parameters_that_would_kill_a_prototype_spore_are_refused_before_they_are_sent() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello("fragile")).await;
    server.until_node("fragile", "online").await;
    let (status, body) = server.shell("fragile", &"x".repeat(1_100_000), 5).await;
    assert_eq!(
        (status, &body["code"]),
        (413, &json!("too_large")),
        "{body}"
    );
    let answer = async {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.respond(&order, json!("ok")).await;
        a_moment().await;
    };
    let large = "x".repeat(900_000);
    let (fits, ()) = tokio::join!(server.shell("fragile", &large, 10), answer);
    assert_eq!(fits.0, 200);
}

#[tokio::test]
async fn success_false_is_still_200() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello("a")).await;
    server.until_node("a", "online").await;
    let fail = async {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": order["payload"]["request_id"], "node_id": "a",
            "success": false, "result": null, "error": "no such skill", "execution_time": 0.5}}))
            .await;
        a_moment().await;
    };
    let ((status, body), ()) = tokio::join!(server.shell("a", "x", 10), fail);
    assert_eq!(
        (status, &body["status"], &body["success"]),
        (200, &json!("success"), &json!(false))
    );
    assert_eq!(
        (&body["error"], &body["execution_time"], &body["result"]),
        (&json!("no such skill"), &json!(0.5), &Value::Null)
    );
}

#[tokio::test]
async fn dispatch_explains_and_moves_on() {
    let server = Server::start().await;
    let mut gpu = hello_v2("gpu");
    gpu["payload"]["capabilities"]["tags"] = json!(["gpu"]);
    let mut first = Peer::join(server.address(), &gpu).await;
    gpu["payload"]["node_id"] = json!("gpu-2");
    let mut second = Peer::join(server.address(), &gpu).await;
    server.until_node("gpu-2", "online").await;
    let refuse_then_do = async {
        let order = first.hear_type("EXECUTE_SKILL").await;
        first.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": order["payload"]["request_id"], "node_id": "gpu",
            "success": false, "error": "full", "outcome": "refused"}}))
            .await;
        let order = second.hear_type("EXECUTE_SKILL").await;
        second.respond(&order, json!("done")).await;
        a_moment().await;
    };
    let body = json!({"parameters": {"command": "x"}, "node_preference": {"skill": "ShellSkill", "tag": "gpu"}});
    let ((status, body), ()) = tokio::join!(server.post("/api/v1/dispatch", body), refuse_then_do);
    assert_eq!(
        (status, &body["node_id"], &body["result"]),
        (200, &json!("gpu-2"), &json!("done")),
        "{body}"
    );
    let refused = body["placement"]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["node_id"] == "gpu")
        .unwrap()
        .clone();
    assert_eq!(refused["refused"], json!("full"));
    let nobody = json!({"skill_name": "ShellSkill", "method_name": "run", "node_preference": {"tag": "moon"}});
    let (status, body) = server.post("/api/v1/dispatch", nobody).await;
    assert_eq!(
        (status, &body["code"], &body["context"]["considered"]),
        (503, &json!("no_candidate"), &json!(2)),
        "{body}"
    );
}

#[tokio::test]
async fn started_executions_are_listed_stopped_and_never_doubled() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("a")).await;
    peer.hear_type("WELCOME").await;
    let id = "01a20ab3-fbd0-76ff-a91d-3b7a0cf4705d";
    let body = json!({"id": id, "node_id": "a", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "long"}});
    assert_eq!(
        server.post("/api/v1/executions", body.clone()).await,
        (202, json!({"status": "accepted", "id": id}))
    );
    assert_eq!(server.post("/api/v1/executions", body).await.0, 409);
    peer.hear_type("EXECUTE_SKILL").await;
    peer.say(&json!({"message_type": "ACCEPTED", "payload": {"request_id": id}}))
        .await;
    server.until_state(id, "running").await;
    peer.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": id, "seq": 0, "stream": "stdout", "text": "héllo"}})).await;
    assert_eq!(peer.hear_type("ACK").await["payload"]["next_seq"], json!(1));
    assert_eq!(server.output(id).await, "héllo");
    assert_eq!(
        server
            .post(&format!("/api/v1/executions/{id}/cancel"), json!({}))
            .await
            .0,
        202
    );
    assert_eq!(
        peer.hear_type("CANCEL").await["payload"]["request_id"],
        json!(id)
    );
    server.until_state(id, "stopping").await;
    peer.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": id, "node_id": "a", "success": false,
        "error": "cancelled", "outcome": "cancelled", "next_seq": 1}}))
        .await;
    server.until_state(id, "cancelled").await;
    assert_eq!(
        peer.hear_type("ACK").await["payload"]["finished"],
        json!(true)
    );
    assert_eq!(
        server
            .post(&format!("/api/v1/executions/{id}/cancel"), json!({}))
            .await
            .0,
        409
    );
    let (_, list) = server.get("/api/v1/executions?node_id=a&limit=5").await;
    assert_eq!(
        (
            &list["executions"][0]["id"],
            &list["executions"][0]["summary"]
        ),
        (&json!(id), &json!("long"))
    );
}

#[tokio::test]
async fn metrics_and_the_openapi_document_are_served() {
    let server = Server::start().await;
    let _peer = Peer::join(server.address(), &hello("a")).await;
    server.until_node("a", "online").await;
    let (_, text) = server.get("/metrics").await;
    let text = text.as_str().unwrap();
    for line in [
        "nexus_nodes{state=\"online\"} 1",
        "# TYPE nexus_dispatch_latency_seconds histogram",
        "nexus_queue_depth 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("node_id"), "never a label for each node");
    let (status, document) = server.get("/openapi.json").await;
    assert_eq!(
        (
            status,
            document["openapi"].as_str().unwrap().starts_with("3.")
        ),
        (200, true)
    );
    assert!(
        document["paths"]["/api/v1/nodes/{id}/execute"]["post"]["responses"]["504"].is_object()
    );
}

#[tokio::test]
async fn a_body_may_be_as_large_as_an_order_and_not_larger() {
    let server = Server::start().await;
    let mut hello = hello_v2("wide");
    hello["payload"]["capabilities"]["limits"] =
        json!({"max_executions": 8, "max_message_bytes": 8 << 20});
    let mut peer = Peer::join(server.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    let large = "x".repeat(6 << 20);
    let answer = async {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.respond(&order, json!("ok")).await;
        a_moment().await;
    };
    let (fits, ()) = tokio::join!(server.shell("wide", &large, 20), answer);
    assert_eq!(fits.0, 200);
    let (status, body) = server.shell("wide", &"x".repeat(9 << 20), 5).await;
    assert_eq!((status, &body["code"]), (413, &json!("body")), "{body}");
}
