//! When something fires, when it is over, who looks after it; and what is one cause.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks out what it looks for"
)]

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

mod elsewhere;
mod grouping;

fn at(seconds: u64) -> Now {
    Now {
        at: Duration::from_secs(seconds),
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds),
    }
}

fn node(name: &str) -> Subject {
    Subject::Node(name.to_owned())
}

fn cpu(hold: u64) -> NewAlertRule {
    NewAlertRule {
        name: "busy".to_owned(),
        condition: Condition::Cpu { above: 90 },
        nodes: "*".to_owned(),
        for_seconds: hold,
        severity: Severity::Warning,
        enabled: true,
    }
}

/// Alerts with one rule of ours; all others are off.
fn desk(new: &NewAlertRule) -> (Alerts, Uuid) {
    let mut alerts = Alerts::default();
    let all: Vec<_> = alerts.rules().iter().map(|rule| rule.id).collect();
    for id in all {
        let off = NewAlertRule {
            enabled: false,
            name: "off".to_owned(),
            ..cpu(0)
        };
        alerts.put_rule(Some(id), &off, "t", at(0).wall).unwrap();
    }
    let rule = alerts.put_rule(None, new, "t", at(0).wall).unwrap();
    alerts.take_changes();
    (alerts, rule.id)
}

fn load(alerts: &mut Alerts, percent: f64, seconds: u64) -> Option<Duration> {
    let read = |rule: &AlertRule| match rule.condition {
        Condition::Cpu { .. } => Reading::above(percent, 90.0, 5.0),
        _ => Reading::of(Met::No),
    };
    alerts.look(&node("a"), "a", read, at(seconds))
}

fn fires(alerts: &Alerts) -> bool {
    alerts.firing().count() == 1
}

#[test]
fn it_fires_only_after_it_held_for_long_enough_and_says_when_to_look_again() {
    let (mut alerts, rule) = desk(&cpu(60));
    assert_eq!(load(&mut alerts, 95.0, 10), Some(Duration::from_secs(70)));
    load(&mut alerts, 95.0, 69);
    assert!(!fires(&alerts));
    load(&mut alerts, 95.0, 70);
    assert!(fires(&alerts));
    let alert = alerts.get(Alert::id_of(rule, &node("a"))).unwrap();
    assert_eq!(
        alert.since,
        at(10).wall,
        "since it began, not since it fired"
    );
    assert_eq!((alert.fired, alert.value), (1, Some(95.0)));
}

#[test]
fn what_goes_back_and_forth_at_the_bound_neither_fires_twice_nor_ends() {
    let (mut alerts, _) = desk(&cpu(0));
    load(&mut alerts, 91.0, 0);
    for second in 1..600 {
        let percent = if second % 2 == 0 { 91.0 } else { 86.0 };
        load(&mut alerts, percent, second);
        assert!(fires(&alerts), "{second}");
    }
    assert_eq!(alerts.firing().next().unwrap().fired, 1);
    // Clearly below, but only for a moment.
    assert_eq!(load(&mut alerts, 20.0, 600), Some(Duration::from_secs(605)));
    load(&mut alerts, 95.0, 603);
    load(&mut alerts, 20.0, 606);
    load(&mut alerts, 20.0, 610);
    assert!(fires(&alerts), "the time begins anew");
    load(&mut alerts, 20.0, 611);
    assert!(!fires(&alerts));
    load(&mut alerts, 95.0, 700);
    let alert = alerts.firing().next().unwrap();
    assert_eq!(alert.fired, 2, "the same alert once more");
}

#[test]
fn a_dip_while_it_rises_begins_the_time_anew() {
    let (mut alerts, _) = desk(&cpu(60));
    load(&mut alerts, 95.0, 0);
    load(&mut alerts, 87.0, 30);
    load(&mut alerts, 50.0, 40);
    load(&mut alerts, 95.0, 45);
    load(&mut alerts, 95.0, 104);
    assert!(!fires(&alerts));
    load(&mut alerts, 95.0, 105);
    assert!(fires(&alerts));
}

#[test]
fn what_began_before_we_looked_counts_but_not_in_the_grace_after_a_start() {
    let (first, rule) = desk(&cpu(60));
    let rules = first.rules().to_vec();
    let left = || LeftAlerts {
        rules: rules.clone(),
        ..LeftAlerts::default()
    };
    let long_ago = Reading {
        began: Some(SystemTime::UNIX_EPOCH),
        ..Reading::of(Met::Yes)
    };
    let mut fresh = Alerts::restore(left(), false);
    fresh.look(&node("a"), "a", |_| long_ago.clone(), at(1));
    assert!(fires(&fresh));
    let mut again = Alerts::restore(left(), true);
    let due = again.look(&node("a"), "a", |_| long_ago.clone(), at(1));
    assert_eq!(due, Some(GRACE));
    assert!(!fires(&again), "a restart does not scream");
    again.look(&node("a"), "a", |_| Reading::of(Met::No), at(30));
    again.look(&node("a"), "a", |_| Reading::of(Met::No), at(130));
    assert!(!fires(&again), "it came back in time");
    again.look(&node("a"), "a", |_| long_ago.clone(), at(130));
    assert!(fires(&again));
    assert_eq!(again.firing().next().unwrap().rule, rule);
}

