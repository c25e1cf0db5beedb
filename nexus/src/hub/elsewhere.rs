//! What people ask for by its id, wherever in the swarm it is: first here, then at the other instances, if there are any. Lists are
//! put together from all of them, and say whose part is missing.
//!
//! Not here: what of it is this instance's own (`own_…`, beside the rest of the hub), how others are asked ([`crate::fleet`]), and
//! who may ask, which the doors decide before and after.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::hash::Hash;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle, Hit};
use crate::access::Caller;
use crate::audit::{Action, Decision, Entry};
use crate::fleet::{Cancelled, Controlled, InstanceId, Listed, Missing, NotAnswered, Others};
use crate::job::{JobInfo, JobRequest, JobTargetInfo};
use crate::model::{Chunk, ExecutionInfo, ExecutionState, StopInfo};
use crate::state::{CancelError, Control, JobError, State};
use crate::store::StoreError;

/// Why something could not be looked at, or nothing be done with it. Display: a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// This Nexus does not answer.
    #[error(transparent)]
    Own(#[from] Acceptance),
    /// Its store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not here, and another instance, where it may be, does not answer.
    #[error(transparent)]
    Away(#[from] NotAnswered),
}

impl Unreached {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Own(error) => error.code(),
            Self::Store(_) => "store",
            Self::Away(_) => "instance_away",
        }
    }
}

impl Handle {
    /// The same, asking nobody else.
    pub(crate) fn alone(&self) -> Self {
        Self {
            others: None,
            ..self.clone()
        }
    }

    /// The other instances of the swarm, if there may be any.
    pub(crate) fn others(&self) -> Option<&Others> {
        self.others.as_ref()
    }

    /// One execution, under way or long over. If it is unknown here and somebody else knows its end, that counts.
    pub async fn execution(&self, id: Uuid) -> Result<Option<ExecutionInfo>, Unreached> {
        let own = self.own_execution(id).await?;
        let Some(others) = &self.others else {
            return Ok(own);
        };
        let Some(own) = own else {
            let found = others.execution(id, |_| true).await?;
            return Ok(found.map(|(_, info)| info));
        };
        if own.state != ExecutionState::Unknown {
            return Ok(Some(own));
        }
        let found = others.execution(id, is_known).await.ok().flatten();
        Ok(Some(found.map_or(own, |(_, info)| info)))
    }

    /// Whether an execution is followed best here, where each change of it is heard of.
    pub(crate) async fn has_execution(&self, id: Uuid) -> Result<bool, Unreached> {
        let own = self.own_execution(id).await?;
        Ok(self.others.is_none() || own.is_some_and(|own| is_known(own.state)))
    }

    /// The same of a job.
    pub(crate) async fn has_job(&self, id: Uuid) -> Result<bool, Unreached> {
        Ok(self.others.is_none() || self.owns_job(id).await?)
    }

    /// Whether a job is here with its targets. How jobs of others stand may be known here too.
    pub(crate) async fn owns_job(&self, id: Uuid) -> Result<bool, Unreached> {
        let lives = move |state: &State| state.job_targets(id, u32::MAX).is_some();
        Ok(self.look(lives).await? || self.store.job(id).await?.is_some())
    }

