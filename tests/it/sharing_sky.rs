//! All instances of a swarm show one sky: every star stands at the same place, whoever let it in and whenever an instance came.

use std::collections::BTreeMap;
use std::time::Duration;

use nexus::fleet::local;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2};

use crate::sharing::instance;

/// Where each star stands, by the name of its node.
async fn sky(server: &Server) -> BTreeMap<String, String> {
    let nodes = server.nexus.handle().nodes().await.unwrap();
    let place = |node: nexus::model::NodeInfo| {
        let facts = &node.facts;
        (
            facts.name.clone(),
            format!("{} {} {}", facts.group, facts.x, facts.y),
        )
    };
    nodes.into_iter().map(place).collect()
}

async fn until_one_sky(servers: &[&Server], stars: usize) -> BTreeMap<String, String> {
    eventually(&format!("all show the same {stars} stars"), || async {
        let first = sky(servers[0]).await;
        for server in &servers[1..] {
            if sky(server).await != first {
                return None;
            }
        }
        (first.len() == stars).then_some(first)
    })
    .await
}

async fn star(server: &Server, name: &str, site: &str) -> Peer {
    let mut hello = hello_v2(name);
    hello["payload"]["capabilities"]["tags"] =
        json!([format!("site={site}"), format!("rack={}", name.len())]);
    let mut peer = Peer::join(server.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    peer
}

async fn chart(server: &Server, body: Value) {
    let (status, body) = server.call(Method::PUT, "/api/v1/chart", Some(body)).await;
    assert!(status < 300, "{status} {body}");
}

#[tokio::test]
async fn every_instance_shows_the_same_sky() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let mut peers = Vec::new();
    for number in 0..12 {
        let server = if number % 2 == 0 { &one } else { &two };
        let site = ["north", "south", "west"][number % 3];
        peers.push(star(server, &format!("star-{number}"), site).await);
    }
    let both = [&one, &two];
    until_one_sky(&both, 12).await;
    // At once, and where nobody hears of the other.
    engine.away(true);
    peers.push(star(&one, "alone-one", "north").await);
    peers.push(star(&two, "alone-two", "north").await);
    engine.away(false);
    let before = until_one_sky(&both, 14).await;
    chart(&one, json!({"by": "tag", "key": "rack"})).await;
    let charted = eventually("there is another sky", || async {
        let now = sky(&two).await;
        (now != before).then_some(())
    });
    charted.await;
    let by_rack = until_one_sky(&both, 14).await;
    peers.push(star(&two, "a-late-star-of-its-own", "north").await);
    until_one_sky(&both, 15).await;
    let late = instance(&engine, "late").await;
    let all = [&one, &two, &late];
    until_one_sky(&all, 15).await;
    let (status, body) = two.post("/api/v1/chart/undo", json!({})).await;
    assert!(status < 300, "{status} {body}");
    eventually("it is as it was", || async {
        let now = sky(&one).await;
        before
            .iter()
            .all(|(name, place)| now.get(name) == Some(place))
            .then_some(())
    })
    .await;
    until_one_sky(&all, 15).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_ne!(until_one_sky(&all, 15).await, by_rack, "and it stays so");
}
