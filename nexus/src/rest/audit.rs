//! `/api/v1/audit`: the proof of what was done, in pages; whether it is whole; and all of it as JSON lines.
//! Not here: what an entry is, see [`crate::audit`].

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::json::{Query, answer};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::audit::{self, Kept, Moment, Page, Verdict};

#[derive(Serialize, ToSchema)]
struct Entries {
    status: &'static str,
    /// Newest first.
    entries: Vec<Kept>,
    /// Ask again with this for older ones; null when there are none. A page may be short, or empty, and still have it.
    before: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct Verified {
    status: &'static str,
    #[serde(flatten)]
    verdict: Verdict,
}

/// When; a day or a time, UTC.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Span {
    /// From this day (`2026-11-26`) or time (RFC 3339) on.
    since: Option<String>,
    /// Through this day or time.
    until: Option<String>,
}

/// Entries of the audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", params(audit::Query), responses(
    (status = 200, body = Entries), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): Shared,
    Query(query): Query<audit::Query>,
) -> Result<Response, Problem> {
    let Page { entries, before } = app.swarm()?.audit().page(query).await?;
    Ok(answer(&Entries {
        status: "success",
        entries,
        before,
    }))
}

/// Whether nothing was edited, removed or put elsewhere.
#[utoipa::path(get, path = "/api/v1/audit/verify", responses(
    (status = 200, description = "`ok` says whether it is whole", body = Verified), (status = 403, body = Problem)))]
pub(crate) async fn verify(State(app): Shared) -> Result<Response, Problem> {
    let verdict = app.swarm()?.audit().verify().await?;
    Ok(answer(&Verified {
        status: "success",
        verdict,
    }))
}

/// All of it, or a span, as JSON lines that can be verified without this Nexus.
#[utoipa::path(get, path = "/api/v1/audit/export", params(Span), responses(
    (status = 200, description = "JSON lines; the last one is `end`, or it was cut", content_type = "application/jsonl", body = String),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn export(
    State(app): Shared,
    caller: Caller,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let moment = |text: Option<String>, end: bool| {
        let read = text.map(|text| Moment::read(&text, end)).transpose();
        read.map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why))
    };
    let (since, until) = (moment(span.since, false)?, moment(span.until, true)?);
    let export = app.swarm()?.audit().export(&caller, since, until).await?;
    let lines = stream::unfold(export, |mut export| async move {
        let piece = export.next().await.transpose()?;
        Some((piece, export))
    });
    let body = Body::from_stream(lines);
    Ok(([(CONTENT_TYPE, "application/jsonl")], body).into_response())
}

impl From<audit::ExportError> for Problem {
    fn from(error: audit::ExportError) -> Self {
        match error {
            audit::ExportError::Unrecorded(error) => error.into(),
            audit::ExportError::Store(error) => error.into(),
        }
    }
}

impl From<audit::Unrecorded> for Problem {
    fn from(error: audit::Unrecorded) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unrecorded",
            error.to_string(),
        )
    }
}
