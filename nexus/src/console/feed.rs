//! What a console is told: a snapshot, then what changes, in batches. It begins anew with a gap and a new snapshot whenever
//! something is missing: the reader was too slow or looked away, or the Nexus behind it is another one.
//!
//! Not here: what a batch holds (`batch`), how things look to the window (`translate`), and how batches travel.

mod batch;
mod text;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::Instant;

use super::view::FeedBatch;
use super::{Desk, translate};
use crate::access::Sight;
use crate::model::Event;
use batch::Batch;
pub(crate) use text::Decoder;

/// Batches that a reader may be behind. It says what it has seen every few dozen; one that says nothing for
/// longer has stopped to look, and what is sent to it would only pile up.
pub const AHEAD: u32 = if cfg!(test) { 8 } else { 512 };
/// Between two looks at a Nexus that is not there.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells until `show` says that nobody reads any more. `desk` is where to read, now and later; `seen` the last batch that the
/// reader has dealt with.
pub async fn run(
    desk: watch::Receiver<Option<Desk>>,
    seen: watch::Receiver<u32>,
    show: impl Fn(FeedBatch) -> bool + Send,
) {
    let batch = Batch::default();
    Feed {
        desk,
        show,
        batch,
        seen,
    }
    .run()
    .await;
}

/// Why a feed has to begin with a snapshot again.
enum Interruption {
    Lagged(u64),
    NotLooking,
    Removed,
    OtherNexus,
    WindowGone,
}

struct Feed<S> {
    desk: watch::Receiver<Option<Desk>>,
    show: S,
    batch: Batch,
    seen: watch::Receiver<u32>,
}

impl<S: Fn(FeedBatch) -> bool + Send> Feed<S> {
    async fn run(mut self) {
        loop {
            let Some(desk) = self.desk.borrow_and_update().clone() else {
                if self.desk.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let looking = desk.handle.looking();
            let Ok((mut snapshot, events)) = desk.handle.subscribe().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let mut sight = Sight::new(desk.caller.clone());
            sight.begin(&mut snapshot);
            self.batch.read_by(Arc::clone(&desk.caller.principal));
            self.batch.snapshot(translate::snapshot(&snapshot, &desk));
            drop(snapshot);
            let interruption = self.follow(events, &mut sight).await;
            drop(looking);
            let reason = match interruption {
                Interruption::Lagged(lost) => {
                    format!("this window was too slow and missed {lost} events")
                }
                Interruption::NotLooking => {
                    self.until_it_looks().await;
                    "this window did not look for a while".to_owned()
                }
                Interruption::Removed => "a node was removed".to_owned(),
                Interruption::OtherNexus => "the Nexus starts anew".to_owned(),
                Interruption::WindowGone => return,
            };
            tracing::debug!(reason, "gap");
            self.batch.gap(reason);
        }
    }

    /// Sends the snapshot, then whatever gathers, until something is in the way.
    async fn follow(
        &mut self,
        mut events: broadcast::Receiver<Event>,
        sight: &mut Sight,
    ) -> Interruption {
        loop {
            tokio::select! {
                biased;
                () = at(self.batch.due()) => {
                    if self.behind() > AHEAD {
                        return Interruption::NotLooking;
                    }
                    if !self.send() {
                        return Interruption::WindowGone;
                    }
                }
                _ = self.desk.changed() => return Interruption::OtherNexus,
                event = events.recv() => match event {
                    // Its ordinal may be given to another one, so the window begins anew.
                    Ok(Event::NodeRemoved(_)) => return Interruption::Removed,
                    Ok(event) => {
                        if let Some(event) = sight.filter(event) {
                            self.batch.push(&event);
                        }
                    }
                    Err(RecvError::Lagged(lost)) => return Interruption::Lagged(lost),
                    Err(RecvError::Closed) => return Interruption::OtherNexus,
                }
            }
        }
    }

    /// Batches that were sent and not seen.
    fn behind(&self) -> u32 {
        self.batch.sent().saturating_sub(*self.seen.borrow())
    }

    async fn until_it_looks(&mut self) {
        while self.behind() > AHEAD / 2 && self.seen.changed().await.is_ok() {}
    }

    /// False when there is no window any more.
    fn send(&mut self) -> bool {
        self.batch
            .take(Instant::now())
            .is_none_or(|batch| (self.show)(batch))
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
