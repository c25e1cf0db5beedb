//! `/api/v1/approvals` and `/api/v1/approval-rules`: what waits for a second yes, the yes, and what needs one.
//! Not here: what an approval is bound to, see [`crate::approval`].

use std::time::SystemTime;

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
use crate::access::{Caller, Object, Verb};
use crate::approval::{Answered, Approval, ApprovalError, By, NewRule, Rule, RuleError};
use crate::audit::{Digest, Who};

/// An approval: exactly what is asked, and where it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalBody<'a> {
    id: Uuid,
    /// SHA-256 over asker, skill, method, parameters, timeout and nodes.
    #[schema(value_type = String)]
    hash: Digest,
    /// Names of the rules that want it.
    rules: Vec<&'a str>,
    /// Who may say yes.
    by: By,
    asker: &'a Who,
    from: &'a str,
    skill_name: &'a str,
    method_name: &'a str,
    /// Short form of the parameters, without secrets.
    summary: &'a str,
    /// Seconds.
    timeout: u64,
    /// All of them.
    node_ids: &'a [String],
    asked_at: String,
    expires_at: String,
    state: Answered,
    decided_by: Option<&'a Who>,
    decided_at: Option<String>,
}

impl<'a> ApprovalBody<'a> {
    pub(crate) fn new(one: &'a Approval) -> Self {
        let decided = one.decided.as_ref();
        Self {
            id: one.id,
            hash: one.hash,
            rules: one.rules.iter().map(|(_, name)| name.as_str()).collect(),
            by: one.by,
            asker: &one.asker,
            from: &one.from,
            skill_name: &one.skill,
            method_name: &one.method,
            summary: &one.summary,
            timeout: one.timeout,
            node_ids: &one.nodes,
            asked_at: rfc3339(one.asked_at),
            expires_at: rfc3339(one.expires_at),
            state: one.standing(SystemTime::now()),
            decided_by: decided.map(|(who, _)| who),
            decided_at: decided.map(|(_, at)| rfc3339(*at)),
        }
    }
}

/// A rule.
#[derive(Serialize, ToSchema)]
struct RuleBody<'a> {
    id: Uuid,
    name: &'a str,
    calls: Vec<String>,
    nodes: String,
    at_least: u32,
    ttl_seconds: u64,
    by: By,
    created_by: &'a str,
    created_at: String,
}

impl<'a> RuleBody<'a> {
    fn new(rule: &'a Rule) -> Self {
        Self {
            id: rule.id,
            name: &rule.name,
            calls: rule.scope.calls(),
            nodes: rule.scope.nodes().to_string(),
            at_least: rule.at_least,
            ttl_seconds: rule.ttl.as_secs(),
            by: rule.by,
            created_by: &rule.created_by,
            created_at: rfc3339(rule.created_at),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct ApprovalList<'a> {
    status: &'static str,
    approvals: Vec<ApprovalBody<'a>>,
}

#[derive(Serialize, ToSchema)]
struct OneApproval<'a> {
    status: &'static str,
    approval: ApprovalBody<'a>,
}

#[derive(Serialize, ToSchema)]
struct RuleList<'a> {
    status: &'static str,
    rules: Vec<RuleBody<'a>>,
}

#[derive(Serialize, ToSchema)]
struct OneRule<'a> {
    status: &'static str,
    rule: RuleBody<'a>,
}

/// What waits for a yes, and what was decided; oldest first.
#[utoipa::path(get, path = "/api/v1/approvals", responses((status = 200, body = ApprovalList)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    let approvals = app.swarm()?.approvals().await?;
    Ok(answer(&ApprovalList {
        status: "success",
        approvals: approvals.iter().map(ApprovalBody::new).collect(),
    }))
}

/// One approval; whoever asked may see his own.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneApproval), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let all = caller.may(Verb::Approve, Object::Nexus).is_ok();
    let own = |one: &Approval| all || one.asker.id == caller.principal.id;
    let missing = || Problem::not_found(&format!("approval {id} does not exist"));
    let known = Uuid::try_parse(&id).map_err(|_| missing())?;
    let found = app.swarm()?.approval(known).await?.filter(own);
    let found = found.ok_or_else(missing)?;
    Ok(answer(&OneApproval {
        status: "success",
        approval: ApprovalBody::new(&found),
    }))
}

