//! Jobs that lived when the last life of the Nexus ended. What was queued is queued, what was out is unknown until its spore
//! brings it back, what was over is over. Not here: reading them from the disk.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use uuid::Uuid;

use super::Timer;
use crate::access::ScopeError;
use crate::job::{
    Job, JobInfo, JobState, Record, Tally, TargetEnd, TargetState, Verdict, ends, verdict,
};
use crate::model::{ExecutionInfo, ExecutionState, Now};
use crate::state::{Call, Execution, Mode, State, reschedule};

/// How long nodes may take to come back after a start before they count as offline.
pub(in crate::state) const PATIENCE: Duration = Duration::from_secs(120);

/// A job as the store has it.
#[derive(Debug)]
pub(crate) struct StoredJob {
    pub(crate) info: JobInfo,
    pub(crate) record: Record,
    /// Its executions, in order of their attempts.
    pub(crate) attempts: Vec<ExecutionInfo>,
}

impl State {
    /// What the last life left: the jobs that lived, the number of the next one, and the ids and keys of all, oldest
    /// first. Called after the nodes are there and before anything else happens.
    pub(crate) fn restore_jobs(
        &mut self,
        stored: Vec<StoredJob>,
        next: u64,
        used: Vec<(Uuid, Option<String>)>,
        now: Now,
    ) {
        self.jobs.next = next;
        self.jobs.patience = now.at + PATIENCE;
        for (id, key) in used {
            self.jobs.ids.remember(id, id);
            if let Some(key) = key {
                self.jobs.keys.remember(key, id);
            }
        }
        for one in stored {
            let id = one.info.id;
            if let Err(error) = self.restore_job(one, now) {
                tracing::error!(job = %id, %error, "a job cannot be read any more; it does not go on");
            }
        }
        self.settle(now);
    }

    pub(super) fn restore_job(&mut self, stored: StoredJob, now: Now) -> Result<(), ScopeError> {
        let StoredJob {
            info,
            record,
            attempts,
        } = stored;
        let (number, stopping) = (info.number, info.state == JobState::Stopping);
        let candidates = record.candidates.iter();
        let candidates = candidates
            .filter_map(|id| self.by_id.get(id).copied())
            .collect();
        let mut job = revive(info, record)?;
        job.candidates = candidates;
        self.jobs.numbers.insert(job.id, number);
        self.jobs.targets += job.targets.len();
        let left = job.expires_at.duration_since(now.wall);
        job.expires = now.at + left.unwrap_or_default();
        let expires = (job.expires, number, Timer::Expire);
        self.jobs.timers.insert(expires);
        let reach = u32::try_from(job.reach()).unwrap_or(u32::MAX);
        self.jobs.live.insert(number, job);
        for attempt in attempts {
            self.restore_attempt(number, attempt, stopping, now);
        }
        if stopping {
            let why = "the job was cancelled";
            self.give_up_pending(number, TargetState::Cancelled, why, now);
        }
        for index in 0..reach {
            self.offer(number, index, now);
        }
        self.jobs.unsettled.insert(number);
        Ok(())
    }

    /// Executions of no job that were under way: their spores may bring them.
    pub(crate) fn restore_singles(&mut self, singles: &[ExecutionInfo], now: Now) {
        for info in singles {
            self.restore_execution(info, false, now);
        }
    }

