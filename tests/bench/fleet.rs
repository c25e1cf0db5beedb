//! What several instances cost: a command to a node that another instance holds beside one inside one Nexus and beside a raw request
//! of the same size at the same engine; many nodes over three instances; and one that is killed.
//! Not here: the instances ([`crate::instance`]), and the spores, which are simulated.

use std::time::{Duration, Instant};

use async_nats::Client;
use futures_util::StreamExt;

use crate::child::Child;
use crate::engine::Engine;
use crate::instance::{ALONE, start};
use crate::rows::{Load, Rows};

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long nothing happens while it is measured what that costs.
const REST: Duration = Duration::from_secs(20);
/// Nodes of each instance while rates are measured.
const NODES: u32 = 100;
/// Seconds that a rate is measured.
const SPAN: u64 = 3;
/// Most nodes when one of three instances dies.
const KILLED: u32 = 36_000;

pub(crate) async fn measure(rows: &mut Rows, nodes: u32) {
    rates(rows).await;
    alone(rows, nodes / 3).await;
    let few = nodes / 10;
    let before = crowd(rows, few).await;
    let after = crowd(rows, nodes).await;
    rows.figure(
        &format!("engine at rest: {nodes} nodes beside {few}"),
        after / before,
        "times the bytes",
    );
    killed(rows, nodes.min(KILLED)).await;
}

