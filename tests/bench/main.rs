//! What the server costs, each figure beside its floor measured in the same run. `npm run bench` runs it.
//!
//! Three processes on loopback, as in life: a server (one worker thread), the spores (one thread), and whoever asks.
//! They are this program again, in other roles. Not here: the map's figures (the console has its own benchmark), and
//! any opinion on what is fast.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot measure may stop"
)]

mod child;
mod engine;
mod fleet;
mod fleet_jobs;
mod floor;
mod http;
mod instance;
mod jobs;
mod nexus_role;
mod rows;
mod spore_row;

use std::time::Duration;

use child::Child;
use rows::Rows;
use tracing_subscriber::EnvFilter;

/// How long each rate is measured.
const SPAN: Duration = Duration::from_secs(3);

fn main() {
    // What goes wrong in a measurement is to be seen: `NEXUS_LOG=warn`.
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("NEXUS_LOG").unwrap_or_else(|_| EnvFilter::new("off")),
        )
        .with_writer(std::io::stderr)
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match arguments
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            ["role-nexus"] => nexus_role::run(0).await,
            ["role-nexus", finished] => nexus_role::run(finished.parse().unwrap()).await,
            ["role-floor"] => floor::run().await,
            ["role-fleet", doors, count, seed] => {
                child::fleet(doors, count.parse().unwrap(), seed.parse().unwrap()).await
            }
            ["role-instance", engine, name] => instance::run(engine, name).await,
            ["role-echo", engine, bytes] => fleet::echo(engine, bytes.parse().unwrap()).await,
            ["--fleet", nodes] => {
                let mut rows = Rows::default();
                fleet_jobs::measure(&mut rows).await;
                fleet::measure(&mut rows, nodes.parse().unwrap()).await;
                rows.print();
            }
            ["--fleet-kill", nodes] => {
                let mut rows = Rows::default();
                fleet::killed(&mut rows, nodes.parse().unwrap()).await;
                rows.print();
            }
            _ => {
                let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
                measure(has("--jobs"), has("--quick")).await;
            }
        }
    });
}

async fn measure(only_jobs: bool, quick: bool) {
    let mut rows = Rows::default();
    if only_jobs {
        jobs::measure(&mut rows, quick).await;
        return rows.print();
    }
    rates(&mut rows).await;
    for count in if quick {
        vec![1_000]
    } else {
        vec![1_000, 10_000]
    } {
        crowd(&mut rows, count).await;
    }
    spore_row::measure(&mut rows).await;
    rows.print();
}

/// Rates and latencies with a hundred nodes: the floor program, then ours.
async fn rates(rows: &mut Rows) {
    let mut floor = Child::server("role-floor").await;
    let spores = Child::fleet(floor.address(), 100).await;
    let empty = http::load(floor.address(), "/empty", "", 64, SPAN).await;
    rows.rate("empty REST route, 64 at once", &empty, None);
    let echo = floor.ask("echo 64 3").await;
    rows.rate(
        "raw WebSocket round trip, 100 nodes, 64 at once",
        &echo,
        None,
    );
    let floor_1 = http::load(floor.address(), "/execute/{}", "", 1, SPAN).await;
    let floor_64 = http::load(floor.address(), "/execute/{}", "", 64, SPAN).await;
    rows.rate("floor program: REST execute, 1 at once", &floor_1, None);
    rows.rate("floor program: REST execute, 64 at once", &floor_64, None);
    drop(spores);
    drop(floor);

    let mut nexus = Child::server("role-nexus").await;
    let spores = Child::fleet(nexus.address(), 100).await;
    let token = nexus.token().to_owned();
    let path = "/api/v1/nodes/sim-1-{}/execute";
    let ours_1 = http::load(nexus.address(), path, &token, 1, SPAN).await;
    let ours_64 = http::load(nexus.address(), path, &token, 64, SPAN).await;
    let inside = nexus.ask("dispatch 64 3").await;
    rows.rate("REST execute, 1 at once", &ours_1, Some(&floor_1));
    rows.rate("REST execute, 64 at once", &ours_64, Some(&floor_64));
    rows.rate(
        "dispatch inside the process, 64 at once",
        &inside,
        Some(&echo),
    );
    drop(spores);
}

/// Many idle nodes: how fast they are in, what they weigh, what their heartbeats cost.
async fn crowd(rows: &mut Rows, count: u32) {
    let nexus = Child::server("role-nexus").await;
    let before = nexus.resources().await;
    let started = std::time::Instant::now();
    let spores = Child::fleet(nexus.address(), count).await;
    let storm = started.elapsed();
    let after = nexus.resources().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let later = nexus.resources().await;
    let per_node = (after.rss_kib - before.rss_kib) / f64::from(count);
    rows.figure(
        &format!("{count} nodes: all connected and registered"),
        storm.as_secs_f64(),
        "s",
    );
    rows.figure(
        &format!("{count} nodes: server CPU for that"),
        after.cpu_s - before.cpu_s,
        "s",
    );
    rows.figure(
        &format!("{count} nodes: memory of the server for each node"),
        per_node,
        "KiB",
    );
    rows.figure(
        &format!("{count} nodes: memory of the server"),
        later.rss_kib / 1024.0,
        "MiB",
    );
    let share = (later.cpu_s - after.cpu_s) / 10.0 * 100.0;
    rows.figure(
        &format!("{count} nodes: heartbeats every 3 s, share of a core"),
        share,
        "%",
    );
    drop(spores);
}
