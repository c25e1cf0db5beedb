//! `/api/v1/executions`: start something and look at it later, stop it, read what it wrote.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::{Stream, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::execute::{call, half_a_minute};
use super::instances::MissingBody;
use super::json::{Arrived, Query, answer, body, no_parameters, object, seconds};
use super::{App, Problem, Shared};
use crate::access::{Caller, Denied, Verb};
use crate::fleet::Listed;
use crate::model::{Chunk, ExecutionInfo, ExecutionState};
use crate::state::{Fanout, Mode, Submission, Target};

/// Most executions of one list.
const LIST: u32 = 1000;
/// Most bytes of output in one answer.
const PAGE: usize = 1024 * 1024;

/// An execution as REST and events tell it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExecutionBody<'a> {
    id: Uuid,
    node_id: &'a str,
    node_name: &'a str,
    skill_name: &'a str,
    method_name: &'a str,
    /// Short human form of the parameters.
    summary: &'a str,
    state: ExecutionState,
    exit_code: Option<i32>,
    signal: Option<&'a str>,
    error: Option<&'a str>,
    #[schema(value_type = Value)]
    result: Option<&'a RawValue>,
    submitted_at: String,
    finished_at: Option<String>,
    /// Seconds.
    execution_time: Option<f64>,
    output_bytes: u64,
    output_truncated: bool,
    /// The job that it belongs to, which target of it, from 0, and which attempt, from 1.
    job_id: Option<Uuid>,
    target_index: Option<u32>,
    attempt: Option<u16>,
}

impl<'a> ExecutionBody<'a> {
    pub(crate) fn new(one: &'a ExecutionInfo) -> Self {
        Self {
            id: one.id,
            node_id: &one.node_id,
            node_name: &one.node_name,
            skill_name: &one.skill,
            method_name: &one.method,
            summary: &one.summary,
            state: one.state,
            exit_code: one.exit_code,
            signal: one.signal.as_deref(),
            error: one.error.as_deref(),
            result: one.result.as_deref(),
            submitted_at: rfc3339(one.submitted_at),
            finished_at: one.finished_at.map(rfc3339),
            execution_time: one.duration.map(|duration| duration.as_secs_f64()),
            output_bytes: one.output_bytes,
            output_truncated: one.output_gap,
            job_id: one.attempt.map(|attempt| attempt.job),
            target_index: one.attempt.map(|attempt| attempt.index),
            attempt: one.attempt.map(|attempt| attempt.number),
        }
    }
}

/// A piece of output: `text` when it is UTF-8, `base64` otherwise.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChunkBody<'a> {
    seq: u64,
    #[schema(value_type = String)]
    stream: Stream,
    at_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl<'a> ChunkBody<'a> {
    pub(crate) fn new(chunk: &'a Chunk) -> Self {
        let text = std::str::from_utf8(&chunk.bytes).ok();
        let base64 = text.is_none().then(|| STANDARD.encode(&chunk.bytes));
        Self {
            seq: chunk.seq,
            stream: chunk.stream,
            at_ms: chunk.at_ms,
            text,
            base64,
        }
    }
}

/// What is to be run, where.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SubmitBody {
    /// Minted by the asker (UUID), so that asking twice is noticed; made up when missing.
    id: Option<Uuid>,
    /// On this node; or `node_ids`.
    node_id: Option<String>,
    /// On these, 1 to 1000: on all of them, or, if one cannot take it, on none.
    node_ids: Option<Vec<String>>,
    skill_name: String,
    method_name: String,
    #[serde(default = "no_parameters", deserialize_with = "object")]
    #[schema(value_type = Value)]
    parameters: Box<RawValue>,
    /// Seconds.
    #[serde(default = "half_a_minute", deserialize_with = "seconds")]
    timeout: u32,
    /// The approval that it comes back with, if a rule wanted one.
    approval: Option<Uuid>,
}

/// What became of one node of an ask for several.
#[derive(Serialize, ToSchema)]
struct Accepted<'a> {
    id: Uuid,
    node_id: &'a str,
    /// It is on disk.
    accepted: bool,
    /// Why it is not. It may run all the same.
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Executions<'a> {
    status: &'static str,
    /// Large results of other instances are left out; the execution itself has them.
    executions: Vec<ExecutionBody<'a>>,
    /// Instances that did not answer, so theirs are not in the list; left out when all did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingBody>,
}

#[derive(Serialize, ToSchema)]
struct OneExecution<'a> {
    status: &'static str,
    execution: ExecutionBody<'a>,
}

#[derive(Serialize, ToSchema)]
struct Chunks<'a> {
    status: &'static str,
    chunks: Vec<ChunkBody<'a>>,
    /// Ask again from here.
    next_seq: u64,
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Which {
    /// Only those of this node.
    node_id: Option<String>,
    /// At most so many, newest first.
    limit: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct From {
    /// The first chunk wanted.
    from: Option<u64>,
}

/// The newest executions, newest first.
#[utoipa::path(get, path = "/api/v1/executions", params(Which), responses((status = 200, body = Executions)))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let limit = which.limit.unwrap_or(100).min(LIST);
    let swarm = app.swarm()?;
    let found = if caller.principal.scope.nodes().is_all() {
        swarm.executions(which.node_id, limit).await?
    } else {
        // Those of other nodes are left out of the newest ones; a scope sees no further back than that.
        let Listed { rows, missing } = swarm.executions(which.node_id, LIST).await?;
        let mut rows = caller.seen(swarm, rows).await?;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Listed { rows, missing }
    };
    Ok(answer(&Executions {
        status: "success",
        executions: found.rows.iter().map(ExecutionBody::new).collect(),
        missing: MissingBody::all(found.missing),
    }))
}

