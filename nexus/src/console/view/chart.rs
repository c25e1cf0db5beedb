//! The chart of the map as it crosses into the window: what stars are grouped by, a look at another chart.
//! Not here: the groups and their discs, which the feed tells as well.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::GroupView;

/// What stars can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ChartDimension {
    /// Where a machine is.
    Site,
    /// What it is for.
    Role,
    /// The value of one tag.
    Tag,
    /// The first saved group that it is in.
    Group,
}

/// What stars are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChartBy {
    /// Which of these.
    pub dimension: ChartDimension,
    /// Of which tag, e.g. `rack` for `rack=14`; `None` for the other dimensions.
    pub key: Option<String>,
}

/// The chart that everybody has.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChartView {
    /// Counts up with each chart that is made.
    pub number: u32,
    /// What stars are grouped by.
    pub by: ChartBy,
    /// Empty for the first one, which nobody made.
    pub made_by: String,
    /// RFC 3339, UTC.
    pub since: Option<String>,
    /// There is a chart before it that can be had back.
    pub can_undo: bool,
}

/// `[ordinal, group, x, y]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
pub struct PlaceRow(
    pub u32,
    pub u32,
    #[specta(type = Number)] pub f32,
    #[specta(type = Number)] pub f32,
);

/// A chart that is not made yet.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChartPreview {
    /// What stars would be grouped by.
    pub by: ChartBy,
    /// Says to `applyChart` that it is the one that was looked at.
    pub hash: String,
    /// Stars that would stand elsewhere.
    pub moved: u32,
    /// Its groups, the home system first.
    pub groups: Vec<GroupView>,
    /// Everybody's place.
    pub places: Vec<PlaceRow>,
}
