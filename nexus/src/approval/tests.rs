//! The hostile cases first: what an approval must not be good for.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::*;
use crate::access::{Principal, PrincipalKind, Role, Scope};
use crate::model::Phase;

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn caller(id: &str) -> Caller {
    Caller {
        principal: Arc::new(Principal {
            id: id.into(),
            name: id.into(),
            kind: PrincipalKind::Token,
            role: Role::Admin,
            scope: Scope::all(),
        }),
        from: "10.0.0.1:1".into(),
    }
}

fn call(command: &str) -> Call {
    Call {
        skill: "ShellSkill".into(),
        method: "run".into(),
        parameters: RawValue::from_string(format!(r#"{{"command":"{command}"}}"#)).unwrap(),
        timeout: Duration::from_secs(30),
    }
}

fn rule(at_least: u32, by: By) -> Rule {
    let new = NewRule {
        name: "careful".into(),
        calls: vec!["ShellSkill.*".into()],
        nodes: "tag:prod".into(),
        at_least,
        ttl_seconds: 900,
        by,
    };
    Rule::new(&new, "admin", NOW).unwrap()
}

fn nodes(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// An ask of "ann" for `rm x` on a and b that was approved by "bob".
struct Approved {
    approvals: Approvals,
    rules: Vec<Rule>,
    id: Uuid,
}

fn approved() -> Approved {
    let mut approvals = Approvals::default();
    let rules = vec![rule(1, By::Another)];
    approvals.add_rule(rules[0].clone()).unwrap();
    let (ann, call, nodes) = (caller("ann"), call("rm x"), nodes(&["a", "b"]));
    let ask = Ask {
        caller: &ann,
        call: &call,
        nodes: &nodes,
    };
    let (waiting, new) = approvals.require(ask, &rules, NOW).unwrap();
    assert!(new && waiting.decision == Answered::Pending);
    approvals
        .decide(waiting.id, true, &caller("bob"), NOW)
        .unwrap();
    Approved {
        approvals,
        rules,
        id: waiting.id,
    }
}

impl Approved {
    fn check(
        &self,
        who: &str,
        call: &Call,
        ids: &[&str],
        now: SystemTime,
    ) -> Result<(), ApprovalError> {
        let (who, nodes) = (caller(who), nodes(ids));
        let ask = Ask {
            caller: &who,
            call,
            nodes: &nodes,
        };
        self.approvals.check(self.id, ask, &self.rules, now)
    }
}

#[test]
fn an_approval_is_for_exactly_one_thing() {
    let mut case = approved();
    let (id, same) = (case.id, call("rm x"));
    let other = Err(ApprovalError::Other(id));
    assert_eq!(case.check("ann", &same, &["a", "b"], NOW), Ok(()));

    assert_eq!(
        case.check("ann", &call("rm y"), &["a", "b"], NOW),
        other,
        "one byte"
    );
    let mut spaced = same.clone();
    spaced.parameters = RawValue::from_string(r#"{ "command":"rm x"}"#.into()).unwrap();
    assert_eq!(
        case.check("ann", &spaced, &["a", "b"], NOW),
        other,
        "the same JSON, other bytes"
    );
    assert_eq!(
        case.check("ann", &same, &["a", "b", "c"], NOW),
        other,
        "a node more"
    );
    assert_eq!(case.check("ann", &same, &["a"], NOW), other, "a node fewer");
    assert_eq!(
        case.check("ann", &same, &["ab"], NOW),
        other,
        "other borders"
    );
    assert_eq!(case.check("ann", &same, &[], NOW), other);
    for change in [
        |call: &mut Call| call.skill = "FileSkill".into(),
        |call: &mut Call| call.method = "Run".into(),
        |call: &mut Call| call.timeout = Duration::from_secs(31),
    ] {
        let mut changed = same.clone();
        change(&mut changed);
        assert_eq!(case.check("ann", &changed, &["a", "b"], NOW), other);
    }
    let unknown = Err(ApprovalError::Unknown(id));
    assert_eq!(
        case.check("bob", &same, &["a", "b"], NOW),
        unknown,
        "another asker"
    );

    case.approvals.use_up(id).unwrap();
    assert_eq!(
        case.check("ann", &same, &["a", "b"], NOW),
        Err(ApprovalError::Not(id, Answered::Used)),
        "once"
    );
}

#[test]
fn an_approval_ends_by_itself_and_a_clock_does_not_bring_it_back() {
    let case = approved();
    let at = |seconds| NOW + Duration::from_secs(seconds);
    let expired = Err(ApprovalError::Not(case.id, Answered::Expired));
    assert_eq!(
        case.check("ann", &call("rm x"), &["a", "b"], at(899)),
        Ok(())
    );
    assert_eq!(
        case.check("ann", &call("rm x"), &["a", "b"], at(900)),
        expired
    );

    let mut late = Approvals::default();
    let rules = [rule(1, By::Another)];
    let (ann, call, nodes) = (caller("ann"), call("rm x"), nodes(&["a"]));
    let ask = Ask {
        caller: &ann,
        call: &call,
        nodes: &nodes,
    };
    let (waiting, _) = late.require(ask, &rules, at(10_000)).unwrap();
    let too_late = late.decide(waiting.id, true, &caller("bob"), at(10_900));
    assert_eq!(
        too_late,
        Err(ApprovalError::Not(waiting.id, Answered::Expired))
    );
    // A yes does not make it live longer, and a clock that was set back does not make it young.
    late.decide(waiting.id, true, &caller("bob"), at(10_899))
        .unwrap();
    let set_back = late.check(waiting.id, ask, &rules, at(9_000));
    assert_eq!(
        set_back,
        Err(ApprovalError::Not(waiting.id, Answered::Expired))
    );
}

#[test]
fn nobody_approves_his_own_unless_the_rule_says_so() {
    for (by, own) in [(By::Another, false), (By::Anyone, true)] {
        let mut approvals = Approvals::default();
        let (ann, call, nodes) = (caller("ann"), call("rm x"), nodes(&["a"]));
        let ask = Ask {
            caller: &ann,
            call: &call,
            nodes: &nodes,
        };
        let (waiting, _) = approvals.require(ask, &[rule(1, by)], NOW).unwrap();
        assert_eq!(approvals.decide(waiting.id, true, &ann, NOW).is_ok(), own);
    }
    // The strictest of several rules counts.
    let mut approvals = Approvals::default();
    let (ann, call, nodes) = (caller("ann"), call("rm x"), nodes(&["a"]));
    let ask = Ask {
        caller: &ann,
        call: &call,
        nodes: &nodes,
    };
    let both = [rule(1, By::Anyone), rule(1, By::Another)];
    let (waiting, _) = approvals.require(ask, &both, NOW).unwrap();
    assert!(approvals.decide(waiting.id, true, &ann, NOW).is_err());
    // One's own no is always heard.
    assert!(approvals.decide(waiting.id, false, &ann, NOW).is_ok());
}

#[test]
fn what_is_decided_is_decided() {
    let mut case = approved();
    let bob = caller("bob");
    let (id, call) = (case.id, call("rm x"));
    let twice = case.approvals.decide(id, true, &bob, NOW);
    assert_eq!(twice, Err(ApprovalError::Not(id, Answered::Approved)));
    // Before it is used it can be taken back.
    case.approvals.decide(id, false, &bob, NOW).unwrap();
    let denied = Err(ApprovalError::Not(id, Answered::Denied));
    assert_eq!(case.check("ann", &call, &["a", "b"], NOW), denied);
    assert!(case.approvals.decide(id, true, &bob, NOW).is_err());
    let nothing = case.approvals.decide(Uuid::nil(), true, &bob, NOW);
    assert_eq!(nothing, Err(ApprovalError::Unknown(Uuid::nil())));
}

#[test]
fn a_rule_that_was_made_later_wants_its_own_yes() {
    let mut case = approved();
    case.rules.push(rule(2, By::Another));
    let refused = case.check("ann", &call("rm x"), &["a", "b"], NOW);
    assert!(matches!(refused, Err(ApprovalError::Rule(..))));
}

#[test]
fn asking_again_is_the_same_ask_and_asks_are_bounded() {
    let mut approvals = Approvals::default();
    let (ann, rules) = (caller("ann"), [rule(1, By::Another)]);
    let mut ask = |command: &str, now| {
        let (call, nodes) = (call(command), nodes(&["a"]));
        let ask = Ask {
            caller: &ann,
            call: &call,
            nodes: &nodes,
        };
        approvals.require(ask, &rules, now)
    };
    let (first, new) = ask("0", NOW).unwrap();
    assert!(new);
    let (again, new) = ask("0", NOW).unwrap();
    assert!(!new && again.id == first.id);
    for number in 1..PENDING {
        ask(&number.to_string(), NOW).unwrap();
    }
    assert_eq!(ask("more", NOW), Err(ApprovalError::TooMany));
    assert!(ask("0", NOW).is_ok(), "one that waits already");
    // When they have expired there is room again, and the same ask is a new one.
    let (later, new) = ask("0", NOW + Duration::from_secs(1000)).unwrap();
    assert!(new && later.id != first.id);
    let mut others = Approvals::default();
    for number in 0..APPROVALS + 5 {
        let who = caller(&format!("token {number}"));
        let (call, nodes) = (call("x"), nodes(&["a"]));
        let ask = Ask {
            caller: &who,
            call: &call,
            nodes: &nodes,
        };
        others.require(ask, &rules, NOW).unwrap();
    }
    assert!(
        others.forget(NOW).is_empty(),
        "those that wait are not forgotten"
    );
    let gone = others.forget(NOW + Duration::from_secs(901));
    assert_eq!(gone.len(), 5);
    assert_eq!(others.list().len(), APPROVALS);
}

#[test]
fn a_restart_voids_a_yes_that_was_not_used() {
    let case = approved();
    let kept = case.approvals.list();
    let text = serde_json::to_string(&kept).unwrap();
    let read: Vec<Approval> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, kept);
    let restored = Approved {
        approvals: Approvals::restore(case.rules.clone(), read),
        rules: case.rules,
        id: case.id,
    };
    let expired = Err(ApprovalError::Not(restored.id, Answered::Expired));
    assert_eq!(
        restored.check("ann", &call("rm x"), &["a", "b"], NOW),
        expired
    );
}

#[test]
fn a_rule_counts_the_nodes_that_it_is_about() {
    let tags = |tag: &str| vec![tag.to_owned()];
    let (prod, test) = (tags("prod"), tags("test"));
    let facts = |tags: &[&'static str]| -> Vec<&'static str> { tags.to_vec() };
    let wants = |rule: &Rule, method: &str, kinds: &[&'static str]| {
        let kinds = facts(kinds);
        let nodes = kinds.iter().map(|kind| Facts {
            id: "n",
            name: "n",
            tags: if *kind == "prod" { &prod } else { &test },
            group: "",
            skills: &[],
            platform: "linux",
            phase: Phase::Online,
            machine: None,
            live: None,
        });
        rule.wants("ShellSkill", method, nodes)
    };
    let two = rule(2, By::Another);
    assert!(wants(&two, "run", &["prod", "prod"]));
    assert!(wants(&two, "run", &["test", "prod", "prod", "test"]));
    assert!(!wants(&two, "run", &["prod", "test"]));
    assert!(!wants(&two, "run", &[]));
    assert!(wants(&rule(1, By::Another), "anything", &["prod"]));
    let mut elsewhere = two;
    elsewhere.scope = Scope::parse("*", &["FileSkill.read".into()]).unwrap();
    assert!(!wants(&elsewhere, "run", &["prod", "prod"]));
}

#[test]
fn a_fact_that_a_node_does_not_tell_frees_it_from_no_rule() {
    let mut about = rule(1, By::Another);
    about.scope = Scope::parse("os:Debian* or cpu_cores>8", &["*".into()]).unwrap();
    let told = protocol::Capabilities {
        os: "Alpine".into(),
        ..protocol::Capabilities::default()
    };
    let silent = protocol::Capabilities::default();
    let wants = |machine: Option<&protocol::Capabilities>| {
        let node = Facts {
            id: "n",
            name: "n",
            tags: &[],
            group: "",
            skills: &[],
            platform: "linux",
            phase: Phase::Offline,
            machine,
            live: None,
        };
        about.wants("ShellSkill", "run", std::iter::once(node))
    };
    assert!(!wants(Some(&told)));
    assert!(wants(Some(&silent)));
    assert!(wants(None));
}

#[test]
fn rules_that_protect_nothing_are_refused() {
    let good = NewRule {
        name: "r".into(),
        calls: vec!["*".into()],
        nodes: "*".into(),
        at_least: 1,
        ttl_seconds: 1,
        by: By::Anyone,
    };
    assert!(Rule::new(&good, "x", NOW).is_ok());
    for change in [
        |rule: &mut NewRule| rule.name = " ".into(),
        |rule: &mut NewRule| rule.name = "a\nb".into(),
        |rule: &mut NewRule| rule.calls.clear(),
        |rule: &mut NewRule| rule.calls = vec!["Shell".into()],
        |rule: &mut NewRule| rule.nodes = " ".into(),
        |rule: &mut NewRule| rule.nodes = "tag:(".into(),
        |rule: &mut NewRule| rule.at_least = 0,
        |rule: &mut NewRule| rule.at_least = 1001,
        |rule: &mut NewRule| rule.ttl_seconds = 0,
        |rule: &mut NewRule| rule.ttl_seconds = u64::MAX,
    ] {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(Rule::new(&bad, "x", NOW).is_err(), "{bad:?}");
    }
}
