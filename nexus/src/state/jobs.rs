//! The jobs that live, and the order in which their targets get their turn. A target that may begin stands in line at its
//! node; a line is looked at when its node has room. So a thousand jobs for a thousand nodes cost what is begun, not what
//! waits.
//!
//! - [`submit`]: a job is asked for. [`turn`]: a target gets its turn. [`follow`]: an attempt moves on or ends.
//! - [`homes`]: slots of "any k of these" find a node. [`resources`]: what cannot be shared. [`cache`]: older results.
//! - [`inherit`]: a job changes its instance. [`afar`]: jobs of other instances.
//! - [`course`]: waves, thresholds, the end. [`control`]: pause, resume, cancel, once more. [`restore`]: after a restart.
//!
//! Not here: what a single job decides, see [`crate::job`].

mod afar;
mod cache;
mod control;
mod course;
mod follow;
mod homes;
mod inherit;
mod memory;
mod resources;
mod restore;
mod submit;
mod turn;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

pub use control::{Control, JobError};
pub(crate) use restore::StoredJob;
pub use submit::Submitted;

use afar::Afar;
use cache::Results;
use memory::Memory;

use super::{Effect, State};
use crate::job::{Job, JobInfo, JobRow, JobTargetInfo};
use crate::model::{Event, Now, Ordinal};
use crate::store::Write;

/// Jobs that are over and stay in memory: screens that connect show them, and a late answer may still correct them.
const OVER: usize = 200;
/// Most targets of those together.
const OVER_TARGETS: usize = 20_000;
/// Most targets of all jobs that live.
pub(super) const MAX_TARGETS: usize = 200_000;

/// A place in the line of a node: the higher priority first, then the older job.
type Place = (u8, u64, u32);

/// What happens to a job by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// A target is tried again.
    Retry(u32),
    NextWave,
    /// What was left waiting for nodes that come back after a restart is looked at again.
    Settle,
    Expire,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    live: BTreeMap<u64, Job>,
    over: BTreeMap<u64, Job>,
    numbers: HashMap<Uuid, u64>,
    ids: Memory<Uuid>,
    keys: Memory<String>,
    next: u64,
    lines: HashMap<Ordinal, BTreeSet<Place>>,
    /// Targets whose node is not there.
    absent: HashMap<Ordinal, BTreeSet<(u64, u32)>>,
    /// Slots of `any` for which no node is there.
    homeless: BTreeSet<(u64, u32)>,
    timers: BTreeSet<(Duration, u64, Timer)>,
    /// Executions of jobs that are begun and not over.
    out: usize,
    /// Nodes that have room while the Nexus has not.
    starved: BTreeSet<Ordinal>,
    /// Where the next turn begins among them.
    starved_from: Ordinal,
    /// Nodes whose line must be looked at.
    touched: BTreeSet<Ordinal>,
    /// Targets that waited because their job had enough out.
    unparked: Vec<(u64, u32)>,
    /// Jobs of which a target was settled since they were looked at.
    unsettled: BTreeSet<u64>,
    /// Jobs that screens must be told of.
    dirty: BTreeSet<u64>,
    /// Targets of all that live.
    targets: usize,
    /// Nodes that were offline at the last start are not offline for good until then.
    patience: Duration,
    results: Results,
    afar: Afar,
}

impl Jobs {
    pub(super) fn get(&self, number: u64) -> Option<&Job> {
        self.live.get(&number).or_else(|| self.over.get(&number))
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Job> {
        self.live
            .get_mut(&number)
            .or_else(|| self.over.get_mut(&number))
    }

    /// Of the jobs that are over the newest ones stay, as long as they are not too large together. The disk has all.
    fn let_go(&mut self) {
        let mut targets: usize = self.over.values().map(|job| job.targets.len()).sum();
        while self.over.len() > OVER || (targets > OVER_TARGETS && self.over.len() > 1) {
            let Some((_, oldest)) = self.over.pop_first() else {
                return;
            };
            targets -= oldest.targets.len();
            self.numbers.remove(&oldest.id);
        }
    }

    /// A node was removed; whoever stands in its place one day is none of those that were meant.
    pub(super) fn forget_node(&mut self, ordinal: Ordinal) {
        for job in self.live.values_mut() {
            job.candidates.retain(|candidate| *candidate != ordinal);
        }
    }

    /// Targets that wait for their turn on a node.
    pub(super) fn waiting_on(&mut self, ordinal: Ordinal) -> Vec<(u64, u32)> {
        let line = self.lines.remove(&ordinal).unwrap_or_default();
        let absent = self.absent.remove(&ordinal).unwrap_or_default();
        let line = line.into_iter().map(|(_, number, index)| (number, index));
        line.chain(absent).collect()
    }

    /// How many targets stand in line at a node.
    pub(super) fn standing_at(&self, ordinal: Ordinal) -> usize {
        self.lines.get(&ordinal).map_or(0, BTreeSet::len)
    }

    fn leave_line(&mut self, ordinal: Ordinal, place: Place) {
        if let Some(line) = self.lines.get_mut(&ordinal) {
            line.remove(&place);
            if line.is_empty() {
                self.lines.remove(&ordinal);
            }
        }
    }
}

impl State {
    /// One job that lives or is recent.
    pub fn job(&self, id: Uuid) -> Option<Arc<JobInfo>> {
        let job = self.jobs.get(*self.jobs.numbers.get(&id)?)?;
        Some(Arc::new(job.info(self.is_held())))
    }

