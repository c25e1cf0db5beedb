//! Schedules: what is to be begun when, by whose rights. What a schedule is, when it is due, and what it does then. Pure: the
//! time is passed in.
//!
//! Not here: reading the clock and carrying it out, see [`crate::scheduler`]; where they are kept, see [`crate::state`].

mod due;
mod english;
mod request;
mod step;
mod when;

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use due::{Due, GRACE, Marks, Missed, WRONG, due};
pub use english::EnglishError;
pub(crate) use request::SCHEDULES;
pub use request::{ScheduleError, ScheduleRequest};
pub use step::{Settled, Step};
pub use when::{When, WhenError};

use crate::access::{Principal, Role};
use crate::job::JobRequest;
use crate::runbook::{Maker, RunbookCall};

/// A schedule. The serialised form is its row in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// To speak of it.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// When it is due.
    #[serde(with = "when::row")]
    pub when: When,
    /// What happens when it is due and the last one is not over.
    pub overlap: Overlap,
    /// What becomes of times that were missed.
    pub missed: Missed,
    /// What is begun.
    pub what: What,
    /// Nothing is begun until it is resumed.
    pub paused: bool,
    /// By whose rights, looked at anew each time.
    pub owner: Maker,
    /// When it was made.
    pub made_at: SystemTime,
    /// Up to when it was decided, see [`due`].
    pub marks: Marks,
    /// One of its times waits for the last one to be over.
    pub queued: Option<SystemTime>,
    /// What became of its last time.
    pub last: Option<Last>,
}

impl Schedule {
    /// Whether this principal is told what looks like a secret in it: its owner, and admins without limits.
    pub(crate) fn is_whole_for(&self, principal: &Principal) -> bool {
        let admin = principal.role >= Role::Admin && principal.scope.is_all();
        admin || self.owner.id == principal.id
    }
}

/// What happens when a schedule is due and what it began last is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// This time is left out.
    #[default]
    Skip,
    /// One waits until it is over; more are left out.
    Queue,
    /// It is begun all the same.
    Allow,
}

/// What a schedule begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A job.
    Job(Box<JobRequest>),
    /// A run of a runbook, of one version.
    Runbook(Box<RunbookCall>),
}

/// What became of one of its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// Which time.
    pub at: SystemTime,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub why: Option<String>,
    /// What was begun, if that was a job.
    pub job_id: Option<Uuid>,
    /// What was begun, if that was a runbook.
    pub run_id: Option<Uuid>,
}

/// See [`Last`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something was begun.
    Started,
    /// It was missed, or what it began before was not over.
    Skipped,
    /// It might not, or could not be begun.
    Refused,
}

#[cfg(test)]
mod tests;
