//! What the swarm is told of one write. Not here: in which order, and what becomes of it when the engine is away.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use uuid::Uuid;

use super::Place;
use crate::fleet::heads::Head;
use crate::fleet::records::{self, AttemptRecord};
use crate::fleet::{EngineError, InstanceId};
use crate::job::{Attempt, JobInfo};
use crate::model::{Chunk, ExecutionInfo};
use crate::state::StoredJob;
use crate::store::Write;

/// By then all instances have heard of the job that has this dedupe key.
const KEY: Duration = Duration::from_secs(30);
/// Attempts that are told again at once.
const ATTEMPTS: usize = 32;

/// See the module. Cheap to clone, but for the text of a new job.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// A new job, with all that never changes of it.
    Accept(Arc<JobInfo>, String),
    /// How a job stands.
    Stand(Arc<JobInfo>),
    /// It is over.
    Over(Arc<JobInfo>),
    /// An attempt is to begin.
    Begin(Attempt, Arc<ExecutionInfo>),
    /// It ended, or its end is corrected.
    End(Attempt, Arc<ExecutionInfo>),
    /// It wrote something.
    Output(Arc<Chunk>),
    /// An execution of no job begins.
    Single(Arc<ExecutionInfo>),
    /// It is over.
    SingleOver(Uuid),
    /// A new job that was refused because nobody knew whether it was kept.
    Withdraw(Uuid),
    /// A job that the engine lost, as far as it was known a moment ago.
    Again(Arc<StoredJob>),
    /// One that is over and that it lost.
    Head(Uuid),
}

/// What the swarm said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Kept,
    /// It is another instance's; why, for people.
    Taken(String),
}

impl Deed {
    /// None: only this instance keeps it.
    pub(super) fn of(write: &Write) -> Option<Self> {
        match write {
            Write::Job(row, kept) => {
                let info = Arc::clone(&row.info);
                Some(match (&row.record, kept) {
                    (Some(record), Some(_)) => Self::Accept(info, record.clone()),
                    _ if info.state.is_over() => Self::Over(info),
                    _ => Self::Stand(info),
                })
            }
            Write::Begin(info, Some(_)) => Some(Self::Begin(info.attempt?, Arc::clone(info))),
            Write::End(info, _) => Some(Self::End(info.attempt?, Arc::clone(info))),
            Write::Output(chunk, Some(_)) => Some(Self::Output(Arc::clone(chunk))),
            Write::Node(_)
            | Write::JoinCode(_)
            | Write::ForgetJoinCode(_)
            | Write::Waiting(_)
            | Write::Unseat(_)
            | Write::Approval(_)
            | Write::ForgetApproval(_)
            | Write::ApprovalRule(_)
            | Write::ForgetApprovalRule(_)
            | Write::Group(_)
            | Write::ForgetGroup(_)
            | Write::Chart(_)
            | Write::ForgetChart(_)
            | Write::Seat(..)
            | Write::Alert(_)
            | Write::Secrets(..)
            | Write::Begin(_, None)
            | Write::Output(_, None)
            | Write::ForgetJob(_)
            | Write::Plan(_)
            | Write::Stop(_)
            | Write::Sample(_)
            | Write::Turns(_) => None,
        }
    }

    /// What is told of a write that only this instance keeps.
    pub(super) fn told_of(write: &Write) -> Option<Self> {
        if let Write::Begin(info, _) = write {
            let single = info.attempt.is_none();
            return single.then(|| Self::Single(Arc::clone(info)));
        }
        if let Write::End(info, Some(_)) = write {
            return info.attempt.is_none().then_some(Self::SingleOver(info.id));
        }
        None
    }

    /// In which of three phases its turn is: an attempt needs its job, and a job that is over its attempts.
    pub(super) fn phase(&self) -> usize {
        match self {
            Self::Accept(..) | Self::Again(_) => 0,
            Self::Over(_) => 2,
            Self::Stand(_)
            | Self::Begin(..)
            | Self::End(..)
            | Self::Output(_)
            | Self::Single(_)
            | Self::SingleOver(_)
            | Self::Withdraw(_)
            | Self::Head(_) => 1,
        }
    }

    /// What of the same job or attempt has to come one after the other.
    pub(super) fn about(&self) -> Uuid {
        match self {
            Self::Accept(info, _) | Self::Stand(info) | Self::Over(info) => info.id,
            Self::Begin(_, info) | Self::End(_, info) => info.id,
            Self::Output(chunk) => chunk.execution,
            Self::Single(info) => info.id,
            Self::SingleOver(id) => *id,
            Self::Withdraw(job) | Self::Head(job) => *job,
            Self::Again(stored) => stored.info.id,
        }
    }

    /// An attempt that may not begin yet: after a loss somebody may have to say first that its job moved on, and its record keeps
    /// others off only where it is kept.
    pub(super) fn must_wait(&self, with: &Place) -> bool {
        let Self::Begin(attempt, _) = self else {
            return false;
        };
        let job = attempt.job;
        with.heads.is_settling() || owned(with, job, |_| !with.heads.is_kept(job))
    }

