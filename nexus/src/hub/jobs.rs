//! Jobs and STOP, as others ask for them. Not here: asking for a job, see [`Handle::submit_job`].

use std::sync::Arc;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Acceptance, Handle, Hub, Input, Taken};
use crate::access::Caller;
use crate::audit::{Digest, Unrecorded};
use crate::job::{JobInfo, NewJob};
use crate::model::{Now, StopInfo};
use crate::state::{Control, JobError, State, SubmitError, Submitted};
use crate::store::StoreError;

impl Hub {
    /// Takes a job on; where it will be told that it is on disk.
    pub(super) fn accept_job(&mut self, new: NewJob, now: Now) -> Taken {
        if !self.store.may_act() {
            return Err(SubmitError::Unrecorded(Unrecorded));
        }
        let submitted = self.state.submit_job(new, now)?;
        if submitted.duplicate {
            return Ok((submitted, None));
        }
        let (accepted, told) = oneshot::channel();
        self.accepting.insert(submitted.info.id, accepted);
        Ok((submitted, Some(told)))
    }
}

impl Handle {
    /// One of this instance's jobs, live or long over.
    pub(super) async fn own_job(&self, id: Uuid) -> Result<Option<Arc<JobInfo>>, StoreError> {
        let live = self.look(move |state| state.job(id)).await;
        match live.ok().flatten() {
            Some(job) => Ok(Some(job)),
            None => Ok(self.store.job(id).await?.map(Arc::new)),
        }
    }

    /// A job that was asked for again long after it was over.
    pub(super) async fn known_job(
        &self,
        id: Uuid,
        call: Digest,
        asker: &str,
    ) -> Result<Submitted, Acceptance> {
        let kept = self.store.job(id).await;
        let kept = kept.map_err(|error| Acceptance::NotKept(error.to_string()))?;
        match kept.filter(|job| job.call_sha256 == call && job.asker == asker) {
            Some(job) => Ok(Submitted {
                info: Arc::new(job),
                duplicate: true,
            }),
            None => Err(SubmitError::OtherJob(id).into()),
        }
    }

    /// Pauses, resumes or cancels a job that is here; what follows comes as events.
    pub(super) async fn own_control(
        &self,
        id: Uuid,
        control: Control,
        caller: &Caller,
    ) -> Result<Result<Arc<JobInfo>, JobError>, Acceptance> {
        let caller = caller.clone();
        self.act(move |state, now| state.control_job(id, control, &caller, now))
            .await
    }

    /// A token was revoked: its jobs are paused. How many.
    pub async fn pause_jobs_of(&self, token: Uuid) -> Result<usize, Acceptance> {
        let asker = token.to_string();
        self.act(move |state, now| state.pause_jobs_of(&asker, now))
            .await
    }

    /// Stops everything, and holds jobs and schedules. It is done even if the audit log takes no entries: stopping must
    /// always be possible.
    pub async fn stop_all(&self, reason: String, caller: &Caller) -> Result<StopInfo, Acceptance> {
        let caller = caller.clone();
        self.act(move |state, now| state.stop_all(&caller, &reason, now))
            .await
    }

    /// Lets jobs and schedules go on.
    pub async fn release_all(&self, caller: &Caller) -> Result<StopInfo, Acceptance> {
        if !self.store.may_act() {
            return Err(Unrecorded.into());
        }
        let caller = caller.clone();
        self.act(move |state, now| state.release_all(&caller, now))
            .await
    }

    /// Stops everything of this instance's on one node. None: it does not exist.
    pub(crate) async fn own_stop_node(
        &self,
        id: &str,
        caller: &Caller,
    ) -> Result<Option<StopInfo>, Acceptance> {
        let (id, caller) = (id.to_owned(), caller.clone());
        self.act(move |state, now| {
            let ordinal = state.node(&id)?.ordinal;
            Some(state.stop_node(ordinal, &caller, now))
        })
        .await
    }

    /// Does something between two inputs that tells the audit log by itself.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut State, Now) -> T + Send + 'static,
    ) -> Result<T, Acceptance> {
        self.ask(|done| Input::Change(Box::new(move |state, now| drop(done.send(act(state, now))))))
            .await
    }
}
