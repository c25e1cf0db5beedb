//! Three servers: everything is kept thrice, and one may die at any moment.

use std::time::Duration;

use async_nats::jetstream;
use axum::body::Bytes;
use nexus::fleet::{
    Bus, Directory, FactKey, InstanceId, Ledger, News, Put, Queue, Table, Work, nats,
};
use uuid::Uuid;

use super::server::Server;
use super::swarm::{key, seat_at, soon, try_known, until};

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn stop() -> FactKey {
    FactKey {
        table: Table::Stop,
        key: String::new(),
    }
}

#[tokio::test]
async fn what_was_accepted_survives_any_one_server() {
    let mut servers = Server::cluster();
    let hosts: Vec<_> = servers.iter().map(Server::host).collect();
    let url = format!("nats://{}/prod", hosts.join(","));
    let (id, other) = (InstanceId(Uuid::new_v4()), InstanceId(Uuid::new_v4()));
    let (a, b) = (
        seat_at(&url, id, &key()).await,
        seat_at(&url, other, &key()).await,
    );
    let client = async_nats::connect(servers[0].url()).await.unwrap();
    let context = jetstream::new(client);
    for stream in ["directory", "once", "work", "dead", "records", "outputs"] {
        let stream = context.get_stream(format!("prod-{stream}")).await.unwrap();
        assert_eq!(stream.cached_info().config.num_replicas, 3);
    }
    let mut seen = 0;
    for (round, server) in servers.iter_mut().enumerate() {
        let work = Work {
            id: Uuid::new_v4(),
            message: text("w"),
        };
        // Whatever is said to be done is done; while a leader is chosen it may take another try.
        assert!(until(async || Queue::put(&a, work.clone()).await.ok()).await);
        let written = async || {
            Directory::put(&a, &stop(), Some(text("v")), seen)
                .await
                .ok()
        };
        seen = match until(written).await {
            Put::Done(revision) => revision,
            Put::Changed => panic!("nobody else writes it"),
        };
        until(async || a.claim(&format!("node {round}"), id).await.ok()).await;
        until(async || a.keep(id.0, work.id, text("r")).await.ok()).await;
        until(async || a.append(work.id, 0, text("o")).await.ok()).await;
        server.kill();
        all_is_there(&b, id, &work, seen, round + 2).await;
        server.run();
        until(async || all_copies(&context).await.then_some(())).await;
    }
}

async fn all_is_there(b: &nats::Seat, owner: InstanceId, work: &Work, seen: u64, rows: usize) {
    let taken = until(async || soon(b.take(Duration::from_secs(5))).await.ok().flatten()).await;
    assert_eq!(taken.work(), work);
    taken.done().await.unwrap();
    let (told, _) = until(async || try_known(b).await).await;
    assert!(told.contains(&News::Fact {
        key: stop(),
        value: Some(text("v")),
        revision: seen
    }));
    assert_eq!(told.len(), rows);
    let records = until(async || b.of(owner.0).await.ok()).await;
    assert!(records.contains(&(work.id, text("r"))));
    let output = until(async || b.read(work.id, 0, 10).await.ok()).await;
    assert_eq!(output, [(0, text("o"))]);
    until(async || b.listen().await.map(drop).ok()).await;
}

/// The other two have all that the leader has.
async fn all_copies(context: &jetstream::Context) -> bool {
    let Ok(stream) = context.get_stream("prod-work").await else {
        return false;
    };
    let cluster = stream.cached_info().cluster.clone();
    let others = cluster.map_or_else(Vec::new, |cluster| cluster.replicas);
    others.len() == 2 && others.iter().all(|peer| peer.current && !peer.offline)
}
