//! Choosing a node by wishes.

use std::collections::BTreeMap;

use super::*;
use crate::access::Scope;
use crate::model::Ordinal;
use crate::state::{Placement, Search, Strategy, Wishes, WishesBody};

fn tagged(id: &str, tags: &[&str]) -> Handshake {
    let mut hello = hello(id, 2);
    hello.capabilities.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    hello.capabilities.limits = Some(Limits {
        max_executions: 50,
        ..Limits::default()
    });
    hello
}

fn wishes(strategy: Strategy) -> WishesBody {
    WishesBody {
        strategy,
        ..WishesBody::default()
    }
}

impl Swarm {
    fn of(nodes: &[(&str, &[&str])]) -> Self {
        let mut swarm = Self::with(Rules {
            max_queue: 100,
            ..rules()
        });
        for (id, tags) in nodes {
            swarm.join_as(tagged(id, tags));
        }
        swarm
    }

    fn look(&self, wishes: &WishesBody, taken: &[&str], seed: u64) -> (Option<&str>, Placement) {
        let scope = Scope::all();
        let taken: Vec<Ordinal> = taken
            .iter()
            .map(|id| self.state.node(id).unwrap().ordinal)
            .collect();
        let search = Search {
            taken: &taken,
            ..Search::new("ShellSkill", "run", &scope)
        };
        let wishes = self
            .state
            .wishes_with_groups(wishes.read().unwrap())
            .unwrap();
        let (chosen, placement) = self.state.place_among(&search, &wishes, seed);
        let node = chosen.map(|ordinal| self.state.node_at(ordinal).unwrap());
        (node.map(|node| node.facts.id.as_str()), placement)
    }

    fn dispatch(&mut self, wishes: &WishesBody) -> Result<String, SubmitError> {
        let preference = Preference {
            tag: None,
            target: None,
            wishes: Some(Box::new(wishes.read().unwrap())),
            fallback: false,
        };
        let id = self.submit(Target::Best(preference), Mode::Collect)?;
        Ok(self.state.execution(id).unwrap().node.0.clone())
    }
}

#[test]
fn round_robin_gives_each_a_turn_and_goes_on_after_a_loss() {
    let mut swarm = Swarm::of(&[("a", &[]), ("b", &[]), ("c", &[])]);
    swarm.beat(SessionId(1), 0.9);
    let wish = wishes(Strategy::RoundRobin);
    let mut turns = |count: usize| -> Vec<String> {
        (0..count).map(|_| swarm.dispatch(&wish).unwrap()).collect()
    };
    assert_eq!(turns(4), ["a", "b", "c", "a"]);
    swarm.drop_session(SessionId(2));
    assert_eq!(swarm.dispatch(&wish).unwrap(), "c");
    assert_eq!(swarm.dispatch(&wish).unwrap(), "a");
    // Looking changes nothing.
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("c"));
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("c"));
}

#[test]
fn one_plain_dispatch_takes_nobodys_turn() {
    let mut swarm = Swarm::of(&[("a", &[]), ("b", &[])]);
    let wish = wishes(Strategy::RoundRobin);
    assert_eq!(swarm.dispatch(&wish).unwrap(), "a");
    swarm.best(None).unwrap();
    swarm.dispatch(&wishes(Strategy::Weighted)).unwrap();
    assert_eq!(swarm.dispatch(&wish).unwrap(), "b");
}

#[test]
fn two_choices_are_by_chance_but_the_better_of_both() {
    let ids: Vec<String> = (0..8).map(|at| format!("n{at}")).collect();
    let nodes: Vec<(&str, &[&str])> = ids.iter().map(|id| (id.as_str(), &[][..])).collect();
    let mut swarm = Swarm::of(&nodes);
    for at in 0..8_u32 {
        swarm.beat(SessionId(u64::from(at) + 1), f64::from(at) / 10.0);
    }
    let wish = wishes(Strategy::TwoChoices);
    let mut chosen: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..800 {
        let first = swarm.look(&wish, &[], seed).0.unwrap();
        assert_eq!(
            swarm.look(&wish, &[], seed).0,
            Some(first),
            "the same chance, the same node"
        );
        *chosen.entry(first.to_owned()).or_default() += 1;
    }
    assert!(
        !chosen.contains_key("n7"),
        "the worst one is never the better of two: {chosen:?}"
    );
    assert_eq!(chosen.len(), 7, "all others have their chance: {chosen:?}");
    assert!(
        chosen["n0"] > 2 * chosen["n4"],
        "less load, more often: {chosen:?}"
    );
    let (first, placement) = swarm.look(&wish, &[], 5);
    assert_eq!(placement.candidates[0].node_id, first.unwrap());
    assert_eq!(placement.candidates.len(), 8);
}

