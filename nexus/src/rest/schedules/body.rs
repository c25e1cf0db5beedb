//! Schedules in the contract's words. Not here: who sees them.

use std::time::SystemTime;

use protocol::rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::redact;
use crate::runbook::Maker;
use crate::schedule::{Last, Missed, Outcome, Overlap, Schedule, What, When};

/// A schedule.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduleBody<'a> {
    id: Uuid,
    name: &'a str,
    /// As it was typed.
    when: &'a str,
    /// What that means: five fields.
    cron: &'a str,
    in_words: String,
    time_zone: &'a str,
    overlap: Overlap,
    missed: Missed,
    /// As in `POST /api/v1/jobs`.
    #[schema(value_type = Option<Object>)]
    job: Option<Value>,
    /// Which runbook, of which version, with which parameters.
    #[schema(value_type = Option<Object>)]
    runbook: Option<Value>,
    paused: bool,
    /// By whose rights.
    owner: &'a Maker,
    made_at: String,
    /// The next five, with the offset of the zone; none while it is paused.
    next: Vec<String>,
    /// What became of its last time.
    last: Option<LastBody<'a>>,
}

/// What became of one of its times.
#[derive(Serialize, ToSchema)]
struct LastBody<'a> {
    at: String,
    job_id: Option<Uuid>,
    run_id: Option<Uuid>,
    outcome: Outcome,
    why: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduleList<'a> {
    pub(crate) status: &'static str,
    pub(crate) schedules: Vec<ScheduleBody<'a>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OneSchedule<'a> {
    pub(crate) status: &'static str,
    pub(crate) schedule: ScheduleBody<'a>,
}

impl<'a> ScheduleBody<'a> {
    /// `whole`: with what looks like a secret.
    pub(crate) fn new(schedule: &'a Schedule, whole: bool) -> Self {
        let told = |value: serde_json::Result<Value>| {
            let mut value = value.unwrap_or_default();
            if !whole {
                redact::value(&mut value);
            }
            Some(value)
        };
        let (job, runbook) = match &schedule.what {
            What::Job(job) => (told(serde_json::to_value(job)), None),
            What::Runbook(call) => (None, told(serde_json::to_value(call))),
        };
        let ahead = if schedule.paused { 0 } else { super::AHEAD };
        let now = SystemTime::now().max(schedule.marks.looked);
        Self {
            id: schedule.id,
            name: &schedule.name,
            when: schedule.when.typed(),
            cron: schedule.when.cron(),
            in_words: schedule.when.in_words(),
            time_zone: schedule.when.time_zone(),
            overlap: schedule.overlap,
            missed: schedule.missed,
            job,
            runbook,
            paused: schedule.paused,
            owner: &schedule.owner,
            made_at: rfc3339(schedule.made_at),
            next: upcoming(&schedule.when, now, ahead),
            last: schedule.last.as_ref().map(LastBody::new),
        }
    }
}

impl<'a> LastBody<'a> {
    fn new(last: &'a Last) -> Self {
        Self {
            at: rfc3339(last.at),
            job_id: last.job_id,
            run_id: last.run_id,
            outcome: last.outcome,
            why: last.why.as_deref(),
        }
    }
}

/// The next times, with the offset of the zone.
pub(super) fn upcoming(when: &When, after: SystemTime, many: usize) -> Vec<String> {
    let times = when.upcoming(after, many);
    times
        .iter()
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        .collect()
}
