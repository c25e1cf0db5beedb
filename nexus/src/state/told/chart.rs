//! The chart of the map for other instances, so that all show one sky: what it is by, and block by block who has which seat. A star
//! that was given a seat here and another one elsewhere at the same moment stands where the first of the two said. Not here: where
//! a seat is, see [`crate::chart`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::SystemTime;

use protocol::limits;
use serde::{Deserialize, Serialize};

use super::{SharedTable, State, parse, past, person, whole, write};
use crate::chart::{ChartBy, ChartInfo, MOST_GROUPS, Seat, Sky};
use crate::model::{Now, Ordinal};

/// Seats of one block.
pub(crate) const SEATS: u32 = 256;
/// What the chart itself is called among its blocks.
pub(crate) const CHART: &str = "chart";
/// No chart has a larger number, and no group more stars.
const LAST: u64 = 1_000_000;
/// No chart has more seats: twice as many as there may be nodes.
const MOST: u32 = 100_000;
/// Charts whose seats are remembered as told.
const CHARTS: usize = 4;
/// It was told whose seat this is, and nobody of that id is known here yet.
const AWAITED: Ordinal = Ordinal::MAX;

pub(super) const TABLE: SharedTable = SharedTable {
    keys,
    read,
    take,
    essence: whole,
};

#[derive(Serialize, Deserialize)]
struct ChartRow {
    number: u64,
    by: ChartBy,
    made_by: String,
    since: Option<SystemTime>,
    expected: Vec<(String, u32)>,
    /// The one before it.
    before: Option<(u64, Option<SystemTime>)>,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct BlockRow {
    /// Of which chart of that number.
    since: Option<SystemTime>,
    seats: Vec<ToldSeat>,
}

/// Its group, and the id of who has it.
type ToldSeat = (Option<String>, Option<String>);
/// Which chart: two may be made under one number.
type Which = (u64, Option<SystemTime>);

/// Seats as the directory tells them.
#[derive(Debug, Default)]
pub(in crate::state) struct ToldSeats {
    charts: BTreeMap<Which, Vec<Option<ToldSeat>>>,
    /// Who has a seat in the chart in use and is not known yet.
    awaited: HashMap<String, u32>,
}

impl ToldSeats {
    fn block(&mut self, which: Which, from: usize, seats: Vec<ToldSeat>) {
        if self.charts.len() >= CHARTS && !self.charts.contains_key(&which) {
            self.charts.pop_first();
        }
        let known = self.charts.entry(which).or_default();
        let end = from + seats.len();
        if known.len() < end {
            known.resize(end, None);
        }
        for (place, seat) in known.iter_mut().skip(from).zip(seats) {
            *place = Some(seat);
        }
    }

    /// The seat that waits for somebody of this id.
    pub(in crate::state) fn awaited(&mut self, id: &str) -> Option<u32> {
        self.awaited.remove(id)
    }
}

fn which(info: &ChartInfo) -> Which {
    (info.number, info.since)
}

/// How a block is called among instances.
pub(crate) fn block_key(chart: u64, seat: u32) -> String {
    format!("{chart}:{}", seat / SEATS)
}

fn keys(state: &State) -> Vec<String> {
    let skies = std::iter::once(&state.sky).chain(&state.sky_before);
    let blocks = skies.flat_map(|sky| {
        let seats = u32::try_from(sky.seats().len()).unwrap_or(u32::MAX);
        (0..seats.div_ceil(SEATS)).map(|block| block_key(sky.info.number, block * SEATS))
    });
    blocks.chain([CHART.to_owned()]).collect()
}

fn read(state: &State, key: &str) -> Option<Vec<u8>> {
    if key == CHART {
        let sky = &state.sky;
        // The first one is everywhere from the beginning.
        sky.info.since?;
        return write(&ChartRow {
            number: sky.info.number,
            by: sky.info.by.clone(),
            made_by: sky.info.made_by.clone(),
            since: sky.info.since,
            expected: sky.expected().to_vec(),
            before: state.sky_before.as_ref().map(|sky| which(&sky.info)),
        });
    }
    let (number, from) = parts(key)?;
    write(&block(state, number, from)?)
}

fn block(state: &State, number: u64, from: usize) -> Option<BlockRow> {
    let sky = state.sky_of(number)?;
    let told = state.told_seats.charts.get(&which(&sky.info));
    let seats = sky.seats().iter().enumerate().skip(from).take(size());
    let seats: Vec<ToldSeat> = seats
        .map(|(number, seat)| {
            let holder = match seat.holder {
                Some(AWAITED) => told.and_then(|told| told.get(number)?.as_ref()?.1.clone()),
                holder => {
                    let node = holder.and_then(|holder| state.node_at(holder));
                    node.map(|node| node.facts.id.clone())
                }
            };
            (seat.key.clone(), holder)
        })
        .collect();
    let since = sky.info.since;
    (!seats.is_empty()).then_some(BlockRow { since, seats })
}

fn take(state: &mut State, key: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    if key == CHART {
        let row = row.map(parse::<ChartRow>).transpose()?;
        let (info, expected, before) = match row {
            Some(row) => checked(row, now)?,
            None => (ChartInfo::default(), Vec::new(), None),
        };
        state.take_chart(info, expected, before);
        return Ok(false);
    }
    let (number, from) = parts(key).ok_or("it is no block of a chart")?;
    let Some(row) = row else {
        // Whoever has this chart still tells its seats again.
        return Ok(state.sky_of(number).is_some());
    };
    let row: BlockRow = parse(row)?;
    let odd = |(key, holder): &ToldSeat| odd_key(key.as_deref()) || odd_key(holder.as_deref());
    if row.seats.len() > size() || row.seats.iter().any(odd) {
        return Err("it has too many seats, or names that are none".to_owned());
    }
    let told = (number, row.since);
    state.told_seats.block(told, from, row.seats.clone());
    let oldest = state.sky_before.as_ref().unwrap_or(&state.sky);
    match state.sky_of(number).map(|sky| which(&sky.info)) {
        // Nobody needs those of old charts; those of charts to come are needed soon.
        None => Ok(number < oldest.info.number),
        Some(own) if own != told => Ok(true),
        Some(own) => {
            state.reseat(own != which(&state.sky.info));
            // Those who came here meanwhile have seats that nobody was told of.
            Ok(block(state, number, from).as_ref() != Some(&row))
        }
    }
}

/// A chart that makes sense.
#[expect(clippy::type_complexity, reason = "its parts, once")]
fn checked(
    row: ChartRow,
    now: Now,
) -> Result<(ChartInfo, Vec<(String, u32)>, Option<Which>), String> {
    let by = ChartBy::parse(row.by.word(), row.by.key()).map_err(|error| error.to_string())?;
    let odd = |(key, size): &(String, u32)| odd_key(Some(key)) || u64::from(*size) > LAST;
    let since = row.since.ok_or("nobody made it")?;
    if row.number > LAST || row.expected.len() > MOST_GROUPS || row.expected.iter().any(odd) {
        return Err("it has too many groups, or names that are none".to_owned());
    }
    let info = ChartInfo {
        number: row.number,
        by,
        made_by: person(row.made_by)?,
        since: Some(past(since, now)?),
        can_undo: false,
    };
    Ok((info, row.expected, row.before))
}

fn odd_key(key: Option<&str>) -> bool {
    key.is_some_and(|key| {
        key.is_empty() || key.len() > limits::ID || key.chars().any(limits::is_deceptive)
    })
}

/// The number of a chart, and its first seat in this block.
fn parts(key: &str) -> Option<(u64, usize)> {
    let (number, block) = key.split_once(':')?;
    let (number, block): (u64, u32) = (number.parse().ok()?, block.parse().ok()?);
    let from = block.checked_mul(SEATS)?;
    let sane = number <= LAST && from <= MOST && block_key(number, from) == key;
    sane.then(|| Some((number, usize::try_from(from).ok()?)))?
}

fn size() -> usize {
    usize::try_from(SEATS).unwrap_or(usize::MAX)
}

impl State {
    fn sky_of(&self, number: u64) -> Option<&Sky> {
        let mut skies = std::iter::once(&self.sky).chain(&self.sky_before);
        skies.find(|sky| sky.info.number == number)
    }

