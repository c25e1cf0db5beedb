//! One audit log in its tables: this instance's own, or a copy of another one's. Not here: several as one list, see
//! [`super::merged`].

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::chronicle::{anchor, checkpoint, checkpoint_at, number, signed};
use super::copies::copies;
use crate::audit::{Anchor, Checkpoint, Digest, Head, Line, LogId};

/// Rows of one answer to another instance, and signatures.
const TOLD: usize = 2_000;

/// One row.
pub(crate) struct AuditRow {
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) hash: Digest,
    /// That was made when it was the last one.
    pub(crate) checkpoint: Option<Checkpoint>,
}

/// What the Nexus has signed.
pub(crate) struct Signatures {
    /// Where the log begins.
    pub(crate) begin: Start,
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Number of the last entry.
    pub(crate) last: u64,
}

/// Where a log, or an export of it, begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    /// The entry before it.
    pub(crate) head: Head,
    pub(crate) anchor: Option<Anchor>,
}

/// What another instance is told of this one's log.
pub(crate) struct OwnLog {
    pub(crate) begin: Start,
    /// Number of the last entry.
    pub(crate) last: u64,
    /// Hash of the entry after which it was asked; none: it is not there.
    pub(crate) at: Option<Digest>,
    pub(crate) rows: Vec<AuditRow>,
    /// That were asked for, as far as the rows go.
    pub(crate) checkpoints: Vec<Checkpoint>,
}

impl AuditRow {
    /// Its time, as it says itself.
    pub(crate) fn at(&self) -> Option<String> {
        time_of(&self.text)
    }

    /// As a line of an export.
    pub(crate) fn line(self) -> Line {
        Line::Entry {
            hash: self.hash,
            text: self.raw(),
        }
    }

    /// Its text, as it stands.
    pub(crate) fn raw(self) -> Box<RawValue> {
        raw(self.text)
    }
}

/// At most so many rows, and no more once they have so many bytes.
pub(super) fn entries_after(
    connection: &Connection,
    log: LogId,
    after: u64,
    (rows, bytes): (usize, usize),
) -> rusqlite::Result<Vec<AuditRow>> {
    let mut query = connection.prepare_cached(match log {
        LogId::OWN => {
            "SELECT a.number, a.entry, a.hash, c.number, c.hash, c.at, c.key, c.signature
             FROM audit a LEFT JOIN audit_checkpoints c ON c.number = a.number
             WHERE a.number > ?1 ORDER BY a.number LIMIT ?2"
        }
        LogId(_) => {
            "SELECT a.number, a.entry, a.hash, c.number, c.hash, c.at, c.key, c.signature
             FROM audit_copied a LEFT JOIN audit_copied_checkpoints c ON c.copy = a.copy AND c.number = a.number
             WHERE a.copy = ?3 AND a.number > ?1 ORDER BY a.number LIMIT ?2"
        }
    })?;
    let mut found = match log {
        LogId::OWN => query.query((signed(after), limit(rows)))?,
        LogId(copy) => query.query((signed(after), limit(rows), copy))?,
    };
    let (mut all, mut size) = (Vec::new(), 0);
    while size < bytes
        && let Some(row) = found.next()?
    {
        let is_signed = row.get::<_, Option<i64>>(3)?.is_some();
        let text: String = row.get(1)?;
        size += text.len();
        all.push(AuditRow {
            number: number(row, 0)?,
            text,
            hash: Digest(row.get(2)?),
            checkpoint: is_signed.then(|| checkpoint_at(row, 3)).transpose()?,
        });
    }
    Ok(all)
}

pub(super) fn signatures(
    connection: &Connection,
    log: LogId,
) -> rusqlite::Result<Option<Signatures>> {
    let Some(begin) = begin(connection, log)? else {
        return Ok(None);
    };
    let last = last(connection, log)?.unwrap_or_default();
    let mut query = connection.prepare(match log {
        LogId::OWN => "SELECT 0, * FROM audit_checkpoints ORDER BY number",
        LogId(_) => "SELECT * FROM audit_copied_checkpoints WHERE copy = ?1 ORDER BY number",
    })?;
    let read = |row: &Row<'_>| checkpoint_at(row, 1);
    let checkpoints = match log {
        LogId::OWN => query.query_map([], read)?.collect::<Result<_, _>>()?,
        LogId(copy) => query.query_map([copy], read)?.collect::<Result<_, _>>()?,
    };
    Ok(Some(Signatures {
        begin,
        checkpoints,
        last,
    }))
}

