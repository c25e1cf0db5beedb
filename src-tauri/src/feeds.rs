//! One feed for each window: a new subscription ends the older one, because a Channel goes on saying Ok after its page is
//! gone. A feed outlives the Nexus that it reads: when the window turns to another one, it is told of a gap and goes on.
//! Not here: what a feed tells, see [`nexus::console::feed`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nexus::console::feed;
use nexus::console::remote::RawBatch;
use serde_json::value::{RawValue, to_raw_value};
use tauri::ipc::Channel;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::connection::Connection;

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
        connection: watch::Receiver<Option<Connection>>,
        channel: Channel<RawBatch>,
    ) -> u32 {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.last += 1;
        let (number, end) = (running.last, CancellationToken::new());
        let seen = watch::Sender::new(0);
        let feed = Feed {
            number,
            connection,
            seen: seen.subscribe(),
            out: Out {
                channel,
                next: Arc::default(),
            },
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
        let live = running.by_window.get(window);
        if let Some(live) = live.filter(|live| live.number == number) {
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

/// Where batches go, numbered anew: one count for all connections of a feed.
#[derive(Clone)]
struct Out {
    channel: Channel<RawBatch>,
    next: Arc<AtomicU32>,
}

impl Out {
    /// False when there is no window any more.
    fn show(&self, events: Box<RawValue>) -> bool {
        let seq = self.next.fetch_add(1, Ordering::Relaxed);
        self.channel.send(RawBatch { seq, events }).is_ok()
    }

    fn gap(&self, reason: &str) -> bool {
        let events = to_raw_value(&serde_json::json!([{ "kind": "gap", "reason": reason }]));
        events.is_ok_and(|events| self.show(events))
    }
}

struct Feed {
    number: u32,
    connection: watch::Receiver<Option<Connection>>,
    seen: watch::Receiver<u32>,
    out: Out,
}

/// Leaves a feed elsewhere when the window turns away, however that comes.
struct Following<'a>(&'a nexus::console::remote::Remote, u32);

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.0.unfollow(self.1);
    }
}

impl Feed {
    async fn run(mut self) {
        loop {
            let connection = self.connection.borrow_and_update().clone();
            let begun = self.out.next.load(Ordering::Relaxed);
            let goes_on = match connection {
                None => self.connection.changed().await.is_ok(),
                Some(Connection::Here(desk)) => self.follow_here(*desk, begun).await,
                Some(Connection::There(remote)) => {
                    let out = self.out.clone();
                    remote.follow(self.number, move |batch| out.show(batch.events));
                    let following = Following(&remote, self.number);
                    let seen = self.seen.clone();
                    let tell = relay(seen, begun, |seq| following.0.seen(self.number, seq));
                    tokio::select! {
                        changed = self.connection.changed() => changed.is_ok(),
                        () = tell => false,
                    }
                }
            };
            if !goes_on || !self.out.gap("another Nexus is shown") {
                return;
            }
        }
    }

    /// Until the window turns to another Nexus; false when there is no window any more.
    async fn follow_here(&mut self, desk: nexus::console::Desk, begun: u32) -> bool {
        let (here, phase) = (watch::Sender::new(Some(desk)), watch::Sender::new(0));
        let out = self.out.clone();
        let show = move |batch: nexus::console::view::FeedBatch| {
            to_raw_value(&batch.events).is_ok_and(|events| out.show(events))
        };
        let feed = feed::run(here.subscribe(), phase.subscribe(), show);
        let tell = relay(self.seen.clone(), begun, |seq| {
            let _ = phase.send_replace(seq);
        });
        tokio::select! {
            changed = self.connection.changed() => changed.is_ok(),
            () = feed => false,
            () = tell => false,
        }
    }
}

/// Tells what the window has seen, counted from where this connection began.
async fn relay(mut seen: watch::Receiver<u32>, begun: u32, tell: impl Fn(u32)) {
    while seen.changed().await.is_ok() {
        if let Some(seq) = seen.borrow_and_update().checked_sub(begun) {
            tell(seq);
        }
    }
}

#[cfg(test)]
mod tests;
