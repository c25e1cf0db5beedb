//! `/api/v1/jobs`: one call for many nodes, durable. Asked for, looked at, paused, resumed, cancelled, asked once more.
//! A token that is limited to some nodes sees the jobs that it asked for itself.
//!
//! Not here: what they wrote, see [`groups`] and [`follow`].

pub(crate) mod body;
pub(crate) mod follow;
pub(crate) mod groups;
pub(crate) mod rerun;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use super::instances::MissingBody;
use super::json::{Arrived, Query, answer, body};
use super::{App, Problem, Shared};
use crate::access::{Caller, Denied};
use crate::fleet::Listed;
use crate::hub::Handle;
use crate::job::{JobInfo, JobRequest, Origin, RequestError, TargetState};
use crate::state::{Control, JobError, Submitted};
use body::{JobBody, OneJob, Targets};

/// Most jobs and targets of one list.
const LIST: u32 = 1000;

/// Takes a job on; answers when it is on disk, not when it is over.
#[utoipa::path(post, path = "/api/v1/jobs", request_body = JobRequest, responses(
    (status = 202, description = "accepted", body = OneJob),
    (status = 200, description = "known already by its id or dedupe key", body = OneJob),
    (status = 400, description = "none of the nodes can take it; the context says why", body = Problem),
    (status = 409, description = "the set has changed, the count is not confirmed, or a rule wants a second yes first", body = Problem),
    (status = 422, description = "it makes no sense, or nobody is meant", body = Problem)))]
pub(crate) async fn submit(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: JobRequest = body(arrived, &["skill_name", "method_name"])?;
    submit_request(&app, caller, asked, None).await
}

pub(crate) async fn submit_request(
    app: &App,
    caller: Caller,
    asked: JobRequest,
    origin: Option<Origin>,
) -> Result<Response, Problem> {
    let job = asked.into_job(caller.clone(), origin)?;
    caller.may_call(&job.call)?;
    let submitted = app.swarm()?.submit_job(job).await?;
    let status = if submitted.duplicate {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    Ok((status, answer(&accepted(&submitted))).into_response())
}

fn accepted(submitted: &Submitted) -> OneJob<'_> {
    OneJob {
        status: "accepted",
        duplicate: submitted.duplicate,
        job: JobBody::new(&submitted.info),
    }
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Which {
    /// `live`, `over`, `all`, or a job's own, e.g. `failed` for the dead letters; all when missing.
    state: Option<String>,
    /// At most so many, newest first.
    limit: Option<u32>,
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", params(Which), responses((status = 200, body = body::Jobs)))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let word = which.state.as_deref().unwrap_or("all");
    let (live, over) = match word {
        "all" => (true, true),
        "live" | "running" | "paused" | "stopping" => (true, false),
        "over" | "succeeded" | "failed" | "cancelled" | "expired" => (false, true),
        _ => {
            return Err(invalid(
                "state must be live, over, all, or a job's, e.g. failed",
            ));
        }
    };
    let limit = which.limit.unwrap_or(100).min(LIST);
    let swarm = app.swarm()?;
    let own = (!caller.principal.scope.nodes().is_all()).then(|| caller.principal.id.clone());
    let Listed {
        rows: mut jobs,
        missing,
    } = match word {
        "all" | "live" | "over" => swarm.jobs(own, (live, over), limit).await?,
        // Among the newest ones; who wants older ones reads them all.
        word => {
            let mut jobs = swarm.jobs(own, (live, over), LIST).await?;
            jobs.rows.retain(|job| job.state.word() == word);
            jobs
        }
    };
    jobs.retain(|job| sees(&caller, job));
    jobs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(answer(&body::Jobs {
        status: "success",
        jobs: jobs.iter().map(|job| JobBody::new(job)).collect(),
        missing: MissingBody::all(missing),
    }))
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneJob), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = found(app.swarm()?, &caller, &id).await?;
    Ok(answer(&OneJob {
        status: "success",
        duplicate: false,
        job: JobBody::new(&job),
    }))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct WhichTargets {
    /// Only those in this state.
    state: Option<String>,
    /// From this index on.
    after: Option<u32>,
    /// At most so many.
    limit: Option<u32>,
}

/// The targets of a job in the order of its waves, each with its truth.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/targets", params(("id" = Uuid, Path), WhichTargets), responses(
    (status = 200, body = Targets), (status = 404, body = Problem)))]
