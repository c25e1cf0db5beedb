//! Which node is best, and why. The prototype's score: `cpu + memory + min(active tasks / 10, 1)`, the lowest
//! wins, ties in order of registration; but tasks that we sent count at once, not with the next heartbeat.
//! Not here: sending, and trying the next one.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Node, State};
use crate::access::Scope;
use crate::model::{Ordinal, Phase};

/// Most candidates that an explanation lists of each kind; a swarm may have thousands.
const LISTED: usize = 16;

/// Why an execution is where it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Placement {
    /// Where it went; null when nowhere.
    pub node_id: Option<String>,
    /// Its name.
    pub node_name: Option<String>,
    /// In words.
    pub reason: String,
    /// It runs on the Nexus' own machine because no node could take it.
    pub fallback: bool,
    /// The best candidates, best first, then some of those that were not eligible.
    pub candidates: Vec<Candidate>,
    /// How many nodes were looked at.
    pub considered: usize,
}

/// One node that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidate {
    /// The node.
    pub node_id: String,
    /// Its name.
    pub node_name: String,
    /// Lower is better.
    pub score: f64,
    /// 0..=1.
    pub cpu_usage: f64,
    /// 0..=1.
    pub memory_usage: f64,
    /// As the Nexus counts them.
    pub active_tasks: u32,
    /// Why it could not be chosen; null when it could.
    pub refused: Option<String>,
}

/// How an execution's node is chosen, and what was tried.
#[derive(Debug, Clone)]
pub struct Route {
    /// Only nodes with this tag.
    pub tag: Option<String>,
    /// May run on the Nexus' own machine.
    pub fallback: bool,
    /// Only nodes in it are looked at; the others do not exist for the asker.
    pub scope: Scope,
    /// Nodes that could not take it, and why.
    pub tried: Vec<(Ordinal, String)>,
    /// The last choice.
    pub placement: Option<std::sync::Arc<Placement>>,
}

/// The prototype's weighted score.
pub(crate) fn score(node: &Node) -> f64 {
    node.cpu + node.memory + (f64::from(node.active_tasks()) / 10.0).min(1.0)
}

impl State {
    /// The best node for a method, or none, and the explanation.
    pub(super) fn place(
        &self,
        skill: &str,
        method: &str,
        route: &Route,
    ) -> (Option<Ordinal>, Placement) {
        let mut eligible = Vec::new();
        let mut refused = Vec::new();
        let mut considered = 0;
        for node in self.nodes() {
            if !route.scope.reaches(&node.target_facts()) {
                continue;
            }
            considered += 1;
            match self.objection(node, skill, method, route) {
                None => eligible.push((score(node), node.ordinal)),
                Some(why) if refused.len() < LISTED => refused.push((node.ordinal, why)),
                Some(_) => {}
            }
        }
        eligible.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (chosen, fallback) = match eligible.first() {
            Some((_, ordinal)) => (Some(*ordinal), false),
            None => (self.own_machine(skill, method, route), true),
        };
        let reason = self.reason(chosen, fallback, eligible.len(), route);
        let candidates = eligible
            .iter()
            .take(LISTED)
            .map(|(_, ordinal)| self.candidate(*ordinal, None))
            .chain(
                refused
                    .into_iter()
                    .map(|(ordinal, why)| self.candidate(ordinal, Some(why))),
            )
            .collect();
        let facts = chosen.map(|ordinal| &self.at(ordinal).facts);
        let placement = Placement {
            node_id: facts.map(|facts| facts.id.clone()),
            node_name: facts.map(|facts| facts.name.clone()),
            reason,
            fallback: fallback && chosen.is_some(),
            candidates,
            considered,
        };
        (chosen, placement)
    }

    /// The best node for a skill by the contract's score, as the prototype's `select_best_node`.
    pub fn select_best_node(&self, skill: &str) -> Option<&Node> {
        self.nodes
            .iter()
            .filter(|node| {
                node.phase == Phase::Online
                    && node.capabilities().skills.iter().any(|name| name == skill)
            })
            .min_by(|a, b| score(a).total_cmp(&score(b)))
    }

    fn objection(&self, node: &Node, skill: &str, method: &str, route: &Route) -> Option<String> {
        if let Some((_, why)) = route
            .tried
            .iter()
            .find(|(ordinal, _)| *ordinal == node.ordinal)
        {
            return Some(why.clone());
        }
        match node.phase {
            Phase::Online => {}
            Phase::Suspect => return Some("is silent at the moment".to_owned()),
            Phase::Offline => return Some("is offline".to_owned()),
        }
        if let Some(tag) = route.tag.as_deref().filter(|tag| !node.has_tag(tag)) {
            return Some(format!("does not have the tag {tag:?}"));
        }
        if !node.capabilities().offers(skill, method) {
            return Some(format!("does not offer {skill}.{method}"));
        }
        if self.is_closed_to(node, skill, method) {
            return Some("came in with the shared token, which is not enough for this".to_owned());
        }
        if let Some(rule) = self.guarded_by(node, skill, method) {
            return Some(format!(
                "needs a second yes by rule {rule:?}: name the node"
            ));
        }
        (node.queue.len() >= self.rules.max_queue).then(|| "has a full queue".to_owned())
    }

    /// The Nexus' own machine, if it may and can.
    fn own_machine(&self, skill: &str, method: &str, route: &Route) -> Option<Ordinal> {
        let node = self.node(self.rules.local_node.as_deref()?)?;
        let reached = route.scope.reaches(&node.target_facts());
        let anywhere = Route {
            tag: None,
            ..route.clone()
        };
        let allowed = reached && self.rules.local_fallback && route.fallback;
        (allowed && self.objection(node, skill, method, &anywhere).is_none())
            .then_some(node.ordinal)
    }

    fn reason(
        &self,
        chosen: Option<Ordinal>,
        fallback: bool,
        eligible: usize,
        route: &Route,
    ) -> String {
        let Some(node) = chosen.map(|ordinal| self.at(ordinal)) else {
            let local = if self.rules.local_fallback {
                "nor can the Nexus' own machine"
            } else {
                "and local fallback is off"
            };
            return format!("no node can take it, {local}");
        };
        if fallback {
            return "no node can take it, so it runs on the Nexus' own machine".to_owned();
        }
        let tried = match route.tried.len() {
            0 => String::new(),
            count => format!(", after {count} that could not take it"),
        };
        format!(
            "lowest load of {eligible}: cpu {:.2} + memory {:.2} + tasks {:.2} = {:.2}{tried}",
            node.cpu,
            node.memory,
            (f64::from(node.active_tasks()) / 10.0).min(1.0),
            score(node)
        )
    }

    fn candidate(&self, ordinal: Ordinal, refused: Option<String>) -> Candidate {
        let node = self.at(ordinal);
        Candidate {
            node_id: node.facts.id.clone(),
            node_name: node.facts.name.clone(),
            score: score(node),
            cpu_usage: node.cpu,
            memory_usage: node.memory,
            active_tasks: node.active_tasks(),
            refused,
        }
    }
}
