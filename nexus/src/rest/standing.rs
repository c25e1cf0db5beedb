//! What is done about a node that is known: `/api/v1/nodes/{id}` with PATCH and DELETE, `…/revoke`, `…/release`.
//! Not here: a new key, which is a join code.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::identity::fingerprint;
use crate::trust::{Joined, NodeTrust, Standing};

/// How a node came in, and how it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrustBody<'a> {
    /// `code`, `local` or `shared_token`.
    how: &'static str,
    /// Label of the join code.
    via: Option<&'a str>,
    /// `accepted`, `held` or `revoked`.
    standing: &'static str,
    /// Why it is held.
    why: Option<&'a str>,
    /// Of its key; none with the shared token.
    fingerprint: Option<String>,
    since: String,
    /// Its last session was over TLS.
    encrypted: bool,
}

impl<'a> TrustBody<'a> {
    pub(crate) fn new(trust: &'a NodeTrust) -> Self {
        let (how, via) = match &trust.joined {
            Joined::Code(label) => ("code", Some(label.as_str())),
            Joined::Local => ("local", None),
            Joined::SharedToken => ("shared_token", None),
        };
        let (standing, why) = match &trust.standing {
            Standing::Accepted => ("accepted", None),
            Standing::Held(why) => ("held", Some(why.as_str())),
            Standing::Revoked => ("revoked", None),
        };
        Self {
            how,
            via,
            standing,
            why,
            fingerprint: trust.key.map(|key| fingerprint(&key.0)),
            since: rfc3339(trust.since),
            encrypted: trust.secure,
        }
    }
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// A name over its own; empty takes it back.
    name: Option<String>,
    /// Tags beside its own.
    tags: Option<Vec<String>>,
}

/// Changes a node's name or tags.
#[utoipa::path(patch, path = "/api/v1/nodes/{id}", params(("id" = String, Path, description = "node id")),
    request_body = Edit, responses((status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn edit(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let edit: Edit = body(arrived, &[])?;
    app.swarm()?
        .edit_node(&caller, id, edit.name, edit.tags)
        .await?;
    Ok(answer(&json!({"status": "success"})))
}

/// Forgets a node that is offline.
#[utoipa::path(delete, path = "/api/v1/nodes/{id}", params(("id" = String, Path, description = "node id")),
    responses((status = 200, body = Value), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.remove_node(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// Never lets the node's key in again, and ends its session now.
#[utoipa::path(post, path = "/api/v1/nodes/{id}/revoke", params(("id" = String, Path, description = "node id")),
    responses((status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.revoke_node(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// Lets a held or revoked node in again.
#[utoipa::path(post, path = "/api/v1/nodes/{id}/release", params(("id" = String, Path, description = "node id")),
    responses((status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn release(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.release_node(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}
