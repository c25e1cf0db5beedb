//! Somebody has the engine's password, but not the swarm's key: they may disturb, and neither read nor forge nor move anything of
//! what the engine keeps. Not here: what is said on the bus, see `wire`; who has the key, see `sharing_nonsense`.

mod wire;

use std::time::Duration;

use async_nats::{Client, Message, Subscriber};
use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{Directory, FactKey, InstanceId, Ledger, News, Put, Queue, Table, Work, nats};
use uuid::Uuid;

use super::server::Server;
use super::swarm::{key, known, next_news, seat, soon};

/// Two seats of one swarm, and a thief's connection.
struct Scene {
    server: Server,
    a: (InstanceId, nats::Seat),
    b: (InstanceId, nats::Seat),
    thief: Client,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start();
        let (a, b) = (InstanceId(Uuid::new_v4()), InstanceId(Uuid::new_v4()));
        Self {
            a: (a, seat(&server, a, &key()).await),
            b: (b, seat(&server, b, &key()).await),
            thief: async_nats::connect(server.url()).await.unwrap(),
            server,
        }
    }

    /// Puts it into the stream that has this subject.
    async fn plant(&self, subject: &str, payload: Bytes) {
        let planted = self
            .thief
            .request(subject.to_owned(), payload)
            .await
            .unwrap();
        assert!(
            !String::from_utf8_lossy(&planted.payload).contains("error"),
            "{planted:?}"
        );
    }

    /// The next message that the thief overhears.
    async fn overhear(&self, subjects: &str, act: impl Future<Output = ()>) -> Message {
        let mut heard = self.eavesdrop(subjects).await;
        act.await;
        soon(heard.next()).await.unwrap()
    }

    async fn eavesdrop(&self, subjects: &str) -> Subscriber {
        let heard = self.thief.subscribe(subjects.to_owned()).await.unwrap();
        let none = self.thief.request("nobody", Bytes::new()).await;
        assert!(
            none.is_err(),
            "and by now the server knows the subscription"
        );
        heard
    }
}

fn fact(key: &str) -> FactKey {
    FactKey {
        table: Table::Token,
        key: key.to_owned(),
    }
}

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

async fn write(seat: &nats::Seat, key: &str, value: &'static str, seen: u64) -> u64 {
    match seat_directory(seat)
        .put(&fact(key), Some(text(value)), seen)
        .await
        .unwrap()
    {
        Put::Done(revision) => revision,
        Put::Changed => panic!("nobody else wrote it"),
    }
}

/// Two traits have a `put`.
fn seat_directory(seat: &nats::Seat) -> &dyn Directory {
    seat
}

fn seat_queue(seat: &nats::Seat) -> &dyn Queue {
    seat
}

#[tokio::test]
async fn an_old_fact_that_is_put_back_is_not_taken() {
    let scene = Scene::set().await;
    let (_, mut news) = known(seat_directory(&scene.b.1)).await;
    let mut first = 0;
    let admin = scene
        .overhear("nexus.d.>", async {
            first = write(&scene.a.1, "t", "admin", 0).await
        })
        .await;
    let second = write(&scene.a.1, "t", "revoked", first).await;
    let mut told = Vec::new();
    let mut tell = async |until: &str| {
        while told.last() != Some(&Bytes::copy_from_slice(until.as_bytes())) {
            let value = next_news(&mut news, |told| {
                let News::Fact { value, .. } = told else {
                    return None;
                };
                value
            });
            told.push(value.await);
        }
        told.clone()
    };
    assert_eq!(tell("revoked").await.last(), Some(&text("revoked")));
    scene.plant(&admin.subject, admin.payload.clone()).await;
    write(&scene.a.1, "after", "it", 0).await;
    let told = tell("it").await;
    assert_eq!(
        told[told.len() - 2..],
        [text("revoked"), text("it")],
        "and nobody is an admin again"
    );
    assert!(scene.b.1.refused() >= 1);
    // And who goes by what was true writes over it.
    let third = write(&scene.b.1, "t", "new", second).await;
    let (told, _) = known(seat_directory(&scene.a.1)).await;
    assert!(told.contains(&News::Fact {
        key: fact("t"),
        value: Some(text("new")),
        revision: third
    }));
}

