use std::sync::Arc;
use std::time::SystemTime;

use serde_json::json;
use uuid::Uuid;

use super::super::{Condition, Maker, NewRun, Run, RunState, StepState, Version};
use super::restart;
use crate::access::Caller;
use crate::job::JobState;

/// A run of steps with these conditions; true: it may fail.
fn run(steps: &[(Condition, bool)]) -> Run {
    let mut runbook = restart();
    let step = runbook.steps[0].clone();
    runbook.steps = steps
        .iter()
        .map(|(when, continue_on_failure)| {
            let mut step = step.clone();
            (step.when, step.continue_on_failure) = (*when, *continue_on_failure);
            step
        })
        .collect();
    let by = Maker {
        id: "local".into(),
        name: "local".into(),
    };
    let new = NewRun {
        id: Uuid::from_u128(7),
        version: Arc::new(Version {
            number: 1,
            runbook,
            owner: by.clone(),
            by,
            at: SystemTime::UNIX_EPOCH,
        }),
        parameters: json!({"service": "nginx", "password": "hunter2"})
            .as_object()
            .cloned()
            .unwrap(),
        target: None,
        caller: Caller::local(),
        origin: None,
    };
    Run::new(&new, SystemTime::UNIX_EPOCH).unwrap()
}

/// Plays it; each step that runs ends as told. Which steps ran.
fn play(run: &mut Run, mut ends: impl FnMut(usize) -> JobState) -> Vec<usize> {
    let mut ran = Vec::new();
    while let Some(index) = run.next_step() {
        let job = Uuid::from_u128(index as u128);
        run.begun(index, job);
        assert_eq!(run.next_step(), None, "one after the other");
        assert!(!run.end_if_done(SystemTime::UNIX_EPOCH));
        run.job_over(Uuid::from_u128(999), JobState::Failed, None);
        run.job_over(job, ends(index), Some("1 failed"));
        ran.push(index);
    }
    assert!(run.end_if_done(SystemTime::UNIX_EPOCH));
    ran
}

/// Steps, which of them fail, which run, how it ends.
type Case<'a> = (&'a [(Condition, bool)], &'a [usize], &'a [usize], RunState);

#[test]
fn steps_run_by_what_became_of_those_before() {
    use Condition::{Always, Failure, Success};
    use RunState::{Failed, Succeeded};
    let plain = &[(Success, false), (Success, false), (Success, false)][..];
    let cases: [Case<'_>; 8] = [
        (plain, &[], &[0, 1, 2], Succeeded),
        (plain, &[0], &[0], Failed),
        (
            &[(Failure, false), (Success, false)],
            &[],
            &[0, 1],
            Succeeded,
        ),
        (
            &[(Success, true), (Success, false)],
            &[0],
            &[0, 1],
            Succeeded,
        ),
        (
            &[(Success, true), (Failure, false), (Success, false)],
            &[0],
            &[0, 1, 2],
            Succeeded,
        ),
        // Rolled back: what was to follow does not.
        (
            &[
                (Success, false),
                (Failure, false),
                (Success, false),
                (Always, false),
            ],
            &[0],
            &[0, 1, 3],
            Failed,
        ),
        (
            &[(Success, false), (Failure, false), (Success, false)],
            &[],
            &[0, 2],
            Succeeded,
        ),
        // What was passed over is no step before.
        (
            &[(Success, false), (Success, false), (Failure, false)],
            &[0],
            &[0, 2],
            Failed,
        ),
    ];
    for (steps, fail, ran, end) in cases {
        let mut run = run(steps);
        let told = play(&mut run, |index| {
            if fail.contains(&index) {
                JobState::Failed
            } else {
                JobState::Succeeded
            }
        });
        assert_eq!(
            (told.as_slice(), run.state),
            (ran, end),
            "{steps:?} {fail:?}"
        );
        assert!(
            run.steps
                .iter()
                .all(|step| step.state != StepState::Pending)
        );
    }
}

#[test]
fn whatever_is_no_success_is_a_failure() {
    for state in [JobState::Failed, JobState::Cancelled, JobState::Expired] {
        let mut run = run(&[(Condition::Success, false)]);
        play(&mut run, |_| state);
        assert_eq!(run.state, RunState::Failed);
        assert!(
            run.reason
                .unwrap()
                .starts_with("step 1 (stop) failed: its job ")
        );
    }
}

#[test]
fn nothing_secret_outlives_it() {
    let mut run = run(&[(Condition::Success, false), (Condition::Success, false)]);
    assert!(
        serde_json::to_string(&run).unwrap().contains("hunter2"),
        "while it lives it needs it"
    );
    let ask = run.ask(1).unwrap();
    assert_eq!(
        ask.dedupe_key.as_deref(),
        Some("run:00000000-0000-0000-0000-000000000007:1")
    );
    play(&mut run, |_| JobState::Failed);
    let kept = serde_json::to_string(&run).unwrap();
    assert!(!kept.contains("hunter2"), "{kept}");
    assert_eq!(run.parameters["service"], "nginx");
    assert!(run.ask(1).is_none());
    assert_eq!(serde_json::from_str::<Run>(&kept).unwrap(), run);
}

#[test]
fn a_cancelled_run_begins_nothing_and_waits_for_its_job() {
    let mut run = run(&[(Condition::Success, false), (Condition::Always, false)]);
    let job = Uuid::from_u128(1);
    let index = run.next_step().unwrap();
    run.begun(index, job);
    run.cancel("anna");
    assert_eq!((run.live_job(), run.next_step()), (Some(job), None));
    assert!(!run.end_if_done(SystemTime::UNIX_EPOCH));
    run.job_over(job, JobState::Cancelled, None);
    assert!(run.end_if_done(SystemTime::UNIX_EPOCH));
    assert_eq!(
        (run.state, run.reason.as_deref()),
        (RunState::Cancelled, Some("cancelled by anna"))
    );
    assert_eq!(run.steps[1].state, StepState::Skipped);
}
