//! Whom it is still to be told how a job ended. Bounded for each source, so that a broker that takes nothing does not fill the
//! disk. Not here: telling it, see [`crate::sources`].

use rusqlite::{Row, params};
use uuid::Uuid;

use super::{Store, StoreError};

/// Kept for one source; the oldest go first.
const KEPT: i64 = 100_000;

/// One of them whose job is over.
#[derive(Debug)]
pub(crate) struct Debt {
    pub(crate) number: i64,
    pub(crate) job: Uuid,
    /// JSON; what it means is the source's.
    pub(crate) owed: String,
}

impl Store {
    /// Keeps one; returns when it is on disk, with how many older ones were dropped for it.
    pub(crate) async fn owe(
        &self,
        source: String,
        job: Uuid,
        owed: String,
    ) -> Result<usize, StoreError> {
        self.change(move |transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO owed_results (source, job, owed) VALUES (?1, ?2, ?3)",
                params![source, job.as_bytes().as_slice(), owed],
            )?;
            transaction.execute(
                "DELETE FROM owed_results WHERE number IN (SELECT number FROM owed_results
                 WHERE source = ?1 ORDER BY number DESC LIMIT -1 OFFSET ?2)",
                params![source, KEPT],
            )
        })
        .await
    }

    /// Whether there are any.
    pub(crate) async fn owes(&self, source: String) -> Result<bool, StoreError> {
        self.read(move |connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM owed_results WHERE source = ?1)",
                [source],
                |row| row.get(0),
            )
        })
        .await
    }

    /// The oldest ones whose jobs are over or forgotten.
    pub(crate) async fn owed(&self, source: String, most: u32) -> Result<Vec<Debt>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT number, job, owed FROM owed_results AS o WHERE source = ?1
                 AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = o.job AND jobs.live)
                 ORDER BY number LIMIT ?2",
            )?;
            query.query_map(params![source, most], debt)?.collect()
        })
        .await
    }

    /// They were told.
    pub(crate) async fn paid(&self, numbers: Vec<i64>) -> Result<(), StoreError> {
        self.change(move |transaction| {
            let mut remove =
                transaction.prepare_cached("DELETE FROM owed_results WHERE number = ?1")?;
            for number in numbers {
                remove.execute([number])?;
            }
            Ok(())
        })
        .await
    }
}

fn debt(row: &Row<'_>) -> rusqlite::Result<Debt> {
    Ok(Debt {
        number: row.get(0)?,
        job: Uuid::from_slice(&row.get::<_, Vec<u8>>(1)?).unwrap_or_default(),
        owed: row.get(2)?,
    })
}
