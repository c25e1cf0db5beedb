//! Somebody looks at a node: a method that only reads is asked, and what it answers goes to who looks and nowhere else.
//! A glance is no execution: it has no row, makes no event, stands in no history, takes no place in a queue. The audit log has
//! it, like everything that is asked of a node: the first look by itself, those that are like it by their number ([`folds`]).
//! Not here: for how long somebody waits.

mod folds;

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::{Effect as Harm, ExecuteSkill, Response};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Call, Effect, State, SubmitError, frame};
use crate::access::Caller;
use crate::audit::{Action, Asked, Draft, Ended, Outcome};
use crate::model::{ExecutionState, Now, Ordinal, SessionId};
use folds::{Folds, Key};

/// Glances at one node at the same time; who looks asks again soon anyway.
const AT_ONCE: usize = 8;
/// How long after its time is up an answer is still known to be one.
const SLACK: Duration = Duration::from_secs(5);

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Minted by whoever asks.
    pub id: Uuid,
    /// The node.
    pub node: String,
    /// A method that only reads, by what the node says of it.
    pub call: Call,
    /// Who looks.
    pub caller: Caller,
}

/// Those that are open, and those whose answers may still come although nobody waits any more.
#[derive(Debug, Default)]
pub(super) struct Glances {
    open: BTreeMap<Uuid, Open>,
    folds: Folds,
}

#[derive(Debug)]
struct Open {
    ordinal: Ordinal,
    node: String,
    session: SessionId,
    until: Duration,
    awaited: bool,
    /// It has no entry of its own, and is counted here.
    counted: Option<Key>,
}

impl State {
    /// Asks the node, or says why not.
    pub fn glance(&mut self, glance: Glance, now: Now) -> Result<(), SubmitError> {
        let Glance {
            id,
            node,
            call,
            caller,
        } = glance;
        self.check_held(&caller)?;
        self.forget_glances(now);
        let ordinal = self.directed(&node, &call, &caller.principal.scope)?;
        let what = format!("{}.{}", call.skill, call.method);
        if self.harm(&[ordinal], &call.skill, &call.method).0 != Harm::Read {
            let why = format!("{what} is not known to only read; run it instead of looking");
            return Err(SubmitError::BadTargets(why));
        }
        let known = self.at(ordinal);
        if let Some(rule) = self.guarded_by(known, &call.skill, &call.method) {
            return Err(SubmitError::Guarded { rule, call: what });
        }
        let open = self.glances.open.values();
        let Some(session) = known.session else {
            return Err(SubmitError::Offline(node));
        };
        if open.filter(|open| open.ordinal == ordinal).count() >= AT_ONCE {
            return Err(SubmitError::Busy(format!("node {node}")));
        }
        let message = ExecuteSkill {
            request_id: id.to_string(),
            node_id: node.clone(),
            skill_name: call.skill.clone(),
            method_name: call.method.clone(),
            parameters: call.parameters.clone(),
            timeout: u32::try_from(call.timeout.as_secs()).unwrap_or(u32::MAX),
            stream: false,
        };
        let until = now.at.saturating_add(call.timeout).saturating_add(SLACK);
        let counted = self.tell_glance(id, &node, call, caller, now);
        self.effects
            .push(Effect::Send(session, frame(&message, now)));
        let open = Open {
            ordinal,
            node,
            session,
            until,
            awaited: true,
            counted,
        };
        self.glances.open.insert(id, open);
        Ok(())
    }

    /// Looks that were only counted so far and must be told by now; all of them when this Nexus ends.
    pub(crate) fn tell_glances(&mut self, all: bool, now: Now) {
        for entry in self.glances.folds.over(all, now) {
            self.tell(entry);
        }
    }

