//! Whose each job is, and how it stands: one fact for each, so all instances know the same, and only one of them can take a job
//! over from an instance that is gone.
//! Not here: what a job consists of ([`super::records`]), and when it changes hands ([`super::heir`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::round::{Round, Stamp, Told};
use super::{Directory, EngineError, FactKey, InstanceId, Put, Table};
use crate::job::JobInfo;

/// What could not be told again is tried again after this long.
const AGAIN: Duration = Duration::from_secs(10);
/// Jobs of one instance that are over and that the others still know of.
const OVER: usize = 100;

/// What the directory holds of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Whose it is.
    pub(super) owner: InstanceId,
    /// How often it changed hands.
    pub(super) turn: u32,
    /// Of how many parts its body in the ledger is.
    pub(super) parts: u32,
    /// As it stood when it was written.
    pub(super) info: JobInfo,
}

impl Head {
    /// None: another version wrote it, which may know what to do.
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        serde_json::from_slice(value)
            .inspect_err(|error| tracing::warn!(%error, "cannot read whose a job is"))
            .ok()
    }

    fn bytes(&self) -> Bytes {
        // A struct of strings and numbers: it cannot fail to serialise.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Heads {
    inside: Mutex<Inside>,
    /// Nothing is missing, as far as anybody here knows.
    fresh: AtomicBool,
    /// The engine lost what it knew, and others may not have told it yet what is theirs.
    settling: AtomicBool,
    /// Somebody lets go of old ones at this moment.
    trimming: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Inside {
    known: HashMap<Uuid, Known>,
    round: Round,
}

struct Known {
    /// With revision 0: the directory does not have it (any more).
    told: Told,
    head: Head,
    /// It is ours, and the engine lost it, or may have lost what belongs to it.
    untold: bool,
    /// When telling it again was begun.
    asked: Option<Instant>,
}

impl Inside {
    fn know(&mut self, id: Uuid, revision: u64, head: Option<Head>) {
        let before = self.known.remove(&id);
        let Some(head) = head else { return };
        let untold = before.is_some_and(|one| one.untold && one.head.owner == head.owner);
        let known = Known {
            told: self.round.told(revision),
            head,
            untold,
            asked: None,
        };
        self.known.insert(id, known);
    }
}

impl Heads {
    /// The directory tells of a job. True when that is news.
    pub(super) fn told(
        &self,
        id: Uuid,
        revision: u64,
        head: Option<Head>,
        own: InstanceId,
    ) -> bool {
        let inside = &mut *self.lock();
        if let Some(known) = inside.known.get_mut(&id) {
            if !inside.round.is_news(&mut known.told, revision) {
                return false;
            }
            // Whoever had it before us told it to an engine that had lost that it moved on.
            let ours = known.head.owner == own;
            let before = |head: &Head| head.owner != own && head.turn < known.head.turn;
            if ours && head.as_ref().is_some_and(before) {
                (known.told, known.untold) = (inside.round.told(revision), true);
                return false;
            }
        }
        inside.know(id, revision, head);
        true
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything: what it did not tell is not there any more. Ours is to be told again, also when only what belongs
    /// to it may be `lost`; of others it is forgotten, and which that is.
    pub(super) fn up_to_date(&self, own: InstanceId, lost: bool) -> Vec<Uuid> {
        let inside = &mut *self.lock();
        let round = &mut inside.round;
        round.up_to_date();
        let known = inside.known.values_mut();
        for known in known.filter(|one| one.head.owner == own) {
            let missing = !known.told.is_of(round);
            known.untold |= missing || lost;
            if missing {
                known.told = round.told(0);
            }
        }
        let gone = inside.known.extract_if(|_, one| !one.told.is_of(round));
        gone.map(|(id, _)| id).collect()
    }

    /// Jobs that are to be told again, and are not being told.
    pub(super) fn untold(&self) -> Vec<(Uuid, Head)> {
        let mut inside = self.lock();
        let due = |known: &Known| known.asked.is_none_or(|at| at.elapsed() >= AGAIN);
        let mut untold = Vec::new();
        for (id, known) in &mut inside.known {
            if known.untold && due(known) {
                known.asked = Some(Instant::now());
                untold.push((*id, known.head.clone()));
            }
        }
        untold
    }

    /// Everything of a job was told again.
    pub(super) fn is_told(&self, id: Uuid) {
        if let Some(known) = self.lock().known.get_mut(&id) {
            known.untold = false;
        }
    }

    /// It could not be told how a job of ours stands.
    pub(super) fn is_not_told(&self, head: Head) {
        let id = head.info.id;
        let mut inside = self.lock();
        if let Some(known) = inside.known.get_mut(&id)
            && known.head.owner == head.owner
            && known.head.turn == head.turn
        {
            (known.head, known.untold) = (head, true);
        }
    }

    /// Whether the swarm has all that belongs to a job.
    pub(super) fn is_kept(&self, id: Uuid) -> bool {
        let inside = self.lock();
        inside.known.get(&id).is_some_and(|known| !known.untold)
    }

    /// In which round the directory is.
    pub(super) fn round(&self) -> Stamp {
        self.lock().round.stamp()
    }

    /// Everything was told long enough ago, if it is still this round.
    pub(super) fn settled(&self, round: Stamp) {
        if self.round() == round {
            self.set_settling(false);
            self.set_fresh(true);
        }
    }

    /// Everything was told; or something may be missing from now on.
    pub(super) fn set_fresh(&self, fresh: bool) {
        self.fresh.store(fresh, Ordering::Release);
    }

    /// The engine lost what it knew; or everybody has told it again.
    pub(super) fn set_settling(&self, settling: bool) {
        self.settling.store(settling, Ordering::Release);
    }

    /// Whether somebody may still have to tell that a job of ours moved on.
    pub(super) fn is_settling(&self) -> bool {
        self.settling.load(Ordering::Acquire)
    }

    /// Whether who owned a job a moment ago can be relied on.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Acquire)
    }

    /// One job.
    pub(super) fn get(&self, id: Uuid) -> Option<Head> {
        self.lock().known.get(&id).map(|known| known.head.clone())
    }

    /// All jobs that are not over.
    pub(super) fn live(&self) -> Vec<(Uuid, Head)> {
        let inside = self.lock();
        let known = inside.known.iter();
        let live = known.filter(|(_, known)| !known.head.info.state.is_over());
        live.map(|(id, known)| (*id, known.head.clone())).collect()
    }

    /// Writes it over what is known here. False: somebody else wrote in the meantime; theirs is on its way.
    pub(super) async fn put(
        &self,
        directory: &dyn Directory,
        head: Head,
    ) -> Result<bool, EngineError> {
        let id = head.info.id;
        let seen = self.revision(id).unwrap_or(0);
        let put = directory.put(&key(id), Some(head.bytes()), seen).await?;
        match put {
            Put::Done(revision) => {
                self.wrote(id, revision, Some(head));
                Ok(true)
            }
            Put::Changed => Ok(false),
        }
    }

    /// Lets go of the oldest ones of this instance that are over.
    pub(super) async fn trim(
        &self,
        directory: &dyn Directory,
        own: InstanceId,
    ) -> Result<(), EngineError> {
        // Many jobs end at once, and all would remove the same ones.
        let Ok(_one) = self.trimming.try_lock() else {
            return Ok(());
        };
        for id in self.too_old(own) {
            self.remove(directory, id).await?;
        }
        Ok(())
    }

    /// As if it had never been.
    pub(super) async fn remove(
        &self,
        directory: &dyn Directory,
        id: Uuid,
    ) -> Result<(), EngineError> {
        let Some(seen) = self.revision(id) else {
            return Ok(());
        };
        if let Put::Done(revision) = directory.put(&key(id), None, seen).await? {
            self.wrote(id, revision, None);
        }
        Ok(())
    }

    fn revision(&self, id: Uuid) -> Option<u64> {
        let inside = self.lock();
        inside.known.get(&id).map(|known| known.told.revision())
    }

    fn wrote(&self, id: Uuid, revision: u64, head: Option<Head>) {
        let inside = &mut *self.lock();
        let known = inside.known.get_mut(&id);
        if known.is_none_or(|known| inside.round.is_news(&mut known.told, revision)) {
            inside.know(id, revision, head);
        }
    }

    fn too_old(&self, own: InstanceId) -> Vec<Uuid> {
        let inside = self.lock();
        let known = inside.known.iter().map(|(id, known)| (id, &known.head));
        let mut over: Vec<(Option<SystemTime>, Uuid)> = known
            .filter(|(_, head)| head.owner == own && head.info.state.is_over())
            .map(|(id, head)| (head.info.finished_at, *id))
            .collect();
        let excess = over.len().saturating_sub(OVER);
        over.sort_unstable();
        over.into_iter().take(excess).map(|(_, id)| id).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(id: Uuid) -> FactKey {
    FactKey {
        table: Table::Job,
        key: id.to_string(),
    }
}
