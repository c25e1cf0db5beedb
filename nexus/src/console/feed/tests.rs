//! Feeds from a real Nexus with simulated spores.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::AHEAD;
use crate::access::Caller;
use crate::console::{Desk, translate, view::ask};
use crate::secret::Secret;
use crate::simulate::{self, Fleet};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A Nexus and what to reach it by.
async fn nexus() -> (crate::Running, watch::Sender<Option<Desk>>) {
    let mut config = crate::Config::new(
        std::env::temp_dir().join(format!("nexus-feed-{}", uuid::Uuid::new_v4())),
    );
    config.port = 0;
    config.in_memory = true;
    config.shared_token = Some(Secret::new(TOKEN));
    let running = crate::start(config).await.unwrap();
    let desk = running.console().desk(Caller::local());
    (running, watch::Sender::new(Some(desk)))
}

/// Somebody who reads a feed.
struct Reader {
    batches: mpsc::UnboundedReceiver<Value>,
    seen: watch::Sender<u32>,
}

fn read(desk: &watch::Sender<Option<Desk>>) -> Reader {
    let (sender, batches) = mpsc::unbounded_channel();
    let seen = watch::Sender::new(0);
    let show = move |batch| sender.send(serde_json::to_value(batch).unwrap()).is_ok();
    tokio::spawn(super::run(desk.subscribe(), seen.subscribe(), show));
    Reader { batches, seen }
}

async fn spores(
    nexus: &crate::Running,
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

async fn next(reader: &mut Reader) -> Option<Value> {
    tokio::time::timeout(Duration::from_secs(5), reader.batches.recv())
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
    let mut reader = read(&link);
    let first = next(&mut reader).await.unwrap();
    assert_eq!(
        (first["seq"].as_u64(), kinds(&first)),
        (Some(0), vec!["snapshot"])
    );
    assert_eq!(first["events"][0]["nodes"].as_array().unwrap().len(), 3);
    let _late = spores(&nexus, 5, None).await;
    let (mut seen, mut connected) = (0, 0);
    while connected < 2 {
        let batch = next(&mut reader).await.unwrap();
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
async fn until(reader: &mut Reader, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let batch = next(reader).await.expect("it is told in time");
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
    let mut reader = read(&link);
    let request = serde_json::json!({
        "id": uuid::Uuid::new_v4(), "label": "look", "target": "*", "nodeIds": null,
        "targetsSha256": null, "confirmCount": 3, "skill": "ShellSkill", "method": "run",
        "parameters": {"command": "uptime"}, "timeoutSeconds": 30, "any": null,
        "strategy": "least_load", "offline": "skip", "expiresInSeconds": 3600, "priority": 5,
        "prefer": "", "avoid": "", "spreadBy": null, "resource": null, "cacheSeconds": null,
        "concurrency": 0, "waves": null, "stopAfter": null, "retry": null, "approval": null,
    });
    let request: ask::JobRequest = serde_json::from_value(request).unwrap();
    let id = request.id.clone();
    let job = translate::new_job(request, Caller::local()).unwrap();
    let answer = translate::job_answer(handle.submit_job(job).await).unwrap();
    assert!(matches!(
        answer,
        ask::JobAnswer::Accepted {
            duplicate: false,
            ..
        }
    ));
    let over = until(&mut reader, |event| {
        event["kind"] == "job" && !event["job"]["finishedAt"].is_null()
    })
    .await;
    assert_eq!(
        (&over["job"]["id"], &over["job"]["total"]),
        (&Value::from(id.clone()), &Value::from(3))
    );

    let caller = Caller::local();
    handle.stop_all("a test".to_owned(), &caller).await.unwrap();
    let stop = until(&mut reader, |event| event["kind"] == "stop").await;
    assert_eq!(stop["stop"]["reason"], "a test");
    assert_eq!(stop["stop"]["held"], true);

    let mut reader = read(&link);
    let first = next(&mut reader).await.unwrap();
    let snapshot = &first["events"][0];
    assert_eq!(snapshot["jobs"][0]["id"], id);
    assert_eq!(snapshot["stop"]["by"], "local");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_does_not_look_is_spared_and_told_of_the_gap() {
    let (nexus, link) = nexus().await;
    let _spores = spores(&nexus, 2, Some(Duration::from_millis(50))).await;
    let mut reader = read(&link);
    let mut last = 0;
    while let Ok(Some(batch)) =
        tokio::time::timeout(Duration::from_millis(1500), reader.batches.recv()).await
    {
        last = u32::try_from(batch["seq"].as_u64().unwrap()).unwrap();
    }
    assert_eq!(last, AHEAD, "then it stopped");
    reader.seen.send_replace(last);
    let batch = next(&mut reader).await.unwrap();
    assert_eq!(kinds(&batch).get(..2), Some(["gap", "snapshot"].as_slice()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_nexus_is_a_gap_and_a_snapshot() {
    let (_first, link) = nexus().await;
    let mut reader = read(&link);
    next(&mut reader).await.unwrap();
    link.send_replace(None);
    let (second, other) = nexus().await;
    link.send_replace(other.borrow().clone());
    let batch = next(&mut reader).await.unwrap();
    assert_eq!(kinds(&batch), ["gap", "snapshot"]);
    assert_eq!(
        batch["events"][1]["nexus"]["address"],
        second.address().to_string()
    );
}
