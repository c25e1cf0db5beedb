//! The engine goes without a word and comes back.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{EngineError, FactKey, News, Put, Table};
use uuid::Uuid;

use super::queue::{take, work};
use super::swarm::{Swarm, known, soon, until};

/// More than any test lasts.
const LONG: Duration = Duration::from_hours(1);

fn is_away<T: std::fmt::Debug>(answer: Result<T, EngineError>) {
    assert!(matches!(answer, Err(EngineError::Away(_))), "{answer:?}");
}

fn fact() -> FactKey {
    FactKey {
        table: Table::Stop,
        key: "stop".to_owned(),
    }
}

pub(super) async fn nothing_answers_and_every_stream_ends(mut swarm: Swarm) {
    let (_, mut news) = known(&*swarm.members[0].directory).await;
    let mut heard = swarm.members[0].bus.listen().await.unwrap();
    let mut others = swarm.members[1].bus.listen().await.unwrap();
    let asker = swarm.members[2].bus.clone();
    let (to, queue) = (swarm.members[1].id, swarm.members[2].queue.clone());
    let asking =
        tokio::spawn(async move { asker.request(to, Bytes::from_static(b"?"), LONG).await });
    let waiting = tokio::spawn(async move { queue.take(LONG).await.map(|taken| taken.is_some()) });
    let inbound = soon(others.next()).await.unwrap();
    swarm.lose_engine().await;
    assert_eq!(
        soon(asking).await.unwrap(),
        Err(EngineError::TimedOut),
        "it was heard, in fact"
    );
    soon(inbound.answer.unwrap()(Bytes::new())).await;
    is_away(soon(waiting).await.unwrap());
    while let Some(told) = soon(news.next()).await {
        assert_ne!(told, News::UpToDate);
    }
    assert!(soon(heard.next()).await.is_none());
    let (a, b, _) = swarm.three();
    let id = Uuid::new_v4();
    is_away(soon(a.directory.claim("node", a.id)).await);
    is_away(soon(a.directory.put(&fact(), None, 0)).await);
    is_away(soon(a.directory.first("once", LONG)).await);
    is_away(soon(a.directory.watch()).await.map(|_| ()));
    is_away(soon(a.bus.request(b.id, Bytes::new(), LONG)).await);
    is_away(soon(a.bus.tell(Bytes::new())).await);
    is_away(soon(a.bus.listen()).await.map(|_| ()));
    is_away(soon(a.queue.put(work("x"))).await);
    is_away(soon(a.queue.take(LONG)).await.map(|_| ()));
    is_away(soon(a.queue.depth()).await);
    is_away(soon(a.ledger.keep(a.id.0, id, Bytes::new())).await);
    is_away(soon(a.ledger.of(a.id.0)).await);
    is_away(soon(a.ledger.read(id, 0, 1)).await);
}

pub(super) async fn what_was_accepted_is_there_afterwards(mut swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let (id, other) = (Uuid::new_v4(), a.id);
    let epoch = a.directory.claim("node", a.id).await.unwrap();
    let value = Some(Bytes::from_static(b"stopped"));
    let Put::Done(revision) = a.directory.put(&fact(), value.clone(), 0).await.unwrap() else {
        panic!("nobody else wrote it");
    };
    assert!(a.directory.first("once", LONG).await.unwrap());
    let buried = work("wrong");
    assert!(a.queue.put(buried.clone()).await.unwrap());
    take(b).await.bury("why not".to_owned()).await.unwrap();
    let (claimed, waits) = (work("claimed"), work("waits"));
    assert!(
        a.queue.put(claimed.clone()).await.unwrap() && a.queue.put(waits.clone()).await.unwrap()
    );
    let before = take(b).await;
    a.ledger
        .keep(a.id.0, id, Bytes::from_static(b"under way"))
        .await
        .unwrap();
    a.ledger
        .append(id, 0, Bytes::from_static(b"said"))
        .await
        .unwrap();

    swarm.lose_engine().await;
    swarm.return_engine().await;

    let (a, b, c) = swarm.three();
    let (told, _) = known(&*c.directory).await;
    assert_eq!(told.len(), 2);
    let held = News::Held {
        node: "node".to_owned(),
        by: other,
        epoch,
    };
    let written = News::Fact {
        key: fact(),
        value,
        revision,
    };
    assert!(told.contains(&held) && told.contains(&written), "{told:?}");
    assert!(!c.directory.first("once", LONG).await.unwrap());
    assert!(c.directory.claim("node", c.id).await.unwrap() > epoch);
    assert_eq!(
        b.queue.dead(10).await.unwrap(),
        [(buried, "why not".to_owned())]
    );
    assert!(!b.queue.put(waits.clone()).await.unwrap());
    assert_eq!(b.queue.depth().await.unwrap(), (2, 1));
    drop(before);
    let mut left = Vec::new();
    for _ in 0..2 {
        let claimed = take(c).await;
        left.push(claimed.work().clone());
        claimed.done().await.unwrap();
    }
    assert!(left.contains(&claimed) && left.contains(&waits));
    assert_eq!(
        b.ledger.of(a.id.0).await.unwrap(),
        [(id, Bytes::from_static(b"under way"))]
    );
    assert_eq!(
        b.ledger.read(id, 0, 10).await.unwrap(),
        [(0, Bytes::from_static(b"said"))]
    );
}

pub(super) async fn seats_go_on_by_themselves(mut swarm: Swarm) {
    for round in 0..3 {
        swarm.lose_engine().await;
        swarm.return_engine().await;
        let (a, b, _) = swarm.three();
        let mut heard = until(|| async { b.bus.listen().await.ok() }).await;
        let (_, mut news) = known(&*b.directory).await;
        let node = format!("node {round}");
        a.directory.claim(&node, a.id).await.unwrap();
        assert!(
            matches!(soon(news.next()).await, Some(News::Held { node: told, .. }) if told == node)
        );
        let (answer, ()) =
            tokio::join!(a.bus.request(b.id, Bytes::from_static(b"?"), LONG), async {
                let inbound = soon(heard.next()).await.unwrap();
                inbound.answer.unwrap()(Bytes::from_static(b"!")).await;
            });
        assert_eq!(answer.unwrap(), "!");
    }
}
