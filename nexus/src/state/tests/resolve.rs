//! From an aim to a frozen list of nodes, and saved groups in between.

use super::*;
use crate::access::Scope;
use crate::audit::Digest;
use crate::groups::{GroupError, NewGroup};
use crate::store::Write;
use crate::target::{Aim, SavedError};

fn tagged(id: &str, tags: &[&str]) -> Handshake {
    let mut hello = hello(id, 2);
    hello.capabilities.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    hello
}

fn scope(nodes: &str) -> Scope {
    Scope::parse(nodes, &["*".to_owned()]).unwrap()
}

fn expression(text: &str) -> Aim {
    Aim::new(Some(text), None).unwrap()
}

fn ids(names: &[&str]) -> Aim {
    Aim::Nodes(names.iter().map(|name| (*name).to_owned()).collect())
}

impl Swarm {
    fn meant_in(&self, aim: &Aim, within: &str) -> Result<Vec<&str>, SubmitError> {
        let frozen = self.state.resolve(aim, &scope(within))?;
        let nodes = frozen.nodes.iter();
        Ok(nodes
            .map(|ordinal| self.state.node_at(*ordinal).unwrap().facts.id.as_str())
            .collect())
    }

    fn meant(&self, text: &str) -> Result<Vec<&str>, SubmitError> {
        self.meant_in(&expression(text), "*")
    }

    fn put(&mut self, name: &str, target: &str) -> Result<(), GroupError> {
        let new = NewGroup {
            name: name.into(),
            target: target.into(),
        };
        let put = self.state.put_group(&new, true, "ann", self.now());
        self.collect();
        put.map(drop)
    }
}

fn three() -> Swarm {
    let mut swarm = Swarm::new();
    swarm.join_as(tagged("c", &["gpu"]));
    swarm.join_as(tagged("a", &["gpu", "site=rome"]));
    swarm.join_as(tagged("b", &[]));
    swarm
}

#[test]
fn nobody_is_an_error_and_never_everybody() {
    let swarm = three();
    for nobody in ["", " ", "tag:tpu", "not *", "c and a"] {
        assert_eq!(
            swarm.meant(nobody),
            Err(SubmitError::NoTargets(3)),
            "{nobody:?}"
        );
    }
    assert_eq!(
        swarm.meant_in(&ids(&[]), "*"),
        Err(SubmitError::NoTargets(3))
    );
    assert_eq!(
        swarm.meant_in(&expression("*"), ""),
        Err(SubmitError::NoTargets(0))
    );
    let told = SubmitError::NoTargets(3);
    assert_eq!(told.code(), "no_targets");
    assert!(told.to_string().contains("3 nodes"), "{told}");
}

#[test]
fn what_is_outside_of_the_scope_does_not_exist() {
    let swarm = three();
    assert_eq!(
        swarm.meant_in(&expression("*"), "tag:gpu").unwrap(),
        ["c", "a"]
    );
    assert_eq!(
        swarm.meant_in(&expression("not tag:gpu"), "tag:gpu"),
        Err(SubmitError::NoTargets(2))
    );
    let hidden = swarm.meant_in(&ids(&["c", "b"]), "tag:gpu").unwrap_err();
    let missing = swarm.meant_in(&ids(&["c", "x"]), "tag:gpu").unwrap_err();
    assert_eq!(
        hidden.to_string().replace('b', "x"),
        missing.to_string().replace('b', "x")
    );
    assert_eq!(
        (hidden.code(), missing.code()),
        ("unknown_node", "unknown_node")
    );
}

#[test]
fn missing_nodes_are_named_but_not_all_of_them() {
    let swarm = three();
    let many: Vec<_> = (0..25)
        .map(|at| format!("x{at}"))
        .chain(["a".to_owned()])
        .collect();
    let Err(SubmitError::UnknownNodes { missing, more }) = swarm.meant_in(&Aim::Nodes(many), "*")
    else {
        panic!("they do not exist")
    };
    assert_eq!((missing.len(), more), (20, 5));
    assert!(!missing.contains(&"a".to_owned()));
}

#[test]
fn the_same_node_twice_and_too_many_are_refused() {
    let swarm = three();
    let twice = swarm.meant_in(&ids(&["a", "b", "a"]), "*").unwrap_err();
    assert!(matches!(&twice, SubmitError::BadTargets(why) if why.contains("a is named twice")));
    let crowd = (0..=crate::state::MAX_FROZEN)
        .map(|at| at.to_string())
        .collect();
    let crowd = swarm.meant_in(&Aim::Nodes(crowd), "*").unwrap_err();
    assert!(
        matches!(&crowd, SubmitError::BadTargets(why) if why.contains("10001")),
        "{crowd}"
    );
}

