//! Alerts of a whole swarm: what is looked at, what is told, and what it costs.

use super::*;
use crate::access::Scope;
use crate::alerts::{Aim, Condition, LeftAlerts, NewAlertRule, Severity, Standing};
use crate::state::{AlertQuery, Which};

fn boards(swarm: &Swarm) -> usize {
    let told = |effect: &&Effect| matches!(effect, Effect::Publish(Event::AlertsChanged(_)));
    swarm.done.iter().filter(told).count()
}

fn rule(condition: Condition, nodes: &str, seconds: u64) -> NewAlertRule {
    NewAlertRule {
        name: "ours".into(),
        condition,
        nodes: nodes.into(),
        for_seconds: seconds,
        severity: Severity::Critical,
        enabled: true,
    }
}

#[test]
fn a_node_that_stays_away_fires_once_and_is_over_when_it_is_back() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.join("b", 2);
    swarm.drop_session(session);
    swarm.pass(110.0);
    let of = |swarm: &Swarm| {
        let all = swarm
            .state
            .alerts()
            .firing()
            .filter(|alert| alert.subject.to_string() == "a");
        all.filter(|alert| alert.condition == Condition::Offline)
            .count()
    };
    assert_eq!(of(&swarm), 0);
    swarm.pass(15.0);
    assert_eq!(of(&swarm), 1);
    let board = swarm.state.alert_board();
    assert!(board.causes.iter().any(|cause| cause.nodes.contains(&0)));
    assert_eq!(board.quiet_since, None);
    swarm.clear();
    let session = swarm.join("a", 2);
    for _ in 0..30 {
        swarm.pass(3.0);
        swarm.beat(session, 0.1);
    }
    assert_eq!(of(&swarm), 0);
    assert!(boards(&swarm) >= 1);
    let rows = swarm
        .done
        .iter()
        .filter(|effect| matches!(effect, Effect::Store(crate::store::Write::Alert(_))));
    assert!(rows.count() >= 1);
}

#[test]
fn nothing_is_told_while_nothing_changes() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.pass(2.0);
    swarm.clear();
    for _ in 0..100 {
        swarm.pass(3.0);
        swarm.beat(session, 0.5);
    }
    assert_eq!(boards(&swarm), 0);
}

#[test]
fn a_node_that_comes_and_goes_is_flapping_until_it_has_stayed() {
    let mut swarm = Swarm::new();
    for _ in 0..5 {
        let session = swarm.join("a", 2);
        swarm.pass(20.0);
        swarm.drop_session(session);
    }
    let session = swarm.join("a", 2);
    swarm.pass(2.0);
    let flaps = |swarm: &Swarm| {
        let mut all = swarm.state.alerts().firing();
        all.any(|alert| matches!(alert.condition, Condition::Flapping { .. }))
    };
    assert!(flaps(&swarm));
    for _ in 0..320 {
        swarm.pass(3.0);
        swarm.beat(session, 0.1);
    }
    assert!(!flaps(&swarm), "by itself, without anything that happens");
}

