//! The proof of what was done, through every door, with real spores and the real program.

use std::collections::BTreeSet;

use nexus::access::Role;
use nexus::audit::verify_lines;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2, listening, nexus_program, spore_program};
use tempfile::TempDir;

async fn entries(server: &Server, query: &str) -> Vec<Value> {
    let (status, body) = server
        .get(&format!("/api/v1/audit?limit=500&{query}"))
        .await;
    assert_eq!(status, 200, "{body}");
    let kept = body["entries"].as_array().unwrap().iter();
    kept.map(|kept| kept["entry"].clone()).collect()
}

async fn newest(server: &Server) -> u64 {
    let (_, body) = server.get("/api/v1/audit?limit=1").await;
    body["entries"][0]["number"].as_u64().unwrap()
}

async fn token(server: &Server, role: Role, nodes: &str) -> (String, String) {
    let (id, secret) = server.token("script", role, nodes, &["*"]).await;
    (secret, id.to_string())
}

async fn whole(server: &Server) -> Value {
    let (_, verdict) = server.get("/api/v1/audit/verify").await;
    assert_eq!(verdict["ok"], true, "{verdict}");
    verdict
}

#[tokio::test]
async fn an_execution_is_told_with_all_that_matters() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "one", &[("SPORE_NODE_ID", "one")]);
    server.until_node("one", "online").await;
    let (secret, id) = token(&server, Role::Operator, "id:one").await;
    let command = "echo --password hunter22; exit 3";
    let body = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": command}});
    let path = "/api/v1/nodes/one/execute";
    let request = server
        .bare(Method::POST, path)
        .bearer_auth(secret)
        .json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["exit_code"], 3);
    assert!(
        answer["result"].as_str().unwrap().contains("hunter22"),
        "the caller's own answer stays"
    );

    let asked = entries(&server, "action=execute").await;
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(
        asked["who"],
        json!({"id": id, "name": "script", "kind": "token", "role": "operator"})
    );
    assert!(asked["from"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(asked["decision"], "allowed");
    assert_eq!(asked["targets"], json!(["one"]));
    assert_eq!(asked["executions"], json!([answer["request_id"]]));
    assert_eq!(
        asked["call"]["summary"],
        "echo --password [redacted]; exit 3"
    );
    let parameters = body["parameters"].to_string();
    let hash = nexus::audit::Digest::of_call("ShellSkill", "run", &parameters);
    assert_eq!(asked["call"]["sha256"], json!(hash));
    let ended = entries(&server, "action=ended").await;
    let outcome = json!({"execution": answer["request_id"], "state": "failed", "exit_code": 3});
    assert_eq!(ended[0]["outcomes"], json!([outcome]));
    let kept = eventually("the history has it", || async {
        let (_, kept) = server.get("/api/v1/executions").await;
        let first = kept["executions"].get(0)?;
        Some(first.clone())
    })
    .await;
    assert_eq!(kept["summary"], "echo --password [redacted]; exit 3");
    assert!(!kept["result"].to_string().contains("hunter22"), "{kept}");
    assert!(!entries(&server, "node=one").await.is_empty());
    whole(&server).await;
}

/// They only tell what would be.
const ONLY_TELL: [&str; 5] = [
    "/api/v1/alert-rules/preview",
    "/api/v1/targets/resolve",
    "/api/v1/placement",
    "/api/v1/schedules/preview",
    "/api/v1/chart/preview",
];

fn schedule() -> Value {
    json!({"name": "s", "when": "every day at 9am", "confirm_destructive": true,
        "job": {"target": "*", "skill_name": "ShellSkill", "method_name": "run"}})
}

fn runbook() -> Value {
    json!({"name": "g", "target": "*",
        "steps": [{"name": "a", "job": {"skill_name": "ShellSkill", "method_name": "run"}}]})
}

/// What a door needs to be there, made anew each time; its id.
async fn prepared(server: &Server, path: &str) -> Option<String> {
    if path.starts_with("/api/v1/schedules/") {
        let (_, made) = server.post("/api/v1/schedules", schedule()).await;
        return Some(made["schedule"]["id"].as_str().unwrap().to_owned());
    }
    let runs = path.starts_with("/api/v1/runs/");
    if runs || path.starts_with("/api/v1/runbooks/") {
        let put = server.call(Method::PUT, "/api/v1/runbooks/g", Some(runbook()));
        assert!(put.await.0 < 300);
    }
    if runs {
        let ask = json!({"confirm_destructive": true});
        let (_, made) = server.post("/api/v1/runbooks/g/run", ask).await;
        return Some(made["run"]["id"].as_str().unwrap().to_owned());
    }
    None
}

fn body_for(path: &str, ask: &Value) -> Value {
    let call =
        json!({"node_id": "n", "skill_name": "ShellSkill", "method_name": "run", "timeout": 1});
    match path {
        "/api/v1/tokens" => json!({"name": "t", "role": "viewer"}),
        "/api/v1/join-codes" => json!({}),
        "/api/v1/alert-rules" | "/api/v1/alert-rules/{id}" => {
            json!({"name": "a", "condition": {"kind": "cpu", "above": 90}})
        }
        // Nothing fires by it; that somebody tried is told all the same.
        "/api/v1/alerts/own" | "/api/v1/alerts/acknowledge" | "/api/v1/alerts/unmute" => {
            json!({"cause": "x"})
        }
        "/api/v1/alert-webhook" => json!({"url": "http://127.0.0.1:9/s3cret"}),
        "/api/v1/alerts/note" => json!({"cause": "x", "text": "known"}),
        "/api/v1/alerts/mute" => json!({"cause": "x", "seconds": 60}),
        "/api/v1/approval-rules" => {
            json!({"name": "r", "calls": ["FileSkill.*"], "nodes": "*"})
        }
        "/api/v1/nodes/{id}" => json!({"tags": ["x"]}),
        "/api/v1/chart" => json!({"by": "role"}),
        "/api/v1/groups" => json!({"name": "g", "target": "*"}),
        "/api/v1/groups/{name}" => json!({"target": "*"}),
        "/api/v1/jobs" => ask.clone(),
        "/api/v1/jobs/{id}/rerun" => json!({"only": ["cancelled"]}),
        "/api/v1/stop" | "/api/v1/runbooks/{name}/run" => json!({}),
        "/api/v1/schedules" | "/api/v1/schedules/{id}" => schedule(),
        "/api/v1/runbooks/{name}" => runbook(),
        _ => call,
    }
}

/// Every route that changes something, as the document has them. A new one has to be told too, or be named here.
#[tokio::test]
async fn every_door_that_changes_something_is_told() {
    let server = Server::start().await;
    let mut node = Peer::join(server.address(), &hello_v2("n")).await;
    node.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    let execution = server.start_shell("n", "sleep", 60).await;
    drop(Peer::join(server.address(), &hello_v2("gone")).await);
    server.until_node("gone", "offline").await;
    let ask = json!({"node_ids": ["gone"], "offline": "wait", "skill_name": "ShellSkill", "method_name": "run"});
    let (_, made) = server.post("/api/v1/jobs", ask.clone()).await;
    let job = made["job"]["id"].as_str().unwrap().to_owned();
    let document: Value = serde_json::from_str(&nexus::openapi()).unwrap();
    let mut tried = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|method| *method != "get")
        {
            if ONLY_TELL.contains(&path.as_str()) {
                continue;
            }
            if path == "/api/v1/jobs/{id}/rerun" {
                // Before it there was a cancelled one.
                server
                    .post(&format!("/api/v1/jobs/{job}/cancel"), json!({}))
                    .await;
            }
            let prepared = prepared(&server, path).await;
            let id = prepared.unwrap_or_else(|| match path.as_str() {
                path if path.contains("jobs") => job.clone(),
                path if path.contains("executions") => execution.clone(),
                path if path.contains("nodes") => "n".to_owned(),
                _ => uuid::Uuid::new_v4().to_string(),
            });
            let body = body_for(path, &ask);
            let before = newest(&server).await;
            let upper: Method = method.to_uppercase().parse().unwrap();
            let (status, answer) = server
                .call(
                    upper,
                    &path.replace("{id}", &id).replace("{name}", "g"),
                    Some(body),
                )
                .await;
            let since = entries(&server, "").await;
            let told = since
                .iter()
                .filter(|entry| entry["number"].as_u64().unwrap() > before);
            let told =
                told.filter(|entry| entry["who"]["id"] == "local" && entry["from"].is_string());
            assert!(
                told.count() > 0,
                "{method} {path} answered {status} {answer} and is not in the audit log"
            );
            tried.insert(format!("{method} {path}"));
            if path == "/api/v1/nodes/{id}/revoke" {
                // The others want a node that may be asked.
                server.post("/api/v1/nodes/n/release", json!({})).await;
                node = Peer::join(server.address(), &hello_v2("n")).await;
                node.hear_type("WELCOME").await;
                server.until_node("n", "online").await;
            }
        }
    }
    assert!(tried.len() >= 17, "{tried:?}");
    whole(&server).await;
}

