//! What sealing and our words cost over NATS itself. Run by hand:
//! `cargo nextest run --run-ignored only --no-capture -E 'test(numbers)'`.

use std::time::{Duration, Instant};

use async_nats::Client;
use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use nexus::fleet::{Bus, Directory, InstanceId, Ledger, Queue, Work, nats};
use uuid::Uuid;

use super::server::Server;
use super::swarm::{key, seat};

const ROUNDS: u32 = 2000;
const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it prints figures, and fails for nothing"]
#[expect(clippy::print_stderr, reason = "that is what it is for")]
async fn what_the_engine_costs() {
    let server = Server::start();
    let (from, to) = (InstanceId(Uuid::new_v4()), InstanceId(Uuid::new_v4()));
    let a = seat(&server, from, &key()).await;
    let b = seat(&server, to, &key()).await;
    let message = Bytes::from(vec![7; 300]);

    let mut heard = b.listen().await.unwrap();
    tokio::spawn(async move {
        while let Some(inbound) = heard.next().await {
            inbound.answer.unwrap()(inbound.message).await;
        }
    });
    let raw = raw(&server).await;
    let bus = async || {
        a.request(to, message.clone(), Duration::from_secs(60))
            .await
            .unwrap();
    };
    let plain = async || {
        raw.request("raw", message.clone()).await.unwrap();
    };
    let put = async || {
        let work = Work {
            id: Uuid::new_v4(),
            message: message.clone(),
        };
        assert!(Queue::put(&a, work).await.unwrap());
    };
    let take = async || {
        b.take(Duration::from_secs(60))
            .await
            .unwrap()
            .unwrap()
            .done()
            .await
            .unwrap()
    };
    let output = Uuid::new_v4();
    let number = std::sync::atomic::AtomicU64::new(0);
    let append = async || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        a.append(output, number, message.clone()).await.unwrap();
    };
    let claim = async || {
        a.claim(&Uuid::new_v4().to_string(), from).await.unwrap();
    };
    plain().await;
    bus().await;
    eprintln!("{ROUNDS} of each, 300 bytes; one after the other, and {AT_ONCE} at once");
    measure!("request and answer, async-nats alone", plain);
    measure!("request and answer, Bus", bus);
    measure!("Queue::put", put);
    measure!("Queue::take and done", take);
    measure!("Ledger::append", append);
    measure!("Directory::claim", claim);
    readings(&b, output).await;
}

/// Reading all that was written.
#[expect(clippy::print_stderr, reason = "that is what it is for")]
async fn readings(b: &nats::Seat, output: Uuid) {
    let begun = Instant::now();
    let (mut next, mut reads) = (0, 0);
    loop {
        let part = b.read(output, next, 64 << 10).await.unwrap();
        let Some((last, _)) = part.last() else { break };
        next = last + 1;
        reads += 1;
    }
    eprintln!(
        "Ledger::read of {next} pieces in {reads} reads: {:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    let (told, _) = super::swarm::known(b).await;
    eprintln!(
        "Directory::watch of {} rows until it is up to date: {:?}",
        told.len(),
        begun.elapsed()
    );
}

/// A connection whose requests to `raw` are answered, without anything of ours.
async fn raw(server: &Server) -> Client {
    let other = async_nats::connect(server.url()).await.unwrap();
    let mut asked = other.subscribe("raw").await.unwrap();
    other.flush().await.unwrap();
    tokio::spawn(async move {
        while let Some(asked) = asked.next().await {
            let reply = asked.reply.unwrap();
            other.publish(reply, asked.payload).await.unwrap();
        }
    });
    async_nats::connect(server.url()).await.unwrap()
}

macro_rules! measure {
    ($what:literal, $ask:expr) => {
        let begun = Instant::now();
        for _ in 0..ROUNDS {
            $ask().await;
        }
        let one = begun.elapsed();
        let begun = Instant::now();
        stream::iter(0..ROUNDS)
            .map(|_| $ask())
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        let many = f64::from(ROUNDS) / begun.elapsed().as_secs_f64();
        eprintln!(
            "{:40} {:>10?} each   {many:>8.0} a second",
            $what,
            one / ROUNDS
        );
    };
}
use measure;
