//! Rows of jobs, in and out. What never changes of a job is written when it is accepted and, without its parameters, when it
//! is over; how it stands is written in between. Where its targets are is told by its executions. Not here: what it means.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::read;
use super::rows::json;
use crate::job::{JobInfo, JobRow, JobTargetInfo, Record, ends};
use crate::model::StopInfo;
use crate::redact;
use crate::state::StoredJob;

/// Jobs kept; the oldest go first.
const KEPT: i64 = 100_000;

/// What is left of the jobs of an earlier life.
#[derive(Debug, Default)]
pub(crate) struct Left {
    pub(crate) live: Vec<StoredJob>,
    /// The number of the next job.
    pub(crate) next: u64,
    /// Ids and dedupe keys of all that are kept, oldest first.
    pub(crate) used: Vec<(Uuid, Option<String>)>,
    pub(crate) stop: StopInfo,
}

impl Left {
    /// Without those that lived.
    pub(crate) fn take_live(&mut self) -> Vec<StoredJob> {
        std::mem::take(&mut self.live)
    }
}

pub(super) fn put(connection: &Connection, row: &JobRow) -> rusqlite::Result<()> {
    let info = &row.info;
    let over = info.state.is_over();
    let number = i64::try_from(row.number).unwrap_or(i64::MAX);
    let Some(record) = &row.record else {
        connection
            .prepare_cached("UPDATE jobs SET live = ?2, info = ?3 WHERE number = ?1")?
            .execute(params![number, !over, json(&**info)])?;
        return Ok(());
    };
    // While it lives it must be exactly what was asked for.
    let record = if over {
        redact::json(record)
    } else {
        record.into()
    };
    connection
        .prepare_cached(
            "INSERT INTO jobs (number, id, dedupe_key, live, asker, info, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (number) DO UPDATE SET live = ?4, info = ?6, record = ?7",
        )?
        .execute(params![
            number,
            info.id.as_bytes().as_slice(),
            info.dedupe_key,
            !over,
            info.asker,
            json(&**info),
            record,
        ])?;
    Ok(())
}

/// Another instance has it now, with what is not over of it.
pub(super) fn forget(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    let id = id.as_bytes().as_slice();
    connection.execute(
        "DELETE FROM executions WHERE job = ?1 AND (finished_at IS NULL OR state = 'unknown')",
        [id],
    )?;
    connection
        .execute("DELETE FROM jobs WHERE id = ?1", [id])
        .map(drop)
}

pub(super) fn put_stop(connection: &Connection, stop: &StopInfo) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO settings VALUES ('stop', ?1)")?
        .execute([json(stop)])?;
    Ok(())
}

pub(super) fn left(connection: &Connection) -> rusqlite::Result<Left> {
    let next =
        connection.query_row("SELECT coalesce(max(number), 0) + 1 FROM jobs", [], |row| {
            row.get::<_, i64>(0)
        })?;
    let stop: Option<String> = connection
        .query_row("SELECT value FROM settings WHERE key = 'stop'", [], |row| {
            row.get(0)
        })
        .optional()?;
    let mut query = connection.prepare("SELECT id, dedupe_key FROM jobs ORDER BY number")?;
    let used = query.query_map([], |row| {
        Ok((id_of(&row.get::<_, Vec<u8>>(0)?), row.get(1)?))
    })?;
    let used: Vec<_> = used.collect::<Result<_, _>>()?;
    let mut query =
        connection.prepare("SELECT info, record FROM jobs WHERE live ORDER BY number")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut live = Vec::new();
    for row in rows {
        let (info, record) = row?;
        let read = serde_json::from_str::<JobInfo>(&info)
            .and_then(|info| serde_json::from_str::<Record>(&record).map(|record| (info, record)));
        match read {
            Ok((info, record)) => {
                let attempts = read::executions_of_job(connection, info.id)?;
                live.push(StoredJob {
                    info,
                    record,
                    attempts,
                });
            }
            Err(error) => {
                tracing::error!(%error, "a job cannot be read any more; it does not go on")
            }
        }
    }
    Ok(Left {
        live,
        next: u64::try_from(next).unwrap_or(1),
        used,
        stop: stop
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
    })
}

/// A job that is not over, with all that belongs to it.
pub(super) fn live(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<StoredJob>> {
    let row: Option<(String, String)> = connection
        .prepare_cached("SELECT info, record FROM jobs WHERE live AND id = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let read = row.and_then(|(info, record)| {
        let info = serde_json::from_str::<JobInfo>(&info).ok()?;
        Some((info, serde_json::from_str::<Record>(&record).ok()?))
    });
    let Some((info, record)) = read else {
        return Ok(None);
    };
    let attempts = read::executions_of_job(connection, id)?;
    Ok(Some(StoredJob {
        info,
        record,
        attempts,
    }))
}

/// One job as it was last written.
pub(super) fn job(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<JobInfo>> {
    let info: Option<String> = connection
        .prepare_cached("SELECT info FROM jobs WHERE id = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    Ok(info.and_then(|info| serde_json::from_str(&info).ok()))
}

/// The newest jobs that are over, newest first; of one asker or of all.
pub(super) fn over(
    connection: &Connection,
    asker: Option<&str>,
    before: u64,
    limit: u32,
) -> rusqlite::Result<Vec<JobInfo>> {
    let mut query = connection.prepare_cached(
        "SELECT info FROM jobs WHERE number < ?1 AND NOT live AND (?2 IS NULL OR asker = ?2) ORDER BY number DESC LIMIT ?3",
    )?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = query.query_map(params![before, asker, limit], |row| row.get::<_, String>(0))?;
    rows.map(|row| row.map(|text| serde_json::from_str(&text).ok()))
        .filter_map(Result::transpose)
        .collect()
}

/// Targets of a job that is over, from an index on.
pub(super) fn targets(
    connection: &Connection,
    id: Uuid,
    after: u32,
) -> rusqlite::Result<Option<Vec<JobTargetInfo>>> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM jobs WHERE id = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    let record = record.and_then(|text| serde_json::from_str::<Record>(&text).ok());
    Ok(record.map(|record| {
        let total = u32::try_from(record.targets.len()).unwrap_or(u32::MAX);
        let ends = ends(record.policy.waves.as_ref(), total);
        let wave = |index| u32::try_from(ends.partition_point(|end| *end <= index)).unwrap_or(0);
        (0..)
            .zip(&record.targets)
            .filter(|(index, _)| *index >= after)
            .map(|(index, target)| target.info(index, wave(index) + 1))
            .collect()
    }))
}

/// How a job was asked for, for asking again.
pub(super) fn record(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Record>> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM jobs WHERE id = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    Ok(record.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(super) fn prune(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM jobs WHERE NOT live AND number <= (SELECT max(number) FROM jobs) - ?1",
        [KEPT],
    )
}

fn id_of(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}
