//! Writes the audit log: gives each entry its place, signs the chain's head when it is time, removes what is too old. On the
//! store's thread, in the transaction of everything else. Not here: what entries say.

use std::time::{Duration, SystemTime};

use protocol::Fixed;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::json;

use super::copies;
use super::rows::micros;
use crate::audit::{
    Action, Anchor, CHECKPOINT_EVERY, Checkpoint, Digest, Draft, Entry, Head, entries,
};
use crate::identity::Identity;

/// How long news stay without a signature.
const SIGN_EVERY: Duration = Duration::from_secs(3600);
/// How often it is looked at what is too old.
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// See the module.
pub(super) struct Chronicle {
    identity: Identity,
    /// How long entries are kept; none is for ever.
    keep: Option<Duration>,
    now: Progress,
}

/// How far it is. Only what was committed counts.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    head: Head,
    signed: u64,
    signed_at: SystemTime,
    pruned_at: SystemTime,
}

impl Chronicle {
    /// Goes on where the table ends.
    pub(super) fn load(
        connection: &Connection,
        identity: Identity,
        keep: Option<Duration>,
    ) -> rusqlite::Result<Self> {
        let head = connection
            .query_row(
                "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
                [],
                |row| {
                    Ok(Head {
                        number: number(row, 0)?,
                        hash: Digest(row.get(1)?),
                    })
                },
            )
            .optional()?;
        let anchor = anchor(connection)?.map(|anchor| anchor.head());
        let signed: Option<i64> =
            connection.query_row("SELECT max(number) FROM audit_checkpoints", [], |row| {
                row.get(0)
            })?;
        // What an earlier life left unsigned is signed with the first thing that is written.
        let now = Progress {
            head: head.or(anchor).unwrap_or(Head::EMPTY),
            signed: signed.and_then(|it| u64::try_from(it).ok()).unwrap_or(0),
            signed_at: SystemTime::UNIX_EPOCH,
            pruned_at: SystemTime::UNIX_EPOCH,
        };
        Ok(Self {
            identity,
            keep,
            now,
        })
    }

    /// Number of the newest entry that is on disk.
    pub(super) fn recorded(&self) -> u64 {
        self.now.head.number
    }

    /// Until the next signature is due; none without news.
    pub(super) fn patience(&self, now: SystemTime) -> Option<Duration> {
        let Progress {
            head,
            signed,
            signed_at,
            ..
        } = self.now;
        (head.number > signed).then(|| {
            let due = signed_at + SIGN_EVERY;
            due.duration_since(now).unwrap_or_default()
        })
    }

    /// Writes entries. With the progress, which holds once it is committed, comes the number of each draft's entry.
    pub(super) fn append(
        &self,
        transaction: &Transaction<'_>,
        drafts: &[Draft],
        now: SystemTime,
    ) -> rusqlite::Result<(Progress, Vec<(usize, u64)>)> {
        let mut progress = self.now;
        let mut numbers = Vec::new();
        for (at, entry) in entries(drafts) {
            self.add(transaction, &mut progress, entry, now)?;
            numbers.extend(at.map(|at| (at, progress.head.number)));
        }
        if now.duration_since(progress.pruned_at).unwrap_or_default() >= PRUNE_EVERY {
            progress.pruned_at = now;
            self.prune(transaction, &mut progress, now)?;
        }
        let waited = now.duration_since(progress.signed_at).unwrap_or_default();
        if waited >= SIGN_EVERY && progress.head.number > progress.signed {
            self.sign(transaction, &mut progress, now)?;
        }
        Ok((progress, numbers))
    }

    /// It is on disk.
    pub(super) fn committed(&mut self, progress: Progress) {
        self.now = progress;
    }

    /// Signs the head now, if there are news.
    pub(super) fn sign_now(&mut self, connection: &mut Connection) -> rusqlite::Result<()> {
        let mut progress = self.now;
        if progress.head.number == progress.signed {
            return Ok(());
        }
        let transaction = connection.transaction()?;
        self.sign(&transaction, &mut progress, SystemTime::now())?;
        transaction.commit()?;
        self.now = progress;
        Ok(())
    }

