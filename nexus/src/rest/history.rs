//! `/api/v1/timeline`, `/api/v1/timeline/at` and `/api/v1/nodes/{id}/history`: how the fleet stood. Not here: what is kept
//! and what may be asked, see [`crate::history`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::json::{Query, answer};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::history::{Bucket, HistoryError, JobThen, NodeThen, Span, Stood, millis};
use crate::job::JobState;

const HOUR: i64 = 3_600_000;

/// A part of a timeline.
#[derive(Serialize, ToSchema)]
struct BucketBody {
    /// Its begin, RFC 3339.
    at: String,
    /// False: the Nexus was not there, or it is too long ago.
    known: bool,
    /// At its end, without those that were degraded.
    online: u32,
    /// The most at once.
    degraded: u32,
    /// The most at once.
    offline: u32,
    /// Jobs that were accepted in it; null for callers that may see some nodes only, as the others.
    jobs: Option<u32>,
    jobs_failed: Option<u32>,
    executions: Option<u32>,
    executions_failed: Option<u32>,
    /// Nodes that became unreachable.
    fell: Option<u32>,
}

impl BucketBody {
    fn new(bucket: &Bucket, whole: bool) -> Self {
        let told = |count: u32| whole.then_some(count);
        Self {
            at: time(bucket.at),
            known: bucket.known,
            online: bucket.online,
            degraded: bucket.degraded,
            offline: bucket.offline,
            jobs: told(bucket.deeds.jobs),
            jobs_failed: told(bucket.deeds.jobs_failed),
            executions: told(bucket.deeds.executions),
            executions_failed: told(bucket.deeds.executions_failed),
            fell: told(bucket.deeds.fell),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TimelineBody {
    status: &'static str,
    from: String,
    to: String,
    /// The oldest sample that is kept; null when there is none.
    oldest: Option<String>,
    buckets: Vec<BucketBody>,
}

/// Which time.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Which {
    /// RFC 3339 or milliseconds since 1970; 24 hours before `to` when missing.
    from: Option<String>,
    /// RFC 3339 or milliseconds since 1970; now when missing.
    to: Option<String>,
    /// Parts, 1 to 1440; 96 when missing. With a token for some nodes at most 96.
    buckets: Option<u32>,
}

/// How many nodes were online, degraded and offline, in parts of a time.
#[utoipa::path(get, path = "/api/v1/timeline", params(Which), responses(
    (status = 200, body = TimelineBody), (status = 422, body = Problem)))]
pub(crate) async fn timeline(
    State(app): Shared,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let now = millis(SystemTime::now());
    let to = moment("to", which.to.as_deref(), now)?;
    let from = moment("from", which.from.as_deref(), to.saturating_sub(24 * HOUR))?;
    let buckets = which.buckets.unwrap_or(96);
    let told = app.swarm()?.timeline(&caller, from, to, buckets).await?;
    Ok(answer(&TimelineBody {
        status: "success",
        from: time(told.from),
        to: time(told.to),
        oldest: told.oldest.map(time),
        buckets: told
            .buckets
            .iter()
            .map(|bucket| BucketBody::new(bucket, told.whole))
            .collect(),
    }))
}

/// A node at a moment.
#[derive(Serialize, ToSchema)]
struct NodeThenBody<'a> {
    node_id: &'a str,
    /// `idle`, `busy`, `degraded`, `suspect` or `offline`.
    state: &'static str,
    /// 0..1
    cpu_usage: f64,
    /// 0..1
    memory_usage: f64,
    active_tasks: u16,
}

impl<'a> NodeThenBody<'a> {
    fn new(node: &'a NodeThen) -> Self {
        Self {
            node_id: &node.id,
            state: node.reading.stood.word(),
            cpu_usage: node.reading.cpu(),
            memory_usage: node.reading.memory(),
            active_tasks: node.reading.tasks,
        }
    }
}

/// A job that was under way at a moment.
#[derive(Serialize, ToSchema)]
struct JobThenBody<'a> {
    id: Uuid,
    label: &'a str,
    skill_name: &'a str,
    method_name: &'a str,
    summary: &'a str,
    /// As it ended, or as it is.
    state: JobState,
    submitted_at: String,
    finished_at: Option<String>,
    total: u32,
    /// Parts of it that were under way, as far as they are known.
    under_way: usize,
}

