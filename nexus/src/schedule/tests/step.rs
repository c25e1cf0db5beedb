use std::time::SystemTime;

use uuid::Uuid;

use super::super::{Last, Marks, Outcome, Overlap, Schedule, Step};
use super::request::hourly;
use super::when::at;

/// Due at nine, and it is a second past.
fn schedule(overlap: Overlap) -> Schedule {
    let mut schedule = hourly();
    schedule.overlap = overlap;
    schedule.marks = Marks {
        looked: at("2026-01-01T08:00:00Z"),
        fired: Some(at("2026-01-01T08:00:00Z")),
    };
    schedule
}

fn now() -> SystemTime {
    at("2026-01-01T09:00:01Z")
}

fn settle(schedule: &mut Schedule, step: Step) -> Last {
    let Step::Settle(settled) = step else {
        panic!("{step:?} settles nothing");
    };
    let last = settled.last.clone();
    assert!(schedule.keep(settled));
    last
}

fn started(at: SystemTime) -> Last {
    Last {
        at,
        outcome: Outcome::Started,
        why: None,
        job_id: Some(Uuid::nil()),
        run_id: None,
    }
}

#[test]
fn a_paused_one_does_nothing() {
    let mut paused = schedule(Overlap::Allow);
    paused.paused = true;
    paused.queued = Some(now());
    assert_eq!(paused.step(false, now()), Step::Nothing);
}

#[test]
fn while_the_last_one_is_not_over() {
    let nine = at("2026-01-01T09:00:00Z");
    let fire = Step::Fire {
        at: nine,
        until: nine,
        missed: 0,
    };
    for overlap in [Overlap::Skip, Overlap::Queue, Overlap::Allow] {
        assert_eq!(schedule(overlap).step(false, now()), fire);
    }
    assert_eq!(schedule(Overlap::Allow).step(true, now()), fire);

    let mut skips = schedule(Overlap::Skip);
    let step = skips.step(true, now());
    assert_eq!(settle(&mut skips, step).outcome, Outcome::Skipped);
    assert_eq!(
        skips.step(false, now()),
        Step::Nothing,
        "what was left out is not begun later"
    );

    let mut waits = schedule(Overlap::Queue);
    let step = waits.step(true, now());
    settle(&mut waits, step);
    assert_eq!(waits.step(true, now()), Step::Nothing);
    let step = waits.step(true, at("2026-01-01T10:00:00Z"));
    assert_eq!(
        settle(&mut waits, step).why.as_deref(),
        Some("one waits already")
    );
    let later = at("2026-01-01T10:30:00Z");
    let Step::Fire {
        at: waited, until, ..
    } = waits.step(false, later)
    else {
        panic!("it waited for this");
    };
    assert_eq!(waited, nine);
    let settled = waits.settled(waited, until, started(waited));
    assert!(waits.keep(settled));
    assert_eq!(waits.step(false, later), Step::Nothing);
}

#[test]
fn what_was_changed_meanwhile_is_not_overwritten() {
    let nine = at("2026-01-01T09:00:00Z");
    let mut edited = schedule(Overlap::Skip);
    let settled = edited.settled(nine, nine, started(nine));
    let marks = Marks {
        looked: now(),
        fired: None,
    };
    edited.marks = marks;
    assert!(!edited.keep(settled));
    assert_eq!(edited.marks, marks);
    assert_eq!(
        edited.last.unwrap().job_id,
        Some(Uuid::nil()),
        "what was begun stays known"
    );
}

#[test]
fn what_it_began_last_stays_known_when_others_are_left_out() {
    let mut skips = schedule(Overlap::Skip);
    skips.last = Some(started(at("2026-01-01T08:00:00Z")));
    let step = skips.step(true, now());
    settle(&mut skips, step);
    assert_eq!(skips.last.unwrap().job_id, Some(Uuid::nil()));
}
