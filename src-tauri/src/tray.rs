//! The icon in the tray: how the fleet stands, Show, Stop everything (one step further in, so that it is no slip of the hand) and Quit.
//! A desktop without a tray is normal, and is no error.

use tauri::menu::{Menu, MenuItem, Submenu};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Wry};

use crate::host::Host;
use crate::words::Language;

const STATUS: &str = "status";
const STOP: &str = "stop";
const SHOW: &str = "show";
const QUIT: &str = "quit";

/// Whether somebody shows our icon. If nobody does, a hidden window could not be brought back.
pub struct Tray(Option<Raised>);

struct Raised {
    icon: tauri::tray::TrayIcon<Wry>,
    status: MenuItem<Wry>,
    show: MenuItem<Wry>,
    stop: Submenu<Wry>,
    stop_now: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Tray {
    /// Says how the fleet stands, and everything in this language.
    pub fn say(&self, text: &str, language: Language) {
        let Some(raised) = &self.0 else { return };
        let text: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
        let tooltip = format!("Nexus: {text}");
        let words = language.tray();
        for told in [
            raised.status.set_text(&text),
            raised.icon.set_tooltip(Some(&tooltip)),
            raised.show.set_text(words.show),
            raised.stop.set_text(words.stop),
            raised.stop_now.set_text(words.stop_now),
            raised.quit.set_text(words.quit),
        ] {
            if let Err(error) = told {
                tracing::debug!(%error, "the tray does not say it");
            }
        }
    }

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
        Ok(Ok(raised)) => Tray(Some(raised)),
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

fn build(app: &AppHandle) -> tauri::Result<Raised> {
    let status = MenuItem::with_id(app, STATUS, "Nexus", false, None::<&str>)?;
    let words = Language::default().tray();
    let show = MenuItem::with_id(app, SHOW, words.show, true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, words.quit, true, None::<&str>)?;
    let stop_now = MenuItem::with_id(app, STOP, words.stop_now, true, None::<&str>)?;
    let stop = Submenu::with_items(app, words.stop, true, &[&stop_now])?;
    let menu = Menu::with_items(app, &[&status, &show, &stop, &quit])?;
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
    Ok(Raised {
        icon: icon.build(app)?,
        status,
        show,
        stop,
        stop_now,
        quit,
    })
}

/// What came of it stands in the window, which is shown for it.
fn stop_everything(app: &AppHandle) {
    crate::app::show(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let stopped = async {
            let shown = app.state::<Host>().connected()?;
            shown
                .ask::<_, serde_json::Value>("fleetStop", &["from the tray"])
                .await
        };
        if let Err(error) = stopped.await {
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
