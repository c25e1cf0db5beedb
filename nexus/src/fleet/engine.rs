//! What instances of one swarm need of whatever is between them, in our words: a directory (what all know and agree on), a
//! bus (what one says to another), a queue (jobs that nobody works on yet) and a ledger (what is under way, so that another
//! instance can go on with it). Each implementation passes the same suite (`tests/it/fleet.rs`).
//!
//! Not here: what the messages mean, and who may say them: everything is bytes, sealed by whoever gives it away.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most bytes of one message, fact, record or piece of an output. Sealed it fits into what NATS takes by default (1 MiB).
pub const LARGEST: usize = (1 << 20) - 4096;

/// Times that somebody gives are cut down to this, so that adding them to a clock cannot fail.
pub(super) const FOREVER: Duration = Duration::from_hours(24 * 3650);

/// What every call gives. None waits longer for the engine than a few seconds, beside the patience that it was given.
pub type Pending<'a, T> = BoxFuture<'a, Result<T, EngineError>>;

/// One Nexus of a swarm; the same over its restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceId(pub Uuid);

/// Which of a node's placements; a later one is larger. What belongs to an older one is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// What an instance says of itself, every few seconds. Whoever reads it times it out by its own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Which.
    pub id: InstanceId,
    /// For people.
    pub name: String,
    /// Where spores and people reach it, `host:port`.
    pub addresses: Vec<String>,
    /// Of the program.
    pub version: String,
    /// Made anew at each start.
    pub life: Uuid,
    /// Sessions that it holds.
    pub sessions: u32,
    /// It knows where alerts are posted, and has watched for long enough to know what is new.
    #[serde(default)]
    pub watches: bool,
    /// It is the one that posts them.
    #[serde(default)]
    pub posts: bool,
    /// Number of this sign of life, in its life.
    #[serde(default)]
    pub beat: u64,
    /// Number of the newest entry of its audit log; an older version does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<u64>,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Nodes that came in, with their keys and standing.
    Member,
    /// API tokens.
    Token,
    /// Join codes.
    JoinCode,
    /// Saved groups.
    Group,
    /// Rules for a second yes.
    ApprovalRule,
    /// Schedules.
    Schedule,
    /// Runbooks, each version.
    Runbook,
    /// Rules of alerts.
    AlertRule,
    /// The chart of the map.
    Chart,
    /// Whether everything is stopped.
    Stop,
    /// What the swarm itself goes by.
    Swarm,
    /// Jobs, and whose each of them is.
    Job,
    /// Asks that need a second yes, and their yeses.
    Approval,
    /// Alerts that one instance alone can know, and what people did about any.
    Alert,
}

/// Names a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactKey {
    /// About what.
    pub table: Table,
    /// Which; any text.
    pub key: String,
}

/// How writing a fact went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Everybody will see it, as this revision.
    Done(u64),
    /// Somebody else wrote it in the meantime: look at it again.
    Changed,
}

/// What the directory tells, in one order for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An instance lives.
    Instance(Card),
    /// It said goodbye. One that was killed says nothing.
    Left(InstanceId),
    /// An instance holds this node's session.
    Held {
        /// Its id.
        node: String,
        /// Who.
        by: InstanceId,
        /// Which placement.
        epoch: Epoch,
    },
    /// Nobody holds it any more.
    Free {
        /// Its id.
        node: String,
        /// Of the placement that ended.
        epoch: Epoch,
    },
    /// A fact was written, or removed.
    Fact {
        /// Which.
        key: FactKey,
        /// None: it is not there any more.
        value: Option<Bytes>,
        /// Larger with each writing of any fact.
        revision: u64,
    },
    /// All that was known when the watch began has been told.
    UpToDate,
}

/// What all instances know and agree on.
pub trait Directory: Send + Sync {
    /// This instance lives.
    fn beat<'a>(&'a self, card: &'a Card) -> Pending<'a, ()>;

    /// This instance goes, on purpose.
    fn leave(&self, id: InstanceId) -> Pending<'_, ()>;

    /// The node's session is here now. The epoch is larger than every one that this node had before.
    fn claim<'a>(&'a self, node: &'a str, by: InstanceId) -> Pending<'a, Epoch>;

    /// It is not any more. Nothing happens when somebody claimed the node since.
    fn release<'a>(&'a self, node: &'a str, epoch: Epoch) -> Pending<'a, ()>;

    /// Writes a fact, or removes it, if its revision is still this one; 0: it is not there, never was or not any more.
    fn put<'a>(&'a self, key: &'a FactKey, value: Option<Bytes>, seen: u64) -> Pending<'a, Put>;

    /// True for the first who asks with this key, false for everybody after. Kept for at least `keep`. After `Away` nobody knows
    /// who was first: ask with the same key again and take false for an answer, or use another key.
    fn first<'a>(&'a self, key: &'a str, keep: Duration) -> Pending<'a, bool>;

    /// Everything as of now, [`News::UpToDate`], then each change, this instance's own too; what was written over before it could
    /// be told may be left out. The stream ends when something may be missing: watch again, and forget what is not told by then.
    fn watch(&self) -> Pending<'_, BoxStream<'static, News>>;

    /// Which life of what the engine keeps this is; another one than before: it lost something since, perhaps all.
    fn life(&self) -> Pending<'_, String> {
        Box::pin(async { Ok(String::new()) })
    }

    /// How many facts this instance wrote; 0 where nobody counts.
    fn written(&self) -> u64 {
        0
    }
}

/// A message for this instance.
pub struct Inbound {
    /// What it says.
    pub message: Bytes,
    /// Where the answer goes; none when nobody waits for one.
    pub answer: Option<Answering>,
}

