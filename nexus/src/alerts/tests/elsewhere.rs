//! What other instances say: the hostile first, then that two desks which tell each other agree.

use serde_json::json;

use super::*;

fn other(number: u128) -> crate::fleet::InstanceId {
    crate::fleet::InstanceId(Uuid::from_u128(number))
}

/// One where the load of a node is above what its rule says, and one that only hears of it.
fn two() -> (Alerts, Alerts, Uuid) {
    let (mut knows, rule) = desk(&cpu(0));
    load(&mut knows, 95.0, 1);
    let (mut hears, other) = desk(&cpu(0));
    hears.remove_rule(other, at(1).wall).unwrap();
    let same = knows.rules().iter().find(|one| one.id == rule).unwrap();
    hears.take_rule(same.clone(), at(1).wall).unwrap();
    hears.take_changes();
    (knows, hears, Alert::id_of(rule, &node("a")))
}

fn hear(hears: &mut Alerts, told: Option<Alert>, id: Uuid) -> Result<(), &'static str> {
    hears.take_told(other(1), id, told, at(2).wall)
}

#[test]
fn what_makes_no_sense_fires_nothing() {
    let (knows, mut hears, id) = two();
    let good = knows.tells(id).unwrap();
    let changed = |change: fn(&mut Alert)| {
        let mut alert = good.clone();
        change(&mut alert);
        alert
    };
    let bad = [
        changed(|alert| alert.subject = node("b")),
        changed(|alert| alert.rule = Uuid::nil()),
        changed(|alert| alert.condition = Condition::Offline),
        changed(|alert| alert.condition = Condition::JobFailed),
        changed(|alert| alert.standing = Standing::Resolved),
        changed(|alert| alert.name = "x".repeat(3_000)),
        changed(|alert| alert.value = Some(f64::NAN)),
        changed(|alert| alert.nodes = vec![String::new(); 2_000]),
    ];
    for alert in bad {
        assert!(
            hear(&mut hears, Some(alert.clone()), id).is_err(),
            "{alert:?}"
        );
    }
    assert!(hear(&mut hears, Some(good), Uuid::nil()).is_err());
    assert_eq!(hears.count_firing(), 0);
    hear(&mut hears, None, id).unwrap();
}

#[test]
fn it_fires_for_as_long_as_somebody_says_so() {
    let (mut knows, mut hears, id) = two();
    hear(&mut hears, knows.tells(id), id).unwrap();
    assert!(fires(&hears));
    hears
        .take_told(other(2), id, knows.tells(id), at(3).wall)
        .unwrap();
    hear(&mut hears, None, id).unwrap();
    assert!(fires(&hears), "the other one says so too");
    // It is seen here too, and the other one is gone.
    load(&mut hears, 95.0, 4);
    assert_eq!(hears.teller_is_gone(other(2), at(5).wall), [id]);
    assert!(fires(&hears));
    for seconds in [6, 60, 120] {
        load(&mut hears, 10.0, seconds);
    }
    assert!(!fires(&hears));
    // One that tells and hears of the same tells no more when its own is over.
    let row = knows.tells(id);
    knows.take_told(other(3), id, row, at(6).wall).unwrap();
    for seconds in [7, 60, 120] {
        load(&mut knows, 10.0, seconds);
    }
    assert!(knows.tells(id).is_none() && fires(&knows));
    knows.take_told(other(3), id, None, at(130).wall).unwrap();
    assert!(!fires(&knows));
    assert!(knows.tellers().is_empty() && hears.tellers().is_empty());
}

#[test]
fn what_people_did_waits_until_it_fires_and_is_forgotten_when_it_is_over() {
    let (mut knows, mut hears, id) = two();
    knows.own(&[id], Some("ann"), "bob", at(2).wall).unwrap();
    knows.note(&[id], "moving", "bob", at(3).wall).unwrap();
    let deeds = knows.deeds(id);
    hears.take_deeds(id, deeds.clone(), at(4).wall).unwrap();
    assert_eq!(hears.deeds(id), deeds, "it is told on as it came");
    hear(&mut hears, knows.tells(id), id).unwrap();
    let alert = hears.get(id).unwrap();
    assert_eq!(
        (alert.owner.as_deref(), alert.note.as_deref()),
        (Some("ann"), Some("moving"))
    );
    assert_eq!(hears.deeds(id), deeds);
    let what: Vec<_> = alert.history.iter().map(|one| one.what).collect();
    assert_eq!(what, [What::Fired, What::Owned, What::Noted]);
    hear(&mut hears, None, id).unwrap();
    assert_eq!(hears.deeds(id), None);
    hears.take_deeds(id, None, at(5).wall).unwrap();
    hear(&mut hears, knows.tells(id), id).unwrap();
    assert_eq!(hears.get(id).unwrap().owner, None, "it begins anew");
    for bad in ["\u{202e}x", &"x".repeat(5_000)] {
        let row = json!({"owner": bad, "acknowledged": null, "note": null, "history": []});
        let deeds = serde_json::from_value(row).unwrap();
        assert!(hears.take_deeds(id, Some(deeds), at(6).wall).is_err());
    }
}

#[test]
fn what_is_only_told_does_not_outlive_a_restart_by_itself() {
    let (knows, mut hears, id) = two();
    hear(&mut hears, knows.tells(id), id).unwrap();
    let (rows, _) = hears.take_changes();
    let kept = rows.into_iter().filter_map(|row| match row {
        AlertRow::Alert(alert) => Some(*alert),
        _ => None,
    });
    let left = LeftAlerts {
        alerts: kept.collect(),
        ..LeftAlerts::default()
    };
    assert_eq!(left.alerts.len(), 1);
    let mut again = Alerts::restore(left, true);
    assert_eq!(again.count_firing(), 0);
    assert_eq!(again.take_changes().0, [AlertRow::ForgetAlert(id)]);
}