    fn add(
        &self,
        transaction: &Transaction<'_>,
        progress: &mut Progress,
        mut entry: Entry,
        now: SystemTime,
    ) -> rusqlite::Result<()> {
        entry.number = progress.head.number + 1;
        // Plain data cannot fail to serialise.
        let text = serde_json::to_string(&entry).unwrap_or_default();
        progress.head = progress.head.extended(&text);
        transaction
            .prepare_cached("INSERT INTO audit (number, entry, hash) VALUES (?1, ?2, ?3)")?
            .execute(params![
                signed(progress.head.number),
                text,
                progress.head.hash.0.as_slice()
            ])?;
        if progress.head.number - progress.signed >= CHECKPOINT_EVERY {
            self.sign(transaction, progress, now)?;
        }
        Ok(())
    }

    fn sign(
        &self,
        transaction: &Transaction<'_>,
        progress: &mut Progress,
        now: SystemTime,
    ) -> rusqlite::Result<()> {
        let checkpoint = Checkpoint::sign(&self.identity, progress.head, now);
        put(
            transaction,
            "INSERT OR REPLACE INTO audit_checkpoints VALUES (?1, ?2, ?3, ?4, ?5)",
            &checkpoint,
        )?;
        (progress.signed, progress.signed_at) = (checkpoint.number, now);
        Ok(())
    }

    /// Removes what is too old, up to a checkpoint, and says so twice: with a signature and with an entry.
    fn prune(
        &self,
        transaction: &Transaction<'_>,
        progress: &mut Progress,
        now: SystemTime,
    ) -> rusqlite::Result<()> {
        let Some(oldest) = self.keep.and_then(|keep| now.checked_sub(keep)) else {
            return Ok(());
        };
        copies::prune(transaction, &self.identity, oldest, now)?;
        let last = transaction
            .query_row(
                "SELECT * FROM audit_checkpoints WHERE at < ?1 ORDER BY number DESC LIMIT 1",
                [micros(oldest)],
                checkpoint,
            )
            .optional()?;
        let Some(last) = last else { return Ok(()) };
        let gone = transaction.execute(
            "DELETE FROM audit WHERE number <= ?1",
            [signed(last.number)],
        )?;
        if gone == 0 {
            return Ok(());
        }
        transaction.execute(
            "DELETE FROM audit_checkpoints WHERE number <= ?1",
            [signed(last.number)],
        )?;
        transaction.execute("DELETE FROM audit_anchors", [])?;
        let head = Head {
            number: last.number,
            hash: last.hash,
        };
        let anchor = Anchor::sign(&self.identity, head, now);
        put(
            transaction,
            "INSERT INTO audit_anchors VALUES (?1, ?2, ?3, ?4, ?5)",
            &anchor.0,
        )?;
        let mut entry = Entry::new(Action::PruneAudit, now);
        entry.count = u64::try_from(gone).ok();
        entry.detail = Some(json!({"through": last.number}));
        self.add(transaction, progress, entry, now)
    }
}

/// The statement with which the chain begins, if its beginning was removed.
pub(super) fn anchor(connection: &Connection) -> rusqlite::Result<Option<Anchor>> {
    connection
        .query_row(
            "SELECT * FROM audit_anchors ORDER BY number DESC LIMIT 1",
            [],
            |row| checkpoint(row).map(Anchor),
        )
        .optional()
}

/// One row of checkpoints or anchors.
pub(super) fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    checkpoint_at(row, 0)
}

/// The same, from this column on.
pub(super) fn checkpoint_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Checkpoint> {
    Ok(Checkpoint {
        number: number(row, first)?,
        hash: Digest(row.get(first + 1)?),
        at: number(row, first + 2)?,
        key: Fixed(row.get(first + 3)?),
        signature: Fixed(row.get(first + 4)?),
    })
}

fn put(connection: &Connection, sql: &str, checkpoint: &Checkpoint) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(params![
        signed(checkpoint.number),
        checkpoint.hash.0.as_slice(),
        signed(checkpoint.at),
        checkpoint.key.0.as_slice(),
        checkpoint.signature.0.as_slice(),
    ])?;
    Ok(())
}

/// SQLite's numbers have a sign.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column)
        .map(|number| u64::try_from(number).unwrap_or_default())
}
