//! What was left open elsewhere by default: words that everybody tries, keys that all have, a set-up that runs again, routes that
//! nobody remembered. Not here: secrets in answers and changes by GET, see [`crate::attacks_questions`].

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use system_tests::{Member, Peer, Raw, Server, hello, hello_v2};

const WORDS: &[&str] = &[
    "",
    " ",
    "changeme",
    "admin",
    "password",
    "nexus",
    "spore",
    "venom",
    "token",
    "secret",
    "test",
    "demo",
    "root",
    "null",
    "undefined",
    "None",
    "true",
    "0",
    "[object Object]",
    "Bearer",
    "nxs_",
    "nxj_",
    "*",
    "%",
    "' OR '1'='1",
    "your-secret-token",
    "shared-token",
    "NEXUS_SHARED_TOKEN",
    "local",
];

#[tokio::test]
async fn no_word_that_everybody_tries_opens_anything() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    for word in WORDS {
        for value in [
            format!("Bearer {word}"),
            (*word).to_owned(),
            format!("Basic {word}"),
            format!("Token {word}"),
        ] {
            let answer = server
                .bare(Method::GET, "/api/v1/nodes")
                .header("authorization", &value)
                .send()
                .await
                .unwrap();
            assert!([401, 429].contains(&answer.status().as_u16()), "{value:?}");
        }
        for hello in [hello("x"), hello_v2("x")] {
            let mut hello = hello;
            hello["payload"]["token"] = json!(word);
            assert_eq!(
                Peer::join(server.address(), &hello).await.end().await.0,
                1008,
                "{word:?}"
            );
        }
        let mut screen = Peer::connect(server.address(), "/ws/events", &[])
            .await
            .unwrap();
        screen.say(&json!({"token": word})).await;
        assert_eq!(screen.end().await.0, 1008, "{word:?}");
    }
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], 0);
}

#[tokio::test]
async fn no_two_installations_have_a_secret_in_common() {
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let server = Server::start().await;
        let (_, made) = server.post("/api/v1/join-codes", json!({})).await;
        for file in ["tls.pem", "tls.key", "identity.key", "api-token"] {
            let path = server.data.path().join(file);
            if let Ok(bytes) = std::fs::read(&path) {
                assert!(seen.insert(bytes), "{file} is the same in two");
            }
        }
        assert!(seen.insert(server.nexus.identity().public().to_vec()));
        assert!(seen.insert(server.nexus.api_token().reveal().into()));
        assert!(seen.insert(made["code"].as_str().unwrap().into()));
        assert!(seen.insert(Member::new("m").public().0.to_vec()));
    }
}

/// Starting again is no set-up: nothing is made anew, and no route offers to.
#[tokio::test]
async fn set_up_happens_once() {
    let server = Server::start().await;
    let (token, key) = (
        server.nexus.api_token().reveal().to_owned(),
        server.nexus.identity().public(),
    );
    let data = server.stop().await;
    let again = Server::start_with(|config| config.data_dir = data.path().to_owned()).await;
    assert_eq!(
        (
            again.nexus.api_token().reveal(),
            again.nexus.identity().public()
        ),
        (token.as_str(), key)
    );
    for path in [
        "/setup",
        "/SetupWizard.aspx",
        "/SetupWizard.aspx/",
        "/install",
        "/init",
        "/api/v1/setup",
        "/api/v1/users",
        "/api/v1/login",
        "/register",
        "/admin",
    ] {
        for method in [Method::GET, Method::POST, Method::PUT] {
            let answer = again
                .bare(method, path)
                .json(&json!({"password": "x"}))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 404, "{path}");
        }
    }
}

#[tokio::test]
async fn paths_that_nobody_made_lead_nowhere() {
    let server = Server::start().await;
    let admin = server.nexus.api_token().reveal().to_owned();
    let paths = [
        "/plugins",
        "/api/v1/plugins",
        "/api/v1/nodes/x/plugins",
        "/api/v1/nodes/x/proxy/containers/json",
        "/api/v2/nodes",
        "/api/nodes",
        "/API/V1/NODES",
        "/api/v1/nodes/",
        "//api/v1/nodes",
        "/api//v1/nodes",
        "/api/v1/./nodes",
        "/api/v1/../v1/nodes",
        "/api/v1/nodes;x",
        "/api/v1/nodes/..",
        "/api/v1/nodes/x/execute/",
        "/api/v1/nodes/x/EXECUTE",
        "/api/v1/%6eodes",
        "/%2fapi/v1/nodes",
        "/api/v1/nodes%00",
        "/api/v1/nodes.json",
        "/.git/config",
        "/.env",
        "/api-token",
        "/nexus.sqlite",
        "/..%2f..%2fetc/passwd",
        "/etc/passwd",
        "/debug/pprof",
        "/console",
        "/graphql",
        "/swagger.json",
        "/actuator/env",
        "/server-status",
        "/ws/events/",
        "/ws/nodes/",
        "/ws",
        "/metrics/",
        "/healthz/x",
    ];
    for path in paths {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
            "PROPFIND",
        ] {
            let mut raw = Raw::connect(server.address()).await;
            let request = format!(
                "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {admin}\r\ncontent-length: 0\r\n\r\n"
            );
            raw.write(request.as_bytes()).await;
            let status = raw.status().await;
            // A node whose id is odd does not exist; that is also an answer.
            assert!(
                matches!(status, None | Some(400..=499)),
                "{method} {path}: {status:?}"
            );
        }
    }
}

#[tokio::test]
async fn streams_have_an_end_in_number() {
    let server = Server::start().await;
    let (_, made) = server
        .post("/api/v1/tokens", json!({"name": "t", "role": "viewer"}))
        .await;
    let secret = made["secret"].as_str().unwrap();
    let mut open = Vec::new();
    while let Ok(stream) = server.events(secret).await {
        open.push(stream);
        assert!(open.len() < 200, "nobody counts");
    }
    // Somebody else has room, and so has the first when one of his is closed.
    let mut other = server.owners_events().await;
    other.hear_type("SNAPSHOT").await;
    drop(open.pop());
    system_tests::eventually("there is room again", || async {
        server.events(secret).await.ok().map(drop)
    })
    .await;
}

#[tokio::test]
async fn by_default_it_listens_on_this_machine_only() {
    let data = tempfile::TempDir::new().unwrap();
    let config = nexus::Config::new(data.path().to_owned());
    assert!(config.host.is_loopback() && config.shared_token.is_none() && !config.open_api);
    assert!(
        config.trusted_proxies.is_empty()
            && config.allowed_origins.is_empty()
            && config.allowed_hosts.is_empty()
    );
}
