//! A job that goes from one instance to another, whose nodes have other numbers: what the ledger would hold of it is taken out of
//! the writes of the first one.

use std::collections::BTreeMap;

use super::*;
use crate::job::Record;
use crate::model::ExecutionInfo;
use crate::state::StoredJob;

/// What the first instance had told of a job.
fn told(swarm: &Swarm, id: Uuid) -> StoredJob {
    let (mut info, mut record) = (None, None);
    let mut attempts = BTreeMap::new();
    for effect in &swarm.done {
        match effect {
            Effect::Store(Write::Job(row, _)) if row.info.id == id => {
                info = Some(JobInfo::clone(&row.info));
                let body = row.record.as_ref().filter(|_| record.is_none());
                record = body
                    .map(|body| serde_json::from_str::<Record>(body).unwrap())
                    .or(record);
            }
            Effect::Store(Write::Begin(one, _) | Write::End(one, _)) if one.attempt.is_some() => {
                attempts.insert(one.id, ExecutionInfo::clone(one));
            }
            _ => {}
        }
    }
    StoredJob {
        info: info.unwrap(),
        record: record.unwrap(),
        attempts: attempts.into_values().collect(),
    }
}

fn inherit(swarm: &mut Swarm, stored: StoredJob) {
    swarm.state.inherit(stored, swarm.now()).unwrap();
    swarm.state.settle(swarm.now());
    swarm.collect();
    swarm.commit();
}

/// The same nodes at two instances, which know them in another order.
fn two() -> (Swarm, Vec<SessionId>, Swarm, Vec<SessionId>) {
    let (mut first, mut second) = (Swarm::new(), Swarm::new());
    let at_first: Vec<_> = ["a", "b", "c"].map(|name| first.join(name, 2)).into();
    second.join("another", 2);
    let at_second: Vec<_> = ["c", "b", "a"].map(|name| second.join(name, 2)).into();
    (first, at_first, second, at_second)
}

#[test]
fn what_is_over_is_not_done_again_and_what_never_began_begins() {
    let (mut first, at_first, mut second, at_second) = two();
    let id = first.ask_for(json!({"concurrency": 1})).unwrap();
    assert_eq!(
        first.answer(at_first[0], Outcome::Succeeded),
        1,
        "a is done"
    );
    first.commit();
    inherit(&mut second, told(&first, id));
    assert_eq!(second.job(id).tally.succeeded, 1);
    assert!(
        second.orders(at_second[2]).is_empty(),
        "a is not asked again"
    );
    assert!(
        second.orders(at_second[1]).is_empty(),
        "b may have it from the first"
    );
    let b = second.targets(id)[1].execution_id.unwrap();
    assert_eq!(second.states(id)[1], TargetState::Unknown);
    // Its spore brings it: to the second one it is as if it had been asked for there.
    let mut again = hello("b", 2);
    again.running = vec![running(b, 0, 1)];
    let session = second.join_as(again);
    second.respond(session, b, Outcome::Succeeded);
    second.state.settle(second.now());
    second.collect();
    assert_eq!(
        second.answer(at_second[0], Outcome::Succeeded),
        1,
        "c is asked"
    );
    let job = second.job(id);
    assert_eq!((job.state, job.tally.succeeded), (JobState::Succeeded, 3));
    assert_eq!(second.orders(at_second[0]).len(), 1);
}

#[test]
fn what_moved_on_is_let_go_of_and_nothing_of_it_is_stopped() {
    let (mut first, at_first, mut second, _) = two();
    let id = first.ask_for(json!({})).unwrap();
    first.commit();
    first.answer(at_first[0], Outcome::Failed);
    first.clear();
    let known = first.state.let_job_go(id, first.now());
    first.collect();
    assert_eq!(first.state.job(id), None);
    assert!(at_first.iter().all(|node| first.cancels(*node) == 0));
    assert_eq!(known.len(), 3, "all that is known of it: {known:?}");
    assert_eq!(first.state.job_depths(), (0, 0), "its places are free");
    let late = known.iter().find(|one| !one.state.is_over()).unwrap().id;
    first.respond(at_first[1], late, Outcome::Succeeded);
    first.collect();
    assert!(first.state.execution(late).is_none(), "it is not ours");
    let other = first
        .ask_for(json!({"target": null, "node_ids": ["b"]}))
        .unwrap();
    assert_eq!(first.answer(at_first[1], Outcome::Succeeded), 1);
    assert_eq!(first.job(other).state, JobState::Succeeded);
    // The other one learns what ended here although it had to say "unknown".
    second.state.learn_attempts(known, second.now());
    assert_eq!(second.state.job(id), None, "not without the job itself");
}

#[test]
fn an_end_that_was_told_late_corrects_unknown() {
    let (mut first, at_first, mut second, at_second) = two();
    let id = first
        .ask_for(json!({"target": null, "node_ids": ["a"]}))
        .unwrap();
    first.commit();
    let before = told(&first, id);
    first.answer(at_first[0], Outcome::Succeeded);
    inherit(&mut second, before);
    let session = at_second[2];
    second.drop_session(session);
    let session = second.join("a", 2);
    second.collect();
    assert_eq!(
        second.states(id),
        [TargetState::Unknown],
        "it did not bring it"
    );
    assert!(
        second.orders(session).is_empty(),
        "and it is not asked again"
    );
    let after = told(&first, id);
    second.state.learn_attempts(after.attempts, second.now());
    second.state.settle(second.now());
    second.collect();
    let job = second.job(id);
    assert_eq!((job.state, job.tally.succeeded), (JobState::Succeeded, 1));
}

#[test]
fn a_node_that_is_not_known_here_is_refused_and_nothing_breaks() {
    let (mut first, _, _, _) = two();
    let id = first.ask_for(json!({"concurrency": 1})).unwrap();
    first.commit();
    let mut empty = Swarm::new();
    inherit(&mut empty, told(&first, id));
    let job = empty.job(id);
    assert_eq!(job.state, JobState::Failed, "{job:?}");
    assert_eq!((job.tally.unknown, job.tally.refused), (1, 2), "{job:?}");
}

#[test]
fn the_same_job_twice_is_one() {
    let (mut first, _, mut second, at_second) = two();
    let id = first.ask_for(json!({"concurrency": 1})).unwrap();
    first.commit();
    inherit(&mut second, told(&first, id));
    let orders: usize = at_second
        .iter()
        .map(|node| second.orders(*node).len())
        .sum();
    inherit(&mut second, told(&first, id));
    let again: usize = at_second
        .iter()
        .map(|node| second.orders(*node).len())
        .sum();
    assert_eq!((orders, again), (0, 0));
    assert_eq!(second.state.job_depths().0, 1);
}
