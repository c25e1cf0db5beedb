//! The agent as a whole, without a socket: scripts of inputs and what comes out.

use protocol::close;
use serde_json::{Value, json};

use super::*;
use crate::Token;

fn agent(now: Instant) -> Agent {
    let token = Token::new("t".to_owned());
    let config = Config::new(
        "name".to_owned(),
        "host".to_owned(),
        Some(token),
        "/nowhere".into(),
    );
    Agent::new(&config, "node".to_owned(), Capabilities::default(), now)
}

fn effects(agent: &mut Agent) -> Vec<Effect> {
    std::iter::from_fn(|| agent.next_effect())
        .filter(|effect| !matches!(effect, Effect::Tell(_)))
        .collect()
}

/// Types of the frames that go out.
fn frames(agent: &mut Agent, now: Instant) -> Vec<String> {
    let frames = std::iter::from_fn(|| agent.next_frame(now, SystemTime::UNIX_EPOCH)).map(
        |frame| match frame {
            Frame::Text(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                frame["message_type"].as_str().unwrap().to_owned()
            }
            Frame::Ping => "ping".to_owned(),
            Frame::Close => "close".to_owned(),
        },
    );
    frames.collect()
}

fn say(agent: &mut Agent, message_type: &str, payload: &Value, now: Instant) {
    let frame = json!({ "message_type": message_type, "payload": payload }).to_string();
    agent.frame(&frame, now, SystemTime::UNIX_EPOCH);
}

fn connected(now: Instant) -> Agent {
    let mut agent = agent(now);
    agent.timeout(now);
    agent.dialed(now, SystemTime::UNIX_EPOCH, false, None);
    assert_eq!(frames(&mut agent, now), ["HANDSHAKE"]);
    let welcome = json!({
        "protocol": 2, "nexus_id": "x", "nexus_version": "0", "session_id": "s", "heartbeat_interval": 5,
    });
    say(&mut agent, "WELCOME", &welcome, now);
    effects(&mut agent);
    agent
}

fn execute(agent: &mut Agent, id: &str, now: Instant) {
    let call = json!({
        "request_id": id, "node_id": "node", "skill_name": "ShellSkill", "method_name": "run", "stream": true,
    });
    say(agent, "EXECUTE_SKILL", &call, now);
}

fn reading() -> Reading {
    Reading {
        cpu: 0.5,
        memory: 0.25,
        disk: None,
    }
}

fn broken() -> Ending {
    Ending {
        reason: "broken".to_owned(),
        close: None,
    }
}

#[test]
fn a_heartbeat_overtakes_output() {
    let now = Instant::now();
    let mut agent = connected(now);
    execute(&mut agent, "e", now);
    for n in 0..3 {
        let stream = protocol::Stream::Stdout;
        agent.report(Report::Chunk {
            request_id: "e".to_owned(),
            stream,
            at_ms: n,
            bytes: vec![b'x'],
        });
    }
    let later = now + Duration::from_secs(1);
    agent.timeout(later);
    assert!(
        effects(&mut agent)
            .iter()
            .any(|effect| matches!(effect, Effect::Sample))
    );
    agent.beat(reading(), SystemTime::UNIX_EPOCH);
    assert_eq!(
        frames(&mut agent, later),
        ["HEARTBEAT", "OUTPUT", "OUTPUT", "OUTPUT"]
    );
}

#[test]
fn heartbeats_do_not_pile_up_on_a_blocked_connection() {
    let now = Instant::now();
    let mut agent = connected(now);
    for _ in 0..1000 {
        agent.beat(reading(), SystemTime::UNIX_EPOCH);
        agent.frame("nonsense", now, SystemTime::UNIX_EPOCH);
    }
    assert!(frames(&mut agent, now).len() <= PROBLEMS);
}

