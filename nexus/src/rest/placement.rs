//! `POST /api/v1/placement`: where something would go, and why there. Nothing is run and nothing is changed.
//! Not here: how the best node is found, see [`crate::state`].

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::{Caller, Object, Verb};
use crate::hub::READING;
use crate::model::Ordinal;
use crate::state::{
    Placement, Search, State as Swarm, SubmitError, WishError, Wishes, WishesBody, seed_of,
};
use crate::target::{Aim, Expression};

/// Most nodes that are chosen at once.
const MOST: usize = 100;
/// Most looks at a node for one answer, since everybody waits for it.
const LOOKS: usize = 500_000;

/// What would be asked. At most one of `target` and `node_ids`; neither stands for every node.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlacementBody {
    /// Target expression.
    target: Option<String>,
    node_ids: Option<Vec<String>>,
    skill_name: String,
    /// `run` when missing.
    method_name: Option<String>,
    #[serde(flatten)]
    wishes: WishesBody,
    /// How many nodes, 1 to 100; 1 when missing.
    any: Option<usize>,
}

/// What would come of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct WhatIf {
    status: &'static str,
    /// Of the first choice.
    placement: Placement,
    /// Ids of the nodes that would be chosen, the best first; fewer than asked for when no more can.
    chosen: Vec<String>,
}

/// Tells where something would go.
#[utoipa::path(post, path = "/api/v1/placement", request_body = PlacementBody, responses(
    (status = 200, body = WhatIf), (status = 422, body = Problem)))]
pub(crate) async fn what_if(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: PlacementBody = body(arrived, &["skill_name"])?;
    let method = asked.method_name.unwrap_or_else(|| "run".to_owned());
    let (skill, count) = (asked.skill_name, asked.any.unwrap_or(1));
    let object = Object::Call {
        skill: &skill,
        method: &method,
    };
    caller.may(Verb::Execute, object)?;
    if !(1..=MOST).contains(&count) {
        let detail = format!("any must be 1 to {MOST}");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "invalid", detail));
    }
    let aim = match (asked.target, asked.node_ids) {
        (None, None) => Aim::Expression(Expression::all()),
        (target, nodes) => Aim::new(target.as_deref(), nodes)?,
    };
    let wishes = asked.wishes.read()?;
    let look = move |swarm: &Swarm| {
        let wishes = swarm.wishes_with_groups(wishes)?;
        let frozen = swarm.resolve(&aim, &caller.principal.scope)?;
        let search = Search {
            nodes: Some(&frozen.nodes),
            ..Search::new(&skill, &method, &caller.principal.scope)
        };
        if frozen.nodes.len() * count > LOOKS {
            let why = "these are too many nodes for so many choices; ask for fewer";
            return Err(SubmitError::BadTargets(why.to_owned()));
        }
        Ok::<_, SubmitError>(choose(swarm, search, &wishes, count))
    };
    let handle = app.swarm()?;
    handle.fresh_loads(READING).await;
    Ok(answer(&handle.look(look).await??))
}

fn choose(swarm: &Swarm, search: Search<'_>, wishes: &Wishes, count: usize) -> WhatIf {
    let seed = seed_of(Uuid::now_v7());
    let chosen = swarm.place_several(&search, wishes, seed, count);
    let id = |ordinal: &Ordinal| swarm.node_at(*ordinal).map(|node| node.facts.id.clone());
    WhatIf {
        status: "success",
        chosen: chosen.0.iter().filter_map(id).collect(),
        placement: chosen.1,
    }
}

impl From<WishError> for Problem {
    fn from(error: WishError) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            error.to_string(),
        )
    }
}
