//! No star moves, none covers another, whatever comes and goes; and what is kept gives the same sky again.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::Disc;

#[derive(Debug, Clone)]
enum Happening {
    /// Somebody comes, with one of so many groups.
    Joins(u8),
    /// One of those that are there goes.
    Leaves(u32),
    /// Another chart, in which everybody has another group.
    Charts(u8),
    /// The Nexus is started anew.
    Restarts,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        600 => (0_u8..40).prop_map(Happening::Joins),
        250 => any::<u32>().prop_map(Happening::Leaves),
        1 => (1_u8..9).prop_map(Happening::Charts),
        2 => Just(Happening::Restarts),
    ]
}

fn key(group: u8, chart: u8) -> Option<String> {
    // Few large groups and many small ones; some have none.
    let group = (u32::from(group) * u32::from(chart) * 7 % 41) / 2;
    (group > 1).then(|| format!("g{}", group.isqrt() * 5 + group % 3))
}

#[derive(Default)]
struct World {
    sky: Sky,
    chart: u8,
    groups: BTreeMap<Ordinal, u8>,
    next: Ordinal,
    seen: BTreeMap<Ordinal, Place>,
}

impl World {
    fn live(&mut self, happening: &Happening) {
        match *happening {
            Happening::Joins(group) => {
                let ordinal = self.next;
                self.next += 1;
                self.groups.insert(ordinal, group);
                let (_, place) = self.sky.seat(ordinal, key(group, self.chart));
                self.seen.insert(ordinal, place);
            }
            Happening::Leaves(which) => {
                let at = which as usize % self.groups.len().max(1);
                if let Some(ordinal) = self.groups.keys().nth(at).copied() {
                    self.groups.remove(&ordinal);
                    self.seen.remove(&ordinal);
                    assert!(self.sky.leave(ordinal).is_some());
                }
            }
            Happening::Charts(chart) => {
                self.chart = chart;
                let members = self.groups.iter();
                let members = members.map(|(ordinal, group)| (*ordinal, key(*group, chart)));
                self.sky = Sky::plan(ChartInfo::default(), members.collect());
                self.seen = self.places();
            }
            Happening::Restarts => {
                let (expected, seats) = (self.sky.expected().to_vec(), self.sky.seats().to_vec());
                self.sky = Sky::replay(ChartInfo::default(), expected, seats);
            }
        }
    }

    fn places(&self) -> BTreeMap<Ordinal, Place> {
        let all = self.groups.keys();
        all.map(|ordinal| (*ordinal, self.sky.place_of(*ordinal).unwrap()))
            .collect()
    }

    fn check(&self) {
        assert_eq!(self.places(), self.seen, "a star moved");
        no_star_covers_another(self.seen.values());
        every_star_stands_in_its_group_only(&self.sky, self.seen.values());
    }
}

fn no_star_covers_another<'a>(places: impl Iterator<Item = &'a Place>) {
    let mut cells: BTreeMap<(i32, i32), Vec<&Place>> = BTreeMap::new();
    for place in places {
        let (x, y) = (
            (place.x / 2.0).floor() as i32,
            (place.y / 2.0).floor() as i32,
        );
        for near in (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y))) {
            for other in cells.get(&near).into_iter().flatten() {
                let apart = (place.x - other.x).hypot(place.y - other.y);
                assert!(apart > 1.4, "{place:?} and {other:?} are {apart} apart");
            }
        }
        cells.entry((x, y)).or_default().push(place);
    }
}

