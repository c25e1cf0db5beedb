use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{
    Denied, Limits, Object, Principal, PrincipalKind, Role, Scope, ScopeError, Verb, authorize,
};
use crate::model::Phase;
use crate::target::Facts;

const VERBS: [Verb; 26] = [
    Verb::SeeNode,
    Verb::SeeExecution,
    Verb::SeePlans,
    Verb::Schedules,
    Verb::Runbooks,
    Verb::ReadMetrics,
    Verb::ReadDocs,
    Verb::Listen,
    Verb::Execute,
    Verb::Cancel,
    Verb::EditGroups,
    Verb::StopFleet,
    Verb::Alerts,
    Verb::AlertRules,
    Verb::ReleaseFleet,
    Verb::SeeApproval,
    Verb::EditNode,
    Verb::EditChart,
    Verb::RevokeNode,
    Verb::RemoveNode,
    Verb::Tokens,
    Verb::JoinCodes,
    Verb::WaitingRoom,
    Verb::ReadAudit,
    Verb::Backup,
    Verb::Approve,
];

fn principal(role: Role, nodes: &str, calls: &[&str]) -> Principal {
    let calls: Vec<_> = calls.iter().map(|call| (*call).to_owned()).collect();
    Principal {
        id: "t".to_owned(),
        name: "t".to_owned(),
        kind: PrincipalKind::Token,
        role,
        scope: Scope::parse(nodes, &calls).unwrap(),
    }
}

fn node(name: &str) -> Facts<'_> {
    Facts {
        id: name,
        name,
        tags: &[],
        group: "",
        skills: &[],
        platform: "",
        phase: Phase::Online,
        machine: None,
        live: None,
    }
}

#[test]
fn a_role_may_what_the_one_before_may_and_no_more() {
    for verb in VERBS {
        let may = [Role::Viewer, Role::Operator, Role::Admin]
            .map(|role| authorize(&principal(role, "*", &["*"]), verb, Object::Nexus).is_ok());
        let wanted = match verb {
            Verb::SeeNode
            | Verb::SeeExecution
            | Verb::SeePlans
            | Verb::ReadMetrics
            | Verb::ReadDocs
            | Verb::Listen => [true, true, true],
            Verb::Execute
            | Verb::Schedules
            | Verb::Runbooks
            | Verb::Cancel
            | Verb::StopFleet
            | Verb::EditGroups
            | Verb::Alerts
            | Verb::SeeApproval => [false, true, true],
            Verb::ReleaseFleet
            | Verb::AlertRules
            | Verb::EditNode
            | Verb::EditChart
            | Verb::RevokeNode
            | Verb::RemoveNode
            | Verb::Tokens
            | Verb::JoinCodes
            | Verb::WaitingRoom
            | Verb::ReadAudit
            | Verb::Backup
            | Verb::Approve => [false, false, true],
        };
        assert_eq!(may, wanted, "{verb:?}");
    }
}

#[test]
fn outside_of_the_scope_nothing_exists() {
    let (own, other) = (node("own"), node("other"));
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        let limited = principal(role, "own", &["*"]);
        for verb in VERBS.into_iter().filter(|verb| verb.needs() <= role) {
            assert_eq!(authorize(&limited, verb, Object::Node(Some(&own))), Ok(()));
            for hidden in [Some(&other), None] {
                let denied = authorize(&limited, verb, Object::Node(hidden));
                assert_eq!(denied, Err(Denied::Hidden), "{verb:?}");
            }
        }
    }
}

#[test]
fn a_limited_admin_decides_nothing_about_the_whole_swarm() {
    for (nodes, calls) in [("own", "*"), ("*", "ShellSkill.run"), ("", "*")] {
        let limited = principal(Role::Admin, nodes, &[calls]);
        for verb in VERBS.into_iter().filter(|verb| verb.needs() == Role::Admin) {
            let denied = authorize(&limited, verb, Object::Nexus);
            assert_eq!(denied, Err(Denied::Limited), "{verb:?}");
        }
    }
}

#[test]
fn an_empty_scope_is_nothing() {
    let nobody = principal(Role::Admin, "", &[]);
    assert_eq!(
        authorize(&nobody, Verb::SeeNode, Object::Node(Some(&node("a")))),
        Err(Denied::Hidden)
    );
    let (skill, method) = ("ShellSkill", "run");
    assert_eq!(
        authorize(&nobody, Verb::Execute, Object::Call { skill, method }),
        Err(Denied::Call)
    );
    assert_eq!(Scope::default(), Scope::parse(" ", &[]).unwrap());
}

