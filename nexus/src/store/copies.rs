//! Copies of the audit logs of other instances. What is written here was verified, and is never changed: a log that is not what
//! it was gets another copy beside this one.
//! Not here: what follows from what ([`crate::audit`]), and reading entries ([`super::audit`]).

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::chronicle::{checkpoint_at, number, signed};
use super::rows::{json, micros, time};
use super::{Store, StoreError};
use crate::audit::{Anchor, Checkpoint, Digest, Follows, Head, InstanceName, LogCopy, Why};
use crate::identity::Identity;

/// How far a copy is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) copy: LogCopy,
    /// Its last entry.
    pub(crate) head: Head,
    /// Number of the last one that is signed, or of the one before its first.
    pub(crate) signed: u64,
}

/// A copy that is to begin.
#[derive(Debug, Clone)]
pub(crate) struct NewCopy {
    pub(crate) origin: InstanceName,
    pub(crate) start: Head,
    pub(crate) anchor: Option<Anchor>,
    pub(crate) why: Why,
}

impl Store {
    /// All copies, the oldest first.
    pub(crate) async fn log_copies(&self) -> Result<Vec<LogCopy>, StoreError> {
        self.read(copies).await
    }

    /// How far the newest copy of this instance's log is, and how many there are.
    pub(crate) async fn copied(
        &self,
        instance: Uuid,
    ) -> Result<(Option<Progress>, usize), StoreError> {
        self.read(move |connection| {
            let mut all = copies(connection)?;
            all.retain(|copy| copy.origin.id == instance);
            let count = all.len();
            let newest = all.pop().map(|copy| progress(connection, copy));
            Ok((newest.transpose()?, count))
        })
        .await
    }

    /// Hash of an entry of a copy; of the one before its first, too.
    pub(crate) async fn copied_hash(
        &self,
        copy: &LogCopy,
        number: u64,
    ) -> Result<Option<Digest>, StoreError> {
        let (id, start) = (copy.id, copy.start);
        self.read(move |connection| {
            if number == start.number {
                return Ok(Some(start.hash));
            }
            connection
                .prepare_cached("SELECT hash FROM audit_copied WHERE copy = ?1 AND number = ?2")?
                .query_row((id, signed(number)), |row| row.get(0).map(Digest))
                .optional()
        })
        .await
    }

