//! How the fleet's last day crosses into the window: columns rather than rows where there may be thousands, times as
//! milliseconds since 1970. Not here: how it stands now, which the feed tells.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Type)]
#[serde(transparent)]
pub struct MomentMs(#[specta(type = Number)] pub f64);

/// A part of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BucketView {
    /// Its begin.
    #[specta(type = Number)]
    pub at_ms: i64,
    /// False: the Nexus was not there, or it is too long ago.
    pub known: bool,
    /// At its end, without those that were degraded.
    pub online: u32,
    /// The most at once.
    pub degraded: u32,
    /// The most at once.
    pub offline: u32,
    /// Nodes that became unreachable in it.
    pub fell: u32,
    /// Jobs that were accepted.
    pub jobs: u32,
    /// Jobs that ended otherwise than they should.
    pub jobs_failed: u32,
    /// Executions that began.
    pub executions: u32,
    /// Executions that ended otherwise than they should.
    pub executions_failed: u32,
}

/// A time in parts.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// Its begin.
    #[specta(type = Number)]
    pub from_ms: i64,
    /// Its end.
    #[specta(type = Number)]
    pub to_ms: i64,
    /// The oldest moment of which anything is kept; null: nothing is.
    #[specta(type = Option<Number>)]
    pub oldest_ms: Option<i64>,
    /// In order.
    pub buckets: Vec<BucketView>,
}

/// A job that was under way at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobAtView {
    /// Its id.
    pub id: String,
    /// For people; may be empty.
    pub label: String,
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// Short human form of the parameters.
    pub summary: String,
    /// As it ended, or as it is.
    pub state: String,
    /// RFC 3339, UTC.
    pub submitted_at: String,
    /// RFC 3339, UTC.
    pub finished_at: Option<String>,
    /// How many targets.
    pub total: u32,
    /// Where parts of it were under way.
    pub ordinals: Vec<u32>,
}

/// The fleet at a moment: columns of equal length, of the nodes that existed then and are known today.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FleetAtView {
    /// The moment.
    #[specta(type = Number)]
    pub at_ms: i64,
    /// When loads were read; null: nothing is known of this moment.
    #[specta(type = Option<Number>)]
    pub sampled_ms: Option<i64>,
    /// Which nodes.
    pub ordinals: Vec<u32>,
    /// 0 absent, 1 idle, 2 busy, 3 degraded, 4 offline, 5 suspect.
    pub states: Vec<u8>,
    /// Whole percent.
    pub cpu: Vec<u8>,
    /// Whole percent.
    pub memory: Vec<u8>,
    /// Active ones.
    pub tasks: Vec<u16>,
    /// Newest first.
    pub jobs: Vec<JobAtView>,
}

/// How a node stood for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ThenView {
    /// It was not known yet.
    Absent,
    /// Online, with nothing to do.
    Idle,
    /// Online, with tasks.
    Busy,
    /// Online, and in need of a look.
    Degraded,
    /// Not reachable.
    Offline,
    /// Silent for longer than it should be.
    Suspect,
    /// The Nexus was not there.
    Unknown,
}

/// A time in which a node was not simply online.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpanView {
    /// Its begin.
    #[specta(type = Number)]
    pub from_ms: i64,
    /// Its end.
    #[specta(type = Number)]
    pub to_ms: i64,
    /// How it stood.
    pub state: ThenView,
}

/// A node over some hours: columns of equal length, about one value a minute.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NodeHistoryView {
    /// Begin of the time that was asked about.
    #[specta(type = Number)]
    pub from_ms: i64,
    /// Its end.
    #[specta(type = Number)]
    pub to_ms: i64,
    /// When each value was read.
    #[specta(type = Vec<Number>)]
    pub at_ms: Vec<i64>,
    /// 0..1
    #[specta(type = Vec<Number>)]
    pub cpu: Vec<f64>,
    /// 0..1
    #[specta(type = Vec<Number>)]
    pub memory: Vec<f64>,
    /// Active ones.
    pub tasks: Vec<u16>,
    /// As in `FleetAtView`.
    pub states: Vec<u8>,
    /// In order of time.
    pub spans: Vec<SpanView>,
}
