//! Who comes in. The attacks first.

use std::time::Duration;

use protocol::{Fixed, JoinSecret, PublicKey, close};

use super::*;
use crate::trust::{NewJoinCode, SecretHash, Standing, TrustError};

const ANN: PublicKey = Fixed([1; 32]);
const BOB: PublicKey = Fixed([2; 32]);

impl Swarm {
    fn code(&mut self, new: NewJoinCode) -> JoinSecret {
        let made = self.state.make_join_code(&new, "me", self.now());
        self.collect();
        made.unwrap().0
    }

    fn come(&mut self, id: &str, key: PublicKey, secret: Option<&JoinSecret>) -> SessionId {
        let code = secret.map(SecretHash::of);
        self.arrive(hello(id, 2), Credential::Key(key, code))
    }

    fn closed_with(&self, session: SessionId) -> Option<u16> {
        let mine = |(one, code): &(SessionId, u16)| (*one == session).then_some(*code);
        self.closes().iter().find_map(mine)
    }

    fn is_in(&self, id: &str, session: SessionId) -> bool {
        self.state
            .node(id)
            .is_some_and(|node| node.session == Some(session))
    }

    fn standing(&self, id: &str) -> Standing {
        self.state.node(id).unwrap().facts.trust.standing.clone()
    }

    /// A node with a key that is in.
    fn member(&mut self, id: &str, key: PublicKey) -> SessionId {
        let secret = self.code(NewJoinCode::default());
        let session = self.come(id, key, Some(&secret));
        assert!(self.is_in(id, session), "{:?}", self.closes());
        session
    }
}

fn of(uses: u32) -> NewJoinCode {
    NewJoinCode {
        uses,
        waiting_room: Some(false),
        ..NewJoinCode::default()
    }
}

#[test]
fn a_key_that_nobody_knows_does_not_come_in() {
    let mut swarm = Swarm::new();
    let none = swarm.come("a", ANN, None);
    let wrong = swarm.come("a", ANN, Some(&Fixed([9; 16])));
    assert_eq!(swarm.closed_with(none), Some(close::UNKNOWN_KEY));
    assert_eq!(swarm.closed_with(wrong), Some(close::BAD_CODE));
    assert!(swarm.state.node("a").is_none() && swarm.news().is_empty());
}

#[test]
fn a_code_works_as_often_as_it_says_and_as_long() {
    let mut swarm = Swarm::new();
    let once = swarm.code(of(1));
    let first = swarm.come("a", ANN, Some(&once));
    let second = swarm.come("b", BOB, Some(&once));
    assert!(swarm.is_in("a", first));
    assert_eq!(swarm.closed_with(second), Some(close::BAD_CODE));
    // The same machine comes back without a code.
    swarm.drop_session(first);
    let again = swarm.come("whatever it says", ANN, None);
    assert!(
        swarm.is_in("a", again),
        "the key says who it is, not the body"
    );

    let old = swarm.code(NewJoinCode {
        ttl_seconds: 5,
        ..of(1)
    });
    swarm.pass(5.0);
    let late = swarm.come("c", BOB, Some(&old));
    assert_eq!(swarm.closed_with(late), Some(close::BAD_CODE));

    let withdrawn = swarm.code(of(1));
    let id = swarm.state.join_codes().last().unwrap().id;
    swarm.state.withdraw_join_code(id).unwrap();
    let session = swarm.come("d", BOB, Some(&withdrawn));
    assert_eq!(swarm.closed_with(session), Some(close::BAD_CODE));
}

