//! The audit log on its way out, as JSON lines that can be verified elsewhere: this instance's own, or a copy of another one's.
//! Not here: the lines ([`super::export`]).

use std::time::SystemTime;

use protocol::{PublicKey, rfc3339};
use serde_json::json;

use super::log::Deed;
use super::{Action, AuditLog, Line, LogCopy, LogId, Moment, Unrecorded};
use crate::access::Caller;
use crate::identity::fingerprint;
use crate::store::{Start, Store, StoreError};

/// Entries of one piece of an export.
const PIECE: usize = 500;

/// What is exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// From then on.
    pub since: Option<Moment>,
    /// Through then.
    pub until: Option<Moment>,
    /// Id or name of another instance, whose log is meant; none is this one.
    pub instance: Option<String>,
    /// Which copy of it; none is the newest.
    pub copy: Option<u32>,
}

/// Why nothing is exported. Display: a sentence.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It could not be written down that it was.
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing is kept of it.
    #[error(
        "no copy of the audit log of {0:?} is kept here; `nexus audit verify` says which there are"
    )]
    NoCopy(String),
}

impl Part {
    /// The log that is meant; none: it is not there.
    pub(super) fn log(
        &self,
        own: Option<&super::InstanceName>,
        copies: &[LogCopy],
    ) -> Option<LogId> {
        let is_own = |word: &String| own.is_some_and(|own| own.is_called(word));
        if self.copy.is_none() && self.instance.as_ref().is_none_or(is_own) {
            return Some(LogId::OWN);
        }
        let fits = |copy: &&LogCopy| {
            let called = |word: &String| copy.origin.is_called(word);
            self.copy.is_none_or(|id| id == copy.id) && self.instance.as_ref().is_none_or(called)
        };
        let newest = copies.iter().filter(fits).max_by_key(|copy| copy.id);
        newest.map(|copy| LogId(copy.id))
    }

    pub(super) fn not_there(&self) -> ExportError {
        let of = self.instance.clone();
        let copy = || format!("copy {}", self.copy.unwrap_or_default());
        ExportError::NoCopy(of.unwrap_or_else(copy))
    }
}

impl Line {
    /// The first one of an export that begins here.
    pub(super) fn first(key: PublicKey, start: &Start) -> Self {
        Self::Export {
            version: 1,
            key,
            fingerprint: fingerprint(&key.0),
            at: rfc3339(SystemTime::now()),
            after: start.head.number,
            hash: start.head.hash,
            anchor: start.anchor,
        }
    }
}

impl AuditLog {
    /// Begins an export: the log says so, and is signed, before anything leaves.
    pub async fn export(&self, caller: &Caller, part: Part) -> Result<Export, ExportError> {
        let copies = self.inner.store.log_copies().await?;
        let log = part.log(self.inner.own.as_ref(), &copies);
        let log = log.ok_or_else(|| part.not_there())?;
        let mut detail = json!({"since": part.since, "until": part.until});
        if let Some(copy) = copies.iter().find(|copy| LogId(copy.id) == log) {
            detail["instance"] = json!(copy.origin);
        }
        let deed = Deed::new(caller, Action::ExportAudit);
        let last = self.keep(deed.entry.with(detail)).await?;
        let since = part.since.clone().map(|since| since.0);
        let start = self.inner.store.audit_sign_and_find(log, since).await?;
        let start = start.ok_or_else(|| part.not_there())?;
        Ok(Export {
            store: self.inner.store.clone(),
            log,
            first: Some(Line::first(self.inner.key, &start)),
            after: start.head.number,
            last: if log == LogId::OWN { last } else { u64::MAX },
            until: part.until,
            entries: 0,
            ended: false,
        })
    }
}

/// An export under way.
pub struct Export {
    store: Store,
    log: LogId,
    first: Option<Line>,
    after: u64,
    last: u64,
    until: Option<Moment>,
    entries: u64,
    ended: bool,
}

impl Export {
    /// Some more lines, each with its newline; none after the end.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        let mut text = String::new();
        if let Some(first) = self.first.take() {
            push(&mut text, &first);
        }
        let rows = self.store.audit_after(self.log, self.after, PIECE).await?;
        let more = !rows.is_empty();
        for row in rows {
            let over = |until: &Moment| row.at().is_some_and(|at| at > until.0);
            if row.number > self.last || self.until.as_ref().is_some_and(over) {
                self.ended = true;
                break;
            }
            self.after = row.number;
            self.entries += 1;
            let checkpoint = row.checkpoint;
            push(&mut text, &row.line());
            if let Some(checkpoint) = checkpoint {
                push(&mut text, &Line::Checkpoint(checkpoint));
            }
        }
        self.ended |= !more;
        if self.ended {
            let entries = self.entries;
            push(&mut text, &Line::End { entries });
        }
        Ok(Some(text))
    }
}

fn push(text: &mut String, line: &Line) {
    // Plain data cannot fail to serialise.
    text.push_str(&serde_json::to_string(line).unwrap_or_default());
    text.push('\n');
}
