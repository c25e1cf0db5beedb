//! Jobs, played by hand: waves, thresholds, retries, nodes that come and go, STOP.

mod hands;
mod model;
mod runs;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::access::{Caller, Principal, PrincipalKind, Role, Scope};
use crate::job::{JobInfo, JobRequest, JobState, JobTargetInfo, TargetState};
use crate::state::Control;
use crate::store::Write;

impl Swarm {
    /// What was to be kept reaches the disk, and whatever follows from that, until nothing does.
    fn commit(&mut self) {
        for _ in 0..1000 {
            let kept: Vec<Kept> = self
                .done
                .iter_mut()
                .filter_map(|effect| match effect {
                    Effect::Store(
                        Write::Begin(_, kept) | Write::Job(_, kept) | Write::End(_, kept),
                    ) => kept.take(),
                    _ => None,
                })
                .collect();
            if kept.is_empty() {
                return;
            }
            for one in kept {
                self.state.kept(one, self.now());
                self.state.settle(self.now());
                self.collect();
            }
        }
        panic!("it never comes to rest");
    }

    fn ask_for(&mut self, more: serde_json::Value) -> Result<Uuid, SubmitError> {
        self.ask_as(Caller::local(), more)
    }

    fn ask_as(&mut self, caller: Caller, more: serde_json::Value) -> Result<Uuid, SubmitError> {
        let mut all = json!({"skill_name": "ShellSkill", "method_name": "run", "target": "*"});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let request: JobRequest = serde_json::from_value(all).unwrap();
        let new = request.into_job(caller, None).unwrap();
        let submitted = self.state.submit_job(new, self.now());
        self.state.settle(self.now());
        self.collect();
        submitted.map(|submitted| submitted.info.id)
    }

    fn job(&self, id: Uuid) -> Arc<JobInfo> {
        self.state.job(id).unwrap()
    }

    fn targets(&self, id: Uuid) -> Vec<JobTargetInfo> {
        self.state.job_targets(id, 0).unwrap()
    }

    fn states(&self, id: Uuid) -> Vec<TargetState> {
        self.targets(id).iter().map(|target| target.state).collect()
    }

    fn control(&mut self, id: Uuid, control: Control) {
        self.state
            .control_job(id, control, &Caller::local(), self.now())
            .unwrap();
        self.state.settle(self.now());
        self.collect();
    }

    /// Answers the orders of a session that were not answered yet.
    fn answer(&mut self, session: SessionId, outcome: Outcome) -> usize {
        self.commit();
        let orders = self.orders(session);
        let open: Vec<_> = orders
            .into_iter()
            .filter(|id| {
                self.state
                    .execution(*id)
                    .is_some_and(|one| !one.state.is_over())
            })
            .collect();
        for id in &open {
            self.respond(session, *id, outcome);
            self.state.settle(self.now());
            self.collect();
        }
        self.commit();
        open.len()
    }
}

fn five(swarm: &mut Swarm) -> Vec<SessionId> {
    (0..5).map(|n| swarm.join(&format!("n{n}"), 2)).collect()
}

#[test]
fn nothing_is_sent_before_it_is_on_disk() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm.ask_for(json!({})).unwrap();
    assert!(nodes.iter().all(|node| swarm.orders(*node).is_empty()));
    assert_eq!(swarm.job(id).tally.queued, 5);
    swarm.commit();
    assert!(nodes.iter().all(|node| swarm.orders(*node).len() == 1));
    assert_eq!(swarm.job(id).tally.dispatched, 5);
    for node in nodes {
        assert_eq!(swarm.answer(node, Outcome::Succeeded), 1);
    }
    let job = swarm.job(id);
    assert_eq!((job.state, job.tally.succeeded), (JobState::Succeeded, 5));
}

#[test]
fn nobody_is_an_error_and_never_everybody() {
    let mut swarm = Swarm::new();
    five(&mut swarm);
    for target in ["", "tag:nothing", "not *"] {
        let refused = swarm.ask_for(json!({ "target": target })).unwrap_err();
        assert_eq!(refused.code(), "no_targets", "{target:?}");
    }
    assert_eq!(swarm.orders(SessionId(1)).len(), 0);
}

