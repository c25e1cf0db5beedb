//! Rows of the fleet's last day. Minutes lie one behind the other, so that writing appends, and what is too old is cut off
//! in one piece. Reads are of one minute, or of one node. Not here: what they mean, see [`crate::history`].

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::history::fold::{MinuteRow, STALE};
use crate::history::{BLOCK, Deeds, Reading, Sample, Stood, Turn, pack, pick, unpack};
use crate::job::JobInfo;
use crate::model::Ordinal;

const MINUTE: i64 = 60_000;
/// Jobs that are looked through for one moment.
const LOOKED_AT: u32 = 200;
/// Executions that are looked through for each of them.
const PARTS: u32 = 2_000;

/// What is known of a moment.
#[derive(Debug, Default)]
pub(crate) struct Moment {
    /// When the sample was taken; none when nothing is known.
    pub(crate) sampled: Option<i64>,
    /// By ordinal; those behind the last one were not there.
    pub(crate) readings: Vec<Reading>,
    /// Since the sample.
    pub(crate) turns: Vec<Turn>,
}

pub(super) fn put(connection: &Connection, sample: &Sample) -> rusqlite::Result<()> {
    // What was written under a clock that was ahead is in the way of what comes now.
    let kept = sample.first
        && connection
            .prepare_cached("SELECT 1 FROM minutes WHERE minute = ?1 AND at <= ?2")?
            .exists([sample.minute, sample.at])?;
    let (oldest, newest) = (sample.minute - sample.keep, sample.minute + i64::from(kept));
    for (sql, bound) in [
        ("DELETE FROM samples WHERE minute < ?1", oldest),
        ("DELETE FROM samples WHERE minute >= ?1", newest),
        ("DELETE FROM minutes WHERE minute < ?1", oldest),
        ("DELETE FROM minutes WHERE minute >= ?1", newest),
        (
            "DELETE FROM turns WHERE at < ?1",
            oldest.saturating_mul(MINUTE),
        ),
        (
            "DELETE FROM turns WHERE at >= ?1",
            (newest + 2).saturating_mul(MINUTE),
        ),
    ] {
        connection.prepare_cached(sql)?.execute([bound])?;
    }
    if kept {
        return Ok(());
    }
    let row = MinuteRow::of(sample.at, &sample.readings);
    let deeds = sample.deeds;
    connection
        .prepare_cached("INSERT INTO minutes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
        .execute(params![
            sample.minute,
            row.at,
            row.online,
            row.degraded,
            row.offline,
            deeds.fell,
            deeds.jobs,
            deeds.jobs_failed,
            deeds.executions,
            deeds.executions_failed,
        ])?;
    let mut insert = connection.prepare_cached("INSERT INTO samples VALUES (?1, ?2, ?3)")?;
    for (block, readings) in (0_i64..).zip(sample.readings.chunks(BLOCK)) {
        if let Some(blob) = pack(readings) {
            insert.execute(params![sample.minute, block, blob])?;
        }
    }
    Ok(())
}

pub(super) fn put_turns(connection: &Connection, turns: &[Turn]) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO turns VALUES (?1, ?2, ?3)")?;
    for turn in turns {
        insert.execute(params![turn.at, turn.node, turn.stood as u8])?;
    }
    Ok(())
}

/// Samples taken between two times, in order.
pub(crate) fn minutes(
    connection: &Connection,
    from: i64,
    to: i64,
) -> rusqlite::Result<Vec<MinuteRow>> {
    let mut query = connection.prepare_cached(
        "SELECT at, online, degraded, offline, fell, jobs, jobs_failed, executions, executions_failed
         FROM minutes WHERE minute BETWEEN ?1 AND ?2 ORDER BY minute",
    )?;
    let rows = query.query_map([from / MINUTE - 1, to / MINUTE + 1], |row| {
        Ok(MinuteRow {
            at: row.get(0)?,
            online: row.get(1)?,
            degraded: row.get(2)?,
            offline: row.get(3)?,
            deeds: Deeds {
                fell: row.get(4)?,
                jobs: row.get(5)?,
                jobs_failed: row.get(6)?,
                executions: row.get(7)?,
                executions_failed: row.get(8)?,
            },
        })
    })?;
    rows.collect()
}

/// When the oldest sample was taken.
pub(crate) fn oldest(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT at FROM minutes ORDER BY minute LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()
}

/// All nodes at the last sample before a time, and who turned since.
pub(crate) fn moment(connection: &Connection, at: i64) -> rusqlite::Result<Moment> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT minute, at FROM minutes WHERE minute <= ?1 AND at <= ?2 ORDER BY minute DESC LIMIT 1",
        )?
        .query_row([at / MINUTE + 1, at], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((minute, sampled)) = found.filter(|(_, sampled)| at - sampled <= STALE) else {
        return Ok(Moment::default());
    };
    let mut readings = Vec::new();
    let mut query = connection
        .prepare_cached("SELECT block, data FROM samples WHERE minute = ?1 ORDER BY block")?;
    let mut rows = query.query([minute])?;
    while let Some(row) = rows.next()? {
        let block = usize::from(row.get::<_, u16>(0)?);
        // One that is damaged is of nobody.
        let Some(unpacked) = unpack(row.get_ref(1)?.as_blob()?) else {
            continue;
        };
        readings.resize(block * BLOCK, Reading::default());
        readings.extend(unpacked);
    }
    let mut query = connection.prepare_cached(
        "SELECT at, node, stood FROM turns WHERE at BETWEEN ?1 AND ?2 ORDER BY at",
    )?;
    let turns = query.query_map([sampled, at], turn)?;
    Ok(Moment {
        sampled: Some(sampled),
        readings,
        turns: turns.collect::<Result<_, _>>()?,
    })
}

