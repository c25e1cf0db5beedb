//! What a window is told: a snapshot, then what changes, in batches. One task and one Channel for each window; a new
//! subscription ends the older one, because a Channel goes on saying Ok after its page is gone.
//!
//! Not here: what a batch holds (`batch`), and how things look to the window (`translate`).

pub mod batch;
pub mod text;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nexus::model::Event;
use tauri::ipc::Channel;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::swarm::Link;
use crate::translate;
use crate::view::FeedBatch;
use batch::Batch;
pub use text::Decoder;

/// Batches that a window may be behind. It says what it has seen every few dozen; a window that says nothing for
/// longer has stopped to look, and what is sent to it would only pile up.
const AHEAD: u32 = if cfg!(test) { 8 } else { 512 };
/// Between two looks at a Nexus that is not there.
const PAUSE: Duration = Duration::from_millis(500);

/// The feeds of all windows.
#[derive(Default)]
pub struct Feeds(Mutex<Running>);

#[derive(Default)]
struct Running {
    last: u32,
    by_window: HashMap<String, Live>,
}

struct Live {
    number: u32,
    end: CancellationToken,
    seen: watch::Sender<u32>,
}

impl Feeds {
    /// Begins a feed into a window and answers its number.
    pub fn begin(
        &self,
        window: &str,
        link: watch::Receiver<Option<Link>>,
        channel: Channel<FeedBatch>,
    ) -> u32 {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.last += 1;
        let (number, end, seen) = (
            running.last,
            CancellationToken::new(),
            watch::Sender::new(0),
        );
        let feed = Feed {
            link,
            channel,
            batch: Batch::default(),
            seen: seen.subscribe(),
        };
        let live = Live {
            number,
            end: end.clone(),
            seen,
        };
        if let Some(older) = running.by_window.insert(window.to_owned(), live) {
            older.end.cancel();
        }
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                () = feed.run() => {}
                () = end.cancelled() => {}
            }
            tracing::debug!(number, "a feed ended");
        });
        number
    }

    /// The window has dealt with everything up to this batch.
    pub fn seen(&self, window: &str, number: u32, seq: u32) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(live) = running
            .by_window
            .get(window)
            .filter(|live| live.number == number)
        {
            live.seen.send_replace(seq);
        }
    }

    /// Ends a window's feed; with a number only if it is that one.
    pub fn end(&self, window: &str, number: Option<u32>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |live: &Live| number.is_none_or(|number| number == live.number);
        if running.by_window.get(window).is_some_and(is_meant)
            && let Some(live) = running.by_window.remove(window)
        {
            live.end.cancel();
        }
    }
}

/// Why a feed has to begin with a snapshot again.
enum Interruption {
    Lagged(u64),
    NotLooking,
    Removed,
    OtherNexus,
    WindowGone,
}

struct Feed {
    link: watch::Receiver<Option<Link>>,
    channel: Channel<FeedBatch>,
    batch: Batch,
    seen: watch::Receiver<u32>,
}

impl Feed {
    async fn run(mut self) {
        loop {
            let Some(link) = self.link.borrow_and_update().clone() else {
                if self.link.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let Ok((snapshot, events)) = link.handle.subscribe().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            self.batch.snapshot(translate::snapshot(&snapshot, &link));
            let reason = match self.follow(events).await {
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
    async fn follow(&mut self, mut events: broadcast::Receiver<Event>) -> Interruption {
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
                _ = self.link.changed() => return Interruption::OtherNexus,
                event = events.recv() => match event {
                    // Its ordinal may be given to another one, so the window begins anew.
                    Ok(Event::NodeRemoved(_)) => return Interruption::Removed,
                    Ok(event) => self.batch.push(&event),
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
            .is_none_or(|batch| self.channel.send(batch).is_ok())
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
