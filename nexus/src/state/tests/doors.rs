//! Where else a spore may come in: who is told, when, and how much.

use protocol::{Fixed, PublicKey, limits};

use super::*;
use crate::trust::NewJoinCode;

const ANN: PublicKey = Fixed([1; 32]);

impl Swarm {
    fn set_doors(&mut self, doors: &[&str]) {
        let doors = doors.iter().map(|&door| door.to_owned()).collect();
        self.state.set_doors(doors, self.now());
        self.collect();
    }

    /// The addresses of each WELCOME that a session got.
    fn told(&self, session: SessionId) -> Vec<Vec<String>> {
        let frames = self.frames(session).into_iter();
        frames
            .filter_map(|frame| match frame {
                FromNexus::Welcome(welcome) => Some(welcome.nexus_addresses),
                _ => None,
            })
            .collect()
    }

    fn ann(&mut self) -> SessionId {
        let made = self
            .state
            .make_join_code(&NewJoinCode::default(), "me", self.now());
        let code = crate::trust::SecretHash::of(&made.unwrap().0);
        self.arrive(hello("ann", 2), Credential::Key(ANN, Some(code)))
    }
}

#[test]
fn a_nexus_that_is_alone_tells_none() {
    let mut swarm = Swarm::new();
    let ann = swarm.ann();
    assert_eq!(swarm.told(ann), [Vec::<String>::new()]);
}

#[test]
fn who_comes_is_told_and_who_is_there_is_told_once() {
    let mut swarm = Swarm::new();
    let (ann, old, shared) = (swarm.ann(), swarm.join("old", 1), swarm.join("shared", 2));
    swarm.set_doors(&["a:1", "b:2"]);
    swarm.set_doors(&["a:1", "b:2"]);
    assert_eq!(swarm.told(ann), [vec![], vec!["a:1", "b:2"]]);
    assert!(swarm.frames(old).is_empty(), "a prototype's gets nothing");
    assert_eq!(swarm.told(shared).len(), 1, "it pins no key");
    swarm.drop_session(ann);
    let again = swarm.arrive(hello("ann", 2), Credential::Key(ANN, None));
    assert_eq!(swarm.told(again), [["a:1", "b:2"]]);
    // None is no news: a spore keeps what it knows.
    swarm.set_doors(&[]);
    assert_eq!(swarm.told(again).len(), 1);
}

#[test]
fn no_more_is_told_than_may_be() {
    let mut swarm = Swarm::new();
    let long = "x".repeat(limits::NAME + 1);
    let mut doors = vec![long.as_str()];
    doors.extend(["a:1"; limits::DOORS + 5]);
    swarm.set_doors(&doors);
    let ann = swarm.ann();
    assert_eq!(swarm.told(ann), [vec!["a:1"; limits::DOORS]]);
}
