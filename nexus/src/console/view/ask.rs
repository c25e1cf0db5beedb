//! How a job is asked for by the window: which nodes are meant, what is run, by which policy; and what became of it.
//! Mirrors `ui/src/bridge/typesJob.ts`. Not here: jobs as they are told (`view_job`).

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::console::view::Json;
use crate::console::view::job::{JobView, OfflineView, TargetStateView};
use crate::console::view::node::EffectView;

/// Which nodes: exactly one of the two. The call is optional.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TargetRequest {
    pub target: Option<String>,
    pub node_ids: Option<Vec<String>>,
    pub skill: Option<String>,
    pub method: Option<String>,
}

/// A set of nodes as of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedView {
    /// In its normal form; empty when nodes were named.
    pub target: String,
    /// Over their ids.
    pub targets_sha256: String,
    /// How many.
    #[specta(type = Number)]
    pub count: usize,
    /// Those that can be reached.
    #[specta(type = Number)]
    pub online: usize,
    /// The others.
    #[specta(type = Number)]
    pub offline: usize,
    /// The worst that the call may do on one of them.
    pub effect: Option<EffectView>,
    /// The number has to be typed.
    pub confirm: bool,
    /// All of them, ascending.
    pub ordinals: Vec<u32>,
    /// Those that cannot take the call.
    pub refused: Vec<RefusedTargetView>,
}

/// A node that cannot take a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedTargetView {
    pub node_id: String,
    pub node_name: String,
    pub why: String,
}

/// What could stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CompletionView {
    /// The items replace what stands from here to the caret; as JavaScript counts.
    #[specta(type = Number)]
    pub from: usize,
    /// The best first.
    pub items: Vec<ProposalView>,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ProposalView {
    /// To be put there as it is.
    pub text: String,
    /// What it is.
    pub what: String,
    /// Nodes that have it.
    #[specta(type = Option<Number>)]
    pub count: Option<usize>,
}

/// An expression with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedGroupView {
    /// Without the `@`.
    pub name: String,
    /// What it means.
    pub target: String,
    /// Nodes that it means now; `None` when that cannot be told.
    #[specta(type = Option<Number>)]
    pub count: Option<usize>,
    /// Who made it what it is.
    pub made_by: String,
    /// RFC 3339.
    pub made_at: String,
}

/// How a place is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StrategyView {
    LeastLoad,
    Weighted,
    RoundRobin,
    TwoChoices,
    Spread,
}

/// A job as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobRequest {
    /// Minted by the asker (UUID).
    pub id: String,
    /// For people.
    pub label: String,
    /// Which nodes, as an expression.
    pub target: Option<String>,
    /// Or by their ids.
    pub node_ids: Option<Vec<String>>,
    /// Of the set that was shown.
    pub targets_sha256: Option<String>,
    /// The number that was typed.
    pub confirm_count: Option<u32>,
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// An object.
    pub parameters: Json,
    /// For each execution.
    #[specta(type = Number)]
    pub timeout_seconds: f64,
    /// On any so many.
    pub any: Option<u32>,
    /// How these are chosen.
    pub strategy: StrategyView,
    /// Expressions, of `any` only: who is better than others.
    pub prefer: String,
    /// And who is taken only when nobody else can.
    pub avoid: String,
    /// `group` or the key of a tag: where the fewest executions are.
    pub spread_by: Option<String>,
    /// What becomes of offline nodes.
    pub offline: OfflineView,
    /// Until what has not begun is given up.
    #[specta(type = Number)]
    pub expires_in_seconds: u64,
    /// 0 to 9.
    pub priority: u8,
    /// At most so many at once; 0 is no limit of its own.
    pub concurrency: u32,
    /// What each execution needs for itself, e.g. `gpu`.
    pub resource: Option<String>,
    /// A result that is not older will do, where the method says so.
    #[specta(type = Option<Number>)]
    pub cache_seconds: Option<u64>,
    /// Some first.
    pub waves: Option<WavesRequest>,
    /// When to stop by itself.
    pub stop_after: Option<StopAfterRequest>,
    /// What is tried again.
    pub retry: Option<RetryRequest>,
    /// By which second yes.
    pub approval: Option<String>,
}

/// Some first, then more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WavesRequest {
    /// How many in the first one.
    pub canary: u32,
    /// Cumulative percent after it.
    pub steps: Vec<u8>,
    /// Whether the next one begins by itself.
    pub gate: GateView,
    /// Between two.
    #[specta(type = Number)]
    pub pause_seconds: f64,
}

/// See [`WavesRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum GateView {
    Auto,
    Ask,
}

/// When a job stops by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StopAfterRequest {
    pub failures: Option<u32>,
    pub percent: Option<u8>,
}

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RetryRequest {
    /// Attempts after the first one.
    pub limit: u16,
    /// Before the second attempt; doubles each time.
    #[specta(type = Number)]
    pub backoff_seconds: f64,
    /// Longest wait.
    #[specta(type = Number)]
    pub max_backoff_seconds: f64,
    /// It may be done twice.
    pub consent: bool,
}

/// Some targets of a job once more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RerunRequest {
    /// Which job.
    pub id: String,
    /// Of the new job, minted by the asker (UUID).
    pub new_id: String,
    /// Those that ended so.
    pub only: Vec<TargetStateView>,
    /// The number that was typed.
    pub confirm_count: Option<u32>,
    /// By which second yes.
    pub approval: Option<String>,
}

/// What is to be done to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ControlView {
    Pause,
    Resume,
    Cancel,
}

/// What became of an ask. Only `Accepted` began something.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum JobAnswer {
    /// It is on disk.
    Accepted {
        /// As it is now.
        job: Box<JobView>,
        /// It was known already.
        duplicate: bool,
    },
    /// It waits for this second yes.
    Approval {
        /// Which.
        approval: String,
    },
    /// Other nodes are meant by now.
    Changed {
        /// Of the set as it is now.
        #[serde(rename = "targetsSha256")]
        sha256: String,
        /// How many they are now.
        #[specta(type = Number)]
        count: usize,
    },
    /// The number was not typed, or was another one.
    Count {
        /// The number.
        #[specta(type = Number)]
        count: usize,
    },
    /// None of them can take it.
    Refused {
        /// Why.
        refused: Vec<RefusedTargetView>,
    },
}
