use super::*;

fn sealer(key: u8) -> Sealer {
    Sealer::new(&SwarmKey::new([key; 32]), "nexus").unwrap()
}

fn place() -> Place {
    Place::new("fact", &[b"token", b"one"])
}

#[test]
fn every_flipped_bit_and_every_missing_byte_is_found() {
    let (ours, theirs) = (sealer(7), sealer(7));
    let sealed = ours.seal(&place(), b"let this token do everything");
    assert_eq!(
        theirs.open(&place(), &sealed).unwrap().1,
        &b"let this token do everything"[..]
    );
    for bit in 0..sealed.len() * 8 {
        let mut forged = sealed.to_vec();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(theirs.open(&place(), &forged), Err(Unsealed), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(
            theirs.open(&place(), &sealed[..length]),
            Err(Unsealed),
            "{length} bytes"
        );
    }
    assert_eq!(
        theirs.refused(),
        (sealed.len() * 9) as u64,
        "each is counted"
    );
}

#[test]
fn what_was_sealed_for_one_place_opens_in_no_other() {
    let (ours, theirs) = (sealer(7), sealer(7));
    let sealed = ours.seal(&place(), b"yes");
    for other in [
        Place::new("fact", &[b"token", b"two"]),
        Place::new("fact", &[b"tokeno", b"ne"]),
        Place::new("fact", &[b"tokenone"]),
        Place::new("facttoken", &[b"one"]),
        Place::new("record", &[b"token", b"one"]),
    ] {
        assert_eq!(theirs.open(&other, &sealed), Err(Unsealed), "{other:?}");
    }
    assert!(theirs.open(&place(), &sealed).is_ok());
}

#[test]
fn another_swarm_reads_nothing_whether_by_key_or_by_name() {
    let sealed = sealer(7).seal(&place(), b"yes");
    assert_eq!(sealer(8).open(&place(), &sealed), Err(Unsealed));
    let namesake = Sealer::new(&SwarmKey::new([7; 32]), "other").unwrap();
    assert_eq!(namesake.open(&place(), &sealed), Err(Unsealed));
    assert_ne!(namesake.name("node", "a"), sealer(7).name("node", "a"));
}

#[test]
fn nothing_of_the_message_or_the_key_can_be_seen() {
    let ours = sealer(7);
    let sealed = ours.seal(&place(), b"the same text");
    let again = ours.seal(&place(), b"the same text");
    assert_ne!(
        sealed[HEAD..],
        again[HEAD..],
        "equal messages do not look equal"
    );
    assert!(!sealed.windows(4).any(|part| part == b"text"));
    assert_eq!(format!("{:?}", SwarmKey::new([7; 32])), "SwarmKey(…)");
    assert_eq!(format!("{ours:?}"), "Sealer { refused: 0, .. }");
}

#[test]
fn names_are_the_same_for_all_instances_and_differ_by_kind() {
    let name = sealer(7).name("node", "węzeł/1 *.>");
    assert_eq!(name, sealer(7).name("node", "węzeł/1 *.>"));
    assert_ne!(name, sealer(7).name("fact", "węzeł/1 *.>"));
    assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

fn stamp(counter: u64) -> Stamp {
    Stamp {
        salt: [1; SALT],
        counter,
    }
}

#[test]
fn a_message_is_heard_once_in_whatever_order_they_come() {
    let mut replay = Replay::default();
    for counter in [5, 3, 4, 0, 65_535, 65_540, 65_536, 90_000] {
        assert_eq!(replay.fresh(stamp(counter), 0, 0), Ok(()), "{counter}");
        assert_eq!(
            replay.fresh(stamp(counter), 0, 0),
            Err(Stale::Again),
            "{counter} again"
        );
    }
    assert_eq!(
        replay.fresh(stamp(24_464), 0, 0),
        Err(Stale::Again),
        "behind the window"
    );
    assert_eq!(
        replay.fresh(stamp(24_465), 0, 0),
        Ok(()),
        "skipped, and not heard before"
    );
    assert_eq!(replay.fresh(stamp(u64::MAX - 1), 0, 0), Ok(()));
    assert_eq!(
        replay.fresh(stamp(u64::MAX), 0, 0),
        Err(Stale::Again),
        "a counter that cannot be"
    );
}

#[test]
fn old_messages_are_told_from_new_ones_by_their_time() {
    let mut replay = Replay::default();
    assert_eq!(replay.fresh(stamp(0), 0, 60_001), Err(Stale::Time(60)));
    assert_eq!(replay.fresh(stamp(0), 75_000, 0), Err(Stale::Time(-75)));
    assert_eq!(
        replay.fresh(stamp(0), i64::MIN, i64::MAX),
        Err(Stale::Time(i64::MAX / 1000))
    );
    assert_eq!(
        replay.fresh(stamp(0), 0, 59_999),
        Ok(()),
        "being refused for its time does not use it up"
    );
}

#[test]
fn many_lives_do_not_fill_the_memory() {
    let mut replay = Replay::default();
    for life in 0..3000_u64 {
        let mut salt = [0; SALT];
        salt[..8].copy_from_slice(&life.to_be_bytes());
        let stamp = Stamp { salt, counter: 0 };
        assert_eq!(replay.fresh(stamp, 0, 0), Ok(()));
    }
    assert!(format!("{replay:?}").matches("end:").count() <= 256);
}
