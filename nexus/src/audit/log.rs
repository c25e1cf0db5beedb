//! What everybody holds of the audit log: tell it something, read it, verify it. Cheap to clone. Not here: who may read, and
//! the table.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use protocol::{PublicKey, rfc3339};
use serde_json::json;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::bound::Bound;
use super::{
    Action, Decision, Draft, Entry, Head, Kept, Line, Moment, Page, Query, Verdict, Verifier,
};
use crate::access::Caller;
use crate::identity::fingerprint;
use crate::store::{Signatures, Store, StoreError};

/// How often refusals that were only counted are told.
const SETTLE: Duration = Duration::from_secs(60);
/// Entries that one page looks at.
const LOOKED_AT: usize = 100_000;
/// Entries that are read in one go; whatever else the store has to do waits for that long.
const SLICE: usize = 2_000;
/// Signatures that are checked in one go.
const SIGNATURES: usize = 32;
/// Entries of one piece of an export.
const PIECE: usize = 500;

/// The log takes no entries, so nothing new may be done. Display: a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit log cannot be written, so nothing new is done; check the disk of the Nexus, what runs goes on"
)]
pub struct Unrecorded;

/// See the module.
#[derive(Clone)]
pub struct AuditLog {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    key: PublicKey,
    started: Instant,
    bound: Mutex<Bound>,
}

/// Something that somebody is about to do.
pub(crate) struct Deed {
    entry: Entry,
}

impl Deed {
    pub(crate) fn new(caller: &Caller, action: Action) -> Self {
        let mut entry = Entry::new(action, SystemTime::now()).by(caller);
        entry.decision = Some(Decision::Allowed);
        Self { entry }
    }

    /// With an id that it is about.
    #[must_use]
    pub(crate) fn to(mut self, subject: impl ToString) -> Self {
        let subject = subject.to_string();
        let short = protocol::limits::cut(&subject, protocol::limits::ID);
        self.entry.subject.push(short.to_owned());
        self
    }

    /// With more.
    #[must_use]
    pub(crate) fn with(self, detail: serde_json::Value) -> Self {
        Self {
            entry: self.entry.with(detail),
        }
    }
}

