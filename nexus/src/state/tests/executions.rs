//! One execution: sent, answered, late, stopped, lost.

use super::*;

#[test]
fn the_answer_comes_from_the_node_it_was_sent_to_and_once() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let b = swarm.join("b", 2);
    let id = swarm.run_on("a");
    assert_eq!(swarm.orders(a), [id]);
    swarm.respond(b, id, Outcome::Succeeded);
    assert_eq!(
        swarm.at_state(id),
        ExecutionState::Dispatched,
        "another node's answer is no answer"
    );
    swarm.respond(a, id, Outcome::Failed);
    swarm.respond(a, id, Outcome::Succeeded);
    assert_eq!(swarm.at_state(id), ExecutionState::Failed);
    assert_eq!(swarm.answers().len(), 1);
}

#[test]
fn the_same_id_is_refused() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    let again = Submission {
        id,
        target: Target::Node("a".into()),
        call: call(30),
        mode: Mode::Stream,
        caller: crate::access::Caller::local(),
        approval: None,
    };
    assert_eq!(
        swarm.state.submit(again, false, swarm.now()),
        Err(SubmitError::Duplicate(id))
    );
    assert_eq!(swarm.orders(a), [id]);
}

#[test]
fn what_cannot_work_is_refused_with_a_reason() {
    let mut swarm = Swarm::new();
    let refuse = |swarm: &mut Swarm, node: &str, change: &dyn Fn(&mut Call)| {
        let mut call = call(30);
        change(&mut call);
        let submission = Submission {
            id: Uuid::new_v4(),
            target: Target::Node(node.into()),
            call,
            mode: Mode::Collect,
            caller: crate::access::Caller::local(),
            approval: None,
        };
        swarm.state.submit(submission, true, swarm.now())
    };
    assert!(matches!(
        refuse(&mut swarm, "nobody", &|_| ()),
        Err(SubmitError::UnknownNode(_))
    ));
    swarm.join("a", 2);
    let no_method = refuse(&mut swarm, "a", &|call| call.method = "fly".into()).unwrap_err();
    assert_eq!(
        no_method.to_string(),
        "node a does not offer ShellSkill.fly; it offers ShellSkill.run"
    );
    swarm.join("old", 1);
    let big =
        |size: usize| RawValue::from_string(format!("{{\"x\":\"{}\"}}", "y".repeat(size))).unwrap();
    assert!(matches!(
        refuse(&mut swarm, "old", &|call| call.parameters = big(1 << 20)),
        Err(SubmitError::TooLarge { .. })
    ));
    assert!(refuse(&mut swarm, "old", &|call| call.parameters = big(1_000_000)).is_ok());
}

#[test]
fn a_serial_spore_gets_one_at_a_time_and_a_bounded_queue() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    let ids: Vec<_> = (0..5).map(|_| swarm.run_on("a")).collect();
    assert_eq!(swarm.orders(a), ids[..1]);
    assert!(matches!(
        swarm.submit(Target::Node("a".into()), Mode::Collect),
        Err(SubmitError::Busy(_))
    ));
    swarm.respond(a, ids[0], Outcome::Succeeded);
    assert_eq!(swarm.orders(a), ids[..2]);
}

#[test]
fn a_spore_of_ours_gets_as_many_as_it_said() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let ids: Vec<_> = (0..3).map(|_| swarm.run_on("a")).collect();
    assert_eq!(swarm.orders(a), ids[..2]);
    swarm.respond(a, ids[1], Outcome::Succeeded);
    assert_eq!(swarm.orders(a), ids[..3]);
}

#[test]
fn a_caller_hears_at_its_timeout_and_the_proof_comes_later() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    for _ in 0..11 {
        swarm.pass(3.0);
        swarm.beat(a, 0.1);
    }
    let [(_, answer)] = swarm.answers()[..] else {
        panic!("one answer")
    };
    assert!(answer.late);
    assert_eq!(
        (swarm.cancels(a), swarm.at_state(id)),
        (1, ExecutionState::Stopping)
    );
    swarm.respond(a, id, Outcome::Cancelled);
    assert_eq!(
        swarm.at_state(id),
        ExecutionState::TimedOut,
        "it was stopped because its time was up"
    );
}