#[test]
fn nothing_is_said_before_the_welcome_but_the_handshake() {
    let now = Instant::now();
    let mut agent = connected(now);
    execute(&mut agent, "e", now);
    agent.lost(&broken(), now, 0);
    agent.refused("e".to_owned(), "no".to_owned());
    agent.timeout(now);
    agent.dialed(now, SystemTime::UNIX_EPOCH, false, None);
    assert_eq!(frames(&mut agent, now), ["HANDSHAKE"]);
}

#[test]
fn a_handshake_that_could_not_be_sent_is_not_sent_to_the_next() {
    let now = Instant::now();
    let mut agent = agent(now);
    for _ in 0..3 {
        agent.timeout(now + Duration::from_secs(600));
        agent.dialed(now, SystemTime::UNIX_EPOCH, false, None);
        agent.lost(&broken(), now, 0);
    }
    agent.timeout(now + Duration::from_secs(600));
    agent.dialed(now, SystemTime::UNIX_EPOCH, true, None);
    assert_eq!(frames(&mut agent, now), ["HANDSHAKE"]);
}

#[test]
fn leaving_goes_by_stages() {
    let now = Instant::now();
    let mut agent = connected(now);
    execute(&mut agent, "e", now);
    let started = effects(&mut agent);
    let [Effect::Start(order)] = &started[..] else {
        panic!("{started:?}")
    };
    agent.leave(now);
    execute(&mut agent, "late", now);
    assert!(effects(&mut agent).is_empty(), "no new work");
    assert!(!order.stop.is_cancelled());
    let late = now + Duration::from_secs(10);
    agent.timeout(late);
    assert!(order.stop.is_cancelled(), "its time is over");
    agent.refused("e".to_owned(), "stopped".to_owned());
    agent.leave_on(late);
    let said = frames(&mut agent, late);
    assert!(
        !said.contains(&"DISCONNECT".to_owned()),
        "the ends are not acknowledged: {said:?}"
    );
    for id in ["e", "late"] {
        say(
            &mut agent,
            "ACK",
            &json!({ "request_id": id, "next_seq": 0, "finished": true }),
            late,
        );
    }
    agent.leave_on(late);
    assert_eq!(frames(&mut agent, late), ["DISCONNECT", "close"]);
    agent.lost(&broken(), late, 0);
    assert!(
        effects(&mut agent)
            .iter()
            .any(|effect| matches!(effect, Effect::Gone))
    );
}

#[test]
fn a_nexus_that_does_not_acknowledge_does_not_hold_a_leaving_spore() {
    let now = Instant::now();
    let mut agent = connected(now);
    execute(&mut agent, "e", now);
    agent.leave(now);
    agent.refused("e".to_owned(), "no".to_owned());
    agent.leave_on(now);
    assert_eq!(frames(&mut agent, now), ["RESPONSE"]);
    let late = now + Duration::from_secs(3);
    agent.timeout(late);
    assert!(frames(&mut agent, late).contains(&"DISCONNECT".to_owned()));
    agent.timeout(late + Duration::from_secs(3));
    assert!(
        effects(&mut agent)
            .iter()
            .any(|effect| matches!(effect, Effect::HangUp(_)))
    );
}

#[test]
fn a_leaving_spore_without_a_nexus_waits_for_its_work_only() {
    let now = Instant::now();
    let mut agent = connected(now);
    execute(&mut agent, "e", now);
    agent.lost(&broken(), now, 0);
    effects(&mut agent);
    agent.leave(now);
    assert!(
        !effects(&mut agent)
            .iter()
            .any(|effect| matches!(effect, Effect::Gone))
    );
    agent.refused("e".to_owned(), "no".to_owned());
    agent.leave_on(now);
    assert!(
        effects(&mut agent)
            .iter()
            .any(|effect| matches!(effect, Effect::Gone))
    );
}

/// A member that has several doors, and has not dialed yet.
fn member(now: Instant, doors: usize) -> Agent {
    let code = protocol::JoinCode {
        nexus_key: protocol::Fixed([3; 32]),
        secret: protocol::Fixed([4; 16]),
        addresses: vec!["nexus.example".parse().unwrap()],
    };
    let mut agent = agent(now);
    agent.be_member(&Membership::of(&code).unwrap());
    agent.set_doors(doors);
    agent
}