#[test]
fn nobody_takes_the_name_of_another() {
    let mut swarm = Swarm::new();
    let ann = swarm.member("a", ANN);
    // With a good code and the id of another: it gets an id of its own.
    let secret = swarm.code(of(1));
    let bob = swarm.come("a", BOB, Some(&secret));
    assert!(swarm.is_in("a", ann) && swarm.closed_with(ann).is_none());
    let node = swarm
        .state
        .nodes()
        .find(|node| node.session == Some(bob))
        .unwrap();
    assert_ne!(node.facts.id, "a");
    assert_eq!(node.facts.trust.key, Some(BOB));
    // With the shared token: refused.
    let stranger = swarm.join("a", 2);
    assert_eq!(swarm.closed_with(stranger), Some(1008));
    assert!(swarm.is_in("a", ann));
}

#[test]
fn a_code_does_not_give_a_node_of_the_shared_token_away() {
    let mut swarm = Swarm::new();
    let old = swarm.join("db", 1);
    let secret = swarm.code(of(1));
    let eve = swarm.come("db", ANN, Some(&secret));
    assert!(swarm.is_in("db", old) && !swarm.is_in("db", eve));
    // The operator gives it a key of its own, and from then on the token does not speak for it.
    let (secret, _) = swarm
        .state
        .make_rekey_code("db", "me", swarm.now())
        .unwrap();
    swarm.drop_session(old);
    let keyed = swarm.come("whatever it says", BOB, Some(&secret));
    assert!(swarm.is_in("db", keyed));
    let token = swarm.join("db", 1);
    assert_eq!(swarm.closed_with(token), Some(1008));
}

#[test]
fn who_waits_gets_nothing_until_a_person_says_yes() {
    let mut swarm = Swarm::new();
    let secret = swarm.code(NewJoinCode {
        uses: 2,
        label: "rack".into(),
        tags: vec!["gpu".into()],
        ..NewJoinCode::default()
    });
    let first = swarm.come("a", ANN, Some(&secret));
    assert_eq!(swarm.closed_with(first), Some(close::WAITING));
    assert!(swarm.frames(first).is_empty() && swarm.state.nodes().next().is_none());
    // Asking again uses nothing up.
    for _ in 0..5 {
        let again = swarm.come("a", ANN, Some(&secret));
        assert_eq!(swarm.closed_with(again), Some(close::WAITING));
    }
    assert_eq!(swarm.state.join_codes()[0].used, 1);
    assert_eq!(swarm.state.waiting().len(), 1);
    let id = swarm.state.accept(&ANN.to_string(), swarm.now()).unwrap();
    let in_now = swarm.come("a", ANN, None);
    assert!(swarm.is_in(&id, in_now) && swarm.state.waiting().is_empty());
    assert!(swarm.state.node(&id).unwrap().has_tag("gpu"));
    // And the other one is turned away.
    swarm.come("b", BOB, Some(&secret));
    swarm.state.turn_away(&BOB.to_string()).unwrap();
    let back = swarm.come("b", BOB, Some(&secret));
    assert_eq!(swarm.closed_with(back), Some(close::BAD_CODE));
    assert!(matches!(
        swarm.state.accept(&BOB.to_string(), swarm.now()),
        Err(TrustError::NotWaiting(_))
    ));
}

#[test]
fn a_revoked_node_is_out_at_once_and_for_good() {
    let mut swarm = Swarm::new();
    let session = swarm.member("a", ANN);
    let running = swarm.run_on("a");
    swarm.state.revoke("a", swarm.now()).unwrap();
    swarm.collect();
    assert_eq!(swarm.closed_with(session), Some(close::REVOKED));
    assert_eq!(swarm.phase("a"), Phase::Offline);
    swarm.respond(session, running, Outcome::Succeeded);
    assert_ne!(swarm.at_state(running), ExecutionState::Succeeded);
    // Not with a code for everybody either.
    let secret = swarm.code(of(1));
    let back = swarm.come("a", ANN, Some(&secret));
    assert_eq!(swarm.closed_with(back), Some(close::REVOKED));
    swarm.state.release("a", swarm.now()).unwrap();
    let back = swarm.come("a", ANN, None);
    assert!(swarm.is_in("a", back));
}

