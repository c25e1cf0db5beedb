//! Choosing a node.

use super::*;

fn chosen(swarm: &Swarm, id: Uuid) -> &str {
    &swarm.state.execution(id).unwrap().node.0
}

#[test]
fn the_least_loaded_wins_and_ties_go_to_the_first() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let b = swarm.join("b", 2);
    swarm.beat(a, 0.9);
    swarm.beat(b, 0.2);
    assert_eq!(
        swarm.state.select_best_node("ShellSkill").unwrap().facts.id,
        "b"
    );
    let id = swarm.best(None).unwrap();
    assert_eq!(chosen(&swarm, id), "b");
    swarm.beat(a, 0.2);
    swarm.respond(b, id, Outcome::Succeeded);
    assert_eq!(
        swarm.state.select_best_node("ShellSkill").unwrap().facts.id,
        "a"
    );
    assert!(swarm.state.select_best_node("GpuSkill").is_none());
}

#[test]
fn what_we_sent_counts_before_the_next_heartbeat() {
    let mut swarm = Swarm::new();
    swarm.join("a", 2);
    swarm.join("b", 2);
    let places: Vec<_> = (0..4).map(|_| swarm.best(None).unwrap()).collect();
    let nodes: Vec<_> = places.iter().map(|id| chosen(&swarm, *id)).collect();
    assert_eq!(nodes, ["a", "b", "a", "b"]);
}

#[test]
fn a_tag_is_required_the_skill_too_and_offline_nodes_are_left_out() {
    let mut swarm = Swarm::new();
    let mut tagged = hello("tagged", 2);
    tagged.capabilities.tags = vec!["gpu".into()];
    let session = swarm.join_as(tagged);
    swarm.join("plain", 2);
    let id = swarm.best(Some("gpu")).unwrap();
    assert_eq!(chosen(&swarm, id), "tagged");
    swarm.drop_session(session);
    let Err(SubmitError::NoCandidate(placement)) = swarm.best(Some("gpu")) else {
        panic!("nobody has it")
    };
    assert_eq!(placement.node_id, None);
    let why: Vec<_> = placement
        .candidates
        .iter()
        .filter_map(|one| one.refused.as_deref())
        .collect();
    assert_eq!(why, ["is offline", "does not have the tag \"gpu\""]);
}

#[test]
fn a_refusal_moves_on_to_the_next_best_and_the_answer_tells() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let b = swarm.join("b", 2);
    let id = swarm.best(None).unwrap();
    assert_eq!(swarm.orders(a), [id]);
    swarm.respond(a, id, Outcome::Refused);
    assert_eq!(swarm.orders(b), [id]);
    swarm.respond(b, id, Outcome::Succeeded);
    let [(_, answer)] = swarm.answers()[..] else {
        panic!("one answer")
    };
    let placement = answer.placement.as_ref().unwrap();
    assert_eq!(placement.node_id.as_deref(), Some("b"));
    assert!(
        placement.reason.contains("after 1 that could not take it"),
        "{}",
        placement.reason
    );
    assert_eq!(swarm.state.node("a").unwrap().in_flight.len(), 0);
}

#[test]
fn what_was_waiting_for_a_lost_node_moves_and_what_was_running_does_not() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    let first = swarm.best(None).unwrap();
    let second = swarm.best(None).unwrap();
    let b = swarm.join("b", 1);
    swarm.drop_session(a);
    assert_eq!(
        swarm.at_state(first),
        ExecutionState::Unknown,
        "it may have run: it is not run again"
    );
    assert_eq!(swarm.orders(b), [second]);
}

#[test]
fn when_nobody_can_the_own_machine_may() {
    let mut swarm = Swarm::new();
    swarm.join("here", 2);
    let id = swarm.best(Some("gpu")).unwrap();
    assert_eq!(chosen(&swarm, id), "here");
    let here = SessionId(1);
    swarm.respond(here, id, Outcome::Succeeded);
    let [(_, answer)] = swarm.answers()[..] else {
        panic!("one answer")
    };
    assert!(answer.placement.as_ref().unwrap().fallback);
    let forbidden = Target::Best(Preference {
        tag: Some("gpu".into()),
        target: None,
        wishes: None,
        fallback: false,
    });
    assert!(matches!(
        swarm.submit(forbidden, Mode::Collect),
        Err(SubmitError::NoCandidate(_))
    ));
    let mut strict = Swarm::with(Rules {
        local_fallback: false,
        ..rules()
    });
    strict.join("here", 2);
    assert!(matches!(
        strict.best(Some("gpu")),
        Err(SubmitError::NoCandidate(_))
    ));
}

#[test]
fn when_all_refuse_the_last_word_is_a_refusal_with_all_reasons() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let b = swarm.join("b", 2);
    let id = swarm.best(None).unwrap();
    swarm.respond(a, id, Outcome::Refused);
    swarm.respond(b, id, Outcome::Refused);
    assert_eq!(swarm.at_state(id), ExecutionState::Refused);
    let [(_, answer)] = swarm.answers()[..] else {
        panic!("one answer")
    };
    assert_eq!(
        answer
            .placement
            .as_ref()
            .unwrap()
            .candidates
            .iter()
            .filter(|one| one.refused.is_some())
            .count(),
        2
    );
}

#[test]
fn a_task_that_ended_does_not_weigh_until_the_next_heartbeat() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.best(None).unwrap();
    let busy = Heartbeat {
        node_id: "a".into(),
        cpu_usage: 0.0,
        memory_usage: 0.0,
        active_tasks: 1,
        disk: None,
    };
    swarm.say(a, FromSpore::Heartbeat(busy));
    assert_eq!(swarm.state.node("a").unwrap().active_tasks(), 1);
    swarm.respond(a, id, Outcome::Succeeded);
    assert_eq!(swarm.state.node("a").unwrap().active_tasks(), 0);
}
