//! What the rest of the program sees of the swarm: snapshots and events, cheap to clone. The owner of the
//! truth is [`crate::state::State`]. Not here: how anything is written in JSON, or drawn.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use protocol::{Capabilities, Stream, Version};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::alerts::{Alert, Board};
use crate::approval::Approval;
use crate::audit::Digest;
use crate::chart::{ChartInfo, Charted};
use crate::fleet::InstanceId;
use crate::job::{Attempt, JobInfo};
use crate::runbook::Run;
use crate::schedule::Schedule;
use crate::trust::{JoinCodeInfo, NodeTrust, Waiting};

/// Dense index of a node, given at registration and never reused while the Nexus knows the node.
pub type Ordinal = u32;

/// One live WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// A reading of both clocks, taken once for each input.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Since the Nexus started; never goes back.
    pub at: Duration,
    /// Wall clock, for people.
    pub wall: SystemTime,
}

/// Whether a node can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Heard from recently.
    Online,
    /// Silent for longer than it should be; nothing is placed on it by choice.
    Suspect,
    /// No session, or silent for too long.
    Offline,
}

impl Phase {
    /// As told everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Suspect => "suspect",
            Self::Offline => "offline",
        }
    }
}

/// What changes only with a handshake or an announcement.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeFacts {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// As announced.
    pub capabilities: Capabilities,
    /// The dialect of its last session.
    pub version: Version,
    /// Where it connected from, `ip:port`.
    pub peer: String,
    /// The machine that the Nexus itself runs on.
    pub local: bool,
    /// How it came in, and how it stands.
    pub trust: NodeTrust,
    /// First handshake ever.
    pub registered_at: SystemTime,
    /// Index of its group in the chart, 0 for the home system.
    pub group: u32,
    /// Where it belongs since it joined, e.g. `paris`: `group:` in expressions. No chart changes it.
    pub group_key: Option<String>,
    /// Place on the map, world units; changes only with the chart.
    pub x: f32,
    /// See `x`.
    pub y: f32,
}

/// How full a disk of a node is.
#[derive(Debug, Clone, PartialEq)]
pub struct Disk {
    /// 0..=1.
    pub usage: f64,
    /// Bytes.
    pub free: u64,
    /// Where, e.g. `/var`. The node's own words, made fit to be shown.
    pub mount: Arc<str>,
}

/// A node as of now.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeInfo {
    /// The slow part.
    pub facts: Arc<NodeFacts>,
    /// See [`Ordinal`].
    pub ordinal: Ordinal,
    /// Reachability.
    pub phase: Phase,
    /// 0..=1 over all cores, of the last heartbeat.
    pub cpu: f64,
    /// 0..=1.
    pub memory: f64,
    /// CPU and memory are known; otherwise they are 0.
    pub measured: bool,
    /// Its fullest disk, if it says so.
    pub disk: Option<Disk>,
    /// The larger of what the node says and what the Nexus knows to be under way.
    pub active_tasks: u32,
    /// Last frame.
    pub last_seen: SystemTime,
    /// Last handshake or heartbeat.
    pub last_heartbeat: SystemTime,
    /// Round trip of the last ping.
    pub latency: Option<Duration>,
    /// The instance that holds its session, when that is not this one.
    pub via: Option<InstanceId>,
}

/// A circle of the map that stars of one group stand in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Disc {
    /// Centre, world units.
    pub x: f32,
    /// Centre.
    pub y: f32,
    /// Radius.
    pub r: f32,
}

/// A group of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupInfo {
    /// 0 is the home system, which has no discs.
    pub index: u32,
    /// What nodes are grouped by, e.g. `paris`.
    pub key: String,
    /// Its circles; the first one is the oldest.
    pub discs: Vec<Disc>,
}

/// Where an execution is. The words are those of the wire, the screen and the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionState {
    /// Waits in the Nexus for room on its node.
    Queued,
    /// Sent; the node has not said that it runs.
    Dispatched,
    /// Runs.
    Running,
    /// Told to stop; no proof yet.
    Stopping,
    /// Did what was asked.
    Succeeded,
    /// Ran and did not.
    Failed,
    /// Stopped at its time limit, proved by the node.
    TimedOut,
    /// Stopped on request, proved by the node, or never sent.
    Cancelled,
    /// Nobody can prove what became of it. It may still turn into any other.
    Unknown,
    /// Its time ran out before it was sent.
    Expired,
    /// Never started; the error says why.
    Refused,
}

impl ExecutionState {
    /// Whether nothing more is expected. `Unknown` counts: a late answer may still correct it.
    pub fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Dispatched | Self::Running | Self::Stopping
        )
    }

    /// The word on the wire and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Dispatched => "dispatched",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Refused => "refused",
        }
    }

    /// The reverse of [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }
}

