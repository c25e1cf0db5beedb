//! `/api/v1/schedules`: what is begun by itself, and when. A token that is limited to some nodes sees its own.
//! Not here: when one is due, see [`crate::schedule`].

pub(crate) mod body;

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, answer, body};
use super::{App, Problem, Shared};
use crate::access::Caller;
use crate::hub::Acceptance;
use crate::schedule::{Schedule, ScheduleError, ScheduleRequest, When};
use crate::scheduler::{Begun, fire_by_hand};
use body::{OneSchedule, ScheduleBody, ScheduleList, upcoming};

/// Times that are told ahead.
const AHEAD: usize = 5;

/// Schedules, oldest first.
#[utoipa::path(get, path = "/api/v1/schedules", responses((status = 200, body = ScheduleList)))]
pub(crate) async fn list(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let mut all = app.swarm()?.schedules().await?;
    all.retain(|one| sees(&caller, one));
    Ok(answer(&ScheduleList {
        status: "success",
        schedules: all
            .iter()
            .map(|one| ScheduleBody::new(one, false))
            .collect(),
    }))
}

/// Makes one. It begins what it begins by the rights that its maker has then.
#[utoipa::path(post, path = "/api/v1/schedules", request_body = ScheduleRequest, responses(
    (status = 201, body = OneSchedule),
    (status = 409, description = "it may destroy something, and that is not confirmed", body = Problem),
    (status = 422, description = "it makes no sense", body = Problem)))]
pub(crate) async fn make(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let (schedule, confirmed) = read(arrived, Uuid::now_v7(), &caller).await?;
    let made = app
        .swarm()?
        .make_schedule(&caller, schedule, confirmed)
        .await?;
    Ok((StatusCode::CREATED, one(&made)).into_response())
}

/// One schedule; its owner and admins see it with what looks like a secret.
#[utoipa::path(get, path = "/api/v1/schedules/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneSchedule), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = found(&app, &caller, &id).await?;
    Ok(answer(&OneSchedule {
        status: "success",
        schedule: ScheduleBody::new(&found, found.is_whole_for(&caller.principal)),
    }))
}

/// Puts another one in its place. It stays its owner's. Times before now are not made up for.
#[utoipa::path(put, path = "/api/v1/schedules/{id}", params(("id" = Uuid, Path)), request_body = ScheduleRequest, responses(
    (status = 200, body = OneSchedule), (status = 403, description = "another one's", body = Problem),
    (status = 404, body = Problem), (status = 409, description = "not confirmed", body = Problem),
    (status = 422, description = "it makes no sense", body = Problem)))]
pub(crate) async fn edit(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let id = found(&app, &caller, &id).await?.id;
    let (schedule, confirmed) = read(arrived, id, &caller).await?;
    Ok(one(&*app
        .swarm()?
        .edit_schedule(&caller, schedule, confirmed)
        .await?))
}

/// Lets it go. What it began goes on.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Value), (status = 403, description = "another one's", body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = found(&app, &caller, &id).await?.id;
    app.swarm()?.remove_schedule(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// It begins nothing until it is resumed.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/pause", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneSchedule), (status = 403, description = "another one's", body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn pause(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = found(&app, &caller, &id).await?.id;
    Ok(one(&*app
        .swarm()?
        .pause_schedule(&caller, id, true)
        .await?))
}

/// It goes on. What was due while it was paused is not made up for.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/resume", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneSchedule), (status = 403, description = "another one's", body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn resume(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = found(&app, &caller, &id).await?.id;
    Ok(one(&*app
        .swarm()?
        .pause_schedule(&caller, id, false)
        .await?))
}

/// What was begun.
#[derive(Serialize, ToSchema)]
struct Started {
    status: &'static str,
    job_id: Option<Uuid>,
    run_id: Option<Uuid>,
}

/// Begins now what it begins, by the rights of whoever asks. Its own times stay as they are.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/run", params(("id" = Uuid, Path)), responses(
    (status = 202, body = Started), (status = 404, body = Problem)))]
