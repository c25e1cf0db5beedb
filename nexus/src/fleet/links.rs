//! The way from this instance to each other one for frames of spores: in order, each batch answered before the next goes, so
//! that a slow instance slows the spores down that talk to it, and a lost batch is known to be lost.
//! Not here: what the frames are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::message::{Letter, Placed, Reply, Says};
use super::relay::Relay;
use super::{Bus, InstanceId};

/// Frames that may wait for one instance.
const WAITING: usize = 4096;
/// Frames of one batch, and their bytes: an engine takes a mebibyte, and JSON doubles quotes.
const BATCH: (usize, usize) = (512, 256 << 10);
/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A frame on its way.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) at: Placed,
    pub(crate) frame: String,
}

/// The way to one instance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Link {
    to: InstanceId,
    frames: mpsc::Sender<Outgoing>,
}

impl Link {
    pub(crate) fn to(&self) -> InstanceId {
        self.to
    }

    /// Waits for room.
    pub(crate) async fn send(&self, frame: Outgoing) {
        // A closed way means that the Nexus stops; the spore keeps what is not acknowledged.
        drop(self.frames.send(frame).await);
    }

    /// False when there is no room.
    pub(crate) fn try_send(&self, frame: Outgoing) -> bool {
        self.frames.try_send(frame).is_ok()
    }
}

/// All ways.
pub(crate) struct Links {
    own: InstanceId,
    bus: Arc<dyn Bus>,
    relay: Weak<Relay>,
    tasks: TaskTracker,
    open: Mutex<HashMap<InstanceId, Link>>,
}

impl Links {
    pub(crate) fn new(
        own: InstanceId,
        bus: Arc<dyn Bus>,
        relay: &Arc<Relay>,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            own,
            bus,
            relay: Arc::downgrade(relay),
            tasks,
            open: Mutex::default(),
        }
    }

    /// The way to an instance.
    pub(crate) fn to(&self, to: InstanceId) -> Link {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let link = open.entry(to).or_insert_with(|| {
            let (frames, outbox) = mpsc::channel(WAITING);
            let (own, bus, relay) = (self.own, Arc::clone(&self.bus), self.relay.clone());
            self.tasks.spawn(carry(own, to, bus, relay, outbox));
            Link { to, frames }
        });
        link.clone()
    }
}

async fn carry(
    own: InstanceId,
    to: InstanceId,
    bus: Arc<dyn Bus>,
    relay: Weak<Relay>,
    mut outbox: mpsc::Receiver<Outgoing>,
) {
    let mut next = None;
    loop {
        let mut frames = Vec::new();
        let mut bytes = 0;
        let Some(first) = (match next.take() {
            Some(frame) => Some(frame),
            None => outbox.recv().await,
        }) else {
            return;
        };
        bytes += first.frame.len();
        frames.push((first.at, first.frame));
        while frames.len() < BATCH.0 {
            match outbox.try_recv() {
                Ok(frame) if bytes + frame.frame.len() > BATCH.1 => {
                    next = Some(frame);
                    break;
                }
                Ok(frame) => {
                    bytes += frame.frame.len();
                    frames.push((frame.at, frame.frame));
                }
                Err(_) => break,
            }
        }
        let letter = Letter {
            from: own,
            says: Says::Frames { frames },
        };
        let answer = bus.request(to, letter.bytes(), PATIENCE).await;
        let taken = answer.is_ok_and(|answer| {
            serde_json::from_slice::<Reply>(&answer).is_ok_and(|reply| reply == Reply::Done)
        });
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