    /// Begins a copy.
    pub(crate) async fn begin_copy(&self, new: NewCopy) -> Result<(), StoreError> {
        let now = micros(SystemTime::now());
        self.change(move |transaction| {
            let NewCopy {
                origin,
                start,
                anchor,
                why,
            } = new;
            transaction.execute(
                "INSERT INTO audit_copies (instance, name, number, hash, anchor, why, begun_at, heard_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
                params![
                    origin.id.to_string(),
                    origin.name,
                    signed(start.number),
                    start.hash.0.as_slice(),
                    anchor.map(|anchor| json(&anchor)),
                    json(&why),
                    now
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Adds what follows; how many of its signatures are about no entry that is there.
    pub(crate) async fn copy_more(
        &self,
        copy: u32,
        name: String,
        more: Follows,
    ) -> Result<usize, StoreError> {
        let now = micros(SystemTime::now());
        self.change(move |transaction| {
            let mut put = transaction.prepare_cached(
                "INSERT INTO audit_copied (copy, number, entry, hash) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (number, hash, text) in &more.rows {
                put.execute(params![copy, signed(*number), text, hash.0.as_slice()])?;
            }
            let mut misfits = 0;
            for checkpoint in &more.checkpoints {
                misfits += usize::from(!sign(transaction, copy, checkpoint)?);
            }
            transaction.execute(
                "UPDATE audit_copies SET name = ?2, heard_at = ?3 WHERE id = ?1",
                params![copy, name, now],
            )?;
            Ok(misfits)
        })
        .await
    }
}

/// False: the entry that it is about is not there, or is another one.
fn sign(transaction: &Transaction<'_>, copy: u32, one: &Checkpoint) -> rusqlite::Result<bool> {
    let kept = transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO audit_copied_checkpoints
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 FROM audit_copied WHERE copy = ?1 AND number = ?2 AND hash = ?3",
        )?
        .execute(params![
            copy,
            signed(one.number),
            one.hash.0.as_slice(),
            signed(one.at),
            one.key.0.as_slice(),
            one.signature.0.as_slice(),
        ])?;
    Ok(kept > 0)
}

pub(super) fn copies(connection: &Connection) -> rusqlite::Result<Vec<LogCopy>> {
    let mut query = connection.prepare_cached(
        "SELECT id, instance, name, number, hash, anchor, why, begun_at FROM audit_copies ORDER BY id",
    )?;
    query.query_map([], copy)?.collect()
}

fn copy(row: &Row<'_>) -> rusqlite::Result<LogCopy> {
    let text = |column| row.get::<_, Option<String>>(column);
    let anchor = text(5)?.and_then(|text| serde_json::from_str(&text).ok());
    let why = text(6)?.and_then(|text| serde_json::from_str(&text).ok());
    Ok(LogCopy {
        id: row.get(0)?,
        origin: InstanceName {
            id: Uuid::try_parse(&row.get::<_, String>(1)?).unwrap_or_default(),
            name: row.get(2)?,
        },
        start: Head {
            number: number(row, 3)?,
            hash: Digest(row.get(4)?),
        },
        anchor,
        why: why.unwrap_or(Why::Unproved),
        begun_at: time(row.get(7)?),
    })
}

fn progress(connection: &Connection, copy: LogCopy) -> rusqlite::Result<Progress> {
    let last = connection
        .prepare_cached(
            "SELECT number, hash FROM audit_copied WHERE copy = ?1 ORDER BY number DESC LIMIT 1",
        )?
        .query_row([copy.id], |row| {
            Ok(Head {
                number: number(row, 0)?,
                hash: Digest(row.get(1)?),
            })
        })
        .optional()?;
    let signed = connection
        .prepare_cached("SELECT max(number) FROM audit_copied_checkpoints WHERE copy = ?1")?
        .query_row([copy.id], |row| row.get::<_, Option<i64>>(0))?;
    let signed = signed.and_then(|number| u64::try_from(number).ok());
    Ok(Progress {
        head: last.unwrap_or(copy.start),
        signed: signed.unwrap_or(copy.start.number),
        copy,
    })
}

/// Removes what is older than this, as each instance does with its own: up to a checkpoint, with a signature that says so. Of
/// whom nothing was heard since then, everything goes.
pub(super) fn prune(
    transaction: &Transaction<'_>,
    identity: &Identity,
    oldest: SystemTime,
    now: SystemTime,
) -> rusqlite::Result<()> {
    let oldest = micros(oldest);
    transaction.execute("DELETE FROM audit_copies WHERE heard_at < ?1", [oldest])?;
    for copy in copies(transaction)? {
        let last = transaction
            .query_row(
                "SELECT * FROM audit_copied_checkpoints WHERE copy = ?1 AND at < ?2 ORDER BY number DESC LIMIT 1",
                (copy.id, oldest),
                |row| checkpoint_at(row, 1),
            )
            .optional()?;
        let Some(last) = last else { continue };
        for table in ["audit_copied", "audit_copied_checkpoints"] {
            let sql = format!("DELETE FROM {table} WHERE copy = ?1 AND number <= ?2");
            transaction.execute(&sql, (copy.id, signed(last.number)))?;
        }
        let head = Head {
            number: last.number,
            hash: last.hash,
        };
        transaction.execute(
            "UPDATE audit_copies SET number = ?2, hash = ?3, anchor = ?4 WHERE id = ?1",
            params![
                copy.id,
                signed(head.number),
                head.hash.0.as_slice(),
                json(&Anchor::sign(identity, head, now))
            ],
        )?;
    }
    Ok(())
}
