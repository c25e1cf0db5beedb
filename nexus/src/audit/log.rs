//! What everybody holds of the audit log, to tell it something. Cheap to clone. Not here: reading it ([`super::read`]), exporting it
//! ([`super::leave`]), who may, and the table.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use protocol::PublicKey;
use serde_json::json;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::bound::Bound;
use super::{Action, Decision, Draft, Entry, InstanceName};
use crate::access::Caller;
use crate::store::Store;

/// How often refusals that were only counted are told.
const SETTLE: Duration = Duration::from_secs(60);

/// The log takes no entries, so nothing new may be done. Display: a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit log cannot be written, so nothing new is done; check the disk of the Nexus, what runs goes on"
)]
pub struct Unrecorded;

/// See the module.
#[derive(Clone)]
pub struct AuditLog {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Store,
    /// Of this Nexus, and of all instances of its swarm.
    pub(super) key: PublicKey,
    /// This instance; none when this Nexus is alone.
    pub(super) own: Option<InstanceName>,
    started: Instant,
    bound: Mutex<Bound>,
}

/// Something that somebody is about to do.
pub(crate) struct Deed {
    pub(super) entry: Entry,
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
    /// `own` is this instance, when there may be others.
    pub(crate) fn new(store: Store, key: PublicKey, own: Option<InstanceName>) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                key,
                own,
                started: Instant::now(),
                bound: Mutex::default(),
            }),
        }
    }

    /// What has to have signed this log, and the logs of all instances of its swarm.
    pub(crate) fn key(&self) -> PublicKey {
        self.inner.key
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
}
