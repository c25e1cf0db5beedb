//! `GET /api/v1/nodes` and `GET /api/v1/nodes/{id}`: the contract's fields, and more beside them.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::{Capabilities, rfc3339};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::json::{Query, answer, flag};
use super::standing::TrustBody;
use super::{Problem, Shared};
use crate::access::Caller;
use crate::hub::READING;
use crate::model::{NodeInfo, Phase};

/// A node as REST tells it.
#[derive(Serialize, ToSchema)]
pub(crate) struct NodeBody<'a> {
    node_id: &'a str,
    node_name: &'a str,
    /// skills, tags, cpu_cores, memory_mb, has_gpu, has_docker, platform; for v2 spores more: methods, limits, and `policy`,
    /// what the node allows as it says itself, with its sandbox and the grants in force.
    #[schema(value_type = Value)]
    capabilities: &'a Capabilities,
    /// RFC 3339, UTC.
    last_heartbeat: String,
    /// 0..1
    cpu_usage: f64,
    /// 0..1
    memory_usage: f64,
    /// Whether the two are known now; if not they are 0, or, of a node that is offline, what it said last.
    load_known: bool,
    /// How full its fullest disk is, 0..1; null when the node does not say it, as prototype's and older spores.
    disk_usage: Option<f64>,
    /// Bytes that are free on it.
    disk_free: Option<u64>,
    /// Where it is, e.g. `/var`.
    disk_mount: Option<&'a str>,
    active_tasks: u32,
    is_online: bool,
    registered_at: String,
    last_seen: String,
    /// `online`, `suspect` or `offline`.
    state: &'static str,
    /// 1: the prototype's dialect, 2: ours.
    protocol: u32,
    address: &'a str,
    latency_ms: Option<f64>,
    /// The instance that holds its socket, when that is another one; see `/api/v1/instances`.
    via: Option<Uuid>,
    trust: TrustBody<'a>,
}

impl<'a> NodeBody<'a> {
    pub(crate) fn new(node: &'a NodeInfo) -> Self {
        let facts = &node.facts;
        Self {
            node_id: &facts.id,
            node_name: &facts.name,
            capabilities: &facts.capabilities,
            last_heartbeat: rfc3339(node.last_heartbeat),
            cpu_usage: node.cpu,
            memory_usage: node.memory,
            load_known: node.measured && node.phase != Phase::Offline,
            disk_usage: node.disk.as_ref().map(|disk| disk.usage),
            disk_free: node.disk.as_ref().map(|disk| disk.free),
            disk_mount: node.disk.as_ref().map(|disk| &*disk.mount),
            active_tasks: node.active_tasks,
            is_online: node.phase != Phase::Offline,
            registered_at: rfc3339(facts.registered_at),
            last_seen: rfc3339(node.last_seen),
            state: node.phase.word(),
            protocol: facts.version.number(),
            address: &facts.peer,
            via: node.via.map(|instance| instance.0),
            latency_ms: node.latency.map(|latency| latency.as_secs_f64() * 1000.0),
            trust: TrustBody::new(&facts.trust),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Nodes<'a> {
    status: &'static str,
    /// How many are listed.
    count: usize,
    /// How many of them are online.
    online_count: usize,
    nodes: Vec<NodeBody<'a>>,
}

#[derive(Serialize, ToSchema)]
struct OneNode<'a> {
    status: &'static str,
    node: NodeBody<'a>,
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Filter {
    /// Leave out those that are offline: true, 1, yes, on…
    #[param(value_type = Option<bool>)]
    online_only: Option<String>,
}

/// All known nodes, in order of registration.
#[utoipa::path(get, path = "/api/v1/nodes", params(Filter), responses(
    (status = 200, body = Nodes), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let online_only = flag("online_only", filter.online_only.as_deref())?;
    let swarm = app.swarm()?;
    swarm.fresh_loads(READING).await;
    let nodes = swarm.nodes().await?;
    let nodes: Vec<_> = nodes
        .iter()
        .filter(|node| caller.sees(node))
        .map(NodeBody::new)
        .filter(|node| node.is_online || !online_only)
        .collect();
    let online_count = nodes.iter().filter(|node| node.is_online).count();
    Ok(answer(&Nodes {
        status: "success",
        count: nodes.len(),
        online_count,
        nodes,
    }))
}

/// One node.
#[utoipa::path(get, path = "/api/v1/nodes/{id}", params(("id" = String, Path, description = "node id")), responses(
    (status = 200, body = OneNode), (status = 404, body = Problem)))]
pub(crate) async fn get(State(app): Shared, Path(id): Path<String>) -> Result<Response, Problem> {
    let swarm = app.swarm()?;
    let mut node = swarm.node(&id).await?;
    if node.as_ref().is_some_and(|node| node.via.is_some()) {
        swarm.fresh_loads(READING).await;
        node = swarm.node(&id).await?;
    }
    let node = node.ok_or_else(|| Problem::not_found(&format!("node {id} does not exist")))?;
    Ok(answer(&OneNode {
        status: "success",
        node: NodeBody::new(&node),
    }))
}
