//! The menu bar where the system has one for all applications (macOS). Elsewhere a menu bar would stand inside the window,
//! which has its own; there the palette has everything. Not here: the tray.

use std::sync::{Mutex, PoisonError};

use tauri::menu::{AboutMetadata, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Emitter, Manager, Wry};

use crate::links::EVENT;
use crate::words::Language;

/// Pages of the console, with the key that opens each.
const PAGES: [(&str, &str); 6] = [
    ("map", "CmdOrCtrl+1"),
    ("nodes", "CmdOrCtrl+2"),
    ("jobs", "CmdOrCtrl+3"),
    ("alerts", "CmdOrCtrl+4"),
    ("skills", "CmdOrCtrl+5"),
    ("audit", "CmdOrCtrl+6"),
];

/// Puts the menu bar there.
pub fn raise(app: &AppHandle) -> tauri::Result<()> {
    if !cfg!(target_os = "macos") {
        return Ok(());
    }
    app.set_menu(build(app, Language::default())?)?;
    app.on_menu_event(|app, event| {
        let page = event.id().as_ref();
        let is_page = page == "settings" || PAGES.iter().any(|(id, ..)| *id == page);
        if is_page && let Err(error) = app.emit_to(crate::app::WINDOW, EVENT, page) {
            tracing::warn!(%error, "the menu leads nowhere");
        }
    });
    Ok(())
}

/// In which language the menu bar is.
#[derive(Default)]
pub struct Spoken(Mutex<Language>);

/// Says everything in this language.
pub fn speak(app: &AppHandle, language: Language) {
    if !cfg!(target_os = "macos") {
        return;
    }
    let spoken = app.state::<Spoken>();
    let before = std::mem::replace(
        &mut *spoken.0.lock().unwrap_or_else(PoisonError::into_inner),
        language,
    );
    if before == language {
        return;
    }
    if let Err(error) = build(app, language).and_then(|menu| app.set_menu(menu)) {
        tracing::warn!(%error, "the menu keeps its language");
    }
}

fn build(app: &AppHandle, language: Language) -> tauri::Result<Menu<Wry>> {
    let words = language.menu();
    let [about, hide, quit] = words.own;
    let [undo, redo, cut, copy, paste, all] = words.editing;
    let [full, small, close] = words.windows;
    let line = || PredefinedMenuItem::separator(app);
    let settings = MenuItem::with_id(app, "settings", words.settings, true, Some("CmdOrCtrl+,"))?;
    let about = PredefinedMenuItem::about(app, about, Some(AboutMetadata::default()))?;
    let (hide, quit) = (
        PredefinedMenuItem::hide(app, hide)?,
        PredefinedMenuItem::quit(app, quit)?,
    );
    let own = Submenu::with_items(
        app,
        "Nexus",
        true,
        &[&about, &line()?, &settings, &line()?, &hide, &quit],
    )?;
    let (undo, redo) = (
        PredefinedMenuItem::undo(app, undo)?,
        PredefinedMenuItem::redo(app, redo)?,
    );
    let (cut, copy) = (
        PredefinedMenuItem::cut(app, cut)?,
        PredefinedMenuItem::copy(app, copy)?,
    );
    let (paste, all) = (
        PredefinedMenuItem::paste(app, paste)?,
        PredefinedMenuItem::select_all(app, all)?,
    );
    let edit = Submenu::with_items(
        app,
        words.edit,
        true,
        &[&undo, &redo, &line()?, &cut, &copy, &paste, &all],
    )?;
    let view = Submenu::new(app, words.view, true)?;
    for ((id, key), name) in PAGES.into_iter().zip(words.pages) {
        view.append(&MenuItem::with_id(app, id, name, true, Some(key))?)?;
    }
    view.append_items(&[&line()?, &PredefinedMenuItem::fullscreen(app, full)?])?;
    let (small, close) = (
        PredefinedMenuItem::minimize(app, small)?,
        PredefinedMenuItem::close_window(app, close)?,
    );
    let window = Submenu::with_items(app, words.window, true, &[&small, &close])?;
    Menu::with_items(app, &[&own, &edit, &view, &window])
}
