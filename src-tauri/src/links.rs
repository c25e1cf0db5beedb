//! `nexus://…` links: they lead the window somewhere and never do anything. Whoever writes a link is not the operator, so
//! only a few well-formed paths are understood. Not here: what a path shows (the console).

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_deep_link::DeepLinkExt;

/// What windows listen to.
pub const EVENT: &str = "open";
const PAGES: [&str; 9] = [
    "map",
    "nodes",
    "jobs",
    "alerts",
    "skills",
    "joining",
    "approvals",
    "audit",
    "settings",
];

/// Where the last link leads, until a window has asked.
#[derive(Default)]
pub struct Links(Mutex<Option<String>>);

impl Links {
    /// Takes it.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, path: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
    }
}

/// Listens to links, and takes the one that the application was started with.
pub fn listen(app: &AppHandle) {
    let links = app.deep_link();
    // Installers register the scheme; a program that was just built has to do it itself.
    #[cfg(any(target_os = "linux", target_os = "windows"))]
    if std::env::var_os("NEXUS_DATA_DIR").is_none()
        && let Err(error) = links.register_all()
    {
        tracing::info!(%error, "nexus:// links are not registered");
    }
    if let Ok(Some(urls)) = links.get_current() {
        urls.iter().for_each(|url| follow(app, url.as_str()));
    }
    let handle = app.clone();
    links.on_open_url(move |event| {
        for url in event.urls() {
            follow(&handle, url.as_str());
        }
    });
}

fn follow(app: &AppHandle, url: &str) {
    let Some(path) = read(url) else {
        tracing::warn!("a nexus:// link is not understood");
        return;
    };
    lead(app, path);
}

/// Brings the window to the front and leads it to a path that was [read](path).
pub fn lead(app: &AppHandle, path: String) {
    app.state::<Links>().keep(path.clone());
    crate::app::show(app);
    if let Err(error) = app.emit_to(crate::app::WINDOW, EVENT, path) {
        tracing::warn!(%error, "a link cannot be followed");
    }
}

/// `nexus://job/<id>`, `nexus://node/<id>` or `nexus://<page>`, as a path of the console.
pub fn read(url: &str) -> Option<String> {
    path(url.strip_prefix("nexus://")?.trim_end_matches('/'))
}

/// The same without the scheme.
pub fn path(rest: &str) -> Option<String> {
    let (page, id) = match rest.split_once('/') {
        Some((page, id)) => (page, Some(id)),
        None => (rest, None),
    };
    let is_id = |id: &str| {
        (1..=128).contains(&id.len())
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match (page, id) {
        ("job" | "node", Some(id)) if is_id(id) => Some(format!("{page}/{id}")),
        (page, None) if PAGES.contains(&page) => Some(page.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_link_leads_somewhere_or_nowhere() {
        assert_eq!(read("nexus://job/0198-ab").as_deref(), Some("job/0198-ab"));
        assert_eq!(
            read("nexus://node/pi-kitchen/").as_deref(),
            Some("node/pi-kitchen")
        );
        assert_eq!(read("nexus://alerts").as_deref(), Some("alerts"));
        for odd in [
            "nexus://",
            "nexus://run/rm",
            "nexus://job/",
            "nexus://job/a/b",
            "nexus://job/a?x=1",
            "nexus://node/%2e%2e",
            "http://job/1",
            "nexus:job/1",
            "nexus://settings/x",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
