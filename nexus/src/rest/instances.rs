//! `/api/v1/instances`: who shares this swarm, and whose part of a list is missing. Not here: hearing of them, see [`crate::fleet`].

use std::time::SystemTime;

use axum::extract::State;
use axum::response::Response;
use protocol::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::answer;
use super::{App, Problem, Shared};
use crate::fleet::{Missing, Standing};
use crate::hub::Handle;
use crate::model::Phase;

#[derive(Serialize, ToSchema)]
struct Instances {
    status: &'static str,
    instances: Vec<InstanceBody>,
}

/// A Nexus of this swarm.
#[derive(Serialize, ToSchema)]
struct InstanceBody {
    /// The same over its restarts; null when this Nexus shares its swarm with nobody.
    id: Option<Uuid>,
    name: String,
    /// Of the program.
    version: String,
    /// Where spores and people reach it, `host:port`.
    addresses: Vec<String>,
    /// Nodes whose sockets it holds.
    sessions: u32,
    /// The one that answers.
    this: bool,
    /// `here`, `silent` (nothing is heard of it) or `left` (it was stopped).
    state: &'static str,
    /// When something was last heard of it.
    heard_at: String,
}

/// An instance whose part of a list is missing: it did not answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct MissingBody {
    id: Uuid,
    name: String,
    /// For people.
    why: String,
}

impl MissingBody {
    pub(crate) fn all(missing: Vec<Missing>) -> Vec<Self> {
        let body = |one: Missing| Self {
            id: one.id.0,
            name: one.name,
            why: one.why,
        };
        missing.into_iter().map(body).collect()
    }
}

/// The instances of this swarm, this one first.
#[utoipa::path(get, path = "/api/v1/instances", responses((status = 200, body = Instances)))]
pub(crate) async fn list(State(app): Shared) -> Result<Response, Problem> {
    let swarm = app.swarm()?;
    let mut instances = vec![own(&app, swarm).await?];
    let others = swarm.others().map(|others| others.known());
    for one in others.into_iter().flatten() {
        instances.push(InstanceBody {
            id: Some(one.card.id.0),
            name: one.card.name,
            version: one.card.version,
            addresses: one.card.addresses,
            sessions: one.card.sessions,
            this: false,
            state: match one.standing {
                Standing::Here => "here",
                Standing::Silent => "silent",
                Standing::Left => "left",
            },
            heard_at: rfc3339(one.heard),
        });
    }
    Ok(answer(&Instances {
        status: "success",
        instances,
    }))
}

async fn own(app: &App, swarm: &Handle) -> Result<InstanceBody, Problem> {
    let count = |state: &crate::state::State| {
        let nodes = state.nodes().map(crate::state::Node::info);
        let here = nodes.filter(|node| node.via.is_none() && node.phase != Phase::Offline);
        here.count()
    };
    let sessions = swarm.look(count).await?;
    let addresses = app.doors.joining.addresses().iter();
    let addresses = addresses.map(|address| format!("{}:{}", address.host, address.port));
    Ok(InstanceBody {
        id: swarm.others().map(|others| others.own().0),
        name: app.doors.console.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        addresses: addresses.collect(),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        this: true,
        state: "here",
        heard_at: rfc3339(SystemTime::now()),
    })
}
