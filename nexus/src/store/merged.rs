//! Several audit logs as one list, newest first. Each log is read in its own order, and of those that stand next the newest goes
//! first: so nothing is left out and nothing comes twice, whatever clocks say.
//! Not here: which logs, and what is looked for.

use rusqlite::{CachedStatement, Connection, Rows};

use super::chronicle::{number, signed};
use super::logs::{raw, time_of};
use super::{Store, StoreError};
use crate::audit::{Digest, Kept, LogId};

/// Later than any time that an entry has.
const NOW: &str = "9999";

/// Some entries, and where to go on in each log; nowhere: nothing is older.
pub(crate) struct Slice {
    pub(crate) entries: Vec<(LogId, Kept)>,
    pub(crate) places: Vec<(LogId, u64)>,
}

/// The next entry of one log.
struct Next {
    at: String,
    number: u64,
    text: String,
    hash: Digest,
}

impl Store {
    /// At most `room` entries before these places that `filter` wants, newest first, of the next `rows`.
    pub(crate) async fn audit_before(
        &self,
        places: Vec<(LogId, u64)>,
        rows: usize,
        room: usize,
        filter: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Slice, StoreError> {
        self.read(move |connection| before(connection, &places, rows, room, filter))
            .await
    }
}

pub(super) fn before(
    connection: &Connection,
    places: &[(LogId, u64)],
    rows: usize,
    room: usize,
    filter: impl Fn(&str) -> bool,
) -> rusqlite::Result<Slice> {
    let alone = places.len() < 2;
    let statements = places.iter().map(|(log, _)| statement(connection, *log));
    let mut statements: Vec<_> = statements.collect::<rusqlite::Result<_>>()?;
    let mut logs = Vec::new();
    for (statement, &(log, before)) in statements.iter_mut().zip(places) {
        let mut rows = match log {
            LogId::OWN => statement.query([signed(before)])?,
            LogId(copy) => statement.query((signed(before), copy))?,
        };
        let first = next(&mut rows, alone, NOW)?;
        logs.push((log, before, rows, first));
    }
    let (mut entries, mut looked_at) = (Vec::new(), 0);
    while looked_at < rows && entries.len() < room {
        let standing = logs.iter_mut().filter(|(.., next)| next.is_some());
        // Of several, the last: logs are always asked for in the same order.
        let newest = standing.reduce(|a, b| if at(&b.3) >= at(&a.3) { b } else { a });
        let Some((log, before, rows, standing)) = newest else {
            break;
        };
        let following = next(rows, alone, at(standing))?;
        let Some(this) = std::mem::replace(standing, following) else {
            break;
        };
        looked_at += 1;
        *before = this.number;
        if filter(&this.text) {
            let kept = Kept {
                number: this.number,
                hash: this.hash,
                entry: raw(this.text),
                instance: None,
            };
            entries.push((*log, kept));
        }
    }
    let more = logs.iter().filter(|(.., next)| next.is_some());
    let places = more.map(|(log, before, ..)| (*log, *before)).collect();
    Ok(Slice { entries, places })
}

fn at(next: &Option<Next>) -> &str {
    next.as_ref().map_or("", |next| &next.at)
}

fn statement(connection: &Connection, log: LogId) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached(match log {
        LogId::OWN => {
            "SELECT number, entry, hash FROM audit WHERE number < ?1 ORDER BY number DESC"
        }
        LogId(_) => {
            "SELECT number, entry, hash FROM audit_copied WHERE copy = ?2 AND number < ?1
             ORDER BY number DESC"
        }
    })
}

/// `newer` is the time of the one after it: one that does not say its own stands there.
fn next(rows: &mut Rows<'_>, alone: bool, newer: &str) -> rusqlite::Result<Option<Next>> {
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let text: String = row.get(1)?;
    let at = if alone { None } else { time_of(&text) };
    Ok(Some(Next {
        at: at.unwrap_or_else(|| newer.to_owned()),
        number: number(row, 0)?,
        hash: Digest(row.get(2)?),
        text,
    }))
}
