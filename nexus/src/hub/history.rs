//! The history of executions that somebody waited for: written in groups, and only so many a second. A script that
//! runs a hundred thousand commands is not worth a hundred thousand rows, nor the disk's time; what is left out is
//! counted. Not here: what must not be lost, which goes to the store at once.

use std::time::Duration;

use crate::store::{Store, Write};

/// Rows a second, in the long run.
const RATE: f64 = 500.0;
/// Rows at once.
const BURST: f64 = 5_000.0;
/// How long a row waits for others.
const PAUSE: Duration = Duration::from_millis(50);
/// Rows that wait at most.
const GROUP: usize = 256;

/// See the module.
pub(super) struct History {
    waiting: Vec<Write>,
    /// When those that wait are written.
    due: Option<Duration>,
    allowance: f64,
    refilled: Duration,
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            waiting: Vec::new(),
            due: None,
            allowance: BURST,
            refilled: Duration::ZERO,
        }
    }

    /// Takes a row, or leaves it out.
    pub(super) fn add(&mut self, row: Write, now: Duration, store: &Store) {
        let passed = now.saturating_sub(self.refilled).as_secs_f64();
        self.allowance = BURST.min(self.allowance + passed * RATE);
        self.refilled = now;
        if self.allowance < 1.0 {
            store.leave_out();
            return;
        }
        self.allowance -= 1.0;
        self.waiting.push(row);
        self.due.get_or_insert(now + PAUSE);
        if self.waiting.len() >= GROUP {
            self.write(store);
        }
    }

    /// When [`Self::tick`] wants to be called.
    pub(super) fn poll_timeout(&self) -> Duration {
        self.due.unwrap_or(Duration::MAX)
    }

    /// Writes what has waited long enough.
    pub(super) fn tick(&mut self, now: Duration, store: &Store) {
        if self.due.is_some_and(|due| due <= now) {
            self.write(store);
        }
    }

    /// Writes all that waits.
    pub(super) fn write(&mut self, store: &Store) {
        self.due = None;
        for row in self.waiting.drain(..) {
            store.write(row);
        }
    }
}
