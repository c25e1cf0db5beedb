//! What everybody else holds of the hub: a sender. Cheap to clone. Not here: who may ask.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, oneshot};
use uuid::Uuid;

use super::Input;
use crate::access::Caller;
use crate::audit::{AuditLog, Deed, Unrecorded};
use crate::fleet::{Others, Yeses};
use crate::job::NewJob;
use crate::joining::JoiningError;
use crate::model::{Chunk, Event, ExecutionInfo, NodeInfo, Now, Snapshot};
use crate::state::{
    Answer, CancelError, Execution, Fanout, State, Submission, SubmitError, Submitted,
};
use crate::store::{Store, StoreError};
use crate::webhook::Webhook;

/// Longest wait for the hub itself; it answers in microseconds unless the machine is dying.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why an execution was not accepted. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Acceptance {
    /// The swarm cannot take it.
    #[error(transparent)]
    Refused(#[from] SubmitError),
    /// It could not be kept on disk. It may run; its history is not safe.
    #[error("the store cannot keep it: {0}")]
    NotKept(String),
    /// The swarm that this instance belongs to does not take it on from here now.
    #[error("{0}")]
    Declined(String),
    /// The Nexus is on its way out.
    #[error("the Nexus is stopping")]
    Stopping,
    /// Nothing is done of which nothing is known afterwards.
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
}

impl Acceptance {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code(),
            Self::NotKept(_) => "not_kept",
            Self::Declined(_) => "declined",
            Self::Stopping => "stopping",
            Self::Unrecorded(_) => "unrecorded",
        }
    }
}

/// See the module.
#[derive(Clone)]
pub struct Handle {
    pub(crate) inbox: mpsc::Sender<Input>,
    pub(crate) store: Store,
    pub(crate) audit: AuditLog,
    /// Wakes the clock when a schedule changes.
    pub(crate) clock: Arc<Notify>,
    pub(crate) webhook: Webhook,
    /// Only when other instances share the swarm.
    pub(crate) others: Option<Others>,
    /// Only then, too.
    pub(crate) yeses: Option<Arc<Yeses>>,
}

impl Handle {
    /// Everything now, and everything from now on. A receiver that lags must subscribe again.
    pub async fn subscribe(&self) -> Result<(Snapshot, broadcast::Receiver<Event>), Acceptance> {
        self.ask(Input::Subscribe).await
    }

    /// Runs something and waits for its end, or for the caller's time to be up.
    pub async fn run(&self, submission: Submission) -> Result<Answer, Acceptance> {
        self.before_placing(&submission).await;
        let (by, approval) = (submission.caller.clone(), submission.approval);
        let running = async {
            let (answer, result) = oneshot::channel();
            self.inbox
                .send(Input::Run(Box::new(submission), answer))
                .await
                .map_err(|_| Acceptance::Stopping)?;
            Ok(result.await.map_err(|_| Acceptance::Stopping)??)
        };
        self.by_approval(approval, &by, running).await
    }

    /// Takes something on; returns when it is on disk.
    pub async fn submit(&self, submission: Submission) -> Result<(), Acceptance> {
        self.before_placing(&submission).await;
        let (by, approval) = (submission.caller.clone(), submission.approval);
        let asking = async {
            self.ask(|accepted| Input::Submit(Box::new(submission), accepted))
                .await?
        };
        self.by_approval(approval, &by, asking).await
    }

    /// Takes the same on for several nodes: for all, or, if one of them cannot, for none. Returns when all are on disk; for
    /// each execution, in order, why it is not.
    pub async fn submit_all(
        &self,
        fanout: Fanout,
    ) -> Result<Vec<Result<(), Acceptance>>, Acceptance> {
        let (by, approval) = (fanout.caller.clone(), fanout.approval);
        let asking = async {
            let asked = self.ask(|accepted| Input::SubmitAll(Box::new(fanout), accepted));
            asked.await?.map_err(Acceptance::Refused)
        };
        let all = self.by_approval(approval, &by, asking).await?;
        let mut outcomes = Vec::with_capacity(all.len());
        for told in all {
            outcomes.push(told.await.unwrap_or(Err(Acceptance::Stopping)));
        }
        Ok(outcomes)
    }

    /// Takes a job on; returns when it is on disk, or at once when it is known already.
    pub async fn submit_job(&self, new: NewJob) -> Result<Submitted, Acceptance> {
        self.before_choosing(&new).await;
        let (call, asker) = (new.call_sha256(), new.caller.principal.id.clone());
        let (by, approval) = (new.caller.clone(), new.approval);
        let asking = async {
            let asked = self.ask(|taken| Input::SubmitJob(Box::new(new), taken));
            asked.await?.map_err(Acceptance::Refused)
        };
        let (submitted, told) = match self.by_approval(approval, &by, asking).await {
            Err(Acceptance::Refused(SubmitError::KnownJob(id))) => {
                return self.known_job(id, call, &asker).await;
            }
            taken => taken?,
        };
        if let Some(told) = told {
            told.await.unwrap_or(Err(Acceptance::Stopping))?;
        }
        Ok(submitted)
    }

