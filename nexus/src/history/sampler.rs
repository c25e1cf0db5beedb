//! When a sample of the fleet is due, and what happened since the last one. A sample is a copy of a few bytes a node, made
//! between two inputs of the hub; packing and writing are the store's. Not here: a clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Reading, Stood, Turn};
use crate::job::JobState;
use crate::model::{ExecutionState, Now, Ordinal};
use crate::state::State;
use crate::store::{Store, Write};

const MINUTE: i64 = 60_000;
/// How long a turn waits for others.
const PAUSE: Duration = Duration::from_secs(2);
/// Turns that wait at most; then they are written at once.
const GROUP: usize = 4096;
/// Turns at once: a whole fleet may come back after a restart, twice.
const BURST: f64 = 100_000.0;
/// Turns a second, in the long run: a fleet that flaps for a day must not fill the disk.
const RATE: f64 = 50.0;

/// What was done in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deeds {
    /// Jobs that were accepted.
    pub jobs: u32,
    /// Jobs that ended otherwise than they should.
    pub jobs_failed: u32,
    /// Executions that began.
    pub executions: u32,
    /// Executions that ended otherwise than they should.
    pub executions_failed: u32,
    /// Nodes that became unreachable.
    pub fell: u32,
}

/// All nodes at one moment, and what was done in the minute before.
#[derive(Debug)]
pub struct Sample {
    /// Since 1970; there is one sample of each.
    pub minute: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// In order of their ordinals.
    pub readings: Vec<Reading>,
    /// Since the sample before.
    pub deeds: Deeds,
    /// Samples older than this many minutes go.
    pub keep: i64,
    /// The first one of this life: one of the same minute from the life before stays.
    pub first: bool,
}

/// See the module.
pub(crate) struct Sampler {
    /// Minutes; none keeps nothing.
    keep: Option<i64>,
    due: Duration,
    began: bool,
    turns: Vec<Turn>,
    turns_due: Option<Duration>,
    allowance: f64,
    refilled: Duration,
    deeds: Deeds,
}

impl Sampler {
    /// Keeps the history of so long; zero is none.
    pub(crate) fn new(keep: Duration) -> Self {
        let minutes = i64::try_from(keep.as_secs() / 60).unwrap_or(i64::MAX);
        Self {
            keep: (minutes > 0).then_some(minutes),
            due: Duration::ZERO,
            began: false,
            turns: Vec::new(),
            turns_due: None,
            allowance: BURST,
            refilled: Duration::ZERO,
            deeds: Deeds::default(),
        }
    }

    /// When [`Self::tick`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Duration {
        match self.keep {
            None => Duration::MAX,
            Some(_) => self.due.min(self.turns_due.unwrap_or(Duration::MAX)),
        }
    }

    /// Something goes to the store; what it says of jobs and executions is counted.
    pub(crate) fn saw(&mut self, write: &Write) {
        if let Write::Begin(..) = write {
            self.deeds.executions += 1;
        } else if let Write::End(execution, kept) = write {
            // Of those that somebody waited for only the end is written.
            self.deeds.executions += u32::from(kept.is_none());
            self.deeds.executions_failed += u32::from(is_failure(execution.state));
        } else if let Write::Job(row, _) = write {
            let state = row.info.state;
            self.deeds.jobs += u32::from(row.record.is_some() && !state.is_over());
            self.deeds.jobs_failed +=
                u32::from(matches!(state, JobState::Failed | JobState::Expired));
        }
    }

    /// These stand otherwise than before.
    pub(crate) fn turned(&mut self, turns: Vec<(Ordinal, Stood)>, now: Now, store: &Store) {
        if self.keep.is_none() || turns.is_empty() {
            return;
        }
        let passed = now.at.saturating_sub(self.refilled).as_secs_f64();
        self.allowance = BURST.min(self.allowance + passed * RATE);
        self.refilled = now.at;
        let at = millis(now.wall);
        for (node, stood) in turns {
            self.deeds.fell += u32::from(stood == Stood::Offline);
            if self.allowance < 1.0 {
                store.leave_out();
                continue;
            }
            self.allowance -= 1.0;
            self.turns.push(Turn { at, node, stood });
        }
        self.turns_due.get_or_insert(now.at + PAUSE);
        if self.turns.len() >= GROUP {
            self.flush(store);
        }
    }

    /// Takes a sample if one is due, and writes turns that have waited long enough.
    pub(crate) fn tick(&mut self, now: Now, state: &State, store: &Store) {
        let Some(keep) = self.keep else { return };
        if self.turns_due.is_some_and(|due| due <= now.at) {
            self.flush(store);
        }
        if now.at < self.due {
            return;
        }
        let at = millis(now.wall);
        let first = !std::mem::replace(&mut self.began, true);
        let readings: Vec<Reading> = state.places().map(Reading::of).collect();
        if first {
            // In its last words the life before may have said that they were there.
            let away = (0..)
                .zip(&readings)
                .filter(|(_, reading)| reading.stood == Stood::Offline);
            let away = away.map(|(node, reading)| (node, reading.stood)).collect();
            self.turned(away, now, store);
            self.deeds = Deeds::default();
        }
        let to_next = MINUTE - at.rem_euclid(MINUTE);
        self.due = now.at + Duration::from_millis(u64::try_from(to_next).unwrap_or(60_000));
        store.write(Write::Sample(Box::new(Sample {
            // The two clocks may disagree by a little, and the boundary is the minute that begins.
            minute: (at + if first { 0 } else { 500 }).div_euclid(MINUTE),
            at,
            readings,
            deeds: std::mem::take(&mut self.deeds),
            keep,
            first,
        })));
    }

    /// Writes all turns that wait.
    pub(crate) fn flush(&mut self, store: &Store) {
        self.turns_due = None;
        if !self.turns.is_empty() {
            store.write(Write::Turns(std::mem::take(&mut self.turns)));
        }
    }
}

fn is_failure(state: ExecutionState) -> bool {
    match state {
        ExecutionState::Failed
        | ExecutionState::TimedOut
        | ExecutionState::Unknown
        | ExecutionState::Expired
        | ExecutionState::Refused => true,
        ExecutionState::Queued
        | ExecutionState::Dispatched
        | ExecutionState::Running
        | ExecutionState::Stopping
        | ExecutionState::Succeeded
        | ExecutionState::Cancelled => false,
    }
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
