//! Where every star of one chart stands: a pure function of the groups that were expected and of the order in which
//! stars came. A star gets the next slot of its group; neighbours never move.
//!
//! A group is one or more discs; slot `j` of a disc is the sunflower point `r = √(j+½), θ = j·137.5°`. The home
//! system (group 0) has no disc and stands round the core. World unit: 1 = the spacing factor of stars.
//! Not here: what stars are grouped by ([`super::dimension`]), who has which place ([`super::sky`]), and drawing.

use std::collections::BTreeMap;

use crate::model::{Disc, GroupInfo};

/// π·(3−√5), the golden angle.
const GOLDEN: f64 = 2.399_963_229_728_653;
/// Screens are wider than high.
const ASPECT: f64 = 1.46;
/// Radius round the Nexus that belongs to the home system.
const CORE: f64 = 14.0;
const GAP: f64 = 4.0;
/// Height of the strip that a group's name needs.
const LABEL: f64 = 7.0;
/// A disc begins with room for so many, drawn tight; it doubles in place within its territory.
const FIRST_DISC: u32 = 16;
/// A disc's territory, which no other disc enters, has room for so many, or for this many times its group.
const TERRITORY: u32 = 128;
const RESERVE: u32 = 2;
/// The home system begins at this slot, so that its first stars form a triad round the core.
const FIRST_HOME_SLOT: u32 = 5;
/// Home slots are wider apart than those of a disc.
const HOME_SPREAD: f64 = 2.0;
/// Room that a home star needs round itself.
const HOME_MARGIN: f64 = 0.8;
const CELL: f64 = 64.0;
/// Groups of one chart. Names of more can be read by nobody, and every one wants a search for room.
pub(crate) const MOST_GROUPS: usize = 400;
/// Who has no group and finds no room round the core stands here, and so does the group too many.
pub(super) const OTHERS: &str = "others";

/// A place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Place {
    /// Group index.
    pub group: u32,
    /// Which disc of the chart; `None` at home.
    pub disc: Option<u32>,
    /// Slot inside the disc.
    pub slot: u32,
    /// World units.
    pub x: f32,
    /// World units.
    pub y: f32,
}

#[derive(Debug, Clone)]
struct Sun {
    x: f64,
    y: f64,
    /// As drawn.
    r: f64,
    capacity: u32,
    used: u32,
    /// Radius that is kept clear of others.
    territory: f64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Group keys in order of appearance; index + 1 is the group's index.
    keys: Vec<String>,
    by_key: BTreeMap<String, u32>,
    /// Discs of each group (index as in `keys`).
    systems: Vec<Vec<u32>>,
    suns: Vec<Sun>,
    home_used: u32,
    /// Radius round the core that some disc has begun to use; none while there is no disc.
    home_ends: Option<f64>,
    grid: BTreeMap<(i32, i32), Vec<u32>>,
    widest: f64,
    /// Where the walk for a territory of this size may begin.
    hints: BTreeMap<u32, f64>,
    revision: u64,
}

impl Layout {
    /// Makes room for a group whose size is known, so that it needs no annex.
    pub(crate) fn expect(&mut self, key: &str, size: u32) {
        if !self.by_key.contains_key(key) {
            let drawn = size.saturating_add(size / 8).max(FIRST_DISC / 2);
            self.found(key, size.saturating_mul(RESERVE).max(TERRITORY / 2), drawn);
        }
    }

    /// Gives a place in a group; `None` is the home system, as long as it has room.
    pub(crate) fn add(&mut self, key: Option<&str>) -> Place {
        let Some(key) = key.or_else(|| (!self.home_has_room()).then_some(OTHERS)) else {
            let slot = self.home_used;
            self.home_used += 1;
            return home(slot);
        };
        let group = self.group(key);
        let disc = self.roomy_disc(group);
        let slot = self.sun(disc).used;
        self.sun_mut(disc).used += 1;
        self.place(group, disc, slot)
    }