#[test]
fn two_choices_of_one_and_of_none() {
    let swarm = Swarm::of(&[("a", &[])]);
    assert_eq!(
        swarm.look(&wishes(Strategy::TwoChoices), &[], 7).0,
        Some("a")
    );
    assert_eq!(swarm.look(&wishes(Strategy::TwoChoices), &["a"], 7).0, None);
}

#[test]
fn weight_counts_priority_latency_and_failures() {
    let mut swarm = Swarm::of(&[
        ("low", &["priority=10"]),
        ("usual", &["priority=x"]),
        ("high", &["priority:90"]),
    ]);
    let wish = wishes(Strategy::Weighted);
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, Some("high"));
    let order: Vec<_> = placement
        .candidates
        .iter()
        .map(|one| one.node_id.as_str())
        .collect();
    assert_eq!(order, ["high", "usual", "low"]);
    let parts = placement.candidates[0].parts;
    assert_eq!(
        (
            parts.priority.map(|part| (part * 10.0).round()),
            parts.failures
        ),
        (Some(1.0), Some(0.0))
    );
    // Whatever fails there makes it worse, until it is no better than others.
    for _ in 0..6 {
        let id = swarm.run_on("high");
        swarm.respond(SessionId(3), id, Outcome::Failed);
    }
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("usual"));
    for _ in 0..30 {
        let id = swarm.run_on("high");
        swarm.respond(SessionId(3), id, Outcome::Succeeded);
    }
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("high"));
}

#[test]
fn what_says_nothing_about_a_node_does_not_count_against_it() {
    let mut swarm = Swarm::of(&[("a", &[])]);
    let id = swarm.run_on("a");
    swarm.cancel(id).unwrap();
    swarm.respond(SessionId(1), id, Outcome::Cancelled);
    let id = swarm.run_on("a");
    swarm.respond(SessionId(1), id, Outcome::Refused);
    let success = |swarm: &Swarm| swarm.state.node("a").unwrap().success;
    assert!((success(&swarm) - 1.0).abs() < 1e-9);
    let id = swarm.run_on("a");
    swarm.respond(SessionId(1), id, Outcome::Failed);
    assert!((success(&swarm) - 0.9).abs() < 1e-9);
}

#[test]
fn spread_goes_where_the_fewest_are() {
    let mut swarm = Swarm::of(&[
        ("a", &["rack=1"]),
        ("b", &["rack=1"]),
        ("c", &["rack:2"]),
        ("d", &[]),
    ]);
    let wish = WishesBody {
        spread_by: Some("rack".into()),
        ..wishes(Strategy::Spread)
    };
    let placed: Vec<_> = (0..6).map(|_| swarm.dispatch(&wish).unwrap()).collect();
    assert_eq!(placed, ["a", "c", "d", "b", "c", "d"]);
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, Some("a"));
    assert_eq!(placement.candidates[0].parts.placements, Some(2.0));
    // Several at once spread too, though nothing is sent yet.
    let (one, two) = (
        swarm.look(&wish, &["a"], 0).0,
        swarm.look(&wish, &["a", "c"], 0).0,
    );
    assert_eq!((one, two), (Some("c"), Some("d")));
}

#[test]
fn spread_without_a_key_is_by_group() {
    let mut swarm = Swarm::of(&[
        ("a", &["site=rome"]),
        ("b", &["site=rome"]),
        ("c", &["site=oslo"]),
    ]);
    let wish = wishes(Strategy::Spread);
    let placed: Vec<_> = (0..4).map(|_| swarm.dispatch(&wish).unwrap()).collect();
    assert_eq!(placed, ["a", "c", "b", "c"]);
}

