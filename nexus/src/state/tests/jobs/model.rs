//! Whole days of failures, at random: machines lose their sockets, die, stall, answer late and twice; the Nexus is killed with
//! whatever was not on disk and started again from what was. Beside it runs the plain truth of what the machines really did.
//!
//! What must hold at every moment: nothing is begun a second time unless the first time is known to have failed and somebody
//! said that it may be repeated; nothing is said to have ended in a way in which it did not. What must hold in the end: no
//! accepted job is lost, and every one is over.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use proptest::prelude::*;
use protocol::Problem;

use super::*;
use crate::job::{JobRow, Record};
use crate::model::ExecutionInfo;
use crate::state::StoredJob;
use crate::store::NodeRow;

const MACHINES: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Submit {
        consent: bool,
        retries: u8,
        any: bool,
        wait: bool,
        waves: bool,
        key: Option<u8>,
    },
    Commit,
    Deliver(usize),
    Finish {
        machine: usize,
        outcome: u8,
        twice: bool,
    },
    CutOff(usize),
    Return(usize),
    Die(usize),
    Pass(u8),
    Kill,
    Control {
        job: usize,
        what: u8,
    },
    Stop,
    Release,
}

fn step() -> impl Strategy<Value = Step> {
    let machine = 0..MACHINES;
    prop_oneof![
        3 => (any::<bool>(), 0u8..3, any::<bool>(), any::<bool>(), any::<bool>(), prop::option::of(0u8..3))
            .prop_map(|(consent, retries, any, wait, waves, key)| Step::Submit { consent, retries, any, wait, waves, key }),
        8 => Just(Step::Commit),
        10 => machine.clone().prop_map(Step::Deliver),
        10 => (machine.clone(), any::<u8>(), any::<bool>())
            .prop_map(|(machine, outcome, twice)| Step::Finish { machine, outcome, twice }),
        2 => machine.clone().prop_map(Step::CutOff),
        4 => machine.clone().prop_map(Step::Return),
        1 => machine.prop_map(Step::Die),
        4 => (0u8..60).prop_map(Step::Pass),
        2 => Just(Step::Kill),
        2 => (any::<usize>(), 0u8..3).prop_map(|(job, what)| Step::Control { job, what }),
        1 => Just(Step::Stop),
        1 => Just(Step::Release),
    ]
}

/// What really became of an execution on its machine.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Truth {
    Runs,
    Ended(Outcome),
    /// The machine died with it.
    Died,
}

#[derive(Default)]
struct Machine {
    session: Option<SessionId>,
    inbox: VecDeque<FromNexus>,
    /// What it would tell of in a handshake: what runs, and what ended and was not acknowledged.
    ledger: BTreeMap<Uuid, Option<Outcome>>,
}

#[derive(Default)]
struct Disk {
    nodes: BTreeMap<u32, NodeRow>,
    jobs: BTreeMap<u64, (JobInfo, String)>,
    executions: BTreeMap<Uuid, ExecutionInfo>,
    stop: crate::model::StopInfo,
}

struct World {
    swarm: Swarm,
    machines: Vec<Machine>,
    disk: Disk,
    pending: Vec<Write>,
    /// Which target an execution is of.
    targets: HashMap<Uuid, (Uuid, u32)>,
    truth: HashMap<Uuid, Truth>,
    /// The executions that were begun for a target, in order.
    begun: HashMap<(Uuid, u32), Vec<Uuid>>,
    /// Whether a job may repeat, and how often.
    may_repeat: HashMap<Uuid, (bool, usize)>,
    accepted: BTreeSet<Uuid>,
    sessions: u64,
}

