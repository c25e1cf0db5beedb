//! Feeds into a channel that ends in this process, from a real Nexus with simulated spores.

use std::time::Duration;

use nexus::secret::Secret;
use nexus::simulate::{self, Fleet};
use serde_json::Value;
use tauri::ipc::{Channel, InvokeResponseBody};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{AHEAD, Feeds};
use crate::swarm::Link;
use crate::view::FeedBatch;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A Nexus and what to reach it by.
async fn nexus() -> (nexus::Running, watch::Sender<Option<Link>>) {
    let mut config = nexus::Config::new(
        std::env::temp_dir().join(format!("nexus-feed-{}", uuid::Uuid::new_v4())),
    );
    config.port = 0;
    config.in_memory = true;
    config.shared_token = Some(Secret::new(TOKEN));
    let running = nexus::start(config).await.unwrap();
    let link = Link {
        handle: running.handle(),
        name: "test".to_owned(),
        address: running.address(),
        joining: running.joining().clone(),
        tokens: running.tokens().clone(),
    };
    (running, watch::Sender::new(Some(link)))
}

async fn spores(
    nexus: &nexus::Running,
    count: u32,
    heartbeat: Option<Duration>,
) -> CancellationToken {
    let (address, token) = (nexus.address().to_string(), TOKEN.to_owned());
    let fleet = Fleet {
        spores: count,
        address,
        token,
        at_once: 8,
        seed: 1,
        heartbeat,
    };
    let stop = CancellationToken::new();
    let running = simulate::start(fleet, stop.clone());
    running.all_connected().await;
    tokio::spawn(running.ended());
    stop
}

fn window() -> (Channel<FeedBatch>, mpsc::UnboundedReceiver<Value>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let channel = Channel::new(move |body| {
        if let InvokeResponseBody::Json(text) = body {
            drop(sender.send(serde_json::from_str(&text)?));
        }
        Ok(())
    });
    (channel, receiver)
}

async fn next(batches: &mut mpsc::UnboundedReceiver<Value>) -> Option<Value> {
    tokio::time::timeout(Duration::from_secs(5), batches.recv())
        .await
        .ok()
        .flatten()
}

