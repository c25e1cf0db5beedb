//! Nodes of which another instance told.

use uuid::Uuid;

use super::*;
use crate::alerts::{Condition, NewAlertRule, Severity};
use crate::fleet::InstanceId;

#[test]
fn a_node_that_came_in_elsewhere_is_not_gone_before_it_was_asked_for() {
    let mut there = several();
    there.join("a", 2);
    let member = there.state.member("a").unwrap();
    let mut here = several();
    let gone = NewAlertRule {
        name: "ours".into(),
        condition: Condition::Offline,
        nodes: "*".into(),
        for_seconds: 0,
        severity: Severity::Critical,
        enabled: true,
    };
    let (now, by) = (here.now(), "t");
    here.state.put_alert_rule(None, &gone, by, now).unwrap();
    let fires = |swarm: &Swarm| {
        let mut all = swarm.state.alerts().firing();
        all.any(|alert| alert.rule_name == "ours")
    };
    here.state.know_member(member.clone(), here.now());
    here.pass(9.0);
    assert!(!fires(&here));
    let holder = Credential::Fleet(InstanceId(Uuid::from_u128(1)));
    let session = here.arrive(hello("a", 2), holder);
    here.pass(1.0);
    here.drop_session(session);
    here.pass(1.0);
    assert!(fires(&here), "it was here");
    let mut other = several();
    other.state.put_alert_rule(None, &gone, by, now).unwrap();
    other.state.know_member(member, other.now());
    other.pass(12.0);
    assert!(fires(&other), "nobody holds it");
}
