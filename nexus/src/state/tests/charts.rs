//! The chart: nothing but a chart moves a star, and one that is taken back was as if it had never been.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::access::Scope;
use crate::chart::{ChartBy, ChartError};
use crate::groups::NewGroup;
use crate::model::NodeFacts;
use crate::store::{ChartRow, NodeRow, Write};
use crate::target::Aim;

type Places = BTreeMap<String, (u32, f32, f32)>;

impl Swarm {
    fn tagged(&mut self, id: &str, tags: &[&str]) -> SessionId {
        self.at += Duration::from_millis(1);
        let mut hello = hello(id, 2);
        hello.capabilities.tags = tags.iter().map(ToString::to_string).collect();
        self.join_as(hello)
    }

    fn places(&self) -> Places {
        let place = |facts: &NodeFacts| (facts.group, facts.x, facts.y);
        let nodes = self.state.nodes();
        nodes
            .map(|node| (node.facts.id.clone(), place(&node.facts)))
            .collect()
    }

    fn apply(&mut self, by: ChartBy, hash: Option<&str>) -> Result<(), ChartError> {
        let done = self.state.apply_chart(&by, hash, "ann", self.now());
        self.collect();
        done.map(drop)
    }

    fn undo(&mut self) -> Result<(), ChartError> {
        let done = self.state.undo_chart();
        self.collect();
        done.map(drop)
    }

    fn group(&mut self, name: &str, target: &str) {
        let new = NewGroup {
            name: name.into(),
            target: target.into(),
        };
        self.state.put_group(&new, true, "ann", self.now()).unwrap();
        self.collect();
    }

    fn group_of(&self, id: &str) -> String {
        let group = self.state.node(id).unwrap().facts.group;
        let groups = self.state.snapshot().groups;
        groups
            .into_iter()
            .find(|one| one.index == group)
            .unwrap()
            .key
    }

    fn leave(&mut self, id: &str, session: SessionId) {
        self.drop_session(session);
        self.state.remove(id, self.now()).unwrap();
        self.collect();
    }

    /// What the disk would hold: the last row of each node, charts with their seats.
    fn disk(&self) -> (BTreeMap<u32, NodeRow>, BTreeMap<u64, ChartRow>) {
        let (mut nodes, mut charts) = (BTreeMap::new(), BTreeMap::new());
        let first = ChartRow {
            info: crate::chart::ChartInfo::default(),
            expected: Vec::new(),
            seats: Vec::new(),
        };
        charts.insert(1, first);
        for effect in &self.done {
            match effect {
                Effect::Store(Write::Node(row)) => drop(nodes.insert(row.ordinal, (**row).clone())),
                Effect::Store(Write::Chart(chart)) => {
                    charts.retain(|number, _| *number == chart.info.number - 1);
                    charts.insert(chart.info.number, (**chart).clone());
                }
                Effect::Store(Write::ForgetChart(number)) => drop(charts.remove(number)),
                Effect::Store(Write::Seat(chart, number, seat)) => {
                    let seats = &mut charts.get_mut(chart).unwrap().seats;
                    match seats.get_mut(*number as usize) {
                        Some(old) => *old = (**seat).clone(),
                        None => seats.push((**seat).clone()),
                    }
                }
                _ => {}
            }
        }
        (nodes, charts)
    }

    fn restarted(&self) -> Self {
        let (nodes, charts) = self.disk();
        let mut swarm = Self::new();
        let present: BTreeSet<_> = nodes
            .values()
            .filter(|row| !row.removed)
            .map(|row| row.ordinal)
            .collect();
        swarm
            .state
            .restore_charts(charts.into_values().collect(), &present);
        for row in nodes.into_values() {
            swarm.state.restore_node(row);
        }
        swarm.collect();
        swarm
    }
}

fn office() -> Swarm {
    let mut swarm = Swarm::new();
    for (id, tags) in [
        ("par-web-1", ["site=paris", "rack=1"]),
        ("par-db-1", ["site=paris", "rack=2"]),
        ("fra-web-1", ["site=frankfurt", "rack=1"]),
        ("fra-db-1", ["site=frankfurt", "rack=3"]),
    ] {
        swarm.tagged(id, &tags);
    }
    swarm.tagged("atlas", &[]);
    swarm
}

