//! The live truth of the swarm, owned by one task and free of I/O: inputs come in with the time, effects come
//! out. No clock is read here, no channel and no socket is known. A test can play a day of failures at once.
//!
//! - [`sessions`]: handshakes, lost sessions, resume. [`doors`]: where else a spore may come in.
//! - [`trust`], [`standing`], [`rivals`]: who may come in.
//! - [`liveness`]: silence, deadlines. [`members`], [`loads`]: what other instances know.
//! - [`gate`]: what needs a second yes, and what is closed.
//! - [`grouping`]: saved groups. [`charting`]: the chart of the map.
//! - [`submit`]: what is asked; queues; failover. [`choose`]: on which node. [`cancel`]: stopping it.
//! - [`answers`]: what nodes say of it; [`announced`]: what they say of themselves.
//! - [`glance`]: what somebody only looks at.
//! - [`balance`]: which node is best, and why. [`resolve`]: which nodes are meant.
//! - [`schedules`], [`runs`]: what is begun by itself, and one after the other.
//! - [`told`]: what other instances are to know of all that.
//! - [`alerts`]: what is worth a look, and who looks.
//! - [`jobs`]: one call for many nodes. [`stop`]: everything is stopped, and held.
//!
//! Not here: waiting callers ([`crate::hub`]), tokens ([`crate::session`]), the disk ([`crate::store`]).

mod alerts;
mod announced;
mod answers;
mod balance;
mod cancel;
mod charting;
mod choose;
mod doors;
mod effect;
mod execution;
mod gate;
mod glance;
mod grouping;
mod jobs;
mod liveness;
mod loads;
mod members;
mod node;
mod refused;
mod register;
mod resolve;
mod rivals;
mod runs;
mod schedules;
mod sessions;
mod standing;
mod stop;
mod submit;
mod told;
mod trust;
mod unknown;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use protocol::{Methods, NodePolicy};
use uuid::Uuid;

pub use alerts::{AlertPage, AlertQuery, FoundAlert, Which};
pub use balance::{
    Candidate, Parts, Placement, Search, Strategy, WishError, Wishes, WishesBody, seed_of,
};
pub use cancel::CancelError;
pub use effect::{Answer, Close, Effect, Kept};
pub use execution::{Call, Execution, Mode};
pub use glance::Glance;
pub(crate) use jobs::StoredJob;
pub use jobs::{Control, JobError, Submitted};
pub(crate) use loads::{FarLoad, LoadRow};
pub use members::Member;
pub use node::Node;
pub use refused::SubmitError;
pub use resolve::{Frozen, MAX_FROZEN};
pub use submit::{Fanout, MAX_TARGETS, Preference, Submission, Target};
pub(crate) use told::{
    CHART_KEY, FIRES, HOOK_KEY, SEATS, SHARED, SharedTable, alert_keys, block_key, deeds_key,
    mute_key, runbook_key,
};
pub(crate) use trust::Use;

use crate::access::Scope;
use crate::approval::Approvals;
use crate::audit::{Draft, Entry};
use crate::chart::Sky;
use crate::fleet::InstanceId;
use crate::groups::Groups;
use crate::history::Stood;
use crate::model::{Event, NodeInfo, Now, Ordinal, Phase, SessionId, Snapshot};
use crate::runbook::Runbooks;

/// What the state goes by; part of the configuration.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Silence after which a v1 node is offline. Ours are held to [`OWN_TIMEOUT`].
    pub heartbeat_timeout: Duration,
    /// The node that runs on the Nexus' own machine.
    pub local_node: Option<String>,
    /// Whether a dispatch that no node can take may run there.
    pub local_fallback: bool,
    /// Identity and version told in WELCOME.
    pub nexus_id: String,
    /// Most nodes known at once.
    pub max_nodes: usize,
    /// Most executions under way at once.
    pub max_executions: usize,
    /// Most executions waiting for one node.
    pub max_queue: usize,
    /// Most executions of jobs under way at once.
    pub max_job_executions: usize,
    /// Other instances share this swarm.
    pub several: bool,
    /// The calls that nodes may be asked for which came in with the shared token.
    pub shared_token_calls: Scope,
}