#[test]
fn a_set_that_is_not_the_one_shown_is_not_asked() {
    let mut swarm = Swarm::new();
    five(&mut swarm);
    let id = swarm.ask_for(json!({})).unwrap();
    let shown = swarm.job(id).targets_sha256.to_string();
    swarm.join("n5", 2);
    let refused = swarm
        .ask_for(json!({ "targets_sha256": shown }))
        .unwrap_err();
    assert_eq!(refused.code(), "targets_changed");
    let refused = swarm.ask_for(json!({"confirm_count": 5})).unwrap_err();
    assert_eq!(refused.code(), "confirm_count");
    swarm.ask_for(json!({"confirm_count": 6})).unwrap();
}

#[test]
fn the_same_key_is_the_same_job_and_another_call_is_refused() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm.ask_for(json!({"dedupe_key": "k"})).unwrap();
    assert_eq!(swarm.ask_for(json!({"dedupe_key": "k"})).unwrap(), id);
    let other = json!({"dedupe_key": "k", "parameters": {"command": "other"}});
    assert_eq!(swarm.ask_for(other).unwrap_err().code(), "duplicate");
    swarm.commit();
    assert_eq!(swarm.orders(nodes[0]).len(), 1);
}

#[test]
fn each_wave_is_seen_before_the_next_begins() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm
        .ask_for(json!({"waves": {"canary": 1, "steps": [60], "gate": "ask"}}))
        .unwrap();
    swarm.commit();
    let asked = |swarm: &Swarm| {
        nodes
            .iter()
            .filter(|node| !swarm.orders(**node).is_empty())
            .count()
    };
    assert_eq!(asked(&swarm), 1);
    swarm.answer(nodes[0], Outcome::Succeeded);
    let job = swarm.job(id);
    assert_eq!(
        (job.state, job.at_gate, asked(&swarm)),
        (JobState::Paused, true, 1)
    );
    swarm.control(id, Control::Resume);
    swarm.commit();
    assert_eq!(asked(&swarm), 3);
    for node in &nodes[1..3] {
        swarm.answer(*node, Outcome::Succeeded);
    }
    assert_eq!(swarm.job(id).state, JobState::Paused);
    swarm.control(id, Control::Resume);
    swarm.commit();
    for node in &nodes[3..] {
        swarm.answer(*node, Outcome::Succeeded);
    }
    assert_eq!(swarm.job(id).state, JobState::Succeeded);
}

#[test]
fn a_threshold_stops_what_has_not_begun() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm
        .ask_for(json!({"waves": {"canary": 2}, "stop_after": {"failures": 1}}))
        .unwrap();
    swarm.answer(nodes[0], Outcome::Failed);
    let job = swarm.job(id);
    assert_eq!(job.state, JobState::Paused);
    assert!(job.reason.as_deref().unwrap().contains("threshold"));
    swarm.answer(nodes[1], Outcome::Succeeded);
    assert!(
        swarm.orders(nodes[2]).is_empty(),
        "the second wave never begins by itself"
    );
    swarm.control(id, Control::Resume);
    swarm.commit();
    assert_eq!(swarm.orders(nodes[2]).len(), 1);
    for node in &nodes[2..] {
        swarm.answer(*node, Outcome::Succeeded);
    }
    assert_eq!(swarm.job(id).state, JobState::Failed);
}

#[test]
fn offline_nodes_are_skipped_or_waited_for_until_the_job_expires() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.drop_session(nodes[4]);
    swarm.drop_session(nodes[3]);
    let skipping = swarm.ask_for(json!({})).unwrap();
    assert_eq!(swarm.job(skipping).tally.skipped, 2);
    let waiting = swarm
        .ask_for(json!({"offline": "wait", "expires_in": 60}))
        .unwrap();
    assert_eq!(swarm.job(waiting).tally.waiting, 2);
    let back = swarm.join("n3", 2);
    swarm.state.settle(swarm.now());
    swarm.collect();
    swarm.commit();
    assert_eq!(swarm.orders(back).len(), 1);
    for node in nodes[..3].iter().chain([&back]) {
        swarm.answer(*node, Outcome::Succeeded);
    }
    assert_eq!(swarm.job(skipping).state, JobState::Succeeded);
    assert_eq!(swarm.job(waiting).state, JobState::Running);
    for _ in 0..30 {
        swarm.pass(2.0);
        for node in nodes[..3].iter().chain([&back]) {
            swarm.beat(*node, 0.1);
        }
    }
    swarm.pass(1.0);
    let job = swarm.job(waiting);
    assert_eq!((job.state, job.tally.expired), (JobState::Expired, 1));
}

