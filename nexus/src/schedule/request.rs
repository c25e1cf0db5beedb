//! A schedule as it is asked for. Not here: who may, and whether what it begins may destroy something: that is known where
//! nodes are.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Marks, Missed, Overlap, Schedule, What, When, WhenError};
use crate::access::Caller;
use crate::job::{JobRequest, RequestError};
use crate::runbook::{Maker, RunError, RunbookCall};

/// Most schedules.
pub(crate) const SCHEDULES: usize = 1_000;
/// Largest parameters of what is begun, bytes: they are kept as long as the schedule.
const PARAMETERS: usize = 64 * 1024;
/// Longest name, bytes.
const NAME: usize = 100;

/// See the module.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRequest {
    /// For people.
    pub name: String,
    /// Plain English or cron: `every weekday at 9am`, `0 9 * * 1-5`.
    pub when: String,
    /// IANA name.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// What happens when it is due and what it began last is not over.
    #[serde(default)]
    pub overlap: Overlap,
    /// What becomes of times at which the Nexus did not run, slept, or was held.
    #[serde(default)]
    pub missed: Missed,
    /// What is begun: as in `POST /api/v1/jobs`, without `id`, `dedupe_key`, `targets_sha256`, `confirm_count`, `approval`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobRequest>,
    /// Or a run of a runbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<RunbookCall>,
    /// It begins nothing until it is resumed.
    #[serde(default)]
    pub paused: bool,
    /// What is begun may destroy something, and that is meant.
    #[serde(default)]
    pub confirm_destructive: bool,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// Why there is no such schedule. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// The name.
    #[error("the name must be 1 to {NAME} printable bytes")]
    Name,
    /// When.
    #[error(transparent)]
    When(#[from] WhenError),
    /// What.
    #[error("say what to begin, by job or by runbook, not by both")]
    What,
    /// The job.
    #[error("job: {0}")]
    Job(#[from] RequestError),
    /// A field that is about one moment.
    #[error("job: {0} is about one moment and makes no sense in a schedule; leave it out")]
    Momentary(&'static str),
    /// It may destroy something.
    #[error(
        "{0} may destroy something, and nobody is asked when it is due; say \"confirm_destructive\": true if that is meant"
    )]
    Confirm(String),
    /// They are kept as long as the schedule.
    #[error("the parameters must be at most {PARAMETERS} bytes in a schedule")]
    Parameters,
    /// A secret in a schedule.
    #[error(
        "parameter {0:?} is secret and would be kept as long as the schedule; a runbook with such can only be run by hand"
    )]
    Secret(String),
    /// The runbook.
    #[error("runbook: {0}")]
    Run(#[from] RunError),
    /// A call that its owner may not make.
    #[error("your token is not allowed to call {0}")]
    Call(String),
    /// Too many.
    #[error("there are {SCHEDULES} schedules, no more are kept")]
    TooMany,
    /// No such schedule.
    #[error("schedule {0} does not exist")]
    Unknown(Uuid),
    /// Somebody else's.
    #[error("schedule {name:?} belongs to {owner}; only they and admins may change it")]
    NotYours {
        /// Its name.
        name: String,
        /// For people.
        owner: String,
    },
}

impl ScheduleRequest {
    /// A new schedule, or what is wrong with it. Its times begin after `now`.
    pub fn into_schedule(
        self,
        id: Uuid,
        caller: &Caller,
        now: SystemTime,
    ) -> Result<Schedule, ScheduleError> {
        check_name(&self.name)?;
        let when = When::parse(&self.when, &self.time_zone, now)?;
        let what = match (self.job, self.runbook) {
            (Some(job), None) => What::Job(Box::new(checked(job, caller)?)),
            (None, Some(runbook)) => {
                check_size(&Value::Object(runbook.parameters.clone()))?;
                What::Runbook(Box::new(runbook))
            }
            (None, None) | (Some(_), Some(_)) => return Err(ScheduleError::What),
        };
        let principal = &caller.principal;
        Ok(Schedule {
            id,
            name: self.name,
            when,
            overlap: self.overlap,
            missed: self.missed,
            what,
            paused: self.paused,
            owner: Maker {
                id: principal.id.clone(),
                name: principal.name.clone(),
            },
            made_at: now,
            marks: Marks {
                looked: now,
                fired: None,
            },
            queued: None,
            last: None,
        })
    }
}

impl Schedule {
    /// Whether one that was made at another instance makes sense here. What it begins is looked at when it is due.
    pub(crate) fn sound(&self) -> Result<(), ScheduleError> {
        check_name(&self.name)?;
        self.when.sound()?;
        match &self.what {
            What::Job(job) => {
                check_moment(job)?;
                check_size(&job.parameters)
            }
            What::Runbook(call) => check_size(&Value::Object(call.parameters.clone())),
        }
    }
}

fn check_name(name: &str) -> Result<(), ScheduleError> {
    let odd = name.trim().is_empty()
        || name.len() > NAME
        || name.chars().any(protocol::limits::is_deceptive);
    if odd {
        return Err(ScheduleError::Name);
    }
    Ok(())
}

fn checked(job: JobRequest, caller: &Caller) -> Result<JobRequest, ScheduleError> {
    check_moment(&job)?;
    check_size(&job.parameters)?;
    job.clone().into_job(caller.clone(), None)?;
    Ok(job)
}

fn check_moment(job: &JobRequest) -> Result<(), ScheduleError> {
    let momentary = [
        ("id", job.id.is_some()),
        ("dedupe_key", job.dedupe_key.is_some()),
        ("targets_sha256", job.targets_sha256.is_some()),
        ("confirm_count", job.confirm_count.is_some()),
        ("approval", job.approval.is_some()),
    ];
    if let Some((field, _)) = momentary.into_iter().find(|(_, there)| *there) {
        return Err(ScheduleError::Momentary(field));
    }
    Ok(())
}

fn check_size(parameters: &Value) -> Result<(), ScheduleError> {
    if parameters.to_string().len() > PARAMETERS {
        return Err(ScheduleError::Parameters);
    }
    Ok(())
}
