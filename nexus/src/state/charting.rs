//! The chart in use: who stands where, a look at another one, making it, taking it back. Not here: where places are, see
//! [`crate::chart`]; what `group:` means, which no chart changes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use super::{Effect, State};
use crate::chart::sky::{self, Sky};
use crate::chart::{ChartBy, ChartError, ChartInfo, Charted, Draft, Place};
use crate::model::{Event, NodeFacts, Now, Ordinal, Phase};
use crate::store::{ChartRow, Write};
use crate::target::{Expression, Facts, Live};

/// Saved groups with all that they name in them, by name.
pub(super) type Named = Arc<[(String, Expression)]>;

/// Most comparisons for one chart by group, since everybody waits for them.
const WORK: usize = 20_000_000;
/// Most comparisons to find the group of one node that comes.
const WORK_FOR_ONE: usize = 50_000;

impl State {
    /// What the store has kept of the chart in use and the one before it. Whoever is not there any more has no place.
    pub(crate) fn restore_charts(&mut self, kept: Vec<ChartRow>, present: &BTreeSet<Ordinal>) {
        let mut kept = kept.into_iter().rev().map(|mut row| {
            for seat in &mut row.seats {
                seat.holder = seat.holder.filter(|holder| present.contains(holder));
            }
            Sky::replay(row.info, row.expected, row.seats)
        });
        self.sky = kept.next().unwrap_or_default();
        self.sky_before = kept.next();
    }

    /// The chart in use.
    pub fn chart(&self) -> ChartInfo {
        ChartInfo {
            can_undo: self.sky_before.is_some(),
            ..self.sky.info.clone()
        }
    }

    /// Gives a node its place: the one that it has, or one of its group.
    pub(super) fn put_in_place(&mut self, ordinal: Ordinal, facts: &mut NodeFacts) {
        let awaited = self.told_seats.awaited(&facts.id);
        if let Some(number) = awaited.filter(|number| self.sky.sit(*number, ordinal)) {
            self.keep_seat(false, number);
        }
        let place = self.sky.place_of(ordinal).unwrap_or_else(|| {
            let key = self.key_of_one(facts);
            let (number, place) = self.sky.seat(ordinal, key);
            self.keep_seat(false, number);
            place
        });
        stand(facts, place);
    }

    /// A removed node leaves its place to the next one of its group.
    pub(super) fn leave_place(&mut self, ordinal: Ordinal) {
        self.vacated.insert(ordinal);
        if let Some(number) = self.sky.leave(ordinal) {
            self.keep_seat(false, number);
        }
        let before = self.sky_before.as_mut();
        if let Some(number) = before.and_then(|sky| sky.leave(ordinal)) {
            self.keep_seat(true, number);
        }
    }

    pub(super) fn keep_seat(&mut self, before: bool, number: u32) {
        let sky = if before {
            self.sky_before.as_ref()
        } else {
            Some(&self.sky)
        };
        if let Some((sky, seat)) = sky.and_then(|sky| Some((sky, sky.seat_at(number)?))) {
            let write = Write::Seat(sky.info.number, number, Box::new(seat.clone()));
            self.effects.push(Effect::Store(write));
        }
    }

    /// What another chart would follow from. Nothing changes.
    pub fn draft_chart(&self, by: &ChartBy) -> Result<Draft, ChartError> {
        let until = self.nodes().map(|node| node.facts.registered_at).max();
        let members = self.members(by, until)?.into_iter();
        let members = members.map(|(ordinal, key)| {
            let facts = &self.at(ordinal).facts;
            (ordinal, key, (facts.x, facts.y))
        });
        Ok(Draft {
            info: self.next_chart(by),
            members: members.collect(),
            until,
        })
    }

    /// Makes it the chart of everybody. With a hash only if it is what was looked at; who came since then is put where
    /// there is room, and nothing else is different.
    pub fn apply_chart(
        &mut self,
        by: &ChartBy,
        hash: Option<&str>,
        who: &str,
        now: Now,
    ) -> Result<ChartInfo, ChartError> {
        let until = match hash {
            None => None,
            Some(hash) => Some(sky::seen_until(hash).ok_or(ChartError::Changed)?),
        };
        let mut sky = Sky::plan(self.next_chart(by), self.members(by, until)?);
        if hash.is_some_and(|hash| hash != sky.seal(until)) {
            return Err(ChartError::Changed);
        }
        self.seat_others(&mut sky)?;
        sky.info = ChartInfo {
            number: self.sky.info.number + 1,
            by: by.clone(),
            made_by: who.to_owned(),
            since: Some(now.wall),
            can_undo: false,
        };
        let row = ChartRow {
            info: sky.info.clone(),
            expected: sky.expected().to_vec(),
            seats: sky.seats().to_vec(),
        };
        self.effects
            .push(Effect::Store(Write::Chart(Box::new(row))));
        self.sky_before = Some(std::mem::replace(&mut self.sky, sky));
        self.everybody_moves();
        Ok(self.chart())
    }

    /// Takes the chart back: everybody stands again where they stood before it. Who came since then is put where there
    /// is room.
    pub fn undo_chart(&mut self) -> Result<ChartInfo, ChartError> {
        let mut sky = self.sky_before.take().ok_or(ChartError::NothingToUndo)?;
        let seated = self.seat_others(&mut sky);
        let number = self.sky.info.number;
        self.effects.push(Effect::Store(Write::ForgetChart(number)));
        self.sky = sky;
        for number in seated? {
            self.keep_seat(false, number);
        }
        self.everybody_moves();
        Ok(self.chart())
    }

