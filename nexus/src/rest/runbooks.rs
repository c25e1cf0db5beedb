//! `/api/v1/runbooks`: documents of a few steps, in TOML or JSON, their versions, and running them. Not here: runs, see
//! [`super::runs`].

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::json::{Arrived, Query, answer, body};
use super::runs::{OneRun, RunBody};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::runbook::{
    Maker, NewRun, RunError, Runbook, RunbookError, Version, from_json, from_toml, to_toml,
};

/// A version of a runbook.
#[derive(Serialize, ToSchema)]
struct RunbookBody<'a> {
    version: u32,
    /// All that are kept.
    versions: &'a [u32],
    owner: &'a Maker,
    made_by: &'a Maker,
    made_at: String,
    runbook: &'a Runbook,
}

impl<'a> RunbookBody<'a> {
    fn new(version: &'a Version, versions: &'a [u32]) -> Self {
        Self {
            version: version.number,
            versions,
            owner: &version.owner,
            made_by: &version.by,
            made_at: rfc3339(version.at),
            runbook: &version.runbook,
        }
    }
}

/// The newest version of a runbook, without its steps.
#[derive(Serialize, ToSchema)]
struct RunbookLine<'a> {
    name: &'a str,
    title: &'a str,
    version: u32,
    steps: usize,
    owner: &'a Maker,
    made_at: String,
}

impl<'a> RunbookLine<'a> {
    fn new(version: &'a Version) -> Self {
        Self {
            name: &version.runbook.name,
            title: &version.runbook.title,
            version: version.number,
            steps: version.runbook.steps.len(),
            owner: &version.owner,
            made_at: rfc3339(version.at),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RunbookList<'a> {
    status: &'static str,
    runbooks: Vec<RunbookLine<'a>>,
}

#[derive(Serialize, ToSchema)]
struct OneRunbook<'a> {
    status: &'static str,
    #[serde(flatten)]
    body: RunbookBody<'a>,
}

/// Runbooks by name.
#[utoipa::path(get, path = "/api/v1/runbooks", responses((status = 200, body = RunbookList)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    let all = app.swarm()?.runbooks().await?;
    Ok(answer(&RunbookList {
        status: "success",
        runbooks: all
            .iter()
            .map(|version| RunbookLine::new(version))
            .collect(),
    }))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Which {
    /// The newest when missing.
    version: Option<u32>,
    /// `toml` or `json`.
    format: Option<String>,
}

/// One runbook: with `format=toml` the document alone, as people edit it.
#[utoipa::path(get, path = "/api/v1/runbooks/{name}", params(("name" = String, Path), Which), responses(
    (status = 200, body = OneRunbook), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (version, numbers) = app.swarm()?.runbook(&name, which.version).await?;
    match which.format.as_deref() {
        None | Some("json") => Ok(answer(&OneRunbook {
            status: "success",
            body: RunbookBody::new(&version, &numbers),
        })),
        Some("toml") => {
            let text = to_toml(&version.runbook)?;
            Ok(([(CONTENT_TYPE, "application/toml")], text).into_response())
        }
        Some(_) => Err(super::jobs::invalid("format must be toml or json")),
    }
}

/// Keeps a runbook, in TOML or JSON by its content type: a new one, or a new version if it says something else than the newest.
#[utoipa::path(put, path = "/api/v1/runbooks/{name}", params(("name" = String, Path)),
    request_body(content((Runbook = "application/json"), (String = "application/toml"))), responses(
    (status = 200, description = "a version of it; the newest one, if nothing changed", body = OneRunbook),
    (status = 201, description = "the first version", body = OneRunbook),
    (status = 403, description = "another one's", body = Problem), (status = 422, description = "it makes no sense", body = Problem)))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let runbook = read(&headers, arrived)?;
    if runbook.name != name {
        return Err(RunbookError::OtherName {
            said: runbook.name,
            path: name,
        }
        .into());
    }
    let swarm = app.swarm()?;
    let put = swarm.put_runbook(&caller, runbook).await?;
    let first = put.new && put.version.number == 1;
    let (version, numbers) = swarm.runbook(&name, Some(put.version.number)).await?;
    let told = answer(&OneRunbook {
        status: "success",
        body: RunbookBody::new(&version, &numbers),
    });
    let status = if first {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, told).into_response())
}