/// Says yes. The asker then asks again with `"approval": "<id>"`.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/approve", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneApproval), (status = 404, body = Problem),
    (status = 409, description = "over, or the asker's own", body = Problem)))]
pub(crate) async fn approve(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    decide(&app, &caller, &id, true).await
}

/// Says no; also to what was approved and not used yet.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/deny", params(("id" = Uuid, Path)), responses(
    (status = 200, body = OneApproval), (status = 404, body = Problem), (status = 409, description = "over", body = Problem)))]
pub(crate) async fn deny(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    decide(&app, &caller, &id, false).await
}

async fn decide(
    app: &super::App,
    caller: &Caller,
    id: &str,
    yes: bool,
) -> Result<Response, Problem> {
    let missing = |_| Problem::not_found(&format!("approval {id} does not exist"));
    let id = Uuid::try_parse(id).map_err(missing)?;
    let decided = app.swarm()?.decide(caller, id, yes).await?;
    Ok(answer(&OneApproval {
        status: "success",
        approval: ApprovalBody::new(&decided),
    }))
}

/// The rules that say what needs a second yes.
#[utoipa::path(get, path = "/api/v1/approval-rules", responses((status = 200, body = RuleList)))]
pub(crate) async fn rules(State(app): Shared) -> Result<Response, Problem> {
    let rules = app.swarm()?.approval_rules().await?;
    Ok(answer(&RuleList {
        status: "success",
        rules: rules.iter().map(RuleBody::new).collect(),
    }))
}

/// Makes a rule.
#[utoipa::path(post, path = "/api/v1/approval-rules", request_body = NewRule, responses(
    (status = 201, body = OneRule), (status = 422, body = Problem)))]
pub(crate) async fn make_rule(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let new: NewRule = body(arrived, &["name", "calls", "nodes"])?;
    let rule = app.swarm()?.make_approval_rule(&caller, new).await?;
    let made = answer(&OneRule {
        status: "success",
        rule: RuleBody::new(&rule),
    });
    Ok((StatusCode::CREATED, made).into_response())
}

/// Removes a rule.
#[utoipa::path(delete, path = "/api/v1/approval-rules/{id}", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Value), (status = 404, body = Problem)))]
pub(crate) async fn remove_rule(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing = |_| Problem::not_found(&format!("rule {id} does not exist"));
    let id = Uuid::try_parse(&id).map_err(missing)?;
    app.swarm()?.remove_approval_rule(&caller, id).await?;
    Ok(answer(&json!({"status": "success"})))
}

/// What an ask is told that has to wait for a yes.
pub(super) fn required(approval: &Approval) -> Problem {
    let rules: Vec<_> = approval
        .rules
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    let detail = format!(
        "rule {:?} wants a second yes; when approval {} has it, ask again with \"approval\": \"{}\"",
        rules.join(", "),
        approval.id,
        approval.id
    );
    let context = json!({
        "approval": approval.id, "hash": approval.hash, "rules": rules, "by": approval.by,
        "expires_at": rfc3339(approval.expires_at),
    });
    Problem::new(StatusCode::CONFLICT, "approval_required", detail).with(context)
}

impl From<ApprovalError> for Problem {
    fn from(error: ApprovalError) -> Self {
        let detail = error.to_string();
        match error {
            ApprovalError::Unknown(_) => {
                Self::new(StatusCode::CONFLICT, "approval_unknown", detail)
            }
            ApprovalError::Not(..)
            | ApprovalError::Other(_)
            | ApprovalError::Elsewhere(_)
            | ApprovalError::Rule(..)
            | ApprovalError::Own(_) => Self::new(StatusCode::CONFLICT, "approval_refused", detail),
            ApprovalError::TooMany => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail),
        }
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        let detail = error.to_string();
        match error {
            RuleError::Unknown(_) => Self::not_found(&detail),
            RuleError::TooMany => Self::new(StatusCode::CONFLICT, "too_many", detail),
            RuleError::Name
            | RuleError::Count
            | RuleError::Life
            | RuleError::Nothing
            | RuleError::Scope(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail),
        }
    }
}
