//! Doormen for schedules, runbooks and their runs.

use std::time::SystemTime;

use crate::runbook::{NewRun, from_json, from_toml, to_toml};
use protocol::rfc3339;
use uuid::Uuid;

use crate::console::translate::{self, Refusal};
use crate::console::view::BridgeError;
use crate::console::view::plan::{
    RunView, RunbookCall, RunbookVersionView, RunbookView, SchedulePlan, ScheduleView, WhenView,
};
use crate::console::{Answer, Desk};

/// All schedules.
pub(super) async fn schedules(desk: Desk) -> Answer<Vec<ScheduleView>> {
    let all = desk.handle.schedules().await;
    let now = SystemTime::now();
    let all = all.map_err(Refusal::from)?;
    Ok(all
        .iter()
        .map(|one| translate::schedule(one, &desk.caller.principal, now))
        .collect())
}

/// Makes a schedule, or changes the one with this id.
pub(super) async fn put_schedule(
    desk: Desk,
    id: Option<String>,
    plan: SchedulePlan,
) -> Answer<ScheduleView> {
    let (handle, caller, now) = (desk.handle, desk.caller, SystemTime::now());
    let known = id.as_deref().map(translate::id).transpose()?;
    let before = match known {
        Some(id) => handle.schedule(id).await.map_err(Refusal::from)?,
        None => None,
    };
    let id = known.unwrap_or_else(Uuid::now_v7);
    let (schedule, confirmed) = translate::new_schedule(plan, id, before.as_deref(), &caller, now)?;
    let kept = match known {
        Some(_) => handle.edit_schedule(&caller, schedule, confirmed).await,
        None => handle.make_schedule(&caller, schedule, confirmed).await,
    };
    let kept = kept.map_err(Refusal::from)?;
    Ok(translate::schedule(&kept, &caller.principal, now))
}

/// Lets a schedule go; what it began goes on.
pub(super) async fn remove_schedule(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let removed = handle.remove_schedule(&desk.caller, id).await;
    Ok(removed.map_err(Refusal::from)?)
}

/// Pauses a schedule, or resumes it.
pub(super) async fn pause_schedule(desk: Desk, id: String, paused: bool) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let done = handle.pause_schedule(&desk.caller, id, paused).await;
    done.map_err(Refusal::from)?;
    Ok(())
}

/// Begins now what a schedule begins; its own times stay as they are.
pub(super) async fn run_schedule_now(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let begun = handle.fire_schedule(desk.caller, id).await;
    Ok(begun.map_err(Refusal::from)?)
}

/// Says what a time means.
pub(super) async fn preview_when(_: Desk, when: String, time_zone: String) -> Answer<WhenView> {
    let read = move || translate::when(&when, &time_zone, SystemTime::now());
    let told = tokio::task::spawn_blocking(read).await;
    told.map_err(|error| BridgeError::new("host", error.to_string()))?
}

/// The newest version of each runbook, by name.
pub(super) async fn runbooks(desk: Desk) -> Answer<Vec<RunbookView>> {
    let all = desk.handle.runbooks().await;
    let all = all.map_err(Refusal::from)?;
    Ok(all.iter().map(|one| translate::runbook(one)).collect())
}

/// A runbook as people edit it: TOML. The newest version, or this one.
pub(super) async fn runbook_text(desk: Desk, name: String, version: Option<u32>) -> Answer<String> {
    let found = desk.handle.runbook(&name, version).await;
    let (version, _) = found.map_err(Refusal::from)?;
    Ok(to_toml(&version.runbook).map_err(Refusal::from)?)
}

/// The versions of a runbook that are kept, newest first.
pub(super) async fn runbook_versions(desk: Desk, name: String) -> Answer<Vec<RunbookVersionView>> {
    let kept = desk.handle.runbook_versions(&name).await;
    let kept = kept.map_err(Refusal::from)?;
    let told = kept.iter().rev().map(|version| RunbookVersionView {
        version: version.number,
        changed_at: rfc3339(version.at),
        changed_by: version.by.name.clone(),
    });
    Ok(told.collect())
}

/// Keeps a runbook, in TOML or JSON: a new one, or a new version.
pub(super) async fn put_runbook(desk: Desk, name: String, text: String) -> Answer<RunbookView> {
    let is_json = text.trim_start().starts_with('{');
    let runbook = if is_json {
        from_json(&text)
    } else {
        from_toml(&text)
    };
    let runbook = runbook.map_err(Refusal::from)?;
    if runbook.name != name {
        let why = format!("The name in it is {:?}, not {name:?}.", runbook.name);
        return Err(BridgeError::new("runbook", why));
    }
    let handle = desk.handle;
    let put = handle.put_runbook(&desk.caller, runbook).await;
    Ok(translate::runbook(&put.map_err(Refusal::from)?.version))
}

/// Lets a runbook go, with all its versions.
pub(super) async fn remove_runbook(desk: Desk, name: String) -> Answer<()> {
    let handle = desk.handle;
    let removed = handle.remove_runbook(&desk.caller, &name).await;
    Ok(removed.map_err(Refusal::from)?)
}

/// Begins a run of a runbook; answers when it is on disk.
pub(super) async fn run_runbook(
    desk: Desk,
    call: RunbookCall,
    confirm_destructive: bool,
) -> Answer<RunView> {
    let call = translate::new_call(call)?;
    let handle = desk.handle;
    let found = handle.runbook(&call.name, call.version).await;
    let (version, _) = found.map_err(Refusal::from)?;
    let new = NewRun {
        id: Uuid::now_v7(),
        version,
        parameters: call.parameters,
        target: call.target,
        caller: desk.caller,
        origin: None,
    };
    let begun = handle.begin_run(new, confirm_destructive).await;
    let (run, _) = begun.map_err(Refusal::from)?;
    Ok(translate::run(&run))
}

/// Runs of runbooks, newest first.
pub(super) async fn runs(desk: Desk) -> Answer<Vec<RunView>> {
    let all = desk.handle.runs().await;
    let all = all.map_err(Refusal::from)?;
    Ok(all
        .iter()
        .take(200)
        .map(|one| translate::run(one))
        .collect())
}

/// Cancels a run with the job of its step.
pub(super) async fn cancel_run(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let cancelled = handle.cancel_run(&desk.caller, id).await;
    cancelled.map_err(Refusal::from)?;
    Ok(())
}
