//! Joining, leaving, coming back.

use super::*;

#[test]
fn a_v2_spore_is_welcomed_and_a_v1_spore_is_sent_nothing() {
    let mut swarm = Swarm::new();
    let ours = swarm.join("ours", 2);
    let theirs = swarm.join("theirs", 1);
    assert!(matches!(swarm.frames(ours)[..], [FromNexus::Welcome(_)]));
    assert!(swarm.frames(theirs).is_empty());
    assert_eq!(swarm.news(), ["+ours", "+theirs"]);
}

#[test]
fn a_node_that_left_stays_known_and_comes_back_to_its_place() {
    let mut swarm = Swarm::new();
    let first = swarm.join("a", 2);
    swarm.join("b", 2);
    let place = |swarm: &Swarm| {
        (
            swarm.state.node("a").unwrap().facts.x,
            swarm.state.node("a").unwrap().facts.y,
        )
    };
    let before = place(&swarm);
    swarm.drop_session(first);
    assert_eq!(swarm.phase("a"), Phase::Offline);
    let mut changed = hello("a", 2);
    changed.node_name = "renamed".into();
    changed.capabilities.tags = vec!["site:paris".into()];
    swarm.join_as(changed);
    let node = swarm.state.node("a").unwrap();
    assert_eq!(
        (node.phase, node.facts.name.as_str(), node.ordinal),
        (Phase::Online, "renamed", 0)
    );
    assert!(node.has_tag("site:paris"));
    assert_eq!(place(&swarm), before, "a tag never moves a star");
    assert_eq!(swarm.state.nodes().count(), 2);
}

#[test]
fn the_newest_session_of_a_node_wins_and_the_end_of_the_older_changes_nothing() {
    let mut swarm = Swarm::new();
    let older = swarm.join("a", 2);
    let newer = swarm.join("a", 2);
    assert_eq!(swarm.closes(), [(older, 4001)]);
    swarm.clear();
    swarm.drop_session(older);
    assert_eq!(swarm.phase("a"), Phase::Online);
    assert!(swarm.news().is_empty());
    swarm.run_on("a");
    assert_eq!(swarm.orders(newer).len(), 1);
    assert!(swarm.orders(older).is_empty());
}

#[test]
fn goodbye_takes_a_node_offline_at_once() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 1);
    swarm.clear();
    swarm.say(
        session,
        FromSpore::Disconnect(protocol::Disconnect::default()),
    );
    assert_eq!(swarm.news(), ["-a"]);
    swarm.drop_session(session);
    assert_eq!(swarm.news(), ["-a"], "said once");
}

#[test]
fn there_is_room_for_so_many_nodes_only() {
    let mut swarm = Swarm::with(Rules {
        max_nodes: 1,
        ..rules()
    });
    swarm.join("a", 2);
    let second = swarm.join("b", 2);
    assert_eq!(swarm.closes(), [(second, 1013)]);
    assert!(swarm.state.node("b").is_none());
    swarm.clear();
    swarm.join("a", 2);
    assert_eq!(
        swarm.phase("a"),
        Phase::Online,
        "known nodes always find room"
    );
}

#[test]
fn protocol_zero_does_not_exist() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 0);
    assert_eq!(swarm.closes(), [(session, 1008)]);
}

#[test]
fn a_running_execution_is_unknown_while_its_session_is_lost_and_resumes() {
    let mut swarm = Swarm::new();
    let first = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.say(first, output(id, 0, "one"));
    swarm.say(first, output(id, 1, "two"));
    swarm.drop_session(first);
    assert_eq!(swarm.at_state(id), ExecutionState::Unknown);
    assert!(swarm.answers().is_empty(), "it may come back");
    let mut back = hello("a", 2);
    back.running = vec![running(id, 0, 5)];
    let second = swarm.join_as(back);
    let FromNexus::Welcome(welcome) = &swarm.frames(second)[0] else {
        panic!("not welcomed")
    };
    assert_eq!(
        welcome.resume,
        [protocol::Resume {
            request_id: id.to_string(),
            next_seq: 2
        }]
    );
    assert_eq!(swarm.at_state(id), ExecutionState::Running);
    assert!(swarm.orders(second).is_empty(), "it is not run twice");
    swarm.say(second, output(id, 1, "two again"));
    swarm.say(second, output(id, 2, "three"));
    swarm.respond(second, id, Outcome::Succeeded);
    assert_eq!(swarm.at_state(id), ExecutionState::Succeeded);
    assert_eq!(swarm.state.execution(id).unwrap().output.bytes, 11);
}

#[test]
fn what_does_not_come_back_stays_unknown_and_its_caller_hears_so() {
    let mut swarm = Swarm::new();
    let first = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.drop_session(first);
    swarm.join("a", 2);
    assert_eq!(swarm.at_state(id), ExecutionState::Unknown);
    let [(answered, answer)] = swarm.answers()[..] else {
        panic!("one answer")
    };
    assert_eq!(
        (answered, answer.execution.state),
        (id, ExecutionState::Unknown)
    );
    assert!(
        answer
            .execution
            .error
            .as_ref()
            .unwrap()
            .contains("came back without it")
    );
}

#[test]
fn what_we_do_not_know_is_adopted_and_what_is_another_nodes_is_not() {
    let mut swarm = Swarm::new();
    swarm.join("victim", 2);
    let theirs = swarm.run_on("victim");
    let unheard = Uuid::new_v4();
    let mut claim = hello("a", 2);
    claim.running = vec![running(theirs, 0, 1), running(unheard, 3, 4)];
    let session = swarm.join_as(claim);
    let FromNexus::Welcome(welcome) = &swarm.frames(session)[0] else {
        panic!("not welcomed")
    };
    assert_eq!(
        welcome.resume,
        [protocol::Resume {
            request_id: unheard.to_string(),
            next_seq: 3
        }]
    );
    assert_eq!(swarm.state.execution(theirs).unwrap().node.0, "victim");
    swarm.respond(session, unheard, Outcome::Failed);
    assert_eq!(swarm.at_state(unheard), ExecutionState::Failed);
}

#[test]
fn a_cancel_while_the_node_was_away_reaches_it_when_it_is_back() {
    let mut swarm = Swarm::new();
    let first = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.drop_session(first);
    swarm.cancel(id).unwrap();
    let mut back = hello("a", 2);
    back.running = vec![running(id, 0, 0)];
    let second = swarm.join_as(back);
    assert_eq!(swarm.cancels(second), 1);
    assert_eq!(swarm.at_state(id), ExecutionState::Stopping);
    swarm.respond(second, id, Outcome::Cancelled);
    assert_eq!(swarm.at_state(id), ExecutionState::Cancelled);
}