    pub(super) async fn carry_out(&self, with: &Place) -> Result<Said, EngineError> {
        match self {
            Self::Accept(info, record) => accept(with, info, record).await,
            Self::Stand(info) => stand(with, info).await.map(|()| Said::Kept),
            Self::Over(info) => {
                stand(with, info).await?;
                with.ledger.clear(info.id).await?;
                with.heads.trim(&*with.directory, with.own).await?;
                Ok(Said::Kept)
            }
            Self::Begin(attempt, info) => begin(with, attempt.job, info).await,
            Self::End(attempt, info) => {
                // What is over lies in no folder any more, and what moved on is told to who has it.
                let ours = owned(with, attempt.job, |head| !head.info.state.is_over());
                if ours {
                    records::keep_attempt(&*with.ledger, attempt.job, with.own, info).await?;
                }
                Ok(Said::Kept)
            }
            Self::Again(stored) => again(with, stored).await.map(|()| Said::Kept),
            Self::Head(job) => head_again(with, *job).await.map(|()| Said::Kept),
            Self::Single(info) => {
                let (folder, by) = (with.own.0, with.own);
                records::keep_attempt(&*with.ledger, folder, by, info).await?;
                Ok(Said::Kept)
            }
            Self::SingleOver(id) => {
                let ledger = &*with.ledger;
                ledger.forget(with.own.0, *id).await.map(|()| Said::Kept)
            }
            Self::Withdraw(job) => {
                if owned(with, *job, |_| true) {
                    with.heads.remove(&*with.directory, *job).await?;
                }
                with.ledger.clear(*job).await.map(|()| Said::Kept)
            }
            Self::Output(chunk) => match records::keep_chunk(&*with.ledger, chunk).await {
                // It is on the disk here.
                Ok(()) | Err(EngineError::TooLarge(_)) => Ok(Said::Kept),
                Err(error) => Err(error),
            },
        }
    }
}

fn owned(with: &Place, job: Uuid, also: impl Fn(&Head) -> bool) -> bool {
    let head = with.heads.get(job);
    head.is_some_and(|head| head.owner == with.own && also(&head))
}

async fn accept(with: &Place, info: &JobInfo, record: &str) -> Result<Said, EngineError> {
    let taken =
        |by: InstanceId| Said::Taken(format!("another instance ({}) has taken this job on", by.0));
    if let Some(head) = with
        .heads
        .get(info.id)
        .filter(|head| head.owner != with.own)
    {
        return Ok(taken(head.owner));
    }
    if let Some(key) = &info.dedupe_key {
        let key = format!("job-key:{key}");
        if !with.directory.first(&key, KEY).await? {
            return Ok(Said::Taken(
                "another job of this dedupe key is taken on at this moment; ask again in half a minute"
                    .to_owned(),
            ));
        }
    }
    let parts = records::keep_body(&*with.ledger, info.id, record).await?;
    let head = Head {
        owner: with.own,
        turn: 0,
        parts,
        info: info.clone(),
    };
    if with.heads.put(&*with.directory, head).await? {
        return Ok(Said::Kept);
    }
    Ok(Said::Taken(
        "another instance has taken this job on just now".to_owned(),
    ))
}

/// Nothing happens if it is not ours any more: then how it stands here is of no interest.
async fn stand(with: &Place, info: &JobInfo) -> Result<(), EngineError> {
    let Some(mut head) = with
        .heads
        .get(info.id)
        .filter(|head| head.owner == with.own)
    else {
        return Ok(());
    };
    head.info = info.clone();
    if !with.heads.put(&*with.directory, head.clone()).await? {
        // The engine may have lost it; if it moved on, that is told soon.
        with.heads.is_not_told(head);
    }
    Ok(())
}

/// What is there was told since it was lost, so it is newer.
async fn again(with: &Place, stored: &Arc<StoredJob>) -> Result<(), EngineError> {
    let id = stored.info.id;
    if owned(with, id, |head| !head.info.state.is_over()) {
        // A record that was read from JSON can be written as such.
        let body = serde_json::to_string(&stored.record).unwrap_or_default();
        records::keep_body(&*with.ledger, id, &body).await?;
        let attempts = (0..stored.attempts.len()).map(|at| (with.clone(), Arc::clone(stored), at));
        let brought: Vec<_> = futures_util::stream::iter(attempts)
            .map(bring)
            .buffer_unordered(ATTEMPTS)
            .collect()
            .await;
        brought.into_iter().collect::<Result<(), _>>()?;
    }
    head_again(with, id).await
}

async fn bring((with, stored, at): (Place, Arc<StoredJob>, usize)) -> Result<(), EngineError> {
    let Some(attempt) = stored.attempts.get(at) else {
        return Ok(());
    };
    records::bring_attempt(&*with.ledger, stored.info.id, with.own, attempt).await
}

async fn head_again(with: &Place, job: Uuid) -> Result<(), EngineError> {
    let head = with.heads.get(job).filter(|head| head.owner == with.own);
    if let Some(head) = head
        && with.heads.put(&*with.directory, head).await?
    {
        with.heads.is_told(job);
    }
    Ok(())
}

async fn begin(with: &Place, job: Uuid, info: &ExecutionInfo) -> Result<Said, EngineError> {
    if !owned(with, job, |_| true) {
        return Ok(Said::Taken(
            "another instance goes on with this job".to_owned(),
        ));
    }
    let record = AttemptRecord {
        by: with.own,
        pieces: 0,
        info: info.clone(),
    };
    let Some(there) = with.ledger.begin(job, info.id, record.bytes()).await? else {
        return Ok(Said::Kept);
    };
    // Ours, when an answer was lost.
    let there = serde_json::from_slice::<AttemptRecord>(&there);
    Ok(if there.is_ok_and(|there| there.by == with.own) {
        Said::Kept
    } else {
        Said::Taken("another instance has begun it".to_owned())
    })
}