#[test]
fn only_what_may_be_repeated_is_repeated() {
    let mut swarm = Swarm::new();
    let node = swarm.join("n0", 2);
    let timid = swarm
        .ask_for(json!({"retry": {"limit": 3, "backoff": 0.1}}))
        .unwrap();
    swarm.answer(node, Outcome::Failed);
    assert_eq!(swarm.job(timid).state, JobState::Failed);
    let bold = swarm
        .ask_for(json!({"retry": {"limit": 2, "backoff": 1.0, "consent": true}}))
        .unwrap();
    for attempt in 1..=3 {
        assert_eq!(swarm.answer(node, Outcome::Failed), 1, "attempt {attempt}");
        assert_eq!(
            swarm.answer(node, Outcome::Failed),
            0,
            "it waits before the next one"
        );
        swarm.pass(3.0);
        swarm.beat(node, 0.0);
    }
    let job = swarm.job(bold);
    assert_eq!(
        (job.state, swarm.targets(bold)[0].attempts),
        (JobState::Failed, 3)
    );
}

#[test]
fn a_lost_socket_decides_nothing_and_a_late_answer_corrects() {
    let mut swarm = Swarm::new();
    let node = swarm.join("n0", 2);
    let id = swarm
        .ask_for(json!({"retry": {"limit": 5, "consent": true}}))
        .unwrap();
    swarm.commit();
    let order = swarm.orders(node)[0];
    swarm.drop_session(node);
    assert_eq!(swarm.states(id), [TargetState::Unknown]);
    assert_eq!(swarm.job(id).state, JobState::Running, "it may come back");
    swarm.pass(40.0);
    assert_eq!(swarm.job(id).state, JobState::Failed, "nobody can prove it");
    let mut again = hello("n0", 2);
    again.running = vec![Running {
        request_id: order.to_string(),
        skill_name: "ShellSkill".into(),
        method_name: "run".into(),
        first_seq: 0,
        next_seq: 0,
    }];
    let node = swarm.join_as(again);
    swarm.answer(node, Outcome::Succeeded);
    swarm.respond(node, order, Outcome::Succeeded);
    swarm.state.settle(swarm.now());
    let job = swarm.job(id);
    assert_eq!((job.state, job.tally.succeeded), (JobState::Succeeded, 1));
    assert_eq!(swarm.targets(id)[0].attempts, 1);
}

#[test]
fn any_of_these_moves_on_when_one_cannot() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm
        .ask_for(json!({"any": 1, "retry": {"limit": 4, "backoff": 0.1}}))
        .unwrap();
    let mut asked = Vec::new();
    for _ in 0..5 {
        swarm.commit();
        for (index, node) in nodes.iter().enumerate() {
            let before = swarm.orders(*node).len();
            if swarm.answer(*node, Outcome::Refused) > 0 {
                assert_eq!(before, 1);
                asked.push(index);
            }
        }
        swarm.pass(1.5);
    }
    asked.sort_unstable();
    assert_eq!(asked, [0, 1, 2, 3, 4], "each of them once");
    assert_eq!(swarm.job(id).state, JobState::Failed);
}

fn homes(swarm: &Swarm, id: Uuid) -> Vec<String> {
    let targets = swarm.targets(id).into_iter();
    targets.map(|target| target.node_id).collect()
}

#[test]
fn any_goes_where_its_wishes_say() {
    let mut swarm = Swarm::new();
    for (at, rack) in ["1", "1", "2", "2", "3"].iter().enumerate() {
        let mut hello = hello(&format!("n{at}"), 2);
        hello.capabilities.tags = vec![format!("rack={rack}")];
        swarm.join_as(hello);
    }
    let group = crate::groups::NewGroup {
        name: "old".into(),
        target: "id:n0 or id:n2".into(),
    };
    swarm
        .state
        .put_group(&group, false, "ann", swarm.now())
        .unwrap();
    let spread = json!({"any": 3, "strategy": "spread", "spread_by": "rack", "avoid": "@old"});
    let id = swarm.ask_for(spread).unwrap();
    assert_eq!(homes(&swarm, id), ["n1", "n3", "n4"]);
    let id = swarm.ask_for(json!({"any": 1, "prefer": "id:n3"})).unwrap();
    assert_eq!(homes(&swarm, id), ["n3"], "busier, but preferred");
    let turns: Vec<_> = (0..3)
        .map(|_| {
            let id = swarm
                .ask_for(json!({"any": 1, "strategy": "round_robin"}))
                .unwrap();
            homes(&swarm, id).remove(0)
        })
        .collect();
    assert_eq!(turns, ["n0", "n1", "n2"]);
    let missing = swarm
        .ask_for(json!({"any": 1, "prefer": "@gone"}))
        .unwrap_err();
    assert_eq!(missing.code(), "unknown_group");
}

