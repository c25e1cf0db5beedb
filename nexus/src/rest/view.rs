//! What one subscriber sees of the swarm: the events of nodes in its scope, and of what runs on them. A node that
//! leaves the scope is told as removed, so that nothing stale stays on a screen. Not here: how events are written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::access::{Caller, Object, Verb};
use crate::model::{Event, ExecutionInfo, ExecutionState, NodeInfo, Snapshot};

/// See the module.
pub(super) struct View {
    caller: Caller,
    everything: bool,
    waiting_room: bool,
    approves: bool,
    /// Nodes in sight, and the groups that they stand in.
    nodes: HashMap<String, u32>,
    executions: HashSet<Uuid>,
}

impl View {
    pub(super) fn new(caller: Caller) -> Self {
        let everything = caller.principal.scope.nodes().is_all();
        let approves = caller.may(Verb::Approve, Object::Nexus).is_ok();
        let waiting_room = caller.may(Verb::WaitingRoom, Object::Nexus).is_ok();
        Self {
            caller,
            everything,
            waiting_room,
            approves,
            nodes: HashMap::new(),
            executions: HashSet::new(),
        }
    }

    /// Leaves in the snapshot what is in sight, and begins anew with it.
    pub(super) fn begin(&mut self, snapshot: &mut Snapshot) {
        if self.everything {
            return;
        }
        snapshot.nodes.retain(|node| self.caller.sees(node));
        self.nodes = snapshot
            .nodes
            .iter()
            .map(|node| (node.facts.id.clone(), node.facts.group))
            .collect();
        let own = &self.caller.principal.id;
        snapshot.jobs.retain(|job| job.asker == *own);
        snapshot
            .executions
            .retain(|execution| self.nodes.contains_key(&execution.node_id));
        self.executions = snapshot
            .executions
            .iter()
            .map(|execution| execution.id)
            .collect();
        let groups: BTreeSet<_> = self.nodes.values().copied().collect();
        snapshot
            .groups
            .retain(|group| groups.contains(&group.index));
    }

    /// The event as this subscriber may see it.
    pub(super) fn filter(&mut self, event: Event) -> Option<Event> {
        // Whoever may look into the waiting room may see its codes too.
        if matches!(event, Event::WaitingChanged(_) | Event::JoinCodeChanged(_)) {
            return self.waiting_room.then_some(event);
        }
        if let Event::ApprovalChanged(approval) = &event {
            let own = approval.asker.id == self.caller.principal.id;
            return (own || self.approves).then_some(event);
        }
        if self.everything {
            return Some(event);
        }
        if let Event::JobChanged(job) = &event {
            return (job.asker == self.caller.principal.id).then_some(event);
        }
        let own = &self.caller.principal.id;
        if let Event::ScheduleChanged(schedule) | Event::ScheduleRemoved(schedule) = &event {
            return (schedule.owner.id == *own).then_some(event);
        }
        if let Event::RunChanged(run) = &event {
            return (run.asker_id() == own).then_some(event);
        }
        match event {
            Event::NodeConnected(node) => self.node(node, Event::NodeConnected),
            Event::NodeChanged(node) => self.node(node, Event::NodeChanged),
            Event::NodeLoad(node) => self.node(node, Event::NodeLoad),
            Event::NodeDisconnected(node, reason) => {
                self.node(node, |node| Event::NodeDisconnected(node, reason))
            }
            Event::NodeRemoved(node) => self
                .nodes
                .remove(&node.facts.id)
                .map(|_| Event::NodeRemoved(node)),
            Event::GroupsChanged(groups) => {
                let seen: BTreeSet<_> = self.nodes.values().copied().collect();
                let groups: Arc<[_]> = groups
                    .iter()
                    .filter(|group| seen.contains(&group.index))
                    .cloned()
                    .collect();
                (!groups.is_empty()).then_some(Event::GroupsChanged(groups))
            }
            Event::ExecutionChanged(execution) => self.execution(execution),
            Event::OutputAppended(chunk) => self
                .executions
                .contains(&chunk.execution)
                .then_some(Event::OutputAppended(chunk)),
            Event::StopChanged(stop) => Some(Event::StopChanged(stop)),
            Event::WaitingChanged(_)
            | Event::JoinCodeChanged(_)
            | Event::ApprovalChanged(_)
            | Event::JobChanged(_)
            | Event::ScheduleChanged(_)
            | Event::ScheduleRemoved(_)
            | Event::RunChanged(_) => None,
        }
    }

    fn node(&mut self, node: NodeInfo, event: impl FnOnce(NodeInfo) -> Event) -> Option<Event> {
        if self.caller.sees(&node) {
            let known = self.nodes.insert(node.facts.id.clone(), node.facts.group);
            // A load says too little of a node that has just come into sight.
            return Some(match (known, event(node)) {
                (None, Event::NodeLoad(node)) => Event::NodeChanged(node),
                (_, event) => event,
            });
        }
        self.nodes
            .remove(&node.facts.id)
            .map(|_| Event::NodeRemoved(node))
    }

    fn execution(&mut self, execution: Arc<ExecutionInfo>) -> Option<Event> {
        let id = execution.id;
        if !self.nodes.contains_key(&execution.node_id) {
            self.executions.remove(&id);
            return None;
        }
        if execution.state.is_over() && execution.state != ExecutionState::Unknown {
            self.executions.remove(&id);
        } else {
            self.executions.insert(id);
        }
        Some(Event::ExecutionChanged(execution))
    }
}
