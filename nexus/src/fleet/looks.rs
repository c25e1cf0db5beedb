//! Who looks at how busy nodes elsewhere are. As long as nobody does, the others are not asked.
//! Not here: asking them ([`super::loads`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

/// Between two times that each of the others is asked.
pub(super) const EVERY: Duration = Duration::from_secs(3);

/// See the module.
pub(super) struct Looks {
    /// Screens and streams that are open.
    open: AtomicUsize,
    /// Somebody wants it once.
    once: AtomicBool,
    wake: Notify,
    /// When all had answered, or not, last.
    done: watch::Sender<Option<Instant>>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            open: AtomicUsize::new(0),
            once: AtomicBool::new(false),
            wake: Notify::new(),
            done: watch::Sender::new(None),
        }
    }
}

/// Somebody looks until this is dropped.
pub(crate) struct Looking(Arc<Looks>);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Looks {
    /// Somebody begins to look.
    pub(super) fn look(self: &Arc<Self>) -> Looking {
        self.open.fetch_add(1, Ordering::AcqRel);
        self.wake.notify_one();
        Looking(Arc::clone(self))
    }

    /// Until what is known here is fresh, at most so long.
    pub(super) async fn fresh(&self, patience: Duration) {
        let is_fresh = |at: &Option<Instant>| at.is_some_and(|at| at.elapsed() < EVERY);
        let mut done = self.done.subscribe();
        if is_fresh(&done.borrow_and_update()) {
            return;
        }
        self.once.store(true, Ordering::Release);
        self.wake.notify_one();
        // Whoever does not answer in time is known as not known.
        drop(tokio::time::timeout(patience, done.wait_for(is_fresh)).await);
    }

    /// Until somebody looks.
    pub(super) async fn wanted(&self) {
        while !self.once.swap(false, Ordering::AcqRel) && self.open.load(Ordering::Acquire) == 0 {
            self.wake.notified().await;
        }
    }

    /// All were asked.
    pub(super) fn done(&self) {
        self.done.send_replace(Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    async fn is_wanted(looks: &Looks) -> bool {
        let moment = Duration::from_millis(10);
        tokio::time::timeout(moment, looks.wanted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_asked_while_nobody_looks() {
        let looks = Arc::<Looks>::default();
        assert!(!is_wanted(&looks).await);
        let (one, two) = (looks.look(), looks.look());
        assert!(is_wanted(&looks).await);
        drop(one);
        assert!(is_wanted(&looks).await, "somebody else still looks");
        drop(two);
        assert!(!is_wanted(&looks).await);
    }

    #[tokio::test]
    async fn who_asks_once_waits_for_the_answer_once() {
        let looks = Arc::<Looks>::default();
        let asking = Arc::clone(&looks);
        let asked = tokio::spawn(async move { asking.fresh(LONG).await });
        looks.wanted().await;
        looks.done();
        asked.await.unwrap();
        looks.fresh(LONG).await;
        assert!(!looks.once.load(Ordering::Acquire), "it is fresh by now");
    }
}
