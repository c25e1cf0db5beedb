//! What a job costs when the swarm keeps it too, so that another instance could go on with it: what goes through the engine, and
//! how fast jobs are accepted beside one Nexus that is alone.
//! Not here: commands, and many nodes ([`crate::fleet`]).

use std::time::Instant;

use crate::child::Child;
use crate::engine::Engine;
use crate::instance::{ALONE, start};
use crate::jobs::{Door, echo};
use crate::rows::Rows;

/// Nodes of each instance while jobs of one target are accepted; their names end in 0 to 99.
const NODES: u32 = 100;
/// Nodes of each instance for one job on all.
const MANY: u32 = 1_000;

pub(crate) async fn measure(rows: &mut Rows) {
    let mut alone = start(ALONE, "alone").await;
    let spores = Child::fleet_of(&alone.address().to_string(), NODES, 1).await;
    let floor = alone.ask("job 64 3").await;
    rows.rate("jobs of one target, alone, 64 at once", &floor, None);
    drop((spores, alone));

    let engine = Engine::start();
    let mut first = start(&engine.server.url(), "a").await;
    let _second = start(&engine.server.url(), "b").await;
    let _spores = Child::fleet_of(&first.address().to_string(), NODES, 1).await;
    let span = Span::begin(&engine).await;
    let shared = first.ask("job 64 3").await;
    rows.rate(
        "jobs of one target, kept with the swarm, 64 at once",
        &shared,
        Some(&floor),
    );
    span.end(rows, "a job of one target here", shared.micros.len())
        .await;
    on_all(rows).await;
}

/// One job for all nodes of three instances, asked for at one of them.
async fn on_all(rows: &mut Rows) {
    let engine = Engine::start();
    let mut instances = Vec::new();
    let mut spores = Vec::new();
    for (seed, name) in [(1, "a"), (2, "b"), (3, "c")] {
        let at = start(&engine.server.url(), name).await;
        spores.push(Child::fleet_of(&at.address().to_string(), MANY, seed).await);
        instances.push(at);
    }
    let all = 3 * MANY;
    let Some(first) = instances.first_mut() else {
        return;
    };
    crate::fleet::until_usable(first, all, "").await;
    let door = Door::of(first);
    let span = Span::begin(&engine).await;
    let asked = Instant::now();
    let id = door.submit(echo()).await;
    let what = |what: &str| format!("a job on {all} nodes of 3 instances: {what}");
    let millis = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
    rows.figure(&what("accepted"), millis(asked), "ms");
    let path = format!("/api/v1/jobs/{id}");
    door.until(&path, |answer| answer["job"]["state"] == "succeeded")
        .await;
    rows.figure(&what("its last result"), millis(asked), "ms");
    span.end(rows, "a target of a job on many", all as usize)
        .await;
}

/// What the engine carried and used from one moment on.
struct Span<'engine> {
    engine: &'engine Engine,
    bytes: f64,
    messages: f64,
    cpu_s: f64,
}

impl<'engine> Span<'engine> {
    async fn begin(engine: &'engine Engine) -> Self {
        let carried = engine.carried().await;
        Self {
            engine,
            bytes: carried.bytes,
            messages: carried.messages,
            cpu_s: engine.used().await.cpu_s,
        }
    }

    /// In and out together.
    async fn end(self, rows: &mut Rows, what: &str, count: usize) {
        let (carried, used) = (self.engine.carried().await, self.engine.used().await);
        let each = |value: f64| value / count as f64;
        for (of, value, unit) in [
            ("bytes at the engine", carried.bytes - self.bytes, "B"),
            ("messages", carried.messages - self.messages, ""),
            ("CPU of the engine", (used.cpu_s - self.cpu_s) * 1e6, "us"),
        ] {
            rows.figure(&format!("{what}: {of}"), each(value), unit);
        }
    }
}
