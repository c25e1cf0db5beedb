//! `/api/v1/waiting`: machines that came with a code and wait for a person. Not here: why they wait.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::{Capabilities, rfc3339};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::json::answer;
use super::{Problem, Shared};
use crate::access::Caller;
use crate::identity::fingerprint;
use crate::trust::Waiting;

/// A waiting machine as REST and events tell it. Everything in it but `fingerprint` and `via` is what it says itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingBody<'a> {
    /// To speak of it.
    id: String,
    node_name: &'a str,
    /// Of its key; compare it with what the machine shows.
    fingerprint: String,
    address: &'a str,
    #[schema(value_type = Value)]
    capabilities: &'a Capabilities,
    /// Label of the join code.
    via: &'a str,
    first_seen: String,
    last_seen: String,
}

impl<'a> WaitingBody<'a> {
    pub(crate) fn new(one: &'a Waiting) -> Self {
        Self {
            id: one.key.to_string(),
            node_name: &one.name,
            fingerprint: fingerprint(&one.key.0),
            address: &one.peer,
            capabilities: &one.capabilities,
            via: &one.code.label,
            first_seen: rfc3339(one.first_seen),
            last_seen: rfc3339(one.last_seen),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct WaitingRoom<'a> {
    status: &'static str,
    waiting: Vec<WaitingBody<'a>>,
}

/// Who waits, oldest first.
#[utoipa::path(get, path = "/api/v1/waiting", responses((status = 200, body = WaitingRoom)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    let waiting = app.swarm()?.waiting().await?;
    Ok(answer(&WaitingRoom {
        status: "success",
        waiting: waiting.iter().map(WaitingBody::new).collect(),
    }))
}

/// Lets it in; it comes by itself within seconds.
#[utoipa::path(post, path = "/api/v1/waiting/{id}/accept", params(("id" = String, Path, description = "id in the waiting room")),
    responses((status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn accept(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let node = app.swarm()?.accept(&caller, id).await?;
    Ok(answer(&json!({"status": "success", "node_id": node})))
}

/// Sends it away; it needs a new code to come back.
#[utoipa::path(delete, path = "/api/v1/waiting/{id}", params(("id" = String, Path, description = "id in the waiting room")),
    responses((status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn turn_away(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.turn_away(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}