#[tokio::test]
async fn intent_comes_before_the_act_and_the_outcome_after_it() {
    let server = Server::start().await;
    let (status, made) = server
        .post("/api/v1/tokens", json!({"name": "x", "role": "viewer"}))
        .await;
    assert_eq!(status, 201);
    let asked = entries(&server, "action=make_token").await.remove(0);
    assert_eq!(asked["detail"]["name"], "x");
    let outcome = entries(&server, "action=outcome").await.remove(0);
    assert_eq!(outcome["about"], asked["number"]);
    assert_eq!(outcome["subject"], json!([made["token"]["id"]]));
    assert_eq!(outcome["detail"]["done"], true);
    let secret = made["secret"].as_str().unwrap();
    assert!(
        !json!(entries(&server, "").await)
            .to_string()
            .contains(secret)
    );

    let (status, _) = server.post("/api/v1/nodes/missing/revoke", json!({})).await;
    assert_eq!(status, 404);
    let outcome = entries(&server, "action=outcome").await.remove(0);
    assert_eq!(outcome["detail"]["done"], false);
    assert!(outcome["why"].as_str().unwrap().contains("missing"));
}

#[tokio::test]
async fn refusals_are_told_and_do_not_fill_the_disk() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("hidden")).await;
    peer.hear_type("WELCOME").await;
    let (viewer, _) = token(&server, Role::Viewer, "id:other").await;
    let ask = async |token: &str, method: Method, path: &str| {
        let request = server.bare(method, path).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(&viewer, Method::DELETE, "/api/v1/tokens/x").await, 403);
    let denied = entries(&server, "action=denied").await;
    assert_eq!(denied[0]["who"]["name"], "script");
    assert_eq!(denied[0]["detail"]["asked"], "DELETE /api/v1/tokens/x");
    assert_eq!(denied[0]["decision"], "denied");
    // What is outside of a scope looks as if it were not there, but not in here.
    assert_eq!(ask(&viewer, Method::GET, "/api/v1/nodes/hidden").await, 404);
    assert_eq!(entries(&server, "action=denied").await.len(), 2);

    for _ in 0..200 {
        let status = ask("nxs_wrong", Method::GET, "/api/v1/nodes").await;
        assert!([401, 429].contains(&status));
    }
    let wrong = entries(&server, "action=wrong_token").await;
    assert!((1..=10).contains(&wrong.len()), "{}", wrong.len());
    assert!(!json!(wrong).to_string().contains("nxs_wrong"));
}