#[test]
fn preferred_nodes_win_unless_they_are_a_whole_processor_busier() {
    let mut swarm = Swarm::of(&[("a", &[]), ("b", &["ssd"])]);
    let wish = WishesBody {
        prefer: "tag:ssd".into(),
        ..WishesBody::default()
    };
    swarm.beat(SessionId(1), 0.1);
    swarm.beat(SessionId(2), 0.9);
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, Some("b"));
    assert!(
        placement.reason.contains("preferred"),
        "{}",
        placement.reason
    );
    assert_eq!(placement.candidates[0].parts.preferred, Some(-1.0));
    assert_eq!(placement.candidates[1].parts.preferred, None);
    for _ in 0..9 {
        swarm.run_on("b");
    }
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("a"));
    for strategy in [Strategy::RoundRobin, Strategy::TwoChoices] {
        let wish = WishesBody {
            strategy,
            ..wish.clone()
        };
        assert_eq!(swarm.look(&wish, &[], 3).0, Some("b"), "{strategy:?}");
    }
}

#[test]
fn avoided_nodes_are_taken_only_when_nobody_else_can() {
    let mut swarm = Swarm::of(&[("kiosk", &["kiosk"]), ("b", &[])]);
    let wish = WishesBody {
        avoid: "tag:kiosk".into(),
        ..WishesBody::default()
    };
    swarm.beat(SessionId(2), 1.0);
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, Some("b"));
    let told = placement.candidates[1].refused.as_deref();
    assert!(told.is_some_and(|why| why.contains("avoided")), "{told:?}");
    swarm.drop_session(SessionId(2));
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, Some("kiosk"));
    assert!(
        placement.reason.contains("nobody else can"),
        "{}",
        placement.reason
    );
}

#[test]
fn a_resource_has_as_many_slots_as_the_node_says() {
    let mut with_gpu = tagged("gpu", &[]);
    with_gpu.capabilities.has_gpu = true;
    let mut swarm = Swarm::of(&[
        ("plain", &[]),
        ("two", &["slots.gpu=2"]),
        ("odd", &["slots.gpu=many"]),
    ]);
    swarm.join_as(with_gpu);
    let slots =
        |swarm: &Swarm, id: &str, resource: &str| swarm.state.node(id).unwrap().slots(resource);
    assert_eq!(
        ["plain", "two", "odd", "gpu"].map(|id| slots(&swarm, id, "gpu")),
        [0, 2, 0, 1]
    );
    assert_eq!(slots(&swarm, "gpu", "camera"), 1);
    let wish = WishesBody {
        resource: Some("gpu".into()),
        ..WishesBody::default()
    };
    let used = |swarm: &mut Swarm, id: &str, count: u32| {
        let ordinal = swarm.state.node(id).unwrap().ordinal;
        swarm
            .state
            .at_mut(ordinal)
            .resources_used
            .insert("gpu".into(), count);
    };
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("two"));
    used(&mut swarm, "two", 1);
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("two"));
    used(&mut swarm, "two", 2);
    assert_eq!(swarm.look(&wish, &[], 0).0, Some("gpu"));
    used(&mut swarm, "gpu", 1);
    let (chosen, placement) = swarm.look(&wish, &[], 0);
    assert_eq!(chosen, None);
    let why: Vec<_> = placement
        .candidates
        .iter()
        .filter_map(|one| one.refused.as_deref())
        .collect();
    assert!(
        why.contains(&"has no free slot for \"gpu\": 2 of 2 are used"),
        "{why:?}"
    );
    assert!(matches!(
        swarm.dispatch(&wish),
        Err(SubmitError::NoCandidate(_))
    ));
}

#[test]
fn only_what_the_target_means_is_looked_at() {
    let mut swarm = Swarm::of(&[("here", &[]), ("b", &["gpu"])]);
    let mut on = |text: &str| {
        let preference = Preference {
            tag: None,
            target: Some(text.parse().unwrap()),
            wishes: None,
            fallback: true,
        };
        let id = swarm.submit(Target::Best(preference), Mode::Collect)?;
        Ok(swarm.state.execution(id).unwrap().node.0.clone())
    };
    assert_eq!(on("tag:gpu").unwrap(), "b");
    assert_eq!(
        on("tag:tpu"),
        Err(SubmitError::NoTargets(2)),
        "not even the own machine"
    );
    assert_eq!(on(""), Err(SubmitError::NoTargets(2)));
    assert!(matches!(on("@nothing"), Err(SubmitError::Saved(_))));
}

