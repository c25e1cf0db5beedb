//! Pages as no honest instance tells them.

use std::time::SystemTime;

use super::*;
use crate::audit::{Action, Entry};
use crate::identity::Identity;
use crate::store::tests::identity;

/// Some entries as their origin tells them, and its key.
struct Played {
    identity: Identity,
    rows: Vec<(Digest, String)>,
    heads: Vec<Head>,
}

fn played(length: u64) -> Played {
    let (mut head, mut heads, mut rows) = (Head::EMPTY, vec![Head::EMPTY], Vec::new());
    for number in 1..=length {
        let mut entry = Entry::new(Action::Cancel, SystemTime::UNIX_EPOCH);
        entry.number = number;
        let text = serde_json::to_string(&entry).unwrap();
        head = head.extended(&text);
        rows.push((head.hash, text));
        heads.push(head);
    }
    Played {
        identity: identity(),
        rows,
        heads,
    }
}

impl Played {
    fn key(&self) -> PublicKey {
        protocol::Fixed(self.identity.public())
    }

    fn signed(&self, number: usize) -> Checkpoint {
        Checkpoint::sign(&self.identity, self.heads[number], SystemTime::UNIX_EPOCH)
    }

    /// What is kept of these rows after the first two.
    fn after_two(&self, rows: Vec<(Digest, String)>) -> Follows {
        let checkpoints = Vec::new();
        let told = Told { rows, checkpoints };
        told.after(self.heads[2], 0, self.key())
    }

    fn misfit(&self, rows: Vec<(Digest, String)>) -> (usize, u64) {
        let follows = self.after_two(rows);
        let misfit = follows.misfit.expect("something does not fit");
        (follows.rows.len(), misfit.told.number)
    }
}

#[test]
fn what_follows_is_kept() {
    let log = played(6);
    let follows = log.after_two(log.rows[2..].to_vec());
    let numbers: Vec<_> = follows.rows.iter().map(|row| row.0).collect();
    assert_eq!((numbers, follows.misfit), (vec![3, 4, 5, 6], None));
    let nothing = log.after_two(Vec::new());
    assert_eq!((nothing.rows.len(), nothing.misfit), (0, None));
}

#[test]
fn what_does_not_follow_ends_it_there() {
    let log = played(6);
    let rest = || log.rows[2..].to_vec();
    // A gap, a row of before, a row twice, two in each other's places.
    assert_eq!(log.misfit(log.rows[3..].to_vec()), (0, 3));
    assert_eq!(log.misfit(log.rows[..].to_vec()), (0, 3));
    let mut twice = rest();
    twice.insert(1, twice[0].clone());
    assert_eq!(log.misfit(twice), (1, 4));
    let mut swapped = rest();
    swapped.swap(1, 2);
    assert_eq!(log.misfit(swapped), (1, 4));
    // Another text, another hash, and a text with a hash of its own that says another number.
    let mut edited = rest();
    edited[2].1 = edited[2].1.replace("cancel", "execute");
    assert_eq!(log.misfit(edited), (2, 5));
    let mut hashed = rest();
    hashed[3].0.0[5] ^= 1;
    assert_eq!(log.misfit(hashed), (3, 6));
    for text in [
        log.rows[0].1.clone(),
        log.rows[2].1.replace("\"number\":3", "\"number\":4"),
        "null".to_owned(),
        "{}".to_owned(),
        "[3]".to_owned(),
        "{\"number\":-3}".to_owned(),
        "no JSON".to_owned(),
        String::new(),
    ] {
        let hash = log.heads[2].extended(&text).hash;
        assert_eq!(log.misfit(vec![(hash, text.clone())]), (0, 3), "{text}");
    }
}

#[test]
fn the_next_copy_begins_behind_what_does_not_fit() {
    let log = played(6);
    let mut edited = log.rows[2..].to_vec();
    edited[1].1 = edited[1].1.replace("cancel", "execute");
    let told = log.after_two(edited.clone()).misfit.unwrap().told;
    assert_eq!(told, log.heads[4]);
    let checkpoints = Vec::new();
    let rows = edited[2..].to_vec();
    let rest = Told { rows, checkpoints }.after(told, 0, log.key());
    assert_eq!((rest.rows.len(), rest.misfit), (2, None));
}

#[test]
fn a_text_without_end_is_not_kept() {
    let log = played(3);
    let text = format!("{{\"number\":3,\"why\":\"{}\"}}", "x".repeat(LONGEST));
    let hash = log.heads[2].extended(&text).hash;
    assert_eq!(log.misfit(vec![(hash, text)]), (0, 3));
}

#[test]
fn only_signatures_of_the_swarm_count() {
    let log = played(6);
    let follows = |checkpoints: Vec<Checkpoint>, signed| {
        let rows = log.rows[2..].to_vec();
        let follows = Told { rows, checkpoints }.after(log.heads[2], signed, log.key());
        assert!(follows.misfit.is_none());
        let numbers: Vec<_> = follows.checkpoints.iter().map(|one| one.number).collect();
        (numbers, follows.refused)
    };
    // One that came late, one of the page; and what is not news, or about nothing that is here.
    let good = vec![log.signed(2), log.signed(5)];
    assert_eq!(follows(good.clone(), 1), (vec![2, 5], 0));
    assert_eq!(follows(good, 2), (vec![5], 0));
    let ahead = Head {
        number: 7,
        hash: log.heads[6].hash,
    };
    let ahead = Checkpoint::sign(&log.identity, ahead, SystemTime::UNIX_EPOCH);
    assert_eq!(follows(vec![ahead], 1), (vec![], 0));
    let foreign = Checkpoint::sign(&identity(), log.heads[5], SystemTime::UNIX_EPOCH);
    let mut borrowed = foreign;
    borrowed.key = log.key();
    let mut later = log.signed(5);
    later.at += 1;
    let anchor = Anchor::sign(&log.identity, log.heads[5], SystemTime::UNIX_EPOCH).0;
    for wrong in [foreign, borrowed, later, anchor] {
        assert_eq!(follows(vec![wrong], 1), (vec![], 1));
    }
}
