//! The fleet's day in the real file: kept over a restart, cut off behind, and what it costs.

use super::*;
use crate::history::{Deeds, Reading, Sample, Stood, Turn};
use crate::store::history as rows;

const MINUTE: i64 = 60_000;

fn sample(minute: i64, readings: Vec<Reading>, keep: i64) -> Write {
    Write::Sample(Box::new(Sample {
        minute,
        at: minute * MINUTE + 3,
        readings,
        deeds: Deeds {
            jobs: 2,
            fell: 1,
            ..Deeds::default()
        },
        keep,
        first: false,
    }))
}

fn reading(stood: Stood, cpu: u8) -> Reading {
    Reading {
        stood,
        cpu,
        memory: 100,
        tasks: u16::from(stood == Stood::Busy) * 300,
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story: written, cut off, read in every way"
)]
async fn a_day_is_there_after_a_restart_and_its_beginning_is_cut_off() {
    let path = scratch("history");
    let (store, _, thread, _reports) = open(&path);
    let fleet = |cpu| {
        let mut all = vec![reading(Stood::Idle, cpu); 300];
        all[299] = reading(Stood::Busy, cpu);
        all[3] = reading(Stood::Offline, 0);
        all
    };
    for minute in 1000..1010 {
        store.write(sample(
            minute,
            fleet(u8::try_from(minute - 1000).unwrap()),
            5,
        ));
    }
    store.write(Write::Turns(vec![
        Turn {
            at: 1009 * MINUTE + 10_000,
            node: 7,
            stood: Stood::Offline,
        },
        Turn {
            at: 1009 * MINUTE + 30_000,
            node: 7,
            stood: Stood::Idle,
        },
    ]));
    store.read(|_| Ok(())).await.unwrap();
    drop(store);
    thread.join().unwrap();

    let (store, _, thread, _reports) = open(&path);
    let minutes = store.read(|c| rows::minutes(c, 0, i64::MAX / 2)).await;
    let minutes = minutes.unwrap();
    let first = minutes.first().unwrap();
    assert_eq!(minutes.len(), 6, "five minutes and the one that begins");
    assert_eq!(
        (first.at, first.online, first.offline),
        (1004 * MINUTE + 3, 299, 1)
    );
    assert_eq!((first.deeds.jobs, first.deeds.fell), (2, 1));
    assert_eq!(store.read(rows::oldest).await.unwrap(), Some(first.at));

    let moment = |at| store.read(move |c| rows::moment(c, at));
    let then = moment(1009 * MINUTE + 20_000).await.unwrap();
    assert_eq!(then.sampled, Some(1009 * MINUTE + 3));
    assert_eq!(then.readings.len(), 300);
    assert_eq!(then.readings[299], reading(Stood::Busy, 9));
    assert_eq!(then.turns.len(), 1);
    assert_eq!(moment(1009 * MINUTE + 40_000).await.unwrap().turns.len(), 2);
    for unknown in [0, -5, 999 * MINUTE, 1020 * MINUTE, i64::MAX / 2] {
        let then = moment(unknown).await.unwrap();
        assert_eq!((then.sampled, then.readings.len()), (None, 0), "{unknown}");
    }

    let (samples, turns) = store
        .read(|c| rows::of_place(c, 299, 1006 * MINUTE, 1008 * MINUTE))
        .await
        .unwrap();
    let cpu: Vec<_> = samples
        .iter()
        .map(|(_, one)| (one.cpu, one.tasks))
        .collect();
    assert_eq!((cpu, turns.len()), (vec![(6, 300), (7, 300)], 0));
    let (samples, _) = store
        .read(|c| rows::of_place(c, u32::MAX, 0, i64::MAX / 2))
        .await
        .unwrap();
    assert!(samples.iter().all(|(_, one)| one.stood == Stood::Absent));
    let (_, turns) = store
        .read(|c| rows::of_place(c, 7, 0, i64::MAX / 2))
        .await
        .unwrap();
    assert_eq!(turns.len(), 2);
    drop(store);
    thread.join().unwrap();
}