/// Starts something on one node or on several; answers when it is on disk, not when it is finished.
#[utoipa::path(post, path = "/api/v1/executions", request_body = SubmitBody, responses(
    (status = 202, description = "accepted; for `node_ids` with a list of executions", body = Value),
    (status = 400, description = "offline, does not exist, or does not offer the method", body = Problem),
    (status = 409, description = "the id was used before, or a rule wants a second yes first", body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn submit(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: SubmitBody = body(arrived, &["skill_name", "method_name"])?;
    let call = call(
        asked.skill_name,
        asked.method_name,
        asked.parameters,
        asked.timeout,
    )?;
    caller.may_call(&call)?;
    let approval = asked.approval;
    match (asked.node_id, asked.node_ids, asked.id) {
        (Some(node), None, id) => {
            let id = id.unwrap_or_else(Uuid::now_v7);
            let submission = Submission {
                id,
                target: Target::Node(node),
                call,
                mode: Mode::Stream,
                caller,
                approval,
            };
            app.swarm()?.submit(submission).await?;
            let accepted = serde_json::json!({"status": "accepted", "id": id});
            Ok((StatusCode::ACCEPTED, answer(&accepted)).into_response())
        }
        (None, Some(nodes), None) => {
            let targets = nodes.into_iter().map(|node| (Uuid::now_v7(), node));
            let fanout = Fanout {
                targets: targets.collect(),
                call,
                caller,
                approval,
            };
            submit_all(&app, fanout).await
        }
        (_, _, Some(_)) => Err(unclear("`id` is for one node, not for `node_ids`")),
        _ => Err(unclear("give `node_id` or `node_ids`, and not both")),
    }
}

async fn submit_all(app: &App, fanout: Fanout) -> Result<Response, Problem> {
    let targets = fanout.targets.clone();
    let outcomes = app.swarm()?.submit_all(fanout).await?;
    let executions: Vec<_> = targets
        .iter()
        .zip(outcomes)
        .map(|((id, node_id), outcome)| Accepted {
            id: *id,
            node_id,
            accepted: outcome.is_ok(),
            error: outcome.err().map(|error| error.to_string()),
        })
        .collect();
    let accepted = serde_json::json!({"status": "accepted", "executions": executions});
    Ok((StatusCode::ACCEPTED, answer(&accepted)).into_response())
}

fn unclear(why: &str) -> Problem {
    let details = serde_json::json!([{"type": "missing", "loc": ["body", "node_id"], "msg": why}]);
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", details)
}

/// One execution.
#[utoipa::path(get, path = "/api/v1/executions/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneExecution), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = found(&app, &caller, Verb::SeeExecution, &id).await?;
    Ok(answer(&OneExecution {
        status: "success",
        execution: ExecutionBody::new(&found),
    }))
}

/// What it wrote, at most about a mebibyte at a time.
#[utoipa::path(get, path = "/api/v1/executions/{id}/output", params(("id" = Uuid, Path), From), responses(
    (status = 200, body = Chunks)))]
pub(crate) async fn output(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let from = from.from.unwrap_or_default();
    // Whoever sees everything may ask for output of an execution that the history has already let go.
    let id = if caller.principal.scope.nodes().is_all() {
        known_form(&id)?
    } else {
        found(&app, &caller, Verb::SeeExecution, &id).await?.id
    };
    let chunks = app.swarm()?.output(id, from, PAGE).await?;
    let next_seq = chunks.last().map_or(from, |chunk| chunk.seq + 1);
    Ok(answer(&Chunks {
        status: "success",
        chunks: chunks.iter().map(ChunkBody::new).collect(),
        next_seq,
    }))
}

/// Stops it. The proof is its state turning to `cancelled`; until then it is `stopping`.
#[utoipa::path(post, path = "/api/v1/executions/{id}/cancel", params(("id" = Uuid, Path)), responses(
    (status = 202, description = "being stopped", body = Value),
    (status = 404, body = Problem), (status = 409, description = "over, or cannot be stopped", body = Problem)))]
pub(crate) async fn cancel(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = if caller.principal.scope.is_all() {
        known_form(&id)?
    } else {
        let found = found(&app, &caller, Verb::Cancel, &id).await?;
        // To stop something that one may not start is as much as changing it.
        if !caller.principal.scope.allows(&found.skill, &found.method) {
            return Err(Denied::Call.into());
        }
        found.id
    };
    app.swarm()?.cancel(id, &caller).await??;
    Ok((
        StatusCode::ACCEPTED,
        answer(&serde_json::json!({"status": "accepted", "id": id})),
    )
        .into_response())
}

fn known_form(id: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(id)
        .map_err(|_| Problem::not_found(&format!("{id:?} is not the id of an execution")))
}

/// An execution that this caller may do this with. One of a node outside of the scope is like one that never was.
pub(crate) async fn found(
    app: &App,
    caller: &Caller,
    verb: Verb,
    id: &str,
) -> Result<ExecutionInfo, Problem> {
    let id = known_form(id)?;
    let sentence = format!("execution {id} does not exist");
    let missing = || Problem::not_found(&sentence);
    let hidden = || Problem::no_such_node(&sentence);
    let swarm = app.swarm()?;
    let found = swarm.execution(id).await?.ok_or_else(missing)?;
    match caller.may_with_node(swarm, verb, &found.node_id).await? {
        Err(Denied::Hidden) => Err(hidden()),
        Err(denied) => Err(denied.into()),
        Ok(()) => Ok(found),
    }
}