    /// Whether a job of this id was ever taken on here, as far as that is remembered.
    pub(crate) fn has_had_job(&self, id: Uuid) -> bool {
        self.jobs.ids.find(&id).is_some()
    }

    /// Jobs that live, and executions of theirs that are begun and not over.
    pub fn job_depths(&self) -> (usize, usize) {
        (self.jobs.live.len(), self.jobs.out)
    }

    /// Jobs that live, or also those that are recent; oldest first.
    pub fn jobs(&self, also_over: bool) -> Vec<Arc<JobInfo>> {
        let over = also_over.then_some(&self.jobs.over);
        let all = over.into_iter().flatten().chain(&self.jobs.live);
        let mut jobs: Vec<_> = all
            .map(|(_, job)| Arc::new(job.info(self.is_held())))
            .collect();
        jobs.sort_by_key(|job| job.number);
        jobs
    }

    /// Targets of a job that lives or is recent, from an index on.
    pub fn job_targets(&self, id: Uuid, after: u32) -> Option<Vec<JobTargetInfo>> {
        let job = self.jobs.get(*self.jobs.numbers.get(&id)?)?;
        let count = u32::try_from(job.targets.len()).unwrap_or(u32::MAX);
        let targets = (after..count).filter_map(|index| {
            let mut info = job.target_info(index)?;
            // What is under way has said more than its target knows.
            if let Some(execution) = info
                .execution_id
                .filter(|_| !info.state.is_over())
                .and_then(|id| self.executions.get(&id))
            {
                info.output_bytes = execution.output.bytes;
                info.output_sha256 = execution.output_sha256();
            }
            Some(info)
        });
        Some(targets.collect())
    }

    /// Numbers of jobs that live and are recent.
    pub(super) fn all_job_numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let numbers: Vec<_> = self
            .jobs
            .over
            .keys()
            .chain(self.jobs.live.keys())
            .copied()
            .collect();
        numbers.into_iter()
    }

    /// The number of a job that lives or is recent.
    pub(super) fn job_number(&self, id: Uuid) -> Option<u64> {
        self.jobs.numbers.get(&id).copied()
    }

    /// One target of a job that lives or is recent.
    pub fn job_target(&self, id: Uuid, index: u32) -> Option<JobTargetInfo> {
        let job = self.jobs.get(*self.jobs.numbers.get(&id)?)?;
        job.target_info(index)
    }

    /// Lines that were touched are looked at. Called after each input, before its effects are carried out.
    pub fn settle(&mut self, now: Now) {
        loop {
            while let Some(number) = self.jobs.unsettled.pop_first() {
                self.course(number, now);
            }
            for (number, index) in std::mem::take(&mut self.jobs.unparked) {
                self.offer(number, index, now);
            }
            let next = self.jobs.touched.pop_first();
            let Some(ordinal) = next.or_else(|| self.next_starved()) else {
                return;
            };
            self.look_at_line(ordinal, now);
        }
    }

    /// The next node, in turns, that has room while the Nexus had none; if the Nexus has some now.
    fn next_starved(&mut self) -> Option<Ordinal> {
        if self.jobs.out >= self.rules.max_job_executions || self.is_held() {
            return None;
        }
        let after = self.jobs.starved.range(self.jobs.starved_from..).next();
        let next = *after.or_else(|| self.jobs.starved.first())?;
        self.jobs.starved.remove(&next);
        self.jobs.starved_from = next.saturating_add(1);
        Some(next)
    }

    /// Tells screens of the jobs that moved. Called once for many inputs.
    pub fn tell_jobs(&mut self) {
        let held = self.is_held();
        for number in std::mem::take(&mut self.jobs.dirty) {
            self.watching.touch_job(number);
            if !self.listening {
                continue;
            }
            if let Some(job) = self.jobs.get(number) {
                let info = Arc::new(job.info(held));
                self.effects.push(Effect::Publish(Event::JobChanged(info)));
            }
        }
        self.tell_stop();
    }

    /// When [`Self::jobs_due`] wants to be called.
    pub(super) fn jobs_timeout(&self) -> Duration {
        let first = self.jobs.timers.first();
        first.map_or(Duration::MAX, |(at, ..)| *at)
    }

    /// What is due by now.
    pub(super) fn jobs_due(&mut self, now: Now) {
        while let Some(&(at, number, timer)) = self.jobs.timers.first() {
            if at > now.at {
                break;
            }
            self.jobs.timers.pop_first();
            match timer {
                Timer::Retry(index) => self.try_again(number, index, now),
                Timer::NextWave => self.next_wave(number, now),
                Timer::Settle => self.look_for_absent(number, now),
                Timer::Expire => self.expire(number, now),
            }
        }
    }

    /// Something on a node is over; whoever stands in line there may have room.
    pub(super) fn has_room_again(&mut self, ordinal: Ordinal) {
        if self.jobs.lines.contains_key(&ordinal) {
            self.jobs.touched.insert(ordinal);
        }
    }

    /// Everything is held, or is not any more.
    pub(super) fn all_jobs_changed(&mut self) {
        self.jobs.dirty.extend(self.jobs.live.keys());
        self.jobs.touched.extend(self.jobs.lines.keys());
    }

    /// Keeps how the job stands; also its targets when it is new or over.
    fn keep_job(&mut self, number: u64) {
        self.jobs.dirty.insert(number);
        let Some(job) = self.jobs.get(number) else {
            return;
        };
        let row = JobRow {
            number,
            info: Arc::new(job.info(false)),
            record: job.state.is_over().then(|| job.record(Vec::new())),
        };
        self.effects
            .push(Effect::Store(Write::Job(Box::new(row), None)));
    }
}
