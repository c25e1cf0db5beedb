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

/// Between two looks at a Nexus that is not there.
const PAUSE: Duration = Duration::from_millis(500);

/// The feeds of all windows.
#[derive(Default)]
pub struct Feeds(Mutex<Running>);

#[derive(Default)]
struct Running {
    last: u32,
    by_window: HashMap<String, (u32, CancellationToken)>,
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
        let (number, end) = (running.last, CancellationToken::new());
        if let Some((_, older)) = running
            .by_window
            .insert(window.to_owned(), (number, end.clone()))
        {
            older.cancel();
        }
        tauri::async_runtime::spawn(async move {
            let feed = Feed {
                link,
                channel,
                batch: Batch::default(),
            };
            tokio::select! {
                () = feed.run() => {}
                () = end.cancelled() => {}
            }
            tracing::debug!(number, "a feed ended");
        });
        number
    }

    /// Ends a window's feed; with a number only if it is that one.
    pub fn end(&self, window: &str, number: Option<u32>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant =
            |live: &(u32, CancellationToken)| number.is_none_or(|number| number == live.0);
        if running.by_window.get(window).is_some_and(is_meant)
            && let Some((_, end)) = running.by_window.remove(window)
        {
            end.cancel();
        }
    }
}

/// Why a feed has to begin with a snapshot again.
enum Interruption {
    Lagged(u64),
    OtherNexus,
    WindowGone,
}

struct Feed {
    link: watch::Receiver<Option<Link>>,
    channel: Channel<FeedBatch>,
    batch: Batch,
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
                Interruption::OtherNexus => "the Nexus starts anew".to_owned(),
                Interruption::WindowGone => return,
            };
            tracing::info!(reason, "gap");
            self.batch.gap(reason);
        }
    }

    /// Sends the snapshot, then whatever gathers, until something is in the way.
    async fn follow(&mut self, mut events: broadcast::Receiver<Event>) -> Interruption {
        loop {
            tokio::select! {
                biased;
                () = at(self.batch.due()) => if !self.send() { return Interruption::WindowGone },
                _ = self.link.changed() => return Interruption::OtherNexus,
                event = events.recv() => match event {
                    Ok(event) => self.batch.push(&event),
                    Err(RecvError::Lagged(lost)) => return Interruption::Lagged(lost),
                    Err(RecvError::Closed) => return Interruption::OtherNexus,
                }
            }
        }
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
