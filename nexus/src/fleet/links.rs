//! The way from this instance to each other one for frames of spores: in order, each batch answered before the next goes, so
//! that a slow instance slows the spores down that talk to it, and a lost batch is known to be lost.
//! Not here: what the frames are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use protocol::{FromSpore, Outcome, decode_from_spore, encode};
use serde_json::value::RawValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::task::TaskTracker;

use super::InstanceId;
use super::message::{Placed, Reply, Says};
use super::post::{Post, Unsaid};
use super::relay::Relay;

/// Frames that may wait for one instance, and their bytes; one frame always may.
const WAITING: (usize, u32) = (4096, 32 << 20);
/// Frames of one batch, and their bytes, unless one alone has more.
const BATCH: (usize, usize) = (512, 128 << 10);

/// A frame on its way.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) at: Placed,
    pub(crate) frame: String,
}

/// A frame with its room.
type Waiting = (Outgoing, OwnedSemaphorePermit);

/// The way to one instance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Link {
    to: InstanceId,
    frames: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
}

impl Link {
    pub(crate) fn to(&self) -> InstanceId {
        self.to
    }

    /// Waits for room.
    pub(crate) async fn send(&self, frame: Outgoing) {
        let room = Arc::clone(&self.room).acquire_many_owned(size(&frame));
        // A closed way means that the Nexus stops; the spore keeps what is not acknowledged.
        if let Ok(room) = room.await {
            drop(self.frames.send((frame, room)).await);
        }
    }

    /// False when there is no room.
    pub(crate) fn try_send(&self, frame: Outgoing) -> bool {
        let room = Arc::clone(&self.room).try_acquire_many_owned(size(&frame));
        room.is_ok_and(|room| self.frames.try_send((frame, room)).is_ok())
    }
}

fn size(frame: &Outgoing) -> u32 {
    u32::try_from(frame.frame.len()).map_or(WAITING.1, |bytes| bytes.min(WAITING.1))
}

/// All ways.
pub(crate) struct Links {
    post: Arc<Post>,
    relay: Weak<Relay>,
    tasks: TaskTracker,
    open: Mutex<HashMap<InstanceId, Link>>,
}

impl Links {
    pub(crate) fn new(post: Arc<Post>, relay: &Arc<Relay>, tasks: TaskTracker) -> Self {
        Self {
            post,
            relay: Arc::downgrade(relay),
            tasks,
            open: Mutex::default(),
        }
    }

    /// The way to an instance.
    pub(crate) fn to(&self, to: InstanceId) -> Link {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let link = open.entry(to).or_insert_with(|| {
            let (frames, outbox) = mpsc::channel(WAITING.0);
            let (post, relay) = (Arc::clone(&self.post), self.relay.clone());
            self.tasks.spawn(carry(to, post, relay, outbox));
            let room = Arc::new(Semaphore::new(WAITING.1 as usize));
            Link { to, frames, room }
        });
        link.clone()
    }
}

async fn carry(
    to: InstanceId,
    post: Arc<Post>,
    relay: Weak<Relay>,
    mut outbox: mpsc::Receiver<Waiting>,
) {
    let mut next = None;
    loop {
        let first = match next.take() {
            Some(frame) => Some(frame),
            None => outbox.recv().await,
        };
        let Some(first) = first else { return };
        let (batch, rooms);
        (batch, rooms, next) = gather(first, &mut outbox);
        let taken = hand_over(&post, to, batch).await;
        drop(rooms);
        if taken {
            continue;
        }
        let Some(relay) = relay.upgrade() else { return };
        relay.broken(to);
        // What waits belongs to executions that are broken now.
        next = None;
        while outbox.try_recv().is_ok() {}
    }
}

type Batch = Vec<(Placed, String)>;

/// This frame and those behind it that fit, and the first that does not.
fn gather(
    first: Waiting,
    outbox: &mut mpsc::Receiver<Waiting>,
) -> (Batch, Vec<OwnedSemaphorePermit>, Option<Waiting>) {
    let (first, room) = first;
    let mut bytes = first.frame.len();
    let mut rooms = vec![room];
    let mut frames = vec![(first.at, first.frame)];
    while frames.len() < BATCH.0 {
        match outbox.try_recv() {
            Ok(waiting) if bytes + waiting.0.frame.len() > BATCH.1 => {
                return (frames, rooms, Some(waiting));
            }
            Ok((frame, room)) => {
                bytes += frame.frame.len();
                rooms.push(room);
                frames.push((frame.at, frame.frame));
            }
            Err(_) => break,
        }
    }
    (frames, rooms, None)
}

/// Whether it was taken.
async fn hand_over(post: &Post, to: InstanceId, frames: Batch) -> bool {
    let mut says = Says::Frames { frames };
    match post.ask(to, &says).await {
        Ok(reply) => reply == Reply::Done,
        Err(Unsaid::Silent) => false,
        // It never will be, so the owner hears that much.
        Err(why @ (Unsaid::Older(_) | Unsaid::TooLarge(_))) => {
            if let Says::Frames { frames } = &mut says {
                frames
                    .iter_mut()
                    .for_each(|(_, frame)| without_result(frame, &why.to_string()));
            }
            post.ask(to, &says).await == Ok(Reply::Done)
        }
    }
}

/// The end of an execution without its result, and why.
fn without_result(frame: &mut String, why: &str) {
    if let Ok(FromSpore::Response(mut response)) = decode_from_spore(frame) {
        response.result = RawValue::NULL.to_owned();
        if response.outcome() == Outcome::Succeeded {
            response.outcome = Some(Outcome::Failed);
        }
        response.success = false;
        response.error = Some(format!("it ran, and its result was dropped: {why}"));
        *frame = encode(&response, std::time::SystemTime::now());
    }
}