    /// Stops something that is here; the proof comes as an event.
    pub(super) async fn own_cancel(
        &self,
        id: Uuid,
        caller: &Caller,
    ) -> Result<Result<(), CancelError>, Acceptance> {
        self.ask(|done| Input::Cancel(id, caller.clone(), done))
            .await
    }

    /// All nodes in order of registration.
    pub async fn nodes(&self) -> Result<Vec<NodeInfo>, Acceptance> {
        self.look(|state| state.nodes().map(crate::state::Node::info).collect())
            .await
    }

    /// One node.
    pub async fn node(&self, id: &str) -> Result<Option<NodeInfo>, Acceptance> {
        let id = id.to_owned();
        self.look(move |state| state.node(&id).map(crate::state::Node::info))
            .await
    }

    /// One of this instance's executions, under way or long over.
    pub(super) async fn own_execution(
        &self,
        id: Uuid,
    ) -> Result<Option<ExecutionInfo>, StoreError> {
        let live = self
            .look(move |state| state.execution(id).map(Execution::info))
            .await
            .ok()
            .flatten();
        match live {
            Some(info) => Ok(Some(info)),
            None => self.store.execution(id).await,
        }
    }

    /// The newest executions of this instance, newest first.
    pub(super) async fn own_executions(
        &self,
        node: Option<String>,
        limit: u32,
    ) -> Result<Vec<ExecutionInfo>, StoreError> {
        self.store.executions(node, limit).await
    }

    /// Output from a number on, at most about `bytes` bytes: from the disk, then what is not there yet.
    pub(super) async fn own_output(
        &self,
        id: Uuid,
        from: u64,
        bytes: usize,
    ) -> Result<Vec<Chunk>, StoreError> {
        let recent = self.look(move |state| {
            state.execution(id).map(|execution| {
                execution
                    .output
                    .chunks
                    .iter()
                    .cloned()
                    .collect::<Vec<Arc<Chunk>>>()
            })
        });
        let recent = recent.await.ok().flatten().unwrap_or_default();
        let mut chunks = self.store.output(id, from, bytes).await?;
        let mut next = chunks.last().map_or(from, |chunk| chunk.seq + 1);
        let reached: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        if reached >= bytes {
            return Ok(chunks);
        }
        // A page ends before the chunk that does not fit any more; what is in memory may begin far behind that.
        let is_all = chunks.is_empty() || bytes - reached >= protocol::limits::OUTPUT_CHUNK;
        for chunk in recent.iter().filter(|chunk| chunk.seq >= from) {
            if chunk.seq < next {
                continue;
            }
            if chunk.seq > next && !is_all {
                break;
            }
            next = chunk.seq + 1;
            chunks.push(Chunk::clone(chunk));
        }
        Ok(chunks)
    }

    /// Whether the store keeps what it is given.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Reads the state between two inputs. `look` must be quick: everybody waits for it.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Acceptance> {
        self.ask(|seen| Input::Look(Box::new(move |state| drop(seen.send(look(state))))))
            .await
    }

    /// The proof of what was done.
    pub fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// Changes the state between two inputs. Before, that it is to be done is on disk; after, what follows from it is, and
    /// how it ended is told. `made` says which id the change has given to something.
    pub(crate) async fn change<T, E>(
        &self,
        deed: Deed,
        made: impl FnOnce(&T) -> Option<String>,
        change: impl FnOnce(&mut State, Now) -> Result<T, E> + Send + 'static,
    ) -> Result<T, JoiningError>
    where
        T: Send + 'static,
        E: Send + 'static,
        JoiningError: From<E>,
    {
        self.audit.during(deed, self.changed(change), made).await
    }

    /// The same without the log, for whoever tells it.
    pub(super) async fn changed<T, E>(
        &self,
        change: impl FnOnce(&mut State, Now) -> Result<T, E> + Send + 'static,
    ) -> Result<T, JoiningError>
    where
        T: Send + 'static,
        E: Send + 'static,
        JoiningError: From<E>,
    {
        let changed = self
            .ask(|done| {
                Input::Change(Box::new(move |state, now| {
                    drop(done.send(change(state, now)))
                }))
            })
            .await?;
        // The hub hands writes over before it takes its next input, and the store does things in order.
        self.look(|_| ()).await?;
        let written = self.store.read(|_| Ok(())).await;
        written.map_err(|error| Acceptance::NotKept(error.to_string()))?;
        Ok(changed?)
    }

    pub(super) async fn ask<T>(
        &self,
        input: impl FnOnce(oneshot::Sender<T>) -> Input,
    ) -> Result<T, Acceptance> {
        let (answer, result) = oneshot::channel();
        let asked = async {
            self.inbox
                .send(input(answer))
                .await
                .map_err(|_| Acceptance::Stopping)?;
            result.await.map_err(|_| Acceptance::Stopping)
        };
        tokio::time::timeout(PATIENCE, asked)
            .await
            .map_err(|_| Acceptance::Stopping)?
    }
}
