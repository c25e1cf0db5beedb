//! `/api/v1/fleet`: how this instance stands with the others of its swarm. Not here: changing anything about it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use protocol::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use super::json::answer;
use super::{Problem, Shared};
use crate::config::Config;
use crate::fleet::{Entered, Figures, InstanceId, Weather};

/// This instance in its swarm, as doors and health checks need it.
pub(crate) struct Seat {
    id: InstanceId,
    name: String,
    figures: Arc<Figures>,
}

impl Seat {
    /// None when this Nexus is alone.
    pub(crate) fn of(config: &Config, entered: Option<&Entered>) -> Option<Self> {
        entered.map(|entered| Self {
            id: entered.id,
            name: config.name.clone(),
            figures: Arc::clone(&entered.engine.figures),
        })
    }

    /// How many other instances are heard of.
    pub(super) fn others(&self) -> i64 {
        self.figures.seen.get()
    }
}

#[derive(Serialize, ToSchema)]
struct FleetAnswer {
    status: &'static str,
    /// Null when this Nexus is alone.
    fleet: Option<FleetBody>,
}

/// What is counted is counted since the start of this instance.
#[derive(Serialize, ToSchema)]
struct FleetBody {
    id: String,
    name: String,
    version: &'static str,
    engine: EngineBody,
    /// How many others are heard of; `/api/v1/instances` tells which.
    instances_seen: i64,
    /// Nodes whose sockets are here.
    nodes_held: i64,
    /// Nodes at other instances that can be used from here.
    nodes_reached: i64,
    frames_out: u64,
    frames_in: u64,
    /// Batches that another instance did not take. Nothing is lost: spores bring back what is not acknowledged.
    batches_broken: u64,
    facts_written: u64,
    /// What came from the engine and was forged, moved, or said again.
    letters_refused: u64,
}

/// The engine between the instances, as this one finds it.
#[derive(Serialize, ToSchema)]
pub(super) struct EngineBody {
    /// `connected`, `away`, or `unknown` before the first answer.
    pub(super) state: &'static str,
    since: Option<String>,
    /// Why it is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl EngineBody {
    fn new(engine: Weather) -> Self {
        let state = match (&engine.since, &engine.trouble) {
            (None, _) => "unknown",
            (Some(_), None) => "connected",
            (Some(_), Some(_)) => "away",
        };
        Self {
            state,
            since: engine.since.map(rfc3339),
            problem: engine.trouble,
        }
    }

    /// For everybody who asks: without the words of the engine, which name hosts.
    pub(super) fn public(seat: &Seat) -> Self {
        Self {
            problem: None,
            ..Self::new(seat.figures.engine())
        }
    }
}

impl FleetBody {
    fn new(seat: &Seat) -> Self {
        let Seat { id, name, figures } = seat;
        Self {
            id: id.0.to_string(),
            name: name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            engine: EngineBody::new(figures.engine()),
            instances_seen: figures.seen.get(),
            nodes_held: figures.held.get(),
            nodes_reached: figures.reached.get(),
            frames_out: figures.frames_out.get(),
            frames_in: figures.frames_in.get(),
            batches_broken: figures.batches_broken.get(),
            facts_written: figures.facts_written.get(),
            letters_refused: figures.refused.get(),
        }
    }
}

/// How this instance stands with the others of its swarm.
#[utoipa::path(get, path = "/api/v1/fleet", responses((status = 200, body = FleetAnswer)))]
pub(crate) async fn look(State(app): Shared) -> Result<Response, Problem> {
    app.swarm()?;
    Ok(answer(&FleetAnswer {
        status: "success",
        fleet: app.doors.seat.as_ref().map(FleetBody::new),
    }))
}
