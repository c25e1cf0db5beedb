//! What the ledger keeps, says and lets go of.

use serde_json::json;

use super::*;
use crate::execution::End;

fn call(id: &str, stream: bool) -> ExecuteSkill {
    let call = json!({
        "request_id": id, "node_id": "n", "skill_name": "S", "method_name": "m", "parameters": {}, "stream": stream,
    });
    serde_json::from_value(call).unwrap()
}

fn opened() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.opened(Version::V2, &[]);
    ledger
}

/// All that is to be said, as short words.
fn said(ledger: &mut Ledger) -> Vec<String> {
    let now = Instant::now();
    let words = std::iter::from_fn(|| ledger.next(now)).map(|saying| match saying {
        Saying::Accepted(id) => format!("{id} accepted"),
        Saying::Output(output) => format!("{} {}", output.request_id, output.seq),
        Saying::Response(response) => format!("{} ended", response.request_id),
    });
    words.collect()
}

fn ack(id: &str, next_seq: u64, finished: bool) -> Ack {
    Ack {
        request_id: id.to_owned(),
        next_seq,
        finished,
    }
}

fn end(ledger: &mut Ledger, id: &str) {
    ledger.ended(
        id,
        "n",
        End::succeeded(Some(Finding::Text("done".to_owned())), false),
    );
}

#[test]
fn the_end_comes_after_all_output_and_others_do_not_wait_for_it() {
    let mut ledger = opened();
    for id in ["a", "b"] {
        ledger.admit(call(id, true));
        ledger.started(id);
        for n in 0..3 {
            ledger.chunk(id, Stream::Stdout, n, vec![b'x'; 10]);
        }
    }
    ledger.admit(call("c", false));
    end(&mut ledger, "a");
    end(&mut ledger, "c");
    assert_eq!(
        said(&mut ledger),
        [
            "a accepted",
            "b accepted",
            "c ended",
            "a 0",
            "b 0",
            "a 1",
            "b 1",
            "a 2",
            "a ended",
            "b 2"
        ]
    );
}

#[test]
fn acknowledged_output_gives_its_credit_back() {
    let mut ledger = opened();
    let order = ledger.admit(call("a", true));
    let all = order.credit.available_permits();
    order.credit.try_acquire_many(30).unwrap().forget();
    for _ in 0..3 {
        ledger.chunk("a", Stream::Stdout, 0, vec![0; 10]);
    }
    assert_eq!(order.credit.available_permits(), all - 30);
    said(&mut ledger);
    ledger.ack(&ack("a", 2, false), Instant::now());
    assert_eq!(order.credit.available_permits(), all - 10);
    // Nonsense: older than known, and newer than exists.
    ledger.ack(&ack("a", 0, false), Instant::now());
    ledger.ack(&ack("a", u64::MAX, true), Instant::now());
    assert_eq!(order.credit.available_permits(), all);
    assert_eq!(
        ledger.running()[0].first_seq,
        3,
        "it runs on and is not forgotten"
    );
}

#[test]
fn a_session_resumes_where_the_nexus_is() {
    let mut ledger = opened();
    ledger.admit(call("a", true));
    for _ in 0..5 {
        ledger.chunk("a", Stream::Stdout, 0, vec![0; 10]);
    }
    said(&mut ledger);
    ledger.ack(&ack("a", 1, false), Instant::now());
    ledger.lost();
    assert!(said(&mut ledger).is_empty());
    let running = ledger.running();
    assert_eq!((running[0].first_seq, running[0].next_seq), (1, 5));
    ledger.opened(
        Version::V2,
        &[Resume {
            request_id: "a".to_owned(),
            next_seq: 3,
        }],
    );
    assert_eq!(said(&mut ledger), ["a 3", "a 4"]);
}

#[test]
fn what_began_after_the_handshake_needs_no_resume() {
    let mut ledger = Ledger::default();
    ledger.running();
    ledger.opened(Version::V1, &[]);
    ledger.admit(call("a", true));
    ledger.opened(Version::V2, &[]);
    end(&mut ledger, "a");
    assert_eq!(said(&mut ledger), ["a ended"]);
}

#[test]
fn an_end_that_nobody_asked_for_is_forgotten_and_still_known() {
    let mut ledger = opened();
    for id in ["a", "b"] {
        ledger.admit(call(id, false));
    }
    end(&mut ledger, "a");
    ledger.lost();
    ledger.running();
    ledger.opened(Version::V2, &[]);
    end(&mut ledger, "b");
    assert!(said(&mut ledger).is_empty());
    assert!(ledger.settled());
    assert!(ledger.repeat("a") && ledger.repeat("b"));
    assert_eq!(said(&mut ledger), ["a ended", "b ended"]);
}

#[test]
fn an_end_is_repeated_until_it_is_acknowledged() {
    let mut ledger = opened();
    ledger.admit(call("a", true));
    end(&mut ledger, "a");
    let now = Instant::now();
    assert_eq!(said(&mut ledger), ["a ended"]);
    ledger.beat(now + REPEAT / 2);
    assert!(said(&mut ledger).is_empty());
    ledger.beat(now + REPEAT * 2);
    assert_eq!(said(&mut ledger), ["a ended"]);
    ledger.ack(&ack("a", 0, true), now);
    ledger.beat(now + REPEAT * 9);
    assert!(said(&mut ledger).is_empty());
    assert!(ledger.settled());
}

