//! Jobs that nobody has any more: found, put into the queue, and taken. Each instance that lives does both, so they spread.
//! Not here: going on with one ([`super`]).

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{Heir, LATER, Lives, PATIENCE};
use crate::audit::Hasher;
use crate::fleet::heads::Head;
use crate::fleet::records::{self, Unreadable};
use crate::fleet::{Claimed, EngineError, InstanceId, Work};

/// So many instances may have had a job; the next one is not given the chance to fall by it.
const TURNS: u32 = 10;
/// A job of somebody who is still gone is offered again after this long.
const AGAIN: Duration = Duration::from_mins(1);

impl Heir {
    /// Puts jobs of those who are gone into the queue, and takes up what is ours and not here.
    pub(in crate::fleet) async fn look(&self, lives: Lives<'_>) {
        if !self.heads.is_fresh() {
            return;
        }
        let (ours, theirs): (Vec<_>, Vec<_>) = self
            .heads
            .live()
            .into_iter()
            .partition(|(_, head)| head.owner == self.own);
        self.take_up(ours).await;
        let orphans: HashMap<_, _> = theirs
            .into_iter()
            .filter(|(_, head)| !lives(head.owner))
            .map(|(id, head)| ((id, head.turn), head))
            .collect();
        let due: Vec<(Uuid, u32)> = {
            let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
            offered.retain(|key, at| orphans.contains_key(key) && at.elapsed() < AGAIN);
            let due = orphans.keys().filter(|key| !offered.contains_key(*key));
            due.copied().collect()
        };
        self.offer_singles().await;
        for key in due {
            let work = work(Orphan::Job(key.0, key.1));
            if self.engine.queue.put(work).await.is_err() {
                return;
            }
            let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
            offered.insert(key, Instant::now());
        }
    }

    /// An instance is not heard any more.
    pub(in crate::fleet) fn gone(&self, id: InstanceId) {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        gone.insert(id);
    }

    async fn offer_singles(&self) {
        let gone: Vec<InstanceId> = {
            let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
            gone.drain().collect()
        };
        for id in gone {
            let work = work(Orphan::SinglesOf(id));
            if self.engine.queue.put(work).await.is_err() {
                self.gone(id);
            }
        }
    }

    /// A job that became ours and was not taken up: this instance ended in between.
    async fn take_up(&self, ours: Vec<(Uuid, Head)>) {
        if ours.is_empty() {
            return;
        }
        let ids: Vec<Uuid> = ours.iter().map(|(id, _)| *id).collect();
        let unknown = self.handle.look(move |state| {
            let unknown = ids.into_iter().filter(|id| !state.has_had_job(*id));
            unknown.collect::<HashSet<Uuid>>()
        });
        let Ok(unknown) = unknown.await else { return };
        for (_, head) in ours.into_iter().filter(|(id, _)| unknown.contains(id)) {
            if let Err(error) = self.inherit(head).await {
                tracing::warn!(%error, "a job of ours cannot be taken up");
            }
        }
    }

    /// Takes jobs from the queue, one after the other.
    pub(in crate::fleet) async fn take(&self, lives: Lives<'_>) {
        loop {
            match self.engine.queue.take(PATIENCE).await {
                Ok(Some(claimed)) => {
                    if let Err(error) = self.take_one(claimed, lives).await {
                        tracing::warn!(%error, "cannot say what became of a job that waited");
                    }
                }
                Ok(None) => {}
                Err(_) => tokio::time::sleep(LATER).await,
            }
        }
    }

    async fn take_one(
        &self,
        mut claimed: Box<dyn Claimed>,
        lives: Lives<'_>,
    ) -> Result<(), EngineError> {
        let orphan = serde_json::from_slice::<Orphan>(&claimed.work().message);
        if !self.heads.is_fresh() {
            return claimed.retry(LATER).await;
        }
        let id = match orphan {
            Ok(Orphan::Job(id, _)) => id,
            Ok(Orphan::SinglesOf(instance)) if lives(instance) => return claimed.done().await,
            Ok(Orphan::SinglesOf(instance)) => {
                self.inherit_singles(instance).await?;
                return claimed.done().await;
            }
            Err(error) => return claimed.bury(format!("this is no job: {error}")).await,
        };
        let Some(mut head) = self.heads.get(id).filter(|head| !head.info.state.is_over()) else {
            return claimed.done().await;
        };
        if head.owner == self.own || lives(head.owner) {
            return claimed.done().await;
        }
        if head.turn >= TURNS {
            let why =
                format!("{TURNS} instances had this job and went; it is not given to another");
            return claimed.bury(why).await;
        }
        let from = std::mem::replace(&mut head.owner, self.own);
        head.turn += 1;
        match self.heads.put(&*self.engine.directory, head.clone()).await {
            Ok(true) => {}
            Ok(false) => return claimed.done().await,
            Err(_) => return claimed.retry(LATER).await,
        }
        claimed.working().await?;
        match self.inherit(head).await {
            Ok(()) => {
                tracing::info!(job = %id, from = %from.0, "goes on with a job of an instance that is gone");
                claimed.done().await
            }
            // It is ours now, and taken up as soon as it can be.
            Err(Unreadable::Engine(_)) => claimed.done().await,
            Err(error) => claimed.bury(error.to_string()).await,
        }
    }

    async fn inherit_singles(&self, of: InstanceId) -> Result<(), EngineError> {
        let singles = records::singles(&*self.engine.ledger, of).await?;
        if singles.is_empty() {
            return Ok(());
        }
        tracing::info!(from = %of.0, count = singles.len(), "takes over executions of an instance that is gone");
        let ids: Vec<Uuid> = singles.iter().map(|one| one.id).collect();
        let known = singles.clone();
        self.change(move |state, now| state.inherit_singles(singles, now))
            .await;
        self.take_over(known).await;
        for id in ids {
            self.engine.ledger.forget(of.0, id).await?;
        }
        Ok(())
    }
}

/// What waits in the queue.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Orphan {
    /// A job, in one of its turns.
    Job(Uuid, u32),
    /// What this instance had under way that is of no job.
    SinglesOf(InstanceId),
}

/// The same from everybody who sees it, once a minute.
fn work(orphan: Orphan) -> Work {
    // Plain data: it cannot fail to serialise.
    let message = serde_json::to_vec(&orphan).unwrap_or_default();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let minute = since.map_or(0, |since| since.as_secs() / AGAIN.as_secs());
    let mut hash = Hasher::new(b"nexus orphan v1\0");
    hash.part(&message);
    hash.fixed(&minute.to_be_bytes());
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash.end().0;
    Work {
        id: Uuid::new_v8(half),
        message: message.into(),
    }
}
