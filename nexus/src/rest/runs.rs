//! `/api/v1/runs`: runs of runbooks. A token that is limited to some nodes sees its own. Not here: beginning one, see
//! [`super::runbooks`].

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::json::{Query, answer};
use super::{App, Problem, Shared};
use crate::access::Caller;
use crate::job::Origin;
use crate::redact;
use crate::runbook::{Maker, Run, RunState, StepState};

/// Most runs of one list.
const LIST: usize = 1_000;

/// A run.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunBody<'a> {
    id: Uuid,
    /// Name of the runbook.
    runbook: &'a str,
    version: u32,
    title: &'a str,
    /// Without secret ones, and without what looks like a secret.
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
    target: Option<&'a str>,
    asker: Maker,
    origin: Option<&'a Origin>,
    state: RunState,
    /// Index of the step that it is at; the number of steps when it is behind the last one.
    step: usize,
    steps: Vec<StepBody<'a>>,
    /// The job of each step, once there is one.
    jobs: Vec<Option<Uuid>>,
    reason: Option<&'a str>,
    started_at: String,
    finished_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct StepBody<'a> {
    name: &'a str,
    state: StepState,
    job_id: Option<Uuid>,
}

impl<'a> RunBody<'a> {
    pub(crate) fn new(run: &'a Run) -> Self {
        let seen = run
            .parameters
            .iter()
            .filter(|(name, _)| !run.secret.contains(name));
        let mut parameters = Value::Object(
            seen.map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        );
        redact::value(&mut parameters);
        let step = |step: &'a crate::runbook::RunStep| StepBody {
            name: &step.name,
            state: step.state,
            job_id: step.job,
        };
        Self {
            id: run.id,
            runbook: &run.runbook,
            version: run.version,
            title: &run.title,
            parameters: match parameters {
                Value::Object(fields) => fields,
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => Map::new(),
            },
            target: run.target.as_deref(),
            asker: Maker {
                id: run.asker_id().to_owned(),
                name: run.asker_name().to_owned(),
            },
            origin: run.origin.as_ref(),
            state: run.state,
            step: run.at(),
            steps: run.steps.iter().map(step).collect(),
            jobs: run.steps.iter().map(|step| step.job).collect(),
            reason: run.reason.as_deref(),
            started_at: rfc3339(run.started_at),
            finished_at: run.finished_at.map(rfc3339),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RunList<'a> {
    status: &'static str,
    runs: Vec<RunBody<'a>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OneRun<'a> {
    pub(crate) status: &'static str,
    pub(crate) run: RunBody<'a>,
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct WhichRuns {
    /// Only those of this runbook.
    runbook: Option<String>,
    /// At most so many, newest first.
    limit: Option<usize>,
}

/// Runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", params(WhichRuns), responses((status = 200, body = RunList)))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(which): Query<WhichRuns>,
) -> Result<Response, Problem> {
    let mut runs = app.swarm()?.runs().await?;
    runs.retain(|run| {
        sees(&caller, run)
            && which
                .runbook
                .as_ref()
                .is_none_or(|name| *name == run.runbook)
    });
    runs.truncate(which.limit.unwrap_or(100).min(LIST));
    Ok(answer(&RunList {
        status: "success",
        runs: runs.iter().map(|run| RunBody::new(run)).collect(),
    }))
}

/// One run.
#[utoipa::path(get, path = "/api/v1/runs/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneRun), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let run = found(&app, &caller, &id).await?;
    Ok(answer(&OneRun {
        status: "success",
        run: RunBody::new(&run),
    }))
}

/// Begins no further step, and cancels the job of the one that runs. The proof is its state turning to `cancelled`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", params(("id" = Uuid, Path)), responses(
    (status = 202, body = OneRun), (status = 404, body = Problem), (status = 409, description = "over", body = Problem)))]
pub(crate) async fn cancel(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = found(&app, &caller, &id).await?.id;
    let run = app.swarm()?.cancel_run(&caller, id).await?;
    let told = answer(&OneRun {
        status: "accepted",
        run: RunBody::new(&run),
    });
    Ok((StatusCode::ACCEPTED, told).into_response())
}

fn sees(caller: &Caller, run: &Run) -> bool {
    caller.principal.scope.nodes().is_all() || run.asker_id() == caller.principal.id
}

/// A run that is there for this caller.
async fn found(app: &App, caller: &Caller, id: &str) -> Result<Arc<Run>, Problem> {
    let missing = || Problem::not_found(&format!("run {id} does not exist, or was over long ago"));
    let known = Uuid::try_parse(id).map_err(|_| missing())?;
    let found = app.swarm()?.one_run(known).await?;
    found.filter(|run| sees(caller, run)).ok_or_else(missing)
}
