//! The menu bar where the system has one for all applications (macOS). Elsewhere a menu bar would stand inside the window,
//! which has its own; there the palette has everything. Not here: the tray.

use tauri::menu::{AboutMetadata, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Emitter, Wry};

use crate::links::EVENT;

/// Pages of the console, with the key that opens each.
const PAGES: [(&str, &str, &str); 6] = [
    ("map", "Map", "CmdOrCtrl+1"),
    ("nodes", "Nodes", "CmdOrCtrl+2"),
    ("jobs", "Jobs", "CmdOrCtrl+3"),
    ("alerts", "Alerts", "CmdOrCtrl+4"),
    ("skills", "Skills", "CmdOrCtrl+5"),
    ("audit", "Audit", "CmdOrCtrl+6"),
];

/// Puts the menu bar there.
pub fn raise(app: &AppHandle) -> tauri::Result<()> {
    if !cfg!(target_os = "macos") {
        return Ok(());
    }
    app.set_menu(build(app)?)?;
    app.on_menu_event(|app, event| {
        let page = event.id().as_ref();
        let is_page = page == "settings" || PAGES.iter().any(|(id, ..)| *id == page);
        if is_page && let Err(error) = app.emit_to(crate::app::WINDOW, EVENT, page) {
            tracing::warn!(%error, "the menu leads nowhere");
        }
    });
    Ok(())
}

fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let line = || PredefinedMenuItem::separator(app);
    let settings = MenuItem::with_id(app, "settings", "Settings…", true, Some("CmdOrCtrl+,"))?;
    let about = PredefinedMenuItem::about(app, None, Some(AboutMetadata::default()))?;
    let (hide, quit) = (
        PredefinedMenuItem::hide(app, None)?,
        PredefinedMenuItem::quit(app, None)?,
    );
    let own = Submenu::with_items(
        app,
        "Nexus",
        true,
        &[&about, &line()?, &settings, &line()?, &hide, &quit],
    )?;
    let (undo, redo) = (
        PredefinedMenuItem::undo(app, None)?,
        PredefinedMenuItem::redo(app, None)?,
    );
    let (cut, copy) = (
        PredefinedMenuItem::cut(app, None)?,
        PredefinedMenuItem::copy(app, None)?,
    );
    let (paste, all) = (
        PredefinedMenuItem::paste(app, None)?,
        PredefinedMenuItem::select_all(app, None)?,
    );
    let edit = Submenu::with_items(
        app,
        "Edit",
        true,
        &[&undo, &redo, &line()?, &cut, &copy, &paste, &all],
    )?;
    let view = Submenu::new(app, "View", true)?;
    for (id, name, key) in PAGES {
        view.append(&MenuItem::with_id(app, id, name, true, Some(key))?)?;
    }
    view.append_items(&[&line()?, &PredefinedMenuItem::fullscreen(app, None)?])?;
    let (small, close) = (
        PredefinedMenuItem::minimize(app, None)?,
        PredefinedMenuItem::close_window(app, None)?,
    );
    let window = Submenu::with_items(app, "Window", true, &[&small, &close])?;
    Menu::with_items(app, &[&own, &edit, &view, &window])
}
