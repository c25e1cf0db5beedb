//! Doormen: convert in, one call, convert out. They return at once: a command that is still pending when the page
//! reloads is executed a second time (tauri-apps/tauri#14154).

pub mod jobs;
pub mod plans;
pub mod proof;
pub mod targets;
pub mod trust;

use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, WebviewWindow};

use crate::feed::Feeds;
use crate::host::Host;
use crate::translate::{self, Refusal};
use crate::view::{BridgeError, FeedBatch};
use crate::view_execution::{ExecuteAnswer, ExecuteRequest, OutputView};
use crate::view_settings::{SettingsPatch, SettingsView};

/// Most output that is handed over for one execution, bytes; the newest is what `FeedEvent::Output` brings.
const OUTPUT: usize = 8 << 20;

/// Begins the window's feed; an older one ends. Answers its number.
#[tauri::command]
#[specta::specta]
pub fn subscribe(
    window: WebviewWindow,
    host: State<'_, Host>,
    feeds: State<'_, Feeds>,
    channel: Channel<FeedBatch>,
) -> u32 {
    feeds.begin(window.label(), host.link(), channel)
}

/// The window has dealt with everything up to this batch. One that stops saying so is sent nothing more until it does.
#[tauri::command]
#[specta::specta]
pub fn seen(window: WebviewWindow, feeds: State<'_, Feeds>, subscription: u32, seq: u32) {
    feeds.seen(window.label(), subscription, seq);
}

/// Ends the window's feed, if it is still the one with this number.
#[tauri::command]
#[specta::specta]
pub fn unsubscribe(window: WebviewWindow, feeds: State<'_, Feeds>, subscription: u32) {
    feeds.end(window.label(), Some(subscription));
}

/// Runs something; answers once it is accepted, or what it needs first.
#[tauri::command]
#[specta::specta]
pub async fn execute(
    host: State<'_, Host>,
    request: ExecuteRequest,
) -> Result<ExecuteAnswer, BridgeError> {
    let submission = translate::submission(request)?;
    translate::answer(host.connected()?.handle.submit(submission).await)
}

/// Stops something; the proof comes by the feed.
#[tauri::command]
#[specta::specta]
pub async fn cancel(host: State<'_, Host>, execution_id: String) -> Result<(), BridgeError> {
    let id = translate::id(&execution_id)?;
    Ok(host
        .connected()?
        .handle
        .cancel(id, &nexus::access::Caller::local())
        .await
        .map_err(Refusal::from)?
        .map_err(Refusal::from)?)
}

/// What an execution wrote so far.
#[tauri::command]
#[specta::specta]
pub async fn output(
    host: State<'_, Host>,
    execution_id: String,
) -> Result<Vec<OutputView>, BridgeError> {
    let id = translate::id(&execution_id)?;
    let chunks = host
        .connected()?
        .handle
        .output(id, 0, OUTPUT)
        .await
        .map_err(Refusal::from)?;
    Ok(translate::whole_output(&chunks))
}

/// The preferences.
#[tauri::command]
#[specta::specta]
pub fn settings(host: State<'_, Host>) -> SettingsView {
    host.settings()
}

/// Keeps what was changed; it takes effect right after.
#[tauri::command]
#[specta::specta]
pub fn save_settings(
    app: AppHandle,
    host: State<'_, Host>,
    patch: SettingsPatch,
) -> Result<SettingsView, BridgeError> {
    let preferences = host.keep(patch)?;
    tauri::async_runtime::spawn(async move { app.state::<Host>().fulfil(preferences).await });
    Ok(host.settings())
}
