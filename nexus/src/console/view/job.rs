//! How jobs cross into the window: a job, its targets, what they wrote, and the stop of everything. Mirrors
//! `ui/src/bridge/typesJob.ts`. Not here: how one is asked for (`view_ask`).

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::console::view::execution::StreamView;
use crate::console::view::node::EffectView;

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum JobStateView {
    Running,
    Paused,
    Stopping,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
}

/// Where a target of a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TargetStateView {
    Queued,
    Waiting,
    Dispatched,
    Running,
    Stopping,
    Succeeded,
    Failed,
    TimedOut,
    Cancelled,
    Unknown,
    Expired,
    Refused,
    Skipped,
}

/// What becomes of offline nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum OfflineView {
    /// They are left out.
    Skip,
    /// They are waited for.
    Wait,
}

/// A job as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Minted by the asker.
    pub id: String,
    /// For people; may be empty.
    pub label: String,
    /// Where it is.
    pub state: JobStateView,
    /// Why it is paused, or how it ended.
    pub reason: Option<String>,
    /// Who asked.
    pub asker: AskerView,
    /// What it came from.
    pub origin: Option<OriginView>,
    /// What is run.
    pub skill: String,
    /// What is run.
    pub method: String,
    /// Short form of the parameters.
    pub summary: String,
    /// The worst that it may do.
    pub effect: Option<EffectView>,
    /// The expression; empty when nodes were named.
    pub target: String,
    /// Over the frozen nodes.
    pub targets_sha256: String,
    /// How many targets.
    pub total: u32,
    /// On any so many.
    pub any: Option<u32>,
    /// How many are where.
    pub counts: CountsView,
    /// Its waves, if there is more than one.
    pub wave: Option<WaveView>,
    /// The wave, from 1, at whose end it waits for the operator.
    pub gate: Option<u32>,
    /// Everything is stopped, so nothing of it is begun.
    pub held: bool,
    /// 0 to 9.
    pub priority: u8,
    /// At most so many at once; 0 is no limit of its own.
    pub concurrency: u32,
    /// What becomes of offline nodes.
    pub offline: OfflineView,
    /// Attempts after the first one.
    pub retry_limit: u16,
    /// RFC 3339.
    pub submitted_at: String,
    /// RFC 3339.
    pub finished_at: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AskerView {
    pub id: String,
    pub name: String,
    pub kind: String,
}

/// What a job came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct OriginView {
    pub kind: OriginKindView,
    pub id: String,
    pub name: String,
}

/// See [`OriginView`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum OriginKindView {
    Schedule,
    Runbook,
    Rerun,
    Source,
}

/// How many targets are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct CountsView {
    pub queued: u32,
    pub waiting: u32,
    pub dispatched: u32,
    pub running: u32,
    pub stopping: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub timed_out: u32,
    pub cancelled: u32,
    pub unknown: u32,
    pub expired: u32,
    pub refused: u32,
    pub skipped: u32,
}

/// How far the waves have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WaveView {
    /// From 1.
    pub current: u32,
    /// How many there are.
    pub of: u32,
    /// Cumulative numbers of targets.
    pub ends: Vec<u32>,
}

/// A target as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TargetView {
    /// From 0.
    pub index: u32,
    /// Its node; empty while none is chosen.
    pub node_id: String,
    /// Its name when the list was frozen.
    pub node_name: String,
    /// Where it is.
    pub state: TargetStateView,
    /// From 1.
    pub wave: u32,
    /// So far.
    pub attempts: u16,
    /// Of the last attempt.
    pub execution_id: Option<String>,
    /// Why not.
    pub error: Option<String>,
    /// Of the process.
    pub exit_code: Option<i32>,
    /// As the node measured it.
    #[specta(type = Option<Number>)]
    pub duration_ms: Option<f64>,
    /// Streamed.
    #[specta(type = Number)]
    pub output_bytes: u64,
    /// It did not run: an older result did.
    pub from_cache: bool,
    /// RFC 3339.
    pub next_try_at: Option<String>,
    /// RFC 3339.
    pub finished_at: Option<String>,
}

/// Some targets of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct TargetPage {
    /// In the order of the waves.
    pub targets: Vec<TargetView>,
    /// Where the next page begins.
    pub next: Option<u32>,
}

/// What the targets of a job wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct OutputGroupsView {
    /// Odd ones first, the majority last.
    pub groups: Vec<OutputGroupView>,
    /// Groups that are left out, because there are so many.
    #[specta(type = Number)]
    pub omitted: usize,
}

/// Targets that ended in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutputGroupView {
    /// Where they are.
    pub state: TargetStateView,
    /// Of their processes.
    pub exit_code: Option<i32>,
    /// Why not.
    pub error: Option<String>,
    /// Over what they wrote; empty when nothing is known of it.
    pub sha256: String,
    /// How many.
    #[specta(type = Number)]
    pub count: usize,
    /// It is what most of them wrote.
    pub majority: bool,
    /// Some of them.
    pub nodes: Vec<GroupMemberView>,
    /// What they wrote; `None` when it is no text, or nothing.
    pub text: Option<String>,
    /// There is more of it.
    pub truncated: bool,
    /// Against the majority.
    pub diff: Option<String>,
}

/// A node of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupMemberView {
    /// Its id.
    pub node_id: String,
    /// Its name when the list was frozen.
    pub node_name: String,
    /// Of its last attempt.
    pub execution_id: Option<String>,
    /// As the node measured it.
    #[specta(type = Option<Number>)]
    pub duration_ms: Option<f64>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct SearchView {
    /// In the order of the targets.
    pub hits: Vec<HitView>,
    /// Everything was searched, and everything found is told.
    pub complete: bool,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    /// Which execution wrote it.
    pub execution_id: String,
    /// Where.
    pub node_id: String,
    /// Its name when the list was frozen.
    pub node_name: String,
    /// Which pipe.
    pub stream: StreamView,
    /// From 1.
    #[specta(type = Number)]
    pub line: u64,
    /// The line.
    pub text: String,
}

/// The stop of everything, or of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StopView {
    /// Nothing of jobs and schedules begins.
    pub held: bool,
    /// Who.
    pub by: String,
    /// RFC 3339; empty when nobody ever stopped anything.
    pub since: String,
    /// Why.
    pub reason: String,
    /// Told to stop; no proof yet.
    pub stopping: u32,
    /// Proved to have ended.
    pub proved: u32,
    /// No proof came in time.
    pub unknown: u32,
    /// Nothing had to be stopped.
    pub never_sent: u32,
    /// On spores that cannot stop anything.
    pub cannot: u32,
}