/// Sends the answer to a request.
pub type Answering = Box<dyn FnOnce(Bytes) -> BoxFuture<'static, ()> + Send>;

/// What one instance says to another. Nothing here is kept: who is not there does not hear it.
pub trait Bus: Send + Sync {
    /// Asks an instance and waits for its answer.
    fn request(&self, to: InstanceId, message: Bytes, patience: Duration) -> Pending<'_, Bytes>;

    /// Tells all others.
    fn tell(&self, message: Bytes) -> Pending<'_, ()>;

    /// What is said to this instance, by request or to all; not what it says itself. Each sender's requests come in their order,
    /// and so does what it tells; between the two there is none. The stream ends when something may be missing: listen again.
    /// Listening again ends what was begun before.
    fn listen(&self) -> Pending<'_, BoxStream<'static, Inbound>>;

    /// How much came from the engine and was not taken: forged, moved, or said again; 0 where nobody counts.
    fn refused(&self) -> u64 {
        0
    }
}

/// A piece of work that nobody does yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Made by whoever asks: the same id is taken on once.
    pub id: Uuid,
    /// What it is.
    pub message: Bytes,
}

/// Work that is this instance's for now. Dropped without a word, somebody gets it again after a while.
pub trait Claimed: Send {
    /// What it is.
    fn work(&self) -> &Work;

    /// How often somebody has had it, this time included.
    fn attempt(&self) -> u32;

    /// It goes on; say it well before [`Terms::lease`] is over.
    fn working(&mut self) -> Pending<'_, ()>;

    /// It is done, and gone.
    fn done(self: Box<Self>) -> Pending<'static, ()>;

    /// Not now: somebody gets it again after this time.
    fn retry(self: Box<Self>, after: Duration) -> Pending<'static, ()>;

    /// Never: it goes to the dead letters, with the reason.
    fn bury(self: Box<Self>, why: String) -> Pending<'static, ()>;
}

/// How often somebody gets the same work; then it goes to the dead letters by itself.
pub const ATTEMPTS: u32 = 10;

/// What a queue goes by; the same for all instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long claimed work stays claimed without a word.
    pub lease: Duration,
    /// How long the id of work that is done already is still known. A server that is killed forgets those.
    pub window: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            window: Duration::from_mins(10),
        }
    }
}

/// Work that has been accepted and waits for an instance.
pub trait Queue: Send + Sync {
    /// Takes it on; it is safe when this returns. False: this id waits already, is claimed, or was taken on within [`Terms::window`].
    fn put(&self, work: Work) -> Pending<'_, bool>;

    /// The next piece, oldest first; waits until there is one, at most this long. Let it come to its end: what was on its way
    /// to a future that was dropped comes to somebody only after the lease.
    fn take(&self, patience: Duration) -> Pending<'_, Option<Box<dyn Claimed>>>;

    /// What was buried, with the reason; oldest first, at most so many.
    fn dead(&self, most: usize) -> Pending<'_, Vec<(Work, String)>>;

    /// Takes a buried one on again, as if it were new. False: there is none with this id.
    fn revive(&self, id: Uuid) -> Pending<'_, bool>;

    /// How many wait or are claimed, and how many are buried.
    fn depth(&self) -> Pending<'_, (u64, u64)>;
}

/// What is under way, in folders, and outputs and results that must outlive their instance.
pub trait Ledger: Send + Sync {
    /// Keeps a record in a folder, over an older one; safe when it returns.
    fn keep(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, ()>;

    /// Keeps a record that is not there yet; safe when it returns. Some: somebody was first, with this. After `Away` nobody knows
    /// who was: ask again, and look at whose it is.
    fn begin(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, Option<Bytes>>;

    /// It is not under way any more.
    fn forget(&self, folder: Uuid, id: Uuid) -> Pending<'_, ()>;

    /// Nothing of this folder is.
    fn clear(&self, folder: Uuid) -> Pending<'_, ()>;

    /// All that is in a folder.
    fn of(&self, folder: Uuid) -> Pending<'_, Vec<(Uuid, Bytes)>>;

    /// Adds to an output; safe when it returns. The same number twice is kept once.
    fn append(&self, id: Uuid, number: u64, piece: Bytes) -> Pending<'_, ()>;

    /// An output from a number on, in order, at most about this many bytes.
    fn read(&self, id: Uuid, from: u64, bytes: usize) -> Pending<'_, Vec<(u64, Bytes)>>;

    /// Lets go of an output.
    fn erase(&self, id: Uuid) -> Pending<'_, ()>;
}

/// Why the engine did not do it. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It cannot be reached; nothing was done, as far as anybody knows.
    #[error(
        "the fleet's engine does not answer: {0}; nodes of this instance can be used, the others when it is back"
    )]
    Away(String),
    /// Nobody listens under this id.
    #[error("no such instance is there")]
    NoOne,
    /// It did not answer in time. It may have heard.
    #[error("the other instance did not answer in time")]
    TimedOut,
    /// It holds as much as it may.
    #[error("the fleet's engine is full: {0}")]
    Full(String),
    /// The other instance refused to listen, because one of the two clocks is wrong.
    #[error("the clocks of the two instances differ by {0} s; set both by NTP")]
    Clocks(i64),
    /// More than [`LARGEST`].
    #[error("this is larger than the fleet's engine takes ({0} bytes)")]
    TooLarge(usize),
    /// Somebody gave away what was not sealed by this swarm.
    #[error("the fleet's engine gave something that this swarm did not write: {0}")]
    Forged(String),
}
