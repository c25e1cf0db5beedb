use std::time::{Duration, SystemTime};

use super::super::when::{When, WhenError};

pub(super) fn at(text: &str) -> SystemTime {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

pub(super) fn when(typed: &str, zone: &str) -> When {
    When::parse(typed, zone, at("2026-01-01T00:00:00Z")).unwrap()
}

fn upcoming(typed: &str, after: &str, many: usize) -> Vec<String> {
    let times = when(typed, "Europe/Warsaw").upcoming(at(after), many);
    times
        .iter()
        .map(|zoned| zoned.strftime("%F %R%:z").to_string())
        .collect()
}

#[test]
fn patterns_that_another_program_would_bend_are_refused() {
    let wrong = [
        "* * * * * *",
        "0 0 9 * * 1 2030",
        "0 0 9 * * MON",
        "0 9 * * *-",
        "0/5 * * * *",
        "*/0 * * * *",
        "*/61 * * * *",
        "*/60 * * * *",
        "* */24 * * *",
        "61 * * * *",
        "0 24 * * *",
        "0 9 1JAN * *",
        "0 9 * JANFEB *",
        "0 9 * * MONTUE",
        "0 9 * * 8",
        "0 9 * * 1#6",
        "0 9 L#2 * *",
        "L 9 * * *",
        "5-1 * * * *",
        "0 9 * *",
        "@reboot",
        "@every 5m",
        "١ ٩ * * *",
    ];
    for typed in wrong {
        let read = When::parse(typed, "UTC", at("2026-01-01T00:00:00Z"));
        assert!(read.is_err(), "{typed:?} was taken for {read:?}");
    }
    let never = When::parse("0 0 31 2 *", "UTC", at("2026-01-01T00:00:00Z"));
    assert_eq!(never.unwrap_err(), WhenError::Never("0 0 31 2 *".into()));
    let long = "0 9 * * 1,".to_owned() + &"1,".repeat(200);
    assert_eq!(
        When::parse(&long, "UTC", at("2026-01-01T00:00:00Z")).unwrap_err(),
        WhenError::Length
    );
    for zone in [
        "",
        "Warsaw",
        "Europe/Nowhere",
        "../../etc/passwd",
        "CET-1CEST",
        &"a/".repeat(1000),
    ] {
        let read = When::parse("0 9 * * *", zone, at("2026-01-01T00:00:00Z"));
        assert!(matches!(read, Err(WhenError::Zone(_))), "{zone:?}");
    }
}

#[test]
fn a_leap_day_is_eight_years_away_at_most() {
    let leap = when("0 0 29 2 *", "UTC");
    assert_eq!(
        leap.next(at("2096-03-01T00:00:00Z")),
        Some(at("2104-02-29T00:00:00Z"))
    );
}

#[test]
fn it_is_told_back_in_words_and_kept_as_a_pattern() {
    let typed = when("every weekday at 9am", "europe/warsaw");
    assert_eq!(typed.cron(), "0 9 * * 1-5");
    assert_eq!(typed.time_zone(), "Europe/Warsaw");
    assert_eq!(
        typed.in_words(),
        "At 09:00, on Monday, Tuesday, Wednesday, Thursday, and Friday."
    );
    assert_eq!(when("*/15 * * * *", "UTC").in_words(), "Every 15 minutes.");
    assert_eq!(
        When::restored(typed.typed(), typed.cron(), typed.time_zone()).unwrap(),
        typed
    );
    for pattern in [
        "0 9 * jan mon",
        "0 9 15W * ?",
        "0 9 LW * *",
        "0 0 1 * +MON",
        "0 9 * * FRI#L",
        "0 9 * * 5L",
        "1-59/2 * * * *",
    ] {
        let read = when(pattern, "UTC");
        assert_eq!(
            When::restored("", read.cron(), "UTC").unwrap().cron(),
            read.cron()
        );
    }
}

#[test]
fn an_hour_that_does_not_exist() {
    let night = "2026-03-28T12:00:00Z";
    assert_eq!(
        upcoming("30 2 * * *", night, 2),
        ["2026-03-29 03:00+02:00", "2026-03-30 02:30+02:00"],
        "once a day is once a day: at the first moment after the gap"
    );
    assert_eq!(
        upcoming("0 3 * * *", night, 2),
        ["2026-03-29 03:00+02:00", "2026-03-30 03:00+02:00"]
    );
    assert_eq!(
        upcoming("0,30 1-3 * * *", night, 5),
        [
            "2026-03-29 01:00+01:00",
            "2026-03-29 01:30+01:00",
            "2026-03-29 03:00+02:00",
            "2026-03-29 03:30+02:00",
            "2026-03-30 01:00+02:00"
        ],
        "several times follow the clock on the wall"
    );
}

#[test]
fn an_hour_that_exists_twice() {
    let night = "2026-10-24T12:00:00Z";
    assert_eq!(
        upcoming("30 2 * * *", night, 2),
        ["2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00"],
        "once a day is once a day: the first time"
    );
    assert_eq!(
        upcoming("0 1-3 * * *", night, 4),
        [
            "2026-10-25 01:00+02:00",
            "2026-10-25 02:00+02:00",
            "2026-10-25 02:00+01:00",
            "2026-10-25 03:00+01:00"
        ],
        "several times follow the clock on the wall"
    );
    // Between the two, nothing of the first one comes again.
    assert_eq!(
        when("30 2 * * *", "Europe/Warsaw").next(at("2026-10-25T01:10:00Z")),
        Some(at("2026-10-26T01:30:00Z"))
    );
}

#[test]
fn every_time_comes_after_the_one_before() {
    for typed in [
        "*/15 * * * *",
        "30 2 * * *",
        "0 2-3 * * *",
        "59 1,2,3 * * *",
    ] {
        let when = when(typed, "Europe/Warsaw");
        let mut last = at("2026-01-01T00:00:00Z");
        while last < at("2027-01-01T00:00:00Z") {
            // From a moment within a second, too.
            let next = when.next(last + Duration::from_millis(1)).unwrap();
            assert!(next > last, "{typed} {last:?}");
            assert_eq!(when.next(last), Some(next));
            last = next;
        }
    }
}
