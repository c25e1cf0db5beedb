//! Spores that are not there: they speak the real protocol over real sockets, say plausible things and run nothing.
//! For looking at a big map, for benchmarks, and for tests. Not here: anything that could touch a machine.

mod fleet;
mod spore;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use fleet::Persona;

/// How many, and where to.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// How many.
    pub spores: u32,
    /// `host:port` of the Nexus; several with commas between them for one swarm: each spore begins at another one, and goes on to
    /// the next when its own does not answer.
    pub address: String,
    /// The shared token.
    pub token: String,
    /// How many connect at the same time.
    pub at_once: usize,
    /// Another seed is another fleet.
    pub seed: u64,
    /// Overrides the interval that the Nexus asks for.
    pub heartbeat: Option<Duration>,
}

/// A fleet at work.
pub struct Simulation {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

struct Shared {
    fleet: Fleet,
    stop: CancellationToken,
    gate: Semaphore,
    connected: AtomicU32,
    executed: AtomicU32,
    changed: Notify,
}

/// Starts all of them on the current runtime; each connects when its turn comes, and again when it is cut off.
pub fn start(fleet: Fleet, stop: CancellationToken) -> Simulation {
    let shared = Arc::new(Shared {
        gate: Semaphore::new(fleet.at_once),
        fleet,
        stop,
        connected: AtomicU32::new(0),
        executed: AtomicU32::new(0),
        changed: Notify::new(),
    });
    let mut tasks = JoinSet::new();
    for number in 0..shared.fleet.spores {
        tasks.spawn(spore::live(
            Persona::new(shared.fleet.seed, number),
            number,
            Arc::clone(&shared),
        ));
    }
    Simulation { shared, tasks }
}

impl Simulation {
    /// How many are connected now.
    pub fn connected(&self) -> u32 {
        self.shared.connected.load(Ordering::Relaxed)
    }

    /// How many executions they have answered.
    pub fn executed(&self) -> u32 {
        self.shared.executed.load(Ordering::Relaxed)
    }

    /// Returns when all are connected at once.
    pub async fn all_connected(&self) {
        loop {
            let changed = self.shared.changed.notified();
            if self.connected() >= self.shared.fleet.spores {
                return;
            }
            changed.await;
        }
    }

    /// Returns when all have ended, after their token was cancelled.
    pub async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}
