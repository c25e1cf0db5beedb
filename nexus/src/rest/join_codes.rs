//! `/api/v1/join-codes`: make one, see what became of them, take one back. Not here: what a code is.

use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::joining::{JoiningError, MadeJoinCode};
use crate::trust::{CodeState, JoinCodeInfo, NewJoinCode, TrustError};

/// A join code without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinCodeBody<'a> {
    id: Uuid,
    label: &'a str,
    uses: u32,
    used: u32,
    name: Option<&'a str>,
    tags: &'a [String],
    group: Option<&'a str>,
    /// Machines wait until a person accepts them.
    waiting_room: bool,
    /// The node that gets a new key by it.
    rekeys: Option<&'a str>,
    created_by: &'a str,
    created_at: String,
    expires_at: String,
    state: CodeState,
}

impl<'a> JoinCodeBody<'a> {
    pub(crate) fn new(code: &'a JoinCodeInfo) -> Self {
        Self {
            id: code.id,
            label: &code.label,
            uses: code.uses,
            used: code.used,
            name: code.name.as_deref(),
            tags: &code.tags,
            group: code.group.as_deref(),
            waiting_room: code.waiting_room,
            rekeys: code.rekeys.as_deref(),
            created_by: &code.created_by,
            created_at: rfc3339(code.created_at),
            expires_at: rfc3339(code.expires_at),
            state: code.state(SystemTime::now()),
        }
    }
}

/// A fresh code, with its secret: shown once.
#[derive(Serialize, ToSchema)]
struct Made<'a> {
    status: &'static str,
    /// What the new machine is given.
    code: String,
    /// The line to paste there.
    line: String,
    /// The key of this Nexus, as the spore will show it.
    nexus_fingerprint: String,
    /// Another machine could come in by the code's addresses.
    reachable: bool,
    join_code: JoinCodeBody<'a>,
}

#[derive(Serialize, ToSchema)]
struct JoinCodes<'a> {
    status: &'static str,
    join_codes: Vec<JoinCodeBody<'a>>,
}

/// Makes a join code. The answer is the only place where its secret is ever shown.
#[utoipa::path(post, path = "/api/v1/join-codes", request_body = NewJoinCode, responses(
    (status = 201, body = Made), (status = 422, body = Problem)))]
pub(crate) async fn make(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewJoinCode = body(arrived, &[])?;
    app.swarm()?;
    let made = app.doors.joining.make(new, &caller).await?;
    Ok(shown(&app.doors.joining, &made))
}

/// Makes a one-time code that gives this node a new key.
#[utoipa::path(post, path = "/api/v1/nodes/{id}/rekey", params(("id" = String, Path, description = "node id")),
    responses((status = 201, body = Made), (status = 404, body = Problem)))]
pub(crate) async fn rekey(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?;
    let made = app.doors.joining.rekey(&id, &caller).await?;
    Ok(shown(&app.doors.joining, &made))
}

/// All join codes, oldest first, without their secrets.
#[utoipa::path(get, path = "/api/v1/join-codes", responses((status = 200, body = JoinCodes)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    let codes = app.swarm()?.join_codes().await?;
    Ok(answer(&JoinCodes {
        status: "success",
        join_codes: codes.iter().map(JoinCodeBody::new).collect(),
    }))
}

/// Takes a join code back.
#[utoipa::path(delete, path = "/api/v1/join-codes/{id}", params(("id" = String, Path, description = "id of the code")),
    responses((status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn withdraw(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.swarm()?.withdraw_join_code(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

fn shown(joining: &crate::joining::Joining, made: &MadeJoinCode) -> Response {
    let body = Made {
        status: "success",
        code: made.code.to_string(),
        line: format!("spore join {}", made.code),
        nexus_fingerprint: joining.fingerprint(),
        reachable: joining.is_reachable(),
        join_code: JoinCodeBody::new(&made.info),
    };
    (StatusCode::CREATED, answer(&body)).into_response()
}

impl From<TrustError> for Problem {
    fn from(error: TrustError) -> Self {
        let detail = error.to_string();
        match error {
            TrustError::UnknownNode(_) | TrustError::NotWaiting(_) | TrustError::UnknownCode(_) => {
                Self::not_found(&detail)
            }
            TrustError::NoKey(_) => Self::new(StatusCode::CONFLICT, "no_key", detail),
            TrustError::Online(_) => Self::new(StatusCode::CONFLICT, "online", detail),
            TrustError::Invalid(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            }
            TrustError::TooMany(..) => Self::new(StatusCode::CONFLICT, "too_many", detail),
            TrustError::NoRandom => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "no_random", detail)
            }
        }
    }
}

impl From<JoiningError> for Problem {
    fn from(error: JoiningError) -> Self {
        match error {
            JoiningError::Trust(error) => error.into(),
            JoiningError::Rule(error) => error.into(),
            JoiningError::Approval(error) => error.into(),
            JoiningError::Schedule(error) => error.into(),
            JoiningError::Runbook(error) => error.into(),
            JoiningError::Run(error) => error.into(),
            JoiningError::Group(error) => error.into(),
            JoiningError::Chart(error) => error.into(),
            JoiningError::Alert(error) => error.into(),
            JoiningError::Nexus(error) => error.into(),
        }
    }
}
