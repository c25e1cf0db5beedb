//! The second yes, from end to end: asked for, given, used once; and several nodes in one ask.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Program, Server, hello_v2, spore_program};

async fn token(server: &Server, name: &str, role: Role, nodes: &str) -> String {
    server.token(name, role, nodes, &["*"]).await.1
}

async fn ask(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> (u16, Value) {
    server.call_as(token, method, path, Some(body)).await
}

async fn rule(server: &Server, nodes: &str, at_least: u32) {
    let body = json!({"name": "careful", "calls": ["ShellSkill.run"], "nodes": nodes, "at_least": at_least});
    let (status, body) = server.post("/api/v1/approval-rules", body).await;
    assert_eq!(status, 201, "{body}");
}

fn fanout(nodes: &[&str], command: &str) -> Value {
    json!({"node_ids": nodes, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 20})
}

fn with(mut body: Value, approval: &Value) -> Value {
    body["approval"] = approval.clone();
    body
}

/// Peers that answer nothing, online.
async fn peers(server: &Server, names: &[&str]) -> Vec<Peer> {
    let mut peers = Vec::new();
    for name in names {
        let mut peer = Peer::join(server.address(), &hello_v2(name)).await;
        peer.hear_type("WELCOME").await;
        server.until_node(name, "online").await;
        peers.push(peer);
    }
    peers
}

/// Two real nodes, a rule about two at once, and somebody who asks.
async fn under_a_rule() -> (Server, Vec<Program>, String) {
    let server = Server::start().await;
    let spores = ["a", "b"]
        .map(|name| spore_program(server.address(), name, &[("SPORE_NODE_ID", name)]))
        .into();
    server.until_node("a", "online").await;
    server.until_node("b", "online").await;
    rule(&server, "*", 2).await;
    let asker = token(&server, "asker", Role::Operator, "*").await;
    (server, spores, asker)
}

async fn submit(server: &Server, who: &str, body: Value) -> (u16, Value) {
    ask(server, who, Method::POST, "/api/v1/executions", body).await
}

#[tokio::test]
async fn an_ask_under_a_rule_waits_for_a_second_yes() {
    let (server, _spores, asker) = under_a_rule().await;
    let body = fanout(&["b", "a"], "echo done");
    let (status, refused) = submit(&server, &asker, body.clone()).await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("approval_required")),
        "{refused}"
    );
    let id = &refused["context"]["approval"];
    let (_, again) = submit(&server, &asker, body.clone()).await;
    assert_eq!(
        &again["context"]["approval"], id,
        "the same ask waits for the same yes"
    );
    let early = submit(&server, &asker, with(body, id)).await;
    assert_eq!(early.1["code"], "approval_refused", "nobody said yes");
    // One node at a time is not what the rule is about.
    let single = json!({"node_id": "a", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "true"}});
    assert_eq!(submit(&server, &asker, single).await.0, 202);

    let path = format!("/api/v1/approvals/{}", id.as_str().unwrap());
    let (_, shown) = server.get(&path).await;
    assert_eq!(shown["approval"]["node_ids"], json!(["a", "b"]));
    assert_eq!(shown["approval"]["summary"], "echo done");
    assert_eq!(shown["approval"]["hash"], refused["context"]["hash"]);
    let own = ask(&server, &asker, Method::GET, &path, json!({})).await;
    assert_eq!(own.0, 200, "one's own");
    let yes = format!("{path}/approve");
    let own = ask(&server, &asker, Method::POST, &yes, json!({})).await;
    assert_eq!(own.0, 403);
}

#[tokio::test]
async fn a_second_yes_lets_exactly_one_ask_through() {
    let (server, _spores, asker) = under_a_rule().await;
    let body = fanout(&["b", "a"], "echo done");
    let (_, refused) = submit(&server, &asker, body.clone()).await;
    let id = &refused["context"]["approval"];
    let yes = format!("/api/v1/approvals/{}/approve", id.as_str().unwrap());
    let (status, approved) = server.post(&yes, json!({})).await;
    assert_eq!(
        (status, &approved["approval"]["state"]),
        (200, &json!("approved"))
    );
    // Not for anything else, and not for anybody else.
    for command in ["echo dome", "echo  done"] {
        let other = with(fanout(&["a", "b"], command), id);
        assert_eq!(
            submit(&server, &asker, other).await.1["code"],
            "approval_refused"
        );
    }
    let thief = token(&server, "thief", Role::Operator, "*").await;
    let stolen = submit(&server, &thief, with(body.clone(), id)).await;
    assert_eq!(stolen.1["code"], "approval_unknown");

    let (status, accepted) = submit(&server, &asker, with(body.clone(), id)).await;
    assert_eq!(status, 202, "{accepted}");
    let executions = accepted["executions"].as_array().unwrap();
    assert_eq!(executions.len(), 2);
    for execution in executions {
        assert_eq!(execution["accepted"], true);
        let id = execution["id"].as_str().unwrap();
        server.until_state(id, "succeeded").await;
    }
    let (status, replayed) = submit(&server, &asker, with(body, id)).await;
    assert_eq!(
        (status, &replayed["code"]),
        (409, &json!("approval_refused")),
        "once"
    );
    told(&server, id).await;
}

