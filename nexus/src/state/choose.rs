//! Whether a node can take something, and which one does. Not here: which is best, see [`super::balance`].

use std::sync::Arc;

use protocol::Version;

use super::balance::Route;
use super::{Call, Node, State, SubmitError, Target};
use crate::access::Scope;
use crate::model::{Ordinal, Phase};

/// Room for everything but the parameters in an EXECUTE_SKILL, bytes.
const ENVELOPE: usize = 2048;

impl State {
    /// The node that was named, or the best one and how it was found.
    pub(super) fn choose_target(
        &self,
        target: Target,
        call: &Call,
        scope: &Scope,
        seed: u64,
    ) -> Result<(Ordinal, Option<Box<Route>>), SubmitError> {
        let preference = match target {
            Target::Node(node) => return Ok((self.directed(&node, call, scope)?, None)),
            Target::Best(preference) => preference,
        };
        let target = match preference.target {
            Some(only) => Some(self.affordable(&only)?),
            None => None,
        };
        let wishes = match preference.wishes {
            Some(wishes) => Some(Box::new(self.wishes_with_groups(*wishes)?)),
            None => None,
        };
        let mut route = Route {
            tag: preference.tag,
            target,
            wishes,
            seed,
            fallback: preference.fallback,
            scope: scope.clone(),
            tried: Vec::new(),
            placement: None,
        };
        match self.choose(call, &mut route) {
            Some(ordinal) => Ok((ordinal, Some(Box::new(route)))),
            None => {
                if let Some(rule) = self.guarded(call, scope) {
                    return Err(SubmitError::NameNodes(rule));
                }
                let aimed = route.target.is_some();
                let placement = route.placement.as_deref().cloned().unwrap_or_else(nowhere);
                if aimed && placement.considered == 0 {
                    return Err(self.nobody(scope));
                }
                Err(SubmitError::NoCandidate(Box::new(placement)))
            }
        }
    }

    pub(super) fn directed(
        &self,
        id: &str,
        call: &Call,
        scope: &Scope,
    ) -> Result<Ordinal, SubmitError> {
        let node = self
            .node(id)
            .filter(|node| scope.reaches(&node.target_facts()))
            .ok_or_else(|| SubmitError::UnknownNode(id.to_owned()))?;
        if node.session.is_none() || node.phase == Phase::Offline {
            return Err(SubmitError::Offline(id.to_owned()));
        }
        self.able(node, &call.skill, &call.method)?;
        let bytes = call.parameters.get().len();
        if bytes + ENVELOPE > node.frame_limit() {
            return Err(SubmitError::TooLarge {
                node: id.to_owned(),
                bytes,
                limit: node.frame_limit() - ENVELOPE,
            });
        }
        if node.queue.len() >= self.rules.max_queue {
            return Err(SubmitError::Busy(format!("node {id}")));
        }
        Ok(node.ordinal)
    }

    /// Whether this node can take this call when it can be reached, as far as is known without its parameters.
    pub fn able(&self, node: &Node, skill: &str, method: &str) -> Result<(), SubmitError> {
        let call = || format!("{skill}.{method}");
        if self.is_closed_to(node, skill, method) {
            return Err(SubmitError::SharedToken {
                node: node.facts.id.clone(),
                call: call(),
            });
        }
        // A v1 node names no methods; it knows best what it has, and answers so.
        let capabilities = node.capabilities();
        if node.facts.version >= Version::V2 && !capabilities.offers(skill, method) {
            let offers: Vec<_> = capabilities
                .methods
                .iter()
                .map(|known| format!("{}.{}", known.skill, known.method))
                .collect();
            return Err(SubmitError::Unsupported {
                node: node.facts.id.clone(),
                call: call(),
                offers: offers.join(", "),
            });
        }
        Ok(())
    }

    pub(super) fn choose(&self, call: &Call, route: &mut Route) -> Option<Ordinal> {
        loop {
            let (chosen, placement) = self.place(&call.skill, &call.method, route);
            route.placement = Some(Arc::new(placement));
            let ordinal = chosen?;
            match self.directed(&self.at(ordinal).facts.id, call, &route.scope) {
                Ok(ordinal) => return Some(ordinal),
                Err(error) => route.tried.push((ordinal, error.to_string())),
            }
        }
    }
}

impl State {
    /// The rule for which none of the nodes that could take it is chosen.
    fn guarded(&self, call: &Call, scope: &Scope) -> Option<String> {
        let offers = |node: &&Node| {
            node.phase == Phase::Online
                && node.capabilities().offers(&call.skill, &call.method)
                && scope.reaches(&node.target_facts())
        };
        let mut able = self.nodes().filter(offers);
        able.find_map(|node| self.guarded_by(node, &call.skill, &call.method))
    }
}

fn nowhere() -> super::Placement {
    super::Placement {
        node_id: None,
        node_name: None,
        reason: "no node can take it".to_owned(),
        fallback: false,
        strategy: super::Strategy::default(),
        candidates: Vec::new(),
        considered: 0,
    }
}
