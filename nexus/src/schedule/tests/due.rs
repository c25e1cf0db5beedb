use std::time::{Duration, SystemTime};

use super::super::due::{Due, Marks, Missed, due};
use super::when::{at, when};

fn marks(looked: &str, fired: Option<&str>) -> Marks {
    Marks {
        looked: at(looked),
        fired: fired.map(at),
    }
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_happen_twice() {
    let daily = when("0 9 * * *", "UTC");
    let marks = marks("2026-01-02T09:00:00Z", Some("2026-01-02T09:00:00Z"));
    for now in [
        "2026-01-02T08:00:00Z",
        "2026-01-02T09:00:00Z",
        "2026-01-02T09:00:30Z",
        "2025-01-01T09:00:00Z",
        "1970-01-01T00:00:00Z",
    ] {
        assert_eq!(
            due(&daily, marks, Missed::Once, at(now)),
            Due::default(),
            "{now}"
        );
    }
}

#[test]
fn a_clock_that_is_set_ahead_makes_one_happen_not_a_flood() {
    let often = when("* * * * *", "UTC");
    let marks = marks("2026-01-01T09:00:00Z", None);
    let (now, year) = (at("2027-01-01T09:00:30Z"), at("2027-01-01T09:00:00Z"));
    let ahead = due(&often, marks, Missed::Once, now);
    assert_eq!((ahead.fire, ahead.until), (Some(year), Some(year)));
    assert!(ahead.missed >= 100);
    let then = Marks {
        looked: year,
        fired: Some(year),
    };
    assert_eq!(due(&often, then, Missed::Once, now), Due::default());
}

#[test]
fn what_was_missed_is_skipped_or_caught_up_once() {
    let daily = when("0 9 * * *", "UTC");
    let marks = marks("2026-01-01T09:00:00Z", Some("2026-01-01T09:00:00Z"));
    let now = at("2026-01-04T12:00:00Z");
    let last = Some(at("2026-01-04T09:00:00Z"));
    assert_eq!(
        due(&daily, marks, Missed::Skip, now),
        Due {
            fire: None,
            missed: 3,
            until: last
        }
    );
    assert_eq!(
        due(&daily, marks, Missed::Once, now),
        Due {
            fire: last,
            missed: 2,
            until: last
        }
    );
    // At ninety seconds it is late, not missed.
    for (late, fire) in [("09:01:29", last), ("09:01:30", None)] {
        let now = at(&format!("2026-01-04T{late}Z"));
        assert_eq!(due(&daily, marks, Missed::Skip, now).fire, fire, "{late}");
    }
    // One that comes now stands for those that were missed.
    let now = at("2026-01-04T09:00:01Z");
    assert_eq!(
        due(&daily, marks, Missed::Once, now),
        Due {
            fire: last,
            missed: 2,
            until: last
        }
    );
}

#[test]
fn a_clock_that_was_far_ahead_does_not_silence_a_schedule_for_years() {
    let daily = when("0 9 * * *", "UTC");
    let ahead = marks("2036-01-01T09:00:00Z", Some("2036-01-01T09:00:00Z"));
    assert_eq!(
        ahead.taken_back(at("2035-12-31T10:00:00Z")),
        None,
        "less than a day is no reason"
    );
    let right = ahead.taken_back(at("2026-01-01T08:00:00Z")).unwrap();
    assert_eq!(
        due(&daily, right, Missed::Once, at("2026-01-01T09:00:00Z")).fire,
        Some(at("2026-01-01T09:00:00Z"))
    );
    // A battery that died: 1970 first, then the right time. What fired today is not caught up.
    let dead = marks("2026-01-01T09:00:00Z", Some("2026-01-01T09:00:00Z"))
        .taken_back(SystemTime::UNIX_EPOCH)
        .unwrap();
    assert_eq!(
        due(&daily, dead, Missed::Once, at("2026-01-01T12:00:00Z")).fire,
        None
    );
}

#[test]
fn the_last_missed_one_is_found_without_counting_all() {
    let night = when("*/5 3 * * *", "UTC");
    let marks = marks("2016-01-01T00:00:00Z", None);
    let now = at("2026-01-01T00:00:00Z");
    let found = due(&night, marks, Missed::Once, now);
    assert_eq!(found.fire, Some(at("2025-12-31T03:55:00Z")));
    assert_eq!(
        due(
            &when("0 0 1 1 *", "UTC"),
            marks,
            Missed::Once,
            now - Duration::from_secs(1)
        )
        .fire,
        Some(at("2025-01-01T00:00:00Z"))
    );
}
