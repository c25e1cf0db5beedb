//! A console's way to a Nexus somewhere else: one WebSocket that is opened again whenever it breaks, with everything asked and
//! told on it. The other end is known by its certificate's key, which the operator compared once (or by the rules of the web).
//!
//! A call whose connection breaks is answered with an error that says that nobody knows: it may have been done.
//! Not here: where addresses and tokens are kept, and the other end, see `rest`.

mod dial;
mod place;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::{Answer, BridgeError};
use crate::secret::Secret;
use dial::Socket;
pub use place::{Identity, Place, PlaceError, Seen, look};

/// Between two attempts: longer each time, up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Nothing comes for longer than this only from a dead line: the other end pings.
const SILENCE: Duration = Duration::from_secs(60);
/// Calls that wait to be written.
const WAITING: usize = 256;

/// How the connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is being opened; why it is not open, if that is known.
    Connecting(Option<String>),
    /// It is open.
    Open(Welcome),
    /// It will not be opened again: the token is not good, or somebody else answers.
    Refused(String),
}

/// What the other end says first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Welcome {
    /// Who we are there.
    pub name: String,
    /// What we may do there.
    pub role: String,
    /// Its name.
    pub nexus: String,
    /// Its version.
    pub version: String,
}

/// See the module. Cheap to clone; the connection ends with the last one.
#[derive(Clone)]
pub struct Remote(Arc<Inside>);

struct Inside {
    next: AtomicU64,
    asks: mpsc::Sender<Ask>,
    standing: watch::Receiver<Standing>,
    feeds: Feeds,
    end: CancellationToken,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

enum Ask {
    Call(u64, String, oneshot::Sender<Answer<Box<RawValue>>>),
    Say(String),
}

/// A part of a feed: a number within the feed, and JSON events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RawBatch {
    /// Counts up by one from 0.
    pub seq: u32,
    /// As the other end told them.
    pub events: Box<RawValue>,
}

type Show = Box<dyn Fn(RawBatch) -> bool + Send>;
type Feeds = Arc<Mutex<HashMap<u32, Follower>>>;

struct Follower {
    show: Show,
    next: u32,
    /// What ours is ahead of theirs: numbers begin anew with each connection.
    ahead: u32,
}

