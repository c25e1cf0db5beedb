//! What a schedule owes at a moment: pure, so that a year of it can be played in a test.
//!
//! Two marks go with each schedule. `looked` is the last of its times about which it was decided; only later ones are due, so
//! a clock that is set back makes nothing happen twice. `fired` is the last of its times for which something began; only
//! later ones are ever caught up, also when `looked` had to be taken back, see [`Marks::taken_back`].
//!
//! Not here: whether it may fire, and what then happens.

use std::time::{Duration, SystemTime};

use super::when::When;

/// What is older is missed.
pub const GRACE: Duration = Duration::from_secs(90);
/// A clock that stands so far before `looked` was wrong when it was looked at.
pub const WRONG: Duration = Duration::from_secs(24 * 3600);
/// Missed times that are counted; then it is "at least".
const COUNTED: u32 = 100;

/// What becomes of times at which the Nexus slept, was not there, or was held.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Nothing.
    #[default]
    Skip,
    /// All of them are caught up by one.
    Once,
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Marks {
    /// The last time about which it was decided.
    pub looked: SystemTime,
    /// The last time for which something began.
    pub fired: Option<SystemTime>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// This one is to run now; at most one, whatever was missed.
    pub fire: Option<SystemTime>,
    /// How many were missed and are not caught up; at most a hundred are counted.
    pub missed: u32,
    /// All times up to this one are decided by that.
    pub until: Option<SystemTime>,
}

impl Marks {
    /// The marks for a clock that is right now, when it was wrong before: it stands more than a day before what was decided.
    pub fn taken_back(self, now: SystemTime) -> Option<Self> {
        let ahead = self.looked.duration_since(now).unwrap_or_default();
        (ahead > WRONG).then_some(Self {
            looked: now,
            ..self
        })
    }
}

/// See the module.
pub fn due(when: &When, marks: Marks, policy: Missed, now: SystemTime) -> Due {
    let cutoff = now.checked_sub(GRACE).unwrap_or(SystemTime::UNIX_EPOCH);
    let (mut missed, mut late) = (0, None);
    let mut after = marks.looked;
    while missed < COUNTED
        && let Some(at) = when.next(after).filter(|at| *at <= cutoff)
    {
        (missed, late, after) = (missed + 1, Some(at), at);
    }
    if missed == COUNTED {
        late = last_until(when, after, cutoff).or(late);
    }
    let mut timely = None;
    let mut after = marks.looked.max(cutoff);
    while let Some(at) = when.next(after).filter(|at| *at <= now) {
        if timely.replace(at).is_some() {
            missed += 1;
        }
        after = at;
    }
    let caught_up =
        late.filter(|at| policy == Missed::Once && marks.fired.is_none_or(|fired| *at > fired));
    let fire = timely.or(caught_up);
    if timely.is_none() && caught_up.is_some() {
        missed -= 1;
    }
    Due {
        fire,
        missed,
        until: timely.or(late),
    }
}

/// The last time in (after, until]: looked for in larger and larger pieces before the end, so that years of minutes cost
/// no more than a day of them.
fn last_until(when: &When, after: SystemTime, until: SystemTime) -> Option<SystemTime> {
    const HOUR: u64 = 3600;
    for hours in [1, 24, 24 * 32, 24 * 366 * 10] {
        let start = until
            .checked_sub(Duration::from_secs(hours * HOUR))
            .unwrap_or(after)
            .max(after);
        let times = std::iter::successors(when.next(start), |last| when.next(*last));
        let found = times.take_while(|at| *at <= until).last();
        if found.is_some() || start == after {
            return found;
        }
    }
    None
}
