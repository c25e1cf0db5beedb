//! Schedules as they are kept: whose they are, what is bound when they are saved, what becomes of their times.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::access::{Caller, Principal, PrincipalKind, Role, Scope};
use crate::runbook::from_json;
use crate::schedule::{
    Last, Outcome as Became, Schedule, ScheduleError, ScheduleRequest, Step, What,
};
use crate::store::{Plan, Write};

const ID: Uuid = Uuid::from_u128(7);

fn token(id: &str, role: Role, calls: &str) -> Caller {
    Caller {
        principal: Arc::new(Principal {
            id: id.into(),
            name: format!("the {id}"),
            kind: PrincipalKind::Token,
            role,
            scope: Scope::parse("*", &[calls.to_owned()]).unwrap(),
        }),
        from: "test".into(),
    }
}

fn anna() -> Caller {
    token("anna", Role::Operator, "*")
}

fn read(swarm: &Swarm, caller: &Caller, what: Value) -> Schedule {
    let mut all = json!({"name": "hourly", "when": "every hour"});
    all.as_object_mut()
        .unwrap()
        .extend(what.as_object().unwrap().clone());
    let request: ScheduleRequest = serde_json::from_value(all).unwrap();
    request.into_schedule(ID, caller, swarm.now().wall).unwrap()
}

fn job(method: &str) -> Value {
    json!({"job": {"target": "*", "skill_name": "ShellSkill", "method_name": method}})
}

/// A swarm with a node, after the epoch.
fn swarm() -> Swarm {
    let mut swarm = Swarm::new();
    swarm.at = Duration::from_secs(30 * 24 * 3600);
    swarm.join("n0", 2);
    swarm
}

fn make(swarm: &mut Swarm, caller: &Caller, what: Value) -> Result<Arc<Schedule>, ScheduleError> {
    let schedule = read(swarm, caller, what);
    let made = swarm.state.make_schedule(schedule, caller, false);
    swarm.collect();
    made
}

#[test]
fn what_may_destroy_something_is_confirmed_when_it_is_saved() {
    let mut swarm = swarm();
    let refused = make(&mut swarm, &anna(), job("wipe")).unwrap_err();
    assert_eq!(
        refused,
        ScheduleError::Confirm("ShellSkill.wipe".into()),
        "nobody knows what it does"
    );
    let schedule = read(&swarm, &anna(), job("wipe"));
    assert!(swarm.state.make_schedule(schedule, &anna(), true).is_ok());
    assert!(
        make(&mut swarm, &anna(), job("run")).is_ok(),
        "it changes things, no more"
    );
    let limited = token("bob", Role::Operator, "FileSkill.*");
    let refused = make(&mut swarm, &limited, job("run")).unwrap_err();
    assert_eq!(refused, ScheduleError::Call("ShellSkill.run".into()));
}

#[test]
fn nobody_changes_what_begins_things_by_the_rights_of_another() {
    let mut swarm = swarm();
    make(&mut swarm, &anna(), job("run")).unwrap();
    let bob = token("bob", Role::Operator, "*");
    let limited_admin = token("carl", Role::Admin, "ShellSkill.*");
    for other in [bob, limited_admin] {
        let edit = read(&swarm, &other, job("run"));
        let now = swarm.now();
        let refusals = [
            swarm.state.edit_schedule(edit, &other, true, now).err(),
            swarm.state.pause_schedule(ID, true, &other, now).err(),
            swarm.state.remove_schedule(ID, &other).err(),
        ];
        for refused in refusals {
            assert!(matches!(refused, Some(ScheduleError::NotYours { .. })));
        }
    }
    // An admin may; it still begins things by the rights of its owner.
    let admin = token("dora", Role::Admin, "*");
    let edit = read(
        &swarm,
        &admin,
        json!({"name": "other", "job": job("run")["job"]}),
    );
    let edited = swarm
        .state
        .edit_schedule(edit, &admin, false, swarm.now())
        .unwrap();
    assert_eq!(
        (edited.name.as_str(), edited.owner.id.as_str()),
        ("other", "anna")
    );
    swarm.state.remove_schedule(ID, &admin).unwrap();
    swarm.collect();
    let gone = swarm
        .done
        .iter()
        .any(|effect| matches!(effect, Effect::Store(Write::Plan(Plan::ForgetSchedule(ID)))));
    assert!(gone && swarm.state.schedule(ID).is_none());
    assert_eq!(
        swarm.state.remove_schedule(ID, &admin),
        Err(ScheduleError::Unknown(ID))
    );
}