#[test]
fn a_new_key_replaces_the_old_one() {
    let mut swarm = Swarm::new();
    let old = swarm.member("a", ANN);
    let (secret, info) = swarm.state.make_rekey_code("a", "me", swarm.now()).unwrap();
    assert_eq!((info.uses, info.rekeys.as_deref()), (1, Some("a")));
    swarm.drop_session(old);
    let new = swarm.come("a", BOB, Some(&secret));
    assert!(swarm.is_in("a", new));
    swarm.drop_session(new);
    let stolen = swarm.come("a", ANN, None);
    assert_eq!(swarm.closed_with(stolen), Some(close::UNKNOWN_KEY));
    let again = swarm.come("a", Fixed([3; 32]), Some(&secret));
    assert_eq!(swarm.closed_with(again), Some(close::BAD_CODE));
    assert_eq!(swarm.state.nodes().count(), 1);
}

#[test]
fn a_copy_of_a_machine_holds_both() {
    let mut swarm = Swarm::new();
    let first = swarm.member("a", ANN);
    let copy = swarm.come("a", ANN, None);
    assert!(
        swarm.is_in("a", first),
        "the newer one waits for an answer of the older"
    );
    // A pong to an older ping proves nothing.
    swarm.state.pong(first, 0, swarm.now());
    assert_eq!(swarm.standing("a"), Standing::Accepted);
    swarm.state.pong(first, copy.0, swarm.now());
    swarm.collect();
    assert!(matches!(swarm.standing("a"), Standing::Held(_)));
    assert_eq!(swarm.closed_with(first), Some(close::HELD));
    assert_eq!(swarm.closed_with(copy), Some(close::HELD));
    let back = swarm.come("a", ANN, None);
    assert_eq!(swarm.closed_with(back), Some(close::HELD));
    swarm.state.release("a", swarm.now()).unwrap();
    let back = swarm.come("a", ANN, None);
    assert!(swarm.is_in("a", back));
}

#[test]
fn a_dead_socket_is_no_copy() {
    let mut swarm = Swarm::new();
    let dead = swarm.member("a", ANN);
    let id = swarm.run_on("a");
    let mut back = hello("a", 2);
    back.running = vec![running(id, 0, 0)];
    let alive = swarm.arrive(back, Credential::Key(ANN, None));
    swarm.pass(2.9);
    assert!(swarm.is_in("a", dead));
    swarm.pass(0.3);
    assert!(swarm.is_in("a", alive));
    assert_eq!(swarm.closed_with(dead), Some(4001));
    assert_eq!(
        swarm.at_state(id),
        ExecutionState::Running,
        "its work is resumed"
    );
    // The older one closes by itself: no need to wait.
    let third = swarm.come("a", ANN, None);
    swarm.drop_session(alive);
    assert!(swarm.is_in("a", third));
    // A rival that hangs up is forgotten.
    let fourth = swarm.come("a", ANN, None);
    swarm.drop_session(fourth);
    swarm.pass(4.0);
    assert!(swarm.is_in("a", third));
}

#[test]
fn a_removed_node_leaves_its_place_to_another() {
    let mut swarm = Swarm::new();
    let session = swarm.member("a", ANN);
    swarm.member("b", BOB);
    let place = |swarm: &Swarm, id: &str| {
        let facts = &swarm.state.node(id).unwrap().facts;
        (facts.x, facts.y)
    };
    let (of_a, of_b) = (place(&swarm, "a"), place(&swarm, "b"));
    assert!(matches!(
        swarm.state.remove("a", swarm.now()),
        Err(TrustError::Online(_))
    ));
    swarm.drop_session(session);
    swarm.state.remove("a", swarm.now()).unwrap();
    assert!(swarm.state.node("a").is_none());
    assert_eq!(swarm.state.snapshot().nodes.len(), 1);
    let back = swarm.come("a", ANN, None);
    assert_eq!(swarm.closed_with(back), Some(close::UNKNOWN_KEY));
    let secret = swarm.code(of(1));
    swarm.come("c", Fixed([3; 32]), Some(&secret));
    assert_eq!((place(&swarm, "c"), place(&swarm, "b")), (of_a, of_b));
    assert_eq!(swarm.state.nodes().count(), 2);
}

