//! Doormen for the proof of what was done: the audit log, and the second yes.

use crate::console::translate::{self, Refusal};
use crate::console::view::proof::{AuditPage, AuditQuery, AuditVerdict, RuleRequest, RuleView};
use crate::console::{Answer, Desk};

/// Entries of the audit log, newest first.
pub(super) async fn audit(desk: Desk, query: AuditQuery) -> Answer<AuditPage> {
    let query = translate::audit_query(query)?;
    let handle = desk.handle;
    let page = handle.audit().page(query).await.map_err(Refusal::from)?;
    let origins = handle.audit().origins().await.map_err(Refusal::from)?;
    Ok(translate::audit_page(&page, origins))
}

/// Whether the audit log is whole.
pub(super) async fn verify_audit(desk: Desk) -> Answer<AuditVerdict> {
    let handle = desk.handle;
    let verdict = handle.audit().verify().await.map_err(Refusal::from)?;
    let copies = handle.audit().verify_copies().await;
    let copies = copies.map_err(Refusal::from)?;
    Ok(translate::audit_verdict(&verdict, &copies))
}

/// Says the second yes.
pub(super) async fn approve(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let decided = handle.decide(&desk.caller, id, true).await;
    Ok(decided.map(drop).map_err(Refusal::from)?)
}

/// Says no.
pub(super) async fn deny(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let decided = handle.decide(&desk.caller, id, false).await;
    Ok(decided.map(drop).map_err(Refusal::from)?)
}

/// The rules that want a second yes, oldest first.
pub(super) async fn rules(desk: Desk) -> Answer<Vec<RuleView>> {
    let rules = desk.handle.approval_rules().await;
    let rules = rules.map_err(Refusal::from)?;
    Ok(rules.iter().map(translate::rule).collect())
}

/// Makes a rule.
pub(super) async fn make_rule(desk: Desk, request: RuleRequest) -> Answer<()> {
    let (handle, caller) = (desk.handle, desk.caller);
    let made = handle.make_approval_rule(&caller, translate::new_rule(request));
    Ok(made.await.map(drop).map_err(Refusal::from)?)
}

/// Removes a rule.
pub(super) async fn remove_rule(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let removed = handle.remove_approval_rule(&desk.caller, id).await;
    Ok(removed.map_err(Refusal::from)?)
}
