//! `/api/v1/stop`: everything is stopped and held, until a person releases it; and everything on one node. Not here: proof,
//! which comes from the nodes and is counted by the swarm.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::instances::MissingBody;
use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::fleet::Missing;
use crate::model::StopInfo;

/// Longest reason, bytes.
const REASON: usize = 500;

/// Why everything is stopped.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopRequest {
    /// In words; may be missing.
    #[serde(default)]
    reason: String,
}

/// Whether the fleet is stopped, and how far.
#[derive(Serialize, ToSchema)]
pub(crate) struct StopBody<'a> {
    held: bool,
    /// Who, for people.
    by: &'a str,
    reason: &'a str,
    since: Option<String>,
    /// Told to stop; no proof yet.
    stopping: u32,
    /// Proved to have ended.
    proved: u32,
    /// No proof came in time.
    unknown: u32,
    /// Never sent, so nothing had to be stopped.
    never_sent: u32,
    /// On nodes whose protocol cannot stop anything.
    cannot: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OneStop<'a> {
    status: &'static str,
    stop: StopBody<'a>,
    /// Instances that did not answer, so what is theirs is not counted; left out when all did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingBody>,
}

impl<'a> StopBody<'a> {
    pub(crate) fn new(stop: &'a StopInfo) -> Self {
        Self {
            held: stop.held,
            by: &stop.by,
            reason: &stop.reason,
            since: stop.since.map(rfc3339),
            stopping: stop.stopping,
            proved: stop.proved,
            unknown: stop.unknown,
            never_sent: stop.never_sent,
            cannot: stop.cannot,
        }
    }
}

fn told(status: &'static str, stop: &StopInfo, missing: Vec<Missing>) -> Response {
    let stop = StopBody::new(stop);
    let missing = MissingBody::all(missing);
    answer(&OneStop {
        status,
        stop,
        missing,
    })
}

/// Stops everything that runs, and holds jobs and schedules. Asked again it stops what began since.
#[utoipa::path(post, path = "/api/v1/stop", request_body = StopRequest, responses(
    (status = 202, description = "being stopped; look again for the proof", body = OneStop)))]
pub(crate) async fn stop(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let empty = arrived.as_ref().is_ok_and(|bytes| bytes.is_empty());
    let asked = if empty {
        StopRequest::default()
    } else {
        body::<StopRequest>(arrived, &[])?
    };
    let reason = protocol::limits::cut(&asked.reason, REASON).to_owned();
    let swarm = app.swarm()?;
    swarm.stop_all(reason, &caller).await?;
    let (stop, missing) = swarm.stop_info().await?;
    Ok((StatusCode::ACCEPTED, told("accepted", &stop, missing)).into_response())
}

/// Whether everything is stopped, and what is proved of it.
#[utoipa::path(get, path = "/api/v1/stop", responses((status = 200, body = OneStop)))]
pub(crate) async fn look(State(app): Shared) -> Result<Response, Problem> {
    let (stop, missing) = app.swarm()?.stop_info().await?;
    Ok(told("success", &stop, missing))
}

/// Jobs and schedules go on.
#[utoipa::path(delete, path = "/api/v1/stop", responses((status = 200, body = OneStop)))]
pub(crate) async fn release(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let stop = app.swarm()?.release_all(&caller).await?;
    Ok(told("success", &stop, Vec::new()))
}

/// Stops what runs or waits on one node; holds nothing.
#[utoipa::path(post, path = "/api/v1/nodes/{id}/stop", params(("id" = String, Path, description = "node id")), responses(
    (status = 202, description = "being stopped", body = OneStop), (status = 404, body = Problem)))]
pub(crate) async fn stop_node(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stopped = app.swarm()?.stop_node(&id, &caller).await?;
    let (stop, missing) =
        stopped.ok_or_else(|| Problem::no_such_node(&format!("node {id} does not exist")))?;
    Ok((StatusCode::ACCEPTED, told("accepted", &stop, missing)).into_response())
}
