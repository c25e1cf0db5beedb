//! Records and outputs.

use axum::body::Bytes;
use futures_util::future::join_all;
use nexus::fleet::EngineError;
use nexus::fleet::engine::LARGEST;
use uuid::Uuid;

use super::swarm::{Member, Swarm};

fn text(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

async fn append(member: &Member, id: Uuid, number: u64, piece: &str) {
    member.ledger.append(id, number, text(piece)).await.unwrap();
}

pub(super) async fn records_are_kept_in_folders(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let ids: Vec<_> = (0..300).map(|_| Uuid::new_v4()).collect();
    let keeps = ids
        .iter()
        .map(|id| a.ledger.keep(a.id.0, *id, text("begun")));
    assert!(join_all(keeps).await.iter().all(Result::is_ok));
    b.ledger.keep(b.id.0, ids[0], text("mine")).await.unwrap();
    a.ledger
        .keep(a.id.0, ids[0], text("at the end"))
        .await
        .unwrap();
    let mut of = c.ledger.of(a.id.0).await.unwrap();
    assert_eq!(of.len(), 300);
    of.retain(|(_, record)| record == "at the end");
    assert_eq!(of, [(ids[0], text("at the end"))]);
    for id in &ids[1..] {
        c.ledger.forget(a.id.0, *id).await.unwrap();
    }
    c.ledger.forget(a.id.0, ids[1]).await.unwrap();
    assert_eq!(
        b.ledger.of(a.id.0).await.unwrap(),
        [(ids[0], text("at the end"))]
    );
    assert_eq!(a.ledger.of(b.id.0).await.unwrap(), [(ids[0], text("mine"))]);
    assert!(a.ledger.of(c.id.0).await.unwrap().is_empty());
    let refused = a
        .ledger
        .keep(a.id.0, ids[0], Bytes::from(vec![0; LARGEST + 1]))
        .await;
    assert_eq!(refused, Err(EngineError::TooLarge(LARGEST)));
    a.ledger
        .keep(a.id.0, ids[0], Bytes::from(vec![0; LARGEST]))
        .await
        .unwrap();
    assert_eq!(c.ledger.of(a.id.0).await.unwrap()[0].1.len(), LARGEST);
}

pub(super) async fn a_record_is_begun_once(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let (folder, id, other) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let begins = [(a, "a"), (b, "b"), (c, "c")].map(|(member, name)| async move {
        member.ledger.begin(folder, id, text(name)).await.unwrap()
    });
    let mut firsts = join_all(begins).await;
    let kept = a.ledger.of(folder).await.unwrap();
    let [(_, winner)] = kept.as_slice() else {
        panic!("one of them was first: {kept:?}");
    };
    firsts.sort();
    assert_eq!(
        firsts,
        [None, Some(winner.clone()), Some(winner.clone())],
        "the others hear whose it is"
    );
    b.ledger.keep(folder, id, text("later")).await.unwrap();
    let again = c.ledger.begin(folder, id, text("again")).await.unwrap();
    assert_eq!(again, Some(text("later")));
    assert_eq!(
        c.ledger.begin(folder, other, text("x")).await.unwrap(),
        None
    );
    a.ledger.keep(other, id, text("elsewhere")).await.unwrap();
    b.ledger.clear(folder).await.unwrap();
    b.ledger.clear(folder).await.unwrap();
    assert!(a.ledger.of(folder).await.unwrap().is_empty());
    assert_eq!(a.ledger.of(other).await.unwrap(), [(id, text("elsewhere"))]);
    let anew = a.ledger.begin(folder, id, text("anew")).await.unwrap();
    assert_eq!(anew, None, "what is cleared can be begun");
}

pub(super) async fn a_piece_is_kept_once(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let id = Uuid::new_v4();
    append(a, id, 0, "first").await;
    append(b, id, 0, "another").await;
    append(b, id, 1, "").await;
    append(a, id, 0, "first").await;
    let all = c.ledger.read(id, 0, 1000).await.unwrap();
    assert_eq!(all, [(0, text("first")), (1, text(""))]);
}

pub(super) async fn an_output_is_read_from_anywhere(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let id = Uuid::new_v4();
    let other = Uuid::new_v4();
    append(a, other, 0, "other").await;
    let pieces = |numbers: std::ops::Range<u64>| {
        numbers
            .map(|n| (n, text(&format!("{n:04}"))))
            .collect::<Vec<_>>()
    };
    // Out of order, as they come when a machine reports again.
    for number in (100..200).chain(0..100) {
        append(a, id, number, &format!("{number:04}")).await;
    }
    append(a, id, 1_000_000, "far").await;
    assert_eq!(b.ledger.read(id, 0, 400).await.unwrap(), pieces(0..100));
    assert_eq!(b.ledger.read(id, 150, 40).await.unwrap(), pieces(150..160));
    assert_eq!(b.ledger.read(id, 31, 12).await.unwrap(), pieces(31..34));
    assert_eq!(
        b.ledger.read(id, 31, 1).await.unwrap(),
        pieces(31..32),
        "one comes, however little is wanted"
    );
    assert_eq!(b.ledger.read(id, 198, 9).await.unwrap(), pieces(198..200));
    assert_eq!(
        b.ledger.read(id, 200, 100).await.unwrap(),
        [(1_000_000, text("far"))]
    );
    assert!(b.ledger.read(id, 1_000_001, 100).await.unwrap().is_empty());
    assert!(
        b.ledger
            .read(Uuid::new_v4(), 0, 100)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(super) async fn what_was_erased_is_gone(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let (id, other) = (Uuid::new_v4(), Uuid::new_v4());
    for number in 0..100 {
        append(a, id, number, "x").await;
    }
    append(a, other, 0, "stays").await;
    b.ledger.erase(id).await.unwrap();
    b.ledger.erase(id).await.unwrap();
    assert!(a.ledger.read(id, 0, 1000).await.unwrap().is_empty());
    append(a, id, 0, "anew").await;
    assert_eq!(
        b.ledger.read(id, 0, 1000).await.unwrap(),
        [(0, text("anew"))]
    );
    assert_eq!(
        b.ledger.read(other, 0, 1000).await.unwrap(),
        [(0, text("stays"))]
    );
}

pub(super) async fn large_pieces_are_read_in_parts(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let id = Uuid::new_v4();
    let refused = a
        .ledger
        .append(id, 0, Bytes::from(vec![0; LARGEST + 1]))
        .await;
    assert_eq!(refused, Err(EngineError::TooLarge(LARGEST)));
    for number in 0..12 {
        let piece = Bytes::from(vec![u8::try_from(number).unwrap(); LARGEST]);
        a.ledger.append(id, number, piece).await.unwrap();
    }
    let (mut next, mut parts) = (0, 0);
    loop {
        let part = b.ledger.read(id, next, 5 * LARGEST).await.unwrap();
        if part.is_empty() {
            break;
        }
        assert!(part.len() <= 5);
        for (number, piece) in part {
            assert_eq!(
                (number, piece[0], piece.len()),
                (next, u8::try_from(next).unwrap(), LARGEST)
            );
            next += 1;
        }
        parts += 1;
    }
    assert_eq!((next, parts), (12, 3));
}
