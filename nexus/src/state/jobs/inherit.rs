//! Jobs that change their instance: one that another instance had goes on here, or one of ours goes on elsewhere. What is on a
//! spore stays there; whoever has the job now hears how it ended.
//! Not here: whose a job is ([`crate::fleet`]), and jobs of an earlier life of this instance ([`super::restore`]).

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Timer;
use super::restore::StoredJob;
use crate::access::ScopeError;
use crate::job::{JobRow, Target};
use crate::model::{ExecutionInfo, ExecutionState, Now, Ordinal};
use crate::redact::Known;
use crate::state::{Effect, Execution, Mode, State, reschedule};
use crate::store::Write;

/// How long nodes of an instance that is gone may take to come to another one before they count as offline.
const BACK: Duration = Duration::from_secs(30);

impl State {
    /// A job of this instance goes on after a restart, as it was kept here.
    pub(crate) fn go_on(&mut self, stored: StoredJob, now: Now) -> Result<(), ScopeError> {
        if self.lives(stored.info.id) {
            return Ok(());
        }
        self.restore_job(stored, now)
    }

    /// A job that another instance had goes on here, in its own right: it gets a number of ours and is kept here.
    pub(crate) fn inherit(&mut self, mut stored: StoredJob, now: Now) -> Result<(), ScopeError> {
        let id = stored.info.id;
        if self.lives(id) {
            self.learn_attempts(stored.attempts, now);
            return Ok(());
        }
        self.forget_job_afar(id);
        stored.info.number = self.jobs.next;
        self.jobs.next += 1;
        for target in &mut stored.record.targets {
            self.at_home(target);
        }
        self.jobs.ids.remember(id, id);
        if let Some(key) = &stored.info.dedupe_key {
            self.jobs.keys.remember(key.clone(), id);
        }
        self.jobs.patience = self.jobs.patience.max(now.at.saturating_add(BACK));
        // A struct that was read from JSON can be written as such.
        let record = serde_json::to_string(&stored.record).unwrap_or_default();
        let row = JobRow {
            number: stored.info.number,
            info: Arc::new(stored.info.clone()),
            record: Some(record),
        };
        self.effects
            .push(Effect::Store(Write::Job(Box::new(row), None)));
        let secrets = stored.record.parameters.clone();
        for attempt in &mut stored.attempts {
            self.keep_attempt(attempt, secrets.get());
        }
        let ids: Vec<Uuid> = stored.attempts.iter().map(|one| one.id).collect();
        self.restore_job(stored, now)?;
        self.mark_inherited(ids);
        Ok(())
    }

    /// Executions of no job that an instance had which is gone. They may still run; their spores bring them.
    pub(crate) fn inherit_singles(&mut self, singles: Vec<ExecutionInfo>, now: Now) {
        for mut info in singles {
            if info.attempt.is_some() || self.executions.contains_key(&info.id) {
                continue;
            }
            self.keep_attempt(&mut info, "null");
            self.restore_execution(&info, false, now);
            self.mark_inherited([info.id]);
        }
    }

    /// Executions of no job that are under way, and those that may still be.
    pub(crate) fn singles_under_way(&self) -> Vec<ExecutionInfo> {
        let all = self.executions.values();
        let singles = all.filter(|one| one.attempt.is_none() && one.mode == Mode::Stream);
        let live = singles.filter(|one| one.lost || !one.state.is_over());
        live.map(Execution::info).collect()
    }

    /// What another instance knows of executions of a job that goes on here.
    pub(crate) fn learn_attempts(&mut self, attempts: Vec<ExecutionInfo>, now: Now) {
        for mut info in attempts {
            let Some(number) = info
                .attempt
                .and_then(|attempt| self.job_number(attempt.job))
            else {
                continue;
            };
            if self.executions.contains_key(&info.id) {
                self.learn_end(info, now);
            } else if self.jobs.live.contains_key(&number) {
                self.keep_attempt(&mut info, "null");
                let id = info.id;
                self.restore_attempt(number, info, false, now);
                self.mark_inherited([id]);
                self.jobs.unsettled.insert(number);
            }
        }
    }

