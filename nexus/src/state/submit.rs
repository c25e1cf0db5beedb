//! Something is asked for: checks, queues, sending, moving on to the next node, stopping.
//! Not here: which node is best, and what nodes answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use protocol::{ExecuteSkill, Version};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::balance::Route;
use super::{
    Call, Effect, Execution, Kept, Mode, State, SubmitError, Wishes, frame, reschedule, seed_of,
};
use crate::access::Caller;
use crate::audit::{Action, Asked, Draft, Entry};
use crate::model::{ExecutionState, Now, Ordinal, Phase};
use crate::redact::Known;
use crate::store::Write;
use crate::target::Expression;

/// Added to a caller's timeout for nodes that enforce it themselves, so that their proof arrives first.
pub(super) const ENFORCED: Duration = Duration::from_millis(500);

/// Most nodes of one ask.
pub const MAX_TARGETS: usize = 1_000;

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
    /// Who asks. Nodes outside of the scope do not exist for it, now and whenever another node is chosen.
    pub caller: Caller,
    /// The approval that it comes back with, if a rule wanted one.
    pub approval: Option<Uuid>,
}

/// The same for several nodes: one ask.
#[derive(Debug, Clone)]
pub struct Fanout {
    /// Which, each with the id of its execution; 1 to [`MAX_TARGETS`], each node once.
    pub targets: Vec<(Uuid, String)>,
    /// What.
    pub call: Call,
    /// Who asks.
    pub caller: Caller,
    /// The approval that it comes back with, if a rule wanted one.
    pub approval: Option<Uuid>,
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
    /// To be meant by this.
    pub target: Option<Expression>,
    /// To be the best by these; none for the contract's least load.
    pub wishes: Option<Box<Wishes>>,
    /// Whether the Nexus' own machine will do when no node can.
    pub fallback: bool,
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
            caller,
            approval,
        } = submission;
        self.check_held(&caller)?;
        self.check_room(&[id])?;
        let named = matches!(target, Target::Node(_));
        let (ordinal, route) =
            self.choose_target(target, &call, &caller.principal.scope, seed_of(id))?;
        // Nodes that need a second yes are never chosen, only named.
        if named {
            self.pass(&caller, &call, &[ordinal], approval, now)?;
        }
        let summary = call.summary();
        self.tell_asked(&[(id, ordinal)], &call, &summary, caller, approval, now);
        self.turn_of(&call, route.as_deref(), ordinal);
        self.begin(id, ordinal, route, (call, summary), (mode, awaited), now);
        Ok(())
    }

    /// Takes the same on for several nodes: for all of them, or for none.
    pub fn submit_all(&mut self, fanout: Fanout, now: Now) -> Result<(), SubmitError> {
        let Fanout {
            targets,
            call,
            caller,
            approval,
        } = fanout;
        self.check_held(&caller)?;
        check_targets(&targets)?;
        let ids: Vec<_> = targets.iter().map(|(id, _)| *id).collect();
        self.check_room(&ids)?;
        let (mut chosen, mut refused) = (Vec::new(), Vec::new());
        for (id, node) in targets {
            match self.directed(&node, &call, &caller.principal.scope) {
                Ok(ordinal) => chosen.push((id, ordinal)),
                Err(error) => refused.push((node, error)),
            }
        }
        if !refused.is_empty() {
            return Err(SubmitError::Targets(refused));
        }
        let ordinals: Vec<_> = chosen.iter().map(|(_, ordinal)| *ordinal).collect();
        self.pass(&caller, &call, &ordinals, approval, now)?;
        let summary = call.summary();
        self.tell_asked(&chosen, &call, &summary, caller, approval, now);
        for (id, ordinal) in chosen {
            let how = (Mode::Stream, false);
            let what = (call.clone(), summary.clone());
            self.begin(id, ordinal, None, what, how, now);
        }
        Ok(())
    }

    fn turn_of(&mut self, call: &Call, route: Option<&Route>, ordinal: Ordinal) {
        if let Some(wishes) = route.and_then(|route| route.wishes.as_deref()) {
            self.placed(&call.skill, &call.method, wishes, ordinal);
        }
    }

    fn check_room(&self, ids: &[Uuid]) -> Result<(), SubmitError> {
        if let Some(id) = ids.iter().find(|id| self.executions.contains_key(id)) {
            return Err(SubmitError::Duplicate(*id));
        }
        let under_way = self.executions.len() - self.recent.len() - self.unknown.len();
        if under_way + ids.len() > self.rules.max_executions {
            return Err(SubmitError::Busy("this Nexus".to_owned()));
        }
        Ok(())
    }

    fn begin(
        &mut self,
        id: Uuid,
        ordinal: Ordinal,
        route: Option<Box<Route>>,
        (call, summary): (Call, String),
        (mode, awaited): (Mode, bool),
        now: Now,
    ) {
        let node = self.at(ordinal);
        let grace = if node.facts.version >= Version::V2 && !call.timeout.is_zero() {
            ENFORCED
        } else {
            Duration::ZERO
        };
        let deadline = now.at.saturating_add(call.timeout).saturating_add(grace);
        let mut execution = Execution::new(id, node, call, summary, mode, now);
        execution.awaited = awaited;
        execution.route = route;
        if let Some(known) = Known::of(execution.call.parameters.get()) {
            self.effects
                .push(Effect::Store(Write::Secrets(id, Box::new(known))));
        }
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
    }

    fn tell_asked(
        &mut self,
        targets: &[(Uuid, Ordinal)],
        call: &Call,
        summary: &str,
        caller: Caller,
        approval: Option<Uuid>,
        now: Now,
    ) {
        let asked = Asked {
            action: Action::Execute,
            at: now.wall,
            caller,
            skill: call.skill.clone(),
            method: call.method.clone(),
            parameters: call.parameters.clone(),
            timeout: call.timeout.as_secs(),
            summary: summary.to_owned(),
            targets: targets
                .iter()
                .map(|(id, ordinal)| (*id, self.at(*ordinal).facts.id.clone()))
                .collect(),
            approval,
        };
        self.effects
            .push(Effect::Audit(Draft::Asked(Box::new(asked))));
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
            if execution.attempt.is_some() {
                // A thousand copies of it would be one for each node; the job has it.
                execution.call.parameters = RawValue::NULL.to_owned();
            }
            self.effects
                .push(Effect::Send(session, frame(&message, now)));
            self.moved(id);
        }
    }

    /// It was certainly not started on its node: the next one, if the Nexus chose; else it is refused.
    pub(super) fn refuse_or_move(&mut self, id: Uuid, why: &str, now: Now) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        let from = execution.ordinal;
        if execution.stop.is_some() {
            // It was to be stopped, and it was not begun.
            self.finish(id, ExecutionState::Cancelled, Some(why.to_owned()), now);
            return;
        }
        let Some(mut route) = execution.route.take() else {
            self.finish(id, ExecutionState::Refused, Some(why.to_owned()), now);
            return;
        };
        let call = execution.call.clone();
        route.tried.push((from, why.to_owned()));
        let next = self.choose(&call, &mut route);
        if let Some(ordinal) = next {
            self.turn_of(&call, Some(&route), ordinal);
        }
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
                let mut entry = Entry::new(Action::Move, now.wall);
                entry.executions = vec![id];
                entry.targets = vec![names.0.clone()];
                entry.why = Some(why.to_owned());
                self.effects
                    .push(Effect::Audit(Draft::Whole(Box::new(entry), None)));
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
}

fn check_targets(targets: &[(Uuid, String)]) -> Result<(), SubmitError> {
    let wrong = |why: String| Err(SubmitError::BadTargets(why));
    if targets.is_empty() {
        return wrong("an empty list of nodes is nobody; name at least one".to_owned());
    }
    if targets.len() > MAX_TARGETS {
        return wrong(format!("at most {MAX_TARGETS} nodes in one ask"));
    }
    let (mut nodes, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (id, node) in targets {
        if !nodes.insert(node) {
            return wrong(format!("node {node} is named twice"));
        }
        if !ids.insert(id) {
            return wrong(format!("execution {id} is named twice"));
        }
    }
    Ok(())
}
