//! A fresh swarm of three on one of the engines, and taking the engine away from it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use nexus::fleet::seal::SwarmKey;
use nexus::fleet::{Bus, Directory, InstanceId, Ledger, News, Queue, Terms, local, nats};
use uuid::Uuid;

use super::server::Server;

/// One instance at the engine.
pub(super) struct Member {
    pub(super) id: InstanceId,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) ledger: Arc<dyn Ledger>,
}

pub(super) struct Swarm {
    pub(super) members: Vec<Member>,
    engine: Engine,
}

enum Engine {
    Local(local::Engine),
    Nats(Server, Vec<nats::Seat>),
}

/// Leases that tests can wait for.
pub(super) const TERMS: Terms = Terms {
    lease: Duration::from_secs(1),
    window: Duration::from_mins(2),
};

pub(super) fn key() -> SwarmKey {
    SwarmKey::new([7; 32])
}

fn member<S>(id: InstanceId, seat: &S) -> Member
where
    S: Directory + Bus + Queue + Ledger + Clone + 'static,
{
    Member {
        id,
        directory: Arc::new(seat.clone()),
        bus: Arc::new(seat.clone()),
        queue: Arc::new(seat.clone()),
        ledger: Arc::new(seat.clone()),
    }
}

pub(super) fn local() -> Swarm {
    let engine = local::Engine::with(TERMS);
    let members = (0..3).map(|_| {
        let id = InstanceId(Uuid::new_v4());
        member(id, &engine.seat(id))
    });
    Swarm {
        members: members.collect(),
        engine: Engine::Local(engine),
    }
}

/// On a server that has just been started.
pub(super) async fn nats() -> Swarm {
    let server = Server::start();
    let mut seats = Vec::new();
    let mut members = Vec::new();
    for _ in 0..3 {
        let id = InstanceId(Uuid::new_v4());
        let seat = seat(&server, id, &key()).await;
        members.push(member(id, &seat));
        seats.push(seat);
    }
    Swarm {
        members,
        engine: Engine::Nats(server, seats),
    }
}

/// Ready for everything.
pub(super) async fn seat(server: &Server, id: InstanceId, key: &SwarmKey) -> nats::Seat {
    seat_at(&server.url(), id, key).await
}

pub(super) async fn seat_at(url: &str, id: InstanceId, key: &SwarmKey) -> nats::Seat {
    let mut settings = nats::Settings::new(url, None, None).unwrap();
    settings.terms = TERMS;
    let seat = nats::Seat::open(settings, id, key).await.unwrap();
    until(|| async { seat.ready().await.ok() }).await;
    seat
}

impl Swarm {
    pub(super) fn three(&self) -> (&Member, &Member, &Member) {
        (&self.members[0], &self.members[1], &self.members[2])
    }

    /// The engine is gone from one moment to the next, and everybody has noticed.
    pub(super) async fn lose_engine(&mut self) {
        match &mut self.engine {
            Engine::Local(engine) => engine.away(true),
            Engine::Nats(server, seats) => {
                server.kill();
                for seat in seats {
                    until(|| async { seat.ready().await.err() }).await;
                }
            }
        }
    }

    /// It is back, with what it had on its disk, and everybody has found it.
    pub(super) async fn return_engine(&mut self) {
        match &mut self.engine {
            Engine::Local(engine) => engine.away(false),
            Engine::Nats(server, seats) => {
                server.run();
                for seat in seats {
                    until(|| async { seat.ready().await.ok() }).await;
                }
            }
        }
    }
}

/// What it gives, within a time that is only there so that a test ends.
pub(super) async fn soon<T>(ask: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), ask)
        .await
        .expect("it should have come long ago")
}

/// Asks until there is an answer.
pub(super) async fn until<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    soon(async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

/// What is known when a watch begins, and the rest of it.
pub(super) async fn known(directory: &dyn Directory) -> (Vec<News>, BoxStream<'static, News>) {
    try_known(directory).await.expect("the watch goes on")
}

/// The same; none when the watch ends before it is up to date.
pub(super) async fn try_known(
    directory: &dyn Directory,
) -> Option<(Vec<News>, BoxStream<'static, News>)> {
    let mut news = directory.watch().await.ok()?;
    let mut known = Vec::new();
    loop {
        let told = soon(news.next()).await?;
        if told == News::UpToDate {
            return Some((known, news));
        }
        known.push(told);
    }
}

/// The next news that somebody looks for.
pub(super) async fn next_news<T>(
    news: &mut BoxStream<'static, News>,
    mut find: impl FnMut(News) -> Option<T>,
) -> T {
    soon(async {
        loop {
            let told = news.next().await.expect("the watch goes on");
            if let Some(found) = find(told) {
                return found;
            }
        }
    })
    .await
}
