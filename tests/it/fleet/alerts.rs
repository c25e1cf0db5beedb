//! Alerts over three real instances on a real engine: what one alone knows is seen at all, the world hears of a dead machine once, and
//! what people did is still so when the instance that they did it at was killed.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Instance, eventually, joining_spore};
use tempfile::TempDir;

use super::kills::two;
use super::server::Server;
use crate::webhook::{heard, receiver};

async fn three(engine: &Server) -> [Instance; 3] {
    let (first, second) = two(engine).await;
    let (url, key) = (engine.url(), first.file("fleet-key"));
    let all = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("NEXUS_NAME", "third"),
    ];
    let third = Instance::start(TempDir::new().unwrap(), &all).await;
    [first, second, third]
}

/// The alert of this kind, as soon as it fires and is so.
async fn alert(at: &Instance, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("{kind} is so"), || async {
        let body = at.ask("alerts", None).await;
        let alerts = body["alerts"].as_array()?.clone();
        let mut of_it = alerts
            .into_iter()
            .filter(|alert| alert["condition"]["kind"] == kind);
        of_it.next().filter(|alert| is_so(alert))
    })
    .await
}

async fn make_rules(at: &Instance) {
    for rule in [
        json!({"name": "gone", "condition": {"kind": "offline"}, "severity": "critical"}),
        json!({"name": "full", "condition": {"kind": "memory", "above": 1}}),
    ] {
        let made = at.ask("alert-rules", Some(rule)).await;
        assert!(made["rule"]["id"].is_string(), "{made}");
    }
}

async fn post(at: &Instance) -> bool {
    at.ask("alert-webhook", None).await["webhook"]["posts"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn all_see_the_same_one_tells_the_world_and_what_people_did_outlives_a_kill() {
    let engine = Server::start();
    let instances = three(&engine).await;
    let [first, second, third] = &instances;
    make_rules(first).await;
    let addresses = json!({"addresses": [third.address.to_string()]});
    let made = third.ask("join-codes", Some(addresses)).await;
    let spore = joining_spore(made["code"].as_str().unwrap(), "far");
    eventually("it is at the third", || third.online()).await;
    let full = alert(third, "memory", |_| true).await;
    for other in [first, second] {
        let told = alert(other, "memory", |_| true).await;
        assert_eq!(
            (&told["id"], &told["subject"]),
            (&full["id"], &full["subject"])
        );
    }
    for at in &instances {
        let body = at.ask("alerts", None).await;
        let alerts = body["alerts"].as_array().unwrap();
        let gone = alerts.iter().any(|alert| alert["rule"] == "gone");
        assert!(!gone, "one that comes in is gone for nobody: {body}");
    }
    let (url, mut told) = receiver().await;
    let set = reqwest::Client::new()
        .request(
            Method::PUT,
            format!("http://{}/api/v1/alert-webhook", second.address),
        )
        .bearer_auth(second.file("api-token"))
        .json(&json!({"url": url}));
    assert_eq!(set.send().await.unwrap().status(), 200);
    // What began in this very moment may come first.
    while heard(&mut told).await["event"] != "set_up" {}
    eventually("one of them posts", || async {
        let all = [post(first).await, post(second).await, post(third).await];
        (all.iter().filter(|posts| **posts).count() == 1).then_some(())
    })
    .await;
    spore.signal("KILL").await;
    let mut opened = Vec::new();
    while !opened
        .iter()
        .any(|body: &Value| body["cause"]["rule"] == "gone")
    {
        opened.push(heard(&mut told).await);
    }
    let id = alert(first, "offline", |_| true).await["id"].clone();
    for other in [second, third] {
        assert_eq!(alert(other, "offline", |_| true).await["id"], id);
    }
    for (what, body) in [
        ("own", json!({"alert": id, "owner": "ann"})),
        ("note", json!({"alert": id, "text": "it is dead"})),
    ] {
        let done = first.ask(&format!("alerts/{what}"), Some(body)).await;
        assert_eq!(done["alerts"], 1, "{done}");
    }
    let is_so = |alert: &Value| alert["owner"] == "ann" && alert["note"] == "it is dead";
    for other in [second, third] {
        alert(other, "offline", is_so).await;
    }
    // What is over by now was told, and nothing twice.
    while let Ok(body) = told.try_recv() {
        opened.push(body);
    }
    let of_it = opened.iter().filter(|body| body["cause"]["rule"] == "gone");
    assert_eq!(of_it.count(), 1, "{opened:?}");
    first.program.signal("KILL").await;
    let note = json!({"alert": id, "text": "so is the first"});
    second.ask("alerts/note", Some(note)).await;
    let is_so = |alert: &Value| alert["owner"] == "ann" && alert["note"] == "so is the first";
    alert(third, "offline", is_so).await;
}