/// An execution as of now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExecutionInfo {
    /// Minted by the asker.
    pub id: Uuid,
    /// The node's id.
    pub node_id: String,
    /// The node's name when it was asked.
    pub node_name: String,
    /// The node.
    pub ordinal: Ordinal,
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// Short human form of the parameters.
    pub summary: String,
    /// Where it is.
    pub state: ExecutionState,
    /// Of the process, when it exited.
    pub exit_code: Option<i32>,
    /// That ended the process.
    pub signal: Option<String>,
    /// Why not, for people.
    pub error: Option<String>,
    /// Any JSON.
    #[serde(default, with = "shared_json")]
    pub result: Option<Arc<RawValue>>,
    /// Wall clock.
    pub submitted_at: SystemTime,
    /// Wall clock.
    pub finished_at: Option<SystemTime>,
    /// As measured by the node, or by the Nexus if it did not say.
    pub duration: Option<Duration>,
    /// From being submitted to its end, as measured by the Nexus; not kept on disk.
    pub elapsed: Option<Duration>,
    /// Bytes of streamed output so far.
    pub output_bytes: u64,
    /// Some output is missing.
    pub output_gap: bool,
    /// Which attempt of which job it is.
    pub attempt: Option<Attempt>,
    /// Over what it wrote, see [`crate::state::Execution::output_sha256`].
    pub output_sha256: Option<Digest>,
}

/// A kept piece of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The execution.
    pub execution: Uuid,
    /// Its number.
    pub seq: u64,
    /// Which pipe.
    pub stream: Stream,
    /// Milliseconds since the execution started, by the node's clock.
    pub at_ms: u64,
    /// Raw bytes.
    pub bytes: Vec<u8>,
}

/// Everything at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// In order of their ordinals; those of removed nodes are missing.
    pub nodes: Vec<NodeInfo>,
    /// Which chart the map is.
    pub chart: ChartInfo,
    /// The index is the group's.
    pub groups: Vec<GroupInfo>,
    /// Those under way and the most recent others, oldest first.
    pub executions: Vec<Arc<ExecutionInfo>>,
    /// Who waits to be let in, oldest first.
    pub waiting: Vec<Waiting>,
    /// Join codes, oldest first.
    pub join_codes: Vec<JoinCodeInfo>,
    /// Second yeses: asked for, said, refused; oldest first.
    pub approvals: Vec<Approval>,
    /// Jobs that live and the most recent others, oldest first.
    pub jobs: Vec<Arc<JobInfo>>,
    /// Whether the fleet is stopped, and how far.
    pub stop: Arc<StopInfo>,
    /// What is worth a look, grouped by likely cause.
    pub alerts: Arc<Board>,
}

/// Fleet STOP: who stopped everything, and what is proved of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StopInfo {
    /// Nothing of jobs and schedules begins until somebody releases it.
    pub held: bool,
    /// Who, for people.
    pub by: String,
    /// Why, in the operator's words.
    pub reason: String,
    /// Since when.
    pub since: Option<SystemTime>,
    /// Told to stop; no proof yet.
    pub stopping: u32,
    /// Proved to have ended.
    pub proved: u32,
    /// No proof came in time.
    pub unknown: u32,
    /// Never sent, so nothing had to be stopped.
    pub never_sent: u32,
    /// On nodes whose protocol cannot stop anything.
    pub cannot: u32,
}

/// What changed.
#[derive(Debug, Clone)]
pub enum Event {
    /// A handshake was accepted, or a silent node spoke again.
    NodeConnected(NodeInfo),
    /// Its session ended, or it was silent for too long.
    NodeDisconnected(NodeInfo, Arc<str>),
    /// Its facts or its phase changed.
    NodeChanged(NodeInfo),
    /// The operator forgot it. Its ordinal may be given to another one.
    NodeRemoved(NodeInfo),
    /// Who waits to be let in, all of them.
    WaitingChanged(Arc<[Waiting]>),
    /// A join code was made, used or taken back.
    JoinCodeChanged(Arc<JoinCodeInfo>),
    /// Somebody asks for a second yes, or it was decided.
    ApprovalChanged(Arc<Approval>),
    /// A heartbeat.
    NodeLoad(NodeInfo),
    /// The map grew.
    GroupsChanged(Arc<[GroupInfo]>),
    /// Somebody made another chart, or took one back; every star may stand elsewhere.
    ChartChanged(Arc<Charted>),
    /// It was submitted, moved on, or ended.
    ExecutionChanged(Arc<ExecutionInfo>),
    /// It moved on.
    JobChanged(Arc<JobInfo>),
    /// Everything was stopped, something of that was proved, or it was released.
    StopChanged(Arc<StopInfo>),
    /// It was made, changed, or something became of it.
    ScheduleChanged(Arc<Schedule>),
    /// It is gone.
    ScheduleRemoved(Arc<Schedule>),
    /// An alert fired, is over, or somebody did something about it. Of many at once only some are told.
    AlertChanged(Arc<Alert>),
    /// All that fires now, grouped by likely cause.
    AlertsChanged(Arc<Board>),
    /// It began, a step began or ended, or it ended.
    RunChanged(Arc<Run>),
    /// It wrote something.
    OutputAppended(Arc<Chunk>),
}

/// JSON that is shared, as JSON.
mod shared_json {
    use super::{Arc, RawValue};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Arc<RawValue>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<RawValue>>, D::Error> {
        Option::<Box<RawValue>>::deserialize(deserializer).map(|value| value.map(Arc::from))
    }
}