fn kinds(batch: &Value) -> Vec<&str> {
    batch["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_comes_first_and_then_what_changes() {
    let (nexus, link) = nexus().await;
    let _early = spores(&nexus, 3, None).await;
    let (channel, mut batches) = window();
    Feeds::default().begin("main", link.subscribe(), channel);
    let first = next(&mut batches).await.unwrap();
    assert_eq!(
        (first["seq"].as_u64(), kinds(&first)),
        (Some(0), vec!["snapshot"])
    );
    assert_eq!(first["events"][0]["nodes"].as_array().unwrap().len(), 3);
    let _late = spores(&nexus, 5, None).await;
    let (mut seen, mut connected) = (0, 0);
    while connected < 2 {
        let batch = next(&mut batches).await.unwrap();
        seen += 1;
        assert_eq!(batch["seq"].as_u64(), Some(seen), "no batch is missing");
        let events = batch["events"].as_array().unwrap();
        connected += events
            .iter()
            .filter(|event| event["change"] == "connected")
            .count();
    }
}

/// Looks through batches until an event says what is wanted.
async fn until(
    batches: &mut mpsc::UnboundedReceiver<Value>,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    loop {
        let batch = next(batches).await.expect("it is told in time");
        let events = batch["events"].as_array().unwrap();
        if let Some(event) = events.iter().find(|event| wanted(event)) {
            return event.clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_and_a_stop_reach_the_window_and_the_next_snapshot() {
    let (nexus, link) = nexus().await;
    let _spores = spores(&nexus, 3, None).await;
    let handle = nexus.handle();
    let (channel, mut batches) = window();
    let feeds = Feeds::default();
    feeds.begin("main", link.subscribe(), channel);
    let request = serde_json::json!({
        "id": uuid::Uuid::new_v4(), "label": "look", "target": "*", "nodeIds": null,
        "targetsSha256": null, "confirmCount": 3, "skill": "ShellSkill", "method": "run",
        "parameters": {"command": "uptime"}, "timeoutSeconds": 30, "any": null,
        "strategy": "least_load", "offline": "skip", "expiresInSeconds": 3600, "priority": 5,
        "concurrency": 0, "waves": null, "stopAfter": null, "retry": null, "approval": null,
    });
    let request: crate::view_ask::JobRequest = serde_json::from_value(request).unwrap();
    let id = request.id.clone();
    let job = crate::translate::new_job(request).unwrap();
    let answer = crate::translate::job_answer(handle.submit_job(job).await).unwrap();
    assert!(matches!(
        answer,
        crate::view_ask::JobAnswer::Accepted {
            duplicate: false,
            ..
        }
    ));
    let over = until(&mut batches, |event| {
        event["kind"] == "job" && !event["job"]["finishedAt"].is_null()
    })
    .await;
    assert_eq!(
        (&over["job"]["id"], &over["job"]["total"]),
        (&Value::from(id.clone()), &Value::from(3))
    );

    let caller = nexus::access::Caller::local();
    handle.stop_all("a test".to_owned(), &caller).await.unwrap();
    let stop = until(&mut batches, |event| event["kind"] == "stop").await;
    assert_eq!(stop["stop"]["reason"], "a test");
    assert_eq!(stop["stop"]["held"], true);

    let (channel, mut batches) = window();
    feeds.begin("main", link.subscribe(), channel);
    let first = next(&mut batches).await.unwrap();
    let snapshot = &first["events"][0];
    assert_eq!(snapshot["jobs"][0]["id"], id);
    assert_eq!(snapshot["stop"]["by"], "local");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_feed_ends_the_older_one_and_its_late_end_does_not_end_the_new_one() {
    let (nexus, link) = nexus().await;
    let feeds = Feeds::default();
    let (old_channel, mut old) = window();
    let number = feeds.begin("main", link.subscribe(), old_channel);
    next(&mut old).await.unwrap();
    let (new_channel, mut new) = window();
    feeds.begin("main", link.subscribe(), new_channel);
    next(&mut new).await.unwrap();
    assert_eq!(old.recv().await, None, "the old channel was let go");
    feeds.end("main", Some(number));
    let _spores = spores(&nexus, 1, None).await;
    // Its group may be told a frame before it.
    while !kinds(&next(&mut new).await.unwrap()).contains(&"node") {}
    feeds.end("main", None);
    while new.recv().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_does_not_look_is_spared_and_told_of_the_gap() {
    let (nexus, link) = nexus().await;
    let _spores = spores(&nexus, 2, Some(Duration::from_millis(50))).await;
    let (feeds, (channel, mut batches)) = (Feeds::default(), window());
    let number = feeds.begin("main", link.subscribe(), channel);
    let mut last = 0;
    while let Ok(Some(batch)) =
        tokio::time::timeout(Duration::from_millis(1500), batches.recv()).await
    {
        last = u32::try_from(batch["seq"].as_u64().unwrap()).unwrap();
    }
    assert_eq!(last, AHEAD, "then it stopped");
    feeds.seen("main", number, last);
    let batch = next(&mut batches).await.unwrap();
    assert_eq!(kinds(&batch).get(..2), Some(["gap", "snapshot"].as_slice()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_nexus_is_a_gap_and_a_snapshot() {
    let (_first, link) = nexus().await;
    let (channel, mut batches) = window();
    Feeds::default().begin("main", link.subscribe(), channel);
    next(&mut batches).await.unwrap();
    link.send_replace(None);
    let (second, other) = nexus().await;
    link.send_replace(other.borrow().clone());
    let batch = next(&mut batches).await.unwrap();
    assert_eq!(kinds(&batch), ["gap", "snapshot"]);
    assert_eq!(
        batch["events"][1]["nexus"]["address"],
        second.address().to_string()
    );
}
