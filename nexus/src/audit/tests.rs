//! Whole chains in memory, and every way to break one.

use std::time::{Duration, SystemTime};

use super::*;
use crate::identity::Identity;
use crate::store::tests::identity;

/// A chain as a table would have it.
struct Chain {
    identity: Identity,
    rows: Vec<(u64, String, Digest)>,
    checkpoints: Vec<Checkpoint>,
}

fn chain(length: u64, signed_each: u64) -> Chain {
    let identity = identity();
    let mut head = Head::EMPTY;
    let (mut rows, mut checkpoints) = (Vec::new(), Vec::new());
    for number in 1..=length {
        let mut entry =
            Entry::new(Action::Cancel, SystemTime::UNIX_EPOCH).about([format!("n{number}")]);
        entry.number = number;
        let text = serde_json::to_string(&entry).unwrap();
        head = head.extended(&text);
        rows.push((number, text, head.hash));
        if number % signed_each == 0 {
            checkpoints.push(Checkpoint::sign(&identity, head, SystemTime::UNIX_EPOCH));
        }
    }
    Chain {
        identity,
        rows,
        checkpoints,
    }
}

impl Chain {
    fn verify(&self) -> Verdict {
        let mut verifier = Verifier::new(protocol::Fixed(self.identity.public()), Head::EMPTY);
        for checkpoint in &self.checkpoints {
            verifier.checkpoint(*checkpoint);
        }
        for (number, text, hash) in &self.rows {
            verifier.entry(*number, text, *hash);
        }
        verifier.finish()
    }

    fn first_fault(&self) -> (u64, FaultKind) {
        let verdict = self.verify();
        assert!(!verdict.ok);
        (verdict.faults[0].number, verdict.faults[0].kind)
    }

    /// What somebody without the key can do: new hashes from here on.
    fn rehash(&mut self) {
        let mut head = Head::EMPTY;
        for row in &mut self.rows {
            head = head.extended(&row.1);
            (row.0, row.2) = (head.number, head.hash);
        }
    }
}

#[test]
fn a_whole_chain_is_whole() {
    let verdict = chain(25, 10).verify();
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!((verdict.entries, verdict.first, verdict.last), (25, 1, 25));
    assert_eq!((verdict.checkpoints, verdict.unsigned), (2, 5));
    let empty = chain(0, 10).verify();
    assert!(empty.ok && empty.entries == 0 && empty.last == 0);
}

#[test]
fn every_byte_of_every_entry_counts() {
    let whole = chain(5, 5);
    for at in 0..whole.rows.len() {
        for byte in 0..whole.rows[at].1.len() {
            let mut broken = chain(0, 1);
            broken.identity = whole.identity.clone();
            broken.rows = whole.rows.clone();
            broken.checkpoints = whole.checkpoints.clone();
            let mut text = broken.rows[at].1.clone().into_bytes();
            text[byte] ^= 1;
            broken.rows[at].1 = String::from_utf8(text).unwrap();
            let (number, kind) = broken.first_fault();
            assert_eq!(number, broken.rows[at].0, "byte {byte}");
            assert!(
                matches!(kind, FaultKind::Edited | FaultKind::Reordered),
                "byte {byte}: {kind:?}"
            );
        }
    }
}

#[test]
fn a_changed_hash_is_found_where_it_stands_and_nowhere_else() {
    let mut broken = chain(9, 9);
    broken.rows[3].2.0[0] ^= 1;
    let verdict = broken.verify();
    assert_eq!(verdict.faults.len(), 1, "{verdict:?}");
    assert_eq!(
        (verdict.faults[0].number, verdict.faults[0].kind),
        (4, FaultKind::Edited)
    );
}

