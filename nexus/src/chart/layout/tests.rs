//! The map's promises: nothing overlaps, nothing ever moves.

use std::collections::BTreeMap;

use super::*;

/// Nodes spread over groups as sites are: few large ones, many small ones.
fn grow(nodes: u32, groups: u32) -> (Layout, Vec<Place>) {
    let mut layout = Layout::default();
    let places = (0..nodes).map(|node| {
        let spread = f64::from(node.wrapping_mul(2_654_435_761) % 10_000) / 10_000.0;
        let group = (f64::from(groups).powf(spread) - 1.0).floor();
        layout.add(Some(&format!("site {group}")))
    });
    let places = places.collect();
    (layout, places)
}

fn overlapping(layout: &Layout) -> usize {
    let discs: Vec<_> = layout
        .groups()
        .into_iter()
        .flat_map(|group| group.discs)
        .collect();
    let pairs = discs
        .iter()
        .enumerate()
        .flat_map(|(at, one)| discs[at + 1..].iter().map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| (one.x - other.x).hypot(one.y - other.y) < one.r + other.r)
        .count()
}

#[test]
fn discs_never_overlap_and_stay_clear_of_the_core() {
    for (nodes, groups) in [(184, 6), (10_000, 24)] {
        let (layout, places) = grow(nodes, groups);
        assert_eq!(overlapping(&layout), 0);
        assert!(
            layout
                .groups()
                .iter()
                .flat_map(|group| &group.discs)
                .all(|disc| disc.x.hypot(disc.y) >= disc.r + 14.0)
        );
        assert_eq!(places.len(), nodes as usize);
    }
}

#[test]
fn stars_never_coincide_and_stand_inside_a_disc_of_their_group() {
    let (layout, places) = grow(3_000, 12);
    let groups = layout.groups();
    let mut near: BTreeMap<(i32, i32), u32> = BTreeMap::new();
    for place in &places {
        let home = &groups[place.group as usize];
        assert!(
            home.discs
                .iter()
                .any(|disc| (disc.x - place.x).hypot(disc.y - place.y) <= disc.r)
        );
        *near
            .entry(((place.x * 2.0) as i32, (place.y * 2.0) as i32))
            .or_default() += 1;
    }
    assert!(
        near.values().all(|count| *count == 1),
        "two stars within half a unit"
    );
}

#[test]
fn growing_again_in_the_same_order_gives_the_same_sky() {
    assert_eq!(grow(5_000, 24).1, grow(5_000, 24).1);
}

#[test]
fn later_stars_do_not_move_earlier_ones() {
    let early = grow(1_000, 24).1;
    assert_eq!(grow(8_000, 24).1[..1_000], early);
}

#[test]
fn the_first_three_at_home_form_a_triad_round_the_core() {
    let mut layout = Layout::default();
    let places: Vec<_> = (0..3).map(|_| layout.add(None)).collect();
    assert!(
        places
            .iter()
            .all(|place| place.group == 0 && place.x.hypot(place.y) > 4.0)
    );
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        assert!((places[one].x - places[other].x).hypot(places[one].y - places[other].y) > 5.0);
    }
}
