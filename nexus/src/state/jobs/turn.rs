//! A target gets its turn: it stands in line at its node, is begun when there is room, and is sent when that is on disk. Not
//! here: what becomes of it then.

use std::time::Duration;

use super::{Place, Timer};
use crate::job::{Attempt, JobState, Offline, TargetState};
use crate::model::{Now, Ordinal, Phase};
use crate::redact::Known;
use crate::state::execution::OutputLog;
use crate::state::{Effect, Execution, Kept, Mode, State, SubmitError, reschedule};
use crate::store::Write;

/// Highest priority, for the order of a line.
const FIRST: u8 = u8::MAX;

impl State {
    /// Puts a target in line at its node, or where it waits for that. Nothing happens to one that is out, over or not its turn.
    pub(super) fn offer(&mut self, number: u64, index: u32, now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let Some(target) = job.target(index) else {
            return;
        };
        let free =
            !target.settled && target.next_try.is_none() && !job.outstanding.contains(&index);
        if job.state != JobState::Running || !free {
            return;
        }
        if target.node_id.is_empty() {
            return self.seek_home(number, index, now);
        }
        let (ordinal, priority) = (target.ordinal, job.policy.priority);
        let node = self.nodes.get(crate::state::index(ordinal));
        let Some(node) = node.filter(|node| !node.removed && node.facts.id == target.node_id)
        else {
            return self.settle_target(
                (number, index),
                TargetState::Refused,
                Some("the node was removed".to_owned()),
                now,
            );
        };
        if node.session.is_none() || node.phase == Phase::Offline {
            return self.absent(number, index, ordinal, now);
        }
        self.step_target(number, index, TargetState::Queued);
        let line = self.jobs.lines.entry(ordinal).or_default();
        line.insert(place(priority, number, index));
        self.jobs.touched.insert(ordinal);
    }

    /// The node of a target is not there.
    fn absent(&mut self, number: u64, index: u32, ordinal: Ordinal, now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let patience = self.jobs.patience;
        if job.policy.offline == Offline::Skip && now.at >= patience {
            let error = Some("its node is offline, and the job does not wait for such".to_owned());
            return self.settle_target((number, index), TargetState::Skipped, error, now);
        }
        if job.policy.offline == Offline::Skip {
            // After a start all nodes are offline until they had the time to come back.
            self.jobs.timers.insert((patience, number, Timer::Settle));
        }
        self.step_target(number, index, TargetState::Waiting);
        self.jobs
            .absent
            .entry(ordinal)
            .or_default()
            .insert((number, index));
    }

    /// A node is there (again): who waited for it gets in line.
    pub(in crate::state) fn node_is_back(&mut self, ordinal: Ordinal, now: Now) {
        let waited = self.jobs.absent.remove(&ordinal).unwrap_or_default();
        for (number, index) in waited {
            self.offer(number, index, now);
        }
        for (number, index) in std::mem::take(&mut self.jobs.homeless) {
            self.offer(number, index, now);
        }
        self.jobs.touched.insert(ordinal);
    }

    /// A node is gone: who stood in line waits for it, or is skipped.
    pub(in crate::state) fn node_is_gone(&mut self, ordinal: Ordinal, now: Now) {
        for (_, number, index) in self.jobs.lines.remove(&ordinal).unwrap_or_default() {
            self.leave_home(number, index);
            self.offer(number, index, now);
        }
    }

    /// Begins what may begin on a node.
    pub(super) fn look_at_line(&mut self, ordinal: Ordinal, now: Now) {
        while !self.is_held() && self.may_take_more(ordinal) {
            if self.jobs.out >= self.rules.max_job_executions {
                if self.jobs.lines.contains_key(&ordinal) {
                    self.jobs.starved.insert(ordinal);
                }
                return;
            }
            let Some(place) = self.next_in_line(ordinal) else {
                return;
            };
            self.jobs.leave_line(ordinal, place);
            self.begin_attempt((place.1, place.2), now);
        }
    }

    fn may_take_more(&self, ordinal: Ordinal) -> bool {
        let node = self.at(ordinal);
        node.session.is_some() && node.phase != Phase::Offline && node.has_room()
    }

