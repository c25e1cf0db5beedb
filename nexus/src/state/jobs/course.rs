//! The course of a job: one wave after the other, a halt when too many fail, the end. Not here: single targets.

use std::time::Duration;

use super::Timer;
use crate::job::{Job, JobState, TargetState, WaveGate};
use crate::model::Now;
use crate::state::State;

impl State {
    /// The targets of the open wave get in line.
    pub(super) fn open_wave(&mut self, number: u64, now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        for index in range(job.floor(), job.reach()) {
            self.offer(number, index, now);
        }
    }

    /// That is it for a target.
    pub(in crate::state) fn settle_target(
        &mut self,
        (number, index): (u64, u32),
        state: TargetState,
        error: Option<String>,
        now: Now,
    ) {
        if let Some(job) = self.jobs.get_mut(number) {
            job.settle(index, state, error);
            if let Some(target) = job.target_mut(index) {
                target.end.at = target.end.at.or(Some(now.wall));
            }
            self.jobs.dirty.insert(number);
            self.jobs.unsettled.insert(number);
        }
    }

    /// Looks at a job after something of it was settled: too many failures, the end of a wave, the end.
    pub(super) fn course(&mut self, number: u64, now: Now) {
        self.jobs.unsettled.remove(&number);
        if self.jobs.over.contains_key(&number) {
            return self.correct(number);
        }
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        if job.open == 0 {
            return self.finish_job(number, now);
        }
        if job.state != JobState::Running {
            return;
        }
        let total = u32::try_from(job.targets.len()).unwrap_or(u32::MAX);
        let failures = job.tally.failures();
        let stop = job.policy.stop_after.filter(|_| !job.threshold_waived);
        if stop.is_some_and(|stop| stop.reached(failures, total)) {
            let reason = format!(
                "{failures} of {total} failed, which is the threshold; resume to go on all the same, or cancel"
            );
            return self.pause_job(number, reason);
        }
        self.end_of_wave(number, now);
    }

