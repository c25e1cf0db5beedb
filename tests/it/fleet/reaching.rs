//! Coming to a server, or not: passwords, certificates, servers that are late, frozen, emptied, or not what is needed.

use std::time::Duration;

use async_nats::jetstream;
use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::seal::{Place, Sealer, Stamp};
use nexus::fleet::{Bus, Directory, EngineError, InstanceId, Ledger, nats};
use uuid::Uuid;

use super::server::Server;
use super::swarm::{TERMS, key, known, seat, soon, until};

async fn open(url: &str, ca: Option<std::path::PathBuf>) -> nats::Seat {
    let mut settings = nats::Settings::new(url, None, ca).unwrap();
    settings.terms = TERMS;
    nats::Seat::open(settings, InstanceId(Uuid::new_v4()), &key())
        .await
        .unwrap()
}

/// What it says when it is away, once it knows why.
async fn why(seat: &nats::Seat, word: &str) -> String {
    until(|| async {
        let said = seat
            .ready()
            .await
            .expect_err("it cannot be ready")
            .to_string();
        said.contains(word).then_some(said)
    })
    .await
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let mut server = Server::prepared(&["-js", "--user", "me", "--pass", "p@ss:w"]);
    server.run();
    let wrong = open(&format!("nats://me:geheim@{}", server.host()), None).await;
    let said = why(&wrong, "authorization").await;
    assert!(
        said.contains(&server.host()) && !said.contains("geheim"),
        "{said}"
    );
    assert!(!format!("{wrong:?}").contains("geheim"));
    why(&open(&server.url(), None).await, "authorization").await;
    let right = open(&format!("nats://me:p%40ss:w@{}", server.host()), None).await;
    until(|| async { right.ready().await.ok() }).await;
}

#[tokio::test]
async fn the_servers_certificate_has_to_be_good() {
    let files = tempfile::tempdir().unwrap();
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])
            .unwrap();
    let (cert, secret) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&secret, made.signing_key.serialize_pem()).unwrap();
    let (path, secret) = (cert.to_str().unwrap(), secret.to_str().unwrap());
    let mut server = Server::prepared(&["-js", "--tls", "--tlscert", path, "--tlskey", secret]);
    server.run();
    let url = format!("tls://{}", server.host());
    let trusting = open(&url, Some(cert.clone())).await;
    until(|| async { trusting.ready().await.ok() }).await;
    why(&open(&url, None).await, "ertificate").await;
    let missing = nats::Settings::new(&url, None, Some(files.path().join("none.pem"))).unwrap();
    let refused = nats::Seat::open(missing, InstanceId(Uuid::new_v4()), &key()).await;
    assert!(refused.unwrap_err().to_string().contains("none.pem"));
}