#[test]
fn calls_are_whole_words() {
    let allows = |calls: &[&str], skill, method| {
        principal(Role::Operator, "*", calls)
            .scope
            .allows(skill, method)
    };
    assert!(allows(&["ShellSkill.run"], "ShellSkill", "run"));
    assert!(allows(&["FileSkill.*"], "FileSkill", "read"));
    assert!(allows(&["*"], "Any", "thing") && allows(&["*.read"], "FileSkill", "read"));
    for (pattern, skill, method) in [
        ("ShellSkill.run", "ShellSkill", "runs"),
        ("ShellSkill.run", "shellskill", "run"),
        ("ShellSkill.run", "ShellSkill ", "run"),
        ("ShellSkill.run", "ShellSkill", "run.x"),
        ("ShellSkill.run", "", "ShellSkill.run"),
        ("ShellSkill.run", "ShellSkill.run", ""),
        ("FileSkill.*", "FileSkill.x", "read"),
        ("FileSkill.*", "FileSkil", "l.read"),
        ("FileSkill.*", "F\u{456}leSkill", "read"),
        ("*.read", "FileSkill", "READ"),
    ] {
        assert!(
            !allows(&[pattern], skill, method),
            "{pattern} {skill}.{method}"
        );
    }
    for wrong in [
        "",
        "Shell*",
        "ShellSkill",
        "Shell*.run",
        ".run",
        "A.",
        "A.b.c",
        "A.**",
        "A.b c",
        "**",
        "\u{ff0a}",
    ] {
        assert!(Scope::parse("*", &[wrong.to_owned()]).is_err(), "{wrong}");
    }
}

#[test]
fn addresses_have_an_allowance_and_cannot_borrow_another() {
    let limits = Limits::default();
    let take = |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        limits.failed_attempt(address).is_ok()
    };
    let taken = (0..40).filter(|_| take("192.0.2.1")).count();
    assert_eq!(taken, 10);
    assert!(
        !take("::ffff:192.0.2.1"),
        "the same address in other clothes"
    );
    assert!(take("192.0.2.2"));
    let of_one_network = (0..40)
        .filter(|n| take(&format!("2001:db8::{n:x}")))
        .count();
    assert_eq!(of_one_network, 10, "a /64 is one neighbour");
    assert!(take("2001:db8:0:1::1"));
}

#[test]
fn who_guesses_the_shared_token_is_not_listened_to_for_a_moment() {
    let limits = Limits::default();
    let (guesser, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
    let now = Instant::now();
    let mut guesses = 0;
    while limits.may_show_token(guesser, now) {
        limits.wrong_guess(guesser, now);
        guesses += 1;
    }
    assert!((61..70).contains(&guesses), "{guesses}");
    assert!(limits.may_show_token(other, now));
    assert!(limits.may_show_token(guesser, now + Duration::from_secs(60)));
}

#[test]
fn a_flood_of_addresses_stays_bounded() {
    let limits = Limits::default();
    let flood = |n: u32| IpAddr::from(n.to_be_bytes());
    let let_in = (0..20_000)
        .filter(|&n| limits.failed_attempt(flood(n)).is_ok())
        .count();
    assert!(let_in >= 4096, "{let_in}");
    assert!(limits.told_apart() <= 4096);
}

#[test]
fn nothing_that_others_or_the_load_change_limits_anybody() {
    let parse = |nodes: &str| Scope::parse(nodes, &["*".to_owned()]);
    for nodes in ["@gpus", "not @gpus", "x or (y and not @gpus)"] {
        let error = parse(nodes).unwrap_err();
        assert!(matches!(error, ScopeError::Saved(_)), "{nodes}");
        assert!(error.to_string().contains("@gpus"), "{error}");
    }
    for nodes in ["cpu<50%", "x or not mem<5%", "tasks=0", "mem_free>1GiB"] {
        assert!(matches!(parse(nodes), Err(ScopeError::Live(_))), "{nodes}");
    }
    assert!(parse("cpu_cores>4 and memory>1GiB and has:gpu and os:Debian*").is_ok());
}