    /// The newest executions, newest first.
    pub async fn executions(
        &self,
        node: Option<String>,
        limit: u32,
    ) -> Result<Listed<ExecutionInfo>, Unreached> {
        let asked = async {
            let others = self.others.as_ref()?;
            Some(others.executions(node.as_deref(), limit).await)
        };
        let (own, others) = tokio::join!(self.own_executions(node.clone(), limit), asked);
        let (others, missing) = others.map_or_else(Default::default, |all| (all.rows, all.missing));
        let is_better = |new: &ExecutionInfo, old: &ExecutionInfo| {
            old.state == ExecutionState::Unknown && is_known(new.state)
        };
        let own = own?;
        if others.is_empty() {
            return Ok(Listed { rows: own, missing });
        }
        let mut rows = once(own, others, |one| one.id, is_better);
        rows.sort_by_key(|one| Reverse(one.submitted_at));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Listed { rows, missing })
    }

    /// Output from a number on, at most about `bytes` bytes.
    pub async fn output(&self, id: Uuid, from: u64, bytes: usize) -> Result<Vec<Chunk>, Unreached> {
        let own = self.own_output(id, from, bytes).await?;
        let Some(others) = self.others.as_ref().filter(|_| own.is_empty()) else {
            return Ok(own);
        };
        match self.own_execution(id).await? {
            Some(known) if is_known(known.state) => Ok(own),
            Some(_) => {
                let found = others.output(id, from, bytes).await;
                Ok(found.ok().flatten().unwrap_or_default())
            }
            None => Ok(others.output(id, from, bytes).await?.unwrap_or_default()),
        }
    }

    /// Stops something; the proof comes as an event, or shows when it is asked for.
    pub async fn cancel(
        &self,
        id: Uuid,
        caller: &Caller,
    ) -> Result<Result<(), CancelError>, Unreached> {
        let own = self.own_cancel(id, caller).await?;
        let (Some(others), Err(why)) = (&self.others, &own) else {
            return Ok(own);
        };
        let found = match why {
            CancelError::NotFound(_) if self.own_execution(id).await?.is_none() => {
                others.execution(id, |_| true).await?
            }
            CancelError::Over {
                state: ExecutionState::Unknown,
                ..
            }
            | CancelError::NotFound(_) => others.execution(id, is_known).await.ok().flatten(),
            CancelError::Over { .. } | CancelError::Unsupported(_) => None,
        };
        let Some((at, info)) = found else {
            return Ok(own);
        };
        let mut entry = deed(Action::Cancel, caller, &others.name_of(at));
        entry.executions = vec![id];
        entry.targets = vec![info.node_id];
        self.audit.note(entry);
        Ok(match others.cancel(at, id, caller).await? {
            Some(Cancelled::Done) => Ok(()),
            Some(Cancelled::Over { state }) => Err(CancelError::Over { id, state }),
            Some(Cancelled::Unsupported) => Err(CancelError::Unsupported(id)),
            Some(Cancelled::Refused { why }) => return Err(refuses(others, at, &why)),
            None => Err(CancelError::NotFound(id)),
        })
    }

    /// One job, live or long over.
    pub async fn job(&self, id: Uuid) -> Result<Option<Arc<JobInfo>>, Unreached> {
        if let Some(job) = self.own_job(id).await? {
            return Ok(Some(job));
        }
        let found = self.job_elsewhere(id).await?;
        Ok(found.map(|(_, job)| Arc::new(job)))
    }

    /// A job that is not here, and whose it is.
    pub(crate) async fn job_elsewhere(
        &self,
        id: Uuid,
    ) -> Result<Option<(InstanceId, JobInfo)>, Unreached> {
        match &self.others {
            Some(others) => Ok(others.job(id).await?),
            None => Ok(None),
        }
    }

    /// Jobs, newest first, of one asker or of all: those that live, and the newest ones that are over.
    pub async fn jobs(
        &self,
        asker: Option<String>,
        which: (bool, bool),
        limit: u32,
    ) -> Result<Listed<Arc<JobInfo>>, Unreached> {
        let asked = async {
            let others = self.others.as_ref()?;
            Some(others.jobs(asker.as_deref(), which, limit).await)
        };
        let (own, others) = tokio::join!(self.own_jobs(asker.clone(), which, limit), asked);
        let (others, missing) = others.map_or_else(Default::default, |all| (all.rows, all.missing));
        let own = own?;
        if others.is_empty() {
            return Ok(Listed { rows: own, missing });
        }
        let others = others.into_iter().map(Arc::new).collect();
        // Numbers are each instance's own, so time tells.
        let is_better =
            |new: &Arc<JobInfo>, old: &Arc<JobInfo>| new.state.is_over() && !old.state.is_over();
        let mut rows = once(own, others, |job| job.id, is_better);
        rows.sort_by_key(|job| Reverse(job.submitted_at));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Listed { rows, missing })
    }

    /// The targets of a job from an index on, live or long over.
    pub async fn job_targets(&self, id: Uuid, after: u32) -> Result<Vec<JobTargetInfo>, Unreached> {
        if let Some(targets) = self.own_targets(id, after).await? {
            return Ok(targets);
        }
        match self.far_job(id).await? {
            Some((others, at)) => Ok(others.job_targets(at, id, after).await?),
            None => Ok(Vec::new()),
        }
    }

    /// How a job was asked for; its parameters are null if they were secret and it is over.
    pub async fn job_request(&self, id: Uuid) -> Result<Option<JobRequest>, Unreached> {
        if let Some(record) = self.store.job_record(id).await? {
            return Ok(Some(JobRequest::from(record)));
        }
        match self.far_job(id).await? {
            Some((others, at)) => Ok(others.job_request(at, id).await?),
            None => Ok(None),
        }
    }

    /// Lines in which a text stands, in the order of the targets; at most `limit`. False: not everything was searched.
    pub async fn search_job(
        &self,
        id: Uuid,
        text: &str,
        limit: usize,
    ) -> Result<(Vec<Hit>, bool), Unreached> {
        if let Some(targets) = self.own_targets(id, 0).await? {
            return self.own_search(targets, text, limit).await;
        }
        let Some((others, at)) = self.far_job(id).await? else {
            return Ok((Vec::new(), true));
        };
        let found = others.search(at, id, text, limit).await?;
        Ok((found.hits, found.complete))
    }

    /// Pauses, resumes or cancels a job; what follows comes as events, or shows when it is asked for.
    pub async fn control_job(
        &self,
        id: Uuid,
        control: Control,
        caller: &Caller,
    ) -> Result<Result<Arc<JobInfo>, JobError>, Unreached> {
        let own = self.own_control(id, control, caller).await?;
        if !matches!(own, Err(JobError::NotFound(_))) || self.owns_job(id).await? {
            return Ok(own);
        }
        let Some((others, at)) = self.far_job(id).await? else {
            return Ok(own);
        };
        let action = match control {
            Control::Pause => Action::PauseJob,
            Control::Resume => Action::ResumeJob,
            Control::Cancel => Action::CancelJob,
        };
        let entry = deed(action, caller, &others.name_of(at)).about([id.to_string()]);
        self.audit.note(entry);
        Ok(match others.control(at, id, control, caller).await? {
            Some(Controlled::Done(job)) => Ok(Arc::new(*job)),
            Some(Controlled::State(state)) => Err(JobError::State { id, state }),
            Some(Controlled::Refused(why)) => return Err(refuses(others, at, &why)),
            None => Err(JobError::NotFound(id)),
        })
    }

    /// Stops everything on one node, whoever owns it: what was told to stop, and who did not answer, so that nobody told theirs.
    /// None: it does not exist.
    pub async fn stop_node(
        &self,
        id: &str,
        caller: &Caller,
    ) -> Result<Option<(StopInfo, Vec<Missing>)>, Acceptance> {
        let Some(mut all) = self.own_stop_node(id, caller).await? else {
            return Ok(None);
        };
        let Some(others) = &self.others else {
            return Ok(Some((all, Vec::new())));
        };
        let (told, missing) = others.stop_node(id, caller).await;
        told.iter().for_each(|stop| add(&mut all, stop));
        Ok(Some((all, missing)))
    }

    /// Whether everything is stopped, and what is proved of it, of all instances; and who did not answer, so that theirs is not
    /// counted.
    pub async fn stop_info(&self) -> Result<(StopInfo, Vec<Missing>), Acceptance> {
        let mut all = self.look(State::stop_info).await?;
        let Some(others) = self.others.as_ref().filter(|_| all.held) else {
            return Ok((all, Vec::new()));
        };
        let (told, missing) = others.stops().await;
        told.iter().for_each(|stop| add(&mut all, stop));
        Ok((all, missing))
    }

    async fn far_job(&self, id: Uuid) -> Result<Option<(&Others, InstanceId)>, Unreached> {
        let found = self.job_elsewhere(id).await?;
        Ok(self.others.as_ref().zip(found.map(|(at, _)| at)))
    }
}

