//! Whoever asks, as the doors see it: taken from the request that the guard has let in, and asked what exists for it.
//! Not here: the decision itself, see [`crate::access::authorize`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::access::{Caller, Denied, Object, Verb};
use crate::hub::{Acceptance, Handle};
use crate::model::{ExecutionInfo, NodeInfo};
use crate::state::{Call, Node};
use crate::target::Facts;

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let caller = parts.extensions.get::<Self>();
        caller
            .cloned()
            .ok_or_else(|| Problem::unauthorized().into_response())
    }
}

impl Caller {
    /// Whether it may make this call, on nodes that are checked when it is placed.
    pub(super) fn may_call(&self, call: &Call) -> Result<(), Denied> {
        let (skill, method) = (call.skill.as_str(), call.method.as_str());
        self.may(Verb::Execute, Object::Call { skill, method })
    }

    /// Whether its role is enough, whatever it is about.
    pub(super) fn may_at_all(&self, verb: Verb) -> Result<(), Denied> {
        let (has, needs) = (self.principal.role, verb.needs());
        if has < needs {
            return Err(Denied::Role { has, needs });
        }
        Ok(())
    }

    /// Whether this node exists for it.
    pub(crate) fn sees(&self, node: &NodeInfo) -> bool {
        let facts = Facts::from(node);
        self.may(Verb::SeeNode, Object::Node(Some(&facts))).is_ok()
    }

    /// Whether it may do this with the node of this id.
    pub(super) async fn may_with_node(
        &self,
        swarm: &Handle,
        verb: Verb,
        id: &str,
    ) -> Result<Result<(), Denied>, Acceptance> {
        if self.principal.scope.nodes().is_all() {
            return Ok(self.may(verb, Object::Node(None)));
        }
        let (caller, id) = (self.clone(), id.to_owned());
        swarm
            .look(move |state| {
                let facts = state.node(&id).map(Node::target_facts);
                caller.may(verb, Object::Node(facts.as_ref()))
            })
            .await
    }

    /// Those of its nodes.
    pub(super) async fn seen(
        &self,
        swarm: &Handle,
        mut executions: Vec<ExecutionInfo>,
    ) -> Result<Vec<ExecutionInfo>, Acceptance> {
        let caller = self.clone();
        swarm
            .look(move |state| {
                executions.retain(|one| {
                    let facts = state.node(&one.node_id).map(Node::target_facts);
                    let node = Object::Node(facts.as_ref());
                    caller.may(Verb::SeeExecution, node).is_ok()
                });
                executions
            })
            .await
    }
}
