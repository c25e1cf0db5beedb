//! The audit log of a Nexus that does not run, straight from its file. Not here: one that runs, see [`super::AuditLog`].

use std::io::Write;
use std::time::SystemTime;

use protocol::{PublicKey, rfc3339};

use super::{Head, Line, Moment, Page, Query, Verdict, Verifier};
use crate::identity::fingerprint;
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
}

impl AuditFile {
    /// Verifies all of it; this key has to have signed.
    pub fn verify(&self, key: PublicKey) -> Result<Verdict, StoreError> {
        let signatures = self.signatures()?;
        let mut verifier = match &signatures.anchor {
            Some(anchor) => Verifier::after(key, anchor),
            None => Verifier::new(key, Head::EMPTY),
        };
        for checkpoint in signatures.checkpoints {
            verifier.checkpoint(checkpoint);
        }
        let mut after = 0;
        loop {
            let rows = self.after(after, SLICE)?;
            for row in &rows {
                verifier.entry(row.number, &row.text, row.hash);
            }
            match rows.last() {
                Some(row) => after = row.number,
                None => return Ok(verifier.finish()),
            }
        }
    }

    /// A page, newest first.
    pub fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let before = query.before.unwrap_or(u64::MAX);
        self.before(before, usize::MAX, query.page(), |text| query.fits(text))
    }

    /// Exports it, or a span of it. Unlike the running Nexus this cannot sign the end.
    pub fn export(
        &self,
        key: PublicKey,
        since: Option<Moment>,
        until: Option<&Moment>,
        to: &mut impl Write,
    ) -> Result<(), OfflineError> {
        let start = self.find(since.as_ref().map(|since| since.0.as_str()))?;
        let first = Line::Export {
            version: 1,
            key,
            fingerprint: fingerprint(&key.0),
            at: rfc3339(SystemTime::now()),
            after: start.head.number,
            hash: start.head.hash,
            anchor: start.anchor,
        };
        put(to, &first)?;
        let (mut after, mut entries) = (start.head.number, 0);
        'all: loop {
            let rows = self.after(after, SLICE)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if until.is_some_and(|until| row.at().is_some_and(|at| at > until.0)) {
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
