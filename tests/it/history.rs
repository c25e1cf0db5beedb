//! The fleet's last day over the doors: who was away for a moment, a restart, a place that two nodes had, limits of a
//! token, and questions that make no sense.

use std::time::{SystemTime, UNIX_EPOCH};

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2};

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// How a node stood at a time; null: it was not there.
async fn stood(server: &Server, node: &str, at: i64) -> Value {
    let (status, then) = server.get(&format!("/api/v1/timeline/at?time={at}")).await;
    assert_eq!(status, 200, "{then}");
    let nodes = then["nodes"].as_array().unwrap();
    let found = nodes.iter().find(|one| one["node_id"] == node);
    found.map_or(Value::Null, |one| one["state"].clone())
}

/// Turns are written in groups, so they are there a moment later.
async fn until_stood(server: &Server, node: &str, at: i64, state: &str) {
    eventually(&format!("{node} stood {state}"), || async {
        (stood(server, node, at).await == state).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_moment_away_is_seen_also_after_a_restart() {
    let server = Server::start().await;
    let before = now();
    let peer = Peer::join(server.address(), &hello_v2("a")).await;
    server.until_node("a", "online").await;
    let there = now();
    // The moment must be over before it goes.
    eventually("the clock goes on", || async {
        (now() > there).then_some(())
    })
    .await;
    drop(peer);
    server.until_node("a", "offline").await;
    let away = now();
    let _peer = Peer::join(server.address(), &hello_v2("a")).await;
    server.until_node("a", "online").await;
    let back = now();
    until_stood(&server, "a", back, "idle").await;
    assert_eq!(stood(&server, "a", away).await, "offline");
    assert_eq!(stood(&server, "a", there).await, "idle");
    assert_eq!(stood(&server, "a", before).await, Value::Null);

    let data = server.stop().await;
    let path = data.path().to_owned();
    let server = Server::start_with(|config| config.data_dir = path).await;
    assert_eq!(stood(&server, "a", away).await, "offline");
    let (status, told) = server.get("/api/v1/nodes/a/history?hours=1").await;
    assert_eq!(status, 200, "{told}");
    let spans = told["spans"].as_array().unwrap();
    let states: Vec<_> = spans.iter().map(|span| span["state"].clone()).collect();
    assert!(states.contains(&json!("offline")), "{told}");
    assert_eq!(states[0], "absent", "it is known for a moment only");
    let (_, told) = server.get("/api/v1/timeline?buckets=24").await;
    let buckets = told["buckets"].as_array().unwrap();
    assert_eq!((buckets.len(), &buckets[0]["known"]), (24, &json!(false)));
    assert_eq!(buckets[23]["known"], json!(true), "{told}");
    drop(data);
}

#[tokio::test]
async fn what_stood_in_a_place_before_is_not_the_past_of_who_stands_there() {
    let server = Server::start().await;
    let first = Peer::join(server.address(), &hello_v2("first")).await;
    server.until_node("first", "online").await;
    let then = now();
    drop(first);
    server.until_node("first", "offline").await;
    let (status, _) = server
        .call(Method::DELETE, "/api/v1/nodes/first", None)
        .await;
    assert_eq!(status, 200);
    let _second = Peer::join(server.address(), &hello_v2("second")).await;
    server.until_node("second", "online").await;
    until_stood(&server, "second", now(), "idle").await;
    assert_eq!(stood(&server, "second", then).await, Value::Null);
    assert_eq!(stood(&server, "first", then).await, Value::Null);
    let (_, told) = server.get("/api/v1/nodes/second/history").await;
    let at: Vec<_> = told["at"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    assert!(at.iter().all(|at| *at > then), "{told}");
    assert_eq!(server.get("/api/v1/nodes/first/history").await.0, 404);
}

#[tokio::test]
async fn whoever_may_not_see_a_node_hears_nothing_of_its_past() {
    let server = Server::start().await;
    let mut hello = hello_v2("seen");
    hello["payload"]["capabilities"]["tags"] = json!(["site:here"]);
    let _seen = Peer::join(server.address(), &hello).await;
    let _other = Peer::join(server.address(), &hello_v2("other")).await;
    server.until_node("seen", "online").await;
    server.until_node("other", "online").await;
    until_stood(&server, "other", now(), "idle").await;
    let (_, secret) = server
        .token("limited", Role::Viewer, "site=here", &["*"])
        .await;
    let get = async |path: String| server.call_as(&secret, Method::GET, &path, None).await;
    let (_, then) = get(format!("/api/v1/timeline/at?time={}", now())).await;
    let nodes: Vec<_> = then["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["node_id"])
        .collect();
    assert_eq!(nodes, [&json!("seen")]);
    assert_eq!(get("/api/v1/nodes/other/history".into()).await.0, 404);
    assert_eq!(get("/api/v1/nodes/seen/history".into()).await.0, 200);
    let (status, told) = get("/api/v1/timeline?buckets=1440".into()).await;
    let buckets = told["buckets"].as_array().unwrap();
    assert_eq!(
        (status, buckets.len()),
        (200, 96),
        "each is a reading of its own"
    );
    assert!(
        buckets
            .iter()
            .all(|one| one["jobs"].is_null() && one["online"].as_u64() < Some(2))
    );
}

#[tokio::test]
async fn questions_that_make_no_sense_are_answered_with_what_to_do() {
    let server = Server::start_with(|config| config.in_memory = true).await;
    for path in [
        "timeline/at",
        "timeline/at?time=",
        "timeline/at?time=NaN",
        "timeline/at?time=yesterday",
        "timeline/at?time=-1",
        "timeline/at?time=9223372036854775807",
        "timeline/at?time=99999999999999999999999",
        "timeline/at?time=2999-01-01T00:00:00Z",
        "timeline?buckets=0",
        "timeline?buckets=4294967295",
        "timeline?buckets=-1",
        "timeline?from=2026-11-26T10:00:00Z&to=2026-11-26T09:00:00Z",
        "timeline?from=-9223372036854775808&to=9223372036854775807",
        "timeline?from=0",
        "timeline?to=-9223372036854775808",
        "nodes/a/history?hours=0",
        "nodes/a/history?hours=169",
        "nodes/a/history?hours=1e3",
    ] {
        let (status, told) = server.get(&format!("/api/v1/{path}")).await;
        assert_eq!(status, 422, "{path}: {told}");
        assert!(
            told["detail"].as_str().is_some_and(|why| why.len() > 20),
            "{path}: {told}"
        );
    }
    assert_eq!(server.get("/api/v1/nodes/a/history").await.0, 404);
}

#[tokio::test]
async fn a_nexus_that_keeps_none_says_that_nothing_is_known() {
    let server = Server::start_with(|config| config.history_keep = std::time::Duration::ZERO).await;
    let _peer = Peer::join(server.address(), &hello_v2("a")).await;
    server.until_node("a", "online").await;
    let (status, then) = server
        .get(&format!("/api/v1/timeline/at?time={}", now()))
        .await;
    assert_eq!(
        (status, &then["sampled"], &then["nodes"]),
        (200, &Value::Null, &json!([]))
    );
    let (_, told) = server.get("/api/v1/timeline").await;
    assert_eq!(told["oldest"], Value::Null);
}
