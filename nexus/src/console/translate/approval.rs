//! Second yeses and their rules on their way to the window, and what is asked for on its way back.

use std::time::SystemTime;

use crate::Acceptance;
use crate::access::Principal;
use crate::approval::{Answered, Approval, ApprovalError, By, NewRule, Rule, RuleError};
use crate::state::SubmitError;
use protocol::rfc3339;

use super::Refusal;
use crate::console::view::BridgeError;
use crate::console::view::execution::ExecuteAnswer;
use crate::console::view::proof::{AnsweredView, ApprovalView, ByView, RuleRequest, RuleView};

/// A second yes as of now.
pub(crate) fn approval(one: &Approval, viewer: &Principal) -> ApprovalView {
    let decided = one.decided.as_ref();
    ApprovalView {
        id: one.id.to_string(),
        state: match one.standing(SystemTime::now()) {
            Answered::Pending => AnsweredView::Pending,
            Answered::Approved => AnsweredView::Approved,
            Answered::Denied => AnsweredView::Denied,
            Answered::Used => AnsweredView::Used,
            Answered::Expired => AnsweredView::Expired,
        },
        asked_by: one.asker.name.clone(),
        own: one.asker.id == viewer.id,
        by: by(one.by),
        from: one.from.clone(),
        asked_at: rfc3339(one.asked_at),
        expires_at: rfc3339(one.expires_at),
        skill: one.skill.clone(),
        method: one.method.clone(),
        summary: one.summary.clone(),
        timeout_seconds: one.timeout,
        hash: one.hash.to_string(),
        targets: one.nodes.clone(),
        rules: one.rules.iter().map(|(_, name)| name.clone()).collect(),
        decided_by: decided.map(|(who, _)| who.name.clone()),
        decided_at: decided.map(|(_, at)| rfc3339(*at)),
    }
}

/// A rule.
pub(crate) fn rule(rule: &Rule) -> RuleView {
    RuleView {
        id: rule.id.to_string(),
        name: rule.name.clone(),
        calls: rule.scope.calls(),
        nodes: rule.scope.nodes().to_string(),
        at_least: rule.at_least,
        ttl_seconds: rule.ttl.as_secs(),
        by: by(rule.by),
        created_by: rule.created_by.clone(),
        created_at: rfc3339(rule.created_at),
    }
}

/// What the operator asks for, as the Nexus takes it. It judges the values.
pub(crate) fn new_rule(request: RuleRequest) -> NewRule {
    NewRule {
        name: request.name,
        calls: request.calls,
        nodes: request.nodes,
        at_least: request.at_least,
        ttl_seconds: request.ttl_seconds,
        by: match request.by {
            ByView::Another => By::Another,
            ByView::Anyone => By::Anyone,
        },
    }
}

/// What became of an ask on one node.
pub(crate) fn answer(outcome: Result<(), Acceptance>) -> Result<ExecuteAnswer, BridgeError> {
    match outcome {
        Ok(()) => Ok(ExecuteAnswer::default()),
        Err(error) => waits(error),
    }
}

/// A missing second yes is no error: it says which one.
fn waits(error: Acceptance) -> Result<ExecuteAnswer, BridgeError> {
    if let Acceptance::Refused(SubmitError::NeedsApproval(approval)) = &error {
        return Ok(ExecuteAnswer {
            approval: Some(approval.id.to_string()),
            refused: Vec::new(),
        });
    }
    Err(Refusal::from(error).into())
}

fn by(by: By) -> ByView {
    match by {
        By::Another => ByView::Another,
        By::Anyone => ByView::Anyone,
    }
}

impl From<RuleError> for Refusal {
    fn from(error: RuleError) -> Self {
        let code = match &error {
            RuleError::Name
            | RuleError::Count
            | RuleError::Life
            | RuleError::Nothing
            | RuleError::Scope(_) => "invalid",
            RuleError::TooMany => "too_many",
            RuleError::Unknown(_) => "unknown_rule",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<ApprovalError> for Refusal {
    fn from(error: ApprovalError) -> Self {
        let code = match &error {
            ApprovalError::Unknown(_) => "unknown_approval",
            ApprovalError::Not(..) | ApprovalError::Elsewhere(_) => "not_pending",
            ApprovalError::Other(_) | ApprovalError::Rule(..) => "other_action",
            ApprovalError::Own(_) => "own",
            ApprovalError::TooMany => "too_many",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}