#[test]
fn a_runbook_is_bound_to_the_version_that_was_seen() {
    let mut swarm = swarm();
    let document = |title: &str| {
        let text = json!({"name": "book", "title": title, "target": "*",
            "parameters": [{"name": "p", "type": "string"}, {"name": "s", "type": "string", "secret": true}],
            "steps": [{"name": "a", "job": {"skill_name": "ShellSkill", "method_name": "run"}}]});
        from_json(&text.to_string()).unwrap()
    };
    let call = |parameters: Value| json!({"runbook": {"name": "book", "parameters": parameters}});
    let missing = make(&mut swarm, &anna(), call(json!({})));
    assert!(matches!(missing, Err(ScheduleError::Run(_))));
    let now = swarm.now();
    swarm
        .state
        .put_runbook(document("one"), &anna(), now)
        .unwrap();
    assert!(matches!(
        make(&mut swarm, &anna(), call(json!({"q": 1}))),
        Err(ScheduleError::Run(_))
    ));
    let secret = make(&mut swarm, &anna(), call(json!({"s": "x"})));
    assert_eq!(secret.unwrap_err(), ScheduleError::Secret("s".into()));
    make(&mut swarm, &anna(), call(json!({"p": "x"}))).unwrap();
    swarm
        .state
        .put_runbook(document("two"), &anna(), now)
        .unwrap();
    let What::Runbook(bound) = &swarm.state.schedule(ID).unwrap().what else {
        panic!("it is a runbook");
    };
    assert_eq!(bound.version, Some(1), "not what somebody writes later");
}

#[test]
fn what_was_begun_keeps_it_busy_until_that_is_over() {
    let mut swarm = swarm();
    let schedule = make(&mut swarm, &anna(), job("run")).unwrap();
    swarm.at += Duration::from_secs(3600);
    let Step::Fire { at, until, .. } = schedule.step(false, swarm.now().wall) else {
        panic!("an hour has passed");
    };
    let What::Job(request) = &schedule.what else {
        panic!("it is a job");
    };
    let new = request.as_ref().clone().into_job(anna(), None).unwrap();
    let begun = swarm.state.submit_job(new, swarm.now()).unwrap().info.id;
    let last = Last {
        at,
        outcome: Became::Started,
        why: None,
        job_id: Some(begun),
        run_id: None,
    };
    let settled = schedule.settled(at, until, last);
    swarm.state.settle_schedule(ID, settled, swarm.now());
    let kept = Arc::clone(swarm.state.schedule(ID).unwrap());
    assert!(swarm.state.is_busy(&kept));
    assert_eq!(
        kept.step(true, swarm.now().wall),
        Step::Nothing,
        "it is not due twice"
    );
    let control = super::super::Control::Cancel;
    swarm
        .state
        .control_job(begun, control, &anna(), swarm.now())
        .unwrap();
    swarm.state.settle(swarm.now());
    assert!(!swarm.state.is_busy(&kept));
}

#[test]
fn an_edit_or_a_pause_makes_up_for_nothing() {
    let mut swarm = swarm();
    make(&mut swarm, &anna(), job("run")).unwrap();
    swarm
        .state
        .pause_schedule(ID, true, &anna(), swarm.now())
        .unwrap();
    swarm.at += Duration::from_secs(3 * 3600);
    let resumed = swarm
        .state
        .pause_schedule(ID, false, &anna(), swarm.now())
        .unwrap();
    assert_eq!(resumed.step(false, swarm.now().wall), Step::Nothing);
    swarm.at += Duration::from_secs(3 * 3600);
    let edit = read(&swarm, &anna(), job("run"));
    let edited = swarm
        .state
        .edit_schedule(edit, &anna(), false, swarm.now())
        .unwrap();
    assert_eq!(edited.step(false, swarm.now().wall), Step::Nothing);
}