    fn end_of_wave(&mut self, number: u64, now: Now) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        let last = job.wave + 1 >= job.ends.len();
        if last || !job.wave_is_over() {
            return;
        }
        let waves = job.policy.waves.as_ref();
        let (gate, pause) = waves.map_or((WaveGate::Auto, 0.0), |waves| (waves.gate, waves.pause));
        if gate == WaveGate::Ask && !job.gate_passed {
            let reason = format!(
                "wave {} of {} is over: {}; resume to begin the next one",
                job.wave + 1,
                job.ends.len(),
                job.tally.sentence()
            );
            job.at_gate = true;
            return self.pause_job(number, reason);
        }
        if pause > 0.0 && gate == WaveGate::Auto {
            let at = now.at.saturating_add(Duration::from_secs_f64(pause));
            if job.next_wave.is_none() {
                job.next_wave = Some(at);
                self.jobs.timers.insert((at, number, Timer::NextWave));
            }
            return;
        }
        self.next_wave(number, now);
    }

    /// The next wave begins.
    pub(super) fn next_wave(&mut self, number: u64, now: Now) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        if job.state != JobState::Running || !job.wave_is_over() || job.wave + 1 >= job.ends.len() {
            return;
        }
        job.wave += 1;
        job.next_wave = None;
        job.gate_passed = false;
        self.keep_job(number);
        self.open_wave(number, now);
        self.course(number, now);
    }

    /// Nothing new of it is begun until somebody resumes it.
    pub(super) fn pause_job(&mut self, number: u64, reason: String) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        if job.state != JobState::Running {
            return;
        }
        job.state = JobState::Paused;
        job.reason = Some(reason);
        self.leave_all_lines(number);
        self.keep_job(number);
    }

    /// Takes its targets out of every line.
    pub(super) fn leave_all_lines(&mut self, number: u64) {
        let Some(job) = self.jobs.live.get_mut(&number) else {
            return;
        };
        job.parked.clear();
        let priority = job.policy.priority;
        let targets: Vec<_> = (0..)
            .zip(&job.targets)
            .map(|(i, one)| (i, one.ordinal))
            .collect();
        for (index, ordinal) in targets {
            self.jobs
                .leave_line(ordinal, super::turn::place(priority, number, index));
        }
    }

    /// What has not begun by now is given up; what is out goes on.
    pub(super) fn expire(&mut self, number: u64, now: Now) {
        let error = "the job expired before its turn came";
        self.give_up_pending(number, TargetState::Expired, error, now);
        self.course(number, now);
    }

    /// Settles all that is not out.
    pub(super) fn give_up_pending(
        &mut self,
        number: u64,
        state: TargetState,
        error: &str,
        now: Now,
    ) {
        self.leave_all_lines(number);
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let pending: Vec<u32> = (0..)
            .zip(&job.targets)
            .filter(|(index, target)| !target.settled && !job.outstanding.contains(index))
            .map(|(index, _)| index)
            .collect();
        for index in pending {
            self.settle_target((number, index), state, Some(error.to_owned()), now);
        }
    }

    /// What waited for nodes after a restart and should not wait is looked at again.
    pub(super) fn look_for_absent(&mut self, number: u64, now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let waiting: Vec<u32> = (0..)
            .zip(&job.targets)
            .filter(|(_, target)| target.state == TargetState::Waiting)
            .map(|(index, _)| index)
            .collect();
        for index in waiting {
            self.offer(number, index, now);
        }
        self.course(number, now);
    }

    fn finish_job(&mut self, number: u64, now: Now) {
        let Some(mut job) = self.jobs.live.remove(&number) else {
            return;
        };
        (job.state, job.reason) = job.verdict();
        job.finished_at = Some(now.wall);
        self.jobs.targets = self.jobs.targets.saturating_sub(job.targets.len());
        // Its other timers find nothing to do; a long line of jobs must not be walked for each that ends.
        let expires = (job.expires, number, Timer::Expire);
        self.jobs.timers.remove(&expires);
        job.parked.clear();
        let info = job.info(false);
        self.jobs.over.insert(number, job);
        self.keep_job(number);
        self.run_job_over(&info, now);
        self.jobs.let_go();
    }

    /// A late answer changed a job that is over.
    fn correct(&mut self, number: u64) {
        if let Some(job) = self.jobs.over.get_mut(&number) {
            (job.state, job.reason) = job.verdict();
            self.keep_job(number);
        }
    }
}

impl Job {
    /// Every target of the waves so far has had its turn, and there is something to be seen. Targets that wait for their node
    /// hold nothing up.
    fn wave_is_over(&self) -> bool {
        let beyond = self.targets.len().saturating_sub(self.reach());
        let beyond = u32::try_from(beyond).unwrap_or(u32::MAX);
        let active = self
            .open
            .saturating_sub(self.tally.waiting)
            .saturating_sub(beyond);
        let seen = self.tally.succeeded + self.tally.failures() + self.tally.cancelled;
        active == 0 && (seen > 0 || self.tally.waiting == 0)
    }

    /// How it ended.
    fn verdict(&self) -> (JobState, Option<String>) {
        let tally = &self.tally;
        let sentence = Some(tally.sentence()).filter(|text| !text.is_empty());
        let state = if self.was_cancelled {
            JobState::Cancelled
        } else if tally.failures() + tally.cancelled > 0 {
            JobState::Failed
        } else if tally.expired > 0 {
            JobState::Expired
        } else if tally.succeeded > 0 {
            JobState::Succeeded
        } else {
            JobState::Failed
        };
        (state, sentence)
    }
}

fn range(from: usize, to: usize) -> std::ops::Range<u32> {
    let number = |index| u32::try_from(index).unwrap_or(u32::MAX);
    number(from)..number(to)
}
