//! The audit log on its way to the window, and what is looked for on its way back.

use crate::access::PrincipalKind;
use crate::audit::{CopyVerdict, Decision, Entry, InstanceName, Kept, Query, Verdict};
use serde::Serialize;
use serde_json::Value;

use super::execution::state;
use crate::console::view::proof::{
    AuditCopyView, AuditEntryView, AuditPage, AuditQuery, AuditVerdict, CallToldView, DecisionView,
    FaultView, InstanceNameView, OutcomeView, VerdictView, WhoView,
};
use crate::console::view::{BridgeError, Json};

/// What is looked for, as the Nexus takes it.
pub(crate) fn audit_query(query: AuditQuery) -> Result<Query, BridgeError> {
    let given = |text: String| (!text.trim().is_empty()).then_some(text);
    let action = query
        .action
        .map(|word| serde_json::from_value(Value::String(word)))
        .transpose()
        .map_err(|_| BridgeError::new("bad_request", "There is no such action."))?;
    let before = query.before.map(|word| word.parse()).transpose();
    let before = before.map_err(|why: String| BridgeError::new("bad_request", why))?;
    Ok(Query {
        search: given(query.search),
        action,
        who: given(query.who),
        node: query.node,
        instance: query.instance,
        before,
        limit: Some(query.limit),
    })
}

/// Some entries. What is not readable is shown as such: it must not disappear.
pub(crate) fn audit_page(page: &crate::audit::Page, origins: Vec<InstanceName>) -> AuditPage {
    AuditPage {
        entries: page.entries.iter().map(kept).collect(),
        before: page.before.as_ref().map(ToString::to_string),
        instances: origins.into_iter().map(origin).collect(),
    }
}

fn origin(origin: InstanceName) -> InstanceNameView {
    InstanceNameView {
        id: origin.id.to_string(),
        name: origin.name,
    }
}

/// What verifying came to, of this instance's own log and of its copies of others.
pub(crate) fn audit_verdict(own: &Verdict, copies: &[CopyVerdict]) -> AuditVerdict {
    let copy = |copy: &CopyVerdict| AuditCopyView {
        instance: origin(copy.instance.clone()),
        copy: copy.copy,
        why: word(&copy.why),
        since: copy.since.clone(),
        current: copy.current,
        verdict: verdict(&copy.verdict),
    };
    AuditVerdict {
        own: verdict(own),
        copies: copies.iter().map(copy).collect(),
    }
}

fn verdict(verdict: &Verdict) -> VerdictView {
    let fault = |fault: &crate::audit::Fault| FaultView {
        number: fault.number,
        kind: word(&fault.kind),
        detail: fault.detail.clone(),
    };
    VerdictView {
        ok: verdict.ok,
        entries: verdict.entries,
        first: verdict.first,
        last: verdict.last,
        hash: verdict.hash.to_string(),
        checkpoints: verdict.checkpoints,
        unsigned: verdict.unsigned,
        fingerprint: verdict.fingerprint.clone(),
        faults: verdict.faults.iter().map(fault).collect(),
    }
}

fn kept(kept: &Kept) -> AuditEntryView {
    let hash = kept.hash.to_string();
    let view = match kept.read() {
        Some(said) => entry(said, hash),
        None => AuditEntryView {
            detail: Json(Value::String(kept.entry.get().to_owned())),
            ..nothing(kept.number, hash, "unreadable".to_owned())
        },
    };
    AuditEntryView {
        instance: kept.instance.clone().map(origin),
        ..view
    }
}

fn entry(entry: Entry, hash: String) -> AuditEntryView {
    AuditEntryView {
        at: entry.at,
        who: entry.who.map(|who| WhoView {
            id: who.id,
            name: who.name,
            kind: kind(who.kind),
            role: super::trust::role(who.role),
        }),
        from: entry.from,
        decision: entry.decision.map(|decision| match decision {
            Decision::Allowed => DecisionView::Allowed,
            Decision::Denied => DecisionView::Denied,
            Decision::NeedsApproval => DecisionView::NeedsApproval,
        }),
        why: entry.why,
        subject: entry.subject,
        call: entry.call.map(|call| CallToldView {
            skill: call.skill,
            method: call.method,
            summary: call.summary,
            timeout: call.timeout,
            sha256: call.sha256.to_string(),
        }),
        targets: entry.targets,
        targets_sha256: entry.targets_sha256.map(|hash| hash.to_string()),
        executions: entry.executions.iter().map(ToString::to_string).collect(),
        approval: entry.approval.map(|id| id.to_string()),
        outcomes: entry.outcomes.iter().map(outcome).collect(),
        about: entry.about,
        count: entry.count,
        detail: Json(entry.detail.unwrap_or_default()),
        ..nothing(entry.number, hash, word(&entry.action))
    }
}

fn nothing(number: u64, hash: String, action: String) -> AuditEntryView {
    AuditEntryView {
        number,
        hash,
        instance: None,
        at: String::new(),
        action,
        who: None,
        from: None,
        decision: None,
        why: None,
        subject: Vec::new(),
        call: None,
        targets: Vec::new(),
        targets_sha256: None,
        executions: Vec::new(),
        approval: None,
        outcomes: Vec::new(),
        about: None,
        count: None,
        detail: Json(Value::Null),
    }
}

fn outcome(outcome: &crate::audit::Outcome) -> OutcomeView {
    OutcomeView {
        execution: outcome.execution.to_string(),
        state: state(outcome.state),
        exit_code: outcome.exit_code,
    }
}

fn kind(kind: PrincipalKind) -> String {
    word(&kind)
}

/// As it stands in the log.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
