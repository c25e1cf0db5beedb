//! What people set, the same at all instances: each table is brought in line both ways, one key at a time. What changed here is
//! put over the revision that was seen; what the directory tells is taken over without being told again. Of two edits the one that
//! came to the directory first stays, whole, and the other is written into the audit log as replaced. What was removed leaves its
//! name, so that an instance which was away does not bring it back.
//!
//! What was in line last is kept on disk, so that after a restart it is known which of the two sides changed since.
//!
//! Not here: what is in a table ([`crate::state::SharedTable`]), and when it is time ([`super::run`]).

mod dirty;
mod shelf;
mod tokens;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use dirty::Dirty;
pub(super) use shelf::{Mark, Shelf, hashed, shelves};

use super::round::{Round, Told};
use super::{Directory, EngineError, FactKey, Put, Table};
use crate::store::{InLine, Store};

/// Between two tries of what failed.
const AGAIN: Duration = Duration::from_secs(1);

/// What the directory holds of one key.
#[derive(Serialize, Deserialize)]
struct Fact {
    /// The instance that wrote it, for people.
    by: String,
    /// None: it was removed.
    here: Option<Box<RawValue>>,
}

/// What this instance knows of one key.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// The directory's value; of no round: it is what the last life knew.
    told: Told,
    /// What was here when it was in line with that.
    ours: Mark,
    /// What is here says more than the directory does.
    ahead: bool,
    /// The directory has nothing under this key, not even that it was removed.
    absent: bool,
    /// It says that it was removed, and so it was.
    removed: bool,
    /// What was put last, while nobody knows whether it arrived.
    sent: Option<Mark>,
}

/// See the module.
pub(super) struct Facts {
    name: String,
    directory: Arc<dyn Directory>,
    shelves: HashMap<Table, Box<dyn Shelf>>,
    dirty: Arc<Dirty>,
    store: Store,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    known: HashMap<FactKey, Known>,
    /// What the disk does not know yet.
    unsaved: BTreeSet<FactKey>,
    round: Round,
}

impl Inside {
    fn know(&mut self, key: FactKey, known: Known) {
        self.unsaved.insert(key.clone());
        self.known.insert(key, known);
    }

    fn forget(&mut self, key: FactKey) {
        self.known.remove(&key);
        self.unsaved.insert(key);
    }
}

impl Facts {
    pub(super) fn new(
        name: String,
        directory: Arc<dyn Directory>,
        shelves: Vec<(Table, Box<dyn Shelf>)>,
        dirty: Arc<Dirty>,
        store: Store,
    ) -> Self {
        Self {
            name,
            directory,
            shelves: shelves.into_iter().collect(),
            dirty,
            store,
            inside: Mutex::default(),
        }
    }