#[test]
fn any_waits_in_line_for_a_slot_and_is_nowhere_without_one() {
    let mut swarm = Swarm::new();
    let mut with = hello("n0", 2);
    with.capabilities.has_gpu = true;
    let node = swarm.join_as(with);
    swarm.join("n1", 2);
    let ask = json!({"any": 1, "resource": "gpu"});
    let (first, second) = (
        swarm.ask_for(ask.clone()).unwrap(),
        swarm.ask_for(ask).unwrap(),
    );
    assert_eq!(
        (homes(&swarm, first), homes(&swarm, second)),
        (vec!["n0".into()], vec!["n0".into()])
    );
    swarm.answer(node, Outcome::Succeeded);
    swarm.answer(node, Outcome::Succeeded);
    assert_eq!(swarm.job(second).state, JobState::Succeeded);
}

#[test]
fn limits_hold_for_the_job_and_free_places_are_used() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm.ask_for(json!({"concurrency": 2})).unwrap();
    let mut done = 0;
    for _ in 0..5 {
        swarm.commit();
        assert!(swarm.job(id).tally.dispatched <= 2);
        for node in &nodes {
            let open = swarm.orders(*node).len() == 1
                && swarm.states(id)[usize::try_from(node.0).unwrap() - 1]
                    == TargetState::Dispatched;
            if open {
                done += swarm.answer(*node, Outcome::Succeeded);
                break;
            }
        }
    }
    assert_eq!((done, swarm.job(id).state), (5, JobState::Succeeded));
}

#[test]
fn the_higher_priority_goes_first_where_they_meet() {
    let mut swarm = Swarm::new();
    let mut small = hello("n0", 2);
    small.capabilities.limits = Some(Limits {
        max_executions: 1,
        ..Limits::default()
    });
    let node = swarm.join_as(small);
    swarm.ask_for(json!({})).unwrap();
    let low = swarm.ask_for(json!({"priority": 1})).unwrap();
    let high = swarm.ask_for(json!({"priority": 9})).unwrap();
    swarm.answer(node, Outcome::Succeeded);
    assert_eq!(swarm.states(high), [TargetState::Dispatched]);
    assert_eq!(swarm.states(low), [TargetState::Queued]);
}

#[test]
fn a_gpu_is_used_by_one_at_a_time() {
    let mut swarm = Swarm::new();
    let mut with = hello("n0", 2);
    with.capabilities.has_gpu = true;
    let node = swarm.join_as(with);
    let first = swarm.ask_for(json!({"resource": "gpu"})).unwrap();
    let second = swarm.ask_for(json!({"resource": "gpu"})).unwrap();
    let none = swarm.ask_for(json!({})).unwrap();
    swarm.commit();
    assert_eq!(swarm.states(first), [TargetState::Dispatched]);
    assert_eq!(swarm.states(second), [TargetState::Queued]);
    assert_eq!(
        swarm.states(none),
        [TargetState::Dispatched],
        "it does not wait behind"
    );
    swarm.answer(node, Outcome::Succeeded);
    assert_eq!(swarm.states(second), [TargetState::Dispatched]);
}

#[test]
fn cancelled_is_said_when_it_is_proved() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm.ask_for(json!({"concurrency": 3})).unwrap();
    swarm.commit();
    swarm.control(id, Control::Cancel);
    let job = swarm.job(id);
    assert_eq!(
        (job.state, job.tally.stopping, job.tally.cancelled),
        (JobState::Stopping, 3, 2)
    );
    for node in &nodes[..3] {
        assert_eq!(swarm.cancels(*node), 1);
    }
    swarm.answer(nodes[0], Outcome::Cancelled);
    // It was quicker than the order to stop.
    swarm.answer(nodes[1], Outcome::Succeeded);
    swarm.pass(8.0);
    for node in &nodes {
        swarm.beat(*node, 0.0);
    }
    swarm.pass(8.0);
    let job = swarm.job(id);
    assert_eq!(job.state, JobState::Cancelled);
    assert_eq!(
        (job.tally.cancelled, job.tally.succeeded, job.tally.unknown),
        (3, 1, 1)
    );
    assert!(nodes[3..].iter().all(|node| swarm.orders(*node).is_empty()));
}