/// One ask is one entry, with its frozen nodes; and each step has one.
async fn told(server: &Server, approval: &Value) {
    let (_, log) = server.get("/api/v1/audit?action=execute").await;
    let entry = &log["entries"][0]["entry"];
    assert_eq!(
        (&entry["approval"], &entry["targets"]),
        (approval, &json!(["b", "a"]))
    );
    assert_eq!(entry["executions"].as_array().unwrap().len(), 2);
    for action in ["ask_approval", "approve", "make_rule"] {
        let (_, log) = server.get(&format!("/api/v1/audit?action={action}")).await;
        assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{action}");
    }
}

#[tokio::test]
async fn nobody_approves_his_own_and_a_no_is_a_no() {
    let server = Server::start().await;
    let _peers = peers(&server, &["a"]).await;
    rule(&server, "id:a", 1).await;
    let (status, refused) = server.post("/api/v1/executions", fanout(&["a"], "x")).await;
    assert_eq!(status, 409);
    let path = format!(
        "/api/v1/approvals/{}",
        refused["context"]["approval"].as_str().unwrap()
    );
    let (status, own) = server.post(&format!("{path}/approve"), json!({})).await;
    assert_eq!((status, &own["code"]), (409, &json!("approval_refused")));
    let admin = token(&server, "other", Role::Admin, "*").await;
    let limited = token(&server, "limited", Role::Admin, "id:a").await;
    let decide = async |token: &str, what: &str| {
        ask(
            &server,
            token,
            Method::POST,
            &format!("{path}/{what}"),
            json!({}),
        )
        .await
    };
    assert_eq!(
        decide(&limited, "approve").await.0,
        403,
        "it is about the whole swarm"
    );
    assert_eq!(decide(&admin, "deny").await.0, 200);
    assert_eq!(decide(&admin, "approve").await.0, 409, "decided is decided");
    // Every way to run it is guarded.
    let call =
        json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "x"}});
    let (status, body) = server.post("/api/v1/nodes/a/execute", call.clone()).await;
    assert_eq!((status, &body["code"]), (409, &json!("approval_required")));
    let (status, body) = server.post("/api/v1/dispatch", call).await;
    assert_eq!((status, &body["code"]), (409, &json!("approval_required")));
    assert!(
        body["detail"].as_str().unwrap().contains("node_ids"),
        "{body}"
    );
}

#[tokio::test]
async fn what_was_allowed_once_is_checked_again() {
    let server = Server::start().await;
    let _peers = peers(&server, &["a", "b"]).await;
    rule(&server, "*", 2).await;
    let asker = token(&server, "asker", Role::Operator, "tag:worker").await;
    let submit =
        async |body: Value| ask(&server, &asker, Method::POST, "/api/v1/executions", body).await;
    let body = fanout(&["a", "b"], "x");
    let (_, refused) = submit(body.clone()).await;
    let id = &refused["context"]["approval"];
    let path = format!("/api/v1/approvals/{}/approve", id.as_str().unwrap());
    assert_eq!(server.post(&path, json!({})).await.0, 200);
    // A rule that was made meanwhile wants its own yes; without the rules there is nothing to wait for.
    rule(&server, "id:a", 1).await;
    assert_eq!(
        submit(with(body.clone(), id)).await.1["code"],
        "approval_refused"
    );
    let (_, rules) = server.get("/api/v1/approval-rules").await;
    for rule in rules["rules"].as_array().unwrap() {
        let path = format!("/api/v1/approval-rules/{}", rule["id"].as_str().unwrap());
        assert_eq!(server.call(Method::DELETE, &path, None).await.0, 200);
    }
    assert_eq!(submit(body).await.0, 202);
}

