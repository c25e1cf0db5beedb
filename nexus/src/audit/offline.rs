//! The audit log of a Nexus that does not run, straight from its file. Not here: one that runs, see [`super::AuditLog`].

use std::io::Write;

use protocol::PublicKey;

use super::read::Logs;
use super::{CopyVerdict, InstanceName, Line, LogId, Moment, Page, Part, Query, Verdict};
use crate::store::{AuditFile, StoreError};

/// Entries that are read in one go.
const SLICE: usize = 1_000;

/// Why nothing came out. Display: a sentence.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written.
    #[error("cannot write the export: {0}")]
    Write(#[from] std::io::Error),
    /// There is no such log.
    #[error("{0}")]
    NoCopy(String),
}

impl AuditFile {
    /// Verifies all of this instance's own log; this key has to have signed.
    pub fn verify(&self, key: PublicKey) -> Result<Verdict, StoreError> {
        self.verify_log(LogId::OWN, key)?.ok_or(StoreError::Stopped)
    }

    /// The same of each copy of the logs of others.
    pub fn verify_copies(&self, key: PublicKey) -> Result<Vec<CopyVerdict>, StoreError> {
        let copies = self.copies()?;
        let mut verdicts = Vec::new();
        for copy in &copies {
            let verdict = self.verify_log(LogId(copy.id), key)?;
            verdicts.extend(verdict.map(|verdict| copy.verdict(verdict, &copies)));
        }
        Ok(verdicts)
    }

    fn verify_log(&self, log: LogId, key: PublicKey) -> Result<Option<Verdict>, StoreError> {
        let Some(signatures) = self.signatures(log)? else {
            return Ok(None);
        };
        let mut verifier = signatures.verifier(key);
        for checkpoint in signatures.checkpoints {
            verifier.checkpoint(checkpoint);
        }
        let mut after = 0;
        loop {
            let rows = self.after(log, after, SLICE)?;
            for row in &rows {
                verifier.entry(row.number, &row.text, row.hash);
            }
            match rows.last() {
                Some(row) => after = row.number,
                None => return Ok(Some(verifier.finish())),
            }
        }
    }

    /// A page, newest first. `own` is the instance whose file it is, when there are others.
    pub fn page(&self, query: &Query, own: Option<InstanceName>) -> Result<Page, StoreError> {
        let logs = Logs::new(own, self.copies()?);
        let places = logs.places(query);
        let slice = self.before(&places, query.page(), |text| query.fits(text))?;
        let entries = slice.entries.into_iter().map(|one| logs.named(one));
        Ok(Page {
            entries: entries.collect(),
            before: logs.cursor(slice.places),
        })
    }

    /// Exports it, or a part of it. Unlike the running Nexus this cannot sign the end.
    pub fn export(
        &self,
        key: PublicKey,
        part: &Part,
        own: Option<&InstanceName>,
        to: &mut impl Write,
    ) -> Result<(), OfflineError> {
        let log = part.log(own, &self.copies()?);
        let since = part.since.as_ref().map(|since| since.0.as_str());
        let start = log.map(|log| self.find(log, since)).transpose()?.flatten();
        let (Some(log), Some(start)) = (log, start) else {
            return Err(OfflineError::NoCopy(part.not_there().to_string()));
        };
        put(to, &Line::first(key, &start))?;
        let (mut after, mut entries) = (start.head.number, 0);
        'all: loop {
            let rows = self.after(log, after, SLICE)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let over = |until: &Moment| row.at().is_some_and(|at| at > until.0);
                if part.until.as_ref().is_some_and(over) {
                    break 'all;
                }
                (after, entries) = (row.number, entries + 1);
                let checkpoint = row.checkpoint;
                put(to, &row.line())?;
                if let Some(checkpoint) = checkpoint {
                    put(to, &Line::Checkpoint(checkpoint))?;
                }
            }
        }
        Ok(put(to, &Line::End { entries })?)
    }
}

fn put(to: &mut impl Write, line: &Line) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}