#[test]
fn what_is_removed_or_put_elsewhere_is_missed() {
    let mut removed = chain(9, 9);
    removed.rows.remove(3);
    assert_eq!(removed.first_fault(), (4, FaultKind::Missing));

    let mut first = chain(9, 9);
    first.rows.remove(0);
    assert_eq!(first.first_fault(), (1, FaultKind::Missing));

    let mut swapped = chain(9, 9);
    let (third, fourth) = (swapped.rows[2].clone(), swapped.rows[3].clone());
    (swapped.rows[2].1, swapped.rows[2].2) = (fourth.1, fourth.2);
    (swapped.rows[3].1, swapped.rows[3].2) = (third.1, third.2);
    assert_eq!(swapped.first_fault(), (3, FaultKind::Reordered));

    let mut twice = chain(9, 9);
    let row = twice.rows[4].clone();
    twice.rows.insert(5, row);
    assert_eq!(twice.first_fault(), (5, FaultKind::Reordered));
}

#[test]
fn a_chain_that_was_made_anew_does_not_fit_the_signatures() {
    let mut anew = chain(20, 10);
    anew.rows[6].1 = anew.rows[6].1.replace("n7", "n8");
    anew.rehash();
    assert_eq!(anew.first_fault(), (10, FaultKind::Rewritten));

    // Renumbered, so that nothing seems to be missing.
    let mut shorter = chain(20, 10);
    shorter.rows.remove(4);
    for (at, row) in shorter.rows.iter_mut().enumerate().skip(4) {
        row.1 = row.1.replacen(
            &format!("\"number\":{}", at + 2),
            &format!("\"number\":{}", at + 1),
            1,
        );
    }
    shorter.rehash();
    assert_eq!(shorter.first_fault(), (10, FaultKind::Rewritten));
}

#[test]
fn a_cut_end_is_found_up_to_the_newest_signature() {
    let mut cut = chain(25, 10);
    cut.rows.truncate(18);
    assert_eq!(cut.first_fault(), (19, FaultKind::Cut));
    // This is what cannot be found; `unsigned` tells how much may be missing.
    let mut tail = chain(25, 10);
    tail.rows.truncate(20);
    assert!(tail.verify().ok);
    let mut with_signature = chain(25, 10);
    with_signature.rows.truncate(15);
    with_signature.checkpoints.truncate(1);
    let verdict = with_signature.verify();
    assert!(verdict.ok && verdict.unsigned == 5);
}

#[test]
fn signatures_count() {
    let mut forged = chain(10, 5);
    forged.checkpoints[0].signature.0[7] ^= 1;
    assert_eq!(forged.first_fault(), (5, FaultKind::BadSignature));

    for change in [
        |checkpoint: &mut Checkpoint| checkpoint.at += 1,
        |checkpoint: &mut Checkpoint| checkpoint.number += 1,
        |checkpoint: &mut Checkpoint| checkpoint.hash.0[0] ^= 1,
    ] {
        let mut changed = chain(10, 5);
        change(&mut changed.checkpoints[0]);
        assert_eq!(changed.first_fault().1, FaultKind::BadSignature);
    }

    // Somebody signs with a key of his own.
    let mut foreign = chain(10, 5);
    foreign.rows[2].1 = foreign.rows[2].1.replace("n3", "n4");
    foreign.rehash();
    let other = identity();
    let head = Head {
        number: 5,
        hash: foreign.rows[4].2,
    };
    foreign.checkpoints[0] = Checkpoint::sign(&other, head, SystemTime::UNIX_EPOCH);
    assert_eq!(foreign.first_fault(), (5, FaultKind::ForeignKey));

    // An anchor is no checkpoint, nor the other way round.
    let anchor = Anchor::sign(&other, head, SystemTime::UNIX_EPOCH);
    assert!(anchor.is_signed() && !anchor.0.is_signed());
    assert!(!Anchor(Checkpoint::sign(&other, head, SystemTime::UNIX_EPOCH)).is_signed());
}

#[test]
fn removed_signatures_are_missed_after_a_thousand_entries() {
    let mut fewer = chain(2500, 1000);
    assert!(fewer.verify().ok);
    fewer.checkpoints.remove(0);
    fewer.rows[10].1 = fewer.rows[10].1.replace("n11", "n12");
    fewer.checkpoints.clear();
    fewer.rehash();
    assert_eq!(fewer.first_fault(), (1000, FaultKind::NotSigned));
}

