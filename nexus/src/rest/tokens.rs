//! `/api/v1/tokens`: make an API token, see them, end one. Not here: what they are, see [`crate::access`].

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
use crate::access::{Caller, NewToken, Role, TokenError, TokenInfo};

/// A token without its secret.
#[derive(Serialize, ToSchema)]
struct TokenBody<'a> {
    id: Uuid,
    name: &'a str,
    role: Role,
    /// Target expression; empty is nobody.
    nodes: String,
    calls: Vec<String>,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    last_used_from: Option<&'a str>,
    revoked_at: Option<String>,
}

impl<'a> TokenBody<'a> {
    fn new(token: &'a TokenInfo) -> Self {
        let used = token.last_used.as_ref();
        Self {
            id: token.id,
            name: &token.name,
            role: token.role,
            nodes: token.scope.nodes().to_string(),
            calls: token.scope.calls(),
            created_at: rfc3339(token.created_at),
            expires_at: rfc3339(token.expires_at),
            last_used_at: used.map(|(at, _)| rfc3339(*at)),
            last_used_from: used.map(|(_, from)| from.as_str()),
            revoked_at: token.revoked_at.map(rfc3339),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TokenList<'a> {
    status: &'static str,
    tokens: Vec<TokenBody<'a>>,
}

/// A fresh token with its secret: shown once.
#[derive(Serialize, ToSchema)]
struct MadeToken<'a> {
    status: &'static str,
    secret: &'a str,
    token: TokenBody<'a>,
}

/// Makes a token. The answer is the only place where its secret is ever shown.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = NewToken, responses(
    (status = 201, body = MadeToken), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn make(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewToken = body(arrived, &["name", "role"])?;
    let (secret, token) = app.access.tokens.create(new, &caller).await?;
    let made = MadeToken {
        status: "success",
        secret: secret.reveal(),
        token: TokenBody::new(&token),
    };
    Ok((StatusCode::CREATED, answer(&made)).into_response())
}

/// All tokens, oldest first, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", responses(
    (status = 200, body = TokenList), (status = 403, body = Problem)))]
pub(crate) async fn list(State(app): Shared) -> Response {
    let tokens = app.access.tokens.list();
    answer(&TokenList {
        status: "success",
        tokens: tokens.iter().map(TokenBody::new).collect(),
    })
}

/// Ends a token at once, with its open streams.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Value), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = Uuid::try_parse(&id)
        .map_err(|_| Problem::not_found(&format!("{id:?} is not the id of a token")))?;
    app.access.tokens.revoke(id, &caller).await?;
    let paused = app.doors.handle.pause_jobs_of(id).await?;
    Ok(answer(&json!({"status": "success", "jobs_paused": paused})))
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let detail = error.to_string();
        match error {
            TokenError::Unknown(_) => Self::not_found(&detail),
            TokenError::Name | TokenError::Life | TokenError::Scope(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            }
            TokenError::TooMany => Self::new(StatusCode::CONFLICT, "too_many", detail),
            TokenError::NoRandom(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "no_random", detail)
            }
            TokenError::Store(error) => error.into(),
            TokenError::Unrecorded(error) => error.into(),
        }
    }
}
