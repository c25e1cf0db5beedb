//! What somebody only looks at: told to who looks, to the audit log, and to nobody else.

use super::*;
use crate::approval::NewRule;
use crate::audit::{Action, Draft};
use crate::state::Glance;

/// A node whose methods say what they may do.
fn node(swarm: &mut Swarm, id: &str) -> SessionId {
    let mut hello = hello(id, 2);
    let method = |method: &str, effect| Method {
        skill: "SystemSkill".into(),
        method: method.into(),
        title: String::new(),
        effect,
        idempotent: true,
        cacheable: false,
        parameters: serde_json::Value::Null,
    };
    hello.capabilities.skills = vec!["SystemSkill".into()];
    hello.capabilities.methods = vec![
        method("processes", protocol::Effect::Read),
        method("reboot", protocol::Effect::Destroy),
    ]
    .into();
    swarm.join_as(hello)
}

fn look(swarm: &mut Swarm, node: &str, method: &str) -> Result<Uuid, SubmitError> {
    let id = Uuid::new_v4();
    let glance = Glance {
        id,
        node: node.to_owned(),
        call: Call {
            skill: "SystemSkill".into(),
            method: method.into(),
            ..call(10)
        },
        caller: crate::access::Caller::local(),
    };
    let begun = swarm.state.glance(glance, swarm.now());
    swarm.collect();
    begun.map(|()| id)
}

fn seen(swarm: &Swarm, id: Uuid) -> Option<Result<String, String>> {
    swarm.done.iter().find_map(|effect| match effect {
        Effect::Glanced(of, seen) if *of == id => {
            Some(seen.clone().map(|value| value.get().to_owned()))
        }
        _ => None,
    })
}

#[test]
fn a_look_is_told_to_who_looks_and_to_the_log_alone() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    swarm.clear();
    let id = look(&mut swarm, "a", "processes").unwrap();
    assert_eq!(swarm.frames(a).len(), 1);
    assert!(swarm.state.execution(id).is_none());
    assert!(swarm.state.snapshot().executions.is_empty());
    assert_eq!(swarm.state.node("a").unwrap().active_tasks(), 0);
    swarm.respond(a, id, Outcome::Succeeded);
    assert!(seen(&swarm, id).unwrap().is_ok());
    let asked = swarm.done.iter().filter(|effect| {
        matches!(effect, Effect::Audit(Draft::Asked(asked)) if asked.action == Action::Glance)
    });
    assert_eq!(asked.count(), 1);
    let ended = |effect: &&Effect| matches!(effect, Effect::Audit(Draft::Ended(_)));
    assert_eq!(swarm.done.iter().filter(ended).count(), 1);
    let elsewhere = |effect: &&Effect| {
        matches!(
            effect,
            Effect::Store(_) | Effect::Publish(_) | Effect::Answer(..)
        )
    };
    assert_eq!(swarm.done.iter().find(elsewhere).map(|_| ()), None);
    // Said twice by a node that is not sure.
    swarm.clear();
    swarm.respond(a, id, Outcome::Succeeded);
    assert!(swarm.done.is_empty());
}

#[test]
fn only_what_is_known_to_read_can_be_looked_at() {
    let mut swarm = Swarm::new();
    node(&mut swarm, "a");
    swarm.join("old", 1);
    assert!(matches!(
        look(&mut swarm, "a", "reboot"),
        Err(SubmitError::BadTargets(_))
    ));
    assert!(matches!(
        look(&mut swarm, "a", "missing"),
        Err(SubmitError::Unsupported { .. })
    ));
    assert!(look(&mut swarm, "old", "processes").is_err());
    assert!(matches!(
        look(&mut swarm, "nobody", "processes"),
        Err(SubmitError::UnknownNode(_))
    ));
}

#[test]
fn what_needs_a_second_yes_is_not_looked_at_and_asks_nobody() {
    let mut swarm = Swarm::new();
    node(&mut swarm, "a");
    let rule = NewRule {
        name: "everything".into(),
        calls: vec!["*".into()],
        nodes: "*".into(),
        at_least: 1,
        ttl_seconds: 900,
        by: crate::approval::By::Another,
    };
    let now = swarm.now();
    swarm.state.make_approval_rule(&rule, "local", now).unwrap();
    swarm.collect();
    let refused = look(&mut swarm, "a", "processes").unwrap_err();
    assert!(matches!(refused, SubmitError::Guarded { .. }), "{refused}");
    assert!(swarm.state.snapshot().approvals.is_empty());
}

#[test]
fn another_node_cannot_answer() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    let b = node(&mut swarm, "b");
    let id = look(&mut swarm, "a", "processes").unwrap();
    swarm.respond(b, id, Outcome::Succeeded);
    assert!(seen(&swarm, id).is_none());
    swarm.respond(a, id, Outcome::Failed);
    assert!(seen(&swarm, id).unwrap().is_err());
}

#[test]
fn who_looks_is_told_when_the_node_goes_and_it_brings_nothing_back() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    let id = look(&mut swarm, "a", "processes").unwrap();
    swarm.drop_session(a);
    assert!(seen(&swarm, id).unwrap().unwrap_err().contains("lost"));
    let mut back = hello("a", 2);
    back.running = vec![Running {
        request_id: id.to_string(),
        skill_name: "SystemSkill".into(),
        method_name: "processes".into(),
        first_seq: 0,
        next_seq: 0,
    }];
    swarm.join_as(back);
    assert!(swarm.state.execution(id).is_none());
    assert!(swarm.state.snapshot().executions.is_empty());
}

#[test]
fn a_node_that_never_answers_is_not_asked_for_ever() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    let first = look(&mut swarm, "a", "processes").unwrap();
    while look(&mut swarm, "a", "processes").is_ok() {
        assert!(swarm.frames(a).len() < 100);
    }
    assert!(matches!(
        look(&mut swarm, "a", "processes"),
        Err(SubmitError::Busy(_))
    ));
    for _ in 0..20 {
        swarm.pass(1.0);
        swarm.beat(a, 0.1);
    }
    assert!(look(&mut swarm, "a", "processes").is_ok());
    assert!(seen(&swarm, first).unwrap().is_err());
}