fn token() -> Caller {
    Caller {
        principal: Arc::new(Principal {
            id: "t".into(),
            name: "script".into(),
            kind: PrincipalKind::Token,
            role: Role::Operator,
            scope: Scope::all(),
        }),
        from: "10.0.0.9:1".into(),
    }
}

#[test]
fn stop_stops_everything_and_holds_until_it_is_released() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let old = swarm.join("old", 1);
    let id = swarm
        .ask_for(json!({"concurrency": 3, "confirm_count": 6}))
        .unwrap();
    let direct = swarm.run_on("n4");
    swarm.commit();
    let stop = swarm.state.stop_all(&Caller::local(), "smoke", swarm.now());
    swarm.state.settle(swarm.now());
    swarm.collect();
    assert!(stop.held);
    assert_eq!(stop.stopping + stop.cannot, 4);
    let waiting = swarm.ask_as(token(), json!({"confirm_count": 6})).unwrap();
    swarm.commit();
    assert_eq!(
        swarm.states(waiting),
        vec![TargetState::Queued; 6],
        "accepted, and held"
    );
    let refused = {
        let submission = Submission {
            id: Uuid::new_v4(),
            target: Target::Node("n0".into()),
            call: call(30),
            mode: Mode::Stream,
            caller: token(),
            approval: None,
        };
        swarm
            .state
            .submit(submission, false, swarm.now())
            .unwrap_err()
    };
    assert_eq!(refused.code(), "held");
    for node in nodes.iter().chain([&old]) {
        swarm.answer(*node, Outcome::Cancelled);
    }
    assert!(swarm.at_state(direct) == ExecutionState::Cancelled);
    let stop = swarm.state.stop_info();
    assert_eq!((stop.stopping, stop.unknown), (0, 0));
    assert_eq!(stop.proved, 4 - stop.cannot);
    swarm.state.release_all(&Caller::local(), swarm.now());
    swarm.state.settle(swarm.now());
    swarm.collect();
    swarm.commit();
    assert!(swarm.job(id).tally.dispatched > 0, "the queue goes on");
}

#[test]
fn one_node_is_stopped_and_the_others_are_not() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let id = swarm.ask_for(json!({})).unwrap();
    swarm.commit();
    let ordinal = swarm.state.node("n2").unwrap().ordinal;
    let told = swarm
        .state
        .stop_node(ordinal, &Caller::local(), swarm.now());
    swarm.collect();
    assert_eq!((told.stopping, told.held), (1, false));
    assert_eq!(swarm.cancels(nodes[2]), 1);
    assert_eq!(swarm.cancels(nodes[1]), 0);
    swarm.answer(nodes[2], Outcome::Cancelled);
    assert_eq!(swarm.job(id).tally.cancelled, 1);
}

#[test]
fn what_the_disk_does_not_take_is_not_sent() {
    let mut swarm = Swarm::new();
    let node = swarm.join("n0", 2);
    let id = swarm.ask_for(json!({})).unwrap();
    let begun = swarm.targets(id)[0].execution_id.unwrap();
    swarm
        .state
        .lost(Kept::Accepted(begun), "disk full", swarm.now());
    swarm.state.settle(swarm.now());
    swarm.collect();
    swarm.pass(5.0);
    assert!(swarm.orders(node).is_empty());
    let job = swarm.job(id);
    assert_eq!(job.state, JobState::Paused);
    assert!(job.reason.as_deref().unwrap().contains("disk full"));
    swarm.control(id, Control::Resume);
    assert_eq!(swarm.answer(node, Outcome::Succeeded), 1);
    assert_eq!(swarm.job(id).state, JobState::Succeeded);
}

#[test]
fn what_a_revoked_token_asked_for_waits_for_a_person() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    let theirs = swarm.ask_as(token(), json!({"concurrency": 1})).unwrap();
    let ours = swarm.ask_for(json!({"concurrency": 1})).unwrap();
    swarm.commit();
    assert_eq!(swarm.state.pause_jobs_of("t", swarm.now()), 1);
    for node in &nodes {
        swarm.answer(*node, Outcome::Succeeded);
    }
    assert_eq!(swarm.job(theirs).state, JobState::Paused);
    assert_eq!(swarm.job(theirs).tally.succeeded, 1, "what was out goes on");
    assert!(swarm.job(ours).tally.succeeded > 1);
}