impl Remote {
    /// Opens the connection and keeps it open.
    pub fn open(place: Place, token: Secret) -> Self {
        let (asks, waiting) = mpsc::channel(WAITING);
        let (standing, seen) = watch::channel(Standing::Connecting(None));
        let (feeds, end) = (Feeds::default(), CancellationToken::new());
        let line = Line {
            place,
            token,
            standing,
            feeds: Arc::clone(&feeds),
        };
        let ended = end.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = line.keep(waiting) => {}
                () = ended.cancelled() => {}
            }
        });
        Self(Arc::new(Inside {
            next: AtomicU64::new(1),
            asks,
            standing: seen,
            feeds,
            end,
        }))
    }

    /// How it stands, now and later.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.0.standing.clone()
    }

    /// Makes a call at the other end.
    pub async fn call(&self, name: &str, arguments: &RawValue) -> Answer<Box<RawValue>> {
        let away = |why: &str| BridgeError::new("disconnected", why);
        if let Standing::Refused(why) = &*self.0.standing.borrow() {
            return Err(away(why));
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let frame = serde_json::json!({ "id": id, "call": name, "arguments": arguments });
        let (answer, answered) = oneshot::channel();
        let ask = Ask::Call(id, frame.to_string(), answer);
        let full = "Too much waits for this Nexus, which does not answer.";
        self.0.asks.try_send(ask).map_err(|_| away(full))?;
        answered
            .await
            .map_err(|_| away("The connection was closed."))?
    }

    /// Follows the other end's feed under a number of ours, until `show` says that nobody reads or [`Self::unfollow`].
    pub fn follow(&self, number: u32, show: impl Fn(RawBatch) -> bool + Send + 'static) {
        let follower = Follower {
            show: Box::new(show),
            next: 0,
            ahead: 0,
        };
        self.feeds().insert(number, follower);
        self.say(&serde_json::json!({ "subscribe": number }));
    }

    /// Everything up to this batch was dealt with.
    pub fn seen(&self, number: u32, seq: u32) {
        let ahead = self
            .feeds()
            .get(&number)
            .map_or(0, |follower| follower.ahead);
        if seq >= ahead {
            self.say(&serde_json::json!({ "seen": [number, seq - ahead] }));
        }
    }

    /// Follows no longer.
    pub fn unfollow(&self, number: u32) {
        if self.feeds().remove(&number).is_some() {
            self.say(&serde_json::json!({ "unsubscribe": number }));
        }
    }

    fn feeds(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Follower>> {
        self.0.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, frame: &serde_json::Value) {
        // A line that is not open is told all of this when it is.
        drop(self.0.asks.try_send(Ask::Say(frame.to_string())));
    }
}

/// What the other end tells: an answer, or a part of a feed. No enum, for raw JSON cannot be read through serde's buffer.
#[derive(Deserialize)]
struct Told {
    id: Option<u64>,
    ok: Option<Box<RawValue>>,
    error: Option<BridgeError>,
    feed: Option<u32>,
    batch: Option<RawBatch>,
}

/// The task that holds the connection.
struct Line {
    place: Place,
    token: Secret,
    standing: watch::Sender<Standing>,
    feeds: Feeds,
}

impl Line {
    async fn keep(self, mut asks: mpsc::Receiver<Ask>) {
        let mut pause = Duration::ZERO;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).clamp(Duration::from_millis(500), LONGEST_PAUSE);
            let why = match dial::dial(&self.place, &self.token).await {
                Ok((socket, welcome)) => {
                    pause = Duration::ZERO;
                    self.standing.send_replace(Standing::Open(welcome));
                    self.converse(socket, &mut asks).await
                }
                Err(dial::Failed::Refused(why)) => {
                    self.standing.send_replace(Standing::Refused(why.clone()));
                    self.gap(&why);
                    self.turn_away(&mut asks, &why);
                    return;
                }
                Err(dial::Failed::Away(why)) => why,
            };
            self.gap(&why);
            self.turn_away(&mut asks, &why);
            self.standing.send_replace(Standing::Connecting(Some(why)));
        }
    }

    /// Until the connection breaks; why it did.
    async fn converse(&self, mut socket: Socket, asks: &mut mpsc::Receiver<Ask>) -> String {
        let mut open: HashMap<u64, oneshot::Sender<Answer<Box<RawValue>>>> = HashMap::new();
        for number in self.begin_feeds() {
            let frame = serde_json::json!({ "subscribe": number }).to_string();
            if let Err(error) = socket.send(Message::Text(frame.into())).await {
                return error.to_string();
            }
        }
        let why = loop {
            tokio::select! {
                ask = asks.recv() => {
                    let frame = match ask {
                        Some(Ask::Call(id, frame, answer)) => {
                            open.insert(id, answer);
                            frame
                        }
                        Some(Ask::Say(frame)) => frame,
                        None => return String::new(),
                    };
                    if let Err(error) = socket.send(Message::Text(frame.into())).await {
                        break error.to_string();
                    }
                }
                told = timeout(SILENCE, socket.next()) => match told {
                    Ok(Some(Ok(Message::Text(text)))) => self.take(&text, &mut open),
                    Ok(Some(Ok(Message::Close(frame)))) => {
                        break frame.map_or_else(String::new, |frame| frame.reason.to_string());
                    }
                    Ok(Some(Ok(_))) => {}
                    Ok(Some(Err(error))) => break error.to_string(),
                    Ok(None) => break "the other end hung up".to_owned(),
                    Err(_) => break "the other end is silent".to_owned(),
                },
            }
        };
        for (_, answer) in open {
            let text = format!(
                "The connection broke before the answer came ({why}); it may have been done."
            );
            drop(answer.send(Err(BridgeError::new("disconnected", text))));
        }
        why
    }

    fn take(&self, text: &str, open: &mut HashMap<u64, oneshot::Sender<Answer<Box<RawValue>>>>) {
        let told = match serde_json::from_str(text) {
            Ok(told) => told,
            Err(error) => {
                tracing::debug!(%error, "a frame of another version");
                return;
            }
        };
        match told {
            Told {
                feed: Some(number),
                batch: Some(batch),
                ..
            } => self.show(number, batch.events),
            Told {
                id: Some(id),
                ok,
                error,
                ..
            } => {
                if let Some(answer) = open.remove(&id) {
                    // An answer of nothing is null, which is no value here.
                    let ok = ok.unwrap_or_else(|| RawValue::NULL.to_owned());
                    drop(answer.send(error.map_or(Ok(ok), Err)));
                }
            }
            Told { .. } => {}
        }
    }

    fn begin_feeds(&self) -> Vec<u32> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        for follower in feeds.values_mut() {
            follower.ahead = follower.next;
        }
        feeds.keys().copied().collect()
    }

    fn show(&self, number: u32, events: Box<RawValue>) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(follower) = feeds.get_mut(&number) else {
            return;
        };
        let seq = follower.next;
        follower.next = seq.wrapping_add(1);
        if !(follower.show)(RawBatch { seq, events }) {
            feeds.remove(&number);
        }
    }

    /// Tells all feeds that something is missing until the next snapshot.
    fn gap(&self, why: &str) {
        let reason = if why.is_empty() {
            "the connection was lost"
        } else {
            why
        };
        let events = serde_json::json!([{ "kind": "gap", "reason": reason }]).to_string();
        let numbers: Vec<u32> = {
            let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
            feeds.keys().copied().collect()
        };
        for number in numbers {
            if let Ok(events) = RawValue::from_string(events.clone()) {
                self.show(number, events);
            }
        }
    }

    fn turn_away(&self, asks: &mut mpsc::Receiver<Ask>, why: &str) {
        while let Ok(ask) = asks.try_recv() {
            if let Ask::Call(_, _, answer) = ask {
                let text = format!("{} cannot be reached: {why}", self.place);
                drop(answer.send(Err(BridgeError::new("disconnected", text))));
            }
        }
    }
}
