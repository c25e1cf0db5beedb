//! How schedules and runbooks cross into the window, and how they are asked for. Mirrors `ui/src/bridge/typesPlan.ts`.
//! Not here: the jobs that come of them (`view_job`).

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::console::view::Json;
use crate::console::view::ask::JobRequest;

/// While the last one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum OverlapView {
    /// This time is left out.
    Skip,
    /// One waits for it.
    Queue,
    /// Both run.
    Allow,
}

/// When the Nexus was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum MissedView {
    /// It is left out.
    Skip,
    /// It is caught up once.
    Once,
}

/// A wish to run a runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunbookCall {
    /// Which.
    pub name: String,
    /// The newest when missing.
    pub version: Option<u32>,
    /// An object.
    pub parameters: Json,
    /// Which nodes, for steps that do not say so.
    pub target: Option<String>,
}

/// A schedule as it is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchedulePlan {
    /// For people.
    pub name: String,
    /// As typed.
    pub when: String,
    /// IANA name.
    pub time_zone: String,
    /// While the last one runs.
    pub overlap: OverlapView,
    /// When the Nexus was not there.
    pub missed: MissedView,
    /// What is begun.
    pub job: Option<JobRequest>,
    /// Or this.
    pub runbook: Option<RunbookCall>,
    /// It may destroy something, and that is meant.
    pub confirm_destructive: bool,
}

/// A schedule as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleView {
    /// To speak of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// As typed.
    pub when: String,
    /// Five fields.
    pub cron: String,
    /// IANA name.
    pub time_zone: String,
    /// While the last one runs.
    pub overlap: OverlapView,
    /// When the Nexus was not there.
    pub missed: MissedView,
    /// What is begun.
    pub job: Option<JobRequest>,
    /// Or this.
    pub runbook: Option<RunbookCall>,
    /// Nothing is begun.
    pub paused: bool,
    /// By whose rights.
    pub owner: OwnerView,
    /// The next five, RFC 3339.
    pub next: Vec<String>,
    /// What became of its last time.
    pub last: Option<LastView>,
}

/// By whose rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct OwnerView {
    /// `local`, or the id of a token.
    pub id: String,
    /// For people.
    pub name: String,
}

/// What became of one of the times of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LastView {
    /// RFC 3339.
    pub at: String,
    /// The job that was begun.
    pub job_id: Option<String>,
    /// The run that was begun.
    pub run_id: Option<String>,
    /// What became of it.
    pub outcome: FiredView,
    /// Why.
    pub why: Option<String>,
}

/// See [`LastView`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum FiredView {
    /// Something was begun.
    Started,
    /// It was left out.
    Skipped,
    /// It might not, or could not be begun.
    Refused,
}

/// What a time means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WhenView {
    /// Five fields.
    pub cron: String,
    /// For people.
    pub in_words: String,
    /// The next five, RFC 3339.
    pub next: Vec<String>,
}

/// The newest version of a runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunbookView {
    /// To speak of it.
    pub name: String,
    /// For people.
    pub title: String,
    /// From 1.
    pub version: u32,
    /// JSON Schema of its parameters.
    pub parameters: Json,
    /// Their names, in order.
    pub steps: Vec<String>,
    /// The nodes it is for; may be empty.
    pub target: String,
    /// RFC 3339.
    pub changed_at: String,
    /// Who made this version.
    pub changed_by: String,
}

/// A version of a runbook that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunbookVersionView {
    /// Its number.
    pub version: u32,
    /// RFC 3339.
    pub changed_at: String,
    /// Who made it.
    pub changed_by: String,
}

/// A run of a runbook as of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// To speak of it.
    pub id: String,
    /// Of which runbook.
    pub runbook: String,
    /// Of which version.
    pub version: u32,
    /// Where it is.
    pub state: RunStateView,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Who asked.
    pub asker: String,
    /// In order.
    pub steps: Vec<StepView>,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: Option<String>,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum RunStateView {
    Running,
    Stopping,
    Succeeded,
    Failed,
    Cancelled,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// For people.
    pub name: String,
    /// Where it is.
    pub state: StepStateView,
    /// Its job, once there is one.
    pub job_id: Option<String>,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum StepStateView {
    Pending,
    Running,
    Succeeded,
    Failed,
    Skipped,
}