#[test]
fn a_rule_holds_only_for_its_nodes_and_what_it_names_may_change() {
    let mut swarm = Swarm::new();
    let now = swarm.now();
    let group = crate::groups::NewGroup {
        name: "mine".into(),
        target: "id:a".into(),
    };
    swarm.state.put_group(&group, true, "t", now).unwrap();
    let ours = swarm
        .state
        .put_alert_rule(
            None,
            &rule(Condition::Cpu { above: 50 }, "@mine", 0),
            "t",
            now,
        )
        .unwrap();
    let (a, b) = (swarm.join("a", 2), swarm.join("b", 2));
    let beat = |swarm: &mut Swarm| {
        for _ in 0..4 {
            swarm.beat(a, 0.8);
            swarm.beat(b, 0.8);
            swarm.pass(2.0);
        }
    };
    beat(&mut swarm);
    let firing = |swarm: &Swarm| {
        let all = swarm
            .state
            .alerts()
            .firing()
            .filter(|alert| alert.rule == ours.id);
        all.map(|alert| alert.subject.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(firing(&swarm), ["a"]);
    let now = swarm.now();
    let group = crate::groups::NewGroup {
        target: "id:b".into(),
        ..group
    };
    swarm.state.put_group(&group, true, "t", now).unwrap();
    beat(&mut swarm);
    assert_eq!(firing(&swarm), ["b"]);
    let unknown =
        swarm
            .state
            .put_alert_rule(None, &rule(Condition::Offline, "@nobody", 0), "t", now);
    assert!(unknown.unwrap_err().to_string().contains("@nobody"));
    let (met, all) = swarm
        .state
        .try_alert_rule(&rule(Condition::Cpu { above: 50 }, "*", 600))
        .unwrap();
    assert_eq!((met.len(), all), (2, 2), "a preview does not wait");
}

#[test]
fn people_take_it_and_mute_it_and_others_do_not_see_it() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    swarm.drop_session(session);
    swarm.pass(125.0);
    let now = swarm.now();
    let key = swarm.state.alert_board().causes[0].key.clone();
    let aim = Aim::Cause(key);
    assert_eq!(swarm.state.own_alerts(&aim, Some("anna"), "t", now), Ok(1));
    assert_eq!(
        swarm.state.alert_board().causes[0].owner.as_deref(),
        Some("anna")
    );
    let until = now.wall + Duration::from_secs(60);
    swarm
        .state
        .mute_alerts(aim.clone(), until, None, "t", now)
        .unwrap();
    assert_eq!(swarm.state.alert_board().counts.muted, 1);
    let scope = Scope::all();
    let count = |swarm: &Swarm, which, scope: &Scope| {
        let query = AlertQuery {
            state: which,
            ..AlertQuery::default()
        };
        swarm.state.find_alerts(&query, scope).total
    };
    assert_eq!(count(&swarm, Which::Firing, &scope), 0);
    assert_eq!(count(&swarm, Which::Muted, &scope), 1);
    let elsewhere = Scope::parse("id:b", &["*".into()]).unwrap();
    assert_eq!(count(&swarm, Which::All, &elsewhere), 0);
    assert!(
        swarm
            .state
            .alert_board_for(&elsewhere, now.wall)
            .causes
            .is_empty()
    );
    assert!(
        swarm
            .state
            .own_alerts(&Aim::Cause("nonsense".into()), None, "t", now)
            .is_err()
    );
    swarm.pass(70.0);
    assert_eq!(
        count(&swarm, Which::Firing, &scope),
        1,
        "the mute is over by itself"
    );
    let now = swarm.now();
    assert!(swarm.state.unmute_alerts(&aim, now).is_err());
    swarm.state.remove("a", now).unwrap();
    swarm.pass(2.0);
    assert_eq!(count(&swarm, Which::All, &scope), 1);
    assert!(
        swarm
            .state
            .alerts()
            .all()
            .all(|alert| alert.standing == Standing::Resolved)
    );
}

#[test]
fn a_restart_with_many_nodes_does_not_scream() {
    let mut swarm = Swarm::new();
    for number in 0..20 {
        swarm.join(&format!("n{number}"), 2);
    }
    let rows: Vec<_> = swarm
        .done
        .iter()
        .filter_map(|effect| match effect {
            Effect::Store(crate::store::Write::Node(row)) => Some((**row).clone()),
            _ => None,
        })
        .collect();
    let mut again = Swarm::new();
    let mut rows = rows;
    rows.sort_by_key(|row| row.ordinal);
    rows.dedup_by_key(|row| row.ordinal);
    for row in rows {
        again.state.restore_node(row);
    }
    let now = again.now();
    again.state.restore_alerts(LeftAlerts::default(), now);
    again.pass(60.0);
    for number in 0..19 {
        again.join(&format!("n{number}"), 2);
    }
    again.pass(58.0);
    assert_eq!(again.state.alerts().firing().count(), 0);
    again.pass(5.0);
    let away: Vec<_> = again
        .state
        .alerts()
        .firing()
        .filter(|alert| alert.condition == Condition::Offline)
        .collect();
    assert_eq!(away.len(), 1);
    assert_eq!(away[0].subject.to_string(), "n19");
}

fn full(usage: f64) -> Option<protocol::DiskUse> {
    Some(protocol::DiskUse {
        usage,
        free: 3 << 30,
        mount: "/var\u{202e}".into(),
    })
}

#[test]
fn a_full_disk_fires_says_where_and_is_over_only_when_there_is_room_again() {
    let mut swarm = Swarm::new();
    let session = swarm.join("a", 2);
    let old = swarm.join("old", 2);
    let lies = swarm.join("lies", 2);
    let new = rule(Condition::Disk { above: 80 }, "*", 0);
    let now = swarm.now();
    swarm.state.put_alert_rule(None, &new, "me", now).unwrap();
    let pass = |swarm: &mut Swarm, usage: f64| {
        for _ in 0..20 {
            swarm.pass(3.0);
            swarm.beat_with_disk(session, full(usage));
            swarm.beat(old, 0.1);
            swarm.beat_with_disk(lies, full(93.0));
        }
        let firing = swarm.state.alerts().firing();
        firing
            .filter(|alert| alert.condition == Condition::Disk { above: 80 })
            .map(|alert| (alert.subject.to_string(), alert.detail.clone()))
            .collect::<Vec<_>>()
    };
    let told = vec![("a".to_owned(), Some("/var: 3.0 GiB free".to_owned()))];
    assert_eq!(pass(&mut swarm, 0.79), []);
    assert_eq!(pass(&mut swarm, 0.81), told);
    assert_eq!(pass(&mut swarm, 0.79), told);
    assert_eq!(pass(&mut swarm, 0.5), []);
}

/// A look is bounded, so a whole fleet takes several; none is forgotten.
#[test]
fn ten_thousand_that_go_at_once_all_fire() {
    let mut swarm = Swarm::with(Rules {
        max_nodes: 20_000,
        ..rules()
    });
    let mut sessions = Vec::new();
    for number in 0..10_000 {
        let mut hello = hello(&format!("n{number}"), 2);
        hello.capabilities.tags = vec![
            format!("site:s{}", number % 20),
            "role:web".into(),
            "linux".into(),
        ];
        sessions.push(swarm.join_as(hello));
    }
    swarm.clear();
    for _ in 0..3 {
        for session in &sessions {
            swarm.beat(*session, 0.5);
        }
        swarm.clear();
        swarm.at += Duration::from_secs(1);
        swarm.state.watch_alerts(swarm.now());
    }
    for session in sessions {
        swarm.drop_session(session);
    }
    swarm.clear();
    for _ in 0..6 {
        swarm.at += Duration::from_secs(60);
        swarm.state.watch_alerts(swarm.now());
        swarm.collect();
        swarm.clear();
    }
    assert_eq!(swarm.state.alert_board().counts.firing, 10_000);
    a_storm_costs_few_boards(&mut swarm);
}

/// All of them are another rule's too, within seconds; then people do something about each.
fn a_storm_costs_few_boards(swarm: &mut Swarm) {
    let now = swarm.now();
    let new = rule(Condition::Offline, "*", 0);
    swarm.state.put_alert_rule(None, &new, "me", now).unwrap();
    swarm.clear();
    let seconds = |swarm: &mut Swarm, count: usize, act: &mut dyn FnMut(&mut Swarm)| {
        for _ in 0..count {
            act(swarm);
            swarm.at += Duration::from_secs(1);
            swarm.state.watch_alerts(swarm.now());
            swarm.collect();
        }
        let told = swarm.done.iter().filter_map(|effect| match effect {
            Effect::AlertBoard(board) => Some(board.counts.firing),
            _ => None,
        });
        let worked = told.clone().sum::<u32>();
        (told.count(), worked)
    };
    let (boards, worked) = seconds(swarm, 20, &mut |_| ());
    assert_eq!(swarm.state.alert_board().counts.firing, 20_000);
    assert!((1..=4).contains(&boards), "{boards}");
    assert!(worked <= 20 * 2_000 + 20_000, "{worked}");
    // A script takes 5,000 one by one, 500 a second. Nobody waits for a board of everything after each.
    swarm.clear();
    let firing: Vec<_> = swarm.state.alerts().firing().map(|one| one.id).collect();
    let mut each = firing.iter().take(5_000);
    let (boards, _) = seconds(swarm, 10, &mut |swarm| {
        let now = swarm.now();
        for id in each.by_ref().take(500) {
            let aim = Aim::Alert(*id);
            let done = swarm.state.own_alerts(&aim, Some("me"), "me", now);
            assert_eq!(done.unwrap(), 1);
        }
    });
    assert!((1..=21).contains(&boards), "{boards}");
}
