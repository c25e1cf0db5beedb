//! Tokens from their making to their end: who makes them, how they are kept, and that they end at once. Not here: what a token
//! may do meanwhile, see `asking` and `scope`.

use nexus::access::{Caller, NewToken, Role};
use reqwest::Method;
use serde_json::json;
use system_tests::Server;

use super::token;

#[tokio::test]
async fn revoking_a_token_ends_it_and_its_streams_at_once() {
    let server = Server::start().await;
    let (id, secret) = server.token("test", Role::Viewer, "*", &["*"]).await;
    let mut events = server.events(&secret).await.unwrap();
    events.hear_type("SNAPSHOT").await;
    assert_eq!(
        server
            .call_as(&secret, Method::GET, "/api/v1/nodes", None)
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
        server
            .call_as(&secret, Method::GET, "/api/v1/nodes", None)
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
    let new = NewToken {
        name: "test".into(),
        role: Role::Admin,
        nodes: "*".into(),
        calls: vec!["*".into()],
        ttl_seconds: 1,
    };
    let made = server.nexus.tokens().create(new, &Caller::local()).await;
    let secret = made.unwrap().0.reveal().to_owned();
    let mut events = server.events(&secret).await.unwrap();
    assert_eq!(
        events.end().await,
        (1008, "your token has expired".to_owned())
    );
    assert_eq!(
        server
            .call_as(&secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn tokens_outlive_a_restart_and_are_kept_as_hashes() {
    let server = Server::start().await;
    let (live, secret) = server
        .token("test", Role::Viewer, "id:a", &["ShellSkill.run"])
        .await;
    let (dead, revoked) = server.token("test", Role::Admin, "*", &["*"]).await;
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
        again
            .call_as(&secret, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        200
    );
    assert_eq!(
        again
            .call_as(&secret, Method::POST, "/api/v1/dispatch", Some(json!({})))
            .await
            .0,
        403
    );
    assert_eq!(
        again
            .call_as(&revoked, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        401
    );
    assert_eq!(again.nexus.tokens().list()[0].id, live);
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
                server
                    .call_as(&small, method, path, Some(wish.clone()))
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
        server
            .call_as(secret, Method::GET, "/api/v1/tokens", None)
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
