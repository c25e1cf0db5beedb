//! The four commands of the window. They return at once or when there is an answer: a command that is still pending when the
//! page reloads is executed a second time (tauri-apps/tauri#14154), which ids made by the asker make harmless.

use nexus::console::remote::RawBatch;
use nexus::console::{Answer, BridgeError};
use serde_json::value::RawValue;
use tauri::ipc::{Channel, Response};
use tauri::{AppHandle, State, WebviewWindow};

use crate::calls;
use crate::feeds::Feeds;
use crate::host::Host;

/// Begins the window's feed; an older one ends. Answers its number.
#[tauri::command]
pub fn subscribe(
    window: WebviewWindow,
    host: State<'_, Host>,
    feeds: State<'_, Feeds>,
    channel: Channel<RawBatch>,
) -> u32 {
    feeds.begin(window.label(), host.shown(), channel)
}

/// The window has dealt with everything up to this batch. One that stops saying so is sent nothing more until it does.
#[tauri::command]
pub fn seen(window: WebviewWindow, feeds: State<'_, Feeds>, subscription: u32, seq: u32) {
    feeds.seen(window.label(), subscription, seq);
}

/// Ends the window's feed, if it is still the one with this number.
#[tauri::command]
pub fn unsubscribe(window: WebviewWindow, feeds: State<'_, Feeds>, subscription: u32) {
    feeds.end(window.label(), Some(subscription));
}

/// Makes a call: one of this host, or else one of the Nexus. `arguments` is a JSON array.
#[tauri::command]
pub async fn call(app: AppHandle, name: String, arguments: String) -> Answer<Response> {
    let arguments: Box<RawValue> = serde_json::from_str(&arguments)
        .map_err(|error| BridgeError::new("bad_request", error.to_string()))?;
    let answer = calls::make(&app, &name, &arguments).await?;
    Ok(Response::new(String::from(Box::<str>::from(answer))))
}