#[tokio::test]
async fn several_nodes_are_asked_all_or_none() {
    let server = Server::start().await;
    let mut peers = peers(&server, &["a", "b"]).await;
    let submit = async |nodes: &[&str]| server.post("/api/v1/executions", fanout(nodes, "x")).await;
    for nodes in [&[] as &[&str], &["a", "a"]] {
        let (status, body) = submit(nodes).await;
        assert_eq!(status, 422, "{body}");
    }
    let many: Vec<_> = (0..1001).map(|number| format!("n{number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(submit(&many).await.0, 422);
    let (status, body) = submit(&["a", "missing", "b"]).await;
    assert_eq!((status, &body["code"]), (400, &json!("targets")));
    assert_eq!(body["context"]["refused"][0]["node_id"], "missing");
    let both = json!({"node_id": "a", "node_ids": ["b"], "skill_name": "ShellSkill", "method_name": "run"});
    assert_eq!(server.post("/api/v1/executions", both).await.0, 422);
    let neither = json!({"skill_name": "ShellSkill", "method_name": "run"});
    assert_eq!(server.post("/api/v1/executions", neither).await.0, 422);
    // Nothing was sent for any of these: the first order is the good one's.
    let (status, body) = submit(&["a", "b"]).await;
    assert_eq!(status, 202, "{body}");
    for (peer, execution) in peers.iter_mut().zip(body["executions"].as_array().unwrap()) {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        assert_eq!(order["payload"]["request_id"], execution["id"]);
    }
    // Outside of the scope a node is as if it were not there.
    let scoped = token(&server, "scoped", Role::Operator, "id:a").await;
    let hidden = ask(
        &server,
        &scoped,
        Method::POST,
        "/api/v1/executions",
        fanout(&["a", "b"], "x"),
    )
    .await;
    let missing = ask(
        &server,
        &scoped,
        Method::POST,
        "/api/v1/executions",
        fanout(&["a", "z"], "x"),
    )
    .await;
    assert_eq!(hidden.0, 400);
    assert_eq!(
        hidden.1.to_string(),
        missing
            .1
            .to_string()
            .replace("\"z\"", "\"b\"")
            .replace("node z ", "node b ")
    );
}

#[tokio::test]
async fn nodes_with_the_shared_token_can_be_held_short() {
    let server = Server::start_with(|config| {
        config.shared_token_calls =
            nexus::access::Scope::parse("*", &["FileSkill.read_file".into()]).unwrap();
    })
    .await;
    let _peers = peers(&server, &["a"]).await;
    let call =
        json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "x"}});
    let (status, body) = server.post("/api/v1/nodes/a/execute", call.clone()).await;
    assert_eq!(
        (status, &body["code"]),
        (403, &json!("shared_token")),
        "{body}"
    );
    assert!(
        body["detail"]
            .as_str()
            .unwrap()
            .contains("NEXUS_SHARED_TOKEN_CALLS")
    );
    let (status, body) = server.post("/api/v1/dispatch", call).await;
    assert_eq!(status, 503);
    assert!(body.to_string().contains("shared token"), "{body}");
}

#[tokio::test]
async fn a_job_for_many_needs_the_same_second_yes() {
    let (server, _spores, asker) = under_a_rule().await;
    let job = json!({"target": "*", "confirm_count": 2, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo yes"}, "timeout": 20});
    let (status, body) = ask(&server, &asker, Method::POST, "/api/v1/jobs", job.clone()).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("approval_required")),
        "{body}"
    );
    let (_, jobs) = server.get("/api/v1/jobs").await;
    assert_eq!(jobs["jobs"], json!([]), "nothing was begun");
    let approval = body["context"]["approval"].clone();
    let path = format!("/api/v1/approvals/{}/approve", approval.as_str().unwrap());
    assert_eq!(server.post(&path, json!({})).await.0, 200);
    // Another target is another ask.
    let mut other = with(job.clone(), &approval);
    other["parameters"] = json!({"command": "echo no"});
    let (status, body) = ask(&server, &asker, Method::POST, "/api/v1/jobs", other).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("approval_refused")),
        "{body}"
    );
    let (status, body) = ask(
        &server,
        &asker,
        Method::POST,
        "/api/v1/jobs",
        with(job.clone(), &approval),
    )
    .await;
    assert_eq!(status, 202, "{body}");
    let (status, body) = ask(
        &server,
        &asker,
        Method::POST,
        "/api/v1/jobs",
        with(job, &approval),
    )
    .await;
    assert_eq!(status, 409, "it is used once: {body}");
}
