//! `/api/v1/alert-rules`: what is worth an alert. Whoever is limited to some nodes sees which rules there are, but not which
//! nodes they are about: that could name nodes that do not exist for him. Not here: what a rule means, see [`crate::alerts`].

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
use crate::alerts::{AlertError, AlertRule, Condition, NewAlertRule, Severity};

/// Most nodes that are told one by one.
const LISTED: usize = 1_000;

/// A rule.
#[derive(Serialize, ToSchema)]
struct AlertRuleBody {
    id: Uuid,
    name: String,
    condition: Condition,
    /// Target expression; null for callers that are limited to some nodes.
    nodes: Option<String>,
    for_seconds: u64,
    severity: Severity,
    enabled: bool,
    /// It was there from the beginning: removing it brings it back as it was.
    built_in: bool,
    /// Null: as it was from the beginning.
    changed_by: Option<String>,
    changed_at: Option<String>,
}

impl AlertRuleBody {
    fn new(rule: &AlertRule, caller: &Caller) -> Self {
        let limited = !caller.principal.scope.nodes().is_all();
        Self {
            id: rule.id,
            name: rule.name.clone(),
            condition: rule.condition,
            nodes: (!limited).then(|| rule.nodes.to_string()),
            for_seconds: rule.hold.as_secs(),
            severity: rule.severity,
            enabled: rule.enabled,
            built_in: rule.built_in,
            changed_at: rule.changed_by.is_some().then(|| rfc3339(rule.changed_at)),
            changed_by: rule.changed_by.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct AlertRuleList {
    status: &'static str,
    rules: Vec<AlertRuleBody>,
}

#[derive(Serialize, ToSchema)]
struct OneAlertRule {
    status: &'static str,
    rule: AlertRuleBody,
}

/// Who would fire now.
#[derive(Serialize, ToSchema)]
struct TriedBody {
    status: &'static str,
    /// Nodes that meet it now; they fire when they have done so for long enough.
    count: usize,
    /// Nodes that it is about.
    of: usize,
    /// At most 1000.
    nodes: Vec<TriedNode>,
}

#[derive(Serialize, ToSchema)]
struct TriedNode {
    node_id: String,
    node_name: String,
}

/// All rules; those that are there from the beginning first.
#[utoipa::path(get, path = "/api/v1/alert-rules", responses((status = 200, body = AlertRuleList)))]
pub(crate) async fn list(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let rules = app.swarm()?.alert_rules().await?;
    let shown = rules.iter().map(|rule| AlertRuleBody::new(rule, &caller));
    Ok(answer(&AlertRuleList {
        status: "success",
        rules: shown.collect(),
    }))
}

/// Makes a rule.
#[utoipa::path(post, path = "/api/v1/alert-rules", request_body = NewAlertRule, responses(
    (status = 201, body = OneAlertRule), (status = 409, description = "too many", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn make(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewAlertRule = body(arrived, &["name", "condition"])?;
    let rule = app.swarm()?.put_alert_rule(&caller, None, new).await?;
    let made = answer(&OneAlertRule {
        status: "success",
        rule: AlertRuleBody::new(&rule, &caller),
    });
    Ok((StatusCode::CREATED, made).into_response())
}

/// Changes a rule. When it is about other nodes, or is switched off, what fires by it is over.
#[utoipa::path(put, path = "/api/v1/alert-rules/{id}", params(("id" = Uuid, Path)), request_body = NewAlertRule, responses(
    (status = 200, body = OneAlertRule), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let id = known(&id)?;
    let new: NewAlertRule = body(arrived, &["name", "condition"])?;
    let rule = app.swarm()?.put_alert_rule(&caller, Some(id), new).await?;
    Ok(answer(&OneAlertRule {
        status: "success",
        rule: AlertRuleBody::new(&rule, &caller),
    }))
}

/// Removes a rule; one that was there from the beginning is as it was then.
#[utoipa::path(delete, path = "/api/v1/alert-rules/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = known(&id)?;
    app.swarm()?.remove_alert_rule(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// Tells which nodes meet a rule now. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/alert-rules/preview", request_body = NewAlertRule, responses(
    (status = 200, body = TriedBody), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewAlertRule = body(arrived, &["name", "condition"])?;
    let tried = app.swarm()?.try_alert_rule(&caller, new).await??;
    let count = tried.nodes.len();
    let nodes = tried.nodes.into_iter().take(LISTED);
    Ok(answer(&TriedBody {
        status: "success",
        count,
        of: tried.all,
        nodes: nodes
            .map(|(node_id, node_name)| TriedNode { node_id, node_name })
            .collect(),
    }))
}

fn known(id: &str) -> Result<Uuid, AlertError> {
    let unknown = || AlertError::UnknownRule(protocol::limits::cut(id, 64).to_owned());
    Uuid::try_parse(id).map_err(|_| unknown())
}
