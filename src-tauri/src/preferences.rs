//! What the operator prefers, kept by tauri-plugin-store in `preferences.json` of the data directory.
//!
//! The plugin writes the file in place and opens a damaged one as empty without saying so. Nothing in it is worth
//! a crash: a damaged file is put aside, the defaults hold, and a notice says so. No secret goes into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

use crate::view_settings::{ReducedMotion, SettingsPatch, Theme};

/// The choices themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preferences {
    /// Listen beyond this machine.
    pub exposed: bool,
    /// Closing the window hides it.
    pub keep_in_tray: bool,
    /// This machine is a node too.
    pub run_local_spore: bool,
    /// Colours.
    pub theme: Theme,
    /// Motion.
    pub reduced_motion: ReducedMotion,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            exposed: false,
            keep_in_tray: false,
            run_local_spore: true,
            theme: Theme::default(),
            reduced_motion: ReducedMotion::default(),
        }
    }
}

impl Preferences {
    /// These, with what the operator changed.
    pub fn patched(self, patch: SettingsPatch) -> Self {
        Self {
            exposed: patch.exposed.unwrap_or(self.exposed),
            keep_in_tray: patch.keep_in_tray.unwrap_or(self.keep_in_tray),
            run_local_spore: patch.run_local_spore.unwrap_or(self.run_local_spore),
            theme: patch.theme.unwrap_or(self.theme),
            reduced_motion: patch.reduced_motion.unwrap_or(self.reduced_motion),
        }
    }
}

/// Where they are kept.
pub struct Shelf(Arc<Store<Wry>>);

impl Shelf {
    /// Opens the file, which need not exist. The sentence, if any, is for the operator.
    pub fn open(
        app: &AppHandle,
        data: &Path,
    ) -> Result<(Self, Option<String>), tauri_plugin_store::Error> {
        let file = data.join("preferences.json");
        let notice = put_damaged_aside(&file);
        let store = app.store_builder(file).disable_auto_save().build()?;
        Ok((Self(store), notice))
    }

    /// What the file says; the default for whatever it does not say, or says wrongly.
    pub fn read(&self) -> Preferences {
        let default = Preferences::default();
        Preferences {
            exposed: self.get("exposed").unwrap_or(default.exposed),
            keep_in_tray: self.get("keepInTray").unwrap_or(default.keep_in_tray),
            run_local_spore: self.get("runLocalSpore").unwrap_or(default.run_local_spore),
            theme: self.get("theme").unwrap_or(default.theme),
            reduced_motion: self.get("reducedMotion").unwrap_or(default.reduced_motion),
        }
    }

    /// Writes them at once: the plugin's own delay starts anew with every change.
    pub fn write(&self, preferences: Preferences) -> Result<(), tauri_plugin_store::Error> {
        self.set("exposed", preferences.exposed);
        self.set("keepInTray", preferences.keep_in_tray);
        self.set("runLocalSpore", preferences.run_local_spore);
        self.set("theme", preferences.theme);
        self.set("reducedMotion", preferences.reduced_motion);
        self.0.save()
    }

    fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.0.get(key)?).ok()
    }

    fn set(&self, key: &str, value: impl Serialize) {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.set(key, value);
        }
    }
}

fn put_damaged_aside(file: &Path) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).is_ok() {
        return None;
    }
    let aside: PathBuf = file.with_extension("json.damaged");
    let kept = std::fs::rename(file, &aside).map(|()| aside);
    tracing::warn!(file = %file.display(), "preferences are damaged");
    Some(match kept {
        Ok(aside) => format!(
            "The preferences were damaged; defaults are used. The old file is {}.",
            aside.display()
        ),
        Err(_) => "The preferences were damaged; defaults are used.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Preferences, SettingsPatch, Theme, put_damaged_aside};

    #[test]
    fn a_patch_changes_what_it_names() {
        let patch = SettingsPatch {
            exposed: Some(true),
            theme: Some(Theme::Dark),
            ..SettingsPatch::default()
        };
        let patched = Preferences::default().patched(patch);
        assert_eq!(
            patched,
            Preferences {
                exposed: true,
                theme: Theme::Dark,
                ..Preferences::default()
            }
        );
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_told() {
        let file =
            std::env::temp_dir().join(format!("nexus-preferences-{}.json", std::process::id()));
        assert_eq!(put_damaged_aside(&file), None, "no file is no damage");
        std::fs::write(&file, b"{\"exposed\": tr").unwrap();
        assert!(
            put_damaged_aside(&file)
                .unwrap()
                .contains("defaults are used")
        );
        assert!(!file.exists());
        std::fs::remove_file(file.with_extension("json.damaged")).unwrap();
    }
}
