//! What only the engine in memory can do: cut wires, and fall behind on purpose.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{Bus, Directory, EngineError, InstanceId, News, local};
use uuid::Uuid;

use super::swarm::{known, soon};

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn a_cut_wire_is_silent_both_ways_and_for_these_two_alone() {
    let engine = local::Engine::default();
    let ids = [1, 2, 3].map(|number| InstanceId(Uuid::from_u128(number)));
    let [a, b, c] = ids.map(|id| engine.seat(id));
    let (mut at_a, mut at_b, mut at_c) = (
        a.listen().await.unwrap(),
        b.listen().await.unwrap(),
        c.listen().await.unwrap(),
    );
    engine.cut(ids[0], ids[1]);
    let patience = Duration::from_millis(50);
    assert_eq!(
        a.request(ids[1], text("?"), patience).await,
        Err(EngineError::TimedOut)
    );
    assert_eq!(
        b.request(ids[0], text("?"), patience).await,
        Err(EngineError::TimedOut)
    );
    a.tell(text("from a")).await.unwrap();
    b.tell(text("from b")).await.unwrap();
    assert_eq!(soon(at_c.next()).await.unwrap().message, "from a");
    assert_eq!(soon(at_c.next()).await.unwrap().message, "from b");
    engine.mend(ids[0], ids[1]);
    a.tell(text("again")).await.unwrap();
    b.tell(text("again")).await.unwrap();
    assert_eq!(
        soon(at_a.next()).await.unwrap().message,
        "again",
        "nothing of what was said before"
    );
    assert_eq!(soon(at_b.next()).await.unwrap().message, "again");
}

#[tokio::test]
async fn a_watcher_that_sleeps_is_let_go_and_others_are_not() {
    let engine = local::Engine::default();
    let id = InstanceId(Uuid::from_u128(1));
    let seat = engine.seat(id);
    let (_, mut asleep) = known(&seat).await;
    for _ in 0..10_000 {
        seat.claim("node", id).await.unwrap();
    }
    let mut told = 0;
    while let Some(news) = soon(asleep.next()).await {
        assert!(matches!(news, News::Held { .. }));
        told += 1;
    }
    assert!(
        told < 10_000,
        "it was told {told}, and that there is more by the end"
    );
    assert_eq!(known(&seat).await.0.len(), 1);
}

#[tokio::test]
async fn times_without_end_are_no_trouble() {
    use nexus::fleet::{Queue, Work};
    let engine = local::Engine::default();
    let seat = engine.seat(InstanceId(Uuid::from_u128(1)));
    assert!(seat.first("once", Duration::MAX).await.unwrap());
    let work = Work {
        id: Uuid::new_v4(),
        message: text("x"),
    };
    assert!(Queue::put(&seat, work).await.unwrap());
    let claimed = soon(seat.take(Duration::MAX)).await.unwrap().unwrap();
    claimed.retry(Duration::MAX).await.unwrap();
    assert_eq!(seat.depth().await.unwrap(), (1, 0));
}
