//! How preferences cross into the window.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Colours of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop.
    #[default]
    System,
    /// The night sky.
    Dark,
    /// The printed chart.
    Light,
}

/// Whether things on the screen may move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ReducedMotion {
    /// As the desktop.
    #[default]
    System,
    /// They may not.
    On,
    /// They may.
    Off,
}

/// Preferences as of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
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
    /// What needs the operator's eye.
    pub notices: Vec<String>,
    /// A change only takes effect after a restart of the app.
    pub restart_needed: bool,
}

/// What the operator changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct SettingsPatch {
    /// See [`SettingsView`].
    pub exposed: Option<bool>,
    /// See [`SettingsView`].
    pub keep_in_tray: Option<bool>,
    /// See [`SettingsView`].
    pub run_local_spore: Option<bool>,
    /// See [`SettingsView`].
    pub theme: Option<Theme>,
    /// See [`SettingsView`].
    pub reduced_motion: Option<ReducedMotion>,
}
