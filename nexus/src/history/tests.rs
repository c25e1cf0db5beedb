//! Packing with any readings and any damage; a day put together from samples and turns.

use proptest::prelude::*;

use super::fold::{MinuteRow, STALE, buckets, replay, spans, thinned};
use super::*;

fn reading() -> impl Strategy<Value = Reading> {
    // Runs and noise, as in a real fleet.
    let byte = || prop_oneof![Just(0_u8), Just(40), any::<u8>()];
    let tasks = prop_oneof![Just(0_u16), any::<u16>()];
    (0_u8..6, byte(), byte(), tasks).prop_map(|(stood, cpu, memory, tasks)| Reading {
        stood: Stood::from_byte(stood),
        cpu,
        memory,
        tasks,
    })
}

proptest! {
    #[test]
    fn what_is_packed_comes_out_again(readings in prop::collection::vec(reading(), 1..=BLOCK)) {
        match pack(&readings) {
            Some(blob) => {
                for (place, one) in readings.iter().enumerate() {
                    prop_assert_eq!(pick(&blob, place), Some(*one));
                }
                prop_assert_eq!(pick(&blob, readings.len()), None);
                prop_assert_eq!(unpack(&blob), Some(readings));
            }
            None => prop_assert!(readings.iter().all(|one| one.stood == Stood::Absent)),
        }
    }

    #[test]
    fn no_bytes_are_too_strange_to_be_read(blob in prop::collection::vec(any::<u8>(), 0..600)) {
        for place in [0, 5, 255, 256, usize::MAX] {
            let _ = pick(&blob, place);
        }
        if let Some(readings) = unpack(&blob) {
            prop_assert!((1..=BLOCK).contains(&readings.len()));
        }
    }

    #[test]
    fn a_blob_that_was_cut_or_grew_is_damage(
        readings in prop::collection::vec(reading(), 2..=BLOCK),
        cut in 1_usize..20,
        more in 1_usize..4,
    ) {
        if let Some(blob) = pack(&readings) {
            let end = blob.len().saturating_sub(cut);
            prop_assert_eq!(unpack(&blob[..end]), None);
            let longer: Vec<u8> = blob.iter().copied().chain(std::iter::repeat_n(7, more)).collect();
            prop_assert_eq!(unpack(&longer), None);
        }
    }

    #[test]
    fn spans_lie_in_order_within_the_time_and_do_not_overlap(
        samples in prop::collection::btree_map(0_i64..1_000_000, reading(), 0..30),
        turns in prop::collection::btree_map(0_i64..1_000_000, 0_u8..6, 0..30),
    ) {
        let samples: Vec<_> = samples.into_iter().collect();
        let turns: Vec<_> = turns
            .into_iter()
            .map(|(at, stood)| Turn { at, node: 0, stood: Stood::from_byte(stood) })
            .collect();
        let (from, to) = (200_000, 800_000);
        let mut end = from;
        for span in spans(&samples, &turns, from, to) {
            prop_assert!(end <= span.from && span.from < span.to && span.to <= to, "{span:?}");
            end = span.to;
        }
    }
}

fn stood(stood: Stood) -> Reading {
    Reading {
        stood,
        cpu: 100,
        memory: 50,
        tasks: 2,
    }
}

fn turn(at: i64, node: u32, stood: Stood) -> Turn {
    Turn { at, node, stood }
}

#[test]
fn a_quiet_block_is_small() {
    let readings: Vec<_> = (0..=255_u8)
        .map(|i| Reading {
            stood: Stood::Idle,
            cpu: i,
            memory: i.wrapping_mul(7),
            tasks: 0,
        })
        .collect();
    let size = pack(&readings).unwrap().len();
    assert!(size < 540, "{size}");
}

#[test]
fn twenty_seconds_away_are_seen_although_both_samples_say_online() {
    let samples = [(0, stood(Stood::Idle)), (60_000, stood(Stood::Idle))];
    let turns = [
        turn(20_000, 0, Stood::Offline),
        turn(40_000, 0, Stood::Idle),
    ];
    assert_eq!(
        spans(&samples, &turns, 0, 70_000),
        [Span {
            from: 20_000,
            to: 40_000,
            stood: Some(Stood::Offline)
        }]
    );
    let mut readings = vec![samples[0].1, stood(Stood::Busy)];
    replay(&mut readings, &turns[..1]);
    assert_eq!(readings[0].stood, Stood::Offline);
    assert_eq!((readings[0].cpu, readings[0].tasks), (0, 0));
    assert_eq!(readings[1].stood, Stood::Busy);
}

#[test]
fn where_the_nexus_was_not_there_nothing_is_known() {
    let samples = [
        (100_000, stood(Stood::Offline)),
        (160_000, stood(Stood::Offline)),
        (600_000, stood(Stood::Idle)),
    ];
    let told: Vec<_> = spans(&samples, &[], 0, 600_001)
        .iter()
        .map(|span| (span.from, span.to, span.stood))
        .collect();
    assert_eq!(
        told,
        [
            (0, 100_000, None),
            (100_000, 160_000 + STALE, Some(Stood::Offline)),
            (160_000 + STALE, 600_000, None),
        ]
    );
}

#[test]
fn a_node_that_came_after_the_sample_is_there_and_an_absurd_place_is_not() {
    let mut readings = Vec::new();
    replay(
        &mut readings,
        &[turn(1, 3, Stood::Idle), turn(2, u32::MAX, Stood::Idle)],
    );
    assert_eq!(readings.len(), 4);
    assert_eq!(readings[3].stood, Stood::Idle);
    assert_eq!(readings[0].stood, Stood::Absent);
}

#[test]
fn buckets_keep_the_worst_and_sum_what_was_done() {
    let row = |at, offline, jobs| MinuteRow {
        at,
        online: 10 - offline,
        offline,
        deeds: Deeds {
            jobs,
            ..Deeds::default()
        },
        ..MinuteRow::default()
    };
    let rows = [
        row(0, 0, 1),
        row(60_000, 7, 2),
        row(120_000, 1, 0),
        row(600_000, 2, 4),
    ];
    let told = buckets(&rows, 0, 720_000, 4);
    let short: Vec<_> = told
        .iter()
        .map(|one| (one.at, one.known, one.online, one.offline, one.deeds.jobs))
        .collect();
    assert_eq!(
        short,
        [
            (0, true, 9, 7, 3),
            (180_000, false, 0, 0, 0),
            (360_000, false, 0, 0, 0),
            (540_000, true, 8, 2, 4),
        ]
    );
    // Buckets shorter than a minute are as the sample before, but nothing is done twice.
    let told = buckets(&rows[..2], 0, 120_000, 8);
    assert!(told.iter().all(|one| one.known));
    assert_eq!(told.iter().map(|one| one.deeds.jobs).sum::<u32>(), 3);
}

#[test]
fn thinning_keeps_the_peaks() {
    let samples: Vec<_> = (0..3000_i64)
        .map(|at| {
            let mut one = stood(Stood::Idle);
            one.cpu = if at == 1234 { 255 } else { 3 };
            (at, one)
        })
        .collect();
    let told = thinned(samples, 1440);
    assert!(told.len() <= 1440);
    assert_eq!(told.iter().filter(|(_, one)| one.cpu == 255).count(), 1);
    assert_eq!(told.last().unwrap().0, 2999);
}