/// Dials, and is closed with this; what follows, for people and for the hands.
fn turned_away(agent: &mut Agent, close: Option<u16>) -> Vec<Effect> {
    let now = Instant::now() + Duration::from_secs(3600);
    agent.timeout(now);
    while agent.next_effect().is_some() {}
    agent.dialed(now, SystemTime::UNIX_EPOCH, false, None);
    let reason = format!("closed with {close:?}");
    agent.lost(&Ending { reason, close }, now, 0);
    std::iter::from_fn(|| agent.next_effect()).collect()
}

#[test]
fn a_code_is_bad_only_when_all_doors_were_asked() {
    let mut agent = member(Instant::now(), 3);
    for close in [Some(close::BAD_CODE), None] {
        let after = turned_away(&mut agent, close);
        assert!(
            matches!(
                after[..],
                [Effect::MoveOn, Effect::Tell(Status::Waiting { .. })]
            ),
            "{after:?}"
        );
    }
    let after = turned_away(&mut agent, None);
    let [
        Effect::MoveOn,
        Effect::Tell(Status::Refused { reason }),
        Effect::FallBack,
    ] = &after[..]
    else {
        panic!("{after:?}")
    };
    assert!(reason.contains("4014"), "what the one said: {reason}");
    // That was the last round; in this one nobody has said so.
    for _ in 0..2 {
        turned_away(&mut agent, None);
    }
    let after = turned_away(&mut agent, None);
    assert!(
        matches!(
            after[..],
            [Effect::MoveOn, Effect::Tell(Status::Waiting { .. })]
        ),
        "{after:?}"
    );
}

#[test]
fn going_away_and_full_lead_to_the_next_door_and_waiting_for_a_person_does_not() {
    for close in [Some(1001), Some(1013), Some(1006), None] {
        let mut agent = member(Instant::now(), 2);
        let after = turned_away(&mut agent, close);
        assert!(matches!(after[0], Effect::MoveOn), "{close:?} {after:?}");
    }
    let mut agent = member(Instant::now(), 2);
    let after = turned_away(&mut agent, Some(close::WAITING));
    assert!(
        matches!(after[..], [Effect::Tell(Status::Unaccepted { .. })]),
        "it waits where it was seen: {after:?}"
    );
}

#[test]
fn addresses_are_learned_from_any_welcome_and_nothing_else_is_from_a_second_one() {
    let now = Instant::now();
    let mut agent = member(now, 1);
    agent.timeout(now);
    effects(&mut agent);
    agent.dialed(now, SystemTime::UNIX_EPOCH, false, None);
    let welcome = |node: &str, told: Value| {
        json!({
            "protocol": 2, "nexus_id": "x", "nexus_version": "0", "session_id": "s", "heartbeat_interval": 5,
            "node_id": node, "nexus_addresses": told,
        })
    };
    say(&mut agent, "WELCOME", &welcome("one", json!(["a:1"])), now);
    let after = effects(&mut agent);
    let [Effect::Joined(id), Effect::Learn(told)] = &after[..] else {
        panic!("{after:?}")
    };
    assert_eq!((id.as_str(), &told[..]), ("one", &["a:1".to_owned()][..]));
    let many = vec!["b:1"; 1000];
    say(&mut agent, "WELCOME", &welcome("two", json!(many)), now);
    let after = effects(&mut agent);
    let [Effect::Learn(told)] = &after[..] else {
        panic!("{after:?}")
    };
    assert_eq!(told.len(), protocol::limits::DOORS + 1);
    for nothing in [json!([]), json!(null), json!(7), json!([7, null])] {
        say(&mut agent, "WELCOME", &welcome("three", nothing), now);
        assert!(effects(&mut agent).is_empty());
    }
    // Whoever is met with the shared token has proved nothing.
    let mut shared = connected(now);
    say(&mut shared, "WELCOME", &welcome("one", json!(["a:1"])), now);
    assert!(effects(&mut shared).is_empty());
}
