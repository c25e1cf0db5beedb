//! Nodes on their way to the window.

use crate::history::MEMORY_FULL;
use crate::model::{NodeInfo, Phase};
use protocol::{Effect, Method, rfc3339};

use crate::console::view::node::{EffectView, MethodView, NodeState, NodeView};
use crate::console::view::{Json, VitalsRow};

/// A node as of now.
pub(crate) fn node(info: &NodeInfo) -> NodeView {
    let facts = &*info.facts;
    let able = &facts.capabilities;
    NodeView {
        id: facts.id.clone(),
        ordinal: info.ordinal,
        name: facts.name.clone(),
        state: match info.phase {
            Phase::Online => NodeState::Online,
            Phase::Suspect => NodeState::Suspect,
            Phase::Offline => NodeState::Offline,
        },
        degraded: degraded(info),
        tags: able.tags.clone(),
        skills: able.skills.clone(),
        methods: able.methods.iter().map(method).collect(),
        local: facts.local,
        dialect: facts.version.number(),
        address: facts.peer.clone(),
        hostname: able.hostname.clone(),
        platform: able.platform.clone(),
        os_name: able.os.clone(),
        arch: able.arch.clone(),
        spore_version: able.spore_version.clone(),
        cpu_cores: able.cpu_cores,
        memory_mb: able.memory_mb,
        has_gpu: able.has_gpu,
        has_docker: able.has_docker,
        cpu: share(info.cpu),
        memory: share(info.memory),
        measured: info.measured,
        active_tasks: info.active_tasks,
        latency_ms: info
            .latency
            .map(|latency| (latency.as_secs_f64() * 10_000.0).round() / 10.0),
        registered_at: rfc3339(facts.registered_at),
        last_seen: rfc3339(info.last_seen),
        group: facts.group,
        x: facts.x,
        y: facts.y,
        trust: super::trust(&facts.trust),
        policy: able.policy.as_deref().map(super::policy),
    }
}

/// What changes with every heartbeat.
pub(crate) fn vitals(info: &NodeInfo) -> VitalsRow {
    VitalsRow(
        info.ordinal,
        info.measured.then(|| share(info.cpu)),
        info.measured.then(|| share(info.memory)),
        info.active_tasks,
    )
}

/// Why the operator should look at it although it answers. A busy processor is no trouble.
pub(crate) fn degraded(info: &NodeInfo) -> Option<String> {
    let is_full = info.phase == Phase::Online && info.memory >= MEMORY_FULL;
    is_full.then(|| format!("Memory {:.0} %", info.memory * 100.0))
}

fn method(method: &Method) -> MethodView {
    MethodView {
        skill: method.skill.clone(),
        method: method.method.clone(),
        title: method.title.clone(),
        effect: effect(method.effect),
        schema: Json(method.parameters.clone()),
    }
}

/// What something may change.
pub(super) fn effect(effect: Effect) -> EffectView {
    match effect {
        Effect::Read => EffectView::Read,
        Effect::Change => EffectView::Change,
        Effect::Destroy => EffectView::Destroy,
    }
}

/// A share with the digits that anybody can see.
fn share(value: f64) -> f64 {
    if value.is_finite() {
        (value.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
    } else {
        0.0
    }
}