/// An execution is counted by its owner alone.
fn add(all: &mut StopInfo, theirs: &StopInfo) {
    let sums = [
        (&mut all.stopping, theirs.stopping),
        (&mut all.proved, theirs.proved),
        (&mut all.unknown, theirs.unknown),
        (&mut all.never_sent, theirs.never_sent),
        (&mut all.cannot, theirs.cannot),
    ];
    for (sum, more) in sums {
        *sum = sum.saturating_add(more);
    }
}

fn is_known(state: ExecutionState) -> bool {
    state != ExecutionState::Unknown
}

/// What the audit log here says of something that is done there.
fn deed(action: Action, caller: &Caller, there: &str) -> Entry {
    let mut entry = Entry::new(action, SystemTime::now()).by(caller);
    entry.decision = Some(Decision::Allowed);
    entry.with(json!({ "at_instance": there }))
}

fn refuses(others: &Others, at: InstanceId, why: &str) -> Unreached {
    let missing = Missing {
        id: at,
        name: others.name_of(at),
        why: format!("it refuses: {why}"),
    };
    NotAnswered(vec![missing]).into()
}

/// Everything once: ours, unless theirs is better.
fn once<T, K: Hash + Eq>(
    own: Vec<T>,
    others: Vec<T>,
    key: impl Fn(&T) -> K,
    is_better: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let mut at: HashMap<K, usize> = HashMap::new();
    let mut rows: Vec<T> = Vec::with_capacity(own.len() + others.len());
    for one in own.into_iter().chain(others) {
        match at.entry(key(&one)) {
            Place::Vacant(place) => {
                place.insert(rows.len());
                rows.push(one);
            }
            Place::Occupied(place) => {
                if let Some(before) = rows.get_mut(*place.get())
                    && is_better(&one, before)
                {
                    *before = one;
                }
            }
        }
    }
    rows
}
