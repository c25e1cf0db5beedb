//! Alerts in a swarm: what one instance alone can know is seen at all, what people do about an alert holds everywhere, and the world
//! is told once.

use nexus::fleet::{Through, local};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2, spore_program};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::sharing::{instance, three};
use crate::webhook::{heard, receiver};

/// Makes a rule at one; returns when all have it.
async fn rule(servers: &[Server], rule: Value) {
    let (status, made) = servers[0].post("/api/v1/alert-rules", rule).await;
    assert_eq!(status, 201, "{made}");
    let id = &made["rule"]["id"];
    assert!(id.is_string(), "{made}");
    for server in servers {
        eventually("it has the rule", || async {
            let (_, body) = server.get("/api/v1/alert-rules").await;
            let rules = body["rules"].as_array()?.clone();
            rules.iter().any(|rule| rule["id"] == *id).then_some(())
        })
        .await;
    }
}

/// The alert that fires about this node (or job), once it does.
async fn fires(server: &Server, kind: &str) -> Value {
    eventually(&format!("{kind} fires"), || async {
        let (_, body) = server.get("/api/v1/alerts").await;
        let alerts = body["alerts"].as_array()?.clone();
        alerts
            .into_iter()
            .find(|alert| alert["condition"]["kind"] == kind)
    })
    .await
}

/// Waits until an alert is so at an instance.
async fn until(server: &Server, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || async {
        let (_, body) = server.get(&format!("/api/v1/alerts/{id}")).await;
        let alert = body["alert"].clone();
        is_so(&alert).then_some(alert)
    })
    .await
}

async fn until_over(server: &Server, id: &str) {
    until(server, id, "it is over", |alert| {
        alert["state"] == "resolved"
    })
    .await;
}

fn id_of(alert: &Value) -> String {
    let id = alert["id"].as_str();
    id.unwrap_or_else(|| panic!("{alert}")).to_owned()
}

fn beat(node: &str, cpu: f64) -> Value {
    json!({"message_type": "HEARTBEAT", "payload": {"message_type": "HEARTBEAT", "node_id": node, "status": "online",
        "active_tasks": 0, "cpu_usage": cpu, "memory_usage": 0.1, "timestamp": "2026-11-23T18:37:41Z"},
        "timestamp": "2026-11-23T18:37:41Z"})
}

/// A node that is here, and says how much it has to do until it is told to stop.
async fn busy(server: &Server, name: &str) -> tokio::task::JoinHandle<()> {
    let mut peer = Peer::join(server.address(), &hello_v2(name)).await;
    peer.hear_type("WELCOME").await;
    let name = name.to_owned();
    tokio::spawn(async move {
        loop {
            peer.say(&beat(&name, 0.99)).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    })
}

const HOT: &str = "cpu";

fn hot() -> Value {
    json!({"name": "hot", "condition": {"kind": "cpu", "above": 50}, "severity": "critical"})
}

fn gone() -> Value {
    json!({"name": "gone", "condition": {"kind": "offline"}, "severity": "critical"})
}

#[tokio::test]
async fn the_load_of_a_node_elsewhere_fires_here_with_the_same_words() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    rule(&servers, hot()).await;
    let node = busy(&servers[1], "n").await;
    let own = fires(&servers[1], HOT).await;
    let id = id_of(&own);
    for server in [&servers[0], &servers[2]] {
        let told = fires(server, HOT).await;
        for part in ["id", "rule_id", "rule", "severity", "subject", "detail"] {
            assert_eq!(told[part], own[part], "{part}");
        }
        eventually("it stands on the board with its node", || async {
            let (_, board) = server.get("/api/v1/alerts/causes").await;
            let causes = board["causes"].as_array()?;
            let nodes = &causes.first()?["node_ids"];
            (*nodes == json!(["n"])).then_some(())
        })
        .await;
    }
    // What somebody does about it where it is only told of holds where it comes from.
    let note = json!({"alert": id, "text": "a backup runs"});
    let (status, noted) = servers[0].post("/api/v1/alerts/note", note).await;
    assert_eq!(status, 200, "{noted}");
    for server in &servers {
        until(server, &id, "it is noted", |alert| {
            alert["note"] == "a backup runs"
        })
        .await;
    }
    node.abort();
    for server in &servers {
        until_over(server, &id).await;
    }
}