    /// Ours said "unknown", and somebody knows better.
    fn learn_end(&mut self, info: ExecutionInfo, now: Now) {
        let knows = info.state.is_over() && info.state != ExecutionState::Unknown;
        let Some(execution) = self
            .executions
            .get_mut(&info.id)
            .filter(|one| knows && one.state == ExecutionState::Unknown)
        else {
            return;
        };
        execution.end.duration = info.duration;
        execution.end.exit_code = info.exit_code;
        execution.end.signal = info.signal;
        execution.end.result = info.result;
        execution.output.bytes = info.output_bytes;
        execution.output.gap |= info.output_gap;
        self.finish(info.id, info.state, info.error, now);
    }

    /// Another instance goes on with it: nothing of it is ours any more, and nothing that is out is stopped. What is known here
    /// of its executions.
    pub(crate) fn let_job_go(&mut self, id: Uuid, now: Now) -> Vec<ExecutionInfo> {
        let Some(number) = self.job_number(id) else {
            return Vec::new();
        };
        self.leave_all_lines(number);
        let Some(job) = self.jobs.live.remove(&number) else {
            return Vec::new();
        };
        self.jobs.targets = self.jobs.targets.saturating_sub(job.targets.len());
        let expires = (job.expires, number, Timer::Expire);
        self.jobs.timers.remove(&expires);
        self.jobs.numbers.remove(&id);
        self.forget_asked(id);
        let resource = job.policy.resource.clone();
        let of_it: Vec<(Uuid, Ordinal, u32)> = self
            .executions
            .values()
            .filter_map(|one| Some((one.id, one.ordinal, one.attempt?)))
            .filter(|(.., attempt)| attempt.job == id)
            .map(|(execution, ordinal, attempt)| (execution, ordinal, attempt.index))
            .collect();
        let mut known = Vec::with_capacity(of_it.len());
        for (execution, ordinal, index) in of_it {
            if job.outstanding.contains(&index) {
                self.jobs.out = self.jobs.out.saturating_sub(1);
                self.free_resource(ordinal, resource.as_deref());
            }
            known.extend(self.drop_execution(execution));
            self.jobs.touched.insert(ordinal);
        }
        self.effects.push(Effect::Store(Write::ForgetJob(id)));
        self.settle(now);
        known
    }

    fn drop_execution(&mut self, id: Uuid) -> Option<ExecutionInfo> {
        let mut execution = self.executions.remove(&id)?;
        reschedule(&mut self.deadlines, &mut execution, None);
        self.unknown.remove(id);
        let node = self.at_mut(execution.ordinal);
        node.in_flight.remove(&id);
        node.queue.retain(|queued| *queued != id);
        if execution.held {
            node.reserved = node.reserved.saturating_sub(1);
            // It was never sent, and never will be from here.
            return None;
        }
        Some(execution.info())
    }

    fn mark_inherited(&mut self, ids: impl IntoIterator<Item = Uuid>) {
        for id in ids {
            if let Some(execution) = self.executions.get_mut(&id) {
                execution.inherited = true;
            }
        }
    }

    /// Numbers of nodes are each instance's own. A node that is not known here is treated like one that was removed.
    fn at_home(&self, target: &mut Target) {
        target.ordinal = self.by_id.get(&target.node_id).copied().unwrap_or_default();
        target.tried.clear();
    }

    fn keep_attempt(&mut self, info: &mut ExecutionInfo, parameters: &str) {
        info.ordinal = self.by_id.get(&info.node_id).copied().unwrap_or_default();
        if let Some(known) = Known::of(parameters) {
            let secrets = Write::Secrets(info.id, Box::new(known));
            self.effects.push(Effect::Store(secrets));
        }
        let row = Write::Begin(Arc::new(info.clone()), None);
        self.effects.push(Effect::Store(row));
    }

    pub(super) fn lives(&self, id: Uuid) -> bool {
        let number = self.job_number(id);
        number.is_some_and(|number| self.jobs.live.contains_key(&number))
    }
}
