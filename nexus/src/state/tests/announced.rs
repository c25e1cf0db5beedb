//! Capabilities that change within a session.

use protocol::{Announcement, GrantView, NodePolicy};

use super::*;

fn announce(capabilities: Capabilities) -> FromSpore {
    FromSpore::Announcement(Announcement { capabilities })
}

fn with_policy(name: &str) -> Capabilities {
    Capabilities {
        policy: Some(
            NodePolicy {
                name: name.to_owned(),
                ..NodePolicy::default()
            }
            .into(),
        ),
        ..hello("a", 2).capabilities
    }
}

fn policy(swarm: &Swarm, node: &str) -> Option<String> {
    let policy = swarm
        .state
        .node(node)
        .unwrap()
        .capabilities()
        .policy
        .as_ref();
    policy.map(|policy| policy.name.clone())
}

#[test]
fn what_a_node_announces_is_kept_and_told() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    swarm.join("b", 2);
    assert_eq!(policy(&swarm, "a"), None);
    swarm.clear();
    swarm.say(a, announce(with_policy("custom")));
    assert_eq!(policy(&swarm, "a").as_deref(), Some("custom"));
    assert_eq!(policy(&swarm, "b"), None, "identity is the session's");
    let written = swarm
        .done
        .iter()
        .filter(|effect| matches!(effect, Effect::Store(_)));
    assert_eq!(written.count(), 1);
    let changed = |effect: &&Effect| matches!(effect, Effect::Publish(Event::NodeChanged(_)));
    assert_eq!(swarm.done.iter().filter(changed).count(), 1);
    swarm.clear();
    swarm.say(a, announce(with_policy("custom")));
    assert!(swarm.done.is_empty(), "nothing changed: {:?}", swarm.done);
}

#[test]
fn methods_follow() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let offers = |swarm: &Swarm| {
        swarm
            .state
            .node("a")
            .unwrap()
            .capabilities()
            .offers("ShellSkill", "run")
    };
    assert!(offers(&swarm));
    let mut less = with_policy("observe");
    less.skills = vec!["FileSkill".into()];
    less.methods = vec![Method {
        skill: "FileSkill".into(),
        method: "read_file".into(),
        title: String::new(),
        effect: Default::default(),
        idempotent: false,
        cacheable: false,
        parameters: serde_json::Value::Null,
    }]
    .into();
    swarm.say(a, announce(less));
    assert!(!offers(&swarm));
    swarm.say(a, announce(with_policy("full")));
    assert!(offers(&swarm));
}

#[test]
fn nonsense_and_floods_change_nothing() {
    let mut swarm = Swarm::new();
    let a = swarm.join("a", 2);
    let old = swarm.join("old", 1);
    swarm.say(old, announce(with_policy("x")));
    assert_eq!(
        policy(&swarm, "old"),
        None,
        "the prototype's dialect has no such message"
    );
    let mut wrong = with_policy("x");
    wrong.policy = Some(
        NodePolicy {
            grants: vec![GrantView::default(); 1000],
            ..NodePolicy::default()
        }
        .into(),
    );
    swarm.say(a, announce(wrong));
    assert_eq!(policy(&swarm, "a"), None);
    swarm.clear();
    for n in 0..100 {
        swarm.say(a, announce(with_policy(&n.to_string())));
    }
    assert_eq!(swarm.closes(), [(a, 1008)]);
    assert_eq!(swarm.phase("a"), Phase::Offline);
    let written = swarm
        .done
        .iter()
        .filter(|effect| matches!(effect, Effect::Store(_)));
    assert!(written.count() < 40);
}
