//! Something is asked for: checks, queues, sending, moving on to the next node, stopping.
//! Not here: which node is best, and what nodes answer.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Cancel, ExecuteSkill, Version};
use uuid::Uuid;

use super::balance::Route;
use super::{Call, Effect, Execution, Kept, Mode, State, frame, reschedule};
use crate::access::Scope;
use crate::model::{ExecutionState, Now, Ordinal, Phase};
use crate::store::Write;

/// Added to a caller's timeout for nodes that enforce it themselves, so that their proof arrives first.
const ENFORCED: Duration = Duration::from_millis(500);
/// Room for everything but the parameters in an EXECUTE_SKILL, bytes.
const ENVELOPE: usize = 2048;

/// What an asker hands in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Minted by the asker, so that asking twice is noticed.
    pub id: Uuid,
    /// Where.
    pub target: Target,
    /// What.
    pub call: Call,
    /// How the output comes back.
    pub mode: Mode,
    /// Nodes outside of the asker's scope do not exist, now and whenever another node is chosen.
    pub scope: Scope,
}

/// Where something is to run.
#[derive(Debug, Clone)]
pub enum Target {
    /// On this node.
    Node(String),
    /// On the best node.
    Best(Preference),
}

/// What the best node must have.
#[derive(Debug, Clone)]
pub struct Preference {
    /// A tag.
    pub tag: Option<String>,
    /// Whether the Nexus' own machine will do when no node can.
    pub fallback: bool,
}

/// Why something is not even tried. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The id was used before.
    #[error("execution {0} exists already; use a new id for a new execution")]
    Duplicate(Uuid),
    /// Nobody has ever seen it.
    #[error("node {0} does not exist; GET /api/v1/nodes lists those that do")]
    UnknownNode(String),
    /// It cannot be reached.
    #[error("node {0} is offline; start its spore or check its connection")]
    Offline(String),
    /// It does not have the method.
    #[error("node {node} does not offer {call}; it offers {offers}")]
    Unsupported {
        /// The node.
        node: String,
        /// What was asked for.
        call: String,
        /// What it has.
        offers: String,
    },
    /// The parameters would kill or overwhelm it.
    #[error("the parameters are too large for node {node}: {bytes} bytes, it takes {limit}")]
    TooLarge {
        /// The node.
        node: String,
        /// What was asked for.
        bytes: usize,
        /// What it takes.
        limit: usize,
    },
    /// Too many are waiting.
    #[error("{0} has too many executions waiting; try again when some have ended")]
    Busy(String),
    /// No node is eligible.
    #[error("{}", .0.reason)]
    NoCandidate(Box<super::Placement>),
}

/// Why something is not stopped. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// Not under way and not recent.
    #[error("execution {0} is not known")]
    NotFound(Uuid),
    /// Nothing to stop.
    #[error("execution {id} is already over: {}", state.word())]
    Over {
        /// The execution.
        id: Uuid,
        /// How it ended.
        state: ExecutionState,
    },
    /// The prototype's protocol has no such message.
    #[error(
        "execution {0} runs on a node that speaks the prototype's protocol, which cannot stop anything"
    )]
    Unsupported(Uuid),
}

impl State {
    /// Takes it on, or says why not. `awaited`: somebody waits for [`Effect::Answer`].
    pub fn submit(
        &mut self,
        submission: Submission,
        awaited: bool,
        now: Now,
    ) -> Result<(), SubmitError> {
        let Submission {
            id,
            target,
            call,
            mode,
            scope,
        } = submission;
        if self.executions.contains_key(&id) {
            return Err(SubmitError::Duplicate(id));
        }
        if self.executions.len() - self.recent.len() - self.unknown.len()
            >= self.rules.max_executions
        {
            return Err(SubmitError::Busy("this Nexus".to_owned()));
        }
        let (ordinal, route) = self.choose_target(target, &call, scope)?;
        let node = self.at(ordinal);
        let grace = if node.facts.version >= Version::V2 && !call.timeout.is_zero() {
            ENFORCED
        } else {
            Duration::ZERO
        };
        let deadline = now.at.saturating_add(call.timeout).saturating_add(grace);
        let mut execution = Execution::new(id, node, call, mode, now);
        execution.awaited = awaited;
        execution.route = route;
        if mode == Mode::Stream {
            self.effects.push(Effect::Store(Write::Begin(
                Arc::new(execution.info()),
                Some(Kept::Accepted(id)),
            )));
        }
        reschedule(&mut self.deadlines, &mut execution, Some(deadline));
        self.executions.insert(id, execution);
        self.at_mut(ordinal).queue.push_back(id);
        self.pump(ordinal, now);
        if self
            .executions
            .get(&id)
            .is_some_and(|execution| execution.state == ExecutionState::Queued)
        {
            self.publish_execution(id);
        }
        Ok(())
    }

    /// Stops it: at once when it was never sent, otherwise the proof comes with its end.
    pub fn cancel(&mut self, id: Uuid, now: Now) -> Result<(), CancelError> {
        let execution = self.executions.get(&id).ok_or(CancelError::NotFound(id))?;
        let (ordinal, state) = (execution.ordinal, execution.state);
        if state == ExecutionState::Queued {
            self.at_mut(ordinal).queue.retain(|other| *other != id);
            self.finish(
                id,
                ExecutionState::Cancelled,
                Some("cancelled before it was sent".to_owned()),
                now,
            );
            return Ok(());
        }
        if state.is_over() && !execution.lost {
            return Err(CancelError::Over { id, state });
        }
        match self.at(ordinal).facts.version {
            Version::V1 => Err(CancelError::Unsupported(id)),
            Version::V2 => {
                self.stop(id, ordinal, "cancelled", now);
                Ok(())
            }
        }
    }