#[test]
fn frozen_candidates_are_the_only_ones_and_several_are_different_ones() {
    let swarm = Swarm::of(&[("a", &[]), ("b", &[]), ("c", &[]), ("d", &[])]);
    let scope = Scope::all();
    let frozen = [1, 3, 99];
    let search = Search {
        nodes: Some(&frozen),
        ..Search::new("ShellSkill", "run", &scope)
    };
    for strategy in [
        Strategy::LeastLoad,
        Strategy::Weighted,
        Strategy::RoundRobin,
        Strategy::TwoChoices,
        Strategy::Spread,
    ] {
        let wishes = wishes(strategy).read().unwrap();
        let (mut chosen, placement) = swarm.state.place_several(&search, &wishes, 1, 3);
        chosen.sort_unstable();
        assert_eq!(chosen, [1, 3], "{strategy:?}");
        assert_eq!((placement.considered, placement.strategy), (2, strategy));
    }
    let (chosen, _) = swarm.state.place_several(&search, &Wishes::default(), 1, 1);
    assert_eq!(chosen, [1]);
}

#[test]
fn nothing_wished_is_the_contracts_choice() {
    let mut swarm = Swarm::of(&[("a", &[]), ("b", &[]), ("c", &[])]);
    swarm.beat(SessionId(1), 0.3);
    swarm.beat(SessionId(2), 0.2);
    swarm.beat(SessionId(3), 0.2);
    let (chosen, placement) = swarm.look(&WishesBody::default(), &[], 9);
    assert_eq!(
        (chosen, placement.strategy),
        (Some("b"), Strategy::LeastLoad)
    );
    let scores: Vec<_> = placement.candidates.iter().map(|one| one.score).collect();
    for (candidate, score) in placement.candidates.iter().zip(scores) {
        let parts = candidate.parts;
        assert!((parts.cpu + parts.memory + parts.tasks - score).abs() < 1e-9);
    }
    assert!(
        placement.reason.starts_with("lowest load of 3: cpu 0.20"),
        "{}",
        placement.reason
    );
}

#[test]
fn an_explanation_of_many_lists_the_best_in_order() {
    let ids: Vec<String> = (0..60).map(|at| format!("n{at}")).collect();
    let nodes: Vec<(&str, &[&str])> = ids.iter().map(|id| (id.as_str(), &[][..])).collect();
    let mut swarm = Swarm::of(&nodes);
    for at in 0..60_u32 {
        swarm.beat(SessionId(u64::from(at) + 1), f64::from(at * 37 % 60) / 60.0);
    }
    let (_, placement) = swarm.look(&WishesBody::default(), &[], 0);
    let scores: Vec<_> = placement.candidates.iter().map(|one| one.score).collect();
    assert_eq!((scores.len(), placement.considered), (16, 60));
    assert!(scores.is_sorted(), "{scores:?}");
    assert!(
        (scores[15] - (0.1 + 15.0 / 60.0)).abs() < 1e-9,
        "they are the best of all"
    );
}

#[test]
fn wishes_that_make_no_sense_are_refused() {
    let bad = |change: fn(&mut WishesBody)| {
        let mut body = WishesBody::default();
        change(&mut body);
        body.read().unwrap_err().to_string()
    };
    assert!(bad(|body| body.prefer = "a b".into()).starts_with("prefer: "));
    assert!(bad(|body| body.avoid = "cpu<".into()).starts_with("avoid: "));
    assert!(bad(|body| body.spread_by = Some(" ".into())).contains("spread_by"));
    assert!(bad(|body| body.spread_by = Some("a=b".into())).contains("spread_by"));
    assert!(bad(|body| body.resource = Some("GPU".into())).contains("resource"));
    assert!(serde_json::from_str::<WishesBody>(r#"{"strategy":"best"}"#).is_err());
    let all = r#"{"strategy":"two_choices","prefer":"a","spread_by":"group","resource":"gpu"}"#;
    assert!(
        serde_json::from_str::<WishesBody>(all)
            .unwrap()
            .read()
            .is_ok()
    );
}
