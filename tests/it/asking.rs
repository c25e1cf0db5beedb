//! Who may ask what: every route for every kind of caller. `ROWS` here and the doors in `nexus/src/rest/doors.rs` belong together.
//! Not here: what a scope hides, see `scope`; tokens and how they end, see `tokens`; how often and how much, see `limits`; what
//! stands in the heads of requests and answers, see `headers`.

mod headers;
mod limits;
mod scope;
mod tokens;

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, hello_v2};

async fn token(server: &Server, role: Role, nodes: &str, calls: &[&str]) -> String {
    server.token("test", role, nodes, calls).await.1
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
            let (status, answer) = server
                .call_as(caller, upper, &path.replace("{id}", id), body.clone())
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
            let (status, _) = server
                .call_as(&admin, upper, &path.replace("{id}", "x"), None)
                .await;
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    let unknown = server
        .call_as(&admin, Method::GET, "/api/v1/nodes/x/plugins", None)
        .await;
    assert_eq!(unknown.0, 404);
}
