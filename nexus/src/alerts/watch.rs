//! When something fires and when it is over: one step of what a rule thinks of one subject. It rises for as long as the rule
//! says before it fires, and must be well for a while before it is over, so that nothing flaps. Pure: the time is passed in.
//! Not here: what is read off nodes and jobs, see [`crate::state`].

use std::time::{Duration, SystemTime};

use crate::model::Now;

/// After a start nothing new fires for so long: nodes need time to come back.
pub const GRACE: Duration = Duration::from_secs(120);
/// What happened and was not looked at is over after a day.
pub(super) const HAPPENED: Duration = Duration::from_secs(24 * 3600);

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It is not.
    No,
    /// Neither clearly so nor clearly not, or nobody knows at the moment: all stays as it is.
    Between,
    /// It is.
    Yes,
}

/// What a subject says to one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Whether its condition is met.
    pub met: Met,
    /// What was measured.
    pub value: Option<f64>,
    /// More, for people.
    pub detail: Option<String>,
    /// What its nodes have in common.
    pub common: Option<String>,
    /// The nodes, when the subject is none.
    pub nodes: Vec<String>,
    /// Since when, if that is known.
    pub began: Option<SystemTime>,
    /// When it changes by itself, since the start of the Nexus.
    pub again: Option<Duration>,
}

impl Reading {
    /// Only whether it is met.
    pub fn of(met: Met) -> Self {
        Self {
            met,
            value: None,
            detail: None,
            common: None,
            nodes: Vec::new(),
            began: None,
            again: None,
        }
    }

    /// A number over a bound; `slack` below it is neither.
    pub fn above(value: f64, bound: f64, slack: f64) -> Self {
        let met = if value > bound {
            Met::Yes
        } else if value > bound - slack {
            Met::Between
        } else {
            Met::No
        };
        Self {
            value: Some(value),
            ..Self::of(met)
        }
    }
}

/// What a rule thinks of a subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// Met, not for long enough yet.
    Rising { at: Duration, since: SystemTime },
    /// It fires.
    Firing,
    /// It fires, and is not met any more.
    Falling { at: Duration },
    /// Somebody has seen what happened; it fires again only after it was not met.
    Quiet,
}

/// What one look changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Moved {
    Nothing,
    Fires(SystemTime),
    Over,
}

/// By what it is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// For how long it must be met.
    pub(super) hold: Duration,
    /// Until when nothing new fires.
    pub(super) grace: Duration,
}

pub(super) struct Step {
    pub(super) phase: Option<Phase>,
    pub(super) moved: Moved,
    /// When to look again, if nothing happens before.
    pub(super) due: Option<Duration>,
}

impl Step {
    fn stay(phase: Option<Phase>) -> Self {
        Self {
            phase,
            moved: Moved::Nothing,
            due: None,
        }
    }
}

/// How long it must be well before it is over.
pub(super) fn patience(hold: Duration) -> Duration {
    (hold / 2).clamp(Duration::from_secs(5), Duration::from_secs(60))
}

/// See the module.
pub(super) fn step(phase: Option<Phase>, reading: &Reading, terms: Terms, now: Now) -> Step {
    match (phase, reading.met) {
        (None, Met::No | Met::Between) | (Some(Phase::Rising { .. } | Phase::Quiet), Met::No) => {
            Step::stay(None)
        }
        (None, Met::Yes) => {
            let since = reading.began.unwrap_or(now.wall);
            rise(now.at, since, reading.began.is_some(), terms, now)
        }
        (Some(Phase::Rising { at, since }), Met::Between | Met::Yes) => {
            rise(at, since, reading.began.is_some(), terms, now)
        }
        (Some(Phase::Firing), Met::Between | Met::Yes)
        | (Some(Phase::Falling { .. }), Met::Yes) => Step::stay(Some(Phase::Firing)),
        (Some(Phase::Quiet), Met::Between | Met::Yes) => Step::stay(Some(Phase::Quiet)),
        (Some(Phase::Firing), Met::No) => fall(now.at, terms.hold, now),
        (Some(Phase::Falling { at }), Met::No | Met::Between) => fall(at, terms.hold, now),
    }
}

/// `known`: since when is told by the subject itself, which may be longer than we look.
fn rise(at: Duration, since: SystemTime, known: bool, terms: Terms, now: Now) -> Step {
    let looked = now.at.saturating_sub(at);
    let told = now.wall.duration_since(since).unwrap_or_default();
    let met_for = if known { looked.max(told) } else { looked };
    if met_for >= terms.hold && now.at >= terms.grace {
        return Step {
            phase: Some(Phase::Firing),
            moved: Moved::Fires(since),
            due: None,
        };
    }
    let due = now.at.saturating_add(terms.hold.saturating_sub(met_for));
    Step {
        phase: Some(Phase::Rising { at, since }),
        moved: Moved::Nothing,
        due: Some(due.max(terms.grace)),
    }
}

fn fall(at: Duration, hold: Duration, now: Now) -> Step {
    let over = at.saturating_add(patience(hold));
    if now.at >= over {
        return Step {
            phase: None,
            moved: Moved::Over,
            due: None,
        };
    }
    Step {
        phase: Some(Phase::Falling { at }),
        moved: Moved::Nothing,
        due: Some(over),
    }
}