#[test]
fn names_and_tags_given_by_the_operator_stay() {
    let mut swarm = Swarm::new();
    let session = swarm.member("a", ANN);
    swarm.state.rename("a", " kitchen ").unwrap();
    swarm.state.tag("a", vec!["heat".into()]).unwrap();
    assert!(swarm.state.rename("a", "bad\u{7}").is_err());
    assert!(swarm.state.tag("a", vec![String::new()]).is_err());
    swarm.drop_session(session);
    swarm.come("a", ANN, None);
    let node = swarm.state.node("a").unwrap();
    assert!(node.facts.name == "kitchen" && node.has_tag("heat"));
    swarm.state.rename("a", "").unwrap();
    assert_eq!(
        swarm.state.node("a").unwrap().facts.name,
        hello("a", 2).node_name
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut swarm = Swarm::new();
    let bad = [
        of(0),
        of(100_001),
        NewJoinCode {
            ttl_seconds: 0,
            ..of(1)
        },
        NewJoinCode {
            ttl_seconds: u64::MAX,
            ..of(1)
        },
        NewJoinCode {
            name: Some("n".into()),
            ..of(2)
        },
        NewJoinCode {
            label: "a\nb".into(),
            ..of(1)
        },
        NewJoinCode {
            tags: vec!["t".into(); 65],
            ..of(1)
        },
    ];
    for new in bad {
        assert!(
            swarm.state.make_join_code(&new, "me", swarm.now()).is_err(),
            "{new:?}"
        );
    }
    assert!(swarm.state.join_codes().is_empty());
    swarm.at += Duration::from_secs(1);
}

#[test]
fn a_revoked_name_is_not_had_again_by_any_code() {
    let mut swarm = Swarm::new();
    swarm.join("a", 2);
    swarm.state.revoke("a", swarm.now()).unwrap();
    let secret = swarm.code(of(1));
    let bob = swarm.come("a", BOB, Some(&secret));
    assert_eq!(swarm.standing("a"), Standing::Revoked);
    let node = swarm.state.nodes().find(|node| node.session == Some(bob));
    assert_ne!(node.unwrap().facts.id, "a");
}

#[test]
fn whoever_waits_for_a_node_that_is_revoked_is_sent_away_too() {
    let mut swarm = Swarm::new();
    let first = swarm.member("a", ANN);
    let second = swarm.come("a", ANN, None);
    swarm.state.revoke("a", swarm.now()).unwrap();
    swarm.collect();
    assert_eq!(swarm.closed_with(first), Some(close::REVOKED));
    assert_eq!(swarm.closed_with(second), Some(close::REVOKED));
}

#[test]
fn executions_are_not_handed_on_with_a_place() {
    let mut swarm = Swarm::new();
    let first = swarm.member("a", ANN);
    let id = swarm.run_on("a");
    swarm.drop_session(first);
    swarm.state.remove("a", swarm.now()).unwrap();
    let place = |swarm: &Swarm, id: &str| swarm.state.node(id).map(|node| node.ordinal);
    let secret = swarm.code(of(1));
    let mut claim = hello("b", 2);
    claim.running = vec![running(id, 0, 0)];
    let code = Some(SecretHash::of(&secret));
    let second = swarm.arrive(claim, Credential::Key(BOB, code));
    assert_eq!(
        place(&swarm, "b"),
        Some(0),
        "it stands where the other one stood"
    );
    swarm.respond(second, id, Outcome::Succeeded);
    assert_eq!(swarm.at_state(id), ExecutionState::Unknown);
}
