//! Puts the application together: plugins, window, tray, and an orderly end.

use std::time::Duration;

use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, RunEvent, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::commands;
use crate::feeds::Feeds;
use crate::host::Host;
use crate::links::{self, Links};
use crate::{menu, notices, tray};

/// Label of the one window.
pub const WINDOW: &str = "main";
/// How long executions may take to wind up when the application ends.
const GRACE: Duration = Duration::from_secs(5);

/// Runs until the operator quits.
pub fn run() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("nexus")
        .enable_all()
        .build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let app = with_single_instance(tauri::Builder::default())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(remembered())
                .build(),
        )
        .invoke_handler(tauri::generate_handler![
            commands::subscribe,
            commands::seen,
            commands::unsubscribe,
            commands::call,
        ])
        .setup(|app| set_up(app.handle()))
        .on_page_load(|webview, load| {
            if load.event() == PageLoadEvent::Started {
                webview.state::<Feeds>().end(webview.label(), None);
            }
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| on_event(app, &event));
    drop(runtime);
    Ok(())
}

/// A second start shows the window of the first one. Somebody with a data directory of their own wants their own.
fn with_single_instance(builder: tauri::Builder<tauri::Wry>) -> tauri::Builder<tauri::Wry> {
    if std::env::var_os("NEXUS_DATA_DIR").is_some() {
        return builder;
    }
    builder.plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
}

fn remembered() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN
}

fn set_up(app: &AppHandle) -> Result<(), Box<dyn std::error::Error>> {
    quit_on_signal(app.clone());
    app.manage(Feeds::default());
    app.manage(Links::default());
    app.manage(menu::Spoken::default());
    app.manage(Host::start(app, app.path().app_data_dir()?)?);
    let tray = tray::raise(app);
    app.manage(tray);
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == WINDOW)
        .cloned()
        .unwrap_or_default();
    WebviewWindowBuilder::from_config(app, &config)?.build()?;
    menu::raise(app)?;
    links::listen(app);
    notices::listen(app)?;
    Ok(())
}

fn on_event(app: &AppHandle, event: &RunEvent) {
    if let RunEvent::WindowEvent { label, event, .. } = event {
        if let WindowEvent::CloseRequested { api, .. } = event
            && stays_in_tray(app)
        {
            api.prevent_close();
            hide(app);
        }
        if matches!(event, WindowEvent::Destroyed) {
            app.state::<Feeds>().end(label, None);
        }
    }
    #[cfg(target_os = "macos")]
    if matches!(event, RunEvent::Reopen { .. }) {
        show(app);
    }
    if matches!(event, RunEvent::Exit) {
        tauri::async_runtime::block_on(app.state::<Host>().stop(GRACE));
    }
}

/// Only where there is a tray to bring the window back from.
fn stays_in_tray(app: &AppHandle) -> bool {
    app.state::<Host>().preferences().keep_in_tray && app.state::<tray::Tray>().exists()
}

fn hide(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(WINDOW).map(|window| window.hide()) {
        tracing::warn!(%error, "the window does not hide");
    }
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return;
    };
    for result in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = result {
            tracing::warn!(%error, "the window does not come to the front");
        }
    }
}

/// Ctrl C in the terminal, or a session that ends, is an orderly end too.
fn quit_on_signal(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        signal().await;
        app.exit(0);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
