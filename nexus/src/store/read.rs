//! Rows out to people. Not here: what they may see.

use std::sync::Arc;
use std::time::Duration;

use protocol::Stream;
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::rows::time;
use crate::audit::Digest;
use crate::job::Attempt;
use crate::model::{Chunk, ExecutionInfo, ExecutionState};

const COLUMNS: &str = "id, node_id, node_name, ordinal, skill, method, summary, state, exit_code, signal, error, \
                       result, submitted_at, finished_at, duration, output_bytes, output_gap, job, target, attempt, \
                       output_sha256";

pub(super) fn executions(
    connection: &Connection,
    node: Option<&str>,
    limit: u32,
) -> rusqlite::Result<Vec<ExecutionInfo>> {
    let filter = if node.is_some() {
        "WHERE node_id = ?1"
    } else {
        "WHERE ?1 IS NULL"
    };
    let sql = format!("SELECT {COLUMNS} FROM executions {filter} ORDER BY number DESC LIMIT ?2");
    let mut query = connection.prepare_cached(&sql)?;
    query.query_map((node, limit), execution_row)?.collect()
}

pub(super) fn execution(
    connection: &Connection,
    id: Uuid,
) -> rusqlite::Result<Option<ExecutionInfo>> {
    let sql = format!("SELECT {COLUMNS} FROM executions WHERE id = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes().as_slice()], execution_row)
        .optional()
}

/// What is of no job and was under way, as it was kept; the newest.
pub(super) fn singles_under_way(connection: &Connection) -> rusqlite::Result<Vec<ExecutionInfo>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM executions
         WHERE job IS NULL AND state IN ('queued', 'dispatched', 'running', 'stopping') ORDER BY number DESC LIMIT 20000"
    );
    let mut query = connection.prepare(&sql)?;
    let all = query.query_map([], execution_row)?;
    with_written(connection, all.collect::<Result<_, _>>()?)
}

/// All executions of a job in order of their attempts, each with as many bytes of output as are on disk.
pub(super) fn executions_of_job(
    connection: &Connection,
    job: Uuid,
) -> rusqlite::Result<Vec<ExecutionInfo>> {
    let sql = format!("SELECT {COLUMNS} FROM executions WHERE job = ?1 ORDER BY attempt, target");
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map([job.as_bytes().as_slice()], execution_row)?;
    with_written(connection, rows.collect::<Result<_, _>>()?)
}

/// Those that are not over, with as many bytes of output as are on disk.
fn with_written(
    connection: &Connection,
    mut all: Vec<ExecutionInfo>,
) -> rusqlite::Result<Vec<ExecutionInfo>> {
    let mut written = connection.prepare_cached(
        "SELECT coalesce(sum(length(bytes)), 0) FROM outputs WHERE execution = ?1",
    )?;
    for one in all.iter_mut().filter(|one| one.finished_at.is_none()) {
        let bytes = written.query_row([one.id.as_bytes().as_slice()], |row| row.get(0))?;
        one.output_bytes = number(bytes);
    }
    Ok(all)
}

pub(super) fn output(
    connection: &Connection,
    id: Uuid,
    from: u64,
    bytes: usize,
) -> rusqlite::Result<Vec<Chunk>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut query = connection
        .prepare_cached("SELECT seq, stream, at_ms, bytes FROM outputs WHERE execution = ?1 AND seq >= ?2 ORDER BY seq")?;
    let mut rows = query.query((id.as_bytes().as_slice(), from))?;
    let (mut chunks, mut size) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let chunk = Chunk {
            execution: id,
            seq: number(row.get(0)?),
            stream: if row.get(1)? {
                Stream::Stderr
            } else {
                Stream::Stdout
            },
            at_ms: number(row.get(2)?),
            bytes: row.get(3)?,
        };
        size += chunk.bytes.len();
        if size > bytes && !chunks.is_empty() {
            break;
        }
        chunks.push(chunk);
    }
    Ok(chunks)
}

fn execution_row(row: &Row<'_>) -> rusqlite::Result<ExecutionInfo> {
    let state: String = row.get(7)?;
    let result: Option<String> = row.get(11)?;
    Ok(ExecutionInfo {
        id: Uuid::from_slice(&row.get::<_, Vec<u8>>(0)?).unwrap_or_default(),
        node_id: row.get(1)?,
        node_name: row.get(2)?,
        ordinal: row.get(3)?,
        skill: row.get(4)?,
        method: row.get(5)?,
        summary: row.get(6)?,
        state: ExecutionState::from_word(&state).unwrap_or(ExecutionState::Unknown),
        exit_code: row.get(8)?,
        signal: row.get(9)?,
        error: row.get(10)?,
        result: result
            .and_then(|text| RawValue::from_string(text).ok())
            .map(Arc::from),
        submitted_at: time(row.get(12)?),
        finished_at: row.get::<_, Option<i64>>(13)?.map(time),
        duration: row
            .get::<_, Option<i64>>(14)?
            .map(|micros| Duration::from_micros(number(micros))),
        elapsed: None,
        output_bytes: number(row.get(15)?),
        output_gap: row.get(16)?,
        attempt: attempt(row)?,
        output_sha256: row.get::<_, Option<[u8; 32]>>(20)?.map(Digest),
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Option<Attempt>> {
    let Some(job) = row.get::<_, Option<Vec<u8>>>(17)? else {
        return Ok(None);
    };
    Ok(Some(Attempt {
        job: Uuid::from_slice(&job).unwrap_or_default(),
        index: row.get(18)?,
        number: row.get(19)?,
    }))
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