/// Waits until an instance can use so many nodes.
pub(crate) async fn until_usable(instance: &mut Child, count: u32, without: &str) {
    let asked = Instant::now();
    while instance.number(&format!("usable {without}")).await < count {
        assert!(asked.elapsed() < PATIENCE, "they never came");
        // Asking costs each instance a look at all of them.
        let pause = u64::from(20 + count / 100);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// A command: inside one Nexus, over the engine, and what the engine alone would take.
async fn rates(rows: &mut Rows) {
    let mut alone = start(ALONE, "alone").await;
    let spores = Child::fleet_of(&alone.address().to_string(), NODES, 1).await;
    let inside = both(
        rows,
        &mut alone,
        "inside one Nexus that is alone",
        "1",
        None,
    )
    .await;
    drop((spores, alone));

    let engine = Engine::start();
    let url = engine.server.url();
    let mut first = start(&url, "a").await;
    let (second, third) = (start(&url, "b").await, start(&url, "c").await);
    let mut spores = Vec::new();
    for (seed, holder) in [(1, &first), (2, &second), (3, &third)] {
        spores.push(Child::fleet_of(&holder.address().to_string(), NODES, seed).await);
    }
    until_usable(&mut first, 3 * NODES, "").await;
    both(
        rows,
        &mut first,
        "at the instance that holds the node",
        "1",
        Some(&inside),
    )
    .await;
    let (before, used) = (engine.carried().await, engine.used().await.cpu_s);
    let holder = second.resources().await.cpu_s;
    let far = both(rows, &mut first, "at another instance", "2", Some(&inside)).await;
    let after = engine.carried().await;
    let commands = far.iter().map(|load| load.micros.len()).sum::<usize>() as f64;
    for (what, cpu) in [
        ("CPU of its holder", second.resources().await.cpu_s - holder),
        ("CPU of the engine", engine.used().await.cpu_s - used),
    ] {
        let what = format!("a command at another instance: {what}");
        rows.figure(&what, cpu * 1e6 / commands, "us");
    }
    // In and out, so half of it.
    let bytes = (after.bytes - before.bytes) / 2.0 / commands;
    let messages = (after.messages - before.messages) / 2.0 / commands;
    rows.figure(
        "a command at another instance: bytes at the engine",
        bytes,
        "B",
    );
    rows.figure("a command at another instance: messages", messages, "");
    raw(rows, &url, bytes as usize / 2, &far).await;
    for (seeds, over) in [("1", 1), ("1,2", 2), ("1,2,3", 3)] {
        let load = first.ask(&format!("dispatch 64 {SPAN} {seeds}")).await;
        let what = format!("nodes of {over} instances, 64 at once");
        rows.rate(&what, &load, Some(&inside[1]));
    }
}

/// One at a time, and 64 at once.
async fn both(
    rows: &mut Rows,
    at: &mut Child,
    what: &str,
    seeds: &str,
    beside: Option<&[Load; 2]>,
) -> [Load; 2] {
    let one = at.ask(&format!("dispatch 1 {SPAN} {seeds}")).await;
    let many = at.ask(&format!("dispatch 64 {SPAN} {seeds}")).await;
    for (load, floor, count) in [(&one, 0, 1), (&many, 1, 64)] {
        let beside = beside.map(|loads| &loads[floor]);
        rows.rate(&format!("{what}, {count} at once"), load, beside);
    }
    [one, many]
}

/// The engine alone: a request and its answer, each as large as half of what a command cost.
async fn raw(rows: &mut Rows, url: &str, bytes: usize, ours: &[Load; 2]) {
    let _echo = Child::start(&["role-echo", url, &bytes.to_string()]).await;
    let client = async_nats::connect(url).await.unwrap();
    for (at_once, far) in [(1, &ours[0]), (64, &ours[1])] {
        let load = asks(&client, at_once, bytes).await;
        let what = format!("raw request-reply of {bytes} B, {at_once} at once");
        rows.rate(&what, &load, None);
        let what = format!("at another instance, {at_once} at once: share of raw");
        rows.figure(&what, far.rate() / load.rate(), "");
    }
}

async fn asks(client: &Client, at_once: usize, bytes: usize) -> Load {
    let started = Instant::now();
    let end = started + Duration::from_secs(SPAN);
    let mut loops = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (client, letter) = (client.clone(), vec![7; bytes]);
        loops.spawn(async move {
            let mut micros = Vec::new();
            while Instant::now() < end {
                let asked = Instant::now();
                let answer = client.request("echo", letter.clone().into()).await;
                assert_eq!(answer.unwrap().payload.len(), letter.len());
                micros.push(u32::try_from(asked.elapsed().as_micros()).unwrap());
            }
            micros
        });
    }
    let micros = loops.join_all().await.concat();
    Load::new(started.elapsed(), micros, None)
}

/// The other side of [`raw`].
pub(crate) async fn echo(url: &str, bytes: usize) {
    let client = async_nats::connect(url).await.unwrap();
    let mut asked = client.subscribe("echo").await.unwrap();
    client.flush().await.unwrap();
    println!("listening");
    while let Some(message) = asked.next().await {
        let to = message.reply.unwrap();
        client.publish(to, vec![7; bytes].into()).await.unwrap();
    }
}

/// The same nodes at one Nexus that is alone: what a node costs where it is held.
async fn alone(rows: &mut Rows, nodes: u32) {
    let nexus = start(ALONE, "alone").await;
    let before = nexus.resources().await;
    let _spores = Child::fleet_of(&nexus.address().to_string(), nodes, 1).await;
    tokio::time::sleep(REST / 2).await;
    let after = nexus.resources().await;
    tokio::time::sleep(REST).await;
    let later = nexus.resources().await;
    let of = |what: &str| format!("{nodes} nodes at one Nexus: {what}");
    let each = (later.rss_kib - before.rss_kib) / f64::from(nodes);
    rows.figure(&of("memory for each"), each, "KiB");
    let share = (later.cpu_s - after.cpu_s) / REST.as_secs_f64() * 100.0;
    rows.figure(&of("at rest, share of a core"), share, "%");
}

/// Three instances, and their spores.
struct Swarm {
    engine: Engine,
    instances: Vec<Child>,
    spores: Vec<Child>,
}

impl Swarm {
    /// Returns when each instance can use each node; how long that took, and the instances' memory before.
    async fn of(nodes: u32) -> (Self, Duration, f64) {
        let engine = Engine::start();
        let url = engine.server.url();
        let mut instances = Vec::new();
        for name in ["a", "b", "c"] {
            instances.push(start(&url, name).await);
        }
        let before = memory(&instances).await;
        let started = Instant::now();
        let doors: Vec<String> = instances
            .iter()
            .map(|at| at.address().to_string())
            .collect();
        let mut spores = Vec::new();
        for (seed, first) in [(1, 0), (2, 1), (3, 2)] {
            // A process of spores for each instance, whose door comes first; the others are for when it dies.
            let mut doors = doors.clone();
            doors.rotate_left(first);
            spores.push(Child::begin_fleet(&doors, nodes / 3, seed).await);
        }
        let all = nodes / 3 * 3;
        for spores in &mut spores {
            spores.heard("connected").await;
        }
        for at in &mut instances {
            until_usable(at, all, "").await;
        }
        let swarm = Self {
            engine,
            instances,
            spores,
        };
        (swarm, started.elapsed(), before)
    }
}

/// KiB of all of them.
async fn memory(of: &[Child]) -> f64 {
    let mut sum = 0.0;
    for child in of {
        sum += child.resources().await.rss_kib;
    }
    sum
}

/// Many idle nodes over three instances; how many bytes a second the engine carries for them.
async fn crowd(rows: &mut Rows, nodes: u32) -> f64 {
    let (swarm, took, empty) = Swarm::of(nodes).await;
    let of = |what: &str| format!("{nodes} nodes over 3 instances: {what}");
    rows.figure(&of("each is known to all"), took.as_secs_f64(), "s");
    let came = swarm.engine.carried().await;
    let each = f64::from(nodes);
    rows.figure(
        &of("to come in, through the engine, each"),
        came.bytes / each,
        "B",
    );
    let spent = swarm.engine.used().await.cpu_s * 1e6 / each;
    rows.figure(&of("to come in, CPU of the engine, each"), spent, "us");
    let spent = cpu(&swarm).await * 1e6 / each;
    rows.figure(&of("to come in, CPU of all three, each"), spent, "us");
    // What came with so many at once is over.
    tokio::time::sleep(REST / 2).await;
    let (used, carried) = (cpu(&swarm).await, swarm.engine.carried().await);
    let engine_used = swarm.engine.used().await.cpu_s;
    tokio::time::sleep(REST).await;
    let (later, then) = (cpu(&swarm).await, swarm.engine.carried().await);
    let kept = memory(&swarm.instances).await;
    let there = swarm.engine.used().await;
    let seconds = REST.as_secs_f64();
    let per_second = (then.bytes - carried.bytes) / seconds;
    let of_node = |kib: f64| kib / f64::from(nodes);
    rows.figure(
        &of("memory of all three for each node"),
        of_node(kept - empty),
        "KiB",
    );
    rows.figure(&of("memory of all three"), kept / 1024.0, "MiB");
    rows.figure(
        &of("memory of the spores' processes"),
        memory(&swarm.spores).await / 1024.0,
        "MiB",
    );
    rows.figure(&of("memory of the engine"), there.rss_kib / 1024.0, "MiB");
    rows.figure(&of("on the engine's disk"), swarm.engine.kept(), "MiB");
    rows.figure(
        &of("at rest, share of a core, all three"),
        (later - used) / seconds * 100.0,
        "%",
    );
    rows.figure(
        &of("at rest, share of a core, engine"),
        (there.cpu_s - engine_used) / seconds * 100.0,
        "%",
    );
    rows.figure(&of("at rest, through the engine"), per_second, "B/s");
    rows.figure(
        &of("at rest, through the engine, messages"),
        (then.messages - carried.messages) / seconds,
        "/s",
    );
    per_second
}

/// CPU time of all instances so far.
async fn cpu(swarm: &Swarm) -> f64 {
    let mut sum = 0.0;
    for at in &swarm.instances {
        sum += at.resources().await.cpu_s;
    }
    sum
}

/// `kill -9` of an instance, until its nodes can be used again, from both of the others.
pub(crate) async fn killed(rows: &mut Rows, nodes: u32) {
    let (mut swarm, took, _) = Swarm::of(nodes).await;
    rows.figure(
        &format!("{nodes} nodes over 3 instances: each is known to all"),
        took.as_secs_f64(),
        "s",
    );
    let mut dead = swarm.instances.pop().unwrap();
    let (id, all) = (dead.id().to_owned(), nodes / 3 * 3);
    let killed = Instant::now();
    dead.kill().await;
    let [first, second] = swarm.instances.as_mut_slice() else {
        panic!("there were three");
    };
    tokio::join!(
        until_usable(first, all, &id),
        until_usable(second, all, &id)
    );
    rows.figure(
        &format!(
            "kill -9 with {} of {all} nodes: all usable elsewhere",
            nodes / 3
        ),
        killed.elapsed().as_secs_f64(),
        "s",
    );
}