#[test]
fn a_removed_beginning_needs_a_signature_of_its_own() {
    let whole = chain(20, 10);
    let head = Head {
        number: 10,
        hash: whole.rows[9].2,
    };
    let verify = |anchor: Anchor| {
        let mut verifier = Verifier::after(protocol::Fixed(whole.identity.public()), &anchor);
        for (number, text, hash) in &whole.rows[10..] {
            verifier.entry(*number, text, *hash);
        }
        verifier.finish()
    };
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let good = verify(Anchor::sign(&whole.identity, head, at));
    assert!(good.ok && good.first == 11, "{good:?}");
    // A checkpoint, which anybody finds in the file, does not pass for one.
    assert!(!verify(Anchor(whole.checkpoints[0])).ok);
    assert!(!verify(Anchor::sign(&identity(), head, at)).ok);
    let elsewhere = Head {
        number: 10,
        hash: Digest([1; 32]),
    };
    let verdict = verify(Anchor::sign(&whole.identity, elsewhere, at));
    assert_eq!(verdict.faults[0].kind, FaultKind::Edited);
}

#[test]
fn digests_have_one_meaning() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        Digest::of_targets(&ids(&["a", "b"])),
        Digest::of_targets(&ids(&["b", "a"]))
    );
    assert_ne!(
        Digest::of_targets(&ids(&["ab"])),
        Digest::of_targets(&ids(&["a", "b"]))
    );
    assert_ne!(
        Digest::of_targets(&ids(&[])),
        Digest::of_targets(&ids(&[""]))
    );
    assert_ne!(
        Digest::of_call("a", "b", "{}"),
        Digest::of_call("ab", "", "{}")
    );
    let digest = Digest::of_call("a", "b", "{}");
    assert_eq!(digest.to_string().parse(), Ok(digest));
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(json, format!("\"{digest}\""));
    assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    for wrong in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

#[test]
fn refusals_are_bounded_and_counted() {
    let mut bound = super::bound::Bound::default();
    let second = Duration::from_secs;
    let address = |last: u16| std::net::IpAddr::from([10, 0, (last >> 8) as u8, last as u8]);
    let told = (0..1000)
        .filter(|_| bound.take(address(1), second(1)))
        .count();
    assert_eq!(told, 10);
    assert!(bound.take(address(2), second(1)), "others are told too");
    assert!(bound.settle(second(30), false).is_empty());
    assert_eq!(bound.settle(second(62), false), [(Some(address(1)), 990)]);
    assert!(bound.take(address(1), second(62)));

    // However many addresses somebody has.
    let mut bound = super::bound::Bound::default();
    let told = (0..50_000_u16)
        .filter(|last| bound.take(address(*last), second(1)))
        .count();
    assert_eq!(told, 300);
    let counted: u64 = bound
        .settle(second(100), true)
        .iter()
        .map(|(_, count)| count)
        .sum();
    assert_eq!(counted, 50_000 - 300);
}

#[test]
fn ends_that_are_written_together_share_an_entry() {
    let ended = |state| {
        Draft::Ended(Ended {
            at: SystemTime::UNIX_EPOCH,
            outcome: Outcome {
                execution: uuid::Uuid::new_v4(),
                state,
                exit_code: None,
            },
        })
    };
    let whole = || {
        Draft::Whole(
            Box::new(Entry::new(Action::Cancel, SystemTime::UNIX_EPOCH)),
            None,
        )
    };
    let mut drafts: Vec<_> = (0..300)
        .map(|_| ended(crate::model::ExecutionState::Succeeded))
        .collect();
    drafts.insert(0, whole());
    drafts.insert(7, whole());
    let made: Vec<_> = super::draft::entries(&drafts).collect();
    let places: Vec<_> = made
        .iter()
        .map(|(at, entry)| (*at, entry.action, entry.outcomes.len()))
        .collect();
    assert_eq!(
        places,
        [
            (Some(0), Action::Cancel, 0),
            (Some(7), Action::Cancel, 0),
            (None, Action::Ended, 256),
            (None, Action::Ended, 44),
        ]
    );
}
