//! Who of those that fire by one rule belongs together. Not here: what that is called.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Fleet, Item, Likely};
use crate::alerts::Subject;

/// Those of one place that begin within so long of each other began together.
const GAP: Duration = Duration::from_secs(120);
/// So many of a place that began together are no accident.
const BURST: usize = 5;
/// So many, when they are at least half of it.
const OUTAGE: usize = 3;
/// From so many on what they have in common says something.
const SIMILAR: usize = 4;
/// Most sites that are named.
const SITES: usize = 200;

type Items<'a, 'b> = Vec<&'a Item<'b>>;

/// Takes places first, then versions, then tags out of what is left.
pub(super) fn parts<'a, 'b>(items: Items<'a, 'b>, fleet: &Fleet) -> Vec<(Likely, Items<'a, 'b>)> {
    let mut parts = Vec::new();
    let mut rest = Vec::new();
    let mut places: BTreeMap<u32, Items<'a, 'b>> = BTreeMap::new();
    for item in items {
        if item.group == 0 {
            rest.push(item);
        } else {
            places.entry(item.group).or_default().push(item);
        }
    }
    for (group, of_place) in places {
        let of = fleet.sites.get(&group).copied().unwrap_or_default();
        let (together, others) = together(of_place);
        let half = together.len().saturating_mul(2) >= usize::try_from(of).unwrap_or(usize::MAX);
        let site = together
            .first()
            .map(|item| name(item.site))
            .unwrap_or_default();
        if together.len() >= OUTAGE && half {
            parts.push((Likely::Outage { site, of }, together));
        } else if together.len() >= BURST {
            parts.push((Likely::Site { site }, together));
        } else {
            rest.extend(together);
        }
        rest.extend(others);
    }
    if let Some(version) = common(&rest, fleet, true) {
        let (same, others) = rest.into_iter().partition(|item| item.version == version);
        rest = others;
        parts.push((Likely::Version { version }, same));
    } else if let Some(tag) = common(&rest, fleet, false) {
        let (same, others) = rest.into_iter().partition(|item| item.tags.contains(&tag));
        rest = others;
        parts.push((Likely::Tag { tag }, same));
    }
    match rest.len() {
        0 => {}
        1 => parts.push((Likely::One, rest)),
        _ => parts.push((Likely::Many, rest)),
    }
    parts
}

/// The names of the places that these stand in.
pub(super) fn sites(items: &[&Item<'_>]) -> Vec<String> {
    let mut sites = BTreeSet::new();
    for item in items {
        if matches!(item.alert.subject, Subject::Node(_)) && sites.len() < SITES {
            sites.insert(item.site);
        }
    }
    sites.into_iter().map(name).collect()
}

/// A place for people: `paris` is Paris.
fn name(site: &str) -> String {
    let mut letters = site.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Home".to_owned(),
    }
}

/// The most of them that began one soon after another, and the others.
fn together<'a, 'b>(mut items: Items<'a, 'b>) -> (Items<'a, 'b>, Items<'a, 'b>) {
    items.sort_by_key(|item| item.alert.since);
    let (mut best, mut start) = (0..0, 0);
    for (at, pair) in items.windows(2).enumerate() {
        let gap = match pair {
            [one, other] => other
                .alert
                .since
                .duration_since(one.alert.since)
                .unwrap_or_default(),
            _ => Duration::ZERO,
        };
        if gap > GAP {
            if at + 1 - start > best.len() {
                best = start..at + 1;
            }
            start = at + 1;
        }
    }
    if items.len() - start > best.len() {
        best = start..items.len();
    }
    let mut others = items.split_off(best.end);
    let chosen = items.split_off(best.start);
    others.extend(items);
    (chosen, others)
}

/// The version, or the tag, of nearly all of them that most of the others have not.
fn common(items: &[&Item<'_>], fleet: &Fleet, version: bool) -> Option<String> {
    if items.len() < SIMILAR {
        return None;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        if version {
            *counts.entry(item.version).or_default() += 1;
        } else {
            for tag in item.tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
    }
    let known = if version {
        &fleet.versions
    } else {
        &fleet.tags
    };
    let nodes = usize::try_from(fleet.nodes).unwrap_or(usize::MAX);
    let telling = counts.into_iter().filter(|(word, count)| {
        let all = known.get(*word).copied().unwrap_or_default();
        let all = usize::try_from(all).unwrap_or(usize::MAX);
        // Nearly all of these, and of the whole fleet at most two fifths.
        !word.is_empty() && count * 10 >= items.len() * 9 && all * 5 <= nodes * 2
    });
    let best = telling.max_by_key(|(_, count)| *count);
    best.map(|(word, _)| word.to_owned())
}
