//! How an instance comes into its swarm, before it listens: the engine, the key that seals, and the one identity that all
//! instances have, so that a spore which pinned it at one believes every other.
//! Not here: what it does then ([`super::run`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;

use super::seal::SwarmKey;
use super::{
    Bus, Directory, Dirty, Engine, EngineError, FactKey, InstanceId, Ledger, News, Put, Queue,
    Shared, Table, Through, Turns, Uses, Yeses, nats,
};
use crate::config::Config;
use crate::hub::Handle;
use crate::identity::Identity;
use crate::secret::{self, Secret};

/// How long the engine may take to tell who this swarm is.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often two instances may be first at the same time.
const TRIES: u32 = 3;
/// Whoever was given the swarm's key is hardly the first: those who live may have to tell an engine again what it lost. How often
/// that is looked at, and how long in between.
const GIVEN: (u32, Duration) = (5, Duration::from_secs(1));
/// Before a swarm's key, as before every secret of ours.
pub const KEY_PREFIX: &str = "nxf_";

/// Who this Nexus is in its swarm.
pub(crate) struct Entered {
    pub(crate) id: InstanceId,
    pub(crate) engine: Engine,
    /// That an approval is used once.
    pub(crate) yeses: Arc<Yeses>,
}

impl Entered {
    /// What it agrees on with the others.
    pub(crate) fn shared(&self, handle: &Handle) -> Shared {
        let directory = &self.engine.directory;
        Shared {
            dirty: Arc::new(Dirty::of(self.id)),
            moved: Arc::default(),
            turns: Turns::new(self.id, Arc::clone(directory)),
            uses: Uses::new(Arc::clone(directory), handle.clone()),
            yeses: Arc::clone(&self.yeses),
        }
    }
}

/// Why it does not come in. Display: a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] nats::SettingsError),
    /// The swarm's key.
    #[error(
        "NEXUS_FLEET_KEY (or the file {0}) is no key of a swarm; take the one that `nexus fleet key` says on another instance"
    )]
    Key(PathBuf),
    /// It would be alone, and nobody would know why.
    #[error(
        "this swarm has another key; take the one that `nexus fleet key` says on another instance and set NEXUS_FLEET_KEY"
    )]
    OtherKey,
    /// The first start needs the engine.
    #[error("{0}. The first start of an instance needs the engine; later ones do without")]
    Away(EngineError),
    /// This data directory is somebody else's.
    #[error(
        "{0} belongs to another Nexus: its spores know another identity than this swarm's. Start this instance with an empty data directory (NEXUS_DATA_DIR), or the swarm's first instance with this one"
    )]
    Another(PathBuf),
    /// A file of the data directory.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// Comes into the swarm that the configuration names; none when this Nexus is alone.
pub(crate) async fn enter(config: &Config) -> Result<Option<Entered>, FleetError> {
    let Some(through) = &config.fleet else {
        return Ok(None);
    };
    let id = instance(config)?;
    let engine = match through {
        Through::Local(engine) => engine_of(engine.seat(id)),
        Through::Nats(settings) => {
            let key = swarm_key(config)?;
            let seat = nats::Seat::open(settings.as_ref().clone(), id, &key).await?;
            // An engine that is away now is asked again when it is there; then what it says does not open.
            match seat.is_ours().await {
                Ok(true) => remember(config)?,
                Ok(false) => return Err(FleetError::OtherKey),
                Err(_) => {}
            }
            engine_of(seat)
        }
    };
    take_identity(config, &*engine.directory).await?;
    let yeses = Yeses::new(id, Arc::clone(&engine.directory));
    Ok(Some(Entered { id, engine, yeses }))
}

fn engine_of<S: Directory + Bus + Queue + Ledger + 'static>(seat: S) -> Engine {
    let seat = Arc::new(seat);
    Engine {
        directory: Arc::clone(&seat) as Arc<dyn Directory>,
        bus: Arc::clone(&seat) as Arc<dyn Bus>,
        queue: Arc::clone(&seat) as Arc<dyn Queue>,
        ledger: seat,
        figures: Arc::default(),
    }
}

fn instance(config: &Config) -> Result<InstanceId, FleetError> {
    let path = config.data_dir.join("instance");
    let make = || Ok(uuid::Uuid::new_v4().to_string().into_bytes());
    let text = secret::bytes_or_create(&path, make)
        .map_err(|error| FleetError::File(path.clone(), error))?;
    let id = std::str::from_utf8(&text)
        .ok()
        .and_then(|text| uuid::Uuid::try_parse(text.trim()).ok());
    let damaged =
        || std::io::Error::other("is no instance id; remove the file, and a new one is made");
    id.map(InstanceId)
        .ok_or_else(|| FleetError::File(path, damaged()))
}

/// Where the swarm's key is kept.
pub fn key_file(data_dir: &Path) -> PathBuf {
    data_dir.join("fleet-key")
}