    /// Where it is counted, if it needs no entry of its own.
    fn tell_glance(
        &mut self,
        id: Uuid,
        node: &str,
        call: Call,
        caller: Caller,
        now: Now,
    ) -> Option<Key> {
        self.tell_glances(false, now);
        let key = Key::of(&caller, node, &call);
        if self.glances.folds.counts(&key, now) {
            return Some(key);
        }
        if let Some(early) = self.glances.folds.begin(key, &caller, &call, now) {
            self.tell(early);
        }
        let asked = Asked {
            action: Action::Glance,
            at: now.wall,
            caller,
            summary: call.summary(),
            skill: call.skill,
            method: call.method,
            parameters: call.parameters,
            timeout: call.timeout.as_secs(),
            targets: vec![(id, node.to_owned())],
            approval: None,
        };
        self.effects
            .push(Effect::Audit(Draft::Asked(Box::new(asked))));
        None
    }

    /// Gives the answer back if it is not one to a glance of this node.
    pub(super) fn not_a_glance(
        &mut self,
        ordinal: Ordinal,
        response: Response,
        now: Now,
    ) -> Option<Response> {
        let id = Uuid::try_parse(&response.request_id).ok();
        let open = id.and_then(|id| Some((id, self.glances.open.get(&id)?)));
        let Some((id, open)) = open else {
            return Some(response);
        };
        if open.ordinal != ordinal || open.node != self.at(ordinal).facts.id {
            return Some(response);
        }
        let (state, seen) = match response.outcome() {
            protocol::Outcome::Succeeded => (ExecutionState::Succeeded, Ok(response.result)),
            protocol::Outcome::Failed => (ExecutionState::Failed, Err(response.error)),
            protocol::Outcome::TimedOut => (ExecutionState::TimedOut, Err(response.error)),
            protocol::Outcome::Cancelled => (ExecutionState::Cancelled, Err(response.error)),
            protocol::Outcome::Refused => (ExecutionState::Refused, Err(response.error)),
        };
        let seen = seen.map_err(|why| {
            let why = why.unwrap_or_else(|| "the node says no more than that it failed".to_owned());
            protocol::limits::cut(&why, protocol::limits::TEXT).to_owned()
        });
        self.end_glance(id, state, seen, now);
        self.glances.open.remove(&id);
        None
    }

    /// Whether an execution that a node brings back is one that somebody only looked at.
    pub(super) fn is_glance(&self, id: Uuid) -> bool {
        self.glances.open.contains_key(&id)
    }

    /// A session is over, and with it what was to be seen through it.
    pub(super) fn lose_glances(&mut self, session: SessionId, now: Now) {
        let through = self.glances.open.iter();
        let lost: Vec<Uuid> = through
            .filter(|(_, open)| open.session == session)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            let why = "the connection to the node was lost".to_owned();
            self.end_glance(id, ExecutionState::Unknown, Err(why), now);
        }
    }

    fn forget_glances(&mut self, now: Now) {
        let all = self.glances.open.iter();
        let over: Vec<Uuid> = all
            .filter(|(_, open)| open.until <= now.at)
            .map(|(id, _)| *id)
            .collect();
        for id in over {
            let why = "the node did not answer in time".to_owned();
            self.end_glance(id, ExecutionState::Unknown, Err(why), now);
            self.glances.open.remove(&id);
        }
    }

    /// Tells how it ended, once.
    fn end_glance(
        &mut self,
        id: Uuid,
        state: ExecutionState,
        seen: Result<Box<RawValue>, String>,
        now: Now,
    ) {
        let Some(open) = self.glances.open.get_mut(&id) else {
            return;
        };
        if !std::mem::take(&mut open.awaited) {
            return;
        }
        let outcome = Outcome {
            execution: id,
            state,
            exit_code: None,
        };
        match open.counted.take() {
            Some(key) if state != ExecutionState::Succeeded => self.glances.folds.failed(&key),
            Some(_) => {}
            None => self.effects.push(Effect::Audit(Draft::Ended(Ended {
                at: now.wall,
                outcome,
            }))),
        }
        self.effects.push(Effect::Glanced(id, seen));
    }
}
