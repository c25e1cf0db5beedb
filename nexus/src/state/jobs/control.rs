//! What a person does with a job: pause, resume, cancel. Not here: stopping everything, see [`crate::state::State::stop_all`].

use std::sync::Arc;

use uuid::Uuid;

use crate::access::Caller;
use crate::audit::{Action, Decision, Entry};
use crate::job::{Job, JobInfo, JobState, TargetState};
use crate::model::{ExecutionState, Now};
use crate::state::State;

/// What is to become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Nothing new of it is begun; what is out goes on.
    Pause,
    /// It goes on: after a pause, at a gate between waves, or over its threshold.
    Resume,
    /// What has not begun never does; what is out is stopped, with proof.
    Cancel,
}

/// Why nothing becomes of it. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Never, or too long ago.
    #[error("job {0} is not known, or was over long ago")]
    NotFound(Uuid),
    /// Nothing to be done.
    #[error("job {id} is {}", state.word())]
    State {
        /// The job.
        id: Uuid,
        /// Where it is.
        state: JobState,
    },
}

impl State {
    /// Does it, or says why not.
    pub fn control_job(
        &mut self,
        id: Uuid,
        control: Control,
        caller: &Caller,
        now: Now,
    ) -> Result<Arc<JobInfo>, JobError> {
        let known = self.jobs.numbers.get(&id).copied();
        let number = known.ok_or(JobError::NotFound(id))?;
        let state = self.jobs.get(number).map(|job| job.state);
        let state = state.ok_or(JobError::NotFound(id))?;
        let action = match control {
            Control::Pause => Action::PauseJob,
            Control::Resume => Action::ResumeJob,
            Control::Cancel => Action::CancelJob,
        };
        let mut entry = Entry::new(action, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        entry.subject = vec![id.to_string()];
        self.tell(entry);
        let fits = match control {
            Control::Pause => state == JobState::Running,
            Control::Resume => state == JobState::Paused,
            Control::Cancel => matches!(state, JobState::Running | JobState::Paused),
        };
        if !fits {
            return Err(JobError::State { id, state });
        }
        match control {
            Control::Pause => {
                let name = &caller.principal.name;
                self.pause_job(number, format!("paused by {name}"));
            }
            Control::Resume => self.resume_job(number, now),
            Control::Cancel => self.cancel_job(number, "the job was cancelled", now),
        }
        self.job(id).ok_or(JobError::NotFound(id))
    }

    /// The token of an asker was revoked: nothing new of its jobs begins until a person has looked at them. How many.
    pub fn pause_jobs_of(&mut self, asker: &str, now: Now) -> usize {
        let of_asker =
            |job: &&Job| job.state == JobState::Running && job.caller.principal.id == asker;
        let jobs = self.jobs.live.values().filter(of_asker);
        let jobs: Vec<(u64, Uuid)> = jobs.map(|job| (job.number, job.id)).collect();
        for (number, id) in &jobs {
            let why = "the token that asked for it was revoked; resume it if it is to go on, or cancel it";
            self.pause_job(*number, why.to_owned());
            let mut entry = Entry::new(Action::PauseJob, now.wall);
            entry.subject = vec![id.to_string()];
            entry.why = Some("the token of its asker was revoked".to_owned());
            self.tell(entry);
        }
        jobs.len()
    }

    fn resume_job(&mut self, number: u64, now: Now) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        job.state = JobState::Running;
        job.reason = None;
        let total = u32::try_from(job.targets.len()).unwrap_or(u32::MAX);
        let stop = job.policy.stop_after;
        job.threshold_waived |= stop.is_some_and(|stop| stop.reached(job.tally.failures(), total));
        job.gate_passed |= std::mem::take(&mut job.at_gate);
        let reach = u32::try_from(job.reach()).unwrap_or(u32::MAX);
        self.keep_job(number);
        for index in 0..reach {
            self.offer(number, index, now);
        }
        self.course(number, now);
    }

    /// It could not be kept, so nobody was told that it is taken on, and it must not go on.
    pub(in crate::state) fn job_not_kept(&mut self, id: Uuid, now: Now) {
        if let Some(&number) = self.jobs.numbers.get(&id) {
            self.cancel_job(number, "the job could not be kept", now);
            // Nobody was told that it is accepted, so whoever asks again asks for a new one.
            self.forget_asked(id);
        }
    }

    /// What has not begun never does; what is out is told to stop.
    pub(in crate::state) fn cancel_job(&mut self, number: u64, why: &str, now: Now) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        job.state = JobState::Stopping;
        job.reason = None;
        job.was_cancelled = true;
        let outstanding: Vec<_> = job
            .outstanding
            .iter()
            .filter_map(|index| job.target(*index)?.execution)
            .collect();
        self.keep_job(number);
        self.give_up_pending(number, TargetState::Cancelled, why, now);
        for id in outstanding {
            self.stop_one(id, now);
        }
        self.course(number, now);
    }

    /// Stops an execution as far as its node can. True: there was something to stop.
    pub(in crate::state) fn stop_one(&mut self, id: Uuid, now: Now) -> bool {
        let Some(execution) = self.executions.get_mut(&id) else {
            return false;
        };
        if execution.state.is_over() && !execution.lost {
            return false;
        }
        let ordinal = execution.ordinal;
        if execution.state == ExecutionState::Queued {
            if std::mem::take(&mut execution.held) {
                let node = self.at_mut(ordinal);
                node.reserved = node.reserved.saturating_sub(1);
            }
            self.at_mut(ordinal).queue.retain(|other| *other != id);
            let why = "cancelled before it was sent".to_owned();
            self.finish(id, ExecutionState::Cancelled, Some(why), now);
            return true;
        }
        if self.at(ordinal).facts.version >= protocol::Version::V2 {
            self.stop(id, ordinal, "cancelled", now);
        }
        true
    }
}
