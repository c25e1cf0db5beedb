//! Runs of runbooks, played by hand: steps one after the other, crashes in between, cancelling.

use serde_json::{Value, json};

use super::*;
use crate::runbook::{NewRun, Run, RunError, RunState, StepState, from_json};
use crate::store::Plan;

const RUN: Uuid = Uuid::from_u128(42);

/// Steps of these conditions, each for all nodes.
fn document(steps: &[Value]) -> String {
    let step = |(index, more): (usize, &Value)| {
        let mut step = json!({"name": format!("step {index}"), "job": {"skill_name": "ShellSkill", "method_name": "run"}});
        step.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        step
    };
    let steps: Vec<_> = steps.iter().enumerate().map(step).collect();
    json!({"name": "book", "target": "*", "steps": steps}).to_string()
}

impl Swarm {
    fn put_book(&mut self, steps: &[Value]) {
        let runbook = from_json(&document(steps)).unwrap();
        let put = self
            .state
            .put_runbook(runbook, &Caller::local(), self.now())
            .unwrap();
        assert!(put.new);
        self.collect();
    }

    fn new_run(&self, caller: Caller) -> NewRun {
        NewRun {
            id: RUN,
            version: Arc::clone(self.state.runbooks().find("book", None).unwrap()),
            parameters: serde_json::Map::new(),
            target: None,
            caller,
            origin: None,
        }
    }

    fn begin(&mut self) {
        let new = self.new_run(Caller::local());
        let (run, known) = self.state.begin_run(new, false, self.now()).unwrap();
        assert_eq!((run.state, known), (RunState::Running, false));
        self.rest();
    }

    /// What is due is done, and reaches the disk.
    fn rest(&mut self) {
        for _ in 0..3 {
            self.state.tick(self.now());
            self.collect();
            self.commit();
        }
    }

    /// Until nodes have had time to come back, which they do.
    fn wait(&mut self) -> Vec<SessionId> {
        assert!(self.state.poll_timeout() <= Duration::from_secs(20));
        self.at = Duration::from_secs(20);
        let nodes = five(self);
        self.rest();
        nodes
    }

    fn book(&self) -> Arc<Run> {
        self.state.run(RUN).unwrap()
    }

    fn steps(&self) -> Vec<StepState> {
        self.book().steps.iter().map(|step| step.state).collect()
    }

    fn answer_all(&mut self, nodes: &[SessionId], outcome: Outcome) {
        for node in nodes {
            assert_eq!(self.answer(*node, outcome), 1, "one order for each");
        }
        self.rest();
    }

    /// What is on disk of the run.
    fn row(&self) -> Run {
        let row = self.done.iter().rev().find_map(|effect| match effect {
            Effect::Store(Write::Plan(Plan::Run(run))) => Some(Run::clone(run)),
            _ => None,
        });
        row.unwrap()
    }

    fn jobs_asked(&self) -> usize {
        self.state.jobs(true).len()
    }
}

#[test]
fn steps_come_one_after_the_other() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.put_book(&[json!({}), json!({"when": "failure"}), json!({})]);
    swarm.begin();
    assert_eq!(
        swarm.steps(),
        [StepState::Running, StepState::Pending, StepState::Pending]
    );
    swarm.answer_all(&nodes, Outcome::Succeeded);
    assert_eq!(
        swarm.steps(),
        [StepState::Succeeded, StepState::Skipped, StepState::Running]
    );
    let job = swarm.job(swarm.book().steps[2].job.unwrap());
    assert_eq!(job.label, "book: step 2");
    assert_eq!(job.origin.as_ref().unwrap().id, RUN.to_string());
    swarm.answer_all(&nodes, Outcome::Succeeded);
    assert_eq!(
        (swarm.book().state, swarm.jobs_asked()),
        (RunState::Succeeded, 2)
    );
    assert!(swarm.row().finished_at.is_some(), "its end is on disk");
}

#[test]
fn a_failed_step_is_followed_only_by_what_is_for_that() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.put_book(&[json!({}), json!({"when": "failure"}), json!({})]);
    swarm.begin();
    swarm.answer(nodes[0], Outcome::Failed);
    swarm.answer_all(&nodes[1..], Outcome::Succeeded);
    assert_eq!(
        swarm.steps(),
        [StepState::Failed, StepState::Running, StepState::Pending]
    );
    swarm.answer_all(&nodes, Outcome::Succeeded);
    assert_eq!(
        swarm.steps(),
        [StepState::Failed, StepState::Succeeded, StepState::Skipped]
    );
    let run = swarm.book();
    assert_eq!(run.state, RunState::Failed);
    assert!(
        run.reason
            .as_deref()
            .unwrap()
            .starts_with("step 1 (step 0) failed: its job failed: ")
    );
}

