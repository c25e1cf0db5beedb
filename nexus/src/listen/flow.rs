//! How many bytes went each way over a connection, counted where they come from the network: below TLS, whose records may be
//! larger than what a slow line brings in seconds. And the place that a connection takes, which it gives back when it is over, not
//! when its first request is: a WebSocket has a descriptor for as long as it lives. Not here: what follows ([`crate::session`]).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Share;
use super::gauge::Gauge;

/// What was counted so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    came: AtomicU64,
    went: AtomicU64,
}

impl Flow {
    /// From the peer.
    pub(crate) fn came(&self) -> u64 {
        self.0.came.load(Ordering::Relaxed)
    }

    /// To it.
    pub(crate) fn went(&self) -> u64 {
        self.0.went.load(Ordering::Relaxed)
    }
}

/// What a connection has for itself.
pub(super) struct Seated {
    pub(super) flow: Flow,
    pub(super) _place: Share,
}

impl Gauge for Flow {
    fn may_come(&self) -> io::Result<()> {
        Ok(())
    }

    fn has_come(&self, bytes: u64) {
        self.0.came.fetch_add(bytes, Ordering::Relaxed);
    }

    fn has_gone(&self, bytes: u64) {
        self.0.went.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Gauge for Seated {
    fn may_come(&self) -> io::Result<()> {
        self.flow.may_come()
    }

    fn has_come(&self, bytes: u64) {
        self.flow.has_come(bytes);
    }

    fn has_gone(&self, bytes: u64) {
        self.flow.has_gone(bytes);
    }
}