/// Samples with their times, and turns.
type OfPlace = (Vec<(i64, Reading)>, Vec<Turn>);

/// One place between two times: its samples, and its turns.
pub(crate) fn of_place(
    connection: &Connection,
    node: Ordinal,
    from: i64,
    to: i64,
) -> rusqlite::Result<OfPlace> {
    let place = usize::try_from(node).unwrap_or(usize::MAX);
    let (block, within) = (place / BLOCK, place % BLOCK);
    let mut query = connection.prepare_cached(
        "SELECT at, data FROM minutes LEFT JOIN samples ON samples.minute = minutes.minute AND block = ?1
         WHERE minutes.minute BETWEEN ?2 AND ?3 ORDER BY minutes.minute",
    )?;
    let block = i64::try_from(block).unwrap_or(i64::MAX);
    let mut rows = query.query([block, from / MINUTE - 1, to / MINUTE + 1])?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(0)?;
        if at < from || at > to {
            continue;
        }
        let blob = row.get_ref(1)?.as_blob_or_null()?;
        let reading = blob.and_then(|blob| pick(blob, within));
        samples.push((at, reading.unwrap_or_default()));
    }
    let mut query = connection.prepare_cached(
        "SELECT at, node, stood FROM turns WHERE node = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at",
    )?;
    let turns = query.query_map([i64::from(node), from, to], turn)?;
    Ok((samples, turns.collect::<Result<_, _>>()?))
}

/// Jobs that were under way at a time, newest first, each with the places that had a part of it under way. Of one asker
/// or of all. Numbers are in order of submission, so the place to look at is found by halving.
pub(crate) fn jobs_at(
    connection: &Connection,
    at: i64,
    asker: Option<&str>,
    most: usize,
) -> rusqlite::Result<Vec<(JobInfo, Vec<Ordinal>)>> {
    let newest = newest_job(connection, at)?;
    let mut query = connection.prepare_cached(
        "SELECT info FROM (SELECT number, info, asker FROM jobs WHERE number <= ?1 ORDER BY number DESC LIMIT ?2)
         WHERE ?3 IS NULL OR asker = ?3
         UNION SELECT info FROM jobs WHERE live AND number <= ?1 AND (?3 IS NULL OR asker = ?3)",
    )?;
    let rows = query.query_map(params![newest, LOOKED_AT, asker], |row| {
        row.get::<_, String>(0)
    })?;
    let mut found = Vec::new();
    for row in rows {
        let Ok(job) = serde_json::from_str::<JobInfo>(&row?) else {
            continue;
        };
        let ended = job.finished_at.map(crate::history::millis);
        if crate::history::millis(job.submitted_at) <= at && ended.is_none_or(|ended| ended >= at) {
            found.push(job);
        }
    }
    found.sort_by_key(|job| std::cmp::Reverse(job.number));
    found.truncate(most);
    let mut jobs = Vec::new();
    for job in found {
        let places = parts_at(connection, &job, at)?;
        jobs.push((job, places));
    }
    Ok(jobs)
}

/// The number of the newest job that was submitted by then.
fn newest_job(connection: &Connection, at: i64) -> rusqlite::Result<i64> {
    let (mut low, mut high): (i64, i64) = connection.query_row(
        "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM jobs",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut query = connection.prepare_cached(
        "SELECT number, info FROM jobs WHERE number >= ?1 ORDER BY number LIMIT 1",
    )?;
    let mut newest = 0;
    while low <= high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, String)> = query
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let submitted = found.as_ref().and_then(|(number, info)| {
            let job = serde_json::from_str::<JobInfo>(info).ok()?;
            Some((*number, crate::history::millis(job.submitted_at)))
        });
        match submitted {
            Some((number, submitted)) if submitted <= at => {
                newest = number;
                low = number + 1;
            }
            _ => high = middle - 1,
        }
    }
    Ok(newest)
}

fn parts_at(connection: &Connection, job: &JobInfo, at: i64) -> rusqlite::Result<Vec<Ordinal>> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT ordinal FROM
            (SELECT ordinal, submitted_at, finished_at FROM executions WHERE job = ?1 LIMIT ?3)
         WHERE submitted_at <= ?2 AND (finished_at IS NULL OR finished_at >= ?2)",
    )?;
    let micros = at.saturating_mul(1000);
    let places = query.query_map(
        params![job.id.as_bytes().as_slice(), micros, PARTS],
        |row| row.get(0),
    )?;
    places.collect()
}

fn turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    Ok(Turn {
        at: row.get(0)?,
        node: row.get(1)?,
        stood: Stood::from_byte(row.get(2)?),
    })
}
