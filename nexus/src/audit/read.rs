//! The audit log read and verified: this instance's own, and its copies of the logs of others. Nobody else is asked.
//! Not here: who may read.

use std::sync::Arc;

use protocol::{PublicKey, rfc3339};

use super::{
    AuditLog, CopyVerdict, Cursor, InstanceName, Kept, LogCopy, LogId, Page, Query, Verdict,
    Verifier,
};
use crate::store::{Signatures, StoreError};

/// Entries that one page looks at.
const LOOKED_AT: usize = 100_000;
/// Entries that are read in one go; whatever else the store has to do waits for that long.
const SLICE: usize = 2_000;
/// Signatures that are checked in one go.
const SIGNATURES: usize = 32;

/// Whose logs are kept here.
pub(super) struct Logs {
    own: Option<InstanceName>,
    pub(super) copies: Vec<LogCopy>,
}

impl Logs {
    pub(super) fn new(own: Option<InstanceName>, copies: Vec<LogCopy>) -> Self {
        Self { own, copies }
    }

    /// Which entries a query is about: of each log those with a smaller number.
    pub(super) fn places(&self, query: &Query) -> Vec<(LogId, u64)> {
        let wanted = |origin: Option<&InstanceName>| {
            let called = |word: &String| origin.is_some_and(|origin| origin.is_called(word));
            query.instance.as_ref().is_none_or(called)
        };
        let own = wanted(self.own.as_ref()).then_some(LogId::OWN);
        let copies = self.copies.iter().filter(|copy| wanted(Some(&copy.origin)));
        let logs = own.into_iter().chain(copies.map(|copy| LogId(copy.id)));
        let before = |log: LogId| match &query.before {
            None => Some(u64::MAX),
            Some(Cursor::Number(number)) => {
                let is_meant = query.instance.is_some() || log == LogId::OWN;
                is_meant.then_some(*number)
            }
            // What was not there on the first page does not come in between.
            Some(Cursor::Places(places)) => {
                let place = places.iter().find(|(of, _)| *of == log);
                place.map(|(_, before)| *before)
            }
        };
        logs.filter_map(|log| Some((log, before(log)?))).collect()
    }

    /// Where to go on; a number as long as there is one log only.
    pub(super) fn cursor(&self, places: Vec<(LogId, u64)>) -> Option<Cursor> {
        let alone = self.own.is_none() && self.copies.is_empty();
        match places.as_slice() {
            [] => None,
            [(LogId::OWN, before)] if alone => Some(Cursor::Number(*before)),
            _ => Some(Cursor::Places(places)),
        }
    }

    /// An entry with the instance that it is of.
    pub(super) fn named(&self, (log, mut kept): (LogId, Kept)) -> Kept {
        let copy = self.copies.iter().find(|copy| LogId(copy.id) == log);
        kept.instance = match copy {
            Some(copy) => Some(copy.origin.clone()),
            None => self.own.clone(),
        };
        kept
    }

    /// All instances, this one first.
    pub(super) fn origins(&self) -> Vec<InstanceName> {
        let mut all: Vec<InstanceName> = self.own.iter().cloned().collect();
        // As each was called last.
        for copy in self.copies.iter().rev() {
            if all.iter().all(|known| known.id != copy.origin.id) {
                all.push(copy.origin.clone());
            }
        }
        all
    }
}

impl AuditLog {
    /// A page, newest first.
    pub async fn page(&self, query: Query) -> Result<Page, StoreError> {
        let logs = self.logs().await?;
        let (wanted, query) = (query.page(), Arc::new(query));
        let mut places = logs.places(&query);
        let mut entries: Vec<Kept> = Vec::new();
        let mut looked_at = 0;
        while !places.is_empty() && entries.len() < wanted && looked_at < LOOKED_AT {
            let (filter, room) = (Arc::clone(&query), wanted - entries.len());
            let fits = move |text: &str| filter.fits(text);
            let read = self.inner.store.audit_before(places, SLICE, room, fits);
            let slice = read.await?;
            entries.extend(slice.entries.into_iter().map(|one| logs.named(one)));
            places = slice.places;
            looked_at += SLICE;
        }
        Ok(Page {
            entries,
            before: logs.cursor(places),
        })
    }

    /// The instances whose logs are kept here, this one first; none when this Nexus is alone.
    pub async fn origins(&self) -> Result<Vec<InstanceName>, StoreError> {
        Ok(self.logs().await?.origins())
    }

    async fn logs(&self) -> Result<Logs, StoreError> {
        let copies = self.inner.store.log_copies().await?;
        Ok(Logs::new(self.inner.own.clone(), copies))
    }

    /// Verifies all that is kept now of this instance's own log.
    pub async fn verify(&self) -> Result<Verdict, StoreError> {
        let verdict = self.verify_log(LogId::OWN).await?;
        verdict.ok_or(StoreError::Stopped)
    }

    /// Verifies all copies of the logs of others.
    pub async fn verify_copies(&self) -> Result<Vec<CopyVerdict>, StoreError> {
        let copies = self.inner.store.log_copies().await?;
        let mut verdicts = Vec::new();
        for copy in &copies {
            let verdict = self.verify_log(LogId(copy.id)).await?;
            verdicts.extend(verdict.map(|verdict| copy.verdict(verdict, &copies)));
        }
        Ok(verdicts)
    }

    async fn verify_log(&self, log: LogId) -> Result<Option<Verdict>, StoreError> {
        let mut signatures = self.inner.store.audit_signatures(log).await?;
        while let Some(found) = signatures {
            let begin = found.begin;
            let verdict = self.verify_from(log, found).await?;
            // What was removed because of its age meanwhile is not missing.
            signatures = self.inner.store.audit_signatures(log).await?;
            if signatures.as_ref().is_some_and(|now| now.begin == begin) {
                return Ok(Some(verdict));
            }
        }
        Ok(None)
    }

    async fn verify_from(&self, log: LogId, signatures: Signatures) -> Result<Verdict, StoreError> {
        let mut verifier = signatures.verifier(self.inner.key);
        for (at, checkpoint) in signatures.checkpoints.into_iter().enumerate() {
            verifier.checkpoint(checkpoint);
            // Thousands of signatures take longer than others should wait for this task.
            if at % SIGNATURES == 0 {
                tokio::task::yield_now().await;
            }
        }
        let mut after = 0;
        while after < signatures.last {
            let rows = self.inner.store.audit_after(log, after, SLICE).await?;
            for row in rows.iter().filter(|row| row.number <= signatures.last) {
                verifier.entry(row.number, &row.text, row.hash);
            }
            match rows.last() {
                Some(row) => after = row.number,
                None => break,
            }
        }
        Ok(verifier.finish())
    }
}

impl Signatures {
    /// For the log that they are of.
    pub(super) fn verifier(&self, key: PublicKey) -> Verifier {
        match &self.begin.anchor {
            Some(anchor) => Verifier::after(key, anchor),
            None => Verifier::new(key, self.begin.head),
        }
    }
}

impl LogCopy {
    /// One of these copies, with what verifying it came to.
    pub(super) fn verdict(&self, verdict: Verdict, all: &[Self]) -> CopyVerdict {
        let is_newer = |other: &Self| other.origin.id == self.origin.id && other.id > self.id;
        CopyVerdict {
            instance: self.origin.clone(),
            copy: self.id,
            why: self.why,
            since: rfc3339(self.begun_at),
            current: !all.iter().any(is_newer),
            verdict,
        }
    }
}
