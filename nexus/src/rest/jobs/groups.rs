//! What a job's targets wrote: folded together, searched. Not here: which outputs are the same, see [`crate::job`].

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::Stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{found, invalid};
use crate::access::Caller;
use crate::job::OutputGroup;
use crate::rest::json::{Query, answer};
use crate::rest::{Problem, Shared};

/// Hits of one answer.
const HITS: usize = 1000;
/// Longest text that is looked for, bytes.
const WANTED: usize = 1000;

#[derive(Serialize, ToSchema)]
pub(crate) struct Groups {
    status: &'static str,
    /// Odd ones first, the majority last.
    groups: Vec<OutputGroup>,
    /// Groups that are left out, because there are so many.
    omitted: usize,
}

/// What the targets wrote, identical outputs folded together; live as well as when it is over.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/groups", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Groups), (status = 404, body = Problem)))]
pub(crate) async fn groups(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let swarm = app.swarm()?;
    let job = found(swarm, &caller, &id).await?;
    let (groups, omitted) = swarm.job_groups(job.id).await?;
    Ok(answer(&Groups {
        status: "success",
        groups,
        omitted,
    }))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Wanted {
    /// The text, exactly as it stands there.
    q: String,
    /// At most so many hits.
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Hits {
    status: &'static str,
    hits: Vec<HitBody>,
    /// Everything was searched, and everything found is told.
    complete: bool,
}

#[derive(Serialize, ToSchema)]
struct HitBody {
    execution_id: Uuid,
    node_id: String,
    node_name: String,
    #[schema(value_type = String)]
    stream: Stream,
    /// From 1.
    line: u64,
    text: String,
}

/// Lines of what the targets wrote in which a text stands.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/search", params(("id" = Uuid, Path), Wanted), responses(
    (status = 200, body = Hits), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn search(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    if wanted.q.is_empty() || wanted.q.len() > WANTED || wanted.q.contains('\n') {
        return Err(invalid("q must be one line of 1 to 1000 bytes"));
    }
    let swarm = app.swarm()?;
    let job = found(swarm, &caller, &id).await?;
    let limit = wanted.limit.unwrap_or(100).min(HITS);
    let (hits, complete) = swarm.search_job(job.id, &wanted.q, limit).await?;
    let hits = hits.into_iter().map(|hit| HitBody {
        execution_id: hit.execution,
        node_id: hit.node_id,
        node_name: hit.node_name,
        stream: hit.stream,
        line: hit.line,
        text: hit.text,
    });
    Ok(answer(&Hits {
        status: "success",
        hits: hits.collect(),
        complete,
    }))
}