    /// Sends what the node has room for.
    pub(super) fn pump(&mut self, ordinal: Ordinal, now: Now) {
        loop {
            let node = self.at_mut(ordinal);
            let Some(session) = node.session else { return };
            if node.phase == Phase::Offline || node.in_flight.len() >= node.window() {
                return;
            }
            let Some(id) = node.queue.pop_front() else {
                return;
            };
            let version = node.facts.version;
            node.in_flight.insert(id);
            let Some(execution) = self.executions.get_mut(&id) else {
                continue;
            };
            execution.state = if version >= Version::V2 {
                ExecutionState::Dispatched
            } else {
                ExecutionState::Running
            };
            execution.sent = Some(now.at);
            let message = ExecuteSkill {
                request_id: id.to_string(),
                node_id: execution.node.0.clone(),
                skill_name: execution.call.skill.clone(),
                method_name: execution.call.method.clone(),
                parameters: execution.call.parameters.clone(),
                timeout: u32::try_from(execution.call.timeout.as_secs()).unwrap_or(u32::MAX),
                stream: execution.mode == Mode::Stream && version >= Version::V2,
            };
            self.effects
                .push(Effect::Send(session, frame(&message, now)));
            self.publish_execution(id);
        }
    }

    /// It was certainly not started on its node: the next one, if the Nexus chose; else it is refused.
    pub(super) fn refuse_or_move(&mut self, id: Uuid, why: &str, now: Now) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        let from = execution.ordinal;
        let Some(mut route) = execution.route.take() else {
            self.finish(id, ExecutionState::Refused, Some(why.to_owned()), now);
            return;
        };
        let call = execution.call.clone();
        route.tried.push((from, why.to_owned()));
        let next = self.choose(&call, &mut route);
        let error = route
            .placement
            .as_ref()
            .map(|placement| placement.reason.clone());
        let names = next
            .map(|ordinal| &self.at(ordinal).facts)
            .map(|facts| (facts.id.clone(), facts.name.clone()));
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        execution.route = Some(route);
        match (next, names) {
            (Some(ordinal), Some(names)) => {
                execution.ordinal = ordinal;
                execution.node = names;
                execution.state = ExecutionState::Queued;
                execution.sent = None;
                self.at_mut(from).in_flight.remove(&id);
                self.at_mut(ordinal).queue.push_back(id);
                self.pump(ordinal, now);
            }
            _ => self.finish(id, ExecutionState::Refused, error, now),
        }
    }

    pub(super) fn send_cancel(&mut self, ordinal: Ordinal, id: Uuid, why: &str, now: Now) {
        if let Some(session) = self.at(ordinal).session {
            let cancel = Cancel {
                request_id: id.to_string(),
                reason: why.to_owned(),
            };
            self.effects
                .push(Effect::Send(session, frame(&cancel, now)));
        }
    }

    /// The node that was named, or the best one and how it was found.
    fn choose_target(
        &self,
        target: Target,
        call: &Call,
        scope: Scope,
    ) -> Result<(Ordinal, Option<Box<Route>>), SubmitError> {
        let preference = match target {
            Target::Node(node) => return Ok((self.directed(&node, call, &scope)?, None)),
            Target::Best(preference) => preference,
        };
        let mut route = Route {
            tag: preference.tag,
            fallback: preference.fallback,
            scope,
            tried: Vec::new(),
            placement: None,
        };
        match self.choose(call, &mut route) {
            Some(ordinal) => Ok((ordinal, Some(Box::new(route)))),
            None => {
                let placement = route.placement.as_deref().cloned().unwrap_or_else(nowhere);
                Err(SubmitError::NoCandidate(Box::new(placement)))
            }
        }
    }

    fn directed(&self, id: &str, call: &Call, scope: &Scope) -> Result<Ordinal, SubmitError> {
        let node = self
            .node(id)
            .filter(|node| scope.reaches(&node.target_facts()))
            .ok_or_else(|| SubmitError::UnknownNode(id.to_owned()))?;
        if node.session.is_none() || node.phase == Phase::Offline {
            return Err(SubmitError::Offline(id.to_owned()));
        }
        // A v1 node names no methods; it knows best what it has, and answers so.
        let capabilities = node.capabilities();
        if node.facts.version >= Version::V2 && !capabilities.offers(&call.skill, &call.method) {
            let offers: Vec<_> = capabilities
                .methods
                .iter()
                .map(|known| format!("{}.{}", known.skill, known.method))
                .collect();
            let call = format!("{}.{}", call.skill, call.method);
            return Err(SubmitError::Unsupported {
                node: id.to_owned(),
                call,
                offers: offers.join(", "),
            });
        }
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

    fn choose(&self, call: &Call, route: &mut Route) -> Option<Ordinal> {
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

fn nowhere() -> super::Placement {
    super::Placement {
        node_id: None,
        node_name: None,
        reason: "no node can take it".to_owned(),
        fallback: false,
        candidates: Vec::new(),
        considered: 0,
    }
}
