//! Doormen: convert in, one call, convert out. They return at once: a command that is still pending when the page
//! reloads is executed a second time (tauri-apps/tauri#14154).

use tauri::ipc::Channel;

use crate::view::{BridgeError, FeedBatch};
use crate::view_execution::{ExecuteRequest, OutputView};
use crate::view_settings::{JoinView, SettingsPatch, SettingsView};

fn nothing<T>() -> Result<T, BridgeError> {
    Err(BridgeError::new("todo", "todo"))
}

#[tauri::command]
#[specta::specta]
pub fn subscribe(channel: Channel<FeedBatch>) {
    let _ = channel;
}
#[tauri::command]
#[specta::specta]
pub fn unsubscribe() {}
#[tauri::command]
#[specta::specta]
pub fn execute(request: ExecuteRequest) -> Result<(), BridgeError> {
    nothing()
}
#[tauri::command]
#[specta::specta]
pub fn cancel(execution_id: String) -> Result<(), BridgeError> {
    nothing()
}
#[tauri::command]
#[specta::specta]
pub fn output(execution_id: String) -> Result<Vec<OutputView>, BridgeError> {
    nothing()
}
#[tauri::command]
#[specta::specta]
pub fn join() -> Result<JoinView, BridgeError> {
    nothing()
}
#[tauri::command]
#[specta::specta]
pub fn settings() -> Result<SettingsView, BridgeError> {
    nothing()
}
#[tauri::command]
#[specta::specta]
pub fn save_settings(patch: SettingsPatch) -> Result<SettingsView, BridgeError> {
    nothing()
}
