//! A schedule is one for all instances of a swarm: each of its times is begun once, by one of them, and everybody is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use nexus::fleet::local;
use serde_json::{Value, json};
use system_tests::{Server, spore_program};

use crate::sharing::instance;

fn minutely() -> Value {
    json!({"name": "minutely", "when": "every minute", "confirm_destructive": true, "missed": "once",
        "job": {"target": "*", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "echo tick"}}})
}

/// The jobs of schedules that an instance knows, its own and those of the others: which time each is for, and its id.
async fn begun(server: &Server) -> Vec<(String, String)> {
    let (_, body) = server.get("/api/v1/jobs").await;
    let jobs = body["jobs"].as_array().unwrap_or_else(|| panic!("{body}"));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let keys = jobs
        .iter()
        .filter_map(|job| Some((text(&job["dedupe_key"])?, text(&job["id"])?)));
    keys.collect()
}

async fn last(server: &Server, id: &str) -> Value {
    let (_, body) = server.get(&format!("/api/v1/schedules/{id}")).await;
    body["schedule"]["last"].clone()
}

#[tokio::test]
async fn each_time_of_a_schedule_is_begun_once_and_none_while_nobody_can_tell() {
    let engine = local::Engine::default();
    let servers = [
        instance(&engine, "one").await,
        instance(&engine, "two").await,
        instance(&engine, "three").await,
    ];
    let _spore = spore_program(servers[0].address(), "a", &[("SPORE_NODE_ID", "a")]);
    for server in &servers {
        server.until_node("a", "online").await;
    }
    let (status, made) = servers[1].post("/api/v1/schedules", minutely()).await;
    assert_eq!(status, 201, "{made}");
    let id = made["schedule"]["id"].as_str().unwrap().to_owned();
    // Twenty seconds after the start, a minute at most, and some for a slow machine.
    until(|| async {
        let mut all = 0;
        for server in &servers {
            all += usize::from(last(server, &id).await["outcome"] == "started");
        }
        all == servers.len()
    })
    .await;
    let first = last(&servers[0], &id).await;
    for server in &servers {
        assert_eq!(
            last(server, &id).await["at"],
            first["at"],
            "all know the same"
        );
    }
    engine.away(true);
    until(|| async {
        let mut waiting = 0;
        for server in &servers {
            let last = last(server, &id).await;
            let why = last["why"].as_str().unwrap_or_default().to_owned();
            waiting += usize::from(why.contains("not begun yet"));
        }
        waiting == servers.len()
    })
    .await;
    let before: usize = count(&servers).await.values().sum();
    engine.away(false);
    until(|| async { count(&servers).await.values().sum::<usize>() > before }).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let all = count(&servers).await;
    assert!(all.values().all(|times| *times == 1), "{all:?}");
}

/// How often each time was begun, at all instances together.
async fn count(servers: &[Server]) -> BTreeMap<String, usize> {
    let mut all = BTreeSet::new();
    for server in servers {
        all.extend(begun(server).await);
    }
    let mut times = BTreeMap::new();
    for (key, _) in all {
        *times.entry(key).or_default() += 1;
    }
    times
}

async fn until<F: Future<Output = bool>>(mut there: impl FnMut() -> F) {
    let began = Instant::now();
    while !there().await {
        assert!(began.elapsed() < Duration::from_secs(150), "never happened");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
