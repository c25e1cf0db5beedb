//! Uses of join codes, counted once by all instances: each is a fact of its own, which one instance writes and all see, with the
//! key that came in by it; so who comes again is not counted again. While the engine is away none can be counted, and whoever
//! wants to come in by a code is asked to come later.
//!
//! Not here: whether a code is good, see [`crate::state`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;
use protocol::PublicKey;
use uuid::Uuid;

use super::round::{Round, Told};
use super::{Directory, EngineError, FactKey, Put, Table};
use crate::hub::Handle;
use crate::state::{Close, Use};
use crate::trust::{Arrival, Credential};

const KEY: &str = "use:";
/// How often others may be faster.
const TRIES: usize = 256;
/// Old uses that are let go at once.
const SWEPT: usize = 100;

/// See the module.
pub(crate) struct Uses {
    directory: Arc<dyn Directory>,
    handle: Handle,
    inside: Mutex<Inside>,
    /// One after the other, or all would count at the same place.
    line: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Inside {
    codes: HashMap<Uuid, BTreeMap<u32, Known>>,
    round: Round,
}

struct Known {
    told: Told,
    by: PublicKey,
}

impl Uses {
    pub(crate) fn new(directory: Arc<dyn Directory>, handle: Handle) -> Arc<Self> {
        Arc::new(Self {
            directory,
            handle,
            inside: Mutex::default(),
            line: tokio::sync::Mutex::default(),
        })
    }

    /// Counts the use of a code by somebody who wants to come in by it.
    pub(crate) async fn count(&self, arrival: &mut Arrival) -> Result<(), Close> {
        let Credential::Key(key, Some(hash)) = arrival.credential else {
            return Ok(());
        };
        let now = SystemTime::now();
        let look = self.handle.look(move |state| state.use_of(key, hash, now));
        let Ok(wanted) = look.await else {
            return Ok(());
        };
        match wanted {
            Use::None => Ok(()),
            // It may have been made a moment ago elsewhere.
            Use::Unknown if !self.lock().round.is_current() => Err(Close::uncounted()),
            Use::Unknown => Ok(()),
            Use::Of { code, used, uses } => {
                let _line = self.line.lock().await;
                let counted = self.take(code, key, used, uses).await;
                arrival.counted = counted.map_err(|error| {
                    tracing::warn!(%error, %code, "the use of a join code cannot be counted, so nobody comes in by it");
                    Close::uncounted()
                })?;
                Ok(())
            }
        }
    }

    /// False: it was used as often as it may be.
    async fn take(
        &self,
        code: Uuid,
        by: PublicKey,
        used: u32,
        uses: u32,
    ) -> Result<bool, EngineError> {
        let mut number = {
            let inside = self.lock();
            inside.round.check()?;
            let known = inside.codes.get(&code);
            if known.is_some_and(|known| known.values().any(|one| one.by == by)) {
                return Ok(true);
            }
            let last = known.and_then(|known| known.last_key_value());
            used.max(last.map_or(0, |(number, _)| number.saturating_add(1)))
        };
        for _ in 0..TRIES {
            if number >= uses {
                return Ok(false);
            }
            // A text: it cannot fail to serialise.
            let value: Bytes = serde_json::to_vec(&by).unwrap_or_default().into();
            let key = key(code, number);
            if let Put::Done(revision) = self.directory.put(&key, Some(value), 0).await? {
                self.know(code, number, revision, by);
                return Ok(true);
            }
            number = number.saturating_add(1);
        }
        Err(EngineError::TimedOut)
    }

    fn know(&self, code: Uuid, number: u32, revision: u64, by: PublicKey) {
        let mut inside = self.lock();
        let told = inside.round.told(revision);
        let uses = inside.codes.entry(code).or_default();
        uses.insert(number, Known { told, by });
    }

    /// Whether this key is about the use of a code: of which, and which one.
    pub(super) fn is_about(key: &FactKey) -> Option<(Uuid, u32)> {
        let (code, number) = key.key.strip_prefix(KEY)?.split_once(':')?;
        let about = (Uuid::try_parse(code).ok()?, number.parse().ok()?);
        (key.table == Table::JoinCode).then_some(about)
    }

    /// The directory tells of a use.
    pub(super) async fn told(
        &self,
        (code, number): (Uuid, u32),
        value: Option<Bytes>,
        revision: u64,
    ) {
        let by = value.and_then(|value| serde_json::from_slice::<PublicKey>(&value).ok());
        let Some(by) = by else {
            let mut inside = self.lock();
            if let Some(known) = inside.codes.get_mut(&code) {
                known.remove(&number);
            }
            return;
        };
        self.know(code, number, revision, by);
        let told = self
            .handle
            .act(move |state, _| state.count_use(code, number.saturating_add(1)));
        drop(told.await);
    }

    /// Uses of codes that nobody can use any more need not be known.
    pub(super) async fn sweep(&self) {
        let codes: Vec<Uuid> = self.lock().codes.keys().copied().collect();
        let look = self.handle.act(move |state, now| {
            let over = |code: &Uuid| state.is_code_over(*code, now);
            codes.into_iter().filter(over).collect::<Vec<_>>()
        });
        let Ok(over) = look.await else {
            return;
        };
        let old: Vec<(Uuid, u32, u64)> = {
            let mut inside = self.lock();
            inside.codes.retain(|_, uses| !uses.is_empty());
            let uses = over
                .iter()
                .filter_map(|code| Some((*code, inside.codes.get(code)?)));
            let uses = uses.flat_map(|(code, uses)| {
                uses.iter()
                    .map(move |(number, one)| (code, *number, one.told.revision()))
            });
            uses.take(SWEPT).collect()
        };
        for (code, number, revision) in old {
            let key = key(code, number);
            if self.directory.put(&key, None, revision).await.is_err() {
                return;
            }
        }
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything, of some codes perhaps later than of their uses. What it `lost` is told again; false: not all of it.
    pub(super) async fn up_to_date(&self, lost: bool) -> bool {
        let mut all = true;
        let mut untold = Vec::new();
        let used: Vec<(Uuid, u32)> = {
            let inside = &mut *self.lock();
            let round = &inside.round;
            for (code, uses) in &mut inside.codes {
                let gone = uses.extract_if(.., |_, one| !one.told.is_of(round));
                let gone = gone.map(|(number, one)| (*code, number, one.by));
                untold.extend(gone.filter(|_| lost));
            }
            let codes = inside.codes.iter();
            let used = codes.filter_map(|(code, uses)| Some((*code, *uses.last_key_value()?.0)));
            used.collect()
        };
        let told = self.handle.act(move |state, _| {
            for (code, last) in used {
                state.count_use(code, last.saturating_add(1));
            }
        });
        drop(told.await);
        for (code, number, by) in untold {
            let value = serde_json::to_vec(&by).unwrap_or_default().into();
            let key = key(code, number);
            match self.directory.put(&key, Some(value), 0).await {
                Ok(Put::Done(revision)) => self.know(code, number, revision, by),
                // Somebody else told it.
                Ok(Put::Changed) => {}
                Err(error) => {
                    tracing::warn!(%error, %code, "a use of a join code is not told again yet");
                    self.know(code, number, 0, by);
                    all = false;
                }
            }
        }
        self.lock().round.up_to_date();
        all
    }

    /// It tells nothing any more.
    pub(super) fn lost(&self) {
        self.lock().round.lost();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(code: Uuid, number: u32) -> FactKey {
    FactKey {
        table: Table::JoinCode,
        key: format!("{KEY}{code}:{number}"),
    }
}