impl<'a> JobThenBody<'a> {
    fn new(job: &'a JobThen) -> Self {
        let info = &job.info;
        Self {
            id: info.id,
            label: &info.label,
            skill_name: &info.skill,
            method_name: &info.method,
            summary: &info.summary,
            state: info.state,
            submitted_at: rfc3339(info.submitted_at),
            finished_at: info.finished_at.map(rfc3339),
            total: info.total,
            under_way: job.places.len(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct FleetThenBody<'a> {
    status: &'static str,
    /// RFC 3339.
    at: String,
    /// When the loads were read; null: nothing is known of this moment.
    sampled: Option<String>,
    /// Those that existed then and are known today.
    nodes: Vec<NodeThenBody<'a>>,
    jobs: Vec<JobThenBody<'a>>,
}

/// When.
#[derive(Deserialize, IntoParams)]
pub(crate) struct When {
    /// RFC 3339 or milliseconds since 1970.
    time: Option<String>,
}

/// The fleet at a moment.
#[utoipa::path(get, path = "/api/v1/timeline/at", params(When), responses(
    (status = 200, body = FleetThenBody), (status = 422, body = Problem)))]
pub(crate) async fn at(
    State(app): Shared,
    caller: Caller,
    Query(when): Query<When>,
) -> Result<Response, Problem> {
    let Some(text) = when.time.as_deref() else {
        return Err(invalid(
            "say which time: ?time=2026-11-26T14:05:00Z, or milliseconds since 1970",
        ));
    };
    let at = moment("time", Some(text), 0)?;
    let told = app.swarm()?.fleet_at(&caller, at).await?;
    Ok(answer(&FleetThenBody {
        status: "success",
        at: time(told.at),
        sampled: told.sampled.map(time),
        nodes: told.nodes.iter().map(NodeThenBody::new).collect(),
        jobs: told.jobs.iter().map(JobThenBody::new).collect(),
    }))
}

/// A time in which a node was not simply online.
#[derive(Serialize, ToSchema)]
struct SpanBody {
    from: String,
    to: String,
    /// `offline`, `suspect`, `degraded`, `absent` (it was not known yet) or `unknown` (the Nexus was not there).
    state: &'static str,
}

impl SpanBody {
    fn new(span: &Span) -> Self {
        Self {
            from: time(span.from),
            to: time(span.to),
            state: span.stood.map_or("unknown", Stood::word),
        }
    }
}

/// Columns of equal length: what was read when.
#[derive(Serialize, ToSchema)]
struct NodeHistoryBody<'a> {
    status: &'static str,
    node_id: &'a str,
    from: String,
    to: String,
    /// Milliseconds since 1970.
    at: Vec<i64>,
    /// 0..1
    cpu: Vec<f64>,
    /// 0..1
    memory: Vec<f64>,
    tasks: Vec<u16>,
    state: Vec<&'static str>,
    spans: Vec<SpanBody>,
}

/// How far back.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Back {
    /// 1 to 168; 24 when missing.
    hours: Option<u32>,
}

/// CPU, memory, tasks and state of one node over some hours, a value a minute.
#[utoipa::path(get, path = "/api/v1/nodes/{id}/history", params(("id" = String, Path, description = "node id"), Back),
    responses((status = 200, body = NodeHistoryBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn node(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    let hours = back.hours.unwrap_or(24);
    let past = app.swarm()?.node_past(&caller, &id, hours).await?;
    let readings = || past.samples.iter().map(|(_, reading)| *reading);
    Ok(answer(&NodeHistoryBody {
        status: "success",
        node_id: &past.id,
        from: time(past.from),
        to: time(past.to),
        at: past.samples.iter().map(|(at, _)| *at).collect(),
        cpu: readings().map(|one| one.cpu()).collect(),
        memory: readings().map(|one| one.memory()).collect(),
        tasks: readings().map(|one| one.tasks).collect(),
        state: readings().map(|one| one.stood.word()).collect(),
        spans: past.spans.iter().map(SpanBody::new).collect(),
    }))
}

/// A time of a query string.
fn moment(name: &str, text: Option<&str>, otherwise: i64) -> Result<i64, Problem> {
    let Some(text) = text.map(str::trim) else {
        return Ok(otherwise);
    };
    if let Ok(millis) = text.parse::<i64>() {
        return Ok(millis);
    }
    let read = text.parse::<jiff::Timestamp>();
    read.map(jiff::Timestamp::as_millisecond).map_err(|_| {
        invalid(&format!(
            "{name} must be a time as 2026-11-26T14:05:00Z (a + in it is written %2B), or milliseconds since 1970"
        ))
    })
}

fn time(millis: i64) -> String {
    rfc3339(UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

fn invalid(why: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why)
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Asked(why) => invalid(&why),
            HistoryError::NoSuchNode(_) => Self::no_such_node(&error.to_string()),
            HistoryError::Acceptance(error) => error.into(),
            HistoryError::Store(error) => error.into(),
            HistoryError::Away(error) => crate::hub::Unreached::Away(error).into(),
        }
    }
}