    /// Another instance made this the chart of everybody, or took one back. Who stands where in it is told by its seats; until
    /// then it is as if it was made here.
    pub(super) fn take_chart(
        &mut self,
        info: ChartInfo,
        expected: Vec<(String, u32)>,
        before: Option<(u64, Option<SystemTime>)>,
    ) {
        let is = |sky: &Sky, which: (u64, Option<SystemTime>)| {
            (sky.info.number, sky.info.since) == which
        };
        let which = (info.number, info.since);
        if is(&self.sky, which) {
            return;
        }
        if self.sky_before.as_ref().is_some_and(|sky| is(sky, which)) {
            if let Err(error) = self.undo_chart() {
                tracing::warn!(%error, "not everybody has a place in the chart of another instance yet");
            }
        } else {
            let members = self.members(&info.by, None).unwrap_or_default();
            let planned = Sky::plan(info.clone(), members);
            let sky = Sky::replay(info, expected, planned.seats().to_vec());
            let row = ChartRow {
                info: sky.info.clone(),
                expected: sky.expected().to_vec(),
                seats: sky.seats().to_vec(),
            };
            let old = std::mem::replace(&mut self.sky, sky);
            self.sky_before = before.filter(|before| is(&old, *before)).map(|_| old);
            self.effects
                .push(Effect::Store(Write::Chart(Box::new(row))));
        }
        self.reseat(false);
        self.everybody_moves();
    }

    /// Those who were registered until then, each with its group, in order of registration.
    fn members(
        &self,
        by: &ChartBy,
        until: Option<SystemTime>,
    ) -> Result<Vec<(Ordinal, Option<String>)>, ChartError> {
        let named = self.affordable_groups(by)?;
        let meant = self
            .nodes()
            .filter(|node| until.is_none_or(|until| node.facts.registered_at <= until));
        let mut meant: Vec<_> = meant.collect();
        meant.sort_by_key(|node| (node.facts.registered_at, node.ordinal));
        let members = meant.into_iter().map(|node| {
            let key = key_of(by, &node.facts, &node.target_facts(), &named);
            (node.ordinal, key)
        });
        Ok(members.collect())
    }

    fn next_chart(&self, by: &ChartBy) -> ChartInfo {
        ChartInfo {
            number: self.sky.info.number + 1,
            by: by.clone(),
            ..ChartInfo::default()
        }
    }

    /// Seats for all who have none in this chart; their numbers.
    fn seat_others(&self, sky: &mut Sky) -> Result<Vec<u32>, ChartError> {
        let by = sky.info.by.clone();
        let mut others: Vec<_> = self
            .nodes()
            .filter(|node| sky.place_of(node.ordinal).is_none())
            .collect();
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let named = self.affordable_groups(&by)?;
        others.sort_by_key(|node| (node.facts.registered_at, node.ordinal));
        let seats = others.into_iter().map(|node| {
            let key = key_of(&by, &node.facts, &node.target_facts(), &named);
            sky.seat(node.ordinal, key).0
        });
        Ok(seats.collect())
    }

    pub(super) fn everybody_moves(&mut self) {
        let sky = &self.sky;
        for node in self.nodes.iter_mut().filter(|node| !node.removed) {
            let Some(place) = sky.place_of(node.ordinal) else {
                continue;
            };
            let facts = &node.facts;
            if (facts.x, facts.y, facts.group) != (place.x, place.y, place.group) {
                stand(Arc::make_mut(&mut node.facts), place);
            }
        }
        self.publish(|state| {
            let chart = Charted {
                info: state.chart(),
                ..state.sky.charted()
            };
            Event::ChartChanged(Arc::new(chart))
        });
    }

    /// The group of a node that comes.
    fn key_of_one(&mut self, facts: &NodeFacts) -> Option<String> {
        if self.sky.info.by != ChartBy::Group {
            return self.sky.info.by.key_of(facts);
        }
        let named = match &self.chart_groups {
            Some(named) => Arc::clone(named),
            None => {
                let named = self.named_groups();
                self.chart_groups = Some(Arc::clone(&named));
                named
            }
        };
        let unknown = Live {
            cpu: None,
            memory: None,
            tasks: 0,
        };
        let seen = Facts::of(facts, Phase::Online, unknown);
        let mut work = WORK_FOR_ONE;
        let affordable = named.iter().take_while(|(_, group)| {
            work = work.saturating_sub(group.weight());
            work > 0
        });
        first_of(affordable, &seen)
    }

    fn affordable_groups(&self, by: &ChartBy) -> Result<Named, ChartError> {
        if *by != ChartBy::Group {
            return Ok(Arc::new([]));
        }
        let named = self.named_groups();
        let weight: usize = named.iter().map(|(_, group)| group.weight()).sum();
        if weight.saturating_mul(self.nodes.len().max(1)) > WORK {
            return Err(ChartError::TooLong);
        }
        Ok(named)
    }

    /// A group that cannot be used is left out: nobody is in it.
    fn named_groups(&self) -> Named {
        let groups = self.groups.list().filter_map(|group| {
            let whole = self.with_groups(&group.target).ok()?;
            Some((group.name.clone(), whole))
        });
        groups.collect()
    }
}

fn key_of(
    by: &ChartBy,
    facts: &NodeFacts,
    seen: &Facts<'_>,
    named: &[(String, Expression)],
) -> Option<String> {
    match by {
        ChartBy::Group => first_of(named.iter(), seen),
        ChartBy::Site | ChartBy::Role | ChartBy::Tag(_) => by.key_of(facts),
    }
}

fn first_of<'a>(
    mut named: impl Iterator<Item = &'a (String, Expression)>,
    seen: &Facts<'_>,
) -> Option<String> {
    named
        .find(|(_, group)| group.matches(seen))
        .map(|(name, _)| name.clone())
}

fn stand(facts: &mut NodeFacts, place: Place) {
    (facts.group, facts.x, facts.y) = (place.group, place.x, place.y);
}