    /// Counts up whenever a group or one of its discs is new or has grown.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// All groups, the home system first.
    pub(crate) fn groups(&self) -> Vec<GroupInfo> {
        let home = GroupInfo {
            index: 0,
            key: String::new(),
            discs: Vec::new(),
        };
        let others = self
            .keys
            .iter()
            .zip(&self.systems)
            .zip(1..)
            .map(|((key, discs), index)| GroupInfo {
                index,
                key: key.clone(),
                discs: discs.iter().map(|&disc| self.circle(disc)).collect(),
            });
        std::iter::once(home).chain(others).collect()
    }

    /// Whether the next star without a group still fits between the core and the innermost disc.
    fn home_has_room(&self) -> bool {
        self.home_ends
            .is_none_or(|end| home_reach(self.home_used + 1) <= end)
    }

    fn group(&mut self, key: &str) -> u32 {
        if let Some(&group) = self.by_key.get(key) {
            return group;
        }
        if key != OTHERS && self.keys.len() >= MOST_GROUPS {
            return self.group(OTHERS);
        }
        self.found(key, TERRITORY, FIRST_DISC)
    }

    fn found(&mut self, key: &str, room: u32, capacity: u32) -> u32 {
        self.keys.push(key.to_owned());
        self.systems.push(Vec::new());
        let group = narrow(self.keys.len());
        self.by_key.insert(key.to_owned(), group);
        self.open(group, room, capacity);
        group
    }

    /// The group's disc with room: an open one, the last one grown in place, or an annex.
    fn roomy_disc(&mut self, group: u32) -> u32 {
        let discs = self.system(group);
        if let Some(&disc) = discs
            .iter()
            .find(|&&disc| self.sun(disc).used < self.sun(disc).capacity)
        {
            return disc;
        }
        let size: u32 = discs.iter().map(|&disc| self.sun(disc).used).sum();
        let last = discs.last().copied().unwrap_or_default();
        let (x, y, capacity) = (
            self.sun(last).x,
            self.sun(last).y,
            self.sun(last).capacity * 2,
        );
        let r = radius(capacity);
        if r <= self.sun(last).territory || self.is_clear(x, y, r, Some(last)) {
            let sun = self.sun_mut(last);
            sun.capacity = capacity;
            sun.r = r;
            sun.territory = sun.territory.max(r);
            self.widest = self.widest.max(r);
            self.revision += 1;
            self.keep_home_clear(last);
            return last;
        }
        let room = TERRITORY.max(size.saturating_mul(RESERVE));
        self.open(group, room, FIRST_DISC)
    }

    /// Opens a disc at the first spot of a walk outward from the core whose territory is clear.
    fn open(&mut self, group: u32, room: u32, capacity: u32) -> u32 {
        let start = -2.35 + f64::from(narrow(self.suns.len())) * GOLDEN;
        let room = rounded(room);
        let territory = radius(room);
        let mut reach = self.hints.get(&room).copied().unwrap_or_default();
        loop {
            for step in 0..24_i32 {
                let side = if step % 2 == 1 { 1.0 } else { -1.0 };
                let angle = start + side * f64::from((step + 1) / 2) * std::f64::consts::PI / 12.0;
                let (x, y) = (
                    sixteenth(ASPECT * reach * angle.cos()),
                    sixteenth(reach * angle.sin()),
                );
                if self.is_clear(x, y, territory, None) {
                    self.hints.insert(room, (reach - 24.0).max(0.0));
                    let r = radius(capacity);
                    let sun = Sun {
                        x,
                        y,
                        r,
                        capacity,
                        used: 0,
                        territory,
                    };
                    return self.place_disc(group, sun);
                }
            }
            reach += 1.5;
        }
    }

    fn place_disc(&mut self, group: u32, sun: Sun) -> u32 {
        self.revision += 1;
        let disc = narrow(self.suns.len());
        self.grid.entry(cell(sun.x, sun.y)).or_default().push(disc);
        self.widest = self.widest.max(sun.territory);
        self.suns.push(sun);
        if let Some(discs) = self.systems.get_mut(index(group - 1)) {
            discs.push(disc);
        }
        self.keep_home_clear(disc);
        disc
    }

