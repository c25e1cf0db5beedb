//! What a window may ask of the application itself: its preferences, other Nexuses, files, windows and notices on this
//! machine. Whatever has no row here is asked of the Nexus that the windows look at.
//! Not here: how a call gets here, see [`crate::commands`].

use std::sync::LazyLock;

use nexus::console::{Answer, ExportWhat, Table};
use serde_json::value::RawValue;
use tauri::{AppHandle, Manager};

use crate::environments;
use crate::host::Host;
use crate::links::Links;
use crate::tray::Tray;
use crate::view_environment::{EnvironmentView, ProbeView};
use crate::view_settings::{SettingsPatch, SettingsView};
use crate::words::Language;
use crate::{export, menu, notices, windows};

/// The table.
pub fn table() -> &'static Table<AppHandle> {
    static TABLE: LazyLock<Table<AppHandle>> = LazyLock::new(|| {
        Table::default()
            .own("settings", &[], settings)
            .own("saveSettings", &["patch"], save_settings)
            .own("saveExport", &["what"], save_export)
            .own("environments", &[], environments)
            .own("switchEnvironment", &["id"], switch_environment)
            .own("probeEnvironment", &["address"], probe_environment)
            .own(
                "addEnvironment",
                &["name", "address", "fingerprint", "token"],
                add_environment,
            )
            .own("removeEnvironment", &["id"], remove_environment)
            .own("opening", &[], opening)
            .own("openWindow", &["path"], open_window)
            .own("notify", &["title", "body", "place"], notify)
            .own("sayStatus", &["text", "language"], say_status)
            .own("saveText", &["name", "text"], save_text)
    });
    &TABLE
}

/// Makes a call of this table, or one of the Nexus.
pub async fn make(app: &AppHandle, name: &str, arguments: &RawValue) -> Answer<Box<RawValue>> {
    match table().get(name) {
        Some(row) => row.call(app.clone(), arguments).await,
        None => app.state::<Host>().connected()?.call(name, arguments).await,
    }
}

/// The preferences.
async fn settings(app: AppHandle) -> Answer<SettingsView> {
    Ok(app.state::<Host>().settings())
}

/// Keeps what was changed; it takes effect right after.
async fn save_settings(app: AppHandle, patch: SettingsPatch) -> Answer<SettingsView> {
    let preferences = app.state::<Host>().keep(patch)?;
    let later = app.clone();
    tauri::async_runtime::spawn(async move { later.state::<Host>().fulfil(preferences).await });
    Ok(app.state::<Host>().settings())
}

/// Writes an export into a new file among the downloads; answers its path.
async fn save_export(app: AppHandle, what: ExportWhat) -> Answer<String> {
    let folder = app.path().download_dir().ok();
    let from = app.state::<Host>().connected()?;
    let file = export::write(&from, &what, folder).await?;
    Ok(file.display().to_string())
}

/// Every Nexus that the windows can look at, the one in this application first.
async fn environments(app: AppHandle) -> Answer<Vec<EnvironmentView>> {
    Ok(app.state::<Host>().environments())
}

/// Turns all windows to another Nexus; the feed begins anew with what is there.
async fn switch_environment(app: AppHandle, id: String) -> Answer<()> {
    app.state::<Host>().switch_environment(&id)
}

/// Looks who answers at an address. Nothing is told to it.
async fn probe_environment(_: AppHandle, address: String) -> Answer<ProbeView> {
    environments::probe(&address).await
}

/// Keeps another Nexus. Only the one with this very fingerprint is ever given the token.
async fn add_environment(
    app: AppHandle,
    name: String,
    address: String,
    fingerprint: String,
    token: String,
) -> Answer<EnvironmentView> {
    let host = app.state::<Host>();
    host.add_environment(&name, &address, &fingerprint, &token)
        .await
}

/// Forgets another Nexus, and its token.
async fn remove_environment(app: AppHandle, id: String) -> Answer<()> {
    app.state::<Host>().remove_environment(&id)
}

/// Where a link of this system wanted the window to go, if one did; it is told once.
async fn opening(app: AppHandle) -> Answer<Option<String>> {
    Ok(app.state::<Links>().take())
}

/// Opens a part of the console in a window of its own, or brings it to the front.
async fn open_window(app: AppHandle, path: String) -> Answer<()> {
    windows::open(&app, &path)
}

/// Shows a notice of the desktop; a click on it leads to a place of the console.
async fn notify(app: AppHandle, title: String, body: String, place: String) -> Answer<()> {
    notices::show(&app, &title, &body, &place)
}

/// Says in the tray how the fleet stands; tray and menu bar speak this language from now on.
async fn say_status(app: AppHandle, text: String, language: Language) -> Answer<()> {
    app.state::<Tray>().say(&text, language);
    menu::speak(&app, language);
    Ok(())
}

/// Writes a text of the window's own into a new file among the downloads; answers its path.
async fn save_text(app: AppHandle, name: String, text: String) -> Answer<String> {
    let folder = app.path().download_dir().ok();
    let file = export::write_text(&name, &text, folder).await?;
    Ok(file.display().to_string())
}