pub(crate) async fn targets(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Query(which): Query<WhichTargets>,
) -> Result<Response, Problem> {
    let state = match which.state.as_deref() {
        None => None,
        Some(word) => Some(
            TargetState::from_word(word)
                .ok_or_else(|| invalid("state must be a target's, e.g. failed"))?,
        ),
    };
    let swarm = app.swarm()?;
    let job = found(swarm, &caller, &id).await?;
    let mut all = swarm.job_targets(job.id, which.after.unwrap_or(0)).await?;
    all.retain(|target| state.is_none_or(|state| target.state == state));
    let limit = usize::try_from(which.limit.unwrap_or(LIST).min(LIST)).unwrap_or(usize::MAX);
    let next = all.get(limit).map(|target| target.index);
    all.truncate(limit);
    Ok(answer(&Targets {
        status: "success",
        targets: all.iter().map(body::TargetBody::new).collect(),
        next,
    }))
}

/// Nothing new of it is begun; what is out goes on.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/pause", params(("id" = Uuid, Path)), responses(
    (status = 202, body = OneJob), (status = 404, body = Problem), (status = 409, description = "not running", body = Problem)))]
pub(crate) async fn pause(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    control(&app, &caller, &id, Control::Pause).await
}

/// It goes on: after a pause, at a gate between two waves, or over its threshold.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/resume", params(("id" = Uuid, Path)), responses(
    (status = 202, body = OneJob), (status = 404, body = Problem), (status = 409, description = "not paused", body = Problem)))]
pub(crate) async fn resume(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    control(&app, &caller, &id, Control::Resume).await
}

/// What has not begun never does; what is out is stopped. The proof is its state turning to `cancelled`.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", params(("id" = Uuid, Path)), responses(
    (status = 202, body = OneJob), (status = 404, body = Problem), (status = 409, description = "over", body = Problem)))]
pub(crate) async fn cancel(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    control(&app, &caller, &id, Control::Cancel).await
}

async fn control(
    app: &App,
    caller: &Caller,
    id: &str,
    control: Control,
) -> Result<Response, Problem> {
    let swarm = app.swarm()?;
    let job = found(swarm, caller, id).await?;
    // To stop something that one may not start is as much as changing it.
    if !caller.principal.scope.allows(&job.skill, &job.method) {
        return Err(Denied::Call.into());
    }
    let job = swarm.control_job(job.id, control, caller).await??;
    let body = OneJob {
        status: "accepted",
        duplicate: false,
        job: JobBody::new(&job),
    };
    Ok((StatusCode::ACCEPTED, answer(&body)).into_response())
}

/// Whether a job is there for this caller.
pub(crate) fn sees(caller: &Caller, job: &JobInfo) -> bool {
    caller.principal.scope.nodes().is_all() || job.asker == caller.principal.id
}

/// A job that is there for this caller.
pub(crate) async fn found(
    swarm: &Handle,
    caller: &Caller,
    id: &str,
) -> Result<Arc<JobInfo>, Problem> {
    let missing = || Problem::not_found(&format!("job {id} does not exist"));
    let id = Uuid::try_parse(id).map_err(|_| missing())?;
    let job = swarm.job(id).await?.ok_or_else(missing)?;
    if sees(caller, &job) {
        Ok(job)
    } else {
        Err(missing())
    }
}

pub(crate) fn invalid(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        invalid(&error.to_string())
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        let detail = error.to_string();
        match error {
            JobError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            JobError::State { id, state } => Self::new(StatusCode::CONFLICT, "state", detail)
                .with(json!({"id": id, "state": state})),
        }
    }
}
