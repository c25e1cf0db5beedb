//! How this instance stands with its swarm, for health checks, metrics and people: whether the engine answers, and what
//! was counted. Whoever does something counts it here.
//! Not here: who else is there ([`super::neighbours`]).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

use super::engine::EngineError;

/// See the module. What is counted is counted since the start.
#[derive(Default)]
pub(crate) struct Figures {
    engine: Mutex<Weather>,
    /// Frames that other instances took from this one.
    pub(crate) frames_out: Counter,
    /// Frames that this one took from others.
    pub(crate) frames_in: Counter,
    /// Batches that another instance did not take: what was in them waits in its spores.
    pub(crate) batches_broken: Counter,
    /// Facts that this instance wrote for all.
    pub(crate) facts_written: Counter,
    /// How often another instance was asked how busy its nodes are.
    pub(crate) loads_asked: Counter,
    /// What came from the engine and was not taken: forged, moved, or said again.
    pub(crate) refused: Counter,
    /// Entries copied from the audit logs of others.
    pub(crate) audit_copied: Counter,
    /// How often another instance's log was found to be another one.
    pub(crate) audit_diverged: Counter,
    /// Entries that others have and no copy here has yet.
    pub(crate) audit_behind: Gauge,
    /// 1 while the engine takes signs of life.
    pub(crate) up: Gauge,
    /// Other instances that are heard of.
    pub(crate) seen: Gauge,
    /// Nodes whose sockets are here, as others know it.
    pub(crate) held: Gauge,
    /// Nodes elsewhere that can be used from here.
    pub(crate) reached: Gauge,
}

/// How the engine is doing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weather {
    /// None: it has not been asked yet.
    pub(crate) since: Option<SystemTime>,
    /// What keeps it from answering; none while it answers.
    pub(crate) trouble: Option<String>,
}

impl Figures {
    /// What came of a sign of life.
    pub(super) fn beaten(&self, beaten: Result<(), EngineError>) {
        let trouble = beaten.err().map(|error| error.to_string());
        self.up.set(i64::from(trouble.is_none()));
        if let Some(trouble) = &trouble {
            tracing::warn!(error = trouble, "cannot say that this instance lives");
        }
        let mut engine = self.lock();
        if engine.since.is_none() || engine.trouble.is_some() != trouble.is_some() {
            engine.since = Some(SystemTime::now());
        }
        engine.trouble = trouble;
    }

    /// What can only be read from time to time.
    pub(super) fn measured(
        &self,
        seen: usize,
        (held, reached): (u32, usize),
        (written, refused): (u64, u64),
    ) {
        self.seen.set(whole(seen));
        self.held.set(i64::from(held));
        self.reached.set(whole(reached));
        self.facts_written
            .inc_by(written.saturating_sub(self.facts_written.get()));
        self.refused
            .inc_by(refused.saturating_sub(self.refused.get()));
    }

    /// How the engine is doing.
    pub(crate) fn engine(&self) -> Weather {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Weather> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