#[tokio::test]
async fn what_was_said_elsewhere_means_nothing_here() {
    let scene = Scene::set().await;
    let one = scene
        .overhear("nexus.d.>", async {
            write(&scene.a.1, "one", "yes", 0).await;
        })
        .await;
    let two = scene
        .overhear("nexus.d.>", async {
            write(&scene.a.1, "two", "no", 0).await;
        })
        .await;
    scene.plant(&two.subject, one.payload.clone()).await;
    scene
        .plant(
            "nexus.d.f.0123456789abcdef0123456789abcdef",
            one.payload.clone(),
        )
        .await;
    let work = Work {
        id: Uuid::new_v4(),
        message: text("w"),
    };
    let put = scene
        .overhear("nexus.w.>", async {
            assert!(seat_queue(&scene.a.1).put(work.clone()).await.unwrap())
        })
        .await;
    scene
        .plant(&format!("nexus.w.{}", Uuid::new_v4()), put.payload.clone())
        .await;
    let id = Uuid::new_v4();
    let kept = scene
        .overhear("nexus.r.>", async {
            scene.a.1.keep(scene.a.0.0, id, text("mine")).await.unwrap()
        })
        .await;
    scene
        .plant(
            &format!("nexus.r.{}.{id}", scene.b.0.0),
            kept.payload.clone(),
        )
        .await;
    scene
        .plant(&format!("nexus.x.{}", work.id), put.payload)
        .await;
    scene.plant(&format!("nexus.t.{id}.0"), kept.payload).await;

    nothing_came_of_it(&scene.b.1, scene.b.0, &work, id).await;
}

/// Beside what was really done: one fact, one piece of work.
async fn nothing_came_of_it(b: &nats::Seat, owner: InstanceId, work: &Work, id: Uuid) {
    let (told, _) = known(seat_directory(b)).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(matches!(&told[0], News::Fact { key, .. } if key.key == "one"));
    let taken = soon(b.take(Duration::from_secs(1))).await.unwrap().unwrap();
    assert_eq!(taken.work(), work);
    taken.done().await.unwrap();
    assert!(b.take(Duration::from_millis(100)).await.unwrap().is_none());
    assert_eq!(
        b.depth().await.unwrap().0,
        0,
        "what nobody can read does not come again and again"
    );
    assert!(b.of(owner.0).await.unwrap().is_empty());
    assert!(b.dead(10).await.unwrap().is_empty());
    assert!(b.read(id, 0, 100).await.unwrap().is_empty());
    assert!(b.refused() >= 6);
}

#[tokio::test]
async fn garbage_is_stepped_over_and_written_over() {
    let scene = Scene::set().await;
    let row = scene
        .overhear("nexus.d.>", async {
            scene.a.1.claim("node", scene.a.0).await.unwrap();
        })
        .await;
    let once = scene
        .overhear("nexus.o.>", async {
            assert!(
                scene
                    .a
                    .1
                    .first("early", Duration::from_secs(60))
                    .await
                    .unwrap()
            );
        })
        .await;
    for garbage in [Bytes::new(), text("x"), Bytes::from(vec![1; 500_000])] {
        scene.plant(&row.subject, garbage.clone()).await;
        let (told, _) = known(seat_directory(&scene.b.1)).await;
        assert!(told.is_empty(), "{told:?}");
        scene.b.1.claim("node", scene.b.0).await.unwrap();
        assert_eq!(known(seat_directory(&scene.a.1)).await.0.len(), 1);
        scene.plant(&once.subject, garbage).await;
        assert!(
            scene
                .b
                .1
                .first("early", Duration::from_secs(60))
                .await
                .unwrap(),
            "nobody was first, as far as anybody knows"
        );
        assert!(
            !scene
                .a
                .1
                .first("early", Duration::from_secs(60))
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn nothing_can_be_read_on_the_servers_disk() {
    const MARK: &str = "a-marked-secret";
    let mut scene = Scene::set().await;
    let (id, seat) = &scene.a;
    seat.claim(MARK, *id).await.unwrap();
    write(seat, MARK, MARK, 0).await;
    seat.first(MARK, Duration::from_secs(60)).await.unwrap();
    let work = Work {
        id: Uuid::new_v4(),
        message: text(MARK),
    };
    assert!(seat_queue(seat).put(work.clone()).await.unwrap());
    let taken = soon(seat.take(Duration::from_secs(10)))
        .await
        .unwrap()
        .unwrap();
    taken.bury(MARK.to_owned()).await.unwrap();
    assert!(seat.revive(work.id).await.unwrap());
    seat.keep(id.0, work.id, text(MARK)).await.unwrap();
    seat.append(work.id, 0, text(MARK)).await.unwrap();
    scene.server.kill();
    let mut folders = vec![scene.server.folder().to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read(entry.path()).unwrap();
            bytes += text.len();
            let found = text.windows(MARK.len()).any(|part| part == MARK.as_bytes());
            assert!(!found, "{}", entry.path().display());
        }
    }
    assert!(bytes > 1000, "there was something to look at");
}
