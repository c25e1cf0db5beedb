//! How a Nexus says that it can be used, and how an instance stands with its swarm: for balancers, for Prometheus, for people.

use std::time::Duration;

use nexus::fleet::local;
use serde_json::{Value, json};
use system_tests::{Raw, Server, eventually, spore_program};

use crate::sharing::instance;

/// How it stands, once that is so.
async fn until(server: &Server, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || async {
        let (status, body) = server.get("/api/v1/fleet").await;
        assert_eq!(status, 200, "{body}");
        Some(body["fleet"].clone()).filter(&is_so)
    })
    .await
}

/// What a balancer asks, without a token.
async fn ready(server: &Server) -> (u16, Value) {
    let answer = server.bare(reqwest::Method::GET, "/readyz").send().await;
    let answer = answer.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// One figure of Prometheus.
async fn figure(server: &Server, name: &str) -> Option<String> {
    let (_, text) = server.get("/metrics").await;
    let text = text.as_str().unwrap().to_owned();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")))?;
    Some(line.split(' ').nth(1)?.to_owned())
}

#[tokio::test]
async fn an_instance_tells_how_it_stands_with_the_others() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let _spore = spore_program(there.address(), "far", &[]);
    let id = here.until_node("far", "online").await["node_id"].clone();
    let (status, body) = here.shell(id.as_str().unwrap(), "echo hello", 20).await;
    assert_eq!(status, 200, "{body}");
    let stands = until(&here, "it reaches the node elsewhere", |stands| {
        stands["nodes_reached"] == 1 && stands["engine"]["state"] == "connected"
    })
    .await;
    assert_eq!(stands["nodes_held"], 0, "{stands}");
    assert_eq!(stands["instances_seen"], 1, "{stands}");
    let stands = until(&there, "it knows what it holds", |stands| {
        stands["nodes_held"] == 1 && stands["frames_out"] != 0
    })
    .await;
    assert_ne!(stands["frames_in"], 0, "the order came in: {stands}");
    assert_eq!(figure(&here, "nexus_fleet_engine_up").await.unwrap(), "1");
    assert_eq!(
        figure(&here, "nexus_fleet_nodes_reached").await.unwrap(),
        "1"
    );
    assert_ne!(
        figure(&here, "nexus_fleet_frames_in_total").await.unwrap(),
        "0"
    );
    let said = here.nexus(&["fleet", "status"]).await.with(0).out;
    assert!(
        said.contains("connected") && said.contains("there"),
        "{said}"
    );
}

#[tokio::test]
async fn while_the_engine_is_away_an_instance_stays_in_rotation() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let (status, body) = ready(&here).await;
    assert_eq!((status, &body["instances"]), (200, &json!(0)), "{body}");
    engine.away(true);
    until(&here, "it notices", |stands| {
        stands["engine"]["state"] == "away"
    })
    .await;
    let (status, body) = ready(&here).await;
    assert_eq!(
        (status, &body["engine"]["state"]),
        (200, &json!("away")),
        "{body}"
    );
    assert_eq!(
        body["engine"]["problem"],
        Value::Null,
        "hosts are nobody's business: {body}"
    );
    assert_eq!(figure(&here, "nexus_fleet_engine_up").await.unwrap(), "0");
    let said = here.nexus(&["fleet", "status"]).await.with(0);
    assert!(
        said.out.contains("away") && said.err.contains("engine"),
        "{}",
        said.out
    );
    engine.away(false);
    until(&here, "it is back", |stands| {
        stands["engine"]["state"] == "connected"
    })
    .await;
}

#[tokio::test]
async fn a_nexus_that_is_alone_says_nothing_of_a_fleet() {
    let server = Server::start().await;
    let (_, body) = server.get("/api/v1/fleet").await;
    assert_eq!(body["fleet"], Value::Null);
    assert_eq!(ready(&server).await, (200, json!({"status": "ready"})));
    assert_eq!(figure(&server, "nexus_fleet_engine_up").await, None);
}

#[tokio::test]
async fn a_nexus_that_stops_is_not_ready() {
    let server = Server::start().await;
    let mut late = Raw::connect(server.address()).await;
    late.write(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n")
        .await;
    assert_eq!(ready(&server).await.0, 200);
    let stopping = tokio::spawn(server.nexus.shutdown(Duration::from_secs(20)));
    tokio::time::sleep(Duration::from_millis(200)).await;
    late.write(b"\r\n").await;
    assert_eq!(late.status().await, Some(503));
    stopping.await.unwrap();
}