#[tokio::test]
async fn the_nodes_own_events_are_told() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    let joined = entries(&server, "action=node_joined&node=n").await;
    assert_eq!(joined[0]["detail"]["how"], "shared_token");
    drop(peer);
    server.until_node("n", "offline").await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    assert_eq!(
        entries(&server, "action=node_joined").await.len(),
        1,
        "coming back is no joining"
    );
    assert_eq!(entries(&server, "action=start").await.len(), 1);
}

#[tokio::test]
async fn an_export_over_rest_is_whole() {
    let server = Server::start().await;
    for _ in 0..3 {
        server.post("/api/v1/join-codes", json!({})).await;
    }
    let token = server.nexus.api_token().reveal();
    let request = server
        .bare(Method::GET, "/api/v1/audit/export")
        .bearer_auth(token);
    let text = request.send().await.unwrap().text().await.unwrap();
    let verdict = verify_lines(text.as_bytes(), None).unwrap();
    assert!(
        verdict.ok && verdict.entries >= 8 && verdict.unsigned == 0,
        "{verdict:?}"
    );
    let (_, none) = server.get("/api/v1/audit/export?since=2999-01-01").await;
    assert!(none.to_string().contains("entries"));
    let (status, _) = server.get("/api/v1/audit/export?since=yesterday").await;
    assert_eq!(status, 422);
    assert_eq!(entries(&server, "action=export_audit").await.len(), 2);
}