    /// One attempt; later ones replace what earlier ones left.
    pub(super) fn restore_attempt(
        &mut self,
        number: u64,
        info: ExecutionInfo,
        stopping: bool,
        now: Now,
    ) {
        let Some(attempt) = info.attempt else { return };
        let ordinal = self.by_id.get(&info.node_id).copied();
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        let (retry, idempotent, seed) = (job.policy.retry, job.idempotent, (job.id, attempt.index));
        let any = job.policy.any.is_some();
        let Some(target) = job.target_mut(attempt.index) else {
            return;
        };
        target.attempts = attempt.number;
        target.execution = Some(info.id);
        target.next_try = None;
        target.end = TargetEnd {
            exit_code: info.exit_code,
            duration: info.duration,
            output_bytes: info.output_bytes,
            output_sha256: info.output_sha256,
            at: info.finished_at,
            from_cache: false,
        };
        if let Some(ordinal) = ordinal.filter(|_| any) {
            target.ordinal = ordinal;
            target.node_id.clone_from(&info.node_id);
            target.node_name.clone_from(&info.node_name);
        }
        let over = info.state.is_over();
        if over && info.state != ExecutionState::Unknown {
            let state = TargetState::from(info.state);
            let error = info.error.clone();
            return match verdict(&retry, idempotent, state, attempt.number, seed) {
                Verdict::Again(after) if !stopping => {
                    target.error = error;
                    self.leave_home(number, attempt.index);
                    let at = info.finished_at.unwrap_or(now.wall) + after;
                    let left = at.duration_since(now.wall).unwrap_or_default();
                    self.retry_at((number, attempt.index), now.at + left, now);
                }
                Verdict::Again(_) | Verdict::Final => {
                    self.settle_target((number, attempt.index), state, error, now);
                }
            };
        }
        if over || ordinal.is_none() {
            let error = info.error.clone();
            self.settle_target((number, attempt.index), TargetState::Unknown, error, now);
        } else {
            job.step(attempt.index, TargetState::Unknown);
            job.outstanding.insert(attempt.index);
            job.out += 1;
            self.jobs.out += 1;
        }
        self.restore_execution(&info, stopping, now);
    }

    /// An execution that may be running on its node, which may bring it back.
    pub(in crate::state) fn restore_execution(
        &mut self,
        info: &ExecutionInfo,
        stopping: bool,
        now: Now,
    ) {
        let Some(&ordinal) = self.by_id.get(&info.node_id) else {
            return;
        };
        let call = Call {
            skill: info.skill.clone(),
            method: info.method.clone(),
            parameters: serde_json::value::RawValue::NULL.to_owned(),
            timeout: super::super::sessions::ADOPTED,
        };
        let (node, summary) = (self.at(ordinal), info.summary.clone());
        let mut execution = Execution::new(info.id, node, call, summary, Mode::Stream, now);
        execution.attempt = info.attempt;
        execution.state = ExecutionState::Unknown;
        execution.submitted_at = info.submitted_at;
        execution.sent = Some(now.at);
        execution.lost = true;
        execution.stop = stopping.then_some("cancelled");
        execution.end.error = Some("the Nexus was restarted while it ran".to_owned());
        execution.output.resume_at(info.output_bytes);
        if !info.state.is_over() {
            reschedule(&mut self.deadlines, &mut execution, Some(now.at + PATIENCE));
        }
        self.executions.insert(info.id, execution);
        self.remember_unknown(info.id, now);
    }
}

fn revive(info: JobInfo, record: Record) -> Result<Job, ScopeError> {
    let caller = record.asker.caller()?;
    let call = Call {
        skill: record.skill,
        method: record.method,
        parameters: record.parameters,
        timeout: Duration::from_secs(record.timeout),
    };
    let total = u32::try_from(record.targets.len()).unwrap_or(u32::MAX);
    let mut tally = Tally::default();
    record
        .targets
        .iter()
        .for_each(|target| tally.enter(target.state));
    let open = record
        .targets
        .iter()
        .filter(|target| !target.settled)
        .count();
    let wave = info
        .wave
        .as_ref()
        .map_or(0, |wave| wave.current.saturating_sub(1));
    Ok(Job {
        number: info.number,
        id: info.id,
        label: info.label,
        dedupe_key: info.dedupe_key,
        caller,
        origin: info.origin,
        call,
        call_sha256: info.call_sha256,
        summary: info.summary,
        effect: info.effect,
        idempotent: record.idempotent,
        expression: info.target,
        sha256: info.targets_sha256,
        ends: ends(record.policy.waves.as_ref(), total),
        policy: record.policy,
        targets: record.targets,
        candidates: Vec::new(),
        submitted_at: info.submitted_at,
        expires_at: info.expires_at,
        expires: Duration::ZERO,
        next_wave: None,
        finished_at: None,
        state: info.state,
        reason: info.reason,
        wave: usize::try_from(wave).unwrap_or(usize::MAX),
        at_gate: info.at_gate,
        gate_passed: info.gate_passed,
        was_cancelled: info.state == JobState::Stopping,
        threshold_waived: info.threshold_waived,
        tally,
        open: u32::try_from(open).unwrap_or(u32::MAX),
        out: 0,
        parked: VecDeque::new(),
        outstanding: BTreeSet::new(),
    })
}
