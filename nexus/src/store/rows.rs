//! Rows in. Not here: rows out to people, see [`super::read`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use protocol::{Stream, Version};
use rusqlite::{Connection, params};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::NodeRow;
use crate::model::{Chunk, ExecutionInfo};
use crate::trust::{JoinCodeInfo, Joined, NodeTrust, Waiting};

/// Largest result kept, bytes of JSON; the caller had the whole one.
const RESULT_KEPT: usize = 1024 * 1024;

pub(super) fn put_node(connection: &Connection, node: &NodeRow) -> rusqlite::Result<()> {
    let capabilities =
        serde_json::to_string(&node.capabilities).unwrap_or_else(|_| "{}".to_owned());
    // The id of a removed node may be taken by another one.
    let id = if node.removed {
        format!("removed {}", node.ordinal)
    } else {
        node.id.clone()
    };
    connection
        .prepare_cached(
            "INSERT INTO nodes (ordinal, id, name, capabilities, version, peer, group_key, registered_at, last_seen, trust, removed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (ordinal) DO UPDATE SET id = ?2, name = ?3, capabilities = ?4, version = ?5, peer = ?6,
                group_key = ?7, registered_at = ?8, last_seen = ?9, trust = ?10, removed = ?11",
        )?
        .execute(params![
            node.ordinal,
            id,
            node.name,
            capabilities,
            node.version.number(),
            node.peer,
            node.group_key,
            micros(node.registered_at),
            micros(node.last_seen),
            json(&node.trust),
            node.removed,
        ])?;
    Ok(())
}

/// With its result and its error as they may be kept.
pub(super) fn put_execution(
    connection: &Connection,
    one: &ExecutionInfo,
    result: Option<&str>,
    error: Option<&str>,
) -> rusqlite::Result<()> {
    let result = result.filter(|result| result.len() <= RESULT_KEPT);
    connection
        .prepare_cached(
            "INSERT INTO executions (id, node_id, node_name, ordinal, skill, method, summary, state, exit_code,
                signal, error, result, submitted_at, finished_at, duration, output_bytes, output_gap, job, target, attempt,
                output_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             ON CONFLICT (id) DO UPDATE SET node_id = ?2, node_name = ?3, ordinal = ?4, state = ?8, exit_code = ?9,
                signal = ?10, error = ?11, result = coalesce(?12, result), finished_at = ?14, duration = ?15,
                output_bytes = ?16, output_gap = ?17, output_sha256 = ?21",
        )?
        .execute(params![
            one.id.as_bytes().as_slice(),
            one.node_id,
            one.node_name,
            one.ordinal,
            one.skill,
            one.method,
            one.summary,
            one.state.word(),
            one.exit_code,
            one.signal,
            error,
            result,
            micros(one.submitted_at),
            one.finished_at.map(micros),
            one.duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
            i64::try_from(one.output_bytes).unwrap_or(i64::MAX),
            one.output_gap,
            one.attempt.as_ref().map(|attempt| attempt.job.as_bytes().as_slice()),
            one.attempt.map(|attempt| attempt.index),
            one.attempt.map(|attempt| attempt.number),
            one.output_sha256.as_ref().map(|hash| hash.0.as_slice()),
        ])?;
    Ok(())
}

/// With its bytes as they may be kept.
pub(super) fn put_output(
    connection: &Connection,
    chunk: &Chunk,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    // A chunk whose execution is not kept any more is of no use; it must not fail the whole batch.
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO outputs SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM executions WHERE id = ?1)",
        )?
        .execute(params![
            chunk.execution.as_bytes().as_slice(),
            i64::try_from(chunk.seq).unwrap_or(i64::MAX),
            u8::from(chunk.stream == Stream::Stderr),
            i64::try_from(chunk.at_ms).unwrap_or(i64::MAX),
            bytes,
        ])?;
    Ok(())
}

/// All nodes in order of their ordinals. A row that cannot be read any more keeps its place, without facts.
pub(super) fn nodes(connection: &Connection) -> rusqlite::Result<Vec<NodeRow>> {
    let mut query = connection.prepare("SELECT * FROM nodes ORDER BY ordinal")?;
    let rows = query.query_map([], |row| {
        let capabilities: String = row.get(3)?;
        let registered_at = time(row.get(7)?);
        let (name, trust): (String, String) = (row.get(2)?, row.get("trust")?);
        let trust = serde_json::from_str(&trust).unwrap_or_else(|_| {
            // Before there were keys.
            let mut trust = NodeTrust::new(None, Joined::SharedToken, registered_at);
            trust.own_name.clone_from(&name);
            trust
        });
        Ok(NodeRow {
            ordinal: row.get(0)?,
            id: row.get(1)?,
            name,
            capabilities: serde_json::from_str(&capabilities).unwrap_or_default(),
            version: Version::negotiate(row.get(4)?).unwrap_or(Version::V1),
            peer: row.get(5)?,
            group_key: row.get(6)?,
            registered_at,
            last_seen: time(row.get(8)?),
            trust,
            removed: row.get("removed")?,
        })
    })?;
    rows.collect()
}

pub(super) fn put_code(connection: &Connection, code: &JoinCodeInfo) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO join_codes VALUES (?1, ?2)")?
        .execute(params![code.id.as_bytes().as_slice(), json(code)])?;
    Ok(())
}

pub(super) fn put_waiting(connection: &Connection, one: &Waiting) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO waiting VALUES (?1, ?2)")?
        .execute(params![one.key.0.as_slice(), json(one)])?;
    Ok(())
}

pub(super) fn codes(connection: &Connection) -> rusqlite::Result<Vec<JoinCodeInfo>> {
    parsed(connection, "SELECT code FROM join_codes")
}

pub(super) fn waiting(connection: &Connection) -> rusqlite::Result<Vec<Waiting>> {
    parsed(connection, "SELECT machine FROM waiting")
}

/// Rows of one JSON column; one that cannot be read any more is left out: nobody comes in by it.
pub(super) fn parsed<T: DeserializeOwned>(
    connection: &Connection,
    query: &str,
) -> rusqlite::Result<Vec<T>> {
    let mut query = connection.prepare(query)?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|row| row.map(|text| serde_json::from_str(&text).ok()))
        .filter_map(Result::transpose)
        .collect()
}

pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Structs of strings and numbers cannot fail to serialise.
    serde_json::to_string(value).unwrap_or_default()
}

/// What was under way when the last life ended is unknown until a node brings it back. Jobs that live know of theirs.
pub(super) fn orphan(connection: &Connection, now: SystemTime) -> rusqlite::Result<usize> {
    connection.execute(
        "UPDATE executions SET state = 'unknown', finished_at = ?1, error = 'the Nexus was restarted while it ran'
         WHERE state IN ('queued', 'dispatched', 'running', 'stopping')
            AND (job IS NULL OR NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = executions.job AND live))",
        [micros(now)],
    )
}

pub(super) fn prune(connection: &Connection, keep: i64) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM executions WHERE number <= (SELECT max(number) FROM executions) - ?1
            AND (job IS NULL OR NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = executions.job AND live))",
        [keep],
    )
}

pub(super) fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

pub(super) fn time(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
