//! `/api/v1/alerts`: what fires, by likely cause or one by one, and what people do about it. Not here: rules, see
//! [`super::alert_rules`]; when something fires, see [`crate::alerts`].

pub(super) mod body;

use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::rfc3339;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, Query, answer, body};
use super::{App, Problem, Shared};
use crate::access::Caller;
use crate::alerts::{Aim, AimBody, AlertError};
use crate::hub::Handle;
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
    let (swarm, aim, asked) = asked::<OwnBody>(&app, arrived)?;
    let own = || Some(caller.principal.name.clone());
    let owner = asked.owner.unwrap_or_else(own);
    Ok(done(swarm.own_alerts(&caller, aim, owner).await?))
}

/// Somebody has seen it. What has happened, rather than goes on, is over by that.
#[utoipa::path(post, path = "/api/v1/alerts/acknowledge", request_body = AtBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn acknowledge(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let (swarm, aim, _) = asked::<AtBody>(&app, arrived)?;
    Ok(done(swarm.acknowledge_alerts(&caller, aim).await?))
}

/// Writes something beside it.
#[utoipa::path(post, path = "/api/v1/alerts/note", request_body = NoteBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn note(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let (swarm, aim, asked) = asked::<NoteBody>(&app, arrived)?;
    Ok(done(swarm.note_alerts(&caller, aim, asked.text).await?))
}

/// Nobody wants to hear of it until then. It goes on being looked at.
#[utoipa::path(post, path = "/api/v1/alerts/mute", request_body = MuteBody, responses(
    (status = 200, body = Value), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn mute(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let (swarm, aim, asked) = asked::<MuteBody>(&app, arrived)?;
    let until = until(asked.seconds, asked.until.as_deref())?;
    let mute = swarm.mute_alerts(&caller, aim, until, asked.reason).await?;
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
    let (swarm, aim, _) = asked::<AtBody>(&app, arrived)?;
    swarm.unmute_alerts(&caller, aim).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// What everything that is done about alerts begins with: the body is read, and it says at what it aims.
fn asked<B: Aimed>(app: &App, arrived: Arrived) -> Result<(&Handle, Aim, B), Problem> {
    let mut asked: B = body(arrived, B::NEEDS)?;
    let aim = asked.take_aim().try_into()?;
    Ok((app.swarm()?, aim, asked))
}

/// What it ends with: at how many alerts it was.
fn done(count: usize) -> Response {
    answer(&json!({"status": "success", "alerts": count}))
}

/// A body that says at what it aims.
trait Aimed: DeserializeOwned {
    /// Fields that must be there.
    const NEEDS: &[&str] = &[];
    fn take_aim(&mut self) -> AimBody;
}

impl Aimed for OwnBody {
    fn take_aim(&mut self) -> AimBody {
        aim(&mut self.alert, &mut self.cause, None)
    }
}

impl Aimed for NoteBody {
    const NEEDS: &[&str] = &["text"];
    fn take_aim(&mut self) -> AimBody {
        aim(&mut self.alert, &mut self.cause, None)
    }
}

impl Aimed for AtBody {
    fn take_aim(&mut self) -> AimBody {
        aim(&mut self.alert, &mut self.cause, Some(&mut self.rule))
    }
}

impl Aimed for MuteBody {
    fn take_aim(&mut self) -> AimBody {
        aim(&mut self.alert, &mut self.cause, Some(&mut self.rule))
    }
}

fn aim(
    alert: &mut Option<String>,
    cause: &mut Option<String>,
    rule: Option<&mut Option<String>>,
) -> AimBody {
    AimBody {
        alert: alert.take(),
        cause: cause.take(),
        rule: rule.and_then(Option::take),
    }
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
            AlertError::TooMany | AlertError::TooManyMutes | AlertError::HookFixed => {
                StatusCode::CONFLICT
            }
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
            | AlertError::Webhook(_)
            | AlertError::Text(..) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, detail)
    }
}