#[test]
fn nodes_come_in_order_of_registration_and_are_the_same_however_they_are_named() {
    let mut swarm = three();
    assert_eq!(swarm.meant("*").unwrap(), ["c", "a", "b"]);
    assert_eq!(swarm.meant_in(&ids(&["b", "c"]), "*").unwrap(), ["c", "b"]);
    let sha = |aim: &Aim| swarm.state.resolve(aim, &scope("*")).unwrap().sha256;
    assert_eq!(sha(&ids(&["a", "c"])), sha(&expression("tag:gpu")));
    assert_eq!(
        sha(&ids(&["a", "c"])),
        Digest::of_targets(&["c".into(), "a".into()])
    );
    assert_ne!(sha(&ids(&["a", "c"])), sha(&expression("*")));
    // Those that are offline are meant too; removed ones are not there.
    swarm.drop_session(SessionId(1));
    assert_eq!(swarm.meant("tag:gpu").unwrap(), ["c", "a"]);
    swarm.state.remove("c", swarm.now()).unwrap();
    assert_eq!(swarm.meant("tag:gpu").unwrap(), ["a"]);
    assert!(swarm.meant_in(&ids(&["c"]), "*").is_err());
}

#[test]
fn an_aim_is_said_in_exactly_one_way() {
    assert!(Aim::new(None, None).is_err());
    assert!(Aim::new(Some("a"), Some(vec!["a".into()])).is_err());
    assert!(Aim::new(Some("a b"), None).is_err());
    assert!(Aim::new(Some(""), None).is_ok());
}

#[test]
fn load_of_a_node_that_is_offline_is_not_known() {
    let mut swarm = three();
    swarm.beat(SessionId(1), 0.9);
    swarm.beat(SessionId(2), 0.1);
    assert_eq!(swarm.meant("cpu>50%").unwrap(), ["c"]);
    assert_eq!(
        swarm.meant("not cpu>50%").unwrap(),
        ["a"],
        "b has not said yet how it is"
    );
    swarm.beat(SessionId(3), 0.0);
    assert_eq!(swarm.meant("not cpu>50%").unwrap(), ["a", "b"]);
    swarm.drop_session(SessionId(1));
    swarm.drop_session(SessionId(2));
    assert!(swarm.meant("cpu>50%").is_err());
    assert_eq!(swarm.meant("not cpu>50%").unwrap(), ["b"]);
    let again = swarm.join_as(tagged("a", &[]));
    assert_eq!(
        swarm.meant("cpu<50% or cpu>=50%").unwrap(),
        ["b"],
        "nor a in its new session"
    );
    swarm.drop_session(again);
    swarm.run_on("b");
    assert_eq!(swarm.meant("tasks>=1").unwrap(), ["b"]);
    assert_eq!(
        swarm.meant("state:offline and not tag:x").unwrap(),
        ["c", "a"]
    );
}

#[test]
fn groups_are_what_they_say_when_they_are_used() {
    let mut swarm = three();
    swarm.put("gpus", "tag:gpu").unwrap();
    assert_eq!(swarm.meant("@gpus").unwrap(), ["c", "a"]);
    swarm.put("gpus", "id:b").unwrap();
    assert_eq!(swarm.meant("not @gpus").unwrap(), ["c", "a"]);
    let rows = swarm
        .done
        .iter()
        .filter(|effect| matches!(effect, Effect::Store(Write::Group(_))));
    assert_eq!(rows.count(), 2);
    let gone = swarm.state.remove_group("gpus");
    swarm.collect();
    assert_eq!(gone, Ok(()));
    assert!(
        matches!(swarm.done.last(), Some(Effect::Store(Write::ForgetGroup(name))) if name == "gpus")
    );
    let missing = swarm.meant("id:b or @gpus").unwrap_err();
    assert!(matches!(
        missing,
        SubmitError::Saved(SavedError::Unknown { .. })
    ));
    assert_eq!(missing.code(), "unknown_group");
}

#[test]
fn what_would_take_too_long_is_refused() {
    let mut swarm = Swarm::with(Rules {
        max_nodes: 3_000,
        ..rules()
    });
    for at in 0..2_000 {
        swarm.join(&format!("n{at}"), 2);
    }
    swarm.clear();
    // Half of the terms that an expression may have with its groups, each a pattern.
    swarm
        .put("some", &vec!["k=abcdefgh*"; 100].join(","))
        .unwrap();
    assert_eq!(swarm.meant("@some or id:n7").unwrap(), ["n7"]);
    let long = swarm.meant(&["@some"; 12].join(",")).unwrap_err();
    assert!(
        matches!(&long, SubmitError::BadTargets(why) if why.contains("too long")),
        "{long}"
    );
}

#[test]
fn the_effect_of_a_call_is_the_worst_of_its_nodes() {
    let mut swarm = Swarm::new();
    let mut reads = hello("reads", 2);
    let mut methods = reads.capabilities.methods.to_vec();
    methods[0].effect = protocol::Effect::Read;
    reads.capabilities.methods = methods.into();
    swarm.join_as(reads);
    swarm.join("changes", 2);
    swarm.join("old", 1);
    let effect = |nodes: &[&str], skill: &str| {
        let frozen = swarm.state.resolve(&ids(nodes), &scope("*")).unwrap();
        swarm.state.harm(&frozen.nodes, skill, "run").0
    };
    assert_eq!(effect(&["reads"], "ShellSkill"), protocol::Effect::Read);
    assert_eq!(
        effect(&["reads", "changes"], "ShellSkill"),
        protocol::Effect::Change
    );
    assert_eq!(
        effect(&["reads", "old"], "ShellSkill"),
        protocol::Effect::Destroy
    );
    assert_eq!(
        effect(&["reads", "old"], "GpuSkill"),
        protocol::Effect::Destroy
    );
}