fn many() -> Rules {
    Rules {
        max_executions: 10_000,
        max_queue: 1_000,
        max_job_executions: 6,
        ..rules()
    }
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            swarm: Swarm::with(many()),
            machines: (0..MACHINES).map(|_| Machine::default()).collect(),
            disk: Disk::default(),
            pending: Vec::new(),
            targets: HashMap::new(),
            truth: HashMap::new(),
            begun: HashMap::new(),
            may_repeat: HashMap::new(),
            accepted: BTreeSet::new(),
            sessions: 0,
        };
        for machine in 0..MACHINES {
            world.come_back(machine);
        }
        world.commit();
        world
    }

    fn play(&mut self, step: Step) {
        match step {
            Step::Submit {
                consent,
                retries,
                any,
                wait,
                waves,
                key,
            } => {
                self.submit(consent, retries, (any, wait, waves), key);
            }
            Step::Commit => self.commit(),
            Step::Deliver(machine) => self.deliver(machine),
            Step::Finish {
                machine,
                outcome,
                twice,
            } => self.end_one(machine, outcome, twice),
            Step::CutOff(machine) => self.cut_off(machine),
            Step::Return(machine) => self.come_back(machine),
            Step::Die(machine) => {
                self.cut_off(machine);
                for (id, ended) in std::mem::take(&mut self.machines[machine].ledger) {
                    if ended.is_none() {
                        self.truth.insert(id, Truth::Died);
                    }
                }
            }
            Step::Pass(seconds) => self.pass(seconds),
            Step::Kill => self.kill(),
            Step::Control { job, what } => self.control(job, what),
            Step::Stop => {
                self.swarm
                    .state
                    .stop_all(&Caller::local(), "", self.swarm.now());
            }
            Step::Release => {
                self.swarm
                    .state
                    .release_all(&Caller::local(), self.swarm.now());
            }
        }
        self.swarm.state.settle(self.swarm.now());
        self.carry_out();
        self.check();
    }

    fn submit(
        &mut self,
        consent: bool,
        retries: u8,
        (any, wait, waves): (bool, bool, bool),
        key: Option<u8>,
    ) {
        let mut all = json!({
            "skill_name": "ShellSkill", "method_name": "run", "target": "*", "expires_in": 100_000,
            "offline": if wait { "wait" } else { "skip" },
            "retry": {"limit": retries, "backoff": 1.0, "consent": consent},
            "dedupe_key": key.map(|key| key.to_string()),
        });
        if any {
            all["any"] = json!(2);
        } else if waves {
            all["waves"] = json!({"canary": 1, "steps": [50]});
        }
        let request: JobRequest = serde_json::from_value(all).unwrap();
        let new = request.into_job(Caller::local(), None).unwrap();
        if let Ok(submitted) = self.swarm.state.submit_job(new, self.swarm.now()) {
            let limit = usize::from(retries);
            self.may_repeat
                .entry(submitted.info.id)
                .or_insert((consent, limit));
        }
    }

    fn control(&mut self, job: usize, what: u8) {
        let live = self.swarm.state.jobs(false);
        let Some(job) = live.get(job % live.len().max(1)) else {
            return;
        };
        let control = [Control::Pause, Control::Resume, Control::Cancel][usize::from(what)];
        drop(
            self.swarm
                .state
                .control_job(job.id, control, &Caller::local(), self.swarm.now()),
        );
    }

    /// Effects: frames to their machines, rows to the disk's queue.
    fn carry_out(&mut self) {
        self.swarm.collect();
        for effect in std::mem::take(&mut self.swarm.done) {
            match effect {
                Effect::Send(session, frame) => {
                    let to = self
                        .machines
                        .iter_mut()
                        .find(|one| one.session == Some(session));
                    if let Some(machine) = to {
                        machine.inbox.push_back(decode_from_nexus(&frame).unwrap());
                    }
                }
                Effect::Close(session, _) => {
                    for machine in &mut self.machines {
                        if machine.session == Some(session) {
                            machine.session = None;
                            machine.inbox.clear();
                        }
                    }
                }
                Effect::Store(write) => {
                    if let Write::Begin(info, _) = &write
                        && let Some(attempt) = info.attempt
                    {
                        self.targets.insert(info.id, (attempt.job, attempt.index));
                    }
                    self.pending.push(write);
                }
                _ => {}
            }
        }
    }

    /// What waits for the disk is on it, and the Nexus hears so.
    fn commit(&mut self) {
        self.carry_out();
        let mut kept = Vec::new();
        for write in std::mem::take(&mut self.pending) {
            match write {
                Write::Node(row) => drop(self.disk.nodes.insert(row.ordinal, *row)),
                Write::Job(row, promise) => {
                    self.keep_job(&row);
                    kept.extend(promise);
                    if promise.is_some() {
                        self.accepted.insert(row.info.id);
                    }
                }
                Write::Begin(info, promise) | Write::End(info, promise) => {
                    let mut info = (*info).clone();
                    // As the table does: whose attempt it is, is written once.
                    let before = self.disk.executions.get(&info.id);
                    info.attempt = before.and_then(|one| one.attempt).or(info.attempt);
                    self.disk.executions.insert(info.id, info);
                    kept.extend(promise);
                }
                Write::Stop(stop) => self.disk.stop = *stop,
                _ => {}
            }
        }
        for one in kept {
            self.swarm.state.kept(one, self.swarm.now());
        }
        self.swarm.state.settle(self.swarm.now());
        self.carry_out();
    }

    fn keep_job(&mut self, row: &JobRow) {
        let before = self.disk.jobs.remove(&row.number);
        let record = row
            .record
            .clone()
            .or(before.map(|(_, record)| record))
            .unwrap();
        self.disk
            .jobs
            .insert(row.number, ((*row.info).clone(), record));
    }

    /// The Nexus dies with what was not on disk; another one begins with what was.
    fn kill(&mut self) {
        self.pending.clear();
        for machine in &mut self.machines {
            machine.session = None;
            machine.inbox.clear();
        }
        let at = self.swarm.at;
        self.swarm = Swarm::with(many());
        self.swarm.at = at;
        for row in self.disk.nodes.values() {
            self.swarm.state.restore_node(row.clone());
        }
        let live = self
            .disk
            .jobs
            .values()
            .filter(|(info, _)| !info.state.is_over());
        let stored = live.map(|(info, record)| {
            let of_job =
                |one: &&ExecutionInfo| one.attempt.is_some_and(|attempt| attempt.job == info.id);
            let mut attempts: Vec<_> = self
                .disk
                .executions
                .values()
                .filter(of_job)
                .cloned()
                .collect();
            attempts.sort_by_key(|one| one.attempt.map(|attempt| (attempt.number, attempt.index)));
            let record: Record = serde_json::from_str(record).unwrap();
            StoredJob {
                info: info.clone(),
                record,
                attempts,
            }
        });
        let stored = stored.collect();
        let next = self.disk.jobs.keys().last().map_or(1, |number| number + 1);
        let used = self.disk.jobs.values();
        let used = used.map(|(info, _)| (info.id, info.dedupe_key.clone()));
        let used = used.collect();
        self.swarm.state.restore_stop(self.disk.stop.clone());
        self.swarm
            .state
            .restore_jobs(stored, next, used, self.swarm.now());
        self.carry_out();
    }

    fn cut_off(&mut self, machine: usize) {
        let machine = &mut self.machines[machine];
        machine.inbox.clear();
        if let Some(session) = machine.session.take() {
            self.swarm
                .state
                .closed(session, "cut off", self.swarm.now());
        }
    }

    fn come_back(&mut self, machine: usize) {
        if self.machines[machine].session.is_some() {
            return;
        }
        self.sessions += 1;
        let session = SessionId(self.sessions);
        let mut hello = hello(&format!("m{machine}"), 2);
        hello.capabilities.limits = Some(Limits {
            max_executions: 2,
            ..Limits::default()
        });
        hello.running = self.machines[machine]
            .ledger
            .keys()
            .map(|id| Running {
                request_id: id.to_string(),
                skill_name: "ShellSkill".into(),
                method_name: "run".into(),
                first_seq: 0,
                next_seq: 0,
            })
            .collect();
        let arrival = Arrival {
            counted: false,
            peer: "10.0.0.1:5".to_owned(),
            secure: true,
            credential: Credential::SharedToken,
        };
        self.machines[machine].session = Some(session);
        self.swarm
            .state
            .hello(session, hello, arrival, self.swarm.now());
        self.swarm.state.settle(self.swarm.now());
        self.carry_out();
        // What ended meanwhile is told again.
        let ended: Vec<_> = self.machines[machine]
            .ledger
            .iter()
            .filter_map(|(id, outcome)| outcome.map(|outcome| (*id, outcome)))
            .collect();
        for (id, outcome) in ended {
            self.tell(machine, id, outcome);
        }
    }

    fn tell(&mut self, machine: usize, id: Uuid, outcome: Outcome) {
        if let Some(session) = self.machines[machine].session {
            let response = FromSpore::Response(response(id, outcome));
            self.swarm
                .state
                .message(session, response, self.swarm.now());
            self.swarm.state.settle(self.swarm.now());
            self.carry_out();
        }
    }

    /// A machine reads its next frame.
    fn deliver(&mut self, number: usize) {
        let machine = &mut self.machines[number];
        let Some(frame) = machine.inbox.pop_front() else {
            return;
        };
        match frame {
            FromNexus::ExecuteSkill(order) => {
                let id: Uuid = order.request_id.parse().unwrap();
                if machine.ledger.contains_key(&id) {
                    return;
                }
                machine.ledger.insert(id, None);
                self.begin(id);
            }
            FromNexus::Cancel(cancel) => {
                let id: Uuid = cancel.request_id.parse().unwrap();
                match machine.ledger.get_mut(&id) {
                    Some(ended @ None) => {
                        let outcome = match cancel.reason.as_str() {
                            "timed out" => Outcome::TimedOut,
                            _ => Outcome::Cancelled,
                        };
                        *ended = Some(outcome);
                        self.truth.insert(id, Truth::Ended(outcome));
                        self.tell(number, id, outcome);
                    }
                    Some(Some(_)) => {}
                    None => {
                        let session = machine.session.unwrap();
                        let problem = FromSpore::Problem(Problem {
                            code: "unknown_execution".into(),
                            request_id: Some(id.to_string()),
                            ..Problem::default()
                        });
                        self.swarm.state.message(session, problem, self.swarm.now());
                    }
                }
            }
            FromNexus::Ack(ack) if ack.finished => {
                machine.ledger.remove(&ack.request_id.parse().unwrap());
            }
            _ => {}
        }
    }

    /// The moment that must never come twice without a reason.
    fn begin(&mut self, id: Uuid) {
        let target = self.targets[&id];
        let (consent, limit) = self
            .may_repeat
            .get(&target.0)
            .copied()
            .unwrap_or((false, 0));
        let before = self.begun.entry(target).or_default();
        for earlier in before.iter() {
            let truth = self.truth[earlier];
            assert!(
                consent,
                "begun again without consent: {truth:?} {target:?} {id} after {earlier}"
            );
            let failed = matches!(truth, Truth::Ended(Outcome::Failed | Outcome::TimedOut));
            assert!(failed, "begun again although it did not fail: {truth:?}");
        }
        assert!(before.len() <= limit, "begun more often than allowed");
        before.push(id);
        assert!(
            self.truth.insert(id, Truth::Runs).is_none(),
            "one execution was begun twice"
        );
    }

    fn end_one(&mut self, number: usize, outcome: u8, twice: bool) {
        let machine = &mut self.machines[number];
        let running = machine.ledger.iter_mut().find(|(_, ended)| ended.is_none());
        let Some((&id, ended)) = running else {
            return;
        };
        let outcome = match outcome % 4 {
            0 => Outcome::Failed,
            _ => Outcome::Succeeded,
        };
        *ended = Some(outcome);
        self.truth.insert(id, Truth::Ended(outcome));
        for _ in 0..=u8::from(twice) {
            self.tell(number, id, outcome);
        }
    }

    fn pass(&mut self, seconds: u8) {
        for _ in 0..seconds {
            self.swarm.at += Duration::from_secs(1);
            for machine in 0..MACHINES {
                if let Some(session) = self.machines[machine].session {
                    self.swarm.state.heard(session, self.swarm.now());
                }
            }
            self.swarm.state.tick(self.swarm.now());
            self.carry_out();
        }
    }

    /// Nothing is said that is not so.
    fn check(&self) {
        for job in self.swarm.state.jobs(true) {
            for target in self.swarm.state.job_targets(job.id, 0).unwrap() {
                let truth = target
                    .execution_id
                    .and_then(|id| self.truth.get(&id))
                    .copied();
                let told = (target.state, truth);
                match target.state {
                    TargetState::Succeeded => {
                        assert_eq!(truth, Some(Truth::Ended(Outcome::Succeeded)), "{told:?}")
                    }
                    TargetState::Failed if target.error.as_deref() == Some("why") => {
                        assert_eq!(truth, Some(Truth::Ended(Outcome::Failed)), "{told:?}");
                    }
                    TargetState::Cancelled => assert!(
                        !matches!(truth, Some(Truth::Runs | Truth::Ended(Outcome::Succeeded))),
                        "said to be cancelled: {told:?}"
                    ),
                    TargetState::Skipped | TargetState::Expired => {
                        assert!(!matches!(truth, Some(Truth::Runs)), "{told:?}");
                    }
                    _ => {}
                }
            }
        }
    }

    /// Everything works again; everything comes to its end.
    fn heal(&mut self) {
        self.swarm
            .state
            .release_all(&Caller::local(), self.swarm.now());
        for round in 0..400 {
            for machine in 0..MACHINES {
                self.come_back(machine);
                while !self.machines[machine].inbox.is_empty() {
                    self.deliver(machine);
                    self.carry_out();
                }
                self.end_one(machine, 1, false);
            }
            self.commit();
            for job in self.swarm.state.jobs(false) {
                if job.state == JobState::Paused {
                    let now = self.swarm.now();
                    drop(self.swarm.state.control_job(
                        job.id,
                        Control::Resume,
                        &Caller::local(),
                        now,
                    ));
                }
            }
            self.pass(if round % 10 == 9 { 30 } else { 1 });
            self.check();
            if self.swarm.state.jobs(false).is_empty() && self.pending.is_empty() {
                return;
            }
        }
        let left = self.swarm.state.jobs(false);
        panic!("these are never over: {left:#?}");
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_nothing_is_begun_twice_and_nothing_is_said_that_is_not_so(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let mut world = World::new();
        for step in steps {
            world.play(step);
        }
        world.heal();
        world.commit();
        for id in &world.accepted {
            let kept = world.disk.jobs.values().find(|(info, _)| info.id == *id);
            let (info, _) = kept.expect("an accepted job is lost");
            prop_assert!(info.state.is_over(), "{:?}", info);
        }
    }
}
