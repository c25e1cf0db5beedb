//! Who has which place in one chart. Seats are given in order and kept in that order, also those of nodes that are gone,
//! so that the layout can be grown again and gives the same sky. A seat that is left goes to the next one of its group.
//! Not here: where a seat is ([`super::layout`]), rows, who asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::layout::{Layout, MOST_GROUPS, OTHERS};
use super::{ChartBy, ChartInfo, Charted, Place, StarPlace};
use crate::audit::Hasher;
use crate::model::{GroupInfo, Ordinal};

/// So many without a group stand round the core of a new chart; more get a disc of their own.
const HOME: usize = 36;

const CHART: &[u8] = b"nexus chart v1\0";

/// A place and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The group that was asked for; none: round the core.
    pub key: Option<String>,
    /// Nobody: it waits for the next one of its group.
    pub holder: Option<Ordinal>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Sky {
    pub(crate) info: ChartInfo,
    /// Groups whose sizes were known when the chart was made, largest first.
    expected: Vec<(String, u32)>,
    seats: Vec<Seat>,
    places: Vec<Place>,
    layout: Layout,
    by_holder: HashMap<Ordinal, u32>,
    free: BTreeMap<Option<String>, BTreeSet<u32>>,
}

impl Default for ChartInfo {
    fn default() -> Self {
        Self {
            number: 1,
            by: ChartBy::Site,
            made_by: String::new(),
            since: None,
            can_undo: false,
        }
    }
}

impl Sky {
    /// A chart of so many nodes, each with its group; those of one group stand in this order.
    pub(crate) fn plan(info: ChartInfo, members: Vec<(Ordinal, Option<String>)>) -> Self {
        let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
        for key in members.iter().filter_map(|(_, key)| key.as_deref()) {
            *sizes.entry(key).or_default() += 1;
        }
        let mut expected: Vec<_> = sizes
            .into_iter()
            .map(|(key, n)| (key.to_owned(), n))
            .collect();
        expected.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
        expected.truncate(MOST_GROUPS - 1);
        let known: BTreeSet<&str> = expected.iter().map(|(key, _)| key.as_str()).collect();
        let is_left =
            |key: &Option<String>| !key.as_ref().is_some_and(|key| known.contains(key.as_str()));
        let left = members.iter().filter(|(_, key)| is_left(key)).count();
        let together = left > HOME && !known.is_empty();
        let seats: Vec<_> = members
            .into_iter()
            .map(|(ordinal, key)| {
                let other = together.then(|| OTHERS.to_owned());
                let key = if is_left(&key) { other } else { key };
                Seat {
                    key,
                    holder: Some(ordinal),
                }
            })
            .collect();
        if together {
            let size = u32::try_from(left).unwrap_or(u32::MAX);
            match expected.iter_mut().find(|(key, _)| key == OTHERS) {
                Some((_, others)) => *others = others.saturating_add(size),
                None => expected.push((OTHERS.to_owned(), size)),
            }
        }
        Self::replay(info, expected, seats)
    }

    /// The chart that was kept, grown again.
    pub(crate) fn replay(info: ChartInfo, expected: Vec<(String, u32)>, seats: Vec<Seat>) -> Self {
        let mut layout = Layout::default();
        for (key, size) in &expected {
            layout.expect(key, *size);
        }
        let mut sky = Self {
            info,
            expected,
            layout,
            ..Self::default()
        };
        for seat in seats {
            sky.append(seat);
        }
        sky
    }

    fn append(&mut self, seat: Seat) -> u32 {
        let number = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        self.places.push(self.layout.add(seat.key.as_deref()));
        match seat.holder {
            Some(holder) => drop(self.by_holder.insert(holder, number)),
            None => drop(
                self.free
                    .entry(seat.key.clone())
                    .or_default()
                    .insert(number),
            ),
        }
        self.seats.push(seat);
        number
    }