#[tokio::test]
async fn a_clock_that_was_ahead_leaves_nothing_behind() {
    let path = scratch("history-clock");
    let (store, _, thread, _reports) = open(&path);
    let one = || vec![reading(Stood::Idle, 1)];
    store.write(sample(9_000_000, one(), 60));
    store.write(Write::Turns(vec![Turn {
        at: 9_000_000 * MINUTE,
        node: 0,
        stood: Stood::Offline,
    }]));
    store.write(sample(1000, one(), 60));
    // The same minute again: the clock was put back by seconds.
    store.write(sample(1000, vec![reading(Stood::Busy, 2)], 60));
    let minutes = store.read(|c| rows::minutes(c, 0, i64::MAX / 2)).await;
    assert_eq!(minutes.unwrap().len(), 1);
    let (samples, turns) = store
        .read(|c| rows::of_place(c, 0, 0, i64::MAX / 2))
        .await
        .unwrap();
    assert_eq!((samples[0].1.cpu, samples.len(), turns.len()), (2, 1, 0));
    drop(store);
    thread.join().unwrap();
}

#[tokio::test]
async fn a_damaged_blob_is_nobody_and_spoils_nothing() {
    let path = scratch("history-damage");
    let (store, _, thread, _reports) = open(&path);
    store.write(sample(1000, vec![reading(Stood::Idle, 1); 600], 60));
    store
        .change(|t| t.execute("UPDATE samples SET data = x'01ff00' WHERE block = 1", []))
        .await
        .unwrap();
    let then = store.read(|c| rows::moment(c, 1000 * MINUTE + 10)).await;
    let then = then.unwrap();
    let stood = |at: usize| then.readings[at].stood;
    assert_eq!(
        [stood(255), stood(256), stood(599)],
        [Stood::Idle, Stood::Absent, Stood::Idle]
    );
    drop(store);
    thread.join().unwrap();
}

/// Ten thousand nodes for a day: `cargo test -p nexus --lib -- --ignored --nocapture what_a_day_costs`.
#[tokio::test]
#[ignore = "a measurement"]
#[expect(clippy::print_stdout, reason = "what it measured is for people")]
async fn what_a_day_costs() {
    let path = scratch("history-cost");
    let (store, _, thread, _reports) = open(&path);
    let mut noise = 1_u32;
    let mut next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise >> 24
    };
    let began = std::time::Instant::now();
    for minute in 0..1440 {
        let fleet = (0..10_000_u32).map(|node| match node % 50 {
            0 => reading(Stood::Offline, 0),
            1..8 => reading(Stood::Busy, u8::try_from(next()).unwrap()),
            _ => reading(Stood::Idle, u8::try_from(next() / 3).unwrap()),
        });
        let mut fleet: Vec<_> = fleet.collect();
        for one in fleet.iter_mut().filter(|one| one.stood != Stood::Offline) {
            one.memory = u8::try_from(next()).unwrap();
        }
        store.write(sample(1_000_000 + minute, fleet, 1440));
        store.read(|_| Ok(())).await.unwrap();
    }
    let per_minute = began.elapsed() / 1440;
    let size = std::fs::metadata(&path).unwrap().len();
    let begin = std::time::Instant::now();
    let at = (1_000_000 + 700) * MINUTE + 9;
    store.read(move |c| rows::moment(c, at)).await.unwrap();
    let moment = begin.elapsed();
    let begin = std::time::Instant::now();
    let (samples, _) = store
        .read(|c| rows::of_place(c, 5_000, 0, i64::MAX / 2))
        .await
        .unwrap();
    let node = begin.elapsed();
    let begin = std::time::Instant::now();
    store
        .read(|c| rows::minutes(c, 0, i64::MAX / 2))
        .await
        .unwrap();
    println!(
        "{per_minute:?} a minute, {} MB a day, a moment {moment:?}, a node's {} samples {node:?}, the timeline {:?}",
        size / 1_000_000,
        samples.len(),
        begin.elapsed()
    );
    drop(store);
    thread.join().unwrap();
}