/// What was acknowledged is there after the Nexus was killed.
#[tokio::test]
async fn a_killed_nexus_keeps_what_it_acknowledged() {
    let data = TempDir::new().unwrap();
    let start = || {
        nexus_program(
            data.path(),
            &["serve", "--port", "0"],
            &[("NEXUS_SHARED_TOKEN", system_tests::TOKEN)],
        )
    };
    let mut nexus = start().kill_on_drop(true).spawn().unwrap();
    let address = listening(nexus.stderr.take().unwrap()).await;
    let token = std::fs::read_to_string(data.path().join("api-token")).unwrap();
    let client = reqwest::Client::new();
    let mut made = Vec::new();
    for _ in 0..5 {
        let request = client.post(format!("http://{address}/api/v1/join-codes"));
        let request = request.bearer_auth(token.trim()).json(&json!({}));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        made.push(answer["join_code"]["id"].as_str().unwrap().to_owned());
    }
    nexus.kill().await.unwrap();
    nexus.wait().await.unwrap();

    let run = async |arguments: &[&str]| {
        let output = nexus_program(data.path(), arguments, &[("NEXUS_PORT", "1")])
            .output()
            .await
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (
            output.status.code(),
            text,
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text, errors) = run(&["audit", "verify"]).await;
    assert_eq!(code, Some(0), "{text}{errors}");
    let (_, listed, _) = run(&["audit", "list", "--json", "--search", "make_join_code"]).await;
    assert_eq!(listed.lines().count(), 5, "{listed}");
    let (_, exported, _) = run(&["audit", "export"]).await;
    let file = data.path().join("export.jsonl");
    std::fs::write(&file, &exported).unwrap();
    let (code, text, errors) = run(&["audit", "verify", "--file", file.to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{text}{errors}");
    std::fs::write(&file, exported.replacen("\"uses\":1", "\"uses\":2", 1)).unwrap();
    let (code, _, errors) = run(&["audit", "verify", "--file", file.to_str().unwrap()]).await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("edited"), "{errors}");

    let mut nexus = start().kill_on_drop(true).spawn().unwrap();
    let address = listening(nexus.stderr.take().unwrap()).await;
    eventually("the log is whole in the next life", || async {
        let request = client.get(format!("http://{address}/api/v1/audit/verify"));
        let answer = request.bearer_auth(token.trim()).send().await.ok()?;
        let verdict: Value = answer.json().await.ok()?;
        (verdict["ok"] == true).then_some(())
    })
    .await;
    assert_eq!(made.len(), 5);
}
