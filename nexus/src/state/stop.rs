//! Fleet STOP: everything that is out is told to stop, nothing of jobs and schedules begins until a person releases it, and
//! what is proved is counted. Also everything on one node. Not here: proof, which comes from the nodes.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::{Effect, State, SubmitError};
use crate::access::{Caller, PrincipalKind};
use crate::audit::{Action, Decision, Entry};
use crate::job::TargetState;
use crate::model::{Event, ExecutionState, Now, Ordinal, StopInfo};
use crate::store::Write;
use protocol::Version;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Stop {
    info: StopInfo,
    /// Told to stop; no proof yet.
    pending: HashSet<Uuid>,
    /// No proof came in time; it may still come.
    unknown: HashSet<Uuid>,
    /// Their nodes cannot stop anything.
    cannot: HashSet<Uuid>,
    dirty: bool,
}

impl State {
    /// Whether nothing of jobs and schedules may begin.
    pub fn is_held(&self) -> bool {
        self.stop.info.held
    }

    /// Who stopped everything, and what is proved of it.
    pub fn stop_info(&self) -> StopInfo {
        let count = |set: &HashSet<Uuid>| u32::try_from(set.len()).unwrap_or(u32::MAX);
        StopInfo {
            stopping: count(&self.stop.pending),
            unknown: count(&self.stop.unknown),
            cannot: count(&self.stop.cannot),
            ..self.stop.info.clone()
        }
    }

    /// As an earlier life of the Nexus left it.
    pub fn restore_stop(&mut self, info: StopInfo) {
        self.stop.info = info;
    }

    /// Programs may begin nothing by themselves while the fleet is stopped; the owner may look around.
    pub(super) fn check_held(&self, caller: &Caller) -> Result<(), SubmitError> {
        if self.is_held() && caller.principal.kind == PrincipalKind::Token {
            return Err(SubmitError::Held(self.stop.info.by.clone()));
        }
        Ok(())
    }

    /// Stops everything, and holds what has not begun. Asked again it stops what began since.
    pub fn stop_all(&mut self, caller: &Caller, reason: &str, now: Now) -> StopInfo {
        let mut entry = Entry::new(Action::StopFleet, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        entry.why = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        self.tell(entry);
        if !self.stop.info.held {
            self.stop = Stop::default();
            self.stop.info.held = true;
            self.stop.info.by.clone_from(&caller.principal.name);
            reason.clone_into(&mut self.stop.info.reason);
            self.stop.info.since = Some(now.wall);
        }
        // Before anything is finished: what that makes room for must not begin.
        self.keep_stop();
        let all: Vec<Uuid> = self.executions.keys().copied().collect();
        for id in all {
            self.stop_and_count(id, now);
        }
        self.all_jobs_changed();
        self.keep_stop();
        self.stop_info()
    }

    /// A person lets it go on.
    pub fn release_all(&mut self, caller: &Caller, now: Now) -> StopInfo {
        let mut entry = Entry::new(Action::ReleaseFleet, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        self.tell(entry);
        self.stop.info.held = false;
        self.all_jobs_changed();
        self.keep_stop();
        self.stop_info()
    }

    /// Stops what runs or waits on one node, without holding anything back.
    pub fn stop_node(&mut self, ordinal: Ordinal, caller: &Caller, now: Now) -> StopInfo {
        let mut entry = Entry::new(Action::StopNode, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        entry.targets = vec![self.at(ordinal).facts.id.clone()];
        self.tell(entry);
        let mut told = StopInfo::default();
        told.never_sent += self.cancel_waiting_on(ordinal, now);
        let here: Vec<Uuid> = self
            .executions
            .values()
            .filter(|one| one.ordinal == ordinal)
            .map(|one| one.id)
            .collect();
        let cannot = self.at(ordinal).facts.version == Version::V1;
        for id in here {
            let queued = self.is_queued(id);
            if self.stop_one(id, now) {
                let count = match (queued, cannot) {
                    (true, _) => &mut told.never_sent,
                    (false, true) => &mut told.cannot,
                    (false, false) => &mut told.stopping,
                };
                *count += 1;
            }
        }
        told
    }

    /// Targets of jobs that wait for their turn on a node never get it.
    fn cancel_waiting_on(&mut self, ordinal: Ordinal, now: Now) -> u32 {
        let waiting = self.jobs.waiting_on(ordinal);
        for &target in &waiting {
            let why = Some("everything on its node was stopped".to_owned());
            self.settle_target(target, TargetState::Cancelled, why, now);
        }
        u32::try_from(waiting.len()).unwrap_or(u32::MAX)
    }

    fn is_queued(&self, id: Uuid) -> bool {
        let execution = self.executions.get(&id);
        execution.is_some_and(|one| one.state == ExecutionState::Queued)
    }

    fn stop_and_count(&mut self, id: Uuid, now: Now) {
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let (state, lost) = (execution.state, execution.lost);
        let version = self.at(execution.ordinal).facts.version;
        if state == ExecutionState::Queued {
            self.stop.info.never_sent += 1;
        } else if state.is_over() && !lost {
            return;
        } else if version == Version::V1 {
            self.stop.cannot.insert(id);
        } else if state == ExecutionState::Unknown {
            self.stop.unknown.insert(id);
        } else {
            self.stop.pending.insert(id);
        }
        self.stop_one(id, now);
    }

    /// Something ended, or its end is corrected.
    pub(super) fn stop_proved(&mut self, id: Uuid) {
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let is_unknown = execution.state == ExecutionState::Unknown;
        if self.stop.pending.remove(&id) {
            if is_unknown {
                self.stop.unknown.insert(id);
            } else {
                self.stop.info.proved += 1;
            }
            self.stop.dirty = true;
        } else if !is_unknown && self.stop.unknown.remove(&id) {
            self.stop.info.proved += 1;
            self.stop.dirty = true;
        }
    }

    pub(super) fn tell_stop(&mut self) {
        if std::mem::take(&mut self.stop.dirty) && self.listening {
            let info = Arc::new(self.stop_info());
            self.effects.push(Effect::Publish(Event::StopChanged(info)));
        }
    }

    fn keep_stop(&mut self) {
        self.stop.dirty = true;
        let info = self.stop_info();
        self.effects
            .push(Effect::Store(Write::Stop(Box::new(info))));
    }
}
