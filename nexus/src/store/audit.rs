//! The audit log, read. Slices are small, since everything else waits for them. Not here: writing it, see
//! [`super::chronicle`].

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::chronicle::{anchor, checkpoint, checkpoint_at, number, signed};
use super::{Job, Store, StoreError};
use crate::audit::{Anchor, Checkpoint, Digest, Draft, Head, Kept, Line, Page};

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
    pub(crate) anchor: Option<Anchor>,
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Number of the last entry.
    pub(crate) last: u64,
}

/// Where an export begins.
pub(crate) struct Start {
    /// The entry before it.
    pub(crate) head: Head,
    pub(crate) anchor: Option<Anchor>,
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
            text: raw(self.text),
        }
    }
}

impl Store {
    /// Whether something new may be done: the log takes entries, and the disk took the last ones.
    pub(crate) fn may_act(&self) -> bool {
        !self.health.unrecorded.load(Ordering::Relaxed) && self.lane.has_room()
    }

    /// Hands something over for the audit log. Everything that is handed over after it is written after it. False: the log
    /// is full.
    pub(crate) fn record(&self, draft: Draft) -> bool {
        let taken = self.lane.push(draft);
        if taken == Some(true) {
            // The queue is full only when the writer is awake, and then it sees the lane too.
            drop(self.jobs.try_send(Job::Nudge));
        }
        taken.is_some()
    }

    /// Somebody waits for what was recorded.
    pub(crate) fn hurry(&self) {
        drop(self.jobs.try_send(Job::Hurry));
    }

    /// At most `room` entries before this number that `filter` wants, newest first, of the next `rows`.
    pub(crate) async fn audit_before(
        &self,
        before: u64,
        rows: usize,
        room: usize,
        filter: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Page, StoreError> {
        self.read(move |connection| entries_before(connection, before, rows, room, filter))
            .await
    }

    /// The next entries after this number.
    pub(crate) async fn audit_after(
        &self,
        after: u64,
        rows: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |connection| entries_after(connection, after, rows))
            .await
    }

    /// All signatures, and how far the log goes now.
    pub(crate) async fn audit_signatures(&self) -> Result<Signatures, StoreError> {
        self.read(signatures).await
    }

    /// Signs what there is, and finds where an export of this time on begins.
    pub(crate) async fn audit_sign_and_find(
        &self,
        since: Option<String>,
    ) -> Result<Start, StoreError> {
        self.jobs
            .send(Job::Sign)
            .await
            .map_err(|_| StoreError::Stopped)?;
        self.read(move |connection| find(connection, since.as_deref()))
            .await
    }
}

/// The audit log of a Nexus that does not run.
pub struct AuditFile {
    connection: Connection,
    path: PathBuf,
}

impl AuditFile {
    /// Opens `nexus.sqlite`; nothing in it is changed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // To read what a killed Nexus left beside the file, SQLite has to be able to write there.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(std::time::Duration::from_secs(2))?;
            connection.query_row("SELECT count(*) FROM audit", [], |_| Ok(()))?;
            Ok(connection)
        });
        let connection = opened.map_err(|source| StoreError::Sqlite {
            what: "cannot read the audit log in",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        read(&self.connection).map_err(|source| StoreError::Sqlite {
            what: "cannot read the audit log in",
            path: self.path.clone(),
            source,
        })
    }

    pub(crate) fn before(
        &self,
        before: u64,
        rows: usize,
        room: usize,
        filter: impl Fn(&str) -> bool,
    ) -> Result<Page, StoreError> {
        self.read(|connection| entries_before(connection, before, rows, room, filter))
    }

    pub(crate) fn after(&self, after: u64, rows: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|connection| entries_after(connection, after, rows))
    }

    pub(crate) fn signatures(&self) -> Result<Signatures, StoreError> {
        self.read(signatures)
    }

    pub(crate) fn find(&self, since: Option<&str>) -> Result<Start, StoreError> {
        self.read(|connection| find(connection, since))
    }
}

