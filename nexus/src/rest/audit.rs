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
use crate::audit::{self, CopyVerdict, Cursor, Kept, Moment, Page, Verdict};

#[derive(Serialize, ToSchema)]
struct Entries {
    status: &'static str,
    /// Newest first.
    entries: Vec<Kept>,
    /// Ask again with this for older ones; null when there are none. A page may be short, or empty, and still have it. A number when
    /// this Nexus is alone.
    #[schema(value_type = Option<String>)]
    before: Option<Cursor>,
}

#[derive(Serialize, ToSchema)]
struct Verified {
    status: &'static str,
    /// Of the log of the instance that is asked.
    #[serde(flatten)]
    verdict: Verdict,
    /// Its copies of the logs of other instances; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<CopyVerdict>,
}

/// When, a day or a time, UTC; and of which instance.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Span {
    /// From this day (`2026-11-26`) or time (RFC 3339) on.
    since: Option<String>,
    /// Through this day or time.
    until: Option<String>,
    /// Id or name of another instance: what is kept here of its log.
    instance: Option<String>,
    /// Which copy of it, as verifying names them; the newest unless said.
    copy: Option<u32>,
}

/// Entries of the audit logs of all instances, newest first, as far as they are known here; nobody else is asked.
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

/// Whether nothing was edited, removed or put elsewhere, here and in the copies of the logs of other instances.
#[utoipa::path(get, path = "/api/v1/audit/verify", responses(
    (status = 200, description = "`ok` says whether it is whole", body = Verified), (status = 403, body = Problem)))]
pub(crate) async fn verify(State(app): Shared) -> Result<Response, Problem> {
    let audit = app.swarm()?.audit();
    Ok(answer(&Verified {
        status: "success",
        verdict: audit.verify().await?,
        copies: audit.verify_copies().await?,
    }))
}

/// All of one log, or a span, as JSON lines that can be verified without this Nexus.
#[utoipa::path(get, path = "/api/v1/audit/export", params(Span), responses(
    (status = 200, description = "JSON lines; the last one is `end`, or it was cut", content_type = "application/jsonl", body = String),
    (status = 403, body = Problem), (status = 404, description = "No copy of that log is kept here", body = Problem),
    (status = 422, body = Problem)))]
pub(crate) async fn export(
    State(app): Shared,
    caller: Caller,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let moment = |text: Option<String>, end: bool| {
        let read = text.map(|text| Moment::read(&text, end)).transpose();
        read.map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why))
    };
    let part = audit::Part {
        since: moment(span.since, false)?,
        until: moment(span.until, true)?,
        instance: span.instance,
        copy: span.copy,
    };
    let export = app.swarm()?.audit().export(&caller, part).await?;
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
            audit::ExportError::NoCopy(_) => {
                Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string())
            }
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
