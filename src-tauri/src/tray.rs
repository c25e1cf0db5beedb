//! The icon in the tray: Show, Stop everything (one step further in, so that it is no slip of the hand) and Quit.
//! A desktop without a tray is normal, and is no error.

use nexus::access::Caller;
use tauri::menu::{Menu, MenuItem, Submenu};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Wry};

use crate::host::Host;

const STOP: &str = "stop";
const SHOW: &str = "show";
const QUIT: &str = "quit";

/// Whether somebody shows our icon. If nobody does, a hidden window could not be brought back.
pub struct Tray(Option<tauri::tray::TrayIcon<Wry>>);

impl Tray {
    /// See [`Tray`].
    pub fn exists(&self) -> bool {
        self.0.is_some()
    }
}

/// Puts the icon there, if there is a tray.
pub fn raise(app: &AppHandle) -> Tray {
    if !has_host() {
        tracing::info!("no tray on this desktop");
        return Tray(None);
    }
    // The library that draws the icon on Linux is loaded when needed, and its absence is a panic.
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(app))) {
        Ok(Ok(icon)) => Tray(Some(icon)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "no tray icon");
            Tray(None)
        }
        Err(_) => {
            tracing::warn!("no tray icon: libayatana-appindicator3 is not installed");
            Tray(None)
        }
    }
}

fn build(app: &AppHandle) -> tauri::Result<tauri::tray::TrayIcon<Wry>> {
    let show = MenuItem::with_id(app, SHOW, "Show Nexus", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit", true, None::<&str>)?;
    let yes = MenuItem::with_id(app, STOP, "Yes, on every node, now", true, None::<&str>)?;
    let stop = Submenu::with_items(app, "Stop everything", true, &[&yes])?;
    let menu = Menu::with_items(app, &[&show, &stop, &quit])?;
    let mut icon = TrayIconBuilder::with_id("nexus")
        .tooltip("Nexus")
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            SHOW => crate::app::show(app),
            STOP => stop_everything(app),
            QUIT => app.exit(0),
            _ => {}
        });
    if let Some(image) = app.default_window_icon() {
        icon = icon.icon(image.clone());
    }
    icon.build(app)
}

/// What came of it stands in the window, which is shown for it.
fn stop_everything(app: &AppHandle) {
    crate::app::show(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let link = match app.state::<Host>().connected() {
            Ok(link) => link,
            Err(error) => {
                tracing::error!(%error, "nothing to stop");
                return;
            }
        };
        let reason = "from the tray".to_owned();
        if let Err(error) = link.handle.stop_all(reason, &Caller::local()).await {
            tracing::error!(%error, "nothing was stopped");
        }
    });
}

/// On Linux somebody must have said on the session bus that they show such icons.
#[cfg(target_os = "linux")]
fn has_host() -> bool {
    let ask = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let watcher = zbus::blocking::Proxy::new(
            &bus,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        )?;
        watcher.get_property("IsStatusNotifierHostRegistered")
    };
    ask().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn has_host() -> bool {
    true
}