#[test]
fn nothing_but_a_chart_moves_a_star() {
    let mut swarm = office();
    let before = swarm.places();
    swarm.tagged("par-web-1", &["site=rome", "role=none"]);
    swarm.state.rename("par-db-1", "elsewhere").unwrap();
    swarm.state.tag("atlas", vec!["site=paris".into()]).unwrap();
    swarm.group("all", "*");
    swarm.pass(20.0);
    assert_eq!(swarm.places(), before);
    assert_eq!(swarm.restarted().places(), before);
    swarm.apply(ChartBy::Site, None).unwrap();
    assert_eq!(
        swarm.group_of("par-web-1"),
        "paris",
        "what it joined with is more than what it says"
    );
    assert_eq!(
        swarm.group_of("atlas"),
        "paris",
        "and what the operator wrote is the most"
    );
}

#[test]
fn a_preview_changes_nothing_and_is_what_comes() {
    let mut swarm = office();
    let before = swarm.places();
    let done = swarm.done.len();
    let preview = swarm.state.draft_chart(&ChartBy::Role).unwrap().preview();
    swarm.collect();
    assert_eq!(swarm.done.len(), done);
    assert_eq!(swarm.places(), before);
    assert_eq!(preview.moved, 4, "the one at home stays");
    swarm.apply(ChartBy::Role, Some(&preview.hash)).unwrap();
    for place in &preview.chart.places {
        let facts = &swarm.state.node_at(place.ordinal).unwrap().facts;
        assert_eq!(
            (facts.group, facts.x, facts.y),
            (place.group, place.x, place.y)
        );
    }
    assert_eq!(swarm.group_of("fra-db-1"), "database");
    let told = swarm.done.iter().any(|effect| {
        matches!(effect, Effect::Publish(Event::ChartChanged(chart))
            if chart.places == preview.chart.places && chart.info.can_undo && chart.info.made_by == "ann")
    });
    assert!(told);
    assert_eq!(swarm.state.chart().by, ChartBy::Role);
    assert_eq!(swarm.restarted().places(), swarm.places());
}

#[test]
fn a_chart_that_is_taken_back_was_as_if_it_had_never_been() {
    let mut swarm = office();
    let before = swarm.places();
    assert_eq!(swarm.undo(), Err(ChartError::NothingToUndo));
    swarm.apply(ChartBy::Tag("rack".into()), None).unwrap();
    assert_ne!(swarm.places(), before);
    swarm.tagged("rom-web-1", &["site=paris", "rack=9"]);
    let mut again = swarm.restarted();
    for swarm in [&mut swarm, &mut again] {
        swarm.undo().unwrap();
        let mut places = swarm.places();
        assert!(places.remove("rom-web-1").is_some());
        assert_eq!(places, before);
        assert_eq!(swarm.group_of("rom-web-1"), "paris");
        assert_eq!(swarm.undo(), Err(ChartError::NothingToUndo));
    }
    assert_eq!(swarm.restarted().places(), swarm.places());
}

