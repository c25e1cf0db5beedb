//! How an execution and its output cross into the window, and how one is asked for.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::console::view::Json;

/// Where an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStateView {
    Queued,
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
}

/// An execution as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionView {
    /// Minted by the asker.
    pub id: String,
    /// The node's id.
    pub node_id: String,
    /// The node's name when it was asked.
    pub node_name: String,
    /// The node's dense index.
    pub ordinal: u32,
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// Short human form of the parameters.
    pub summary: String,
    /// Where it is.
    pub state: ExecutionStateView,
    /// Of the process.
    pub exit_code: Option<i32>,
    /// That ended the process.
    pub signal: Option<String>,
    /// Why not.
    pub error: Option<String>,
    /// RFC 3339, UTC.
    pub submitted_at: String,
    /// RFC 3339, UTC.
    pub finished_at: Option<String>,
    /// From start to end.
    #[specta(type = Option<Number>)]
    pub duration_ms: Option<f64>,
    /// Streamed so far.
    #[specta(type = Number)]
    pub output_bytes: u64,
    /// The final result as JSON text.
    pub result: Option<String>,
    /// The job that it belongs to.
    pub job_id: Option<String>,
    /// Which target of it, from 0.
    pub target_index: Option<u32>,
    /// Which attempt, from 1.
    pub attempt: u16,
}

/// What other instances ran on a node.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NodeExecutionsView {
    /// Newest first of each.
    pub executions: Vec<ExecutionView>,
    /// Names of instances that did not answer.
    pub missing: Vec<String>,
    /// No other instance shares this swarm, so there is nothing to ask for again.
    pub alone: bool,
}

/// Which pipe a piece of output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum StreamView {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The spore itself.
    Note,
}

/// A piece of output.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutputView {
    /// The execution.
    pub execution_id: String,
    /// Its number.
    #[specta(type = Number)]
    pub seq: u64,
    /// Which pipe.
    pub stream: StreamView,
    /// Decoded.
    pub text: String,
    /// Milliseconds since the execution began.
    #[specta(type = Number)]
    pub at_ms: u64,
}

/// What the operator asks for.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteRequest {
    /// Minted by the asker (UUID); a repeated one is refused.
    pub id: String,
    /// Where.
    pub node_id: String,
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// Any JSON object.
    pub parameters: Json,
    /// Stopped after this long.
    #[specta(type = Number)]
    pub timeout_seconds: f64,
    /// By which second yes.
    pub approval: Option<String>,
}

/// What became of an ask: with an approval nothing was begun, and it waits for that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Type)]
pub struct ExecuteAnswer {
    /// The second yes that it needs.
    pub approval: Option<String>,
    /// Those that were not accepted.
    pub refused: Vec<RefusedExecution>,
}

/// An execution that was not begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RefusedExecution {
    /// Which.
    pub id: String,
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}