#[test]
fn what_fired_before_a_restart_fires_after_it_with_its_owner_and_its_mute() {
    let (mut alerts, rule) = desk(&cpu(0));
    load(&mut alerts, 95.0, 0);
    let id = Alert::id_of(rule, &node("a"));
    alerts.own(&[id], Some("anna"), "t", at(1).wall).unwrap();
    let until = at(500).wall;
    let mute = Mute::new(Aim::Alert(id), until, Some("known"), "t", at(1).wall).unwrap();
    alerts.mute(mute).unwrap();
    let (rows, changed) = alerts.take_changes();
    assert_eq!(changed, [id]);
    let mut left = LeftAlerts {
        rules: alerts.rules().to_vec(),
        ..LeftAlerts::default()
    };
    for row in rows {
        match row {
            AlertRow::Alert(alert) => left.alerts.push(*alert),
            AlertRow::Mute(mute) => left.mutes.push(*mute),
            AlertRow::Rule(_)
            | AlertRow::ForgetRule(_)
            | AlertRow::ForgetAlert(_)
            | AlertRow::ForgetMute(_)
            | AlertRow::Hook(_) => {}
        }
    }
    let text = serde_json::to_string(&left.alerts[0]).unwrap();
    left.alerts = vec![serde_json::from_str(&text).unwrap()];
    let mut again = Alerts::restore(left, true);
    assert_eq!(again.subjects(), [node("a")]);
    let alert = again.get(id).unwrap();
    assert!(alert.is_firing());
    assert_eq!(alert.owner.as_deref(), Some("anna"));
    assert_eq!(again.muted_until(&Aim::Alert(id)), Some(until));
    load(&mut again, 10.0, 1);
    load(&mut again, 10.0, 6);
    assert!(
        !again.get(id).unwrap().is_firing(),
        "what is well again ends in the grace too"
    );
    assert!(again.expire_mutes(at(500).wall));
    assert_eq!(again.muted_until(&Aim::Alert(id)), None);
}

#[test]
fn what_happened_is_over_when_somebody_has_seen_it_and_fires_again_only_after_a_good_one() {
    let mut alerts = Alerts::default();
    let job = Subject::Schedule(Uuid::from_u128(7));
    let look = |alerts: &mut Alerts, met, second| {
        alerts.look(&job, "nightly", |_| Reading::of(met), at(second))
    };
    look(&mut alerts, Met::Yes, 0);
    assert!(fires(&alerts));
    let id = alerts.firing().next().unwrap().id;
    alerts.acknowledge(&[id], "anna", at(1).wall);
    assert!(!fires(&alerts));
    look(&mut alerts, Met::Yes, 10);
    assert!(!fires(&alerts), "it is the same that was seen");
    look(&mut alerts, Met::No, 20);
    look(&mut alerts, Met::Yes, 30);
    assert!(fires(&alerts));
    look(&mut alerts, Met::Between, 30 + 25 * 3600);
    look(&mut alerts, Met::Between, 30 + 25 * 3600 + 60);
    assert!(!fires(&alerts), "nobody looked for a day");
}

#[test]
fn rules_that_make_no_sense_are_refused_in_words() {
    let mut alerts = Alerts::default();
    let now = at(0).wall;
    let wrong = [
        NewAlertRule {
            name: " ".into(),
            ..cpu(0)
        },
        NewAlertRule {
            name: "x".repeat(101),
            ..cpu(0)
        },
        NewAlertRule {
            name: "a\u{202e}b".into(),
            ..cpu(0)
        },
        NewAlertRule {
            condition: Condition::Cpu { above: 0 },
            ..cpu(0)
        },
        NewAlertRule {
            condition: Condition::Memory { above: 101 },
            ..cpu(0)
        },
        NewAlertRule {
            condition: Condition::Latency { above_ms: 0 },
            ..cpu(0)
        },
        NewAlertRule {
            condition: Condition::Flapping {
                times: 1,
                minutes: 5,
            },
            ..cpu(0)
        },
        NewAlertRule {
            nodes: String::new(),
            ..cpu(0)
        },
        NewAlertRule {
            nodes: "tag:".into(),
            ..cpu(0)
        },
        NewAlertRule {
            condition: Condition::JobFailed,
            nodes: "tag:x".into(),
            ..cpu(0)
        },
        cpu(u64::MAX),
    ];
    for new in wrong {
        let error = alerts.put_rule(None, &new, "t", now).unwrap_err();
        assert_eq!(error.code(), "invalid", "{new:?}");
    }
    for number in 0..RULES - alerts.rules().len() {
        let new = NewAlertRule {
            name: format!("r{number}"),
            ..cpu(0)
        };
        alerts.put_rule(None, &new, "t", now).unwrap();
    }
    assert_eq!(
        alerts.put_rule(None, &cpu(0), "t", now),
        Err(AlertError::TooMany)
    );
    assert!(matches!(
        alerts.put_rule(Some(Uuid::from_u128(99)), &cpu(0), "t", now),
        Err(AlertError::UnknownRule(_))
    ));
}