fn every_star_stands_in_its_group_only<'a>(sky: &Sky, places: impl Iterator<Item = &'a Place>) {
    let groups = sky.groups();
    let discs: Vec<_> = groups
        .iter()
        .flat_map(|group| group.discs.iter().map(|disc| (group.index, *disc)))
        .collect();
    for (at, (_, one)) in discs.iter().enumerate() {
        for (_, other) in &discs[at + 1..] {
            let apart = (one.x - other.x).hypot(one.y - other.y);
            assert!(apart >= one.r + other.r, "{one:?} {other:?}");
        }
    }
    for place in places {
        let holds = |disc: &Disc| (disc.x - place.x).hypot(disc.y - place.y) <= disc.r;
        let own = &groups[place.group as usize].discs;
        // Discs do not overlap: who stands in one of its own stands in no other's.
        let is_home = place.group == 0 && !discs.iter().any(|(_, disc)| holds(disc));
        assert!(is_home || own.iter().any(holds), "{place:?}");
        assert!(place.x.hypot(place.y) > 3.0, "on the core: {place:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 1_000, ..ProptestConfig::default() })]
    #[test]
    fn no_star_moves_whatever_comes_and_goes(story in prop::collection::vec(happening(), 0..10_000)) {
        let mut world = World { chart: 1, ..World::default() };
        for (at, happening) in story.iter().enumerate() {
            if at % 997 != 0 || matches!(happening, Happening::Charts(_)) {
                world.live(happening);
                continue;
            }
            let before = world.seen.clone();
            world.live(happening);
            let mut stayed = before.iter().filter(|(ordinal, _)| world.seen.contains_key(ordinal));
            prop_assert!(stayed.all(|(ordinal, place)| world.sky.place_of(*ordinal) == Some(*place)));
        }
        world.check();
    }

    #[test]
    fn a_chart_of_known_sizes_needs_no_annex(groups in prop::collection::vec(0_u8..40, 1..3_000)) {
        let members = (0..).zip(&groups).map(|(ordinal, group)| (ordinal, key(*group, 3)));
        let sky = Sky::plan(ChartInfo::default(), members.collect());
        prop_assert!(sky.groups().iter().all(|group| group.discs.len() <= 1));
        let charted = sky.charted();
        prop_assert_eq!(charted.places.len(), groups.len());
    }
}

/// As large as it gets: one by one from nothing, another chart, a third of them replaced, and back.
fn large(nodes: u32, groups: u32) {
    let key_in = |ordinal: u32, salt: u32| {
        let spread = f64::from((ordinal ^ salt).wrapping_mul(2_654_435_761) % 10_000) / 10_000.0;
        let group = f64::from(groups).powf(spread) as u32;
        (group > 1).then(|| format!("site {group}"))
    };
    let mut sky = Sky::default();
    let mut places = BTreeMap::new();
    for ordinal in 0..nodes {
        places.insert(ordinal, sky.seat(ordinal, key_in(ordinal, 0)).1);
    }
    assert!(
        places
            .iter()
            .all(|(ordinal, place)| sky.place_of(*ordinal) == Some(*place))
    );
    no_star_covers_another(places.values());
    every_star_stands_in_its_group_only(&sky, places.values());

    let members = (0..nodes).map(|ordinal| (ordinal, key_in(ordinal, 77)));
    let mut other = Sky::plan(ChartInfo::default(), members.collect());
    for ordinal in (0..nodes).step_by(3) {
        other.leave(ordinal).unwrap();
        other.seat(nodes + ordinal, key_in(ordinal, 78));
    }
    let charted = other.charted();
    assert_eq!(charted.places.len(), nodes as usize);
    let stand = |ordinal| other.place_of(ordinal).unwrap();
    let others: Vec<_> = charted
        .places
        .iter()
        .map(|place| stand(place.ordinal))
        .collect();
    no_star_covers_another(others.iter());
    every_star_stands_in_its_group_only(&other, others.iter());

    let again = Sky::replay(
        ChartInfo::default(),
        sky.expected().to_vec(),
        sky.seats().to_vec(),
    );
    assert!(
        places
            .iter()
            .all(|(ordinal, place)| again.place_of(*ordinal) == Some(*place))
    );
}

#[test]
fn ten_thousand_in_24_groups() {
    large(10_000, 24);
}

#[test]
fn a_hundred_thousand_in_300_groups() {
    large(100_000, 300);
}

#[test]
fn everybody_in_a_group_of_its_own_ends_among_the_others() {
    let members = (0..1_500).map(|ordinal| (ordinal, Some(format!("serial {ordinal}"))));
    let sky = Sky::plan(ChartInfo::default(), members.collect());
    assert!(sky.groups().len() <= MOST_GROUPS + 1);
    let places: Vec<_> = (0..1_500)
        .map(|ordinal| sky.place_of(ordinal).unwrap())
        .collect();
    no_star_covers_another(places.iter());
    let mut growing = Sky::default();
    for ordinal in 0..1_000 {
        growing.seat(ordinal, Some(format!("serial {ordinal}")));
    }
    assert!(growing.groups().len() <= MOST_GROUPS + 2);
}

#[test]
fn a_home_of_many_is_never_run_over_by_discs() {
    let mut sky = Sky::default();
    for ordinal in 0..400 {
        sky.seat(ordinal, None);
    }
    for ordinal in 400..900 {
        sky.seat(ordinal, Some(format!("site {}", ordinal % 5)));
    }
    let places: Vec<_> = (0..900)
        .map(|ordinal| sky.place_of(ordinal).unwrap())
        .collect();
    no_star_covers_another(places.iter());
    every_star_stands_in_its_group_only(&sky, places.iter());
}

#[test]
fn the_fingerprint_is_of_what_places_follow_from() {
    let plan = |keys: &[Option<&str>]| {
        let members = (0..).zip(keys.iter().map(|key| key.map(str::to_owned)));
        Sky::plan(ChartInfo::default(), members.collect()).fingerprint()
    };
    let one = plan(&[Some("a"), Some("b"), None]);
    assert_eq!(one, plan(&[Some("a"), Some("b"), None]));
    for other in [
        plan(&[Some("b"), Some("a"), None]),
        plan(&[Some("a"), Some("b")]),
        plan(&[Some("a"), Some("b"), None, None]),
        plan(&[Some("ab"), None, None]),
    ] {
        assert_ne!(one, other);
    }
}