pub(crate) async fn run(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let schedule = found(&app, &caller, &id).await?;
    let begun = fire_by_hand(app.swarm()?, &schedule, caller).await?;
    let (job_id, run_id) = match begun {
        Begun::Job(id) => (Some(id), None),
        Begun::Run(id) => (None, Some(id)),
    };
    let started = Started {
        status: "accepted",
        job_id,
        run_id,
    };
    Ok((StatusCode::ACCEPTED, answer(&started)).into_response())
}

/// When something would be due.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewRequest {
    /// Plain English or cron.
    when: String,
    /// IANA name; UTC when missing.
    #[serde(default)]
    time_zone: Option<String>,
}

/// What it means.
#[derive(Serialize, ToSchema)]
struct Preview<'a> {
    status: &'static str,
    /// Five fields.
    cron: &'a str,
    in_words: String,
    time_zone: &'a str,
    /// The next five, with the offset of the zone.
    next: Vec<String>,
}

/// Reads `when` and says back what it means. Keeps nothing.
#[utoipa::path(post, path = "/api/v1/schedules/preview", request_body = PreviewRequest, responses(
    (status = 200, body = Preview), (status = 422, description = "it makes no sense", body = Problem)))]
pub(crate) async fn preview(State(app): Shared, arrived: Arrived) -> Result<Response, Problem> {
    app.swarm()?;
    let asked: PreviewRequest = body(arrived, &["when"])?;
    let now = SystemTime::now();
    let read = aside(move || {
        let zone = asked.time_zone.as_deref().unwrap_or("UTC");
        Ok(When::parse(&asked.when, zone, now)?)
    });
    let when = read.await?;
    Ok(answer(&Preview {
        status: "success",
        cron: when.cron(),
        in_words: when.in_words(),
        time_zone: when.time_zone(),
        next: upcoming(&when, now, AHEAD),
    }))
}

async fn read(arrived: Arrived, id: Uuid, caller: &Caller) -> Result<(Schedule, bool), Problem> {
    let asked: ScheduleRequest = body(arrived, &["name", "when"])?;
    let confirmed = asked.confirm_destructive;
    let caller = caller.clone();
    let read = aside(move || asked.into_schedule(id, &caller, SystemTime::now()));
    Ok((read.await?, confirmed))
}

/// That a pattern never happens is found out by looking through thousands of years: tens of milliseconds that nobody else
/// should wait for.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ScheduleError> + Send + 'static,
) -> Result<T, Problem> {
    let read = tokio::task::spawn_blocking(read).await;
    Ok(read.map_err(|_| Acceptance::Stopping)??)
}

fn one(schedule: &Schedule) -> Response {
    answer(&OneSchedule {
        status: "success",
        schedule: ScheduleBody::new(schedule, false),
    })
}

fn sees(caller: &Caller, schedule: &Schedule) -> bool {
    caller.principal.scope.nodes().is_all() || schedule.owner.id == caller.principal.id
}

/// A schedule that is there for this caller.
async fn found(app: &App, caller: &Caller, id: &str) -> Result<Arc<Schedule>, Problem> {
    let missing = || Problem::not_found(&format!("schedule {id} does not exist"));
    let known = Uuid::try_parse(id).map_err(|_| missing())?;
    let found = app.swarm()?.schedule(known).await?;
    found.filter(|one| sees(caller, one)).ok_or_else(missing)
}

impl From<ScheduleError> for Problem {
    fn from(error: ScheduleError) -> Self {
        let detail = error.to_string();
        match error {
            ScheduleError::Unknown(_) => Self::not_found(&detail),
            ScheduleError::NotYours { .. } | ScheduleError::Call(_) => Self::forbidden(&detail),
            ScheduleError::TooMany => Self::new(StatusCode::CONFLICT, "too_many", detail),
            ScheduleError::Confirm(_) => {
                Self::new(StatusCode::CONFLICT, "confirm_destructive", detail)
            }
            ScheduleError::Run(error) => error.into(),
            ScheduleError::Name
            | ScheduleError::When(_)
            | ScheduleError::What
            | ScheduleError::Job(_)
            | ScheduleError::Momentary(_)
            | ScheduleError::Parameters
            | ScheduleError::Secret(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            }
        }
    }
}
