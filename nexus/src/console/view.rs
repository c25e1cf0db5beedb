//! The shapes that cross into the window: the feed and its parts. They mirror `ui/src/bridge/types.ts`; what
//! `bindings.rs` generates from them is checked against that file by the TypeScript compiler.
//! Not here: how they are filled (see `translate*.rs`), and nodes, executions and settings (their own files).

pub mod alerts;
pub mod ask;
pub mod chart;
pub mod execution;
pub mod job;
pub mod node;
pub mod plan;
pub mod policy;
pub mod proof;
pub mod saved;
pub mod time;
pub mod trust;

use serde::Serialize;
use specta::Type;
use specta::datatype::DataType;
use specta_typescript::Number;

use self::alerts::AlertBoardView;
use self::chart::{ChartView, PlaceRow};
use self::execution::{ExecutionView, OutputView};
use self::job::{JobView, StopView};
use self::node::NodeView;
use self::plan::{RunView, ScheduleView};
use self::proof::ApprovalView;
use self::trust::{JoinCodeView, RoleView, WaitingView};

/// Any JSON. `JsonValue` is declared in `types.ts`, which the generated file imports.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Json(pub serde_json::Value);

impl Type for Json {
    fn definition(_: &mut specta::Types) -> DataType {
        DataType::Reference(specta_typescript::define("JsonValue"))
    }
}

/// The Nexus that this window shows.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NexusView {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Of the program.
    pub version: String,
    /// e.g. `127.0.0.1:8765`.
    pub address: String,
    /// Listens beyond this machine.
    pub exposed: bool,
    /// Who looks at it through this console.
    pub you: ViewerView,
}

/// Who sits at a console. What it says about rights is for the screen alone; each call is asked for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ViewerView {
    /// `local`, or the id of a token.
    pub id: String,
    /// What others read of it: `local`, or the name of the token.
    pub name: String,
    /// Its role.
    pub role: RoleView,
    /// The calls of the table that would be refused.
    pub may_not: Vec<&'static str>,
}

/// A circle of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct DiscView {
    /// Centre, world units.
    #[specta(type = Number)]
    pub x: f32,
    /// Centre.
    #[specta(type = Number)]
    pub y: f32,
    /// Radius.
    #[specta(type = Number)]
    pub r: f32,
}

/// A group of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct GroupView {
    /// 0 is the home system round the core.
    pub index: u32,
    /// What nodes are grouped by.
    pub key: String,
    /// For people.
    pub label: String,
    /// None at home.
    pub discs: Vec<DiscView>,
}

/// `[ordinal, cpu 0..1, memory 0..1, active tasks]`; null is not known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
pub struct VitalsRow(
    pub u32,
    #[specta(type = Option<Number>)] pub Option<f64>,
    #[specta(type = Option<Number>)] pub Option<f64>,
    pub u32,
);

/// What happened to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum NodeChange {
    /// It can be reached again, or for the first time.
    Connected,
    /// It cannot be reached.
    Disconnected,
    /// Something else about it.
    Changed,
}

/// One thing that the window has to know.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(
    clippy::large_enum_variant,
    reason = "the snapshot is the first of hundreds, and all are short-lived"
)]
pub enum FeedEvent {
    /// Everything as of now; always the first event, and again after a gap.
    Snapshot {
        /// The Nexus itself.
        nexus: NexusView,
        /// Which chart the map is.
        chart: ChartView,
        /// All groups of the map.
        groups: Vec<GroupView>,
        /// All nodes.
        nodes: Vec<NodeView>,
        /// Those under way and the most recent others.
        executions: Vec<ExecutionView>,
        /// Who waits to be let in, oldest first.
        waiting: Vec<WaitingView>,
        /// Join codes, oldest first.
        codes: Vec<JoinCodeView>,
        /// Second yeses: asked for, said, refused.
        approvals: Vec<ApprovalView>,
        /// Those under way and the newest others.
        jobs: Vec<JobView>,
        /// If everything was ever stopped.
        stop: Option<StopView>,
        /// What fires, by likely cause.
        alerts: AlertBoardView,
    },
    /// A node came, went or changed.
    Node {
        /// Which of these.
        change: NodeChange,
        /// As it is now.
        node: Box<NodeView>,
    },
    /// The map grew.
    Groups {
        /// All of them.
        groups: Vec<GroupView>,
    },
    /// Another chart for everybody: every star stands where its row says.
    Chart {
        /// Which.
        chart: ChartView,
        /// All of its groups.
        groups: Vec<GroupView>,
        /// Everybody's place.
        places: Vec<PlaceRow>,
    },
    /// The last heartbeat of each node that sent one.
    Vitals {
        /// One row a node.
        rows: Vec<VitalsRow>,
    },
    /// An execution was submitted, moved on or ended.
    Execution {
        /// As it is now.
        execution: Box<ExecutionView>,
    },
    /// Executions wrote something.
    Output {
        /// In order.
        chunks: Vec<OutputView>,
    },
    /// Who waits to be let in changed.
    Waiting {
        /// All of them, oldest first.
        waiting: Vec<WaitingView>,
    },
    /// A join code was made, used or taken back.
    Code {
        /// As it is now.
        code: Box<JoinCodeView>,
    },
    /// A second yes was asked for, said, refused or used.
    Approval {
        /// As it is now.
        approval: Box<ApprovalView>,
    },
    /// A job was taken, moved on or ended.
    Job {
        /// As it is now.
        job: Box<JobView>,
    },
    /// Everything was stopped, something of that was proved, or it was released.
    Stop {
        /// As it is now.
        stop: StopView,
    },
    /// A schedule was made, changed or fired.
    Schedule {
        /// Which.
        id: String,
        /// As it is now; `None`: it is gone.
        schedule: Option<Box<ScheduleView>>,
    },
    /// A run of a runbook moved on.
    Run {
        /// As it is now.
        run: Box<RunView>,
    },
    /// Something fires, is over, or somebody did something about it.
    Alerts {
        /// All that fires now.
        board: AlertBoardView,
    },
    /// Something was dropped because the window was too slow; a snapshot follows.
    Gap {
        /// For people.
        reason: String,
    },
}

/// What is sent at once.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct FeedBatch {
    /// Counts up by one from 0 within a subscription.
    pub seq: u32,
    /// In order.
    pub events: Vec<FeedEvent>,
}

/// What a command answers instead of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct BridgeError {
    /// For programs; never changes.
    pub code: String,
    /// For people.
    pub message: String,
}

impl BridgeError {
    /// An error with a code and a sentence.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
        }
    }
}