#[test]
fn a_stop_that_nobody_proves_is_unknown_and_a_late_proof_corrects_it() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.cancel(id).unwrap();
    assert_eq!(swarm.at_state(id), ExecutionState::Stopping);
    for _ in 0..6 {
        swarm.pass(3.0);
        swarm.beat(a, 0.1);
    }
    assert_eq!(swarm.at_state(id), ExecutionState::Unknown);
    swarm.respond(a, id, Outcome::Cancelled);
    assert_eq!(swarm.at_state(id), ExecutionState::Cancelled);
    assert_eq!(
        swarm.cancel(id),
        Err(CancelError::Over {
            id,
            state: ExecutionState::Cancelled
        })
    );
}

#[test]
fn cancelling_what_was_never_sent_is_proved_at_once() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    let first = swarm.run_on("a");
    let second = swarm.run_on("a");
    swarm.cancel(second).unwrap();
    assert_eq!(swarm.at_state(second), ExecutionState::Cancelled);
    assert_eq!(
        swarm.cancel(first),
        Err(CancelError::Unsupported(first)),
        "the prototype cannot stop anything"
    );
    swarm.respond(a, first, Outcome::Succeeded);
    assert_eq!(swarm.orders(a), [first], "the cancelled one is never sent");
    assert!(matches!(
        swarm.cancel(Uuid::new_v4()),
        Err(CancelError::NotFound(_))
    ));
}

#[test]
fn a_late_v1_answer_frees_the_node_and_a_queued_one_expires_unsent() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    let slow = swarm.run_on("a");
    let waiting = swarm.run_on("a");
    swarm.pass(31.0);
    assert_eq!(swarm.at_state(slow), ExecutionState::Unknown);
    assert_eq!(swarm.at_state(waiting), ExecutionState::Expired);
    let next = swarm.run_on("a");
    assert_eq!(
        swarm.orders(a),
        [slow],
        "the serial spore still works on the first"
    );
    swarm.respond(a, slow, Outcome::Succeeded);
    assert_eq!(swarm.at_state(slow), ExecutionState::Succeeded);
    assert_eq!(swarm.orders(a), [slow, next]);
}

#[test]
fn a_v1_caller_hears_at_once_that_its_node_is_gone() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    let running = swarm.run_on("a");
    let queued = swarm.run_on("a");
    swarm.drop_session(a);
    assert_eq!(swarm.at_state(running), ExecutionState::Unknown);
    assert_eq!(swarm.at_state(queued), ExecutionState::Refused);
    assert_eq!(swarm.answers().len(), 2);
}

#[test]
fn output_is_numbered_gaps_are_marked_and_acknowledged_only_when_kept() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.clear();
    swarm.say(a, output(id, 0, "a"));
    swarm.say(a, output(id, 0, "a"));
    assert!(!swarm.state.execution(id).unwrap().output.gap);
    swarm.say(a, output(id, 2, "c"));
    let log = &swarm.state.execution(id).unwrap().output;
    assert_eq!((log.gap, log.next_seq, log.bytes), (true, 3, 2));
    assert!(swarm.frames(a).is_empty(), "not on disk yet");
    swarm.state.kept(Kept::Output(id, 3), swarm.now());
    swarm.collect();
    let [FromNexus::Ack(ack)] = &swarm.frames(a)[..] else {
        panic!("one acknowledgement")
    };
    assert_eq!((ack.next_seq, ack.finished), (3, false));
}

#[test]
fn output_in_memory_is_bounded_and_output_after_the_end_is_dropped() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    for seq in 0..40 {
        swarm.say(a, output(id, seq, &"x".repeat(60_000)));
    }
    let held: usize = swarm
        .state
        .execution(id)
        .unwrap()
        .output
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.len())
        .sum();
    assert!(held <= 256 * 1024, "{held}");
    swarm.respond(a, id, Outcome::Succeeded);
    swarm.say(a, output(id, 40, "late"));
    assert_eq!(swarm.state.execution(id).unwrap().output.next_seq, 40);
}

#[test]
fn finished_executions_do_not_pile_up() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    for _ in 0..2000 {
        let id = swarm
            .submit(Target::Node("a".into()), Mode::Collect)
            .unwrap();
        swarm.respond(a, id, Outcome::Succeeded);
        swarm.clear();
    }
    assert!(swarm.state.executions.len() <= 500);
    assert!(swarm.state.deadlines.is_empty());
}

#[test]
fn a_spore_that_does_not_know_an_execution_makes_it_unknown() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let id = swarm.run_on("a");
    swarm.cancel(id).unwrap();
    let problem = protocol::Problem {
        code: "unknown_execution".into(),
        message: "no such execution".into(),
        request_id: Some(id.to_string()),
    };
    swarm.say(a, FromSpore::Problem(problem));
    assert_eq!(swarm.at_state(id), ExecutionState::Unknown);
}
