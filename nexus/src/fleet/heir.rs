//! Jobs of instances that are gone: they wait in the queue until somebody takes each of them over. And the other way round: what
//! went over to another instance while this one was not heard is let go of here, and told there.
//!
//! A job is whoever's its head says ([`super::heads`]), which only one instance can change at a time. What was begun is not begun
//! again: its record is in the ledger, and its spore brings it to the new owner.
//! Not here: finding and taking such jobs ([`orphans`]), and how a job goes on ([`crate::state`]).

mod again;
mod orphans;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::far::Far;
use super::heads::{Head, Heads};
use super::keeper::Teller;
use super::message::{Letter, Reply, Says};
use super::records::{self, Unreadable};
use super::relay::Relay;
use super::{Engine, InstanceId, Ledger};
use crate::hub::{Handle, Input};
use crate::job::JobInfo;
use crate::model::{ExecutionInfo, ExecutionState, Now, SessionId};
use crate::state::{State, StoredJob};
use crate::store::{Store, Write};

/// How long to wait for the next job of somebody who is gone, and for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// What does not work now is tried again after this long.
const LATER: Duration = Duration::from_secs(3);
/// How often the new owner is told of what ended here.
const TRIES: u32 = 100;

/// See the module.
pub(super) struct Heir {
    pub(super) own: InstanceId,
    pub(super) engine: Engine,
    pub(super) heads: Arc<Heads>,
    pub(super) handle: Handle,
    pub(super) far: Arc<Far>,
    pub(super) relay: Arc<Relay>,
    pub(super) tasks: TaskTracker,
    pub(super) teller: Teller,
    /// What the last life of this instance had.
    pub(super) left: Mutex<Vec<StoredJob>>,
    pub(super) offered: Mutex<HashMap<(Uuid, u32), Instant>>,
    /// Instances that went, whose executions of no job nobody was offered yet.
    pub(super) gone: Mutex<HashSet<InstanceId>>,
}

/// Whether an instance is heard.
pub(super) type Lives<'a> = &'a (dyn Fn(InstanceId) -> bool + Send + Sync);

impl Heir {
    /// The directory tells of a job.
    pub(super) async fn told(&self, id: Uuid, revision: u64, head: Option<Head>) {
        if !self.heads.told(id, revision, head.clone(), self.own) {
            return;
        }
        match head {
            Some(head) if head.owner == self.own => {}
            Some(Head { owner, info, .. }) => {
                self.let_go(id, owner).await;
                self.change(move |state, now| state.know_job(info, now))
                    .await;
            }
            None => {
                self.change(move |state, _| state.forget_job_afar(id)).await;
            }
        }
    }

    /// Another instance tells how its jobs stand. What is not its own by the directory is not believed.
    pub(super) async fn hear(&self, from: InstanceId, jobs: Vec<JobInfo>) {
        let theirs = |job: &JobInfo| {
            let head = self.heads.get(job.id);
            head.is_some_and(|head| head.owner == from && !head.info.state.is_over())
        };
        let jobs: Vec<_> = jobs.into_iter().filter(theirs).collect();
        let know = move |state: &mut State, now| {
            for job in jobs {
                state.know_job(job, now);
            }
        };
        self.change(know).await;
    }

    /// All that is known has been told: what the last life had goes on, as far as it is still ours. An engine that `lost` what it
    /// knew is told again first, by all who live; until then nobody begins anything.
    pub(super) async fn begin(&self, lost: bool) {
        for id in self.heads.up_to_date(self.own, lost) {
            self.change(move |state, _| state.forget_job_afar(id)).await;
        }
        let left = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        for stored in left {
            let id = stored.info.id;
            match self.heads.get(id) {
                Some(head) if head.owner != self.own => {
                    self.handle.store().write(Write::ForgetJob(id));
                    tracing::info!(job = %id, by = %head.owner.0, "another instance went on with it");
                }
                Some(_) => self.go_on(stored).await,
                None => self.bring_in(stored).await,
            }
        }
        self.heads.set_settling(lost);
        if lost {
            self.tell_singles();
            let (heads, round) = (Arc::clone(&self.heads), self.heads.round());
            self.tasks.spawn(async move {
                tokio::time::sleep(again::SETTLED).await;
                heads.settled(round);
            });
        } else {
            self.heads.set_fresh(true);
        }
    }

    async fn go_on(&self, stored: StoredJob) {
        let id = stored.info.id;
        let going = self
            .change(move |state, now| state.go_on(stored, now))
            .await;
        if let Some(Err(error)) = going {
            tracing::error!(job = %id, %error, "a job cannot be read any more; it does not go on");
        }
    }

