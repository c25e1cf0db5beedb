//! The console over the network: signing in, what a cookie opens and what it does not, calls and the feed on one socket, and
//! what becomes of all that when the token ends.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, hello_v2};

/// A token of this role; its id and its secret.
async fn token(server: &Server, role: &str, nodes: &str) -> (String, String) {
    let body =
        json!({"name": role, "role": role, "nodes": nodes, "calls": ["*"], "ttl_seconds": 3600});
    let (status, made) = server.post("/api/v1/tokens", body).await;
    assert_eq!(status, 201, "{made}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let id = made["token"]
        .get("id")
        .unwrap_or(&made["token"]["token_id"]);
    (text(id), text(&made["secret"]))
}

async fn sign_in(server: &Server, token: &str) -> reqwest::Response {
    let ask = server.bare(Method::POST, "/console/login");
    ask.json(&json!({"token": token})).send().await.unwrap()
}

/// The cookie of a browser that has signed in.
async fn cookie(server: &Server, token: &str) -> String {
    let answer = sign_in(server, token).await;
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/console"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

async fn window(server: &Server, headers: &[(&'static str, &str)]) -> Option<Peer> {
    Peer::connect(server.address(), "/console/socket", headers)
        .await
        .ok()
}

/// As a program elsewhere: with the token in the first frame.
async fn elsewhere(server: &Server, token: &str) -> Peer {
    let mut peer = window(server, &[]).await.unwrap();
    peer.say(&json!({"token": token})).await;
    peer
}

async fn call(peer: &mut Peer, name: &str, arguments: Value) -> Value {
    peer.say(&json!({"id": 1, "call": name, "arguments": arguments}))
        .await;
    loop {
        let frame = peer.hear().await;
        if frame.get("id").is_some() {
            return frame;
        }
    }
}

/// How a call without arguments is refused.
async fn call_error(peer: &mut Peer, name: &str) -> String {
    let frame = call(peer, name, json!([])).await;
    frame["error"]["code"].as_str().unwrap_or("none").to_owned()
}

#[tokio::test]
async fn a_browser_signs_in_once_and_its_cookie_opens_the_console_alone() {
    let server = Server::start().await;
    let (_, secret) = token(&server, "operator", "*").await;
    assert_eq!(sign_in(&server, "nxs_wrong").await.status(), 401);
    let session = |cookie: String| {
        let ask = server.bare(Method::GET, "/console/session");
        async move { ask.header("cookie", cookie).send().await.unwrap() }
    };
    assert_eq!(
        session("nexus_console=guess".to_owned()).await.status(),
        401
    );
    let cookie = cookie(&server, &secret).await;
    let who: Value = session(cookie.clone()).await.json().await.unwrap();
    assert_eq!(
        (&who["name"], &who["role"]),
        (&json!("operator"), &json!("operator"))
    );
    let api = server
        .bare(Method::GET, "/api/v1/nodes")
        .header("cookie", &cookie);
    assert_eq!(
        api.send().await.unwrap().status(),
        401,
        "the API wants its token"
    );

    let origin = format!("http://{}", server.address());
    let mut window = window(&server, &[("cookie", &cookie), ("origin", &origin)])
        .await
        .unwrap();
    assert_eq!(window.hear().await["welcome"]["role"], "operator");
    let out = server
        .bare(Method::POST, "/console/logout")
        .header("cookie", &cookie);
    assert_eq!(out.send().await.unwrap().status(), 204);
    assert_eq!(session(cookie).await.status(), 401, "signed out");
}

#[tokio::test]
async fn another_page_gets_nowhere_and_nobody_without_a_session() {
    let server = Server::start().await;
    let (_, secret) = token(&server, "admin", "*").await;
    let cookie = cookie(&server, &secret).await;
    let own = format!("http://{}", server.address());
    let elsewhere = format!("http://127.0.0.1:{}", server.address().port() ^ 1);
    let secure = own.replace("http:", "https:");
    for origin in ["http://evil.test", &elsewhere, &secure, "null"] {
        let opened = window(&server, &[("cookie", &cookie), ("origin", origin)]).await;
        assert!(opened.is_none(), "{origin}");
    }
    assert!(
        window(&server, &[("origin", &own)]).await.is_none(),
        "no cookie"
    );
    let guess = [("cookie", "nexus_console=x"), ("origin", own.as_str())];
    assert!(
        window(&server, &guess).await.is_none(),
        "a cookie of nobody"
    );
}

#[tokio::test]
async fn calls_are_for_whom_the_role_allows_and_nonsense_harms_nobody() {
    let server = Server::start().await;
    let (_, viewer) = token(&server, "viewer", "*").await;
    let mut viewer = elsewhere(&server, &viewer).await;
    assert_eq!(viewer.hear().await["welcome"]["role"], "viewer");
    assert_eq!(
        call(&mut viewer, "savedGroups", json!([])).await["ok"],
        json!([])
    );
    for (name, arguments) in [
        ("saveGroup", json!(["all", "*"])),
        ("makeToken", json!([{}])),
        ("fleetStop", json!(["x"])),
        ("audit", json!([{}])),
    ] {
        let answer = call(&mut viewer, name, arguments).await;
        assert_eq!(answer["error"]["code"], "forbidden", "{name}: {answer}");
    }
    for (name, arguments, code) in [
        ("job", json!(["no uuid"]), "bad_request"),
        ("job", json!([]), "bad_request"),
        ("job", json!({"id": 1}), "bad_request"),
        ("job", json!([1, 2, 3]), "bad_request"),
        ("settings", json!([]), "unknown_call"),
        ("__proto__", json!([]), "unknown_call"),
    ] {
        let answer = call(&mut viewer, name, arguments).await;
        assert_eq!(answer["error"]["code"], code, "{name}: {answer}");
    }
    viewer.say(&json!({"call": "job"})).await;
    assert_eq!(viewer.end().await.0, 1000, "what is not understood ends it");
    let (_, limited) = token(&server, "operator", "tag:x").await;
    let (code, reason) = elsewhere(&server, &limited).await.end().await;
    assert_eq!(code, 1008);
    assert!(reason.contains("limited to some nodes"), "{reason}");
    assert_eq!(elsewhere(&server, "nxs_wrong").await.end().await.0, 1008);
}

#[tokio::test]
async fn the_feed_begins_with_everything_and_ends_with_the_token() {
    let server = Server::start().await;
    let (id, secret) = token(&server, "operator", "*").await;
    let mut window = elsewhere(&server, &secret).await;
    window.hear().await;
    window.say(&json!({"subscribe": 7})).await;
    let first = window.hear().await;
    assert_eq!(
        (&first["feed"], &first["batch"]["seq"]),
        (&json!(7), &json!(0))
    );
    let snapshot = &first["batch"]["events"][0];
    assert_eq!(snapshot["kind"], "snapshot");
    assert_eq!(snapshot["waiting"], json!([]), "who waits is for admins");
    let you = &snapshot["nexus"]["you"];
    assert_eq!(
        (&you["id"], &you["name"], &you["role"]),
        (&json!(id), &json!("operator"), &json!("operator"))
    );
    let refused = you["mayNot"].as_array().unwrap();
    let mut asking = elsewhere(&server, &secret).await;
    asking.hear().await;
    for (call, held_back) in [("releaseStop", true), ("audit", true), ("execute", false)] {
        assert_eq!(refused.contains(&json!(call)), held_back, "{call}");
        let answer = call_error(&mut asking, call).await;
        assert_eq!(answer == "forbidden", held_back, "{call}: {answer}");
    }
    let mut peer = Peer::join(server.address(), &hello_v2("a")).await;
    peer.hear_type("WELCOME").await;
    let mut seq = 0;
    loop {
        let frame = window.hear().await;
        seq += 1;
        assert_eq!(frame["batch"]["seq"], seq, "no batch is missing");
        let events = frame["batch"]["events"].as_array().unwrap();
        if events.iter().any(|event| event["node"]["id"] == "a") {
            break;
        }
    }
    let revoked = server
        .call(Method::DELETE, &format!("/api/v1/tokens/{id}"), None)
        .await;
    assert!(revoked.0 < 300, "{revoked:?}");
    assert_eq!(
        window.end().await,
        (1008, "your token was revoked".to_owned())
    );
}

#[tokio::test]
async fn what_looks_like_a_secret_in_a_schedule_is_for_its_owner_and_admins() {
    let server = Server::start().await;
    let body = json!({"name": "s", "when": "every day at 9am", "confirm_destructive": true,
        "job": {"target": "*", "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": "deploy", "password": "hunter2-correct-horse"}}});
    let (_, viewer) = token(&server, "viewer", "*").await;
    let (_, admin) = token(&server, "admin", "*").await;
    let (mut viewer, mut admin) = (
        elsewhere(&server, &viewer).await,
        elsewhere(&server, &admin).await,
    );
    for window in [&mut viewer, &mut admin] {
        window.hear().await;
        window.say(&json!({"subscribe": 7})).await;
        window.hear().await;
    }
    let (status, made) = server.post("/api/v1/schedules", body).await;
    assert_eq!(status, 201, "{made}");
    for (window, is_whole) in [(&mut viewer, false), (&mut admin, true)] {
        let told = loop {
            let frame = window.hear().await["batch"].to_string();
            if frame.contains("\"schedule\"") {
                break frame;
            }
        };
        let read = call(window, "schedules", json!([])).await.to_string();
        assert!(read.contains("deploy") && told.contains("deploy"), "{read}");
        for text in [told, read] {
            assert_eq!(text.contains("hunter2"), is_whole, "{text}");
        }
    }
}

#[tokio::test]
async fn the_page_comes_with_a_strict_policy_and_nothing_else_is_served() {
    let server = Server::start().await;
    let page = server.bare(Method::GET, "/").send().await.unwrap();
    // A build without the console says so.
    if page.status() == 200 {
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        for rule in [
            "script-src 'self'",
            "frame-ancestors 'none'",
            "default-src 'none'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    } else {
        assert_eq!(page.status(), 404);
    }
    for path in [
        "/assets/../index.html",
        "/assets/%2e%2e%2findex.html",
        "/assets/nothing.js",
        "/index.html",
        "/assets/",
    ] {
        let answer = server.bare(Method::GET, path).send().await.unwrap();
        assert!(
            [404, 405].contains(&answer.status().as_u16()),
            "{path}: {}",
            answer.status()
        );
    }
}