/// Silence after which a v2 node is offline.
pub const OWN_TIMEOUT: Duration = Duration::from_secs(9);
/// Silence after which a v2 node is asked by a ping and suspected.
pub const OWN_SUSPECT: Duration = Duration::from_secs(5);
/// What WELCOME asks for.
pub const OWN_HEARTBEAT: Duration = Duration::from_secs(3);
/// How many finished executions stay in memory for screens that connect; the store has the others.
const RECENT: usize = 500;

/// See the module.
pub struct State {
    rules: Rules,
    nodes: Vec<Node>,
    by_id: HashMap<String, Ordinal>,
    sessions: HashMap<SessionId, Ordinal>,
    doors: Vec<String>,
    executions: HashMap<Uuid, Execution>,
    /// Executions that are over, oldest first.
    recent: VecDeque<Uuid>,
    unknown: unknown::Unknown,
    /// When each execution under way must be looked at again.
    deadlines: BTreeSet<(Duration, Uuid)>,
    next_sweep: Duration,
    sky: Sky,
    /// The chart before this one.
    sky_before: Option<Sky>,
    told_seats: told::ToldSeats,
    /// Saved groups with all that they name, for a chart by group.
    chart_groups: Option<charting::Named>,
    /// Ordinals of nodes that were removed, for those who come.
    vacated: BTreeSet<Ordinal>,
    /// One copy of each set of methods that nodes announce, by its JSON.
    methods: HashMap<String, Methods>,
    /// And of each policy.
    policies: HashMap<String, Arc<NodePolicy>>,
    /// Events are made only when somebody listens.
    listening: bool,
    effects: Vec<Effect>,
    /// Who stands otherwise than before.
    turns: Vec<(Ordinal, Stood)>,
    trust: trust::Trust,
    approvals: Approvals,
    groups: Groups,
    glances: glance::Glances,
    /// The node that had the last turn, by `Skill.method`.
    cursors: HashMap<String, Ordinal>,
    jobs: jobs::Jobs,
    stop: stop::Stop,
    schedules: schedules::Schedules,
    runs: runs::Runs,
    runbooks: Runbooks,
    watching: alerts::Watching,
    /// Which instance of a swarm this is.
    instance: Option<InstanceId>,
    loads: loads::Loads,
}

