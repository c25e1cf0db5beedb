//! Placeholder.
use crate::preferences::{Preferences, Shelf};
use std::path::PathBuf;
use std::time::Duration;
use tauri::{AppHandle, Manager};

pub struct Host {
    shelf: Shelf,
}

impl Host {
    pub fn start(app: &AppHandle) -> Result<Self, Box<dyn std::error::Error>> {
        let data = data_directory(app)?;
        let (shelf, _notice) = Shelf::open(app, &data)?;
        Ok(Self { shelf })
    }
    pub fn preferences(&self) -> Preferences {
        self.shelf.read()
    }
    pub async fn stop(&self, _grace: Duration) {}
}

/// `$NEXUS_DATA_DIR`, or where this platform keeps the data of applications.
fn data_directory(app: &AppHandle) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let data = match std::env::var_os("NEXUS_DATA_DIR").filter(|value| !value.is_empty()) {
        Some(path) => std::path::absolute(path)?,
        None => app.path().app_data_dir()?,
    };
    std::fs::create_dir_all(&data)?;
    Ok(data)
}
