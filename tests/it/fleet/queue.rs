//! Work that is taken on once, done once, and never lost.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use futures_util::future::join_all;
use nexus::fleet::engine::{ATTEMPTS, LARGEST};
use nexus::fleet::{Claimed, EngineError, Work};
use uuid::Uuid;

use super::swarm::{Member, Swarm, TERMS, soon, until};

/// More than any test lasts.
const LONG: Duration = Duration::from_hours(1);
/// As long as it takes to see that there is nothing.
const SHORT: Duration = Duration::from_millis(100);

pub(super) fn work(message: &'static str) -> Work {
    Work {
        id: Uuid::new_v4(),
        message: Bytes::from_static(message.as_bytes()),
    }
}

async fn put(member: &Member, message: &'static str) -> Work {
    let work = work(message);
    assert!(member.queue.put(work.clone()).await.unwrap());
    work
}

pub(super) async fn take(member: &Member) -> Box<dyn Claimed> {
    soon(member.queue.take(LONG))
        .await
        .unwrap()
        .expect("there is work")
}

async fn nothing(member: &Member) -> bool {
    member.queue.take(SHORT).await.unwrap().is_none()
}

pub(super) async fn the_same_id_is_taken_on_once(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let work = work("once");
    let puts =
        join_all((0..20).map(|number| swarm.members[number % 3].queue.put(work.clone()))).await;
    assert_eq!(
        puts.into_iter()
            .map(Result::unwrap)
            .filter(|new| *new)
            .count(),
        1
    );
    assert_eq!(a.queue.depth().await.unwrap(), (1, 0));
    let claimed = take(c).await;
    assert!(
        !b.queue.put(work.clone()).await.unwrap(),
        "while it is claimed"
    );
    claimed.done().await.unwrap();
    assert!(!b.queue.put(work.clone()).await.unwrap(), "when it is done");
    assert_eq!(a.queue.depth().await.unwrap(), (0, 0));
    assert!(nothing(a).await);
}

pub(super) async fn the_oldest_comes_first_and_each_to_one(swarm: Swarm) {
    let mut wanted = HashSet::new();
    for _ in 0..60 {
        wanted.insert(put(&swarm.members[wanted.len() % 3], "x").await.id);
    }
    let first = put(&swarm.members[0], "last").await.id;
    let takes = swarm.members.iter().map(async |member| {
        let mut taken = Vec::new();
        for _ in 0..20 {
            let claimed = take(member).await;
            taken.push(claimed.work().id);
            claimed.done().await.unwrap();
        }
        taken
    });
    let taken: Vec<Uuid> = join_all(takes).await.concat();
    assert_eq!(taken.len(), 60);
    assert_eq!(
        taken.into_iter().collect::<HashSet<_>>(),
        wanted,
        "the one that came last is left"
    );
    assert_eq!(take(&swarm.members[2]).await.work().id, first);
}

pub(super) async fn what_nobody_finishes_comes_again(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let work = put(a, "fragile").await;
    let claimed = take(b).await;
    assert_eq!((claimed.attempt(), claimed.work()), (1, &work));
    assert!(nothing(c).await, "it is somebody's");
    drop(claimed);
    let again = take(c).await;
    assert_eq!((again.attempt(), again.work()), (2, &work));
    again.done().await.unwrap();
    assert_eq!(a.queue.depth().await.unwrap(), (0, 0));
}

pub(super) async fn who_says_so_keeps_it(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    put(a, "slow").await;
    let mut claimed = take(b).await;
    let begun = Instant::now();
    while begun.elapsed() < TERMS.lease * 3 {
        claimed.working().await.unwrap();
        assert!(nothing(c).await, "it is somebody's");
    }
    claimed.done().await.unwrap();
    assert!(nothing(c).await);
}

pub(super) async fn not_now_means_later(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let work = put(a, "later").await;
    let pause = Duration::from_millis(700);
    let said = Instant::now();
    take(b).await.retry(pause).await.unwrap();
    let again = take(c).await;
    assert!(said.elapsed() >= pause, "not before");
    assert_eq!((again.attempt(), again.work()), (2, &work));
}

pub(super) async fn what_fails_ten_times_is_dead(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let work = put(a, "hopeless").await;
    for attempt in 1..=ATTEMPTS {
        let claimed = take(b).await;
        assert_eq!(claimed.attempt(), attempt);
        claimed.retry(Duration::ZERO).await.unwrap();
    }
    assert!(nothing(c).await);
    let dead = c.queue.dead(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].0, work);
    assert!(dead[0].1.contains("10 times"), "{}", dead[0].1);
    assert_eq!(a.queue.depth().await.unwrap(), (0, 1));
}

pub(super) async fn what_nobody_holds_on_to_dies_too(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let work = put(a, "a killer").await;
    for attempt in 1..=ATTEMPTS {
        let claimed = take(b).await;
        assert_eq!(claimed.attempt(), attempt);
        if attempt < ATTEMPTS {
            claimed.retry(Duration::ZERO).await.unwrap();
        }
    }
    // The last one says nothing; whoever looks for work next finds out.
    until(|| async {
        assert!(nothing(c).await);
        let dead = c.queue.dead(10).await.unwrap();
        dead.iter().any(|(dead, _)| *dead == work).then_some(())
    })
    .await;
    assert_eq!(a.queue.depth().await.unwrap(), (0, 1));
}

pub(super) async fn what_was_buried_can_come_back(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let mut buried = Vec::new();
    for _ in 0..5 {
        let work = put(a, "wrong").await;
        take(b)
            .await
            .bury(format!("nobody knows {}", work.id))
            .await
            .unwrap();
        buried.push((work.clone(), format!("nobody knows {}", work.id)));
    }
    assert_eq!(c.queue.dead(100).await.unwrap(), buried, "oldest first");
    assert_eq!(c.queue.dead(2).await.unwrap(), buried[..2]);
    assert_eq!(a.queue.depth().await.unwrap(), (0, 5));
    let (work, _) = &buried[3];
    assert!(
        !a.queue.put(work.clone()).await.unwrap(),
        "it was taken on before"
    );
    assert!(c.queue.revive(work.id).await.unwrap());
    assert!(!c.queue.revive(work.id).await.unwrap(), "once");
    assert!(!c.queue.revive(Uuid::new_v4()).await.unwrap());
    assert_eq!(a.queue.depth().await.unwrap(), (1, 4));
    let again = take(b).await;
    assert_eq!(
        (again.attempt(), again.work()),
        (1, work),
        "as if it were new"
    );
    again.done().await.unwrap();
}

pub(super) async fn who_waits_gets_what_comes(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let (taken, work) = tokio::join!(take(b), async {
        assert!(nothing(c).await);
        put(a, "at last").await
    });
    assert_eq!(taken.work(), &work);
}

pub(super) async fn what_is_too_large_is_not_taken_on(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let large = |bytes| Work {
        id: Uuid::new_v4(),
        message: Bytes::from(vec![7; bytes]),
    };
    assert_eq!(
        a.queue.put(large(LARGEST + 1)).await,
        Err(EngineError::TooLarge(LARGEST))
    );
    let largest = large(LARGEST);
    assert!(a.queue.put(largest.clone()).await.unwrap());
    let claimed = take(b).await;
    claimed.bury("ż".repeat(10_000)).await.unwrap();
    let dead = c.queue.dead(10).await.unwrap();
    assert_eq!(
        dead[0].0, largest,
        "the largest one can be buried too, whatever is said of it"
    );
}