    /// The first in line that may begin. Those of jobs that have enough out are parked there.
    fn next_in_line(&mut self, ordinal: Ordinal) -> Option<Place> {
        loop {
            let line = self.jobs.lines.get(&ordinal)?;
            let free = |place: &&Place| {
                let job = self.jobs.live.get(&place.1);
                job.is_none_or(|job| self.has_resource(ordinal, job.policy.resource.as_deref()))
            };
            let place = *line.iter().find(free)?;
            let (_, number, index) = place;
            let Some(job) = self.jobs.live.get_mut(&number) else {
                self.jobs.leave_line(ordinal, place);
                continue;
            };
            if job.policy.concurrency == 0 || job.out < job.policy.concurrency {
                return Some(place);
            }
            job.parked.push_back(index);
            self.jobs.leave_line(ordinal, place);
        }
    }

    /// Makes the execution of a target's next attempt. It is sent when its row is on disk: a Nexus that dies before has sent
    /// nothing, one that dies after knows that it may have.
    fn begin_attempt(&mut self, (number, index): (u64, u32), now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let Some(target) = job.target(index) else {
            return;
        };
        let (ordinal, node_id) = (target.ordinal, target.node_id.clone());
        let scope = job.caller.principal.scope.clone();
        if let Err(error) = self.directed(&node_id, &job.call, &scope) {
            return self.not_now((number, index), &error, now);
        }
        if self.answer_from_cache((number, index), now) {
            return;
        }
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        let (call, summary, resource) = (
            job.call.clone(),
            job.summary.clone(),
            job.policy.resource.clone(),
        );
        let job_id = job.id;
        job.out += 1;
        job.outstanding.insert(index);
        let Some(target) = job.target_mut(index) else {
            return;
        };
        target.attempts = target.attempts.saturating_add(1);
        let attempt = Attempt {
            job: job_id,
            index,
            number: target.attempts,
        };
        let id = attempt.execution();
        target.execution = Some(id);
        target.error = None;
        self.jobs.out += 1;
        self.jobs.dirty.insert(number);
        if let Some(known) = Known::of(call.parameters.get()) {
            self.effects
                .push(Effect::Store(Write::Secrets(id, Box::new(known))));
        }
        let mut execution = Execution::new(id, self.at(ordinal), call, summary, Mode::Stream, now);
        execution.attempt = Some(attempt);
        execution.held = true;
        execution.output = OutputLog::hashed();
        self.effects.push(Effect::Store(Write::Begin(
            std::sync::Arc::new(execution.info()),
            Some(Kept::Accepted(id)),
        )));
        self.executions.insert(id, execution);
        self.use_resource(ordinal, resource.as_deref());
        self.at_mut(ordinal).reserved += 1;
    }

    /// Its turn came, and it cannot be begun.
    fn not_now(&mut self, (number, index): (u64, u32), error: &SubmitError, now: Now) {
        if matches!(error, SubmitError::Busy(_) | SubmitError::Offline(_)) {
            self.retry_at((number, index), now.at + Duration::from_secs(1), now);
            return;
        }
        let error = Some(error.to_string());
        self.settle_target((number, index), TargetState::Refused, error, now);
    }

    /// An execution of a job is on disk: it goes to its node.
    pub(in crate::state) fn released(&mut self, id: uuid::Uuid, now: Now) {
        let Some(execution) = self.executions.get_mut(&id).filter(|one| one.held) else {
            return;
        };
        execution.held = false;
        let ordinal = execution.ordinal;
        let limit = execution
            .call
            .timeout
            .saturating_add(crate::state::submit::ENFORCED);
        reschedule(
            &mut self.deadlines,
            execution,
            Some(now.at.saturating_add(limit)),
        );
        let node = self.at_mut(ordinal);
        node.reserved = node.reserved.saturating_sub(1);
        if node.session.is_none() {
            return self.never_sent(id, "the node went offline before it was sent", now);
        }
        node.queue.push_back(id);
        self.pump(ordinal, now);
    }

    pub(super) fn step_target(&mut self, number: u64, index: u32, to: TargetState) {
        if let Some(job) = self.jobs.get_mut(number)
            && job.target(index).is_some_and(|target| target.state != to)
        {
            job.step(index, to);
            self.jobs.dirty.insert(number);
        }
    }
}

/// Where a target stands in a line.
pub(super) fn place(priority: u8, number: u64, index: u32) -> Place {
    (FIRST - priority, number, index)
}
