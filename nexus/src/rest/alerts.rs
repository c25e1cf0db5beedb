//! `/api/v1/alerts`: what fires, by likely cause or one by one, and what people do about it. Not here: rules, see
//! [`super::alert_rules`]; when something fires, see [`crate::alerts`].

pub(super) mod body;

use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, Query, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::alerts::{Aim, AimBody, AlertError};
use crate::state::AlertQuery;
use body::{AlertBody, BoardBody};

#[derive(Serialize, ToSchema)]
struct AlertList<'a> {
    status: &'static str,
    alerts: Vec<AlertBody<'a>>,
    /// Of all pages.
    total: usize,
}

#[derive(Serialize, ToSchema)]
struct OneAlert<'a> {
    status: &'static str,
    alert: AlertBody<'a>,
}

/// At what, and who looks after it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnBody {
    alert: Option<String>,
    cause: Option<String>,
    /// Name of somebody; missing: the caller; null or empty: nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    owner: Option<Option<String>>,
}

/// At what, and what is written beside it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteBody {
    alert: Option<String>,
    cause: Option<String>,
    /// At most 500 bytes; an empty text takes it away.
    text: String,
}

/// At what. Exactly one of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AtBody {
    alert: Option<String>,
    cause: Option<String>,
    rule: Option<String>,
}

/// At what, and until when: exactly one of `seconds` and `until`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MuteBody {
    alert: Option<String>,
    cause: Option<String>,
    rule: Option<String>,
    seconds: Option<u64>,
    /// RFC 3339.
    until: Option<String>,
    /// For people.
    reason: Option<String>,
}

/// Alerts, those that changed last first.
#[utoipa::path(get, path = "/api/v1/alerts", params(AlertQuery), responses((status = 200, body = AlertList)))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<AlertQuery>,
) -> Result<Response, Problem> {
    let page = app.swarm()?.alerts(&caller, query).await?;
    Ok(answer(&AlertList {
        status: "success",
        alerts: page.alerts.iter().map(AlertBody::new).collect(),
        total: page.total,
    }))
}

/// All that fires, grouped by likely cause, the worst first.
#[utoipa::path(get, path = "/api/v1/alerts/causes", responses((status = 200, body = BoardBody)))]
pub(crate) async fn causes(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let shown = app.swarm()?.alert_causes(&caller).await?;
    Ok(answer(&BoardBody::new(&shown)))
}

/// One alert, with what happened to it.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneAlert), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing = || AlertError::UnknownAlert(protocol::limits::cut(&id, 64).to_owned());
    let known = Uuid::try_parse(&id).map_err(|_| missing())?;
    let found = app.swarm()?.alert(&caller, known).await?;
    let found = found.ok_or_else(missing)?;
    Ok(answer(&OneAlert {
        status: "success",
        alert: AlertBody::new(&found),
    }))
}

/// Somebody looks after it from now on: the caller unless another one is named.
#[utoipa::path(post, path = "/api/v1/alerts/own", request_body = OwnBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn own(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: OwnBody = body(arrived, &[])?;
    let aim = aim(asked.alert, asked.cause, None)?;
    let own = || Some(caller.principal.name.clone());
    let owner = asked.owner.unwrap_or_else(own);
    let count = app.swarm()?.own_alerts(&caller, aim, owner).await?;
    Ok(answer(&json!({"status": "success", "alerts": count})))
}

/// Somebody has seen it. What has happened, rather than goes on, is over by that.
#[utoipa::path(post, path = "/api/v1/alerts/acknowledge", request_body = AtBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn acknowledge(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: AtBody = body(arrived, &[])?;
    let aim = aim(asked.alert, asked.cause, asked.rule)?;
    let count = app.swarm()?.acknowledge_alerts(&caller, aim).await?;
    Ok(answer(&json!({"status": "success", "alerts": count})))
}

/// Writes something beside it.
#[utoipa::path(post, path = "/api/v1/alerts/note", request_body = NoteBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn note(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: NoteBody = body(arrived, &["text"])?;
    let aim = aim(asked.alert, asked.cause, None)?;
    let count = app.swarm()?.note_alerts(&caller, aim, asked.text).await?;
    Ok(answer(&json!({"status": "success", "alerts": count})))
}

/// Nobody wants to hear of it until then. It goes on being looked at.
#[utoipa::path(post, path = "/api/v1/alerts/mute", request_body = MuteBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn mute(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: MuteBody = body(arrived, &[])?;
    let until = until(asked.seconds, asked.until.as_deref())?;
    let aim = aim(asked.alert, asked.cause, asked.rule)?;
    let mute = app
        .swarm()?
        .mute_alerts(&caller, aim, until, asked.reason)
        .await?;
    Ok(answer(
        &json!({"status": "success", "until": rfc3339(mute.until)}),
    ))
}

/// It is heard of again.
#[utoipa::path(post, path = "/api/v1/alerts/unmute", request_body = AtBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn unmute(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: AtBody = body(arrived, &[])?;
    let aim = aim(asked.alert, asked.cause, asked.rule)?;
    app.swarm()?.unmute_alerts(&caller, aim).await?;
    Ok(answer(&json!({"status": "success"})))
}

fn aim(
    alert: Option<String>,
    cause: Option<String>,
    rule: Option<String>,
) -> Result<Aim, AlertError> {
    AimBody { alert, cause, rule }.try_into()
}

fn until(seconds: Option<u64>, until: Option<&str>) -> Result<SystemTime, AlertError> {
    match (seconds, until) {
        (Some(seconds), None) => SystemTime::now()
            .checked_add(Duration::from_secs(seconds))
            .ok_or(AlertError::Until),
        (None, Some(text)) => {
            let at: jiff::Timestamp = text.parse().map_err(|_| AlertError::Until)?;
            Ok(at.into())
        }
        (Some(_), Some(_)) | (None, None) => Err(AlertError::Until),
    }
}

/// Tells a field that is null from one that is missing.
fn said<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(input).map(Some)
}

impl From<AlertError> for Problem {
    fn from(error: AlertError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        let status = match error {
            AlertError::UnknownRule(_)
            | AlertError::UnknownAlert(_)
            | AlertError::UnknownCause(_)
            | AlertError::NotMuted(_) => StatusCode::NOT_FOUND,
            AlertError::TooMany | AlertError::TooManyMutes => StatusCode::CONFLICT,
            AlertError::Name
            | AlertError::Bound
            | AlertError::Hold
            | AlertError::Nodes(_)
            | AlertError::Saved(_)
            | AlertError::Nobody
            | AlertError::NotOfNodes
            | AlertError::Aim
            | AlertError::NotARule
            | AlertError::Until
            | AlertError::Text(..) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, detail)
    }
}
