//! Rows of the history put together for people: minutes into buckets, samples and turns into how it was at a moment and
//! into spans. Pure. Not here: who may see them.

use super::{Deeds, Reading, Stood, Turn};
use crate::model::Ordinal;

/// A sample says nothing any more so many milliseconds later: the Nexus was not there.
pub(crate) const STALE: i64 = 90_000;

/// The fleet in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct MinuteRow {
    /// When the sample was taken, milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) online: u32,
    pub(crate) degraded: u32,
    pub(crate) offline: u32,
    pub(crate) deeds: Deeds,
}

/// The fleet in one part of the time that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Its begin, milliseconds since 1970.
    pub at: i64,
    /// Something is known of it.
    pub known: bool,
    /// At its end; without those that were degraded.
    pub online: u32,
    /// The most at once: degraded or silent for too long.
    pub degraded: u32,
    /// The most at once.
    pub offline: u32,
    /// What was done in it.
    pub deeds: Deeds,
}

impl MinuteRow {
    /// Counts readings.
    pub(crate) fn of<'a>(at: i64, readings: impl IntoIterator<Item = &'a Reading>) -> Self {
        let mut row = Self {
            at,
            ..Self::default()
        };
        for reading in readings {
            match reading.stood {
                Stood::Absent => {}
                Stood::Idle | Stood::Busy => row.online += 1,
                Stood::Degraded | Stood::Suspect => row.degraded += 1,
                Stood::Offline => row.offline += 1,
            }
        }
        row
    }
}

/// Parts of equal length between two times, the rows in them put together.
pub(crate) fn buckets(rows: &[MinuteRow], from: i64, to: i64, count: u32) -> Vec<Bucket> {
    let count = i64::from(count.max(1));
    let begin = |index: i64| {
        let offset = i128::from(to - from) * i128::from(index) / i128::from(count);
        from + i64::try_from(offset).unwrap_or_default()
    };
    let mut rows = rows.iter().skip_while(|row| row.at < from).peekable();
    let mut buckets = Vec::new();
    for index in 0..count {
        let mut bucket = Bucket {
            at: begin(index),
            ..Bucket::default()
        };
        let end = begin(index + 1);
        while let Some(row) = rows.next_if(|row| row.at < end) {
            bucket.known = true;
            bucket.online = row.online;
            bucket.degraded = bucket.degraded.max(row.degraded);
            bucket.offline = bucket.offline.max(row.offline);
            bucket.deeds = bucket.deeds.and(row.deeds);
        }
        // Shorter than a minute: it is as it was at the sample before.
        if !bucket.known
            && let Some(before) = buckets.last().copied().filter(|one: &Bucket| one.known)
            && end - begin(index) < 60_000
        {
            bucket = Bucket {
                at: bucket.at,
                deeds: Deeds::default(),
                ..before
            };
        }
        buckets.push(bucket);
    }
    buckets
}

impl Deeds {
    fn and(self, other: Self) -> Self {
        Self {
            jobs: self.jobs.saturating_add(other.jobs),
            jobs_failed: self.jobs_failed.saturating_add(other.jobs_failed),
            executions: self.executions.saturating_add(other.executions),
            executions_failed: self
                .executions_failed
                .saturating_add(other.executions_failed),
            fell: self.fell.saturating_add(other.fell),
        }
    }
}

/// Puts what happened since a sample over it.
pub(crate) fn replay(readings: &mut Vec<Reading>, turns: &[Turn]) {
    for turn in turns {
        let Ok(place) = usize::try_from(turn.node) else {
            continue;
        };
        // A place that nobody can have is damage.
        if place > 1 << 20 {
            continue;
        }
        if place >= readings.len() {
            readings.resize(place + 1, Reading::default());
        }
        if let Some(reading) = readings.get_mut(place) {
            *reading = turned(*reading, turn.stood);
        }
    }
}

/// A turn back to online knows neither load nor tasks: those of before stay.
fn turned(before: Reading, stood: Stood) -> Reading {
    match stood {
        Stood::Absent | Stood::Offline => Reading {
            stood,
            ..Reading::default()
        },
        Stood::Idle if matches!(before.stood, Stood::Busy | Stood::Degraded) => before,
        Stood::Idle | Stood::Busy | Stood::Degraded | Stood::Suspect => Reading { stood, ..before },
    }
}

/// A time in which a node stood in one way that needs to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Milliseconds since 1970.
    pub from: i64,
    /// Milliseconds since 1970.
    pub to: i64,
    /// None: nothing is known, because the Nexus was not there.
    pub stood: Option<Stood>,
}

/// Where a node was not simply online, from samples and turns in order of time.
pub(crate) fn spans(samples: &[(i64, Reading)], turns: &[Turn], from: i64, to: i64) -> Vec<Span> {
    let mut events: Vec<(i64, Option<Stood>)> = vec![(from, None)];
    let mut last: Option<i64> = None;
    for (at, reading) in samples {
        if let Some(last) = last.filter(|last| at - last > STALE) {
            events.push((last + STALE, None));
        }
        events.push((*at, Some(reading.stood)));
        last = Some(*at);
    }
    if let Some(last) = last.filter(|last| to - last > STALE) {
        events.push((last + STALE, None));
    }
    events.extend(turns.iter().map(|turn| (turn.at, Some(turn.stood))));
    events.sort_by_key(|(at, _)| *at);
    let mut spans: Vec<Span> = Vec::new();
    let mut events = events.into_iter().peekable();
    while let Some((at, stood)) = events.next() {
        let until = events.peek().map_or(to, |(next, _)| *next).min(to);
        let (at, plain) = (
            at.max(from),
            matches!(stood, Some(Stood::Idle | Stood::Busy)),
        );
        if plain || until <= at {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.to == at && last.stood == stood => last.to = until,
            _ => spans.push(Span {
                from: at,
                to: until,
                stood,
            }),
        }
    }
    spans
}

/// At most so many samples: of those that fall together the highest load, and the last state.
pub(crate) fn thinned(samples: Vec<(i64, Reading)>, most: usize) -> Vec<(i64, Reading)> {
    let stride = samples.len().div_ceil(most.max(1)).max(1);
    if stride == 1 {
        return samples;
    }
    let together = samples.chunks(stride).filter_map(|chunk| {
        let &(at, last) = chunk.last()?;
        let peak = chunk.iter().fold(last, |peak, (_, one)| Reading {
            stood: peak.stood,
            cpu: peak.cpu.max(one.cpu),
            memory: peak.memory.max(one.memory),
            tasks: peak.tasks.max(one.tasks),
        });
        Some((at, peak))
    });
    together.collect()
}

/// The reading of one place.
pub(crate) fn reading(readings: &[Reading], node: Ordinal) -> Reading {
    let place = usize::try_from(node).unwrap_or(usize::MAX);
    readings.get(place).copied().unwrap_or_default()
}