    /// A job from before there were several instances.
    async fn bring_in(&self, stored: StoredJob) {
        let body = serde_json::to_string(&stored.record).unwrap_or_default();
        let ledger = &*self.engine.ledger;
        let kept = async {
            let parts = records::keep_body(ledger, stored.info.id, &body).await?;
            for one in &stored.attempts {
                records::keep_attempt(ledger, stored.info.id, self.own, one).await?;
            }
            let head = Head {
                owner: self.own,
                turn: 0,
                parts,
                info: stored.info.clone(),
            };
            self.heads.put(&*self.engine.directory, head).await
        };
        match kept.await {
            Ok(_) => self.go_on(stored).await,
            Err(error) => {
                tracing::warn!(job = %stored.info.id, %error, "a job cannot be told to the swarm yet; it waits");
                self.left
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(stored);
            }
        }
    }

    /// Goes on with a job out of the ledger.
    async fn inherit(&self, head: Head) -> Result<(), Unreadable> {
        let stored = records::read(&*self.engine.ledger, head.info, head.parts).await?;
        let known: Vec<ExecutionInfo> = stored.attempts.clone();
        let going = self
            .change(move |state, now| state.inherit(stored, now))
            .await;
        if let Some(Err(error)) = going {
            tracing::error!(%error, "a job cannot be read any more; it does not go on");
        }
        self.take_over(known).await;
        Ok(())
    }

    /// Spores bring what they have, and outputs come to this disk.
    async fn take_over(&self, attempts: Vec<ExecutionInfo>) {
        let out: Vec<&ExecutionInfo> = attempts.iter().filter(|one| !one.state.is_over()).collect();
        let ids: Vec<Uuid> = out.iter().map(|one| one.id).collect();
        self.relay.bring(&ids);
        for node in out.iter().map(|one| &one.node_id).collect::<HashSet<_>>() {
            self.far.again(node).await;
        }
        let (ledger, store) = (self.engine.ledger.clone(), self.handle.store().clone());
        self.tasks.spawn(async move {
            for one in attempts {
                if let Err(error) = copy_output(&*ledger, &store, one.id).await {
                    tracing::warn!(%error, execution = %one.id, "cannot copy what it wrote before");
                }
            }
        });
    }

    /// Another instance has this job now.
    async fn let_go(&self, id: Uuid, owner: InstanceId) {
        let going = self.change(move |state, now| {
            let lives = state.job(id).is_some_and(|job| !job.state.is_over());
            lives.then(|| {
                let attempts = state.let_job_go(id, now);
                let out = attempts.iter().filter(|one| !one.state.is_over());
                let sessions: HashSet<SessionId> = out
                    .filter_map(|one| state.node(&one.node_id)?.session)
                    .collect();
                (attempts, sessions)
            })
        });
        let Some(Some((attempts, sessions))) = going.await else {
            return;
        };
        tracing::warn!(job = %id, by = %owner.0, "another instance went on with a job of ours while we were not heard");
        for session in sessions {
            self.relay.come_again(session);
        }
        let (own, bus, ledger) = (
            self.own,
            self.engine.bus.clone(),
            self.engine.ledger.clone(),
        );
        self.tasks.spawn(async move {
            // Outputs went there as they came; what ended and could not be told is told now.
            let known = |one: &&ExecutionInfo| {
                one.state.is_over() && one.state != ExecutionState::Unknown
            };
            for one in attempts.iter().filter(known) {
                if let Err(error) = records::keep_attempt(&*ledger, id, own, one).await {
                    tracing::warn!(%error, execution = %one.id, "cannot tell the swarm how it ended");
                }
            }
            let says = Says::Look { job: id };
            let letter = Letter { from: own, says };
            for _ in 0..TRIES {
                let answer = bus.request(owner, letter.bytes(), PATIENCE).await;
                let reply = answer.ok().and_then(|one| serde_json::from_slice(&one).ok());
                if reply == Some(Reply::Done) {
                    return;
                }
                tokio::time::sleep(LATER).await;
            }
        });
    }

    /// Another instance has told the ledger how executions of a job ended that is ours now.
    pub(super) async fn look_again(&self, job: Uuid) -> bool {
        let Some(head) = self.heads.get(job).filter(|head| head.owner == self.own) else {
            return false;
        };
        let Ok(stored) = records::read(&*self.engine.ledger, head.info, head.parts).await else {
            return false;
        };
        let attempts = stored.attempts.clone();
        self.change(move |state, now| state.learn_attempts(attempts, now))
            .await;
        self.take_over(stored.attempts).await;
        true
    }

    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut State, Now) -> T + Send + 'static,
    ) -> Option<T> {
        let (done, changed) = tokio::sync::oneshot::channel();
        let change = Input::Change(Box::new(move |state, now| {
            drop(done.send(change(state, now)))
        }));
        self.handle.inbox.send(change).await.ok()?;
        changed.await.ok()
    }
}

async fn copy_output(
    ledger: &dyn Ledger,
    store: &Store,
    execution: Uuid,
) -> Result<(), super::EngineError> {
    let mut from = 0;
    loop {
        let chunks = records::output(ledger, execution, from).await?;
        let Some(last) = chunks.last() else {
            return Ok(());
        };
        from = last.seq + 1;
        for chunk in chunks {
            store.write(Write::Output(Arc::new(chunk), None));
        }
    }
}
