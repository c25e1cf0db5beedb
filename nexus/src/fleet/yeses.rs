//! Approvals, used once by all instances: before one is used, or is said no to, that stands in the directory as a fact of its own,
//! which only one instance can write. While the engine is away nobody can tell whether a yes was used elsewhere, so it is not used,
//! and nothing is decided. What was held and not used is given back.
//!
//! Not here: what an approval is good for, and who may decide, see [`crate::approval`] and [`crate::state`].

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::round::{Round, Told};
use super::{Directory, EngineError, FactKey, InstanceId, Put, Table};
use crate::hub::Handle;

const KEY: &str = "end:";
/// By then every approval is over, wherever clocks are.
const OVER: Duration = Duration::from_hours(26);
/// Old ones that are let go at once.
const SWEPT: usize = 100;

/// Who ended an approval. Why stands in the approval itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    by: InstanceId,
    /// Of that instance.
    life: Uuid,
}

/// See the module.
pub(crate) struct Yeses {
    end: End,
    directory: Arc<dyn Directory>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    known: HashMap<Uuid, Known>,
    /// Being used or denied here.
    in_hand: HashSet<Uuid>,
    round: Round,
}

struct Known {
    told: Told,
    /// Ours, and nobody has looked yet what became of it.
    open: bool,
}

/// An approval that nobody else can use. Dropped without a word, it is given back soon, unless it was used.
pub(crate) struct Held {
    yeses: Arc<Yeses>,
    id: Uuid,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.yeses.lock().in_hand.remove(&self.id);
    }
}

impl Held {
    /// It was not used: somebody else may.
    pub(crate) async fn give_back(self) {
        let yeses = Arc::clone(&self.yeses);
        yeses.remove(self.id).await;
    }
}

impl Yeses {
    pub(crate) fn new(own: InstanceId, directory: Arc<dyn Directory>) -> Arc<Self> {
        Arc::new(Self {
            end: End {
                by: own,
                life: Uuid::new_v4(),
            },
            directory,
            inside: Mutex::default(),
        })
    }

    /// Whether anybody here can tell how approvals stand.
    pub(crate) fn may_tell(&self) -> Result<(), EngineError> {
        self.lock().round.check()
    }

    /// Holds an approval, so that only this instance can use it or say no to it. None: another one does, or did.
    pub(crate) async fn hold(self: &Arc<Self>, id: Uuid) -> Result<Option<Held>, EngineError> {
        self.may_tell()?;
        let held = {
            let mut inside = self.lock();
            if inside.known.contains_key(&id) || !inside.in_hand.insert(id) {
                return Ok(None);
            }
            Held {
                yeses: Arc::clone(self),
                id,
            }
        };
        // Two ids: it cannot fail to serialise.
        let value: Bytes = serde_json::to_vec(&self.end).unwrap_or_default().into();
        Ok(match self.directory.put(&key(id), Some(value), 0).await? {
            Put::Done(revision) => {
                self.know(id, revision, true);
                Some(held)
            }
            Put::Changed => None,
        })
    }

    async fn remove(&self, id: Uuid) {
        let told = self.lock().known.get(&id).map(|known| known.told);
        let Some(told) = told else {
            return;
        };
        match self.directory.put(&key(id), None, told.revision()).await {
            Ok(Put::Done(_)) => drop(self.lock().known.remove(&id)),
            // The directory tells how it stands by now.
            Ok(Put::Changed) => {}
            Err(error) => tracing::debug!(%error, approval = %id, "it is given back later"),
        }
    }

    fn know(&self, id: Uuid, revision: u64, open: bool) {
        let mut inside = self.lock();
        let told = inside.round.told(revision);
        inside.known.insert(id, Known { told, open });
    }

    /// Whether this key is about the end of an approval, and of which.
    pub(super) fn is_about(key: &FactKey) -> Option<Uuid> {
        let id = key.key.strip_prefix(KEY)?;
        let id = Uuid::try_parse(id).ok()?;
        (key.table == Table::Approval).then_some(id)
    }

    /// The directory tells of an end.
    pub(super) fn told(&self, id: Uuid, value: Option<Bytes>, revision: u64) {
        match value {
            Some(value) => {
                // What another version wrote is not ours.
                let end = serde_json::from_slice::<End>(&value);
                self.know(id, revision, end.is_ok_and(|end| end == self.end));
            }
            None => drop(self.lock().known.remove(&id)),
        }
    }

    /// Gives back what was held and not used after all, e.g. because whoever asked hung up, or an answer was lost.
    pub(super) async fn tend(&self, handle: &Handle) {
        let left: Vec<Uuid> = {
            let inside = self.lock();
            let known = inside.known.iter().filter(|_| inside.round.is_current());
            let left = known.filter(|(id, known)| known.open && !inside.in_hand.contains(id));
            left.map(|(id, _)| *id).collect()
        };
        for id in left {
            let unused = handle.act(move |state, _| state.let_go_of_approval(id));
            match unused.await {
                // Nobody holds it while it is known, so nobody has it by now.
                Ok(true) => self.remove(id).await,
                Ok(false) => {
                    if let Some(known) = self.lock().known.get_mut(&id) {
                        known.open = false;
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// Ends of approvals that are too old for anything need not be known.
    pub(super) async fn sweep(&self) {
        let now = SystemTime::now();
        let old: Vec<Uuid> = {
            let inside = self.lock();
            let known = inside.known.keys().filter(|_| inside.round.is_current());
            let old = known.filter(|id| is_old(**id, now));
            old.take(SWEPT).copied().collect()
        };
        for id in old {
            self.remove(id).await;
        }
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything.
    pub(super) fn up_to_date(&self) {
        let inside = &mut *self.lock();
        let round = &mut inside.round;
        round.up_to_date();
        inside.known.retain(|_, known| known.told.is_of(round));
    }

    /// It tells nothing any more.
    pub(super) fn lost(&self) {
        self.lock().round.lost();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of an approval says when it was made; one that does not is nobody's.
fn is_old(id: Uuid, now: SystemTime) -> bool {
    let made = id.get_timestamp().map(|at| {
        let (seconds, _) = at.to_unix();
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    });
    let age = made.flatten().map(|made| now.duration_since(made));
    age.is_none_or(|age| age.is_ok_and(|age| age > OVER))
}

fn key(id: Uuid) -> FactKey {
    FactKey {
        table: Table::Approval,
        key: format!("{KEY}{id}"),
    }
}
