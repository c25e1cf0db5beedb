//! Tokens and join codes of a swarm: what was made at one instance opens all, what was taken back at one opens none, and a code is
//! used as often as it says, wherever.

use nexus::fleet::local;
use protocol::JoinCode;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Member, Server, eventually};

use crate::sharing::instance;

/// A new API token: its secret and id.
async fn token(server: &Server, name: &str) -> (String, String) {
    let body = json!({"name": name, "role": "viewer", "ttl_seconds": 600});
    let (status, made) = server.post("/api/v1/tokens", body).await;
    assert_eq!(status, 201, "{made}");
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{made}"))
            .to_owned()
    };
    (text(&made["secret"]), text(&made["token"]["id"]))
}

/// Whether a token opens an instance.
async fn opens(server: &Server, secret: &str) -> bool {
    let request = server
        .bare(Method::GET, "/api/v1/nodes")
        .bearer_auth(secret);
    request.send().await.unwrap().status() == 200
}

async fn until_open(server: &Server, secret: &str, open: bool) {
    eventually(&format!("it opens: {open}"), || async {
        (opens(server, secret).await == open).then_some(())
    })
    .await;
}

async fn revoke(server: &Server, id: &str) {
    let path = format!("/api/v1/tokens/{id}");
    let (status, body) = server.call(Method::DELETE, &path, None).await;
    assert!(status < 300, "{status} {body}");
}

#[tokio::test]
async fn a_token_opens_every_instance_until_it_is_revoked_at_any() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let (secret, id) = token(&one, "script").await;
    until_open(&two, &secret, true).await;
    engine.away(true);
    assert!(opens(&two, &secret).await, "what is known goes on working");
    revoke(&two, &id).await;
    assert!(!opens(&two, &secret).await);
    let (later, _) = token(&two, "made alone").await;
    engine.away(false);
    until_open(&one, &secret, false).await;
    until_open(&one, &later, true).await;
    let late = instance(&engine, "late").await;
    until_open(&late, &later, true).await;
    assert!(!opens(&late, &secret).await, "it is known and revoked");
}

async fn code(server: &Server, body: Value) -> (JoinCode, String) {
    let (status, made) = server.post("/api/v1/join-codes", body).await;
    assert_eq!(status, 201, "{made}");
    let code = made["code"].as_str().unwrap().parse().unwrap();
    let id = made["join_code"]["id"].as_str();
    (code, id.unwrap_or_else(|| panic!("{made}")).to_owned())
}

/// How somebody with a code is received: WELCOME, or the code of the close frame.
async fn received(server: &Server, code: &JoinCode, who: &Member) -> String {
    who.join(server.address(), Some(code)).await.answer().await
}

/// How often a code was used, as an instance knows it.
async fn used(server: &Server, id: &str) -> Option<u64> {
    let (_, body) = server.get("/api/v1/join-codes").await;
    let codes = body["join_codes"]
        .as_array()
        .unwrap_or_else(|| panic!("{body}"));
    let found = codes.iter().find(|code| code["id"] == id)?;
    found["used"].as_u64()
}

async fn until_used(server: &Server, id: &str, times: u64) {
    eventually(&format!("the code was used {times} times"), || async {
        (used(server, id).await == Some(times)).then_some(())
    })
    .await;
}

const BAD: &str = "4014";
const LATER: &str = "1013";

#[tokio::test]
async fn a_join_code_is_used_as_often_as_it_says_by_all_together() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let body =
        json!({"label": "rack", "uses": 2, "waiting_room": false, "addresses": ["127.0.0.1:1"]});
    let (code, id) = code(&one, body).await;
    until_used(&two, &id, 0).await;
    let [a, b, c] = ["a", "b", "c"].map(Member::new);
    engine.away(true);
    assert_eq!(
        received(&two, &code, &a).await,
        LATER,
        "nobody could count it"
    );
    engine.away(false);
    eventually("it is let in when the engine is back", || async {
        (received(&two, &code, &a).await == "WELCOME").then_some(())
    })
    .await;
    until_used(&one, &id, 1).await;
    assert_eq!(received(&one, &code, &b).await, "WELCOME");
    until_used(&two, &id, 2).await;
    for server in [&one, &two] {
        assert_eq!(
            received(server, &code, &c).await,
            BAD,
            "it is used up everywhere"
        );
    }
    assert_eq!(
        received(&one, &code, &a).await,
        "WELCOME",
        "who is in stays in"
    );
}

#[tokio::test]
async fn two_that_come_at_once_to_two_instances_do_not_share_one_use() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    for round in 0..5 {
        let body = json!({"uses": 1, "waiting_room": false, "addresses": ["127.0.0.1:1"]});
        let (code, id) = code(&one, body).await;
        until_used(&two, &id, 0).await;
        let (a, b) = (
            Member::new(&format!("a{round}")),
            Member::new(&format!("b{round}")),
        );
        let both = tokio::join!(received(&one, &code, &a), received(&two, &code, &b));
        let mut both = [both.0, both.1];
        both.sort();
        assert_eq!(both, [BAD, "WELCOME"], "exactly one came in");
    }
}

#[tokio::test]
async fn a_code_that_was_withdrawn_at_one_lets_nobody_in_anywhere() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let body = json!({"uses": 1, "waiting_room": false, "addresses": ["127.0.0.1:1"]});
    let (code, id) = code(&one, body).await;
    until_used(&two, &id, 0).await;
    let path = format!("/api/v1/join-codes/{id}");
    let (status, body) = two.call(Method::DELETE, &path, None).await;
    assert!(status < 300, "{status} {body}");
    eventually("the other knows", || async {
        let (_, body) = one.get("/api/v1/join-codes").await;
        let codes = body["join_codes"].as_array()?.clone();
        let found = codes.iter().find(|code| code["id"] == json!(id))?;
        (found["state"] == "withdrawn").then_some(())
    })
    .await;
    assert_eq!(received(&one, &code, &Member::new("late")).await, BAD);
}

#[tokio::test]
async fn who_waits_at_one_instance_and_is_let_in_is_known_at_all() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let body = json!({"uses": 3, "waiting_room": true, "addresses": ["127.0.0.1:1"]});
    let (code, id) = code(&one, body).await;
    until_used(&two, &id, 0).await;
    let machine = Member::new("machine");
    for server in [&one, &two] {
        assert_ne!(received(server, &code, &machine).await, "WELCOME");
    }
    until_used(&two, &id, 1).await;
    assert_eq!(used(&one, &id).await, Some(1), "it is one machine");
    let key = machine.public().to_string();
    let (status, body) = two
        .post(&format!("/api/v1/waiting/{key}/accept"), json!({}))
        .await;
    assert!(status < 300, "{status} {body}");
    eventually("nobody waits any more", || async {
        let (_, body) = one.get("/api/v1/waiting").await;
        body["waiting"].as_array()?.is_empty().then_some(())
    })
    .await;
    assert_eq!(received(&one, &code, &machine).await, "WELCOME");
}
