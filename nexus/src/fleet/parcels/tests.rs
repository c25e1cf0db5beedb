//! Hostile senders of parts.

use super::*;

fn part(of: Uuid, at: usize, total: usize) -> Part {
    Part { of, at, total }
}

fn instance() -> InstanceId {
    InstanceId(Uuid::new_v4())
}

fn says(taken: &Taken) -> &Reply {
    match taken {
        Taken::Says(reply) => reply,
        Taken::Whole(_) => panic!("it is not whole"),
    }
}

#[test]
fn parts_in_order_become_a_letter_and_nothing_else_does() {
    let (parcels, from, now) = (Parcels::default(), instance(), Instant::now());
    let (of, other) = (Uuid::new_v4(), Uuid::new_v4());
    let take = |of, at, total, piece: &[u8]| parcels.take(from, part(of, at, total), piece, now);
    assert_eq!(says(&take(of, 0, 6, b"abc")), &Reply::Done);
    assert_eq!(
        take(of, 3, 6, b"def"),
        Taken::Whole(Bytes::from_static(b"abcdef"))
    );
    assert_eq!(says(&take(of, 3, 6, b"def")), &Reply::Lost, "said again");
    for (what, which, at, total, piece) in [
        ("a gap", of, 4, 6, &b"ef"[..]),
        ("again", of, 0, 6, b""),
        ("more than was said", of, 3, 6, b"defg"),
        ("another letter", other, 3, 6, b"def"),
        ("another length", of, 3, 7, b"def"),
        ("nothing", of, 3, 6, b""),
        ("as far away as can be", of, usize::MAX, usize::MAX, b"x"),
    ] {
        assert_eq!(says(&take(of, 0, 6, b"abc")), &Reply::Done);
        assert_eq!(says(&take(which, at, total, piece)), &Reply::Lost, "{what}");
        assert_eq!(says(&take(of, 3, 6, b"def")), &Reply::Lost, "after {what}");
    }
    let huge = parcels.take(from, part(of, 0, MOST + 1), b"x", now);
    assert_eq!(says(&huge), &Reply::Lost);
}

#[test]
fn who_never_finishes_holds_one_letter_for_a_while() {
    let (parcels, now) = (Parcels::default(), Instant::now());
    let begin = |from, now| parcels.take(from, part(Uuid::new_v4(), 0, MOST), &[0; PART], now);
    let from = instance();
    for _ in 0..1000 {
        assert_eq!(
            says(&begin(from, now)),
            &Reply::Done,
            "the one before is let go"
        );
    }
    assert_eq!(parcels.lock().held(), MOST);
    let full = (0..1000).find(|_| says(&begin(instance(), now)) == &Reply::Later);
    assert!(full.is_some_and(|senders| senders < ROOM / MOST));
    let small = parcels.take(instance(), part(Uuid::new_v4(), 0, 2), b"x", now);
    let held = parcels.lock().held();
    assert!(held <= ROOM, "{held} {small:?}");
    parcels.prune(now + IDLE - Duration::from_secs(1));
    assert!(parcels.lock().held() > 0);
    parcels.prune(now + IDLE);
    assert_eq!(parcels.lock().held(), 0);
    assert_eq!(says(&begin(instance(), now)), &Reply::Done);
}

#[test]
fn a_large_answer_is_fetched_in_parts_once() {
    let (parcels, to, now) = (Parcels::default(), instance(), Instant::now());
    let small = Bytes::from_static(b"small");
    assert_eq!(parcels.answer(to, small.clone(), now), small);
    let answer: Bytes = (0..LARGEST + 5).map(|at| (at % 251) as u8).collect();
    let (reply, piece) = Reply::read(&parcels.answer(to, answer.clone(), now)).unwrap();
    let Reply::Part(first) = reply else {
        panic!("{reply:?}")
    };
    let mut whole = piece.to_vec();
    while whole.len() < first.total {
        let next = Part {
            at: whole.len(),
            ..first
        };
        assert_eq!(
            parcels.rest(instance(), next, now),
            Reply::Lost.bytes(),
            "of somebody else"
        );
        let (reply, piece) = Reply::read(&parcels.rest(to, next, now)).unwrap();
        assert_eq!(reply, Reply::Part(next));
        whole.extend_from_slice(&piece);
    }
    assert_eq!(whole, answer);
    let again = Part { at: PART, ..first };
    assert_eq!(
        parcels.rest(to, again, now),
        Reply::Lost.bytes(),
        "it is gone"
    );
    let wild = Part {
        at: usize::MAX,
        ..first
    };
    assert_eq!(parcels.rest(to, wild, now), Reply::Lost.bytes());
}
