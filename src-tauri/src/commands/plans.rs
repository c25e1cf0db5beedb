//! Doormen for schedules, runbooks and their runs.

use std::time::SystemTime;

use nexus::access::Caller;
use nexus::runbook::{NewRun, from_json, from_toml, to_toml};
use tauri::{AppHandle, Manager, State};
use uuid::Uuid;

use crate::export;
use crate::host::Host;
use crate::translate::{self, Refusal};
use crate::view::BridgeError;
use crate::view_plan::{RunView, RunbookCall, RunbookView, SchedulePlan, ScheduleView, WhenView};

type Answer<T> = Result<T, BridgeError>;

/// All schedules.
#[tauri::command]
#[specta::specta]
pub async fn schedules(host: State<'_, Host>) -> Answer<Vec<ScheduleView>> {
    let all = host.connected()?.handle.schedules().await;
    let now = SystemTime::now();
    let all = all.map_err(Refusal::from)?;
    Ok(all
        .iter()
        .map(|one| translate::schedule(one, now))
        .collect())
}

/// Makes a schedule, or changes the one with this id.
#[tauri::command]
#[specta::specta]
pub async fn put_schedule(
    host: State<'_, Host>,
    id: Option<String>,
    plan: SchedulePlan,
) -> Answer<ScheduleView> {
    let (handle, caller, now) = (host.connected()?.handle, Caller::local(), SystemTime::now());
    let known = id.as_deref().map(translate::id).transpose()?;
    let before = match known {
        Some(id) => handle.schedule(id).await.map_err(Refusal::from)?,
        None => None,
    };
    let id = known.unwrap_or_else(Uuid::now_v7);
    let (schedule, confirmed) = translate::new_schedule(plan, id, before.as_deref(), now)?;
    let kept = match known {
        Some(_) => handle.edit_schedule(&caller, schedule, confirmed).await,
        None => handle.make_schedule(&caller, schedule, confirmed).await,
    };
    Ok(translate::schedule(&*kept.map_err(Refusal::from)?, now))
}

/// Lets a schedule go; what it began goes on.
#[tauri::command]
#[specta::specta]
pub async fn remove_schedule(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let removed = handle.remove_schedule(&Caller::local(), id).await;
    Ok(removed.map_err(Refusal::from)?)
}

/// Pauses a schedule, or resumes it.
#[tauri::command]
#[specta::specta]
pub async fn pause_schedule(host: State<'_, Host>, id: String, paused: bool) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let done = handle.pause_schedule(&Caller::local(), id, paused).await;
    done.map_err(Refusal::from)?;
    Ok(())
}

/// Begins now what a schedule begins; its own times stay as they are.
#[tauri::command]
#[specta::specta]
pub async fn run_schedule_now(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let begun = handle.fire_schedule(Caller::local(), id).await;
    Ok(begun.map_err(Refusal::from)?)
}

/// Says what a time means.
#[tauri::command]
#[specta::specta]
pub async fn preview_when(when: String, time_zone: String) -> Answer<WhenView> {
    let read = move || translate::when(&when, &time_zone, SystemTime::now());
    let told = tauri::async_runtime::spawn_blocking(read).await;
    told.map_err(|error| BridgeError::new("host", error.to_string()))?
}

/// The newest version of each runbook, by name.
#[tauri::command]
#[specta::specta]
pub async fn runbooks(host: State<'_, Host>) -> Answer<Vec<RunbookView>> {
    let all = host.connected()?.handle.runbooks().await;
    let all = all.map_err(Refusal::from)?;
    Ok(all.iter().map(|one| translate::runbook(one)).collect())
}

/// A runbook as people edit it: TOML.
#[tauri::command]
#[specta::specta]
pub async fn runbook_text(host: State<'_, Host>, name: String) -> Answer<String> {
    let handle = host.connected()?.handle;
    let (version, _) = handle.runbook(&name, None).await.map_err(Refusal::from)?;
    Ok(to_toml(&version.runbook).map_err(Refusal::from)?)
}

/// Keeps a runbook, in TOML or JSON: a new one, or a new version.
#[tauri::command]
#[specta::specta]
pub async fn put_runbook(host: State<'_, Host>, name: String, text: String) -> Answer<RunbookView> {
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
    let handle = host.connected()?.handle;
    let put = handle.put_runbook(&Caller::local(), runbook).await;
    Ok(translate::runbook(&put.map_err(Refusal::from)?.version))
}

/// Lets a runbook go, with all its versions.
#[tauri::command]
#[specta::specta]
pub async fn remove_runbook(host: State<'_, Host>, name: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let removed = handle.remove_runbook(&Caller::local(), &name).await;
    Ok(removed.map_err(Refusal::from)?)
}

/// Begins a run of a runbook; answers when it is on disk.
#[tauri::command]
#[specta::specta]
pub async fn run_runbook(
    host: State<'_, Host>,
    call: RunbookCall,
    confirm_destructive: bool,
) -> Answer<RunView> {
    let call = translate::new_call(call)?;
    let handle = host.connected()?.handle;
    let found = handle.runbook(&call.name, call.version).await;
    let (version, _) = found.map_err(Refusal::from)?;
    let new = NewRun {
        id: Uuid::now_v7(),
        version,
        parameters: call.parameters,
        target: call.target,
        caller: Caller::local(),
        origin: None,
    };
    let begun = handle.begin_run(new, confirm_destructive).await;
    let (run, _) = begun.map_err(Refusal::from)?;
    Ok(translate::run(&run))
}

/// Writes a runbook as a file; answers where it is.
#[tauri::command]
#[specta::specta]
pub async fn export_runbook(app: AppHandle, host: State<'_, Host>, name: String) -> Answer<String> {
    let handle = host.connected()?.handle;
    let (version, _) = handle.runbook(&name, None).await.map_err(Refusal::from)?;
    let text = to_toml(&version.runbook).map_err(Refusal::from)?;
    let folder = app.path().download_dir();
    let file = export::runbook(&version.runbook.name, &text, folder.ok()).await?;
    Ok(file.display().to_string())
}

/// Runs of runbooks, newest first.
#[tauri::command]
#[specta::specta]
pub async fn runs(host: State<'_, Host>) -> Answer<Vec<RunView>> {
    let all = host.connected()?.handle.runs().await;
    let all = all.map_err(Refusal::from)?;
    Ok(all
        .iter()
        .take(200)
        .map(|one| translate::run(one))
        .collect())
}

/// Cancels a run with the job of its step.
#[tauri::command]
#[specta::specta]
pub async fn cancel_run(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    let cancelled = handle.cancel_run(&Caller::local(), id).await;
    cancelled.map_err(Refusal::from)?;
    Ok(())
}