#[test]
fn ends_of_collected_executions_are_told_once_and_the_newest_few_survive_a_session() {
    let mut ledger = opened();
    for n in 0..3 * COLLECTED {
        let id = format!("{n:04}");
        ledger.admit(call(&id, false));
        end(&mut ledger, &id);
        assert_eq!(said(&mut ledger), [format!("{id} ended")]);
    }
    assert!(ledger.settled(), "nobody acknowledges them");
    assert!(ledger.full().is_none());
    ledger.beat(Instant::now() + REPEAT * 2);
    assert!(said(&mut ledger).is_empty(), "told once");
    ledger.lost();
    let listed = ledger.running();
    assert_eq!(listed.len(), COLLECTED);
    let last = &listed.last().unwrap().request_id;
    let resume = Resume {
        request_id: last.clone(),
        next_seq: 0,
    };
    ledger.opened(Version::V2, &[resume]);
    assert_eq!(said(&mut ledger), [format!("{last} ended")]);
    assert_eq!(ledger.running().len(), 1);
}

#[test]
fn without_a_nexus_the_window_moves_on_and_room_is_always_left() {
    let mut ledger = opened();
    let order = ledger.admit(call("a", true));
    let piece = 48 * 1024;
    ledger.lost();
    for _ in 0..200 {
        let room = order.credit.try_acquire_many(u32::try_from(piece).unwrap());
        room.expect("the process would wait for ever").forget();
        ledger.chunk("a", Stream::Stdout, 0, vec![0; piece]);
    }
    let running = &ledger.running()[0];
    assert_eq!(running.next_seq, 200);
    assert!((running.next_seq - running.first_seq) * piece as u64 <= WINDOW as u64);
}

#[test]
fn a_nexus_that_never_acknowledges_cannot_stop_a_process_for_ever() {
    let mut ledger = opened();
    let order = ledger.admit(call("a", true));
    while let Ok(room) = order.credit.try_acquire_many(16 * 1024) {
        room.forget();
        ledger.chunk("a", Stream::Stdout, 0, vec![0; 16 * 1024]);
    }
    said(&mut ledger);
    let now = Instant::now();
    ledger.beat(now);
    assert!(order.credit.try_acquire_many(16 * 1024).is_err());
    ledger.beat(now + REPEAT);
    assert!(order.credit.try_acquire_many(16 * 1024).is_ok());
}

#[test]
fn the_ledger_is_bounded() {
    let mut ledger = opened();
    for n in 0..ENTRIES {
        assert_eq!(ledger.full(), None);
        ledger.refuse(call(&n.to_string(), false), "n", "no".to_owned());
    }
    assert!(ledger.full().is_some());
    for n in 0..10_000 {
        ledger.refuse(call(&format!("more {n}"), false), "n", "no".to_owned());
    }
    assert_eq!(ledger.running().len(), ENTRIES);
    assert_eq!(said(&mut ledger).len(), ENTRIES + AGAIN);
}

#[test]
fn held_results_are_bounded() {
    let mut ledger = opened();
    let large = "x".repeat(6 << 20);
    let mut count = 0;
    while ledger.full().is_none() {
        let id = count.to_string();
        ledger.admit(call(&id, false));
        ledger.ended(
            &id,
            "n",
            End::succeeded(Some(Finding::Text(large.clone())), false),
        );
        count += 1;
    }
    assert_eq!(count, HELD.div_ceil(large.len() + 2));
}

#[test]
fn v1_tells_ends_once_and_no_more() {
    let mut ledger = Ledger::default();
    ledger.opened(Version::V1, &[]);
    assert!(!ledger.admit(call("a", true)).stream);
    ledger.started("a");
    end(&mut ledger, "a");
    assert_eq!(said(&mut ledger), ["a ended"]);
    assert!(ledger.settled());
}

#[test]
fn what_a_hostile_call_made_up_does_not_spoil_the_next_handshake() {
    let mut ledger = opened();
    for n in 0..ENTRIES {
        let mut call = call(&format!("{n:0>128}"), false);
        call.skill_name = "\u{1b}\u{10ffff}".repeat(1000);
        call.method_name = "\"".repeat(1000);
        ledger.refuse(call, "n", "no such skill".to_owned());
    }
    // With the largest policy that is told.
    let scratch = crate::scratch::Scratch::new();
    let config = scratch.config();
    let rule = format!("[[commands]]\nargv = ['{}', '\"', '*']\n", "a".repeat(300));
    let policy = format!("methods = ['*']\n{}", rule.repeat(2000))
        .parse()
        .unwrap();
    let skills = crate::skills::Skills::open(&config, Some(policy)).unwrap();
    let capabilities = crate::capabilities::detect(&config, &skills);
    assert!(capabilities.policy.as_ref().unwrap().cut);
    let handshake = protocol::Handshake {
        node_id: "n".to_owned(),
        node_name: "n".to_owned(),
        capabilities,
        token: "t".to_owned(),
        proof: None,
        join: None,
        protocol: 2,
        running: ledger.running(),
    };
    handshake.check().unwrap();
    let frame = protocol::encode(&handshake, std::time::SystemTime::UNIX_EPOCH);
    assert!(frame.len() < protocol::limits::HANDSHAKE_FRAME);
}

#[test]
fn large_collected_results_do_not_fill_the_ledger() {
    let mut ledger = opened();
    let large = "x".repeat(6 << 20);
    for n in 0..30 {
        assert_eq!(ledger.full(), None, "after {n}");
        let id = n.to_string();
        ledger.admit(call(&id, false));
        ledger.ended(
            &id,
            "n",
            End::succeeded(Some(Finding::Text(large.clone())), false),
        );
        assert_eq!(said(&mut ledger).len(), 1);
    }
    assert_eq!(
        ledger.running().len(),
        1,
        "the newest is kept for a lost session"
    );
}