/// Lets it go, with all its versions. Its runs go on; schedules of it are refused when they are due.
#[utoipa::path(delete, path = "/api/v1/runbooks/{name}", params(("name" = String, Path)), responses(
    (status = 200, body = Value), (status = 403, description = "another one's", body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.remove_runbook(&caller, &name).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// A wish to run a runbook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunRequest {
    /// Minted by the asker (UUID), so that asking twice is noticed; made up when missing.
    #[serde(default)]
    id: Option<Uuid>,
    /// By name.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
    /// Which nodes, for steps that do not say so; that of the runbook when missing.
    #[serde(default)]
    target: Option<String>,
    /// The newest when missing.
    #[serde(default)]
    version: Option<u32>,
    /// Steps may destroy something on several nodes, and that is meant.
    #[serde(default)]
    confirm_destructive: bool,
}

/// Begins a run; answers when it is on disk, not when it is over.
#[utoipa::path(post, path = "/api/v1/runbooks/{name}/run", params(("name" = String, Path)), request_body = RunRequest, responses(
    (status = 202, body = OneRun), (status = 200, description = "known already by its id", body = OneRun),
    (status = 404, body = Problem),
    (status = 409, description = "it may destroy something on several nodes, and that is not confirmed", body = Problem),
    (status = 422, description = "the parameters do not fit", body = Problem)))]
pub(crate) async fn run(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: RunRequest = body(arrived, &[])?;
    let swarm = app.swarm()?;
    let (version, _) = swarm.runbook(&name, asked.version).await?;
    let new = NewRun {
        id: asked.id.unwrap_or_else(Uuid::now_v7),
        version,
        parameters: asked.parameters,
        target: asked.target,
        caller,
        origin: None,
    };
    let (run, known) = swarm.begin_run(new, asked.confirm_destructive).await?;
    let status = if known {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    let told = answer(&OneRun {
        status: "accepted",
        run: RunBody::new(&run),
    });
    Ok((status, told).into_response())
}

fn read(headers: &HeaderMap, arrived: Arrived) -> Result<Runbook, Problem> {
    let bytes = arrived.map_err(|rejection| {
        let detail = "the body did not arrive whole, or is too large".to_owned();
        Problem::new(rejection.status(), "body", detail)
    })?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(super::jobs::invalid("a runbook is UTF-8 text"));
    };
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let toml = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("toml"));
    let runbook = if toml {
        from_toml(text)
    } else {
        from_json(text)
    }?;
    Ok(runbook)
}

impl From<RunbookError> for Problem {
    fn from(error: RunbookError) -> Self {
        let detail = error.to_string();
        match error {
            RunbookError::NotYours { .. } => Self::forbidden(&detail),
            RunbookError::Full(..) => Self::new(StatusCode::CONFLICT, "too_many", detail),
            RunbookError::Syntax { line, column, .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
                    .with(json!({"line": line, "column": column}))
            }
            RunbookError::Large(_)
            | RunbookError::Name
            | RunbookError::OtherName { .. }
            | RunbookError::Text(_)
            | RunbookError::TooMany(..)
            | RunbookError::NoSteps
            | RunbookError::Parameter(..)
            | RunbookError::NoParameter(_)
            | RunbookError::Fixed
            | RunbookError::Injection(_)
            | RunbookError::TargetInjection(_)
            | RunbookError::SecretPlace(_)
            | RunbookError::Momentary(_)
            | RunbookError::Value(_)
            | RunbookError::NoTarget
            | RunbookError::Inserted(_)
            | RunbookError::Target(_)
            | RunbookError::Job(_)
            | RunbookError::Fields(_)
            | RunbookError::Step { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            }
        }
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let detail = error.to_string();
        match error {
            RunError::NoRunbook(_) | RunError::NoVersion { .. } | RunError::Unknown(_) => {
                Self::not_found(&detail)
            }
            RunError::Runbook(error) => error.into(),
            RunError::State { id, state } => Self::new(StatusCode::CONFLICT, "state", detail)
                .with(json!({"id": id, "state": state})),
            RunError::TooMany => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail),
            RunError::Confirm(_) => Self::new(StatusCode::CONFLICT, "confirm_destructive", detail),
            RunError::Call(_) => Self::forbidden(&detail),
        }
    }
}
