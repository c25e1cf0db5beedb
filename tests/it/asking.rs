//! Who may ask what: every route for every kind of caller, and the ways round it.

use nexus::access::{Caller, NewToken, Role};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2};

async fn token(server: &Server, role: Role, nodes: &str, calls: &[&str]) -> String {
    token_for(server, role, nodes, calls, 600).await.1
}

async fn token_for(
    server: &Server,
    role: Role,
    nodes: &str,
    calls: &[&str],
    ttl_seconds: u64,
) -> (uuid::Uuid, String) {
    let new = NewToken {
        name: "test".into(),
        role,
        nodes: nodes.into(),
        calls: calls.iter().map(|call| (*call).into()).collect(),
        ttl_seconds,
    };
    let tokens = server.nexus.tokens();
    let (secret, info) = tokens.create(new, &Caller::local()).await.unwrap();
    (info.id, secret.reveal().to_owned())
}

async fn ask(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let mut request = server.bare(method, path);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

/// Answers to: nobody, viewer, operator elsewhere, operator, admin. 0: it passed the door, whatever came of it.
const ROWS: &[(&str, &str, [u16; 5])] = &[
    ("get", "/api/v1/nodes", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/nodes/{id}", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/nodes/{id}/history", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/timeline", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/timeline/at", [401, 0, 0, 0, 0]),
    ("patch", "/api/v1/nodes/{id}", [401, 403, 403, 403, 0]),
    ("delete", "/api/v1/nodes/{id}", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/nodes/{id}/revoke", [401, 403, 403, 403, 0]),
    (
        "post",
        "/api/v1/nodes/{id}/release",
        [401, 403, 403, 403, 0],
    ),
    ("post", "/api/v1/nodes/{id}/rekey", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/nodes/{id}/execute", [401, 403, 400, 0, 0]),
    ("post", "/api/v1/dispatch", [401, 403, 503, 0, 0]),
    ("post", "/api/v1/placement", [401, 403, 0, 0, 0]),
    ("post", "/api/v1/targets/resolve", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/targets/complete", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/groups", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/groups", [401, 403, 403, 0, 0]),
    ("get", "/api/v1/groups/{name}", [401, 0, 0, 0, 0]),
    ("put", "/api/v1/groups/{name}", [401, 403, 403, 0, 0]),
    ("delete", "/api/v1/groups/{name}", [401, 403, 403, 0, 0]),
    ("get", "/api/v1/chart", [401, 0, 0, 0, 0]),
    ("put", "/api/v1/chart", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/chart/preview", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/chart/undo", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/alerts", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/alerts/causes", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/alerts/{id}", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/alerts/own", [401, 403, 403, 0, 0]),
    ("post", "/api/v1/alerts/acknowledge", [401, 403, 403, 0, 0]),
    ("post", "/api/v1/alerts/note", [401, 403, 403, 0, 0]),
    ("post", "/api/v1/alerts/mute", [401, 403, 403, 0, 0]),
    ("post", "/api/v1/alerts/unmute", [401, 403, 403, 0, 0]),
    ("get", "/api/v1/alert-rules", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/alert-rules", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/alert-rules/preview", [401, 0, 0, 0, 0]),
    ("put", "/api/v1/alert-rules/{id}", [401, 403, 403, 403, 0]),
    (
        "delete",
        "/api/v1/alert-rules/{id}",
        [401, 403, 403, 403, 0],
    ),
    ("get", "/api/v1/alert-webhook", [401, 403, 403, 403, 0]),
    ("put", "/api/v1/alert-webhook", [401, 403, 403, 403, 0]),
    ("delete", "/api/v1/alert-webhook", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/executions", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/executions", [401, 403, 400, 0, 0]),
    ("get", "/api/v1/executions/{id}", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/executions/{id}/output", [401, 0, 404, 0, 0]),
    (
        "post",
        "/api/v1/executions/{id}/cancel",
        [401, 403, 404, 0, 0],
    ),
    ("get", "/api/v1/executions/{id}/follow", [401, 0, 404, 0, 0]),
    (
        "get",
        "/api/v1/executions/{id}/download",
        [401, 0, 404, 0, 0],
    ),
    ("get", "/api/v1/jobs", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/jobs", [401, 403, 0, 0, 0]),
    ("get", "/api/v1/jobs/{id}", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/jobs/{id}/targets", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/jobs/{id}/groups", [401, 0, 404, 0, 0]),
    ("get", "/api/v1/jobs/{id}/search", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/jobs/{id}/follow", [401, 0, 404, 0, 0]),
    ("post", "/api/v1/jobs/{id}/pause", [401, 403, 404, 0, 0]),
    ("post", "/api/v1/jobs/{id}/resume", [401, 403, 404, 0, 0]),
    ("post", "/api/v1/jobs/{id}/cancel", [401, 403, 404, 0, 0]),
    ("post", "/api/v1/jobs/{id}/rerun", [401, 403, 0, 0, 0]),
    ("get", "/api/v1/schedules", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/schedules", [401, 403, 0, 0, 0]),
    ("post", "/api/v1/schedules/preview", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/schedules/{id}", [401, 0, 404, 0, 0]),
    ("put", "/api/v1/schedules/{id}", [401, 403, 0, 0, 0]),
    ("delete", "/api/v1/schedules/{id}", [401, 403, 404, 0, 0]),
    (
        "post",
        "/api/v1/schedules/{id}/pause",
        [401, 403, 404, 0, 0],
    ),
    (
        "post",
        "/api/v1/schedules/{id}/resume",
        [401, 403, 404, 0, 0],
    ),
    ("post", "/api/v1/schedules/{id}/run", [401, 403, 404, 0, 0]),
    ("get", "/api/v1/runbooks", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/runbooks/{name}", [401, 0, 0, 0, 0]),
    ("put", "/api/v1/runbooks/{name}", [401, 403, 0, 0, 0]),
    ("delete", "/api/v1/runbooks/{name}", [401, 403, 0, 0, 0]),
    ("post", "/api/v1/runbooks/{name}/run", [401, 403, 0, 0, 0]),
    ("get", "/api/v1/runs", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/runs/{id}", [401, 0, 404, 0, 0]),
    ("post", "/api/v1/runs/{id}/cancel", [401, 403, 404, 0, 0]),
    ("get", "/api/v1/stop", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/stop", [401, 403, 403, 0, 0]),
    ("delete", "/api/v1/stop", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/nodes/{id}/stop", [401, 403, 404, 0, 0]),
    ("get", "/api/v1/join-codes", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/join-codes", [401, 403, 403, 403, 0]),
    ("delete", "/api/v1/join-codes/{id}", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/waiting", [401, 403, 403, 403, 0]),
    (
        "post",
        "/api/v1/waiting/{id}/accept",
        [401, 403, 403, 403, 0],
    ),
    ("delete", "/api/v1/waiting/{id}", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/tokens", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/tokens", [401, 403, 403, 403, 0]),
    ("delete", "/api/v1/tokens/{id}", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/approvals", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/approvals/{id}", [401, 403, 404, 404, 0]),
    (
        "post",
        "/api/v1/approvals/{id}/approve",
        [401, 403, 403, 403, 0],
    ),
    (
        "post",
        "/api/v1/approvals/{id}/deny",
        [401, 403, 403, 403, 0],
    ),
    ("get", "/api/v1/approval-rules", [401, 403, 403, 403, 0]),
    ("post", "/api/v1/approval-rules", [401, 403, 403, 403, 0]),
    (
        "delete",
        "/api/v1/approval-rules/{id}",
        [401, 403, 403, 403, 0],
    ),
    ("get", "/api/v1/audit", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/audit/verify", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/audit/export", [401, 403, 403, 403, 0]),
    ("get", "/api/v1/instances", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/sources", [401, 0, 0, 0, 0]),
    ("get", "/api/v1/fleet", [401, 0, 0, 0, 0]),
    ("post", "/api/v1/backup", [401, 403, 403, 403, 0]),
    ("get", "/metrics", [401, 0, 0, 0, 0]),
    ("get", "/openapi.json", [401, 0, 0, 0, 0]),
    ("get", "/healthz", [0, 0, 0, 0, 0]),
    ("get", "/readyz", [0, 0, 0, 0, 0]),
];

/// Every method of every route: those of the document, and those that it does not speak of.
fn routes() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&nexus::openapi()).unwrap();
    let mut all = vec![("get".to_owned(), "/openapi.json".to_owned())];
    for (path, methods) in document["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().keys();
        all.extend(methods.map(|method| (method.clone(), path.clone())));
    }
    all
}

#[tokio::test]
async fn every_route_has_a_row_and_keeps_to_it() {
    let server = Server::start().await;
    let mut node = Peer::join(server.address(), &hello_v2("n")).await;
    node.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    let execution = server.start_shell("n", "sleep", 60).await;
    let callers = [
        String::new(),
        token(&server, Role::Viewer, "*", &["*"]).await,
        token(&server, Role::Operator, "id:elsewhere", &["*"]).await,
        token(&server, Role::Operator, "*", &["*"]).await,
        token(&server, Role::Admin, "*", &["*"]).await,
    ];
    for (method, path) in routes() {
        let row = ROWS.iter().find(|row| row.0 == method && row.1 == path);
        let (_, _, wanted) = row.unwrap_or_else(|| panic!("{method} {path} has no row"));
        let id = if path.contains("executions") {
            execution.as_str()
        } else {
            "n"
        };
        // A short wait, so that executions that do pass end by themselves.
        let body =
            json!({"node_id": "n", "skill_name": "ShellSkill", "method_name": "run", "timeout": 1});
        let body = (method == "post" && !path.contains("{id}/") || path.ends_with("/execute"))
            .then_some(body);
        for (caller, wanted) in callers.iter().zip(wanted) {
            let upper: Method = method.to_uppercase().parse().unwrap();
            let (status, answer) = ask(
                &server,
                caller,
                upper,
                &path.replace("{id}", id),
                body.clone(),
            )
            .await;
            if *wanted == 0 {
                assert!(
                    ![401, 403, 405].contains(&status),
                    "{method} {path}: {status} {answer}"
                );
            } else {
                assert_eq!(status, *wanted, "{method} {path}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn methods_that_a_route_does_not_have_are_405() {
    let server = Server::start().await;
    let known = routes();
    let admin = server.nexus.api_token().reveal().to_owned();
    for (_, path) in &known {
        for method in [
            "get", "post", "put", "patch", "delete", "options", "trace", "brew",
        ] {
            if known
                .iter()
                .any(|(own, route)| own == method && route == path)
            {
                continue;
            }
            let upper = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let (status, _) = ask(&server, &admin, upper, &path.replace("{id}", "x"), None).await;
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    let unknown = ask(
        &server,
        &admin,
        Method::GET,
        "/api/v1/nodes/x/plugins",
        None,
    )
    .await;
    assert_eq!(unknown.0, 404);
}

/// A swarm with a node inside of the token's scope and one outside, on which something runs.
struct Fence {
    server: Server,
    token: String,
    secret: String,
    _spores: [Peer; 2],
}

async fn fence() -> Fence {
    let server = Server::start().await;
    let mut inside = Peer::join(server.address(), &hello_v2("inside")).await;
    let mut outside = Peer::join(server.address(), &hello_v2("outside")).await;
    inside.hear_type("WELCOME").await;
    outside.hear_type("WELCOME").await;
    server.until_node("outside", "online").await;
    server.until_node("inside", "online").await;
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
    let get = async |path: &str| ask(&server, &token, Method::GET, path, None).await;
    let post =
        async |path: &str, body: Value| ask(&server, &token, Method::POST, path, Some(body)).await;
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
    let get = async |path: &str| ask(&server, &token, Method::GET, path, None).await;
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
        ask(
            &server,
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
    let asked = ask(
        &server,
        &token,
        Method::POST,
        "/api/v1/dispatch",
        Some(body),
    );
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
    let server = Server::start().await;
    let mut inside = Peer::join(server.address(), &hello_v2("inside")).await;
    let mut outside = Peer::join(server.address(), &hello_v2("outside")).await;
    inside.hear_type("WELCOME").await;
    outside.hear_type("WELCOME").await;
    server.until_node("outside", "online").await;
    server.until_node("inside", "online").await;
    let before = server.start_shell("outside", "before", 60).await;
    let token = format!(
        "Bearer {}",
        token(&server, Role::Viewer, "id:inside", &["*"]).await
    );
    let mut events = Peer::connect(server.address(), "/ws/events", &[("authorization", &token)])
        .await
        .unwrap();
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

#[tokio::test]
async fn revoking_a_token_ends_it_and_its_streams_at_once() {
    let server = Server::start().await;
    let (id, secret) = token_for(&server, Role::Viewer, "*", &["*"], 600).await;
    let bearer = format!("Bearer {secret}");
    let mut events = Peer::connect(
        server.address(),
        "/ws/events",
        &[("authorization", &bearer)],
    )
    .await
    .unwrap();
    events.hear_type("SNAPSHOT").await;
    assert_eq!(
        ask(&server, &secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        200
    );
    let revoked = server
        .call(Method::DELETE, &format!("/api/v1/tokens/{id}"), None)
        .await;
    assert_eq!(revoked.0, 200);
    assert_eq!(
        events.end().await,
        (1008, "your token was revoked".to_owned())
    );
    assert_eq!(
        ask(&server, &secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        401
    );
    let (_, list) = server.get("/api/v1/tokens").await;
    assert!(
        list["tokens"][0]["revoked_at"].is_string()
            && list["tokens"][0]["last_used_from"].is_string()
    );
    assert!(!list.to_string().contains(&secret), "shown once");
}

#[tokio::test]
async fn an_expired_token_opens_nothing_and_its_streams_end() {
    let server = Server::start().await;
    let (_, secret) = token_for(&server, Role::Admin, "*", &["*"], 1).await;
    let bearer = format!("Bearer {secret}");
    let mut events = Peer::connect(
        server.address(),
        "/ws/events",
        &[("authorization", &bearer)],
    )
    .await
    .unwrap();
    assert_eq!(
        events.end().await,
        (1008, "your token has expired".to_owned())
    );
    assert_eq!(
        ask(&server, &secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn tokens_outlive_a_restart_and_are_kept_as_hashes() {
    let server = Server::start().await;
    let (live, secret) = token_for(&server, Role::Viewer, "id:a", &["ShellSkill.run"], 600).await;
    let (dead, revoked) = token_for(&server, Role::Admin, "*", &["*"], 600).await;
    let tokens = server.nexus.tokens();
    tokens.revoke(dead, &Caller::local()).await.unwrap();
    let data = server.stop().await;
    let bytes: Vec<u8> = ["nexus.sqlite", "nexus.sqlite-wal"]
        .iter()
        .flat_map(|name| std::fs::read(data.path().join(name)).unwrap_or_default())
        .collect();
    for text in [&secret, &revoked] {
        let found = bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes());
        assert!(!found, "no token stands in the file");
    }
    let again = Server::start_with(|config| config.data_dir = data.path().to_owned()).await;
    assert_eq!(
        ask(&again, &secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        200
    );
    assert_eq!(
        ask(
            &again,
            &secret,
            Method::POST,
            "/api/v1/dispatch",
            Some(json!({}))
        )
        .await
        .0,
        403
    );
    assert_eq!(
        ask(&again, &revoked, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        401
    );
    assert_eq!(again.nexus.tokens().list()[0].id, live);
}

#[tokio::test]
async fn ten_thousand_wrong_tokens_open_nothing_and_lock_nobody_out() {
    let server = Server::start().await;
    let right = token(&server, Role::Viewer, "*", &["*"]).await;
    let (mut refused, mut limited) = (0, 0);
    for number in 0..10_000_u32 {
        let wrong = format!("nxs_{number:064x}");
        match ask(&server, &wrong, Method::GET, "/api/v1/nodes", None)
            .await
            .0
        {
            401 => refused += 1,
            429 => limited += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused < 100 && limited > 9_900, "{refused} {limited}");
    assert_eq!(
        ask(&server, &right, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        200
    );
    let slow = server
        .bare(Method::GET, "/api/v1/nodes")
        .bearer_auth("nxs_x")
        .send()
        .await
        .unwrap();
    let after: u64 = slow.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&after));
}

#[tokio::test]
async fn a_token_that_asks_too_often_waits() {
    let server = Server::start_with(|config| config.request_rate = 1).await;
    let secret = token(&server, Role::Viewer, "*", &["*"]).await;
    let mut limited = 0;
    for _ in 0..50 {
        limited += usize::from(
            ask(&server, &secret, Method::GET, "/api/v1/nodes", None)
                .await
                .0
                == 429,
        );
    }
    assert!(limited > 0);
    assert_eq!(server.get("/api/v1/nodes").await.0, 200, "others do not");
}

#[tokio::test]
async fn streams_have_a_cap_for_each_token() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", token(&server, Role::Viewer, "*", &["*"]).await);
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(
            Peer::connect(
                server.address(),
                "/ws/events",
                &[("authorization", &bearer)],
            )
            .await
            .unwrap(),
        );
    }
    assert!(
        Peer::connect(
            server.address(),
            "/ws/events",
            &[("authorization", &bearer)]
        )
        .await
        .is_err()
    );
    let other = format!("Bearer {}", server.nexus.api_token().reveal());
    let mut other = Peer::connect(server.address(), "/ws/events", &[("authorization", &other)])
        .await
        .unwrap();
    other.hear_type("SNAPSHOT").await;
    drop(open);
    eventually("room again", || async {
        Peer::connect(
            server.address(),
            "/ws/events",
            &[("authorization", &bearer)],
        )
        .await
        .ok()
        .map(drop)
    })
    .await;
}

#[tokio::test]
async fn only_an_unlimited_admin_makes_tokens() {
    let server = Server::start().await;
    let wish = json!({"name": "more", "role": "admin"});
    for (role, nodes, calls) in [
        (Role::Viewer, "*", "*"),
        (Role::Operator, "*", "*"),
        (Role::Admin, "id:a", "*"),
        (Role::Admin, "*", "ShellSkill.run"),
        (Role::Admin, "", "*"),
    ] {
        let small = token(&server, role, nodes, &[calls]).await;
        for (method, path) in [
            (Method::POST, "/api/v1/tokens"),
            (Method::GET, "/api/v1/tokens"),
        ] {
            assert_eq!(
                ask(&server, &small, method, path, Some(wish.clone()))
                    .await
                    .0,
                403
            );
        }
    }
    let (status, made) = server.post("/api/v1/tokens", wish).await;
    assert_eq!(status, 201, "{made}");
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("nxs_") && secret.len() == 68);
    assert_eq!(
        ask(&server, secret, Method::GET, "/api/v1/tokens", None)
            .await
            .0,
        200
    );
    for wrong in [
        json!({"name": "", "role": "admin"}),
        json!({"name": "x", "role": "root"}),
        json!({"name": "x"}),
        json!({"name": "x", "role": "viewer", "nodes": "a b"}),
        json!({"name": "x", "role": "viewer", "calls": ["Sh*.run"]}),
        json!({"name": "x", "role": "viewer", "ttl_seconds": 0}),
        json!({"name": "x", "role": "viewer", "scope": "*"}),
    ] {
        assert_eq!(
            server.post("/api/v1/tokens", wrong.clone()).await.0,
            422,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn an_open_loopback_is_not_open_to_pages_and_proxies() {
    let server = Server::start_with(|config| config.open_api = true).await;
    let own = format!("http://{}", server.address());
    for (name, value) in [
        ("origin", own.as_str()),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
    ] {
        let answer = server
            .bare(Method::GET, "/api/v1/nodes")
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{name}");
        let mut events = Peer::connect(server.address(), "/ws/events", &[(name, value)])
            .await
            .unwrap();
        assert_eq!(events.end().await.0, 1008, "{name}");
    }
}

#[tokio::test]
async fn a_body_is_json_and_says_so() {
    let server = Server::start().await;
    let token = server.nexus.api_token().reveal();
    let body = r#"{"skill_name": "ShellSkill"}"#;
    for (kind, wanted) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/jsonp"), 415),
        (Some("application/json"), 503),
        (Some("Application/JSON; charset=utf-8"), 503),
    ] {
        let mut request = server
            .bare(Method::POST, "/api/v1/dispatch")
            .bearer_auth(token)
            .body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        assert_eq!(request.send().await.unwrap().status(), wanted, "{kind:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start().await;
    for path in [
        "/healthz",
        "/api/v1/nodes",
        "/nowhere",
        "/api/v1/nodes?access_token=x",
    ] {
        let answer = server.bare(Method::GET, path).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(
            header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert!(
            header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
    }
}