/// The swarm's key: set, kept, or made for a new swarm.
fn swarm_key(config: &Config) -> Result<SwarmKey, FleetError> {
    let path = key_file(&config.data_dir);
    let text = match &config.fleet_key {
        Some(key) => key.clone(),
        None => secret::load_or_create(&path, KEY_PREFIX)
            .map_err(|error| FleetError::File(path.clone(), error))?,
    };
    read_key(&text).ok_or(FleetError::Key(path))
}

/// A key that was set and is this swarm's is kept, so that later starts do without the setting.
fn remember(config: &Config) -> Result<(), FleetError> {
    let Some(key) = &config.fleet_key else {
        return Ok(());
    };
    let path = key_file(&config.data_dir);
    let failed = |error| FleetError::File(path.clone(), error);
    match std::fs::read_to_string(&path) {
        Ok(kept) if kept.trim() == key.reveal().trim() => return Ok(()),
        // Of a start without the setting, which was refused.
        Ok(_) => std::fs::remove_file(&path).map_err(failed)?,
        Err(_) => {}
    }
    let make = || Ok(format!("{}\n", key.reveal().trim()).into_bytes());
    secret::bytes_or_create(&path, make).map_err(failed)?;
    Ok(())
}

/// 64 hexadecimal digits after the prefix.
fn read_key(text: &Secret) -> Option<SwarmKey> {
    let digits = text.reveal().trim().strip_prefix(KEY_PREFIX)?;
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(SwarmKey::new(bytes))
}

/// Makes the identity of the swarm this instance's own; the first instance gives it its own.
async fn take_identity(config: &Config, directory: &dyn Directory) -> Result<(), FleetError> {
    let path = config.identity_file();
    let known = config.data_dir.join("swarm-known");
    let file = |error| FleetError::File(path.clone(), error);
    let mut patience = match config.fleet_key {
        Some(_) if !known.exists() => GIVEN.0,
        Some(_) | None => 0,
    };
    let mut failures = 0;
    for _ in 0..2 * TRIES + GIVEN.0 {
        let (revision, theirs) = match read(directory).await {
            Ok(found) => found,
            // It has been in before: what it has is right.
            Err(_) if known.exists() => return Ok(()),
            // Servers that have just been started take a moment to agree.
            Err(error) if failures < TRIES => {
                failures += 1;
                tracing::warn!(%error, "cannot read whose swarm this is; it is tried again");
                tokio::time::sleep(GIVEN.1).await;
                continue;
            }
            Err(error) => return Err(FleetError::Away(error)),
        };
        let Some(theirs) = theirs else {
            if patience > 0 {
                patience -= 1;
                tokio::time::sleep(GIVEN.1).await;
                continue;
            }
            Identity::load_or_create(&path).map_err(file)?;
            let ours = std::fs::read(&path).map_err(file)?;
            match directory
                .put(&identity_key(), Some(ours.into()), revision)
                .await
            {
                Ok(Put::Done(_)) => return mark(&known),
                Ok(Put::Changed) => continue,
                Err(error) => return Err(FleetError::Away(error)),
            }
        };
        match std::fs::read(&path) {
            Ok(ours) if ours == theirs => {}
            // Nothing but the identity was made so far, so no spore knows it.
            Ok(_) if config.in_memory || !config.store_file().exists() => {
                std::fs::remove_file(&path).map_err(file)?;
                secret::bytes_or_create(&path, || Ok(theirs.to_vec())).map_err(file)?;
            }
            Ok(_) => return Err(FleetError::Another(config.data_dir.clone())),
            Err(_) => {
                secret::bytes_or_create(&path, || Ok(theirs.to_vec())).map_err(file)?;
            }
        }
        return mark(&known);
    }
    Err(FleetError::Away(EngineError::TimedOut))
}

fn mark(known: &Path) -> Result<(), FleetError> {
    std::fs::write(known, b"").map_err(|error| FleetError::File(known.to_owned(), error))
}

/// Where the directory has the identity of the swarm.
pub(super) fn identity_key() -> FactKey {
    FactKey {
        table: Table::Swarm,
        key: "identity".to_owned(),
    }
}

/// The identity that the directory has, and its revision.
async fn read(directory: &dyn Directory) -> Result<(u64, Option<Bytes>), EngineError> {
    let reading = async {
        let mut news = directory.watch().await?;
        let mut found = (0, None);
        while let Some(news) = news.next().await {
            match news {
                News::Fact {
                    key: of,
                    value,
                    revision,
                } if of == identity_key() => found = (revision, value),
                News::UpToDate => return Ok(found),
                News::Fact { .. }
                | News::Instance(_)
                | News::Left(_)
                | News::Held { .. }
                | News::Free { .. } => {}
            }
        }
        Err(EngineError::Away(
            "it told only a part of what it knows".to_owned(),
        ))
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .unwrap_or(Err(EngineError::TimedOut))
}
