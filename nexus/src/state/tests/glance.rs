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
        method("logs", protocol::Effect::Read),
        method("reboot", protocol::Effect::Destroy),
    ]
    .into();
    swarm.join_as(hello)
}

fn look(swarm: &mut Swarm, node: &str, method: &str) -> Result<Uuid, SubmitError> {
    let caller = crate::access::Caller::local();
    look_as(swarm, caller, node, method, "{}")
}

fn look_as(
    swarm: &mut Swarm,
    caller: crate::access::Caller,
    node: &str,
    method: &str,
    parameters: &str,
) -> Result<Uuid, SubmitError> {
    let id = Uuid::new_v4();
    let glance = Glance {
        id,
        node: node.to_owned(),
        call: Call {
            skill: "SystemSkill".into(),
            method: method.into(),
            parameters: serde_json::value::RawValue::from_string(parameters.to_owned()).unwrap(),
            ..call(10)
        },
        caller,
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

/// Whose entries of looks there are: none for one that stands by itself, else how many it is of and how many of these failed.
fn told(swarm: &Swarm) -> Vec<Option<(u64, u64)>> {
    let told = swarm.done.iter().filter_map(|effect| match effect {
        Effect::Audit(Draft::Asked(asked)) if asked.action == Action::Glance => Some(None),
        Effect::Audit(Draft::Whole(entry, _)) if entry.action == Action::Glance => {
            let failed = entry.detail.as_ref().unwrap()["failed"].as_u64().unwrap();
            Some(Some((entry.count.unwrap(), failed)))
        }
        _ => None,
    });
    told.collect()
}

#[test]
fn an_open_panel_is_one_entry_and_then_one_every_ten_minutes_that_says_how_many() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    swarm.clear();
    // A panel looks every 3 s for 25 min: once by itself, and all others counted.
    let looks = 500;
    for number in 0..looks {
        let id = look(&mut swarm, "a", "processes").unwrap();
        let outcome = if number % 10 == 9 {
            Outcome::Failed
        } else {
            Outcome::Succeeded
        };
        swarm.respond(a, id, outcome);
        swarm.pass(3.0);
        swarm.beat(a, 0.1);
    }
    let open = told(&swarm);
    assert_eq!(open.len(), 3, "{open:?}");
    swarm.pass(700.0);
    let all = told(&swarm);
    assert_eq!(all.len(), 4, "{all:?}");
    assert_eq!(all[0], None);
    let (count, failed) = all
        .iter()
        .flatten()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!((count, failed), (looks - 1, looks / 10));
    let ends = |effect: &&Effect| matches!(effect, Effect::Audit(Draft::Ended(_)));
    assert_eq!(swarm.done.iter().filter(ends).count(), 1);
    // Nobody looked for a whole window: the next look is a first one again.
    swarm.pass(700.0);
    node(&mut swarm, "a");
    look(&mut swarm, "a", "processes").unwrap();
    assert_eq!(told(&swarm)[4..], [None]);
}

#[test]
fn another_question_another_node_and_another_caller_are_other_entries() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    let b = node(&mut swarm, "b");
    swarm.clear();
    let local = crate::access::Caller::local;
    let elsewhere = crate::access::Caller {
        from: "192.0.2.1".into(),
        ..local()
    };
    let asked = [
        (local(), "a", "logs", r#"{"unit":"sshd"}"#, true),
        (
            local(),
            "a",
            "logs",
            r#"{"unit":"sshd","after":"1"}"#,
            false,
        ),
        (
            local(),
            "a",
            "logs",
            r#"{"after":"2","unit":"sshd"}"#,
            false,
        ),
        (local(), "a", "logs", r#"{"unit":"cron"}"#, true),
        (local(), "a", "processes", r#"{"after":"1"}"#, true),
        (local(), "a", "processes", r#"{"after":"2"}"#, true),
        (local(), "b", "logs", r#"{"unit":"sshd"}"#, true),
        (elsewhere, "a", "logs", r#"{"unit":"sshd"}"#, true),
    ];
    for (caller, node, method, parameters, own) in asked {
        let before = told(&swarm).len();
        let id = look_as(&mut swarm, caller, node, method, parameters).unwrap();
        let session = if node == "a" { a } else { b };
        swarm.respond(session, id, Outcome::Succeeded);
        assert_eq!(
            told(&swarm).len() - before,
            usize::from(own),
            "{method} {parameters}"
        );
    }
}

#[test]
fn what_was_only_counted_is_told_when_the_nexus_ends() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    for _ in 0..5 {
        let id = look(&mut swarm, "a", "processes").unwrap();
        swarm.respond(a, id, Outcome::Succeeded);
    }
    swarm.clear();
    let now = swarm.now();
    swarm.state.tell_glances(true, now);
    swarm.collect();
    assert_eq!(told(&swarm), [Some((4, 0))]);
    swarm.state.tell_glances(true, now);
    swarm.collect();
    assert_eq!(told(&swarm).len(), 1);
}

#[test]
fn who_asks_something_else_each_time_is_told_each_time_and_fills_nothing() {
    let mut swarm = Swarm::new();
    let a = node(&mut swarm, "a");
    swarm.clear();
    let local = crate::access::Caller::local;
    let many = 5_000;
    for number in 0..many {
        let parameters = format!(r#"{{"search":"{number}"}}"#);
        for _ in 0..2 {
            let id = look_as(&mut swarm, local(), "a", "logs", &parameters).unwrap();
            swarm.respond(a, id, Outcome::Succeeded);
        }
    }
    let now = swarm.now();
    swarm.state.tell_glances(true, now);
    swarm.collect();
    let told = told(&swarm);
    let single = told.iter().filter(|one| one.is_none()).count();
    let counted: u64 = told.iter().flatten().map(|(count, _)| count).sum();
    assert_eq!((single, counted), (many, many as u64));
}