    /// Gives everybody the seats that were told, in the chart in use or the one before; who has none keeps his own, or gets
    /// another one.
    pub(in crate::state) fn reseat(&mut self, before: bool) {
        let Some(sky) = (if before {
            self.sky_before.as_ref()
        } else {
            Some(&self.sky)
        }) else {
            return;
        };
        let Some(told) = self.told_seats.charts.get(&which(&sky.info)) else {
            return;
        };
        let (mut taken, mut awaited) = (BTreeSet::new(), HashMap::new());
        let old = sky.seats();
        let mut seats: Vec<Option<Seat>> = Vec::with_capacity(told.len().max(old.len()));
        for (number, told) in (0..).zip(told) {
            seats.push(told.as_ref().map(|(key, id)| {
                let node = id.as_ref().map(|id| match self.by_id.get(id) {
                    Some(node) => *node,
                    None => {
                        awaited.insert(id.clone(), number);
                        AWAITED
                    }
                });
                // Two seats for one: the first counts everywhere.
                let holder = node.filter(|node| *node == AWAITED || taken.insert(*node));
                let key = key.clone();
                Seat { key, holder }
            }));
        }
        seats.resize(seats.len().max(old.len()), None);
        let free = |seat: &Seat| Seat {
            key: seat.key.clone(),
            holder: seat.holder.filter(|holder| !taken.contains(holder)),
        };
        let nobody = Seat {
            key: None,
            holder: None,
        };
        let seats: Vec<Seat> = seats
            .into_iter()
            .enumerate()
            .map(|(number, seat)| {
                seat.unwrap_or_else(|| old.get(number).map_or_else(|| nobody.clone(), free))
            })
            .collect();
        if !before {
            self.told_seats.awaited = awaited;
        }
        if seats != old {
            self.sit_down(before, seats);
        }
    }

    fn sit_down(&mut self, before: bool, seats: Vec<Seat>) {
        let Some(sky) = (if before {
            self.sky_before.as_mut()
        } else {
            Some(&mut self.sky)
        }) else {
            return;
        };
        let here: BTreeSet<Ordinal> = seats.iter().filter_map(|seat| seat.holder).collect();
        let old = sky.seats().to_vec();
        let new = Sky::replay(sky.info.clone(), sky.expected().to_vec(), seats);
        *sky = new;
        for seat in &old {
            if let Some(holder) = seat.holder.filter(|holder| *holder != AWAITED)
                && !here.contains(&holder)
            {
                sky.seat(holder, seat.key.clone());
            }
        }
        let now = sky.seats().iter().enumerate();
        let changed = now.filter(|(number, seat)| old.get(*number) != Some(seat));
        let changed: Vec<u32> = changed
            .filter_map(|(number, _)| u32::try_from(number).ok())
            .collect();
        for number in changed {
            self.keep_seat(before, number);
        }
        if !before {
            self.everybody_moves();
        }
    }
}