fn entries_before(
    connection: &Connection,
    before: u64,
    rows: usize,
    room: usize,
    filter: impl Fn(&str) -> bool,
) -> rusqlite::Result<Page> {
    let mut query = connection.prepare_cached(
        "SELECT number, entry, hash FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let mut found = query.query((signed(before), limit))?;
    let (mut entries, mut looked_at, mut last) = (Vec::new(), 0, before);
    while entries.len() < room
        && let Some(row) = found.next()?
    {
        looked_at += 1;
        last = number(row, 0)?;
        let text = row.get_ref(1)?.as_str()?;
        if filter(text) {
            entries.push(Kept {
                number: last,
                hash: Digest(row.get(2)?),
                entry: raw(text.to_owned()),
            });
        }
    }
    let more = looked_at == rows || entries.len() == room;
    Ok(Page {
        entries,
        before: (more && last > 1).then_some(last),
    })
}

fn entries_after(
    connection: &Connection,
    after: u64,
    rows: usize,
) -> rusqlite::Result<Vec<AuditRow>> {
    let mut query = connection.prepare_cached(
        "SELECT a.number, a.entry, a.hash, c.number, c.hash, c.at, c.key, c.signature
         FROM audit a LEFT JOIN audit_checkpoints c ON c.number = a.number
         WHERE a.number > ?1 ORDER BY a.number LIMIT ?2",
    )?;
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let found = query.query_map((signed(after), limit), |row| {
        let is_signed = row.get::<_, Option<i64>>(3)?.is_some();
        Ok(AuditRow {
            number: number(row, 0)?,
            text: row.get(1)?,
            hash: Digest(row.get(2)?),
            checkpoint: is_signed.then(|| checkpoint_at(row, 3)).transpose()?,
        })
    })?;
    found.collect()
}

fn signatures(connection: &Connection) -> rusqlite::Result<Signatures> {
    let last: Option<i64> =
        connection.query_row("SELECT max(number) FROM audit", [], |row| row.get(0))?;
    let mut query = connection.prepare("SELECT * FROM audit_checkpoints ORDER BY number")?;
    let checkpoints = query.query_map([], checkpoint)?.collect::<Result<_, _>>()?;
    Ok(Signatures {
        anchor: anchor(connection)?,
        checkpoints,
        last: last
            .and_then(|last| u64::try_from(last).ok())
            .unwrap_or_default(),
    })
}

/// The entry before the first one of this time on. Times grow with numbers, unless the clock was set.
fn find(connection: &Connection, since: Option<&str>) -> rusqlite::Result<Start> {
    let anchor = anchor(connection)?;
    let begin = anchor.map_or(Head::EMPTY, |anchor| anchor.head());
    let Some(since) = since else {
        return Ok(Start {
            head: begin,
            anchor,
        });
    };
    let last: Option<i64> =
        connection.query_row("SELECT max(number) FROM audit", [], |row| row.get(0))?;
    let (mut low, mut high) = (begin.number, number_or(last, begin.number));
    let mut query = connection.prepare("SELECT entry, hash FROM audit WHERE number = ?1")?;
    let mut row = |number: u64| {
        query.query_row([signed(number)], |row| {
            Ok((row.get::<_, String>(0)?, Digest(row.get(1)?)))
        })
    };
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let (text, _) = row(middle)?;
        if time_of(&text).is_some_and(|at| at.as_str() < since) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    if low == begin.number {
        return Ok(Start {
            head: begin,
            anchor,
        });
    }
    let head = Head {
        number: low,
        hash: row(low)?.1,
    };
    Ok(Start { head, anchor: None })
}

fn number_or(number: Option<i64>, otherwise: u64) -> u64 {
    number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(otherwise)
}

fn time_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Timed {
        at: String,
    }
    serde_json::from_str::<Timed>(text).ok().map(|it| it.at)
}

/// What is no JSON any more is shown as null, so that an answer stays JSON; verifying tells of it.
fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
