//! Calls of before, as they cross into the window. Not here: where they are kept.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::Json;

/// A call of before: one of the last of its method, or one with a name. Each principal has their own.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedCallView {
    /// To speak of it.
    pub id: String,
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// Empty for one that was only used.
    pub name: String,
    /// An object, without secrets.
    pub parameters: Json,
    /// For each execution.
    #[specta(type = Number)]
    pub timeout_seconds: f64,
    /// In one line, without secrets.
    pub summary: String,
    /// Something secret was not kept and has to be typed again.
    pub incomplete: bool,
    /// RFC 3339.
    pub used_at: String,
}

/// A call to keep. Of the used ones the newest twenty of a method stay; the same parameters again only make theirs the
/// newest. The same name of the same method is replaced.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedCallRequest {
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// Empty for one that was only used.
    pub name: String,
    /// An object. What looks like a secret is taken out of it.
    pub parameters: Json,
    /// For each execution.
    #[specta(type = Number)]
    pub timeout_seconds: f64,
    /// In one line.
    pub summary: String,
    /// Something secret was left out.
    pub incomplete: bool,
}
