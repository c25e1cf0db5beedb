//! Doormen for the chart of the map: which one it is, a look at another one, making it, taking it back.

use crate::console::translate::{self, Refusal};
use crate::console::view::chart::{ChartBy, ChartPreview, ChartView};
use crate::console::{Answer, Desk};

/// The chart that everybody has.
pub(super) async fn chart(desk: Desk) -> Answer<ChartView> {
    let chart = desk.handle.chart().await.map_err(Refusal::from)?;
    Ok(translate::chart(&chart))
}

/// What another chart would look like. Nothing moves.
pub(super) async fn preview_chart(desk: Desk, by: ChartBy) -> Answer<ChartPreview> {
    let by = translate::chart_by(&by)?;
    let preview = desk.handle.preview_chart(by).await;
    Ok(translate::chart_preview(&preview.map_err(Refusal::from)?))
}

/// Makes it the chart of everybody, if it is still what the preview showed.
pub(super) async fn apply_chart(desk: Desk, by: ChartBy, hash: String) -> Answer<ChartView> {
    let by = translate::chart_by(&by)?;
    let chart = desk.handle.apply_chart(&desk.caller, by, Some(hash)).await;
    Ok(translate::chart(&chart.map_err(Refusal::from)?))
}

/// Takes the last chart back.
pub(super) async fn undo_chart(desk: Desk) -> Answer<ChartView> {
    let chart = desk.handle.undo_chart(&desk.caller).await;
    Ok(translate::chart(&chart.map_err(Refusal::from)?))
}
