//! What stands in the heads of requests and answers: pages and proxies betray themselves by it, a body says what it is, and every
//! answer tells a browser what it may not do. Not here: hosts and origins that are turned away, see `access`.

use reqwest::Method;
use system_tests::{Peer, Server};

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
