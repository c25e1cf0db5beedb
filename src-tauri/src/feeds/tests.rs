//! Feeds into a channel that ends in this process, from real Nexuses here and elsewhere.

use nexus::access::{Caller, NewToken, Role};
use nexus::console::remote::{Identity, Place, Remote, look};
use serde_json::Value;
use tauri::ipc::InvokeResponseBody;
use tokio::sync::mpsc;

use super::*;

type Batches = mpsc::UnboundedReceiver<Value>;

fn window() -> (Channel<RawBatch>, Batches) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let channel = Channel::new(move |body| {
        if let InvokeResponseBody::Json(text) = body {
            let _ = sender.send(serde_json::from_str(&text)?);
        }
        Ok(())
    });
    (channel, receiver)
}

async fn nexus(name: &str) -> nexus::Running {
    let folder = format!("nexus-feeds-{}", uuid::Uuid::new_v4());
    let mut config = nexus::Config::new(std::env::temp_dir().join(folder));
    config.port = 0;
    config.in_memory = true;
    config.name = name.to_owned();
    nexus::start(config).await.unwrap()
}

fn here(nexus: &nexus::Running) -> Option<Connection> {
    Some(Connection::Here(Box::new(
        nexus.console().desk(Caller::local()),
    )))
}

/// Through TLS, with a token, as from another machine.
async fn there(nexus: &nexus::Running) -> Option<Connection> {
    let seen = look(&nexus.address().to_string()).await.unwrap();
    let key = nexus::tls::client::read_fingerprint(&seen.fingerprint).unwrap();
    let new = NewToken {
        name: "window".to_owned(),
        role: Role::Operator,
        nodes: "*".to_owned(),
        calls: vec!["*".to_owned()],
        ttl_seconds: 3600,
    };
    let (secret, _) = nexus.tokens().create(new, &Caller::local()).await.unwrap();
    let place = Place {
        host: seen.host,
        port: seen.port,
        identity: Identity::Key(key),
    };
    Some(Connection::There(Remote::open(place, secret)))
}

/// The next batch, which is the one with this number.
async fn next(batches: &mut Batches, seq: &mut u64) -> Value {
    let batch = batches.recv().await.unwrap();
    assert_eq!(batch["seq"].as_u64(), Some(*seq), "no batch is missing");
    *seq += 1;
    batch
}

/// Whose snapshot comes next.
async fn snapshot_of(batches: &mut Batches, seq: &mut u64) -> String {
    loop {
        let batch = next(batches, seq).await;
        for event in batch["events"].as_array().unwrap() {
            if event["kind"] == "snapshot" {
                return event["nexus"]["name"].as_str().unwrap().to_owned();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_feed_ends_the_older_one_and_its_late_end_does_not_end_the_new_one() {
    let nexus = nexus("one").await;
    let shown = watch::Sender::new(here(&nexus));
    let feeds = Feeds::default();
    let (old_channel, mut old) = window();
    let number = feeds.begin("main", shown.subscribe(), old_channel);
    old.recv().await.unwrap();
    let (new_channel, mut new) = window();
    feeds.begin("main", shown.subscribe(), new_channel);
    new.recv().await.unwrap();
    while old.recv().await.is_some() {}
    feeds.end("main", Some(number));
    shown.send_replace(here(&nexus));
    assert!(new.recv().await.is_some(), "the new one goes on");
    feeds.end("main", None);
    while new.recv().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_goes_on_from_one_nexus_to_another_here_or_there() {
    let (one, two) = (nexus("one").await, nexus("two").await);
    let shown = watch::Sender::new(here(&one));
    let (channel, mut batches) = window();
    let feeds = Feeds::default();
    feeds.begin("main", shown.subscribe(), channel);
    let mut seq = 0;
    assert_eq!(snapshot_of(&mut batches, &mut seq).await, "one");
    shown.send_replace(there(&two).await);
    assert_eq!(snapshot_of(&mut batches, &mut seq).await, "two");
    let Some(connection) = shown.borrow().clone() else {
        unreachable!()
    };
    let made: Result<(), _> = connection.ask("saveGroup", &("all", "*")).await;
    made.unwrap();
    let groups: Vec<Value> = connection.ask("savedGroups", &[(); 0]).await.unwrap();
    assert_eq!(groups.len(), 1, "calls go where the feed comes from");
    let denied = connection
        .ask::<_, Value>("tokens", &[(); 0])
        .await
        .unwrap_err();
    assert_eq!(
        denied.code, "forbidden",
        "the token decides there: {denied}"
    );
    let odd = connection
        .ask::<_, Value>("nothing", &[(); 0])
        .await
        .unwrap_err();
    assert_eq!(odd.code, "unknown_call");
    shown.send_replace(here(&one));
    // The other one may have told everything once more before it was left.
    while snapshot_of(&mut batches, &mut seq).await != "one" {}
}
