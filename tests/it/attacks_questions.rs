//! All that can be asked by GET: no answer holds a secret, and no question changes anything. Not here: who may ask, see
//! [`crate::asking`].

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, hello_v2};

/// Nobody has made any of these here; they have tests of their own.
const UNMADE: [&str; 7] = [
    "/api/v1/alerts/{",
    "/api/v1/approvals/",
    "/api/v1/groups/",
    "/api/v1/jobs/",
    "/api/v1/schedules/",
    "/api/v1/runbooks/",
    "/api/v1/runs/",
];

/// All that can be asked by GET, with what it takes to be answered.
async fn everything(server: &Server) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&nexus::openapi()).unwrap();
    let (_, executions) = server.get("/api/v1/executions").await;
    let execution = executions["executions"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answers = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() {
            continue;
        }
        let id = if path.contains("executions") {
            execution.as_str()
        } else {
            "n"
        };
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let query = match path.as_str() {
            "/api/v1/targets/complete" => "?text=tag".to_owned(),
            "/api/v1/timeline/at" => format!("?time={now}"),
            _ => String::new(),
        };
        let asked = path.replace("{id}", id) + &query;
        let (status, body) = server.get(&asked).await;
        let made = !UNMADE.iter().any(|kind| path.starts_with(kind));
        let right = if made {
            status == 200
        } else {
            matches!(status, 400 | 404 | 422)
        };
        assert!(right, "{path}: {status} {body}");
        answers.push((path.clone(), body.to_string()));
    }
    answers
}

#[tokio::test]
async fn no_answer_holds_a_secret() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    server.start_shell("n", "x", 60).await;
    let (_, code) = server
        .post("/api/v1/join-codes", json!({"label": "l"}))
        .await;
    let (_, token) = server
        .post("/api/v1/tokens", json!({"name": "t", "role": "viewer"}))
        .await;
    let code: protocol::JoinCode = code["code"].as_str().unwrap().parse().unwrap();
    let secrets = [
        server.nexus.api_token().reveal().to_owned(),
        system_tests::TOKEN.to_owned(),
        code.secret.to_string(),
        token["secret"].as_str().unwrap().to_owned(),
        "PRIVATE KEY".to_owned(),
    ];
    let first = everything(&server).await;
    assert!(first.len() >= 10, "{}", first.len());
    for (path, body) in &first {
        assert!(
            secrets.iter().all(|secret| !body.contains(secret)),
            "{path} tells a secret"
        );
    }
    let mut screen = server.events(&secrets[0]).await.unwrap();
    let snapshot = screen.hear_type("SNAPSHOT").await.to_string();
    assert!(secrets.iter().all(|secret| !snapshot.contains(secret)));
}

/// Asked by GET with everything that would start or change something, and asked again: nothing is different.
#[tokio::test]
async fn no_question_changes_anything() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    let execution = server.start_shell("n", "x", 60).await;
    server
        .post("/api/v1/join-codes", json!({"label": "l"}))
        .await;
    let owner = server.nexus.api_token().reveal();
    let first = everything(&server).await;
    for path in [
        "/api/v1/executions",
        "/api/v1/nodes",
        "/api/v1/nodes/n",
        "/api/v1/tokens",
        "/api/v1/join-codes",
        "/api/v1/waiting",
    ] {
        for query in [
            "?_method=DELETE",
            "?method=POST&skill_name=ShellSkill&method_name=run",
            "?action=revoke",
            "?name=evil&role=admin",
        ] {
            let asked = server
                .bare(Method::GET, &format!("{path}{query}"))
                .bearer_auth(owner);
            for header in [
                "x-http-method-override",
                "x-http-method",
                "x-method-override",
            ] {
                let request = asked
                    .try_clone()
                    .unwrap()
                    .header(header, "DELETE")
                    .json(&json!({"name": "evil", "role": "admin"}));
                request.send().await.unwrap();
            }
        }
    }
    for path in [
        format!("/api/v1/executions/{execution}/cancel"),
        "/api/v1/nodes/n/revoke".into(),
        "/api/v1/nodes/n/execute".into(),
        "/api/v1/dispatch".into(),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = server
                .bare(method, &path)
                .bearer_auth(owner)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 405, "{path}");
        }
    }
    let same = [
        "/api/v1/join-codes",
        "/api/v1/waiting",
        "/api/v1/executions",
    ];
    for ((path, before), (_, after)) in first.iter().zip(everything(&server).await) {
        assert!(
            !same.contains(&path.as_str()) || *before == after,
            "{path}: {before} became {after}"
        );
    }
}
