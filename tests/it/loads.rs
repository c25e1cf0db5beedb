//! How busy nodes are that another instance holds: asked for while somebody looks, shown, placed by, and not known when nobody
//! says it.

use std::time::Duration;

use futures_util::StreamExt;
use nexus::fleet::local;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sharing::instance;

/// A spore that tells a load again and again, once it has one.
struct Busy {
    load: watch::Sender<Option<(f64, u32)>>,
    life: JoinHandle<()>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.life.abort();
    }
}

impl Busy {
    async fn at(server: &Server, name: &str) -> Self {
        let mut peer = Peer::join(server.address(), &hello_v2(name)).await;
        peer.hear_type("WELCOME").await;
        let (load, mut told) = watch::channel(None);
        let name = name.to_owned();
        let life = tokio::spawn(async move {
            loop {
                let now: Option<(f64, u32)> = *told.borrow_and_update();
                if let Some((cpu, tasks)) = now {
                    peer.say(&json!({"message_type": "HEARTBEAT", "payload": {"node_id": name, "cpu_usage": cpu,
                        "memory_usage": 0.5, "active_tasks": tasks,
                        "disk": {"usage": cpu, "free": 1_000_000, "mount": "/var"}}}))
                        .await;
                }
                tokio::select! {
                    changed = told.changed() => if changed.is_err() { return },
                    // Pings are answered while it reads.
                    frame = peer.socket.next() => if !matches!(frame, Some(Ok(_))) { return },
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                }
            }
        });
        Self { load, life }
    }

    fn is(&self, cpu: f64, tasks: u32) {
        self.load.send_replace(Some((cpu, tasks)));
    }
}

async fn until_load(server: &Server, node: &str, cpu: f64, tasks: u32) -> Value {
    eventually(&format!("the load of {node} is {cpu}"), || async {
        let (_, body) = server.get(&format!("/api/v1/nodes/{node}")).await;
        let node = body["node"].clone();
        let is_so = node["load_known"] == true && node["cpu_usage"] == cpu;
        (is_so && node["active_tasks"] == tasks).then_some(node)
    })
    .await
}

