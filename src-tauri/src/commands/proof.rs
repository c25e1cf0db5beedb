//! Doormen for the proof of what was done: the audit log, and the second yes.

use nexus::access::Caller;
use tauri::{AppHandle, Manager, State};

use crate::export;
use crate::host::Host;
use crate::translate::{self, Refusal};
use crate::view::BridgeError;
use crate::view_proof::{AuditPage, AuditQuery, AuditVerdict, RuleRequest, RuleView};

type Answer<T> = Result<T, BridgeError>;

/// Entries of the audit log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn audit(host: State<'_, Host>, query: AuditQuery) -> Answer<AuditPage> {
    let query = translate::audit_query(query)?;
    let handle = host.connected()?.handle;
    let page = handle.audit().page(query).await;
    Ok(translate::audit_page(&page.map_err(Refusal::from)?))
}

/// Whether the audit log is whole.
#[tauri::command]
#[specta::specta]
pub async fn verify_audit(host: State<'_, Host>) -> Answer<AuditVerdict> {
    let handle = host.connected()?.handle;
    let verdict = handle.audit().verify().await;
    Ok(translate::verdict(&verdict.map_err(Refusal::from)?))
}

/// Writes the audit log into a new file among the downloads; answers its path.
#[tauri::command]
#[specta::specta]
pub async fn export_audit(app: AppHandle, host: State<'_, Host>) -> Answer<String> {
    let handle = host.connected()?.handle;
    let begun = handle.audit().export(&Caller::local(), None, None).await;
    let folder = app.path().download_dir();
    let file = export::write(begun.map_err(Refusal::from)?, folder.ok()).await?;
    Ok(file.display().to_string())
}

/// Says the second yes.
#[tauri::command]
#[specta::specta]
pub async fn approve(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let decided = handle.decide(&Caller::local(), id, true).await;
    Ok(decided.map(drop).map_err(Refusal::from)?)
}

/// Says no.
#[tauri::command]
#[specta::specta]
pub async fn deny(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let decided = handle.decide(&Caller::local(), id, false).await;
    Ok(decided.map(drop).map_err(Refusal::from)?)
}

/// The rules that want a second yes, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn rules(host: State<'_, Host>) -> Answer<Vec<RuleView>> {
    let rules = host.connected()?.handle.approval_rules().await;
    let rules = rules.map_err(Refusal::from)?;
    Ok(rules.iter().map(translate::rule).collect())
}

/// Makes a rule.
#[tauri::command]
#[specta::specta]
pub async fn make_rule(host: State<'_, Host>, request: RuleRequest) -> Answer<()> {
    let (handle, caller) = (host.connected()?.handle, Caller::local());
    let made = handle.make_approval_rule(&caller, translate::new_rule(request));
    Ok(made.await.map(drop).map_err(Refusal::from)?)
}

/// Removes a rule.
#[tauri::command]
#[specta::specta]
pub async fn remove_rule(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let removed = handle.remove_approval_rule(&Caller::local(), id).await;
    Ok(removed.map_err(Refusal::from)?)
}