#[test]
fn a_preview_holds_while_others_come_and_not_when_somebody_in_it_changes() {
    let mut swarm = office();
    let by = ChartBy::Tag("rack".into());
    let preview = swarm.state.draft_chart(&by).unwrap().preview();
    swarm.tagged("late", &["rack=1"]);
    let (other, wrong) = (
        swarm.apply(ChartBy::Role, Some(&preview.hash)),
        preview.hash.replace('.', ".x"),
    );
    assert_eq!(other, Err(ChartError::Changed));
    for wrong in [
        wrong.as_str(),
        "",
        ".",
        "ffffffffffffffffffffffff.x",
        "zz.x",
    ] {
        assert_eq!(
            swarm.apply(by.clone(), Some(wrong)),
            Err(ChartError::Changed),
            "{wrong:?}"
        );
    }
    assert_eq!(swarm.state.chart().by, ChartBy::Site);
    swarm.apply(by.clone(), Some(&preview.hash)).unwrap();
    for place in &preview.chart.places {
        let facts = &swarm.state.node_at(place.ordinal).unwrap().facts;
        assert_eq!((facts.x, facts.y), (place.x, place.y));
    }
    assert_eq!(swarm.group_of("late"), "rack 1");

    let preview = swarm.state.draft_chart(&by).unwrap().preview();
    swarm.state.tag("par-db-1", vec!["rack=7".into()]).unwrap();
    // Its own tag comes first in this dimension, so nothing is different.
    swarm.apply(by.clone(), Some(&preview.hash)).unwrap();
    let preview = swarm.state.draft_chart(&by).unwrap().preview();
    swarm.state.tag("atlas", vec!["rack=7".into()]).unwrap();
    assert_eq!(
        swarm.apply(by, Some(&preview.hash)),
        Err(ChartError::Changed)
    );
}

#[test]
fn a_place_that_is_left_goes_to_the_next_of_its_group_in_this_chart() {
    let mut swarm = office();
    swarm.apply(ChartBy::Role, None).unwrap();
    let left = swarm.places()["fra-web-1"];
    let session = swarm.state.node("fra-web-1").unwrap().session.unwrap();
    swarm.leave("fra-web-1", session);
    swarm.tagged("oslo-db-1", &[]);
    assert_ne!(
        swarm.places()["oslo-db-1"],
        left,
        "another role, another place"
    );
    swarm.tagged("oslo-web-1", &["site=oslo"]);
    assert_eq!(swarm.places()["oslo-web-1"], left);
    let all: BTreeSet<_> = swarm
        .places()
        .values()
        .map(|(_, x, y)| (x.to_bits(), y.to_bits()))
        .collect();
    assert_eq!(all.len(), swarm.places().len());
    swarm.undo().unwrap();
    assert_eq!(
        swarm.group_of("oslo-web-1"),
        "oslo",
        "it does not inherit the group of who was there"
    );
    assert_eq!(swarm.restarted().places(), swarm.places());
}

#[test]
fn by_group_the_first_that_means_a_node_has_it() {
    let mut swarm = office();
    swarm.group("b-web", "name:*web*");
    swarm.group("a-paris", "tag:site=paris");
    swarm.group("c-both", "@a-paris or @b-web");
    swarm.apply(ChartBy::Group, None).unwrap();
    assert_eq!(swarm.group_of("par-web-1"), "a-paris");
    assert_eq!(swarm.group_of("fra-web-1"), "b-web");
    assert_eq!(swarm.group_of("fra-db-1"), "");
    let before = swarm.places();
    swarm.group("a-paris", "name:*db*");
    assert_eq!(
        swarm.places(),
        before,
        "a group that means others now moves nobody"
    );
    swarm.tagged("oslo-db-9", &[]);
    assert_eq!(swarm.group_of("oslo-db-9"), "a-paris");
    for name in 0..400 {
        swarm.group(
            &format!("g{name}"),
            &format!("name:{}", "*a*b*c*d".repeat(70)),
        );
    }
    assert_eq!(swarm.state.draft_chart(&ChartBy::Group).map(drop), Ok(()));
    for node in 0..90 {
        swarm.tagged(&format!("n{node}"), &[]);
    }
    assert_eq!(
        swarm.state.draft_chart(&ChartBy::Group).map(drop),
        Err(ChartError::TooLong)
    );
}

#[test]
fn no_chart_changes_who_is_meant() {
    let mut swarm = office();
    let aim = Aim::new(Some("group:paris"), None).unwrap();
    let meant = |swarm: &Swarm| swarm.state.resolve(&aim, &Scope::all()).unwrap().nodes;
    let before = meant(&swarm);
    assert_eq!(before.len(), 2);
    for by in [ChartBy::Role, ChartBy::Tag("rack".into()), ChartBy::Group] {
        swarm.apply(by, None).unwrap();
        assert_eq!(meant(&swarm), before);
    }
}
