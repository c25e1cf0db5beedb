//! The engine on NATS (server 2.11 or newer, with JetStream): six streams and two kinds of plain subjects, all below the swarm's
//! name. Everything in them is sealed ([`super::seal`]); names that people choose stand there as keyed hashes.
//!
//! ```text
//! <swarm>.i.<instance>  <swarm>.all         the bus; nothing is kept
//! <swarm>.d.<kind>.<name>                   directory: the last row of each card, node and fact
//! <swarm>.o.<name>                          who was first
//! <swarm>.w.<id>  <swarm>.x.<id>            work that waits, dead letters
//! <swarm>.r.<owner>.<id>                    records of what is under way
//! <swarm>.t.<id>.<block>                    outputs, 32 pieces to a block
//! ```
//! Not here: what the messages mean; running a server. Three servers keep three copies of everything that is kept; one keeps
//! one, and then as safe as its disk is (`sync_interval: always` in its configuration, or a power cut takes two minutes).

mod bus;
mod directory;
mod ledger;
mod letters;
mod link;
mod queue;
mod row;
mod settings;
mod streams;
mod weather;

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::{EngineError, InstanceId, LARGEST};
use super::seal::{Place, Replay, Sealer, SwarmKey};
use link::Link;
pub use settings::{Settings, SettingsError};

/// Where the directory's stream says which key its swarm has.
const KEY: &str = "nexus-key";

/// One instance's place at NATS: its directory, bus, queue and ledger. Clones are the same place.
#[derive(Clone)]
pub struct Seat(Arc<Inner>);

struct Inner {
    id: InstanceId,
    link: Link,
    sealer: Sealer,
    /// Requests to this instance and what is told to all come by two ways, so each has a memory of its own.
    asked: Mutex<Replay>,
    told: Mutex<Replay>,
    memory: row::Memory,
    /// Facts.
    written: AtomicU64,
    /// How far the directory is known to have come, and how often it went back behind that.
    reached: AtomicU64,
    back: AtomicU64,
    /// Which listening is the newest.
    listening: tokio::sync::watch::Sender<u64>,
}

impl Seat {
    /// Begins to connect, and goes on for as long as it takes: an engine that is away now is found when it is there. Fails
    /// only for what will not change by itself.
    pub async fn open(
        settings: Settings,
        id: InstanceId,
        key: &SwarmKey,
    ) -> Result<Self, SettingsError> {
        let sealer = Sealer::new(key, &settings.swarm)
            .map_err(|error| SettingsError::Randomness(error.to_string()))?;
        let which = sealer.name("swarm", "which");
        let link = Link::open(settings, id, which).await?;
        Ok(Self(Arc::new(Inner {
            id,
            link,
            sealer,
            asked: Mutex::default(),
            told: Mutex::default(),
            memory: row::Memory::default(),
            written: AtomicU64::default(),
            reached: AtomicU64::default(),
            back: AtomicU64::default(),
            listening: tokio::sync::watch::Sender::new(0),
        })))
    }

    /// Waits until the engine is there and ready for everything.
    pub async fn ready(&self) -> Result<(), EngineError> {
        self.0.link.ready().await
    }

    /// Whether the swarm that is there has this key. The first instance says which one it is.
    pub async fn is_ours(&self) -> Result<bool, EngineError> {
        self.ready().await?;
        let link = &self.0.link;
        let name = streams::Kind::Directory.name(&link.settings.swarm);
        let stream = link
            .context
            .get_stream(name)
            .await
            .map_err(|error| link::away(&error))?;
        let mut config = stream.cached_info().config.clone();
        let ours = link.which.clone();
        if let Some(theirs) = config.metadata.get(KEY) {
            return Ok(*theirs == ours);
        }
        config.metadata.insert(KEY.to_owned(), ours);
        link.context
            .update_stream(&config)
            .await
            .map_err(|error| link::away(&error))?;
        Ok(true)
    }

    /// How much came from the engine and was not taken: forged, moved, or said again.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.0.sealer.refused()
    }
}

impl Inner {
    fn seal(&self, kind: &str, at: &str, message: &[u8]) -> axum::body::Bytes {
        self.sealer
            .seal(&Place::new(kind, &[at.as_bytes()]), message)
    }

    /// What was sealed for there; none, counted and logged, if this swarm did not do it.
    fn unseal(&self, kind: &str, at: &str, sealed: &[u8]) -> Option<axum::body::Bytes> {
        let opened = self
            .sealer
            .open(&Place::new(kind, &[at.as_bytes()]), sealed);
        opened.ok().map(|(_, message)| message)
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat")
            .field("id", &self.0.id)
            .field("settings", &self.0.link.settings)
            .finish_non_exhaustive()
    }
}

fn fits(bytes: usize) -> Result<(), EngineError> {
    if bytes > LARGEST {
        Err(EngineError::TooLarge(LARGEST))
    } else {
        Ok(())
    }
}

/// A panic elsewhere leaves these plain tables whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
