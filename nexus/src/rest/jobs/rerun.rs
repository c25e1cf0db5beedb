//! Some targets of a job once more: a new job with the same call. What nobody can prove anything of is run again only when it
//! is named. Not here: attempts within a job, which its policy decides.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{found, invalid, submit_request};
use crate::access::Caller;
use crate::job::{JobRequest, Origin, OriginKind, TargetState};
use crate::rest::json::{Arrived, body};
use crate::rest::{Problem, Shared};

/// Which targets, and what is confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RerunRequest {
    /// Those that ended so; failed, timed_out, refused and expired when missing.
    #[serde(default = "dead")]
    only: Vec<TargetState>,
    /// Of the new job (UUID); made up when missing.
    id: Option<Uuid>,
    /// As in `POST /api/v1/jobs`.
    confirm_count: Option<u32>,
    /// Parameters, for a job that is over: it keeps none.
    parameters: Option<serde_json::Value>,
    approval: Option<Uuid>,
}

fn dead() -> Vec<TargetState> {
    vec![
        TargetState::Failed,
        TargetState::TimedOut,
        TargetState::Refused,
        TargetState::Expired,
    ]
}

/// Asks once more for the targets that did not do what was asked.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/rerun", params(("id" = Uuid, Path)), request_body = RerunRequest, responses(
    (status = 202, body = super::body::OneJob), (status = 404, body = Problem),
    (status = 422, description = "no target ended so, or its parameters are not kept any more", body = Problem)))]
pub(crate) async fn rerun(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: RerunRequest = body(arrived, &[])?;
    if asked.only.iter().any(|state| !state.is_over()) {
        return Err(invalid("only: name states in which targets end"));
    }
    let swarm = app.swarm()?;
    let job = found(swarm, &caller, &id).await?;
    let targets = swarm.job_targets(job.id, 0).await?;
    let nodes: Vec<_> = targets
        .into_iter()
        .filter(|target| asked.only.contains(&target.state) && !target.node_id.is_empty())
        .map(|target| target.node_id)
        .collect();
    if nodes.is_empty() {
        return Err(invalid(
            "no target of this job ended so; there is nothing to run again",
        ));
    }
    let request = swarm.job_request(job.id).await?;
    let request = request.ok_or_else(|| invalid("this job is not kept any more"))?;
    let parameters = match (asked.parameters, request.parameters) {
        (Some(parameters), _) => parameters,
        (None, serde_json::Value::Null) => {
            return Err(invalid(
                "the parameters held something secret and are not kept; send them again as `parameters`",
            ));
        }
        (None, kept) => kept,
    };
    let request = JobRequest {
        id: asked.id,
        label: job.label.clone(),
        dedupe_key: None,
        target: None,
        node_ids: Some(nodes),
        any: None,
        confirm_count: asked.confirm_count,
        approval: asked.approval,
        parameters,
        ..request
    };
    let origin = Origin {
        kind: OriginKind::Rerun,
        id: job.id.to_string(),
        name: job.label.clone(),
    };
    submit_request(&app, caller, request, Some(origin)).await
}
