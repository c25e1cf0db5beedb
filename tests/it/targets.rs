//! Which nodes are meant, over HTTP: expressions, saved groups, and where something would go.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, hello_v2};

async fn token(server: &Server, role: Role, nodes: &str) -> String {
    server.token("test", role, nodes, &["*"]).await.1
}

async fn ask(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> (u16, Value) {
    let body = (!body.is_null()).then_some(body);
    server.call_as(token, method, path, body).await
}

/// Three nodes, one of them gone again.
async fn swarm() -> (Server, Vec<Peer>, String) {
    let server = Server::start().await;
    let mut peers = Vec::new();
    for (id, tags) in [
        ("a", &["gpu"][..]),
        ("b", &["gpu", "rack=2"]),
        ("c", &["rack=2"]),
    ] {
        let mut hello = hello_v2(id);
        hello["payload"]["capabilities"]["tags"] = json!(tags);
        let mut peer = Peer::join(server.address(), &hello).await;
        peer.hear_type("WELCOME").await;
        server.until_node(id, "online").await;
        peers.push(peer);
    }
    drop(peers.pop());
    server.until_node("c", "offline").await;
    let admin = token(&server, Role::Admin, "*").await;
    (server, peers, admin)
}

fn ids(body: &Value) -> Vec<&str> {
    let nodes = body["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["node_id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_expression_is_resolved_before_anything_is_asked() {
    let (server, _peers, admin) = swarm().await;
    let resolve = async |body: Value| {
        ask(
            &server,
            &admin,
            Method::POST,
            "/api/v1/targets/resolve",
            body,
        )
        .await
    };
    let call = json!({"target": " rack=2  or (tag:gpu)", "skill_name": "ShellSkill", "method_name": "run"});
    let (status, body) = resolve(call).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["target"], "rack=2 or tag:gpu");
    assert_eq!(
        (&body["count"], &body["online"], &body["offline"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(
        ids(&body),
        ["a", "b", "c"],
        "those that are offline come last"
    );
    assert_eq!(
        (&body["nodes"][2]["state"], &body["nodes_omitted"]),
        (&json!("offline"), &json!(0))
    );
    let (_, same) = resolve(json!({"node_ids": ["c", "b", "a"]})).await;
    assert_eq!(
        (&same["targets_sha256"], &same["target"]),
        (&body["targets_sha256"], &json!(""))
    );
    assert_eq!(
        (&same["effect"], &same["confirm"]),
        (&Value::Null, &json!(false))
    );
    let (_, other) = resolve(json!({"target": "*", "skill_name": "NoSkill"})).await;
    let why = other["nodes"][0]["refused"].as_str().unwrap();
    assert!(why.contains("NoSkill.run"), "{why}");
    for (asked, status, code) in [
        (json!({}), 422, "no_targets"),
        (json!({"target": ""}), 422, "no_targets"),
        (json!({"target": "tag:tpu"}), 422, "no_targets"),
        (json!({"node_ids": []}), 422, "no_targets"),
        (json!({"target": "*", "node_ids": ["a"]}), 422, "invalid"),
        (json!({"target": "a b"}), 422, "invalid"),
        (json!({"target": "cpu<fast"}), 422, "invalid"),
        (json!({"target": "@nothing"}), 422, "unknown_group"),
        (json!({"target": "*", "surprise": 1}), 422, "invalid"),
        (json!({"node_ids": ["a", "x"]}), 400, "unknown_node"),
        (json!({"node_ids": ["a", "a"]}), 422, "invalid"),
        (json!({"target": 7}), 422, "invalid"),
    ] {
        let (got, body) = resolve(asked.clone()).await;
        assert_eq!(
            (got, &body["code"]),
            (status, &json!(code)),
            "{asked}: {body}"
        );
    }
}

#[tokio::test]
async fn what_is_outside_of_a_token_is_neither_meant_nor_proposed() {
    let (server, _peers, admin) = swarm().await;
    let group = json!({"name": "racks", "target": "rack=2"});
    let (status, made) = ask(&server, &admin, Method::POST, "/api/v1/groups", group).await;
    assert_eq!(
        (status, &made["group"]["count"]),
        (201, &json!(2)),
        "{made}"
    );
    let viewer = token(&server, Role::Viewer, "id:b").await;
    let resolve = json!({"target": "@racks or tag:gpu"});
    let (_, body) = ask(
        &server,
        &viewer,
        Method::POST,
        "/api/v1/targets/resolve",
        resolve,
    )
    .await;
    assert_eq!(ids(&body), ["b"]);
    let path = "/api/v1/targets/complete?text=tag%3A&at=4";
    let (_, body) = ask(&server, &viewer, Method::GET, path, Value::Null).await;
    assert_eq!(
        body["items"][0],
        json!({"text": "\"rack=2\"", "what": "tag", "count": 1})
    );
    let (_, body) = ask(&server, &admin, Method::GET, path, Value::Null).await;
    assert_eq!(body["from"], 4);
    assert_eq!(
        body["items"][0],
        json!({"text": "\"rack=2\"", "what": "tag", "count": 2})
    );
    let (_, body) = ask(&server, &viewer, Method::GET, "/api/v1/groups", Value::Null).await;
    let seen = &body["groups"][0];
    assert_eq!(
        (&seen["name"], &seen["target"], &seen["count"]),
        (&json!("racks"), &Value::Null, &json!(1))
    );
}

#[tokio::test]
async fn saved_groups_are_changed_by_operators_of_the_whole_swarm_and_are_in_the_log() {
    let (server, _peers, admin) = swarm().await;
    let operator = token(&server, Role::Operator, "*").await;
    let limited = token(&server, Role::Operator, "tag:gpu").await;
    let viewer = token(&server, Role::Viewer, "*").await;
    let group = async |who: &str, method: Method, name: &str, target: Value| {
        let path = format!("/api/v1/groups/{name}");
        let body = if target.is_null() {
            Value::Null
        } else {
            json!({"target": target})
        };
        let (status, body) = ask(&server, who, method, &path, body).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let (put, delete) = (Method::PUT, Method::DELETE);
    for denied in [&limited, &viewer] {
        assert_eq!(group(denied, put.clone(), "gpus", json!("*")).await.0, 403);
        assert_eq!(
            group(denied, delete.clone(), "gpus", Value::Null).await.0,
            403
        );
    }
    for (method, name, target, status, code) in [
        (&put, "gpus", json!("tag:gpu"), 200, ""),
        (&put, "gpus", json!("@gpus"), 422, "invalid"),
        (&put, "GPUS", json!("tag:gpu"), 422, "invalid"),
        (&put, "both", json!("@gpus or a"), 200, ""),
        (&put, "gpus", json!("@both"), 422, "invalid"),
        (&delete, "gpus", Value::Null, 409, "in_use"),
        (&delete, "both", Value::Null, 200, ""),
        (&delete, "gpus", Value::Null, 200, ""),
        (&delete, "gpus", Value::Null, 404, "unknown_group"),
    ] {
        let got = group(&operator, method.clone(), name, target).await;
        assert_eq!(got, (status, code.to_owned()), "{method} {name}");
    }
    assert_eq!(
        group(&viewer, Method::GET, "gpus", Value::Null).await.0,
        404
    );
    for status in [201, 409] {
        let again = json!({"name": "gpus", "target": "*"});
        let (got, _) = ask(&server, &operator, Method::POST, "/api/v1/groups", again).await;
        assert_eq!(got, status);
    }
    let (_, log) = ask(&server, &admin, Method::GET, "/api/v1/audit", Value::Null).await;
    let log = log.to_string();
    assert!(
        log.contains("put_group") && log.contains("remove_group"),
        "{log}"
    );
}

#[tokio::test]
async fn a_saved_group_limits_nobody() {
    let (server, _peers, admin) = swarm().await;
    let group = json!({"name": "gpus", "target": "tag:gpu"});
    let (status, _) = ask(&server, &admin, Method::POST, "/api/v1/groups", group).await;
    assert_eq!(status, 201);
    let rule = json!({"name": "r", "calls": ["*"], "nodes": "not @gpus"});
    let (status, body) = ask(
        &server,
        &admin,
        Method::POST,
        "/api/v1/approval-rules",
        rule,
    )
    .await;
    assert_eq!(status, 422);
    assert!(body["detail"].as_str().unwrap().contains("@gpus"), "{body}");
    let wide = json!({"name": "t", "role": "operator", "nodes": "@gpus", "calls": ["*"], "ttl_seconds": 60});
    let (status, _) = ask(&server, &admin, Method::POST, "/api/v1/tokens", wide).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn where_something_would_go_is_told_and_nothing_is_sent() {
    let (server, mut peers, admin) = swarm().await;
    let what_if = async |more: Value| {
        let mut body = json!({"skill_name": "ShellSkill", "method_name": "run"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        ask(&server, &admin, Method::POST, "/api/v1/placement", body).await
    };
    let (status, body) =
        what_if(json!({"target": "tag:gpu", "strategy": "spread", "spread_by": "rack", "any": 5}))
            .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["chosen"], json!(["a", "b"]));
    assert_eq!(
        (
            &body["placement"]["strategy"],
            &body["placement"]["node_id"]
        ),
        (&json!("spread"), &json!("a"))
    );
    assert_eq!(
        body["placement"]["candidates"][0]["parts"]["placements"],
        json!(0.0)
    );
    let (_, body) = what_if(json!({"avoid": "id:a"})).await;
    assert_eq!(
        (&body["chosen"], &body["placement"]["considered"]),
        (&json!(["b"]), &json!(3))
    );
    let (_, body) = what_if(json!({"resource": "gpu"})).await;
    assert_eq!(
        (&body["chosen"], &body["placement"]["node_id"]),
        (&json!([]), &Value::Null)
    );
    for wrong in [
        json!({"strategy": "best"}),
        json!({"any": 0}),
        json!({"any": 101}),
        json!({"prefer": "("}),
        json!({"resource": "../x"}),
    ] {
        let (status, body) = what_if(wrong.clone()).await;
        assert_eq!(status, 422, "{wrong}: {body}");
    }
    let viewer = token(&server, Role::Viewer, "*").await;
    let body = json!({"skill_name": "ShellSkill"});
    let (status, _) = ask(&server, &viewer, Method::POST, "/api/v1/placement", body).await;
    assert_eq!(status, 403);
    // The same wishes, and now it is sent: to the node that the answer named.
    let dispatch = json!({
        "skill_name": "ShellSkill", "parameters": {"command": "true"}, "timeout": 1, "target": "tag:gpu",
        "strategy": "round_robin", "avoid": "id:a", "local_fallback": false,
    });
    let (_, _) = ask(&server, &admin, Method::POST, "/api/v1/dispatch", dispatch).await;
    peers[1].hear_type("EXECUTE_SKILL").await;
    let nobody = json!({"skill_name": "ShellSkill", "target": "tag:tpu"});
    let (status, body) = ask(&server, &admin, Method::POST, "/api/v1/dispatch", nobody).await;
    assert_eq!((status, &body["code"]), (422, &json!("no_targets")));
}
