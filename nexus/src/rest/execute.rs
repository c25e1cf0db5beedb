//! `POST /api/v1/nodes/{id}/execute`: runs something on one node and waits for its end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, answer, body, no_parameters, object, seconds};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::model::{ExecutionInfo, ExecutionState};
use crate::state::{Answer, Call, Mode, Placement, Submission, Target};

/// What is to be run.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ExecuteBody {
    /// e.g. `ShellSkill`
    skill_name: String,
    /// e.g. `run`
    method_name: String,
    /// e.g. `{"command": "uptime"}`
    #[serde(default = "no_parameters", deserialize_with = "object")]
    #[schema(value_type = Value)]
    parameters: Box<RawValue>,
    /// Seconds.
    #[serde(default = "half_a_minute", deserialize_with = "seconds")]
    timeout: u32,
    /// The approval that it comes back with, if a rule wanted one.
    approval: Option<Uuid>,
}

pub(crate) fn half_a_minute() -> u32 {
    30
}

/// How it ended. The first seven fields are the contract's.
#[derive(Serialize, ToSchema)]
pub(crate) struct Executed<'a> {
    /// Always `success`: the node answered.
    status: &'static str,
    node_id: &'a str,
    request_id: Uuid,
    /// Whether it did what was asked.
    success: bool,
    /// For a shell command its output.
    #[schema(value_type = Value)]
    result: Option<&'a RawValue>,
    error: Option<&'a str>,
    /// Seconds.
    execution_time: f64,
    state: ExecutionState,
    exit_code: Option<i32>,
    signal: Option<&'a str>,
    output_truncated: bool,
    /// Where it ran and why there; null when the caller chose.
    placement: Option<&'a Placement>,
}

/// Runs one method on one node.
#[utoipa::path(post, path = "/api/v1/nodes/{id}/execute", params(("id" = String, Path, description = "node id")),
    request_body = ExecuteBody, responses(
    (status = 200, description = "the node answered, whatever it says", body = Executed),
    (status = 400, description = "offline, does not exist, or does not offer the method", body = Problem),
    (status = 409, description = "a rule wants a second yes first, or the approval does not do", body = Problem),
    (status = 413, description = "parameters too large for the node", body = Problem),
    (status = 422, body = Problem),
    (status = 429, description = "too many are waiting", body = Problem),
    (status = 502, description = "the connection was lost; the outcome is unknown", body = Problem),
    (status = 504, description = "no end within the timeout", body = Problem)))]
pub(crate) async fn execute(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: ExecuteBody = body(arrived, &["skill_name", "method_name"])?;
    let call = call(
        asked.skill_name,
        asked.method_name,
        asked.parameters,
        asked.timeout,
    )?;
    caller.may_call(&call)?;
    let submission = Submission {
        id: Uuid::now_v7(),
        target: Target::Node(id),
        call,
        mode: Mode::Collect,
        caller,
        approval: asked.approval,
    };
    finished(&app.swarm()?.run(submission).await?)
}

/// A call with names of sane length.
pub(crate) fn call(
    skill: String,
    method: String,
    parameters: Box<RawValue>,
    timeout: u32,
) -> Result<Call, Problem> {
    for (field, name) in [("skill_name", &skill), ("method_name", &method)] {
        if name.is_empty()
            || name.len() > protocol::limits::NAME
            || name.chars().any(protocol::limits::is_deceptive)
        {
            let detail = format!(
                "{field} must be 1 to {} printable bytes",
                protocol::limits::NAME
            );
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                detail,
            ));
        }
    }
    Ok(Call {
        skill,
        method,
        parameters,
        timeout: Duration::from_secs(timeout.into()),
    })
}

/// The answer to a caller who waited.
pub(crate) fn finished(ended: &Answer) -> Result<Response, Problem> {
    let execution: &ExecutionInfo = &ended.execution;
    let node = &execution.node_id;
    let why = execution.error.as_deref().unwrap_or("no reason given");
    let problem = |status, code, detail: String| {
        let context = serde_json::json!({"request_id": execution.id, "state": execution.state, "node_id": node});
        Err(Problem::new(status, code, detail).with(context))
    };
    if ended.late {
        let detail = format!(
            "node {node} did not answer in time; execution {} is {}",
            execution.id,
            execution.state.word()
        );
        return problem(StatusCode::GATEWAY_TIMEOUT, "timeout", detail);
    }
    match execution.state {
        ExecutionState::Succeeded | ExecutionState::Failed | ExecutionState::Cancelled => {
            Ok(answer(&executed(execution, ended.placement.as_ref())))
        }
        ExecutionState::TimedOut => problem(
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            format!("it was stopped on node {node}: {why}"),
        ),
        ExecutionState::Expired => problem(
            StatusCode::GATEWAY_TIMEOUT,
            "expired",
            format!("node {node}: {why}"),
        ),
        ExecutionState::Refused => problem(
            StatusCode::BAD_REQUEST,
            "refused",
            format!("node {node}: {why}"),
        ),
        ExecutionState::Unknown
        | ExecutionState::Queued
        | ExecutionState::Dispatched
        | ExecutionState::Running
        | ExecutionState::Stopping => {
            let detail = format!("node {node}: {why}; the outcome is unknown");
            problem(StatusCode::BAD_GATEWAY, "unknown_outcome", detail)
        }
    }
}

fn executed<'a>(
    execution: &'a ExecutionInfo,
    placement: Option<&'a Arc<Placement>>,
) -> Executed<'a> {
    Executed {
        status: "success",
        node_id: &execution.node_id,
        request_id: execution.id,
        success: execution.state == ExecutionState::Succeeded,
        result: execution.result.as_deref(),
        error: execution.error.as_deref(),
        execution_time: execution.duration.unwrap_or_default().as_secs_f64(),
        state: execution.state,
        exit_code: execution.exit_code,
        signal: execution.signal.as_deref(),
        output_truncated: execution.output_gap,
        placement: placement.map(AsRef::as_ref),
    }
}