#[test]
fn what_cannot_begin_fails_at_once() {
    let mut swarm = Swarm::new();
    swarm.put_book(&[json!({}), json!({}), json!({"when": "always"})]);
    swarm.begin();
    assert_eq!(
        swarm.steps(),
        [StepState::Failed, StepState::Skipped, StepState::Failed]
    );
    assert_eq!(swarm.book().state, RunState::Failed);
}

#[test]
fn a_run_is_begun_once_and_only_by_those_who_may() {
    let mut swarm = Swarm::new();
    five(&mut swarm);
    swarm.put_book(&[json!({"job": {"skill_name": "ShellSkill", "method_name": "wipe"}})]);
    let new = swarm.new_run(Caller::local());
    let refused = swarm.state.begin_run(new, false, swarm.now()).unwrap_err();
    assert_eq!(
        refused,
        RunError::Confirm("step 0".to_owned()),
        "nobody knows what it does"
    );

    let mut limited = Caller::local();
    limited.principal = Arc::new(Principal {
        id: "t".into(),
        name: "t".into(),
        kind: PrincipalKind::Token,
        role: Role::Operator,
        scope: Scope::parse("*", &["ShellSkill.run".to_owned()]).unwrap(),
    });
    let new = swarm.new_run(limited);
    let refused = swarm.state.begin_run(new, true, swarm.now()).unwrap_err();
    assert_eq!(refused, RunError::Call("ShellSkill.wipe".to_owned()));

    swarm.put_book(&[json!({})]);
    swarm.begin();
    let new = swarm.new_run(Caller::local());
    assert!(
        swarm.state.begin_run(new, false, swarm.now()).unwrap().1,
        "the same once more"
    );
    swarm.rest();
    assert_eq!(swarm.jobs_asked(), 1);
}

#[test]
fn a_crash_between_a_job_and_the_row_about_it_begins_nothing_twice() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.put_book(&[json!({}), json!({})]);
    swarm.begin();
    let row = swarm.row();
    let first = row.steps[0].job.unwrap();
    swarm.answer_all(&nodes, Outcome::Succeeded);
    let over = JobInfo::clone(&swarm.job(first));
    assert_eq!(over.dedupe_key, Some(format!("run:{RUN}:0")));

    // The end of the first job is on disk, that the run heard of it is not; or not even that it was begun.
    let mut older = row.clone();
    (older.steps[0].state, older.steps[0].job) = (StepState::Pending, None);
    for row in [row, older] {
        let mut next = Swarm::new();
        next.state.restore_runs(vec![(row, vec![over.clone()])]);
        next.rest();
        assert_eq!(next.jobs_asked(), 0, "nodes have time to come back");
        let nodes = next.wait();
        assert_eq!(next.steps(), [StepState::Succeeded, StepState::Running]);
        assert_eq!(next.jobs_asked(), 1, "only the second one");
        next.answer_all(&nodes, Outcome::Succeeded);
        assert_eq!(next.book().state, RunState::Succeeded);
    }
}

#[test]
fn a_step_of_whose_job_nothing_is_known_is_not_run_again() {
    let mut swarm = Swarm::new();
    five(&mut swarm);
    swarm.put_book(&[json!({}), json!({})]);
    swarm.begin();
    let mut next = Swarm::new();
    next.state.restore_runs(vec![(swarm.row(), Vec::new())]);
    next.wait();
    assert_eq!(
        (next.book().state, next.jobs_asked()),
        (RunState::Failed, 0)
    );
    assert!(
        next.book()
            .reason
            .as_deref()
            .unwrap()
            .contains("nothing is known of it")
    );
}

#[test]
fn a_cancelled_run_waits_for_the_proof_and_begins_nothing_more() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.put_book(&[json!({}), json!({"when": "always"})]);
    swarm.begin();
    let run = swarm.state.cancel_run(RUN, &Caller::local(), swarm.now());
    assert_eq!(run.unwrap().state, RunState::Stopping);
    swarm.rest();
    assert_eq!(swarm.book().state, RunState::Stopping, "no proof yet");
    assert!(nodes.iter().all(|node| swarm.cancels(*node) == 1));
    swarm.answer_all(&nodes, Outcome::Cancelled);
    assert_eq!(
        (swarm.book().state, swarm.jobs_asked()),
        (RunState::Cancelled, 1)
    );
    let again = swarm.state.cancel_run(RUN, &Caller::local(), swarm.now());
    assert!(matches!(again, Err(RunError::State { .. })));
}

#[test]
fn whoever_cancels_its_job_fails_the_run() {
    let mut swarm = Swarm::new();
    let nodes = five(&mut swarm);
    swarm.put_book(&[json!({}), json!({})]);
    swarm.begin();
    let job = swarm.book().steps[0].job.unwrap();
    swarm.control(job, Control::Cancel);
    swarm.answer_all(&nodes, Outcome::Cancelled);
    assert_eq!(
        (swarm.book().state, swarm.jobs_asked()),
        (RunState::Failed, 1)
    );
}
