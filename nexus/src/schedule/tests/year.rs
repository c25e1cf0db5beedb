//! A year of a schedule, with a clock that steps, a Nexus that is not always there, and crashes between the job and the row
//! about it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::super::{Last, Missed, Outcome, Schedule, Step};
use super::request::hourly;
use super::when::{at, when};

/// One thing that happens, and seconds.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// Time passes, and it is looked in between as the scheduler does.
    Watched(u32),
    /// Time passes, and nobody looks.
    Away(u32),
    /// The clock is set ahead.
    Ahead(u32),
    /// The clock is set back, by less than a day.
    Back(u32),
    /// The next job is begun, and the Nexus dies before that is written down.
    Crash,
}

fn turn() -> impl Strategy<Value = Turn> {
    const DAY: u32 = 86_400;
    prop_oneof![
        4 => (1..3 * DAY).prop_map(Turn::Watched),
        2 => (1..20 * DAY).prop_map(Turn::Away),
        1 => (1..3 * DAY).prop_map(Turn::Ahead),
        2 => (1..DAY).prop_map(Turn::Back),
        1 => Just(Turn::Crash),
    ]
}

struct World {
    schedule: Schedule,
    now: SystemTime,
    /// By the time that they are for: how many, and when they were begun.
    jobs: BTreeMap<SystemTime, Vec<SystemTime>>,
    crash: bool,
    /// Crashes that hit a job. Only then may its key be needed to tell that it is there.
    crashes: usize,
    duplicates: usize,
}

impl World {
    fn look(&mut self) {
        match self.schedule.step(false, self.now) {
            Step::Nothing => {}
            Step::Settle(settled) => assert!(self.schedule.keep(settled)),
            Step::Fire { at, until, .. } => {
                // Jobs with one key are one job.
                if self.jobs.contains_key(&at) {
                    self.duplicates += 1;
                } else {
                    self.jobs.entry(at).or_default().push(self.now);
                }
                if std::mem::take(&mut self.crash) {
                    self.crashes += 1;
                    return;
                }
                let last = Last {
                    at,
                    outcome: Outcome::Started,
                    why: None,
                    job_id: None,
                    run_id: None,
                };
                let settled = self.schedule.settled(at, until, last);
                assert!(self.schedule.keep(settled));
            }
        }
        let row = serde_json::to_string(&self.schedule).unwrap();
        self.schedule = serde_json::from_str(&row).unwrap();
    }

    /// Looks as the scheduler does: when something is due, and now and then. A clock step is seen within half a minute.
    fn watch(&mut self, seconds: u32) {
        let end = self.now + Duration::from_secs(seconds.into());
        while self.now < end {
            self.look();
            let next = self.schedule.when.next(self.now).unwrap_or(end);
            self.now = next.min(end).max(self.now + Duration::from_secs(1));
        }
        self.look();
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Watched(seconds) => self.watch(seconds),
            Turn::Away(seconds) => self.now += Duration::from_secs(seconds.into()),
            Turn::Ahead(seconds) => {
                self.now += Duration::from_secs(seconds.into());
                self.look();
            }
            Turn::Back(seconds) => {
                self.now -= Duration::from_secs(seconds.into());
                self.look();
            }
            Turn::Crash => self.crash = true,
        }
    }
}

fn play(typed: &str, missed: Missed, turns: &[Turn]) -> World {
    let mut schedule = hourly();
    let start = at("2026-01-01T00:00:00Z");
    schedule.when = when(typed, "Europe/Warsaw");
    schedule.missed = missed;
    schedule.marks.looked = start;
    let mut world = World {
        schedule,
        now: start,
        jobs: BTreeMap::new(),
        crash: false,
        crashes: 0,
        duplicates: 0,
    };
    for turn in turns {
        world.turn(*turn);
    }
    world
}

const TYPED: [&str; 5] = [
    "30 2 * * *",
    "0 */6 * * *",
    "0 2,3 * * *",
    "every weekday at 9am",
    "0 0 29 2 *",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_two_jobs_for_one_time(
        which in 0..TYPED.len(),
        once in any::<bool>(),
        turns in proptest::collection::vec(turn(), 1..40),
    ) {
        let missed = if once { Missed::Once } else { Missed::Skip };
        let world = play(TYPED[which], missed, &turns);
        for (at, begun) in &world.jobs {
            prop_assert_eq!(begun.len(), 1, "two jobs for {:?}", at);
            let late = begun[0].duration_since(*at);
            prop_assert!(late.is_ok(), "before its time");
            prop_assert!(once || late.unwrap_or_default() < super::super::GRACE, "it was missed");
        }
        // Steps of the clock alone never even need the key.
        prop_assert!(world.duplicates <= world.crashes, "{} of {}", world.duplicates, world.crashes);
    }
}

#[test]
fn a_year_of_watching_begins_every_one() {
    for typed in TYPED {
        let world = play(typed, Missed::Skip, &[Turn::Watched(365 * 86_400)]);
        let all = std::iter::successors(
            world.schedule.when.next(at("2026-01-01T00:00:00Z")),
            |last| world.schedule.when.next(*last),
        );
        let expected: Vec<_> = all.take_while(|time| *time <= world.now).collect();
        let begun: Vec<_> = world.jobs.keys().copied().collect();
        assert_eq!(begun, expected, "{typed}");
    }
}

#[test]
fn a_month_away_is_caught_up_once_or_not_at_all() {
    let turns = [
        Turn::Watched(86_400),
        Turn::Away(30 * 86_400),
        Turn::Watched(60),
    ];
    let daily = TYPED[0];
    assert_eq!(play(daily, Missed::Skip, &turns).jobs.len(), 1);
    let caught_up = play(daily, Missed::Once, &turns);
    assert_eq!(caught_up.jobs.len(), 2);
    assert_eq!(
        caught_up.jobs.keys().last(),
        Some(&at("2026-01-31T01:30:00Z")),
        "the last of them"
    );
}
