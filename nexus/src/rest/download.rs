//! `GET /api/v1/executions/{id}/download`: what an execution wrote, byte for byte, as a file. Not here: pieces with their
//! times, see [`super::executions`].

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use protocol::Stream;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::json::Query;
use super::{Problem, Shared};
use crate::access::{Caller, Verb};
use crate::hub::{Handle, Unreached};

/// Read at once, bytes.
const PAGE: usize = 1024 * 1024;

#[derive(Deserialize, IntoParams)]
pub(crate) struct Pipe {
    /// `stdout` or `stderr`; both in the order in which they came when missing.
    stream: Option<String>,
}

/// Everything that it wrote and that is kept.
#[utoipa::path(get, path = "/api/v1/executions/{id}/download", params(("id" = Uuid, Path), Pipe), responses(
    (status = 200, description = "the bytes", content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(crate) async fn download(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Query(pipe): Query<Pipe>,
) -> Result<Response, Problem> {
    let wanted = match pipe.stream.as_deref() {
        None => None,
        Some("stdout") => Some(Stream::Stdout),
        Some("stderr") => Some(Stream::Stderr),
        Some(_) => return Err(super::jobs::invalid("stream must be stdout or stderr")),
    };
    let found = super::executions::found(&app, &caller, Verb::SeeExecution, &id).await?;
    let swarm = app.swarm()?.clone();
    let pages = stream::try_unfold((swarm, 0), move |(swarm, from)| async move {
        let page = page(&swarm, found.id, from, wanted).await?;
        Ok::<_, Unreached>(page.map(|(bytes, next)| (bytes, (swarm, next))))
    });
    let name = format!("attachment; filename=\"{}.txt\"", found.id);
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

async fn page(
    swarm: &Handle,
    id: Uuid,
    from: u64,
    wanted: Option<Stream>,
) -> Result<Option<(Bytes, u64)>, Unreached> {
    let chunks = swarm.output(id, from, PAGE).await?;
    let Some(last) = chunks.last() else {
        return Ok(None);
    };
    let next = last.seq + 1;
    let bytes = chunks
        .into_iter()
        .filter(|chunk| wanted.is_none_or(|wanted| chunk.stream == wanted))
        .flat_map(|chunk| chunk.bytes);
    Ok(Some((bytes.collect::<Vec<u8>>().into(), next)))
}