    /// Gives somebody new a seat of its group: one that was left, or the next one.
    pub(crate) fn seat(&mut self, ordinal: Ordinal, key: Option<String>) -> (u32, Place) {
        let left = self.free.get_mut(&key).and_then(BTreeSet::pop_first);
        let number = match left {
            Some(number) => {
                if let Some(seat) = self.seats.get_mut(index(number)) {
                    seat.holder = Some(ordinal);
                }
                self.by_holder.insert(ordinal, number);
                number
            }
            None => self.append(Seat {
                key,
                holder: Some(ordinal),
            }),
        };
        (
            number,
            self.places.get(index(number)).copied().unwrap_or_default(),
        )
    }

    /// Gives somebody this very seat, if it was kept for him. Whether it was.
    pub(crate) fn sit(&mut self, number: u32, ordinal: Ordinal) -> bool {
        let Some(seat) = self.seats.get_mut(index(number)) else {
            return false;
        };
        if seat.holder != Some(Ordinal::MAX) || self.by_holder.contains_key(&ordinal) {
            return false;
        }
        seat.holder = Some(ordinal);
        self.by_holder.insert(ordinal, number);
        true
    }

    /// Takes a seat from somebody who is gone for good. Its number, if there was one.
    pub(crate) fn leave(&mut self, ordinal: Ordinal) -> Option<u32> {
        let number = self.by_holder.remove(&ordinal)?;
        let seat = self.seats.get_mut(index(number))?;
        seat.holder = None;
        self.free
            .entry(seat.key.clone())
            .or_default()
            .insert(number);
        Some(number)
    }

    /// Where somebody stands.
    pub(crate) fn place_of(&self, ordinal: Ordinal) -> Option<Place> {
        let number = self.by_holder.get(&ordinal)?;
        self.places.get(index(*number)).copied()
    }

    /// A seat as it is to be kept.
    pub(crate) fn seat_at(&self, number: u32) -> Option<&Seat> {
        self.seats.get(index(number))
    }

    /// All seats, in order.
    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// See [`Sky::plan`].
    pub(crate) fn expected(&self) -> &[(String, u32)] {
        &self.expected
    }

    /// Counts up whenever a group or one of its discs is new or has grown.
    pub(crate) fn revision(&self) -> u64 {
        self.layout.revision()
    }

    /// All groups, the home system first.
    pub(crate) fn groups(&self) -> Vec<GroupInfo> {
        self.layout.groups()
    }

    /// The whole of it.
    pub(crate) fn charted(&self) -> Charted {
        let mut places: Vec<_> = self
            .by_holder
            .iter()
            .filter_map(|(&ordinal, &number)| {
                let Place { group, x, y, .. } = *self.places.get(index(number))?;
                Some(StarPlace {
                    ordinal,
                    group,
                    x,
                    y,
                })
            })
            .collect();
        places.sort_unstable_by_key(|place| place.ordinal);
        Charted {
            info: self.info.clone(),
            groups: self.groups(),
            places,
        }
    }

    /// What says that a chart is the one that was looked at: until when nodes were registered, and a hash over it.
    pub(crate) fn seal(&self, until: Option<SystemTime>) -> String {
        let since = until.and_then(|until| until.duration_since(UNIX_EPOCH).ok());
        let nanos = since.unwrap_or_default().as_nanos();
        format!("{nanos:x}.{}", self.fingerprint())
    }

    /// Over everything that places follow from.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hash = Hasher::new(CHART);
        hash.part(&serde_json::to_vec(&self.info.by).unwrap_or_default());
        for (key, size) in &self.expected {
            hash.part(key.as_bytes());
            hash.part(&size.to_be_bytes());
        }
        for seat in &self.seats {
            hash.part(&seat.holder.unwrap_or(Ordinal::MAX).to_be_bytes());
            // No key is shorter than a letter.
            hash.part(seat.key.as_deref().unwrap_or_default().as_bytes());
        }
        hash.end().to_string()
    }
}

/// Until when those were registered who are in the chart with this seal.
pub(crate) fn seen_until(seal: &str) -> Option<SystemTime> {
    let (nanos, _) = seal.split_once('.')?;
    let nanos = u64::from_str_radix(nanos, 16).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_nanos(nanos))
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