    /// What the last life knew; before anything is told.
    pub(super) async fn restore(&self) {
        let rows = self.store.in_line().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what the swarm knew last cannot be read; what it knows now counts");
            Vec::new()
        });
        let mut inside = self.lock();
        for InLine {
            key,
            revision,
            ours,
        } in rows
        {
            let known = Known {
                told: Told::before(revision),
                ours,
                ..Known::default()
            };
            inside.known.insert(key, known);
        }
    }

    /// These have to be looked at.
    pub(super) fn mark(&self, keys: impl IntoIterator<Item = FactKey>) {
        self.dirty.mark_all(keys);
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything. What it did not tell is not there any more, as after the loss of its disk: it is told again.
    pub(super) async fn up_to_date(&self) {
        {
            let inside = &mut *self.lock();
            let round = &mut inside.round;
            round.up_to_date();
            let gone = inside.known.extract_if(|_, known| !known.told.is_of(round));
            let gone: Vec<_> = gone.collect();
            for (key, known) in gone {
                inside.unsaved.insert(key.clone());
                // What was removed must stay so, also for those who were away.
                if known.removed && known.ours.is_none() {
                    let removed = Known {
                        ahead: true,
                        absent: true,
                        told: round.told(0),
                        ..Known::default()
                    };
                    inside.known.insert(key, removed);
                }
            }
            self.dirty.mark_all(inside.known.keys().cloned());
        }
        for (&table, shelf) in &self.shelves {
            let keys = shelf.keys().await.into_iter();
            self.dirty.mark_all(keys.map(|key| FactKey { table, key }));
        }
    }

    /// The directory tells of a key.
    pub(super) async fn told(&self, key: FactKey, value: Option<Bytes>, revision: u64) {
        let Some(shelf) = self.shelves.get(&key.table) else {
            return;
        };
        let (before, told) = {
            let inside = &mut *self.lock();
            let round = &inside.round;
            if let Some(known) = inside.known.get_mut(&key) {
                let again = !known.told.is_of_this_life() && is_told_each_life(key.table);
                if !again && !round.is_news(&mut known.told, revision) {
                    return;
                }
            }
            (inside.known.get(&key).copied(), round.told(revision))
        };
        let mut known = Known {
            told,
            absent: value.is_none(),
            ..Known::default()
        };
        match read(value) {
            Ok((by, theirs)) => {
                known.removed = theirs.is_none() && !known.absent;
                let mark = shelf.mark(theirs.as_ref());
                if before.is_some_and(|before| before.sent == Some(mark)) {
                    // Our own comes back.
                    known.ours = mark;
                } else {
                    let seen = before.map(|before| before.ours);
                    let taken = shelf.take(&key.key, theirs, seen, by).await;
                    known.ours = taken.now;
                    known.ahead = taken.ahead;
                }
            }
            Err(error) => {
                tracing::warn!(%error, table = ?key.table, key = key.key, "the swarm knows something that this instance cannot read; it stays as it is here");
                known.ours = before.and_then(|before| before.ours);
            }
        }
        let nameless = known.absent && !leaves_its_name(key.table);
        {
            let mut inside = self.lock();
            if nameless && known.ours.is_none() {
                inside.forget(key.clone());
            } else {
                inside.know(key.clone(), known);
            }
        }
        // What is here may be newer by now.
        self.dirty.mark(key);
    }

    /// Brings the directory in line with what changes here, for as long as this instance lives.
    pub(super) async fn settle(self: Arc<Self>) {
        loop {
            self.dirty.wait().await;
            if !self.lock().round.is_current() {
                tokio::time::sleep(AGAIN).await;
                self.dirty.mark_all([]);
                continue;
            }
            let mut failed = Vec::new();
            for key in self.dirty.take() {
                if let Err(error) = self.settle_one(&key).await {
                    tracing::debug!(%error, table = ?key.table, key = key.key, "the swarm does not know of this yet");
                    failed.push(key);
                }
            }
            if !failed.is_empty() {
                tokio::time::sleep(AGAIN).await;
                self.dirty.mark_all(failed);
            }
        }
    }

    async fn settle_one(&self, key: &FactKey) -> Result<(), EngineError> {
        let Some(shelf) = self.shelves.get(&key.table) else {
            return Ok(());
        };
        let Ok(here) = shelf.read(&key.key).await else {
            return Ok(());
        };
        let mark = shelf.mark(here.as_ref());
        let revision = {
            let mut inside = self.lock();
            let known = inside.known.get(key).copied().unwrap_or_default();
            if !known.ahead && known.ours == mark {
                return Ok(());
            }
            let revision = known.told.revision();
            let sending = Known {
                sent: Some(mark),
                told: inside.round.told(revision),
                ..known
            };
            inside.known.insert(key.clone(), sending);
            if known.absent { 0 } else { revision }
        };
        let removed = here.is_none() && !leaves_its_name(key.table);
        let value = (!removed).then(|| self.write(here));
        let put = self.directory.put(key, value, revision).await;
        let mut inside = self.lock();
        let known = inside.known.get(key).copied().unwrap_or_default();
        let in_line = |revision| Known {
            told: known.told.at(revision),
            ours: mark,
            removed: mark.is_none(),
            ..Known::default()
        };
        match put {
            Ok(Put::Done(_)) if removed => {
                inside.forget(key.clone());
                Ok(())
            }
            Ok(Put::Done(revision)) if revision > known.told.revision() => {
                inside.know(key.clone(), in_line(revision));
                Ok(())
            }
            Ok(Put::Done(_)) => Ok(()),
            // Theirs comes by the watch, and then it is looked at once more.
            Ok(Put::Changed) => {
                let known = Known {
                    sent: None,
                    ..known
                };
                inside.known.insert(key.clone(), known);
                Ok(())
            }
            Err(EngineError::TooLarge(most)) => {
                tracing::error!(table = ?key.table, key = key.key, most, "this is too large for the swarm; only this instance has it. Make it smaller");
                let absent = known.absent;
                let known = Known {
                    absent,
                    ..in_line(known.told.revision())
                };
                inside.know(key.clone(), known);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes down what came in line since.
    pub(super) async fn save(&self) {
        let (rows, gone): (Vec<InLine>, Vec<FactKey>) = {
            let mut inside = self.lock();
            let unsaved = std::mem::take(&mut inside.unsaved);
            let mut gone = Vec::new();
            let rows = unsaved.into_iter().filter_map(|key| {
                let Some(known) = inside.known.get(&key) else {
                    gone.push(key);
                    return None;
                };
                Some(InLine {
                    key,
                    revision: known.told.revision(),
                    ours: known.ours,
                })
            });
            (rows.collect(), gone)
        };
        if rows.is_empty() && gone.is_empty() {
            return;
        }
        if let Err(error) = self.store.keep_in_line(rows, gone).await {
            tracing::warn!(%error, "what the swarm knows is not kept; after a restart what it knows then counts");
        }
    }

    fn write(&self, here: Option<Bytes>) -> Bytes {
        let raw = here.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let fact = Fact {
            by: self.name.clone(),
            here: raw,
        };
        // A text and a text: it cannot fail to serialise.
        serde_json::to_vec(&fact).unwrap_or_default().into()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an instance makes of its own again at its start, and who has which seat, is taken as it is told once in each life.
fn is_told_each_life(table: Table) -> bool {
    matches!(table, Table::Chart | Table::Approval | Table::Alert)
}

/// What is over by itself may be let go without a trace: nobody can bring it back.
fn leaves_its_name(table: Table) -> bool {
    !matches!(table, Table::Approval | Table::Alert)
}

/// Who wrote it, and what; none: it was removed.
fn read(value: Option<Bytes>) -> Result<(String, Option<Bytes>), serde_json::Error> {
    let Some(value) = value else {
        return Ok((String::new(), None));
    };
    let fact: Fact = serde_json::from_slice(&value)?;
    let by = protocol::limits::cut(&fact.by, 100).replace(protocol::limits::is_deceptive, "");
    let here = fact
        .here
        .map(|raw| Bytes::from(raw.get().as_bytes().to_vec()));
    Ok((by, here))
}
