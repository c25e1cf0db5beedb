//! An attempt moves on or ends, and its target with it. A late answer corrects what was unknown, also of a job that is over.
//! Not here: what that means for the job as a whole, see [`super::course`].

use std::time::Duration;

use uuid::Uuid;

use super::Timer;
use crate::job::{TargetEnd, TargetState, Verdict, verdict};
use crate::model::{ExecutionState, Now};
use crate::state::{Execution, State};

impl State {
    /// An execution is in another state; it is not over, or it is unknown for the moment.
    pub(in crate::state) fn attempt_moved(&mut self, id: Uuid) {
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let Some(attempt) = execution.attempt.filter(|_| !execution.held) else {
            return;
        };
        let state = TargetState::from(execution.state);
        if let Some(&number) = self.jobs.numbers.get(&attempt.job)
            && let Some(job) = self.jobs.get(number)
            && job
                .target(attempt.index)
                .is_some_and(|target| target.execution == Some(id))
        {
            self.step_target(number, attempt.index, state);
        }
    }

    /// An execution is over, or nobody can prove what became of it; called again when that is corrected.
    pub(in crate::state) fn attempt_ended(&mut self, id: Uuid, now: Now) {
        self.stop_proved(id);
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let Some(attempt) = execution.attempt else {
            return;
        };
        let Some(&number) = self.jobs.numbers.get(&attempt.job) else {
            return;
        };
        let index = attempt.index;
        let (state, ordinal, never_sent) =
            (execution.state, execution.ordinal, execution.sent.is_none());
        let (end, error) = (end_of(execution), execution.end.error.clone());
        self.give_back(number, index, ordinal);
        let Some(job) = self.jobs.get_mut(number) else {
            return;
        };
        let (retry, idempotent, seed) = (job.policy.retry, job.idempotent, (job.id, index));
        let cancelling = job.state == crate::job::JobState::Stopping;
        let Some(target) = job
            .target_mut(index)
            .filter(|one| one.execution == Some(id))
        else {
            return;
        };
        target.end = end;
        if never_sent
            && !cancelling
            && matches!(state, ExecutionState::Refused | ExecutionState::Expired)
        {
            // It was never begun, so this attempt does not count.
            target.unsent = target.unsent.saturating_add(1);
            self.leave_home(number, index);
            return self.retry_at((number, index), now.at + Duration::from_secs(1), now);
        }
        let tries = target.attempts.saturating_sub(target.unsent);
        let state = TargetState::from(state);
        let corrected = target.settled;
        match verdict(&retry, idempotent, state, tries, seed) {
            Verdict::Again(after) if !corrected && !cancelling => {
                target.error = error;
                self.leave_home(number, index);
                self.retry_at((number, index), now.at.saturating_add(after), now);
            }
            Verdict::Again(_) | Verdict::Final => {
                if state == TargetState::Succeeded {
                    self.remember_result(id, now);
                }
                self.settle_target((number, index), state, error, now);
            }
        }
        self.course(number, now);
    }

    /// What the attempt took is free for others.
    fn give_back(&mut self, number: u64, index: u32, ordinal: u32) {
        let Some(job) = self.jobs.get_mut(number) else {
            return;
        };
        if !job.outstanding.remove(&index) {
            return;
        }
        job.out = job.out.saturating_sub(1);
        let resource = job.policy.resource.clone();
        let parked = job.parked.pop_front();
        self.jobs.out = self.jobs.out.saturating_sub(1);
        self.free_resource(ordinal, resource.as_deref());
        self.jobs.touched.insert(ordinal);
        if let Some(parked) = parked {
            self.jobs.unparked.push((number, parked));
        }
    }

    /// It was certainly not sent.
    pub(super) fn never_sent(&mut self, id: Uuid, why: &str, now: Now) {
        self.finish(id, ExecutionState::Refused, Some(why.to_owned()), now);
    }

    /// The row of an execution could not be written, so it is not sent. The job waits for a person: the disk is in trouble.
    pub(in crate::state) fn not_kept(&mut self, id: Uuid, why: &str, now: Now) {
        let Some(execution) = self.executions.get_mut(&id).filter(|one| one.held) else {
            return;
        };
        execution.held = false;
        let (ordinal, attempt) = (execution.ordinal, execution.attempt);
        let node = self.at_mut(ordinal);
        node.reserved = node.reserved.saturating_sub(1);
        let number = attempt.and_then(|attempt| self.jobs.numbers.get(&attempt.job).copied());
        if let Some(number) = number {
            self.pause_job(number, format!("the store cannot keep it: {why}"));
        }
        self.never_sent(id, "it could not be kept, so it was not sent", now);
    }

    /// A target is tried again at this time.
    pub(super) fn retry_at(&mut self, (number, index): (u64, u32), at: Duration, now: Now) {
        self.step_target(number, index, TargetState::Queued);
        let wall = now.wall + at.saturating_sub(now.at);
        if let Some(target) = self
            .jobs
            .get_mut(number)
            .and_then(|job| job.target_mut(index))
        {
            target.next_try = Some(wall);
            self.jobs.timers.insert((at, number, Timer::Retry(index)));
        }
    }

    /// The time of a target's next attempt has come.
    pub(super) fn try_again(&mut self, number: u64, index: u32, now: Now) {
        if let Some(target) = self
            .jobs
            .get_mut(number)
            .and_then(|job| job.target_mut(index))
        {
            target.next_try = None;
        }
        self.offer(number, index, now);
    }
}

fn end_of(execution: &Execution) -> TargetEnd {
    TargetEnd {
        exit_code: execution.end.exit_code,
        duration: execution.end.duration,
        output_bytes: execution.output.bytes,
        output_sha256: execution.output_sha256(),
        at: execution.end.at,
        from_cache: false,
    }
}
