//! Silence.

use super::*;

#[test]
fn a_silent_spore_of_ours_is_asked_then_suspected_then_offline_within_ten_seconds() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.clear();
    swarm.pass(4.9);
    assert!(
        swarm
            .done
            .iter()
            .any(|effect| matches!(effect, Effect::Ping(asked, _) if *asked == session))
    );
    assert_eq!(swarm.phase("a"), Phase::Online);
    swarm.pass(1.5);
    assert_eq!(swarm.phase("a"), Phase::Suspect);
    swarm.pass(3.6);
    assert_eq!(swarm.phase("a"), Phase::Offline);
    assert_eq!(swarm.closes(), [(session, 4002)]);
    assert_eq!(swarm.news(), ["~a", "-a"]);
}

#[test]
fn any_sign_of_life_clears_the_suspicion_and_steady_heartbeats_never_raise_it() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.clear();
    for _ in 0..200 {
        swarm.pass(3.0);
        swarm.beat(session, 0.5);
    }
    assert!(swarm.news().is_empty(), "no flapping in ten minutes");
    swarm.pass(6.0);
    assert_eq!(swarm.phase("a"), Phase::Suspect);
    swarm.state.pong(session, 0, swarm.now());
    swarm.collect();
    assert_eq!(swarm.phase("a"), Phase::Online);
    assert_eq!(swarm.news(), ["~a", "~a"]);
}

#[test]
fn a_pong_tells_the_latency() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.pass(5.0);
    assert!(swarm.state.node("a").unwrap().pinged.is_some());
    swarm.state.pong(session, 0, swarm.now());
    assert!(swarm.state.node("a").unwrap().latency.is_some());
}

#[test]
fn a_prototype_spore_has_a_minute_keeps_its_socket_and_may_speak_again() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 1);
    swarm.clear();
    swarm.pass(44.0);
    assert_eq!(swarm.phase("a"), Phase::Online);
    swarm.pass(18.0);
    assert_eq!(swarm.phase("a"), Phase::Offline);
    assert!(swarm.closes().is_empty(), "it would exit");
    assert!(matches!(
        swarm.submit(Target::Node("a".into()), Mode::Collect),
        Err(SubmitError::Offline(_))
    ));
    swarm.beat(session, 0.1);
    assert_eq!(swarm.phase("a"), Phase::Online);
    assert_eq!(swarm.news(), ["~a", "-a", "+a"]);
}

#[test]
fn a_prototype_spore_at_work_may_be_silent() {
    let mut swarm = Swarm::new();
    swarm.join("a", 1);
    let id = Uuid::new_v4();
    let submission = Submission {
        id,
        target: Target::Node("a".into()),
        call: call(300),
        mode: Mode::Collect,
        caller: crate::access::Caller::local(),
        approval: None,
    };
    swarm.state.submit(submission, true, swarm.now()).unwrap();
    swarm.pass(200.0);
    assert_eq!(swarm.phase("a"), Phase::Online);
}

#[test]
fn readings_out_of_range_are_clamped_and_the_name_in_a_heartbeat_is_not_believed() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 1);
    swarm.join("liar", 1);
    swarm.beat(a, -5.0);
    assert_eq!(swarm.state.node("a").unwrap().cpu, 0.0);
    swarm.beat(a, 7.0);
    assert_eq!(swarm.state.node("a").unwrap().cpu, 1.0);
    assert_eq!(swarm.state.node("liar").unwrap().cpu, 0.0);
}

#[test]
fn nothing_to_do_means_sleeping_until_the_next_sweep() {
    let mut swarm = Swarm::new();
    swarm.pass(0.2);
    assert!(swarm.state.poll_timeout() > swarm.at);
    swarm.join("a", 2);
    swarm.run_on("a");
    assert!(swarm.state.poll_timeout() <= Duration::from_secs(31));
}
