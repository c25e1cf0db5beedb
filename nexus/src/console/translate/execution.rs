//! Executions and output on their way to the window, and what is asked for on its way back.

use std::time::Duration;

use crate::access::Caller;
use crate::model::{Chunk, ExecutionInfo, ExecutionState};
use crate::state::{Call, Mode, Submission, Target};
use protocol::{Stream, rfc3339};
use serde_json::value::to_raw_value;
use uuid::Uuid;

use crate::console::feed::Decoder;
use crate::console::view::BridgeError;
use crate::console::view::execution::{
    ExecuteRequest, ExecutionStateView, ExecutionView, OutputView, StreamView,
};

/// Longest result that is handed over, bytes.
const RESULT: usize = 64 << 10;
/// Longest time limit.
const DAY: f64 = 86_400.0;

/// An execution as of now.
pub(crate) fn execution(info: &ExecutionInfo) -> ExecutionView {
    ExecutionView {
        id: info.id.to_string(),
        node_id: info.node_id.clone(),
        node_name: info.node_name.clone(),
        ordinal: info.ordinal,
        skill: info.skill.clone(),
        method: info.method.clone(),
        summary: info.summary.clone(),
        state: state(info.state),
        exit_code: info.exit_code,
        signal: info.signal.clone(),
        error: info.error.clone(),
        submitted_at: rfc3339(info.submitted_at),
        finished_at: info.finished_at.map(rfc3339),
        duration_ms: info
            .duration
            .map(|duration| (duration.as_secs_f64() * 1000.0).round()),
        output_bytes: info.output_bytes,
        result: info
            .result
            .as_deref()
            .map(serde_json::value::RawValue::get)
            .and_then(result),
        job_id: info.attempt.map(|attempt| attempt.job.to_string()),
        target_index: info.attempt.map(|attempt| attempt.index),
        attempt: info.attempt.map_or(1, |attempt| attempt.number),
    }
}

/// A piece of output.
pub(crate) fn output(chunk: &Chunk, decoder: &mut Decoder) -> OutputView {
    OutputView {
        execution_id: chunk.execution.to_string(),
        seq: chunk.seq,
        stream: stream(chunk.stream),
        text: decoder.decode(chunk.execution, chunk.stream, &chunk.bytes),
        at_ms: chunk.at_ms,
    }
}

/// Which pipe.
pub(crate) fn stream(stream: Stream) -> StreamView {
    match stream {
        Stream::Stdout => StreamView::Stdout,
        Stream::Stderr => StreamView::Stderr,
    }
}

/// All that is kept of one execution's output.
pub(crate) fn whole_output(chunks: &[Chunk]) -> Vec<OutputView> {
    let mut decoder = Decoder::default();
    chunks
        .iter()
        .map(|chunk| output(chunk, &mut decoder))
        .collect()
}

/// An id as the window writes it.
pub(crate) fn id(text: &str) -> Result<Uuid, BridgeError> {
    text.parse()
        .map_err(|_| BridgeError::new("bad_request", "An id must be a UUID."))
}

/// What the operator asks for, as the Nexus takes it.
pub(crate) fn submission(
    request: ExecuteRequest,
    caller: Caller,
) -> Result<Submission, BridgeError> {
    let call = call(
        request.skill,
        request.method,
        &request.parameters.0,
        request.timeout_seconds,
    )?;
    Ok(Submission {
        id: id(&request.id)?,
        target: Target::Node(request.node_id),
        call,
        mode: Mode::Stream,
        caller,
        approval: request.approval.as_deref().map(id).transpose()?,
    })
}

fn call(
    skill: String,
    method: String,
    parameters: &serde_json::Value,
    timeout_seconds: f64,
) -> Result<Call, BridgeError> {
    let bad = |what: &str| BridgeError::new("bad_request", what);
    if !parameters.is_object() {
        return Err(bad("The parameters must be an object."));
    }
    if !(1.0..=DAY).contains(&timeout_seconds) {
        return Err(bad("The time limit must be from a second to a day."));
    }
    let parameters = to_raw_value(parameters).map_err(|error| bad(&error.to_string()))?;
    Ok(Call {
        skill,
        method,
        parameters,
        timeout: Duration::from_secs_f64(timeout_seconds.ceil()),
    })
}

/// A result that says something. Too long a one is told, not cut: half a JSON text is none.
fn result(text: &str) -> Option<String> {
    if text == "null" {
        return None;
    }
    let is_long = text.len() > RESULT;
    Some(if is_long {
        format!("\"The result has {} bytes, too many to show.\"", text.len())
    } else {
        text.to_owned()
    })
}

/// Where an execution is.
pub(super) fn state(state: ExecutionState) -> ExecutionStateView {
    match state {
        ExecutionState::Queued => ExecutionStateView::Queued,
        ExecutionState::Dispatched => ExecutionStateView::Dispatched,
        ExecutionState::Running => ExecutionStateView::Running,
        ExecutionState::Stopping => ExecutionStateView::Stopping,
        ExecutionState::Succeeded => ExecutionStateView::Succeeded,
        ExecutionState::Failed => ExecutionStateView::Failed,
        ExecutionState::TimedOut => ExecutionStateView::TimedOut,
        ExecutionState::Cancelled => ExecutionStateView::Cancelled,
        ExecutionState::Unknown => ExecutionStateView::Unknown,
        ExecutionState::Expired => ExecutionStateView::Expired,
        ExecutionState::Refused => ExecutionStateView::Refused,
    }
}