impl AuditLog {
    pub(crate) fn new(store: Store, key: PublicKey) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                key,
                started: Instant::now(),
                bound: Mutex::default(),
            }),
        }
    }

    /// Does something of which it is on disk first that it is to be done, and then how it ended. `made` says what the
    /// outcome is about, if it has an id of its own.
    pub(crate) async fn during<T, E>(
        &self,
        deed: Deed,
        act: impl Future<Output = Result<T, E>>,
        made: impl FnOnce(&T) -> Option<String>,
    ) -> Result<T, E>
    where
        E: std::fmt::Display + From<Unrecorded>,
    {
        let number = self.keep(deed.entry).await?;
        let result = act.await;
        let mut outcome = Entry::new(Action::Outcome, SystemTime::now());
        outcome.about = Some(number);
        match &result {
            Ok(value) => outcome.subject.extend(made(value)),
            Err(error) => outcome.why = Some(error.to_string()),
        }
        outcome.detail = Some(json!({"done": result.is_ok()}));
        self.note(outcome);
        result
    }

    /// Keeps an entry; its number when it is on disk.
    pub(crate) async fn keep(&self, entry: Entry) -> Result<u64, Unrecorded> {
        let (on_disk, number) = oneshot::channel();
        let draft = Draft::Whole(Box::new(entry), Some(on_disk));
        if !self.inner.store.may_act() || !self.inner.store.record(draft) {
            return Err(Unrecorded);
        }
        self.inner.store.hurry();
        number.await.map_err(|_| Unrecorded)
    }

    /// Keeps an entry as soon as may be.
    pub(crate) fn note(&self, entry: Entry) {
        if !self.inner.store.record(Draft::Whole(Box::new(entry), None)) {
            tracing::error!("the audit log is full; something that happened is not in it");
        }
    }

    /// Somebody showed a token that opens nothing.
    pub(crate) fn wrong_token(&self, from: IpAddr) {
        let mut entry = Entry::new(Action::WrongToken, SystemTime::now());
        entry.from = Some(from.to_string());
        entry.decision = Some(Decision::Denied);
        self.note_some(from, entry);
    }

    /// Somebody asked for what he may not do. `what` he asked for: method and path.
    pub(crate) fn denied(&self, from: IpAddr, caller: &Caller, what: &str, why: String) {
        let mut entry = Entry::new(Action::Denied, SystemTime::now()).by(caller);
        entry.decision = Some(Decision::Denied);
        entry.why = Some(why);
        let what = protocol::limits::cut(what, 512);
        self.note_some(from, entry.with(json!({"asked": what})));
    }

    /// A node was not let in.
    pub(crate) fn node_refused(&self, peer: &str, node: &str, why: &str) {
        let mut entry = Entry::new(Action::NodeRefused, SystemTime::now()).about([node.to_owned()]);
        entry.from = Some(peer.to_owned());
        entry.decision = Some(Decision::Denied);
        entry.why = Some(why.to_owned());
        let address = peer
            .parse::<std::net::SocketAddr>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
        self.note_some(address, entry);
    }

    fn note_some(&self, from: IpAddr, entry: Entry) {
        let told = self.bound().take(from, self.inner.started.elapsed());
        if told {
            self.note(entry);
        }
    }

    /// Tells from time to time how many refusals were only counted, until told to stop.
    pub(crate) async fn settle(self, stopping: CancellationToken) {
        loop {
            let stop = tokio::select! {
                () = stopping.cancelled() => true,
                () = tokio::time::sleep(SETTLE) => false,
            };
            self.settle_now(stop);
            if stop {
                return;
            }
        }
    }

    /// The same, now.
    pub(crate) fn settle_now(&self, all: bool) {
        let settled = self.bound().settle(self.inner.started.elapsed(), all);
        for (network, count) in settled {
            let mut entry = Entry::new(Action::Denied, SystemTime::now());
            entry.decision = Some(Decision::Denied);
            entry.from = Some(network.map_or("many addresses".to_owned(), |net| net.to_string()));
            entry.why = Some("more of the same, only counted".to_owned());
            entry.count = Some(count);
            self.note(entry);
        }
    }

    fn bound(&self) -> std::sync::MutexGuard<'_, Bound> {
        self.inner
            .bound
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A page, newest first.
    pub async fn page(&self, query: Query) -> Result<Page, StoreError> {
        let (wanted, query) = (query.page(), Arc::new(query));
        let mut before = query.before.unwrap_or(u64::MAX);
        let mut entries: Vec<Kept> = Vec::new();
        let mut looked_at = 0;
        loop {
            let (filter, room) = (Arc::clone(&query), wanted - entries.len());
            let slice = self
                .inner
                .store
                .audit_before(before, SLICE, room, move |text| filter.fits(text))
                .await?;
            entries.extend(slice.entries);
            looked_at += SLICE;
            let Some(rest) = slice.before else {
                return Ok(Page {
                    entries,
                    before: None,
                });
            };
            before = rest;
            if entries.len() >= wanted || looked_at >= LOOKED_AT {
                return Ok(Page {
                    entries,
                    before: Some(before),
                });
            }
        }
    }

    /// Verifies all that is kept now.
    pub async fn verify(&self) -> Result<Verdict, StoreError> {
        let mut signatures = self.inner.store.audit_signatures().await?;
        loop {
            let anchor = signatures.anchor;
            let verdict = self.verify_from(signatures).await?;
            // What was removed because of its age meanwhile is not missing.
            signatures = self.inner.store.audit_signatures().await?;
            if signatures.anchor == anchor {
                return Ok(verdict);
            }
        }
    }

    async fn verify_from(&self, signatures: Signatures) -> Result<Verdict, StoreError> {
        let key = self.inner.key;
        let mut verifier = match &signatures.anchor {
            Some(anchor) => Verifier::after(key, anchor),
            None => Verifier::new(key, Head::EMPTY),
        };
        for (at, checkpoint) in signatures.checkpoints.into_iter().enumerate() {
            verifier.checkpoint(checkpoint);
            // Thousands of signatures take longer than others should wait for this task.
            if at % SIGNATURES == 0 {
                tokio::task::yield_now().await;
            }
        }
        let mut after = 0;
        while after < signatures.last {
            let rows = self.inner.store.audit_after(after, SLICE).await?;
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

    /// Begins an export: the log says so, and is signed, before anything leaves.
    pub async fn export(
        &self,
        caller: &Caller,
        since: Option<Moment>,
        until: Option<Moment>,
    ) -> Result<Export, ExportError> {
        let deed = Deed::new(caller, Action::ExportAudit);
        let last = self
            .keep(deed.entry.with(json!({"since": since, "until": until})))
            .await?;
        let start = self
            .inner
            .store
            .audit_sign_and_find(since.map(|since| since.0))
            .await?;
        let key = self.inner.key;
        let line = Line::Export {
            version: 1,
            key,
            fingerprint: fingerprint(&key.0),
            at: rfc3339(SystemTime::now()),
            after: start.head.number,
            hash: start.head.hash,
            anchor: start.anchor,
        };
        Ok(Export {
            store: self.inner.store.clone(),
            first: Some(line),
            after: start.head.number,
            last,
            until,
            entries: 0,
            ended: false,
        })
    }
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
}

/// An export under way.
pub struct Export {
    store: Store,
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
        let rows = self.store.audit_after(self.after, PIECE).await?;
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