#[tokio::test]
async fn what_an_instance_alone_knew_is_over_when_it_is_gone() {
    let engine = local::Engine::default();
    let [one, two, three] = three(&engine).await;
    let servers = [one, two];
    rule(&servers, hot()).await;
    rule(
        std::slice::from_ref(&three),
        json!({"name": "other", "condition": {"kind": "held"}}),
    )
    .await;
    let node = busy(&three, "n").await;
    let id = id_of(&fires(&servers[0], HOT).await);
    fires(&servers[1], HOT).await;
    drop(three.stop().await);
    node.abort();
    for server in &servers {
        until_over(server, &id).await;
    }
    let late = instance(&engine, "late").await;
    late.until_node("n", "offline").await;
    eventually("it does not fire there", || async {
        let (_, body) = late.get("/api/v1/alerts").await;
        (!body.to_string().contains(&id)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_people_do_holds_everywhere_and_outlives_whoever_was_told() {
    let engine = local::Engine::default();
    let [one, two, three] = three(&engine).await;
    let servers = [one, two];
    rule(&servers, gone()).await;
    let mut peer = Peer::join(three.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    for server in [&servers[0], &servers[1], &three] {
        server.until_node("n", "online").await;
    }
    drop(peer);
    let id = id_of(&fires(&three, "offline").await);
    for server in &servers {
        assert_eq!(id_of(&fires(server, "offline").await), id);
    }
    for (what, body) in [
        ("own", json!({"alert": id, "owner": "ann"})),
        ("note", json!({"alert": id, "text": "the rack moves"})),
        ("acknowledge", json!({"alert": id})),
    ] {
        let (status, done) = three.post(&format!("/api/v1/alerts/{what}"), body).await;
        assert_eq!(status, 200, "{what} {done}");
    }
    let is_so = |alert: &Value| {
        alert["owner"] == "ann"
            && alert["note"] == "the rack moves"
            && !alert["acknowledged_by"].is_null()
    };
    for server in &servers {
        let alert = until(server, &id, "it is so", is_so).await;
        let history = alert["history"].as_array().unwrap().iter();
        let happened: Vec<_> = history.map(|one| one["what"].as_str().unwrap()).collect();
        assert_eq!(happened, ["fired", "owned", "noted", "acknowledged"]);
    }
    // Released by somebody else, and the other one is gone.
    let body = json!({"alert": id, "owner": null});
    assert_eq!(servers[0].post("/api/v1/alerts/own", body).await.0, 200);
    for server in [&servers[1], &three] {
        until(server, &id, "nobody has it", |alert| {
            alert["owner"].is_null()
        })
        .await;
    }
    drop(three.stop().await);
    let late = instance(&engine, "late").await;
    let alert = until(&late, &id, "it fires there too", |alert| {
        alert["note"].is_string()
    })
    .await;
    assert_eq!(alert["note"], "the rack moves");
    assert_eq!(alert["state"], "firing");
}

#[tokio::test]
async fn a_single_alert_that_is_muted_at_one_is_muted_at_all() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    rule(&servers, gone()).await;
    let mut peer = Peer::join(servers[0].address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    for server in &servers {
        server.until_node("n", "online").await;
    }
    drop(peer);
    let id = id_of(&fires(&servers[1], "offline").await);
    let mute = json!({"alert": id, "seconds": 600});
    assert_eq!(servers[1].post("/api/v1/alerts/mute", mute).await.0, 200);
    for server in &servers {
        eventually("it is muted", || async {
            let (_, body) = server.get("/api/v1/alerts?state=muted").await;
            (body["total"] == 1).then_some(())
        })
        .await;
    }
    let body = json!({"alert": id});
    assert_eq!(servers[2].post("/api/v1/alerts/unmute", body).await.0, 200);
    for server in &servers {
        eventually("it is heard of again", || async {
            let (_, body) = server.get("/api/v1/alerts").await;
            (body["total"] == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_failed_job_is_seen_at_all_and_over_when_somebody_has_seen_it_anywhere() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    let _spore = spore_program(servers[0].address(), "n", &[("SPORE_NODE_ID", "n")]);
    for server in &servers {
        server.until_node("n", "online").await;
    }
    let job = json!({"node_ids": ["n"], "label": "nightly", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "exit 3"}});
    let (status, made) = servers[1].post("/api/v1/jobs", job).await;
    assert!(status < 300, "{made}");
    let mut ids = Vec::new();
    for server in &servers {
        let alert = fires(server, "job_failed").await;
        assert_eq!(alert["subject"]["name"], "nightly", "{alert}");
        ids.push(id_of(&alert));
    }
    assert!(ids.iter().all(|id| *id == ids[0]));
    let seen = json!({"alert": ids[0]});
    let (status, body) = servers[2].post("/api/v1/alerts/acknowledge", seen).await;
    assert_eq!(status, 200, "{body}");
    for server in &servers {
        until_over(server, &ids[0]).await;
    }
}

/// The name of the one that posts, when there is exactly one.
async fn who_posts(servers: &[&Server]) -> Option<usize> {
    let mut found = Vec::new();
    for (at, server) in servers.iter().enumerate() {
        let (_, body) = server.get("/api/v1/alert-webhook").await;
        assert!(!body.to_string().contains("s3cret"), "{body}");
        if body["webhook"]["to"].is_null() {
            return None;
        }
        if body["webhook"]["posts"] == true {
            found.push(at);
        }
    }
    let [one] = found[..] else { return None };
    Some(one)
}

/// What is posted about alerts.
async fn next(told: &mut UnboundedReceiver<Value>) -> (String, String) {
    let body = heard(told).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&body["event"]), text(&body["cause"]["rule"]))
}

#[tokio::test]
async fn the_world_hears_of_one_dead_node_once() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    rule(&servers, gone()).await;
    let (url, mut told) = receiver().await;
    let body = Some(json!({"url": url}));
    let put = servers[1].call(Method::PUT, "/api/v1/alert-webhook", body);
    assert_eq!(put.await.0, 200);
    assert_eq!(
        next(&mut told).await.0,
        "set_up",
        "once, by the one that was asked"
    );
    let all: Vec<_> = servers.iter().collect();
    eventually("one of them posts", || who_posts(&all)).await;
    let mut peer = Peer::join(servers[2].address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    for server in &servers {
        server.until_node("n", "online").await;
    }
    drop(peer);
    let opened = ("opened".to_owned(), "gone".to_owned());
    assert_eq!(next(&mut told).await, opened);
    for server in &servers {
        fires(server, "offline").await;
    }
    let mut peer = Peer::join(servers[2].address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    let stays = tokio::spawn(async move {
        loop {
            peer.say(&beat("n", 0.1)).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    });
    let closed = ("closed".to_owned(), "gone".to_owned());
    assert_eq!(
        next(&mut told).await,
        closed,
        "nobody told it a second time"
    );
    stays.abort();
    for (at, server) in servers.iter().enumerate() {
        let (_, log) = server.get("/api/v1/audit?limit=500").await;
        assert!(!log.to_string().contains("s3cret"), "{at}: {log}");
    }
}

#[tokio::test]
async fn another_one_tells_when_the_one_that_did_is_gone() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    rule(&servers, gone()).await;
    let (url, mut told) = receiver().await;
    let body = Some(json!({"url": url}));
    let put = servers[0].call(Method::PUT, "/api/v1/alert-webhook", body);
    assert_eq!(put.await.0, 200);
    assert_eq!(next(&mut told).await.0, "set_up");
    let all: Vec<_> = servers.iter().collect();
    let first = eventually("one of them posts", || who_posts(&all)).await;
    let mut servers = Vec::from(servers);
    drop(servers.remove(first).stop().await);
    let left: Vec<_> = servers.iter().collect();
    eventually("another one posts", || who_posts(&left)).await;
    let mut peer = Peer::join(left[0].address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    left[1].until_node("n", "online").await;
    drop(peer);
    let opened = ("opened".to_owned(), "gone".to_owned());
    assert_eq!(next(&mut told).await, opened);
}

#[tokio::test]
async fn an_address_that_was_taken_back_is_gone_everywhere_also_for_who_was_away() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let webhook = "/api/v1/alert-webhook";
    let to = async |server: &Server| server.get(webhook).await.1["webhook"]["to"].clone();
    let body = Some(json!({"url": "http://127.0.0.1:9/s3cret"}));
    assert_eq!(one.call(Method::PUT, webhook, body).await.0, 200);
    eventually("the other has it", || async {
        to(&two).await.is_string().then_some(())
    })
    .await;
    let data = two.stop().await;
    assert_eq!(one.call(Method::DELETE, webhook, None).await.0, 200);
    let two = Server::start_with(|config| {
        config.data_dir = data.path().to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    eventually("it knows that it is gone", || async {
        to(&two).await.is_null().then_some(())
    })
    .await;
    assert!(to(&one).await.is_null());
}