#[tokio::test]
async fn a_server_that_comes_late_is_found() {
    let mut server = Server::prepared(&["-js"]);
    let seat = open(&server.url(), None).await;
    let said = why(&seat, "no connection").await;
    assert!(said.contains(&server.host()), "{said}");
    server.run();
    until(|| async { seat.ready().await.ok() }).await;
    seat.claim("node", InstanceId(Uuid::new_v4()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_do_it_is_told_what_is_missing() {
    let mut plain = Server::prepared(&[]);
    plain.run();
    why(&open(&plain.url(), None).await, "JetStream").await;
    let mut small = Server::prepared(&["-js"]);
    let config = small.folder().join("small.conf");
    std::fs::write(&config, "max_payload: 100000").unwrap();
    small.add_options(&["-c", config.to_str().unwrap()]);
    small.run();
    why(&open(&small.url(), None).await, "max_payload").await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_frozen_server_holds_nobody_up() {
    let server = Server::start();
    let id = InstanceId(Uuid::new_v4());
    let seat = seat(&server, id, &key()).await;
    let (_, mut news) = known(&seat).await;
    server.freeze(true);
    let claimed = soon(seat.claim("node", id)).await;
    assert!(matches!(claimed, Err(EngineError::Away(_))), "{claimed:?}");
    let asked = soon(seat.request(id, Bytes::new(), Duration::from_millis(100))).await;
    assert!(asked.is_err());
    assert!(
        soon(news.next()).await.is_none(),
        "the watch ends when nothing is heard any more"
    );
    server.freeze(false);
    until(|| async { seat.claim("node", id).await.ok() }).await;
}

#[tokio::test]
async fn a_server_that_lost_everything_is_set_up_again() {
    let mut server = Server::start();
    let id = InstanceId(Uuid::new_v4());
    let seat = seat(&server, id, &key()).await;
    let mut before = seat.claim("node", id).await.unwrap();
    for _ in 0..20 {
        before = seat.claim("node", id).await.unwrap();
    }
    server.kill();
    server.forget();
    server.run();
    let after = until(|| async { seat.claim("node", id).await.ok() }).await;
    assert!(after > before, "epochs grow even so");
    assert_eq!(known(&seat).await.0.len(), 1);
    let client = async_nats::connect(server.url()).await.unwrap();
    jetstream::new(client)
        .delete_stream("nexus-records")
        .await
        .unwrap();
    until(|| async { seat.keep(id.0, Uuid::new_v4(), Bytes::new()).await.ok() }).await;
    assert_eq!(seat.of(id.0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn streams_of_another_shape_are_made_right() {
    let server = Server::start();
    let client = async_nats::connect(server.url()).await.unwrap();
    let context = jetstream::new(client);
    let old = jetstream::stream::Config {
        name: "nexus-dead".to_owned(),
        subjects: vec!["nexus.x.>".to_owned()],
        max_messages: 5,
        ..Default::default()
    };
    context.create_stream(old).await.unwrap();
    let _seat = seat(&server, InstanceId(Uuid::new_v4()), &key()).await;
    let stream = context.get_stream("nexus-dead").await.unwrap();
    let config = &stream.cached_info().config;
    assert_eq!(
        (config.max_messages, config.max_messages_per_subject),
        (10_000, 1)
    );
    assert!(config.allow_direct);
}

fn bus_place(subject: &str) -> Place {
    Place::new("bus", &[subject.as_bytes()])
}

fn answer_place(subject: &str, stamp: Stamp) -> Place {
    Place::new(
        "answer",
        &[
            subject.as_bytes(),
            &stamp.salt,
            &stamp.counter.to_be_bytes(),
        ],
    )
}

#[tokio::test]
async fn a_request_from_long_ago_is_refused_with_the_reason() {
    let server = Server::start();
    let id = InstanceId(Uuid::new_v4());
    let seat = seat(&server, id, &key()).await;
    let mut heard = seat.listen().await.unwrap();
    let sealer = Sealer::new(&key(), "nexus").unwrap();
    let subject = format!("nexus.i.{}", id.0);
    let client = async_nats::connect(server.url()).await.unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap() - Duration::from_secs(120);
    let said = i64::try_from(now.as_millis()).unwrap();
    let message = [&said.to_be_bytes()[..], b"late"].concat();
    let (stamp, sealed) = sealer.stamped(&bus_place(&subject), &message);
    let answer = tokio::select! {
        answer = client.request(subject.clone(), sealed) => answer.unwrap(),
        _ = heard.next() => panic!("it was not to be heard"),
    };
    let (_, answer) = sealer
        .open(&answer_place(&subject, stamp), &answer.payload)
        .unwrap();
    let seconds = i64::from_be_bytes(answer[1..].try_into().unwrap());
    assert!(answer[0] == 1 && seconds >= 120, "{answer:?}");
    assert_eq!(seat.refused(), 1);
}

#[tokio::test]
async fn who_asks_by_a_wrong_clock_is_told() {
    let server = Server::start();
    let seat = seat(&server, InstanceId(Uuid::new_v4()), &key()).await;
    let sealer = Sealer::new(&key(), "nexus").unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let other = InstanceId(Uuid::new_v4());
    let subject = format!("nexus.i.{}", other.0);
    let mut asked = client.subscribe(subject.clone()).await.unwrap();
    client.request("nobody", Bytes::new()).await.unwrap_err();
    let (answer, ()) = tokio::join!(
        seat.request(other, Bytes::new(), Duration::from_secs(60)),
        async {
            let message = soon(asked.next()).await.unwrap();
            let (stamp, _) = sealer.open(&bus_place(&subject), &message.payload).unwrap();
            let refusal = [&[1][..], &75_i64.to_be_bytes()].concat();
            let sealed = sealer.seal(&answer_place(&subject, stamp), &refusal);
            client
                .publish(message.reply.unwrap(), sealed)
                .await
                .unwrap();
            client.flush().await.unwrap();
        }
    );
    assert_eq!(answer, Err(EngineError::Clocks(75)));
}