impl State {
    /// A swarm of the nodes that the store knows, all offline.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            nodes: Vec::new(),
            by_id: HashMap::new(),
            sessions: HashMap::new(),
            doors: Vec::new(),
            executions: HashMap::new(),
            recent: VecDeque::new(),
            unknown: unknown::Unknown::default(),
            deadlines: BTreeSet::new(),
            next_sweep: Duration::ZERO,
            sky: Sky::default(),
            sky_before: None,
            told_seats: told::ToldSeats::default(),
            chart_groups: None,
            vacated: BTreeSet::new(),
            methods: HashMap::new(),
            policies: HashMap::new(),
            listening: false,
            effects: Vec::new(),
            turns: Vec::new(),
            trust: trust::Trust::default(),
            approvals: Approvals::default(),
            groups: Groups::default(),
            glances: glance::Glances::default(),
            cursors: HashMap::new(),
            jobs: jobs::Jobs::default(),
            stop: stop::Stop::default(),
            schedules: schedules::Schedules::default(),
            runs: runs::Runs::default(),
            runbooks: Runbooks::default(),
            watching: alerts::Watching::default(),
            instance: None,
            loads: loads::Loads::default(),
        }
    }

    /// Whether anybody reads the events.
    pub fn set_listening(&mut self, listening: bool) {
        self.listening = listening;
    }

    /// Hands out what is to be done, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Hands out who stands otherwise than before.
    pub(crate) fn take_turns(&mut self) -> Vec<(Ordinal, Stood)> {
        std::mem::take(&mut self.turns)
    }

    /// When [`Self::tick`] wants to be called next.
    pub fn poll_timeout(&self) -> Duration {
        let deadline = self.deadlines.first().map_or(Duration::MAX, |(at, _)| *at);
        deadline
            .min(self.next_sweep)
            .min(self.rivals_timeout())
            .min(self.jobs_timeout())
            .min(self.runs_timeout())
    }

    /// Everything at this moment.
    pub fn snapshot(&self) -> Snapshot {
        let mut executions: Vec<_> = self.executions.values().map(Execution::info).collect();
        executions.sort_by_key(|execution| (execution.submitted_at, execution.id));
        Snapshot {
            nodes: self.nodes().map(Node::info).collect(),
            chart: self.chart(),
            groups: self.sky.groups(),
            executions: executions.into_iter().map(Arc::new).collect(),
            waiting: self.waiting(),
            join_codes: self.join_codes(),
            approvals: self.approvals.list(),
            jobs: self.jobs_of_all(),
            stop: Arc::new(self.stop_info()),
            alerts: self.alert_board(),
        }
    }

    /// All nodes in order of registration.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| !node.removed)
    }

    /// All places in order of their ordinals, also those of removed nodes.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// One node.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.by_id
            .get(id)
            .and_then(|&ordinal| self.nodes.get(index(ordinal)))
    }

    /// The node at this place, if there is one now.
    pub fn node_at(&self, ordinal: Ordinal) -> Option<&Node> {
        let node = self.nodes.get(index(ordinal));
        node.filter(|node| !node.removed)
    }

    /// Nodes that announce a skill.
    pub fn nodes_with_skill<'a>(&'a self, skill: &'a str) -> impl Iterator<Item = &'a Node> {
        self.nodes()
            .filter(move |node| node.capabilities().skills.iter().any(|name| name == skill))
    }

    /// Nodes that carry a tag.
    pub fn nodes_with_tag<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Node> {
        self.nodes().filter(move |node| node.has_tag(tag))
    }

    /// One execution that is under way or recent.
    pub fn execution(&self, id: Uuid) -> Option<&Execution> {
        self.executions.get(&id)
    }

    /// Executions waiting in the Nexus and under way on nodes.
    pub fn depths(&self) -> (usize, usize) {
        self.nodes.iter().fold((0, 0), |(queued, running), node| {
            (queued + node.queue.len(), running + node.in_flight.len())
        })
    }

    /// Nodes that are online, suspect and offline.
    pub fn phases(&self) -> [usize; 3] {
        [Phase::Online, Phase::Suspect, Phase::Offline]
            .map(|phase| self.nodes().filter(|node| node.phase == phase).count())
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "ordinals are handed out by this type only and their places are never removed"
    )]
    fn at(&self, ordinal: Ordinal) -> &Node {
        &self.nodes[index(ordinal)]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "ordinals are handed out by this type only and their places are never removed"
    )]
    fn at_mut(&mut self, ordinal: Ordinal) -> &mut Node {
        &mut self.nodes[index(ordinal)]
    }

    /// A node is reachable, or not. What it was before.
    fn set_phase(&mut self, ordinal: Ordinal, phase: Phase) -> Phase {
        let before = std::mem::replace(&mut self.at_mut(ordinal).phase, phase);
        if before != phase {
            self.turns.push((ordinal, phase.into()));
        }
        before
    }

    /// Tells the audit log.
    pub(crate) fn tell(&mut self, entry: Entry) {
        self.effects
            .push(Effect::Audit(Draft::Whole(Box::new(entry), None)));
    }

    fn publish(&mut self, event: impl FnOnce(&Self) -> Event) {
        if self.listening {
            let event = event(self);
            self.effects.push(Effect::Publish(event));
        }
    }

    fn publish_node(&mut self, ordinal: Ordinal, event: impl FnOnce(NodeInfo) -> Event) {
        self.watching.touch(ordinal);
        self.publish(|state| event(state.at(ordinal).info()));
    }

    /// An execution is in another state, but not over.
    fn moved(&mut self, id: Uuid) {
        self.attempt_moved(id);
        self.publish_execution(id);
    }

    fn publish_execution(&mut self, id: Uuid) {
        if !self.listening {
            return;
        }
        if let Some(execution) = self.executions.get(&id) {
            let info = Arc::new(execution.info());
            self.effects
                .push(Effect::Publish(Event::ExecutionChanged(info)));
        }
    }
}

/// Moves an execution's deadline.
fn reschedule(
    deadlines: &mut BTreeSet<(Duration, Uuid)>,
    execution: &mut Execution,
    to: Option<Duration>,
) {
    if let Some(old) = execution.deadline.take() {
        deadlines.remove(&(old, execution.id));
    }
    if let Some(at) = to {
        execution.deadline = Some(at);
        deadlines.insert((at, execution.id));
    }
}

fn index(ordinal: Ordinal) -> usize {
    usize::try_from(ordinal).unwrap_or(usize::MAX)
}

/// Time now and what it is for the frames that are written now.
fn frame<M: protocol::Message>(message: &M, now: Now) -> String {
    protocol::encode(message, now.wall)
}

#[cfg(test)]
mod tests;
