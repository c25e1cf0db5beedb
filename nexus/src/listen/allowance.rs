//! How many bytes a connection may bring until somebody says that it is trusted. Frames of spores may be large; a stranger's may
//! not. Not here: when to trust.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::gauge::Gauge;

/// What somebody unknown may send, bytes: a handshake with every method's schema, and what stands round it.
const STRANGER: u64 = 1024 * 1024;

/// How much more may be read.
#[derive(Debug, Clone)]
pub(crate) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// No limit any more.
    pub(crate) fn lift(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }

    /// A stranger's again: the connection turns to something that is not authenticated.
    pub(crate) fn restrict(&self) {
        self.0.store(STRANGER, Ordering::Relaxed);
    }
}

impl Default for Allowance {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(STRANGER)))
    }
}

impl Gauge for Allowance {
    fn may_come(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) == 0 {
            return Err(io::Error::other("a stranger sent too much"));
        }
        Ok(())
    }

    fn has_come(&self, bytes: u64) {
        // Somebody may have lifted it meanwhile; then it stays lifted.
        let lower = |now: u64| (now != u64::MAX).then(|| now.saturating_sub(bytes));
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, lower);
    }

    fn has_gone(&self, _bytes: u64) {}
}
