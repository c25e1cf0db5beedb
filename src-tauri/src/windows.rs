//! Windows beside the main one: a job in a window of its own. Not here: what they show (the console).

use nexus::console::{Answer, BridgeError};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::links;

/// Windows of their own at once; each has a feed.
const MOST: usize = 12;

/// Opens a window for `job/<id>` or `node/<id>`, or brings the one that is open to the front.
pub fn open(app: &AppHandle, path: &str) -> Answer<()> {
    let odd = || BridgeError::new("invalid", "This cannot be shown in a window of its own.");
    let path = links::read(&format!("nexus://{path}"))
        .filter(|path| path.contains('/'))
        .ok_or_else(odd)?;
    let label = format!("own-{}", path.replace(['/', '.'], "-"));
    let failed = |error: tauri::Error| BridgeError::new("host", error.to_string());
    if let Some(window) = app.get_webview_window(&label) {
        return window.set_focus().map_err(failed);
    }
    if app.webview_windows().len() > MOST {
        return Err(BridgeError::new(
            "too_many",
            "So many windows are open; close one first.",
        ));
    }
    let page = WebviewUrl::App(format!("index.html#/{path}").into());
    let window = WebviewWindowBuilder::new(app, label, page)
        .title("Nexus")
        .inner_size(980.0, 720.0)
        .min_inner_size(640.0, 420.0)
        .build();
    window.map(drop).map_err(failed)
}