#[test]
fn a_rule_from_the_beginning_comes_back_when_it_is_removed() {
    let mut alerts = Alerts::default();
    let first = alerts.rules()[1].clone();
    let put = alerts
        .put_rule(Some(first.id), &cpu(5), "t", at(0).wall)
        .unwrap();
    assert!(put.built_in);
    load(&mut alerts, 99.0, 0);
    load(&mut alerts, 99.0, 5);
    assert!(fires(&alerts));
    alerts.remove_rule(first.id, at(6).wall).unwrap();
    assert!(!fires(&alerts), "what fired by it is over");
    assert_eq!(alerts.rules()[1], first);
    let (rows, _) = alerts.take_changes();
    assert!(rows.contains(&AlertRow::ForgetRule(first.id)));
}

#[test]
fn mutes_have_bounds() {
    let now = at(0).wall;
    let mute =
        |until, reason: Option<&str>| Mute::new(Aim::Rule(Uuid::nil()), until, reason, "t", now);
    assert_eq!(mute(now, None), Err(AlertError::Until));
    let year = Duration::from_secs(366 * 24 * 3600);
    assert_eq!(mute(now + year, None), Err(AlertError::Until));
    let soon = now + Duration::from_secs(1);
    assert!(mute(soon, Some(&"x".repeat(501))).is_err());
    assert_eq!(mute(soon, Some("  ")).unwrap().reason, None);
    let both = AimBody {
        alert: Some(Uuid::nil().to_string()),
        cause: Some("x".into()),
        rule: None,
    };
    assert_eq!(Aim::try_from(both), Err(AlertError::Aim));
    assert_eq!(Aim::try_from(AimBody::default()), Err(AlertError::Aim));
}

/// What happens to three nodes: (seconds that pass, node, load).
fn days() -> impl Strategy<Value = Vec<(u64, u8, u8)>> {
    let load = prop_oneof![Just(10_u8), Just(86), Just(88), Just(95)];
    prop::collection::vec((0_u64..40, 0_u8..3, load), 1..120)
}

proptest! {
    /// Looking only at those that changed, and at those whose time is up, comes to the same as looking at all every second.
    #[test]
    fn looking_at_what_changed_equals_looking_at_everybody(days in days(), hold in 0_u64..90) {
        let (mut some, rule) = desk(&cpu(hold));
        let (mut all, _) = desk(&cpu(hold));
        // Ids are made anew in each desk.
        let other = all.rules().iter().find(|one| one.enabled).unwrap().id;
        let mut loads = [0_u8; 3];
        let mut timers = std::collections::BTreeSet::new();
        let mut now = 0;
        for (passed, who, load) in days {
            for second in now..=now + passed {
                let look = |desk: &mut Alerts, who: usize, load: u8| {
                    let read = |_: &AlertRule| Reading::above(f64::from(load), 90.0, 5.0);
                    desk.look(&node(&who.to_string()), "n", read, at(second))
                };
                for (who, load) in loads.iter().enumerate() {
                    look(&mut all, who, *load);
                }
                while let Some(&(due, who)) = timers.first()
                    && due <= Duration::from_secs(second)
                {
                    timers.pop_first();
                    if let Some(due) = look(&mut some, who, loads[who]) {
                        timers.insert((due, who));
                    }
                }
                if second == now + passed {
                    loads[usize::from(who)] = load;
                    look(&mut all, usize::from(who), load);
                    if let Some(due) = look(&mut some, usize::from(who), load) {
                        timers.insert((due, usize::from(who)));
                    }
                }
                for who in 0..3 {
                    let subject = node(&who.to_string());
                    let of = |desk: &Alerts, rule| desk.get(Alert::id_of(rule, &subject))
                        .map(|alert| (alert.is_firing(), alert.since, alert.fired, alert.resolved_at));
                    prop_assert_eq!(of(&some, rule), of(&all, other), "{} at {}", who, second);
                }
            }
            now += passed;
        }
    }
}