    fn keep_home_clear(&mut self, disc: u32) {
        let sun = self.sun(disc);
        let inner = sun.x.hypot(sun.y) - sun.territory;
        self.home_ends = Some(self.home_ends.map_or(inner, |end| end.min(inner)));
    }

    fn is_clear(&self, x: f64, y: f64, r: f64, except: Option<u32>) -> bool {
        if x.hypot(y) < r + CORE.max(home_reach(self.home_used)) {
            return false;
        }
        let reach = r + self.widest + GAP + LABEL;
        let (low, high) = (cell(x - reach, y - reach), cell(x + reach, y + reach));
        let nearby = (low.0..=high.0)
            .flat_map(|column| self.grid.range((column, low.1)..=(column, high.1)))
            .flat_map(|(_, discs)| discs);
        nearby.filter(|&&disc| Some(disc) != except).all(|&disc| {
            let sun = self.sun(disc);
            let (dx, dy) = ((sun.x - x).abs(), (sun.y - y).abs());
            // A name stands above or below its disc: vertical neighbours need room for it.
            let dy = if dy > dx { (dy - LABEL).max(0.0) } else { dy };
            dx.hypot(dy) >= sun.territory + r + GAP
        })
    }

    fn place(&self, group: u32, disc: u32, slot: u32) -> Place {
        let sun = self.sun(disc);
        let (u, v) = sunflower(slot, f64::from(disc) * 0.7);
        Place {
            group,
            disc: Some(disc),
            slot,
            x: single(sun.x + u),
            y: single(sun.y + v),
        }
    }

    fn circle(&self, disc: u32) -> Disc {
        let sun = self.sun(disc);
        Disc {
            x: single(sun.x),
            y: single(sun.y),
            r: single(sun.r),
        }
    }

    fn system(&self, group: u32) -> &[u32] {
        self.systems
            .get(index(group.saturating_sub(1)))
            .map_or(&[], Vec::as_slice)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "disc numbers are handed out by this type only"
    )]
    fn sun(&self, disc: u32) -> &Sun {
        &self.suns[index(disc)]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "disc numbers are handed out by this type only"
    )]
    fn sun_mut(&mut self, disc: u32) -> &mut Sun {
        &mut self.suns[index(disc)]
    }
}

fn home(slot: u32) -> Place {
    let (x, y) = sunflower(slot + FIRST_HOME_SLOT, 0.0);
    Place {
        group: 0,
        disc: None,
        slot,
        x: single(x * HOME_SPREAD),
        y: single(y * HOME_SPREAD),
    }
}

/// How far from the core a home system of so many stars reaches.
fn home_reach(stars: u32) -> f64 {
    let last = f64::from(stars.saturating_sub(1) + FIRST_HOME_SLOT) + 0.5;
    HOME_SPREAD * last.sqrt() + HOME_MARGIN
}

fn sunflower(slot: u32, phase: f64) -> (f64, f64) {
    let (r, angle) = (
        (f64::from(slot) + 0.5).sqrt(),
        f64::from(slot) * GOLDEN + phase,
    );
    (r * angle.cos(), r * angle.sin())
}

/// A few sizes for all, so that the search for one of them goes on where the last one for it ended.
fn rounded(room: u32) -> u32 {
    let step = 1 << (room.max(16).ilog2() - 2);
    room.div_ceil(step) * step
}

fn radius(capacity: u32) -> f64 {
    f64::from(capacity).sqrt() + 1.5
}

fn sixteenth(value: f64) -> f64 {
    (value * 16.0).round() / 16.0
}

#[expect(clippy::cast_possible_truncation, reason = "map coordinates are small")]
fn single(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, reason = "map coordinates are small")]
fn cell(x: f64, y: f64) -> (i32, i32) {
    ((x / CELL).floor() as i32, (y / CELL).floor() as i32)
}

fn narrow(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
