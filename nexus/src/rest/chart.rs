//! `/api/v1/chart`: what the map is charted by, a look at another chart, making it, taking it back.
//! Not here: what a chart is, see [`crate::chart`].

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::chart::{ChartBy, ChartError, ChartInfo, Preview};
use crate::model::{Disc, Ordinal};
use crate::state::State as Swarm;

/// The chart of the map.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChartBody {
    /// `site`, `role`, `tag` or `group`.
    by: &'static str,
    /// Of which tag; null for the others.
    key: Option<String>,
    /// Who made it; empty for the first one.
    made_by: String,
    /// RFC 3339, UTC; null for the first one.
    since: Option<String>,
    /// Whether there is a chart before it that can be had back.
    can_undo: bool,
}

#[derive(Serialize, ToSchema)]
struct OneChart {
    status: &'static str,
    chart: ChartBody,
}

/// Which chart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewBody {
    /// `site`, `role`, `tag` or `group`.
    by: String,
    /// For `tag`: of which, e.g. `rack` for tags like `rack=14`.
    key: Option<String>,
}

/// Which chart is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyBody {
    /// `site`, `role`, `tag` or `group`.
    by: String,
    /// For `tag`: of which.
    key: Option<String>,
    /// The hash of the preview that was looked at: refused if the chart would be another one by now.
    preview: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Previewed {
    status: &'static str,
    /// For `PUT /api/v1/chart`.
    hash: String,
    /// Nodes that would stand elsewhere.
    moved: u32,
    groups: Vec<PreviewGroup>,
    nodes: Vec<PreviewNode>,
}

#[derive(Serialize, ToSchema)]
struct PreviewGroup {
    index: u32,
    /// Empty for the home system round the core.
    key: String,
    nodes: usize,
    #[schema(value_type = Vec<Object>)]
    discs: Vec<Disc>,
}

#[derive(Serialize, ToSchema)]
struct PreviewNode {
    node_id: String,
    group: u32,
    x: f32,
    y: f32,
}

impl ChartBody {
    pub(super) fn new(chart: &ChartInfo) -> Self {
        Self {
            by: chart.by.word(),
            key: chart.by.key().map(str::to_owned),
            made_by: chart.made_by.clone(),
            since: chart.since.map(rfc3339),
            can_undo: chart.can_undo,
        }
    }
}

fn one(chart: &ChartInfo) -> Response {
    answer(&OneChart {
        status: "success",
        chart: ChartBody::new(chart),
    })
}

/// What the map is charted by.
#[utoipa::path(get, path = "/api/v1/chart", responses((status = 200, body = OneChart)))]
pub(crate) async fn look(State(app): Shared) -> Result<Response, Problem> {
    Ok(one(&app.swarm()?.chart().await?))
}

/// What another chart would look like. Nothing moves.
#[utoipa::path(post, path = "/api/v1/chart/preview", request_body = PreviewBody, responses(
    (status = 200, body = Previewed), (status = 422, description = "there is no such chart", body = Problem)))]
pub(crate) async fn preview(State(app): Shared, arrived: Arrived) -> Result<Response, Problem> {
    let asked: PreviewBody = body(arrived, &["by"])?;
    let by = ChartBy::parse(&asked.by, asked.key.as_deref())?;
    let swarm = app.swarm()?;
    let preview = swarm.preview_chart(by).await?;
    let look = move |swarm: &Swarm| {
        let name = |ordinal| swarm.node_at(ordinal).map(|node| node.facts.id.clone());
        Previewed::new(&preview, name)
    };
    Ok(answer(&swarm.look(look).await?))
}

impl Previewed {
    fn new(preview: &Preview, name: impl Fn(Ordinal) -> Option<String>) -> Self {
        let places = &preview.chart.places;
        let groups = preview.chart.groups.iter().map(|group| PreviewGroup {
            index: group.index,
            key: group.key.clone(),
            nodes: places
                .iter()
                .filter(|place| place.group == group.index)
                .count(),
            discs: group.discs.clone(),
        });
        let nodes = places.iter().filter_map(|place| {
            Some(PreviewNode {
                node_id: name(place.ordinal)?,
                group: place.group,
                x: place.x,
                y: place.y,
            })
        });
        Self {
            status: "success",
            hash: preview.hash.to_string(),
            moved: preview.moved,
            groups: groups.collect(),
            nodes: nodes.collect(),
        }
    }
}

/// Makes it the chart of everybody: every star moves to its new place, on every screen.
#[utoipa::path(put, path = "/api/v1/chart", request_body = ApplyBody, responses(
    (status = 200, body = OneChart), (status = 409, description = "it is not what the preview showed any more", body = Problem),
    (status = 422, description = "there is no such chart", body = Problem)))]
pub(crate) async fn apply(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: ApplyBody = body(arrived, &["by"])?;
    let by = ChartBy::parse(&asked.by, asked.key.as_deref())?;
    let chart = app.swarm()?.apply_chart(&caller, by, asked.preview).await?;
    Ok(one(&chart))
}

/// Takes the last chart back: everybody stands again where they stood before it.
#[utoipa::path(post, path = "/api/v1/chart/undo", responses(
    (status = 200, body = OneChart), (status = 409, description = "there is none before it", body = Problem)))]
pub(crate) async fn undo(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    Ok(one(&app.swarm()?.undo_chart(&caller).await?))
}

impl From<ChartError> for Problem {
    fn from(error: ChartError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        let status = match error {
            ChartError::Invalid(_) | ChartError::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
            ChartError::Changed | ChartError::NothingToUndo => StatusCode::CONFLICT,
        };
        Self::new(status, code, detail)
    }
}
