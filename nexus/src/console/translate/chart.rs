//! Charts on their way to the window and back. Not here: what a chart is.

use protocol::rfc3339;

use super::groups;
use crate::chart::{ChartBy, ChartInfo, Preview, StarPlace};
use crate::console::view::BridgeError;
use crate::console::view::chart::{
    self as view, ChartDimension, ChartPreview, ChartView, PlaceRow,
};

/// What the window asks for, if there is such a chart.
pub(crate) fn chart_by(asked: &view::ChartBy) -> Result<ChartBy, BridgeError> {
    let word = match asked.dimension {
        ChartDimension::Site => "site",
        ChartDimension::Role => "role",
        ChartDimension::Tag => "tag",
        ChartDimension::Group => "group",
    };
    let by = ChartBy::parse(word, asked.key.as_deref());
    by.map_err(|error| BridgeError::new(error.code(), error.to_string()))
}

fn by(by: &ChartBy) -> view::ChartBy {
    let dimension = match by {
        ChartBy::Site => ChartDimension::Site,
        ChartBy::Role => ChartDimension::Role,
        ChartBy::Tag(_) => ChartDimension::Tag,
        ChartBy::Group => ChartDimension::Group,
    };
    let key = by.key().map(str::to_owned);
    view::ChartBy { dimension, key }
}

/// The chart that everybody has.
pub(crate) fn chart(info: &ChartInfo) -> ChartView {
    ChartView {
        number: u32::try_from(info.number).unwrap_or(u32::MAX),
        by: by(&info.by),
        made_by: info.made_by.clone(),
        since: info.since.map(rfc3339),
        can_undo: info.can_undo,
    }
}

/// Everybody's place.
pub(crate) fn places(places: &[StarPlace]) -> Vec<PlaceRow> {
    let row = |place: &StarPlace| PlaceRow(place.ordinal, place.group, place.x, place.y);
    places.iter().map(row).collect()
}

/// A chart that is not made yet.
pub(crate) fn chart_preview(preview: &Preview) -> ChartPreview {
    ChartPreview {
        by: by(&preview.chart.info.by),
        hash: preview.hash.to_string(),
        moved: preview.moved,
        groups: groups(&preview.chart.groups),
        places: places(&preview.chart.places),
    }
}
