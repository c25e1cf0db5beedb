//! The engine of a Nexus that is alone: everything in this process, nothing kept over its end. Any number of seats share it, so
//! it is also what tests of several Nexuses in one process stand on; they can cut the wire between two and take the engine away.
//!
//! Not here: disks and networks. What must outlive the process is the store's; other machines want [`super::nats`].

mod bus;
mod directory;
mod ledger;
mod queue;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::engine::{EngineError, InstanceId, LARGEST, Terms};

/// What the seats share.
#[derive(Clone, Default)]
pub struct Engine(Arc<Shared>);

/// One instance's place at the engine: its directory, bus, queue and ledger.
#[derive(Clone)]
pub struct Seat {
    id: InstanceId,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    terms: Terms,
    outage: watch::Sender<Outage>,
    cuts: Mutex<HashSet<(InstanceId, InstanceId)>>,
    directory: directory::Board,
    bus: bus::Wires,
    queue: queue::Line,
    ledger: ledger::Books,
}

/// Whether the engine is away, and how often it went; so that a short absence is not missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Outage {
    now: bool,
    times: u64,
}

impl Engine {
    /// One with other times than usual, for tests.
    #[must_use]
    pub fn with(terms: Terms) -> Self {
        Self(Arc::new(Shared {
            terms,
            ..Shared::default()
        }))
    }

    /// The place of this instance.
    #[must_use]
    pub fn seat(&self, id: InstanceId) -> Seat {
        Seat {
            id,
            shared: self.0.clone(),
        }
    }

    /// For tests: from now on these two do not hear each other on the bus.
    pub fn cut(&self, a: InstanceId, b: InstanceId) {
        lock(&self.0.cuts).extend([(a, b), (b, a)]);
    }

    /// For tests: they do again.
    pub fn mend(&self, a: InstanceId, b: InstanceId) {
        let mut cuts = lock(&self.0.cuts);
        cuts.remove(&(a, b));
        cuts.remove(&(b, a));
    }

    /// For tests: everything fails, and every stream ends, until it is back.
    pub fn away(&self, away: bool) {
        self.0.outage.send_modify(|outage| {
            outage.times += u64::from(away && !outage.now);
            outage.now = away;
        });
        if away {
            self.0.directory.hang_up();
            self.0.bus.hang_up();
        }
    }
}

impl Shared {
    /// Fails while the engine is away.
    fn there(&self) -> Result<(), EngineError> {
        if self.outage.borrow().now {
            Err(gone())
        } else {
            Ok(())
        }
    }

    /// Comes back when the engine goes away, or is away already.
    async fn lost(&self) {
        let mut outage = self.outage.subscribe();
        let before = outage.borrow().times;
        // The sender lives as long as `self`, so this cannot fail.
        let _ = outage
            .wait_for(|outage| outage.now || outage.times != before)
            .await;
    }

    fn cut_off(&self, a: InstanceId, b: InstanceId) -> bool {
        lock(&self.cuts).contains(&(a, b))
    }
}

fn gone() -> EngineError {
    EngineError::Away("it was taken away".to_owned())
}

/// A panic elsewhere leaves these plain tables whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same bound as on a network, so that nothing is found out only there.
fn fits(bytes: usize) -> Result<(), EngineError> {
    if bytes > LARGEST {
        Err(EngineError::TooLarge(LARGEST))
    } else {
        Ok(())
    }
}
