//! Whose each job is, and how it stands: one fact for each, so all instances know the same, and only one of them can take a job
//! over from an instance that is gone.
//! Not here: what a job consists of ([`super::records`]), and when it changes hands ([`super::heir`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Directory, EngineError, FactKey, InstanceId, Put, Table};
use crate::job::JobInfo;

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
    known: Mutex<HashMap<Uuid, (u64, Head)>>,
    /// Nothing is missing, as far as anybody here knows.
    fresh: AtomicBool,
}

impl Heads {
    /// The directory tells of a job. True when that is news.
    pub(super) fn told(&self, id: Uuid, revision: u64, head: Option<Head>) -> bool {
        let mut known = self.lock();
        if known.get(&id).is_some_and(|(seen, _)| *seen >= revision) {
            return false;
        }
        match head {
            Some(head) => drop(known.insert(id, (revision, head))),
            None => drop(known.remove(&id)),
        }
        true
    }

    /// Everything was told; or something may be missing from now on.
    pub(super) fn set_fresh(&self, fresh: bool) {
        self.fresh.store(fresh, Ordering::Release);
    }

    /// Whether who owned a job a moment ago can be relied on.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Acquire)
    }

    /// One job.
    pub(super) fn get(&self, id: Uuid) -> Option<Head> {
        self.lock().get(&id).map(|(_, head)| head.clone())
    }

    /// All jobs that are not over.
    pub(super) fn live(&self) -> Vec<(Uuid, Head)> {
        let known = self.lock();
        let live = known
            .iter()
            .filter(|(_, (_, head))| !head.info.state.is_over());
        live.map(|(id, (_, head))| (*id, head.clone())).collect()
    }

    /// Writes it over what is known here. False: somebody else wrote in the meantime; theirs is on its way.
    pub(super) async fn put(
        &self,
        directory: &dyn Directory,
        head: Head,
    ) -> Result<bool, EngineError> {
        let id = head.info.id;
        let seen = self.lock().get(&id).map_or(0, |(revision, _)| *revision);
        let put = directory.put(&key(id), Some(head.bytes()), seen).await?;
        match put {
            Put::Done(revision) => {
                self.told(id, revision, Some(head));
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
        let seen = self.lock().get(&id).map_or(0, |(revision, _)| *revision);
        if let Put::Done(revision) = directory.put(&key(id), None, seen).await? {
            self.told(id, revision, None);
        }
        Ok(())
    }

    fn too_old(&self, own: InstanceId) -> Vec<Uuid> {
        let known = self.lock();
        let mut over: Vec<(Option<SystemTime>, Uuid)> = known
            .iter()
            .filter(|(_, (_, head))| head.owner == own && head.info.state.is_over())
            .map(|(id, (_, head))| (head.info.finished_at, *id))
            .collect();
        let excess = over.len().saturating_sub(OVER);
        over.sort_unstable();
        over.into_iter().take(excess).map(|(_, id)| id).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, (u64, Head)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(id: Uuid) -> FactKey {
    FactKey {
        table: Table::Job,
        key: id.to_string(),
    }
}
