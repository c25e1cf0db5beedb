//! `/api/v1/sources`: the brokers that jobs are taken from, and how that goes. Not here: changing them, the configuration has them.

use axum::extract::State;
use axum::response::Response;
use protocol::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use super::json::answer;
use super::{Problem, Shared};
use crate::sources::SourceInfo;

#[derive(Serialize, ToSchema)]
struct SourceList {
    status: &'static str,
    sources: Vec<SourceBody>,
}

/// A broker that jobs are taken from. What is counted is counted since the start of the Nexus.
#[derive(Serialize, ToSchema)]
struct SourceBody {
    name: String,
    /// Scheme, host and port.
    at: String,
    /// A stream or a queue.
    stream: String,
    /// Empty where there is none.
    group: String,
    /// The API token by whose rights its jobs are asked for, as the configuration says it.
    token: String,
    /// Where messages go that cannot be taken; empty when the broker decides that.
    dead: String,
    connected: bool,
    /// What keeps it from taking jobs; null when nothing does.
    problem: Option<String>,
    since: String,
    /// Messages that became jobs.
    taken: u64,
    /// Messages that had become jobs before.
    known: u64,
    /// Tries with messages that could not be taken then.
    refused: u64,
    /// Messages that were put away as dead.
    dead_lettered: u64,
    taken_at: Option<String>,
    /// Which message was put away last, and why.
    dead_reason: Option<String>,
    /// Results that the broker has taken.
    told: u64,
    /// Results that nobody will get.
    untold: u64,
    /// What keeps results from the broker; null when nothing does.
    results_problem: Option<String>,
}

impl SourceBody {
    fn new(info: SourceInfo) -> Self {
        Self {
            name: info.name,
            at: info.at,
            stream: info.stream,
            group: info.group,
            token: info.token,
            dead: info.dead,
            connected: info.connected,
            problem: info.problem,
            since: rfc3339(info.since),
            taken: info.taken,
            known: info.known,
            refused: info.refused,
            dead_lettered: info.dead_lettered,
            taken_at: info.taken_at.map(rfc3339),
            dead_reason: info.dead_reason,
            told: info.told,
            untold: info.untold,
            results_problem: info.results_problem,
        }
    }
}

/// The brokers that jobs are taken from, and how that goes.
#[utoipa::path(get, path = "/api/v1/sources", responses((status = 200, body = SourceList)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    app.swarm()?;
    let all = app.doors.sources.list();
    Ok(answer(&SourceList {
        status: "success",
        sources: all.into_iter().map(SourceBody::new).collect(),
    }))
}