/// The entry before the first one.
fn begin(connection: &Connection, log: LogId) -> rusqlite::Result<Option<Start>> {
    if log == LogId::OWN {
        let anchor = anchor(connection)?;
        let head = anchor.map_or(Head::EMPTY, |anchor| anchor.head());
        return Ok(Some(Start { head, anchor }));
    }
    let copies = copies(connection)?;
    let copy = copies.into_iter().find(|copy| LogId(copy.id) == log);
    Ok(copy.map(|copy| Start {
        head: copy.start,
        anchor: copy.anchor,
    }))
}

fn last(connection: &Connection, log: LogId) -> rusqlite::Result<Option<u64>> {
    let last: Option<i64> = match log {
        LogId::OWN => {
            connection.query_row("SELECT max(number) FROM audit", [], |row| row.get(0))?
        }
        LogId(copy) => connection.query_row(
            "SELECT max(number) FROM audit_copied WHERE copy = ?1",
            [copy],
            |row| row.get(0),
        )?,
    };
    Ok(last.and_then(|last| u64::try_from(last).ok()))
}

/// The entry before the first one of this time on. Times grow with numbers, unless the clock was set.
pub(super) fn find(
    connection: &Connection,
    log: LogId,
    since: Option<&str>,
) -> rusqlite::Result<Option<Start>> {
    let Some(begin) = begin(connection, log)? else {
        return Ok(None);
    };
    let Some(since) = since else {
        return Ok(Some(begin));
    };
    let (mut low, mut high) = (
        begin.head.number,
        last(connection, log)?.unwrap_or(begin.head.number),
    );
    let row = |number: u64| one(connection, log, number);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let early = row(middle)?
            .and_then(|(text, _)| time_of(&text))
            .is_some_and(|at| at.as_str() < since);
        if early {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    if low == begin.head.number {
        return Ok(Some(begin));
    }
    let hash = row(low)?.map(|(_, hash)| hash);
    Ok(hash.map(|hash| Start {
        head: Head { number: low, hash },
        anchor: None,
    }))
}

/// Text and hash of one entry.
fn one(
    connection: &Connection,
    log: LogId,
    number: u64,
) -> rusqlite::Result<Option<(String, Digest)>> {
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, Digest(row.get(1)?)));
    let found = match log {
        LogId::OWN => connection
            .prepare_cached("SELECT entry, hash FROM audit WHERE number = ?1")?
            .query_row([signed(number)], read),
        LogId(copy) => connection
            .prepare_cached("SELECT entry, hash FROM audit_copied WHERE copy = ?2 AND number = ?1")?
            .query_row((signed(number), copy), read),
    };
    found.optional()
}

pub(super) fn told(
    connection: &Connection,
    after: u64,
    already: u64,
    bytes: usize,
) -> rusqlite::Result<OwnLog> {
    let anchor = anchor(connection)?;
    let begin = anchor.map_or(Head::EMPTY, |anchor| anchor.head());
    let at = if after == begin.number {
        Some(begin.hash)
    } else {
        one(connection, LogId::OWN, after)?.map(|(_, hash)| hash)
    };
    let from = after.max(begin.number);
    let rows = match bytes {
        0 => Vec::new(),
        _ => entries_after(connection, LogId::OWN, from, (TOLD, bytes))?,
    };
    let through = rows.last().map_or(from, |row| row.number);
    let checkpoints = connection
        .prepare_cached(
            "SELECT * FROM audit_checkpoints WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3",
        )?
        .query_map((signed(already), signed(through), limit(TOLD)), checkpoint)?
        .collect::<Result<_, _>>()?;
    Ok(OwnLog {
        begin: Start {
            head: begin,
            anchor,
        },
        last: last(connection, LogId::OWN)?.unwrap_or(begin.number),
        at,
        rows,
        checkpoints,
    })
}

/// When it says that it was. Entries are long, and it stands near the front.
pub(super) fn time_of(text: &str) -> Option<String> {
    let near = text.strip_prefix("{\"number\":").and_then(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.strip_prefix(",\"at\":\"")?.split_once('"')
    });
    if let Some((at, _)) = near.filter(|(at, _)| !at.contains('\\')) {
        return Some(at.to_owned());
    }
    #[derive(Deserialize)]
    struct Timed {
        at: String,
    }
    serde_json::from_str::<Timed>(text).ok().map(|it| it.at)
}

/// What is no JSON any more is shown as null, so that an answer stays JSON; verifying tells of it.
pub(super) fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
