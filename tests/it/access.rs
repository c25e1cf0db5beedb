//! Who may come in.

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, a_moment, hello};

#[tokio::test]
async fn rest_wants_the_token_and_nothing_like_it() {
    let server = Server::start().await;
    let token = server.nexus.api_token().reveal().to_owned();
    let status = async |header: Option<String>| {
        let request = server.bare(Method::GET, "/api/v1/nodes");
        let request = match header {
            Some(header) => request.header("authorization", header),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(None).await, 401, "loopback is not authentication");
    let near = token[..token.len() - 1].to_owned();
    for wrong in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Bearer {near}"),
        format!("Basic {token}"),
        token.clone(),
    ] {
        assert_eq!(status(Some(wrong.clone())).await, 401, "{wrong:?}");
    }
    assert_eq!(status(Some(format!("bearer {token}"))).await, 200);
    let in_url = server
        .bare(Method::GET, &format!("/api/v1/nodes?token={token}"))
        .send()
        .await
        .unwrap();
    assert_eq!(in_url.status(), 400, "no credential in a URL, ever");
}

#[tokio::test]
async fn every_route_but_two_wants_the_token() {
    let server = Server::start().await;
    let document: Value = serde_json::from_str(&nexus::openapi()).unwrap();
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = server
                .bare(method, &path.replace("{id}", "x"))
                .send()
                .await
                .unwrap();
            let open = ["/healthz", "/readyz"].contains(&path.as_str());
            assert_eq!(
                answer.status().as_u16(),
                if open { 200 } else { 401 },
                "{path}"
            );
            seen += 1;
        }
    }
    assert!(seen >= 11, "{seen}");
    assert_eq!(
        server
            .bare(Method::GET, "/openapi.json")
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
}

#[tokio::test]
async fn the_token_file_is_private() {
    let server = Server::start().await;
    let mode = std::fs::metadata(server.data.path().join("api-token"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn open_to_loopback_only_when_told() {
    let server = Server::start_with(|config| config.open_api = true).await;
    assert_eq!(
        server
            .bare(Method::GET, "/api/v1/nodes")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    Peer::connect(server.address(), "/ws/events", &[])
        .await
        .unwrap()
        .hear_type("SNAPSHOT")
        .await;
}

#[tokio::test]
async fn other_hosts_and_other_pages_are_turned_away() {
    let server = Server::start_with(|config| {
        config.open_api = true;
        config.allowed_hosts = vec!["nexus.example".into()];
        config.allowed_origins = vec!["https://console.example".into()];
    })
    .await;
    let ask = async |name: &'static str, value: &str| {
        server
            .bare(Method::GET, "/api/v1/nodes")
            .bearer_auth(server.nexus.api_token().reveal())
            .header(name, value)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    for good in [
        "localhost",
        "127.0.0.1:8765",
        "[::1]:8765",
        "192.168.1.7:8765",
        "nexus.example",
        "NEXUS.EXAMPLE:1",
    ] {
        assert_eq!(ask("host", good).await, 200, "{good}");
    }
    for bad in [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "nexus.example.evil",
    ] {
        assert_eq!(ask("host", bad).await, 403, "{bad}");
    }
    let own = format!("http://{}", server.address());
    for good in [own.as_str(), "https://console.example"] {
        assert_eq!(ask("origin", good).await, 200, "{good}");
    }
    for bad in [
        "null",
        "https://evil.example",
        "http://localhost:1",
        "https://console.example.evil",
    ] {
        assert_eq!(ask("origin", bad).await, 403, "{bad}");
    }
}

#[tokio::test]
async fn a_web_page_can_open_no_socket() {
    let server = Server::start_with(|config| config.open_api = true).await;
    for path in ["/ws/events", "/ws/nodes"] {
        let hijack = Peer::connect(
            server.address(),
            path,
            &[("origin", "https://evil.example")],
        )
        .await;
        assert!(hijack.is_err(), "{path}");
    }
}

#[tokio::test]
async fn events_take_the_token_as_first_frame_too() {
    let server = Server::start().await;
    let mut good = Peer::connect(server.address(), "/ws/events", &[])
        .await
        .unwrap();
    good.say(&json!({"token": server.nexus.api_token().reveal()}))
        .await;
    good.hear_type("SNAPSHOT").await;
    for wrong in [json!({"token": "nxs_wrong"}), json!({}), json!(7)] {
        let mut bad = Peer::connect(server.address(), "/ws/events", &[])
            .await
            .unwrap();
        bad.say(&wrong).await;
        assert_eq!(bad.end().await.0, 1008);
    }
    let mut silent = Peer::connect(server.address(), "/ws/events", &[])
        .await
        .unwrap();
    assert_eq!(silent.end().await.0, 1008, "silence is not a token");
    assert!(
        Peer::connect(
            server.address(),
            "/ws/events",
            &[("authorization", "Bearer x")]
        )
        .await
        .is_err()
    );
}

#[tokio::test]
async fn a_spore_without_the_right_token_changes_nothing() {
    let server = Server::start().await;
    let _victim = Peer::join(server.address(), &hello("victim")).await;
    server.until_node("victim", "online").await;
    for token in [
        "",
        "wrong",
        "a-shared-token-for-test",
        "a-shared-token-for-tests ",
    ] {
        let mut bad = hello("victim");
        bad["payload"]["token"] = json!(token);
        let mut peer = Peer::join(server.address(), &bad).await;
        assert_eq!(peer.end().await, (1008, "Authentication failed".to_owned()));
    }
    a_moment().await;
    server.until_node("victim", "online").await;
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], json!(1));
}

#[tokio::test]
async fn without_a_shared_token_no_spore_joins() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    for token in ["", "null"] {
        let mut bad = hello("x");
        bad["payload"]["token"] = json!(token);
        assert_eq!(Peer::join(server.address(), &bad).await.end().await.0, 1008);
    }
}

#[tokio::test]
async fn switched_off_means_503_and_no_spores() {
    let server = Server::start_with(|config| config.enabled = false).await;
    assert_eq!(server.get("/api/v1/nodes").await.0, 503);
    assert_eq!(server.get("/api/v1/nodes/x").await.0, 503);
    assert_eq!(server.shell("x", "echo", 1).await.0, 503);
    assert_eq!(server.get("/healthz").await.0, 200);
    assert!(
        Peer::connect(server.address(), protocol::PATH, &[])
            .await
            .is_err()
    );
}
