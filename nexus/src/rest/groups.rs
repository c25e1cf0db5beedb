//! `/api/v1/groups`: saved groups, names for target expressions. Whoever is limited to some nodes sees which groups there
//! are and may use them, but not what they say: that could name nodes that do not exist for him.
//! Not here: what a group is, see [`crate::groups`].

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::groups::{Group, GroupError, NewGroup};
use crate::state::State as Swarm;

/// Most comparisons for the counts of one list; groups behind it are not counted.
const COUNTED: usize = 20_000_000;

/// A saved group.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupBody {
    name: String,
    /// Target expression; null for callers that are limited to some nodes.
    target: Option<String>,
    /// Nodes that it means now, of those that the caller sees; null when it cannot be told.
    count: Option<usize>,
    /// Who made it what it is.
    made_by: String,
    /// RFC 3339, UTC.
    made_at: String,
}

#[derive(Serialize, ToSchema)]
struct GroupList {
    status: &'static str,
    groups: Vec<GroupBody>,
}

#[derive(Serialize, ToSchema)]
struct OneGroup {
    status: &'static str,
    group: GroupBody,
}

/// What a group is to mean.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedGroup {
    /// As in the path, or missing.
    name: Option<String>,
    target: String,
}

/// As this caller sees it. `work` is what is left for counting.
fn shown(swarm: &Swarm, group: &Group, caller: &Caller, work: &mut usize) -> GroupBody {
    let scope = &caller.principal.scope;
    GroupBody {
        name: group.name.clone(),
        target: scope.nodes().is_all().then(|| group.target.to_string()),
        count: swarm.count(&group.target, scope, work),
        made_by: group.made_by.clone(),
        made_at: rfc3339(group.made_at),
    }
}

/// All saved groups, by name.
#[utoipa::path(get, path = "/api/v1/groups", responses((status = 200, body = GroupList)))]
pub(crate) async fn list(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let look = move |swarm: &Swarm| {
        let mut work = COUNTED;
        let all = swarm.groups().list();
        all.map(|group| shown(swarm, group, &caller, &mut work))
            .collect()
    };
    Ok(answer(&GroupList {
        status: "success",
        groups: app.swarm()?.look(look).await?,
    }))
}

/// One saved group.
#[utoipa::path(get, path = "/api/v1/groups/{name}", params(("name" = String, Path)), responses(
    (status = 200, body = OneGroup), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    one(&app, caller, name).await
}

async fn one(app: &super::App, caller: Caller, name: String) -> Result<Response, Problem> {
    let wanted = name.clone();
    let look = move |swarm: &Swarm| {
        let mut work = COUNTED;
        let found = swarm.groups().find(&wanted);
        found.map(|group| shown(swarm, group, &caller, &mut work))
    };
    let found = app.swarm()?.look(look).await?;
    Ok(answer(&OneGroup {
        status: "success",
        group: found.ok_or(GroupError::Unknown(name))?,
    }))
}

/// Makes a group. Used in expressions as `@name`.
#[utoipa::path(post, path = "/api/v1/groups", request_body = NewGroup, responses(
    (status = 201, body = OneGroup), (status = 409, description = "there is one, or too many", body = Problem),
    (status = 422, body = Problem)))]
pub(crate) async fn make(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewGroup = body(arrived, &["name", "target"])?;
    let group = app.swarm()?.put_group(&caller, new, false).await?;
    let made = one(&app, caller, group.name).await?;
    Ok((StatusCode::CREATED, made).into_response())
}

/// Makes a group, or changes what it means; at once, for all that use it.
#[utoipa::path(put, path = "/api/v1/groups/{name}", params(("name" = String, Path)), request_body = ChangedGroup, responses(
    (status = 200, body = OneGroup), (status = 409, description = "another group could not be used any more", body = Problem),
    (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: ChangedGroup = body(arrived, &["target"])?;
    if asked.name.as_ref().is_some_and(|other| *other != name) {
        let detail = "name is another one than in the path; a group keeps its name";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "invalid", detail));
    }
    let new = NewGroup {
        name,
        target: asked.target,
    };
    let group = app.swarm()?.put_group(&caller, new, true).await?;
    one(&app, caller, group.name).await
}

/// Forgets a group. What still names it is refused from then on.
#[utoipa::path(delete, path = "/api/v1/groups/{name}", params(("name" = String, Path)), responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 409, description = "another group is made of it", body = Problem)))]
pub(crate) async fn remove(
    State(app): Shared,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    app.swarm()?.remove_group(&caller, name).await?;
    Ok(answer(&json!({"status": "success"})))
}

impl From<GroupError> for Problem {
    fn from(error: GroupError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        let status = match error {
            GroupError::Unknown(_) => StatusCode::NOT_FOUND,
            GroupError::Name | GroupError::Target(_) | GroupError::Inside(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            GroupError::Exists(_)
            | GroupError::Used(..)
            | GroupError::Breaks(..)
            | GroupError::TooMany => StatusCode::CONFLICT,
        };
        Self::new(status, code, detail)
    }
}