/// How often this instance asked others for loads.
async fn asked(server: &Server) -> String {
    let (_, text) = server.get("/metrics").await;
    let text = text.as_str().unwrap().to_owned();
    let line = text
        .lines()
        .find(|line| line.starts_with("nexus_fleet_loads_asked"));
    line.unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Until it can be used there, without looking at how busy it is.
async fn until_far(server: &Server, node: &str) {
    eventually("it is known there", || async {
        let nodes = server.nexus.handle().nodes().await.ok()?;
        let found = nodes.iter().find(|one| one.facts.id == node)?;
        found.via.map(drop)
    })
    .await;
}

#[tokio::test]
async fn the_load_of_a_node_elsewhere_is_known_while_somebody_looks() {
    let engine = local::Engine::default();
    let (one, two) = (
        instance(&engine, "one").await,
        instance(&engine, "two").await,
    );
    let peer = Busy::at(&two, "far").await;
    until_far(&one, "far").await;
    let before = asked(&one).await;
    peer.is(0.73, 2);
    until_load(&two, "far", 0.73, 2).await;
    assert_eq!(asked(&one).await, before, "nobody looked there");

    let node = until_load(&one, "far", 0.73, 2).await;
    assert_eq!(
        (&node["memory_usage"], &node["disk_usage"]),
        (&json!(0.5), &json!(0.73))
    );
    assert_eq!(node["disk_mount"], "/var", "{node}");
    assert_ne!(asked(&one).await, before);
    peer.is(0.25, 0);
    until_load(&one, "far", 0.25, 0).await;
    let (_, listed) = one.get("/api/v1/nodes").await;
    assert_eq!(listed["nodes"][0]["load_known"], true, "{listed}");

    // It goes to the other one and back: what it said before is not true of its new session.
    drop(peer);
    one.until_node("far", "offline").await;
    let peer = Busy::at(&two, "far").await;
    until_far(&one, "far").await;
    let (_, body) = one.get("/api/v1/nodes/far").await;
    assert_eq!(body["node"]["load_known"], false, "{body}");
    peer.is(0.25, 1);
    until_load(&one, "far", 0.25, 1).await;
}

#[tokio::test]
async fn a_stream_of_events_brings_loads_by_itself() {
    let engine = local::Engine::default();
    let (one, two) = (
        instance(&engine, "one").await,
        instance(&engine, "two").await,
    );
    let peer = Busy::at(&two, "far").await;
    until_far(&one, "far").await;
    let token = format!("Bearer {}", one.nexus.api_token().reveal());
    let headers = [("authorization", token.as_str())];
    let mut events = Peer::connect(one.address(), "/ws/events", &headers)
        .await
        .unwrap();
    events.hear_type("SNAPSHOT").await;
    for cpu in [0.4, 0.8] {
        peer.is(cpu, 0);
        let told = loop {
            let told = events.hear_type("NODE_HEARTBEAT").await;
            if told["data"]["cpu_usage"] == cpu {
                break told;
            }
        };
        assert_eq!(told["data"]["node_id"], "far", "{told}");
        assert_eq!(told["data"]["load_known"], true, "{told}");
    }
}

#[tokio::test]
async fn what_nobody_confirms_is_not_known_any_more() {
    let engine = local::Engine::default();
    let (one, two) = (
        instance(&engine, "one").await,
        instance(&engine, "two").await,
    );
    let peer = Busy::at(&two, "far").await;
    peer.is(0.6, 1);
    until_far(&one, "far").await;
    until_load(&one, "far", 0.6, 1).await;
    let [a, b] = [&one, &two].map(|server| server.nexus.instance().unwrap());
    engine.cut(a, b);
    let node = eventually("it is not known any more", || async {
        let (_, body) = one.get("/api/v1/nodes/far").await;
        (body["node"]["load_known"] == false).then(|| body["node"].clone())
    })
    .await;
    assert_eq!(
        (&node["cpu_usage"], &node["disk_usage"]),
        (&json!(0.0), &Value::Null)
    );
    engine.mend(a, b);
    until_load(&one, "far", 0.6, 1).await;
}

#[tokio::test]
async fn the_best_node_elsewhere_is_the_one_with_little_to_do() {
    let engine = local::Engine::default();
    let (one, two) = (
        instance(&engine, "one").await,
        instance(&engine, "two").await,
    );
    let mut peers = Vec::new();
    for (name, cpu) in [("busy", 0.9), ("idle", 0.1), ("tired", 0.7)] {
        let peer = Busy::at(&two, name).await;
        peer.is(cpu, 0);
        until_load(&two, name, cpu, 0).await;
        until_far(&one, name).await;
        peers.push(peer);
    }
    let ask = json!({"skill_name": "ShellSkill", "any": 3});
    let (status, body) = one.post("/api/v1/placement", ask).await;
    assert_eq!(
        (status, &body["chosen"]),
        (200, &json!(["idle", "tired", "busy"])),
        "{body}"
    );
    let ask = json!({"target": "cpu>50%"});
    let (status, body) = one.post("/api/v1/targets/resolve", ask).await;
    assert_eq!((status, &body["count"]), (200, &json!(2)), "{body}");
}

#[tokio::test]
async fn the_past_of_a_node_is_told_by_who_has_its_socket() {
    let engine = local::Engine::default();
    let (one, two) = (
        instance(&engine, "one").await,
        instance(&engine, "two").await,
    );
    drop(Busy::at(&two, "far").await);
    one.until_node("far", "offline").await;
    let _peer = Busy::at(&two, "far").await;
    until_far(&one, "far").await;
    let spans = async |server: &Server| {
        let (status, body) = server.get("/api/v1/nodes/far/history?hours=1").await;
        assert_eq!(status, 200, "{body}");
        // The first one begins an hour ago.
        body["spans"]
            .as_array()
            .unwrap()
            .get(1..)
            .unwrap_or_default()
            .to_vec()
    };
    let there = eventually("it was away for a moment", || async {
        let spans = spans(&two).await;
        let away = spans.iter().any(|span| span["state"] == "offline");
        away.then_some(spans)
    })
    .await;
    assert_eq!(spans(&one).await, there, "to the millisecond");
    let (a, b) = (one.nexus.instance().unwrap(), two.nexus.instance().unwrap());
    let (status, _) = one.get("/api/v1/nodes/other/history?hours=1").await;
    assert_eq!(status, 404);
    engine.cut(a, b);
    let (status, body) = one.get("/api/v1/nodes/far/history?hours=1").await;
    assert!(
        status == 200 || body["code"] == "instance_away",
        "{status} {body}"
    );
}
