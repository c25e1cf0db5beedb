//! What a schedule does at a moment. Not here: doing it.

use std::time::SystemTime;

use super::{Last, Marks, Outcome, Overlap, Schedule, due};

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing is due.
    Nothing,
    /// This time is to be begun; when that is decided, [`Settled::begun`] says what to keep.
    Fire {
        /// Which.
        at: SystemTime,
        /// All times up to this one are decided by it.
        until: SystemTime,
        /// How many were missed before it; told, not caught up.
        missed: u32,
    },
    /// Nothing is begun, and this is kept.
    Settle(Settled),
}

/// What is decided about a schedule, and kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The marks that it was decided by; if they are others by now, so is the schedule.
    pub seen: Marks,
    /// The marks from now on.
    pub marks: Marks,
    /// The time that waits from now on.
    pub queued: Option<SystemTime>,
    /// What became of it.
    pub last: Last,
}

impl Schedule {
    /// What it does now. `busy`: what it began last is not over.
    pub fn step(&self, busy: bool, now: SystemTime) -> Step {
        if self.paused {
            return Step::Nothing;
        }
        let due = due(&self.when, self.marks, self.missed, now);
        match (self.queued, due.fire) {
            // What waited goes first; what is due now is looked at again when that is begun.
            (Some(at), _) if !busy => Step::Fire {
                at,
                until: self.marks.looked,
                missed: 0,
            },
            (Some(_), Some(at)) => self.leave_out(at, due.until, "one waits already", self.queued),
            (None, Some(at)) if busy => match self.overlap {
                Overlap::Allow => fire(at, due),
                Overlap::Skip => self.leave_out(at, due.until, "the last one is not over", None),
                Overlap::Queue => self.leave_out(
                    at,
                    due.until,
                    "it waits until the last one is over",
                    Some(at),
                ),
            },
            (None, Some(at)) => fire(at, due),
            (queued, None) => match due.until {
                None => Step::Nothing,
                Some(until) => self.leave_out(until, due.until, &missed(due.missed), queued),
            },
        }
    }

    /// Of its times, this one was begun, or refused for good.
    pub fn settled(&self, at: SystemTime, until: SystemTime, last: Last) -> Settled {
        let begun = last.outcome == Outcome::Started;
        let fired = if begun {
            self.marks.fired.max(Some(at))
        } else {
            self.marks.fired
        };
        Settled {
            seen: self.marks,
            marks: Marks {
                looked: self.marks.looked.max(until),
                fired,
            },
            queued: self.queued.filter(|queued| *queued != at),
            last,
        }
    }

    fn leave_out(
        &self,
        at: SystemTime,
        until: Option<SystemTime>,
        why: &str,
        queued: Option<SystemTime>,
    ) -> Step {
        let last = Last {
            at,
            outcome: Outcome::Skipped,
            why: Some(why.to_owned()),
            job_id: None,
            run_id: None,
        };
        let mut settled = self.settled(at, until.unwrap_or(at), last);
        settled.queued = queued;
        Step::Settle(settled)
    }

    /// Keeps what was decided, unless it was changed meanwhile. What is begun stays known, so that the next one can wait for
    /// it.
    pub fn keep(&mut self, settled: Settled) -> bool {
        let Settled {
            seen,
            marks,
            queued,
            mut last,
        } = settled;
        if let Some(before) = &self.last
            && last.job_id.is_none()
            && last.run_id.is_none()
        {
            (last.job_id, last.run_id) = (before.job_id, before.run_id);
        }
        self.last = Some(last);
        let same = self.marks == seen;
        if same {
            self.marks = marks;
            self.queued = queued;
        }
        same
    }
}

fn fire(at: SystemTime, due: super::Due) -> Step {
    Step::Fire {
        at,
        until: due.until.unwrap_or(at),
        missed: due.missed,
    }
}

const WHY: &str =
    "the Nexus did not run then, slept, was held, or could not ask the other instances";

fn missed(times: u32) -> String {
    match times {
        1 => format!("missed: {WHY}"),
        100.. => format!("missed, at least 100 times: {WHY}"),
        _ => format!("missed, {times} times: {WHY}"),
    }
}
