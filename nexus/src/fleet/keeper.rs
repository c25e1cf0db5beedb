//! What belongs to a job is kept with the swarm before it is kept on this disk, so that another instance can go on with it.
//! While the engine is away no job is taken on and no attempt begins; what is under way goes on, and is told later.
//!
//! An attempt is begun by whoever writes its record first, so it is begun once, whoever believes to own its job.
//! Not here: how it is written ([`super::records`]), and taking over ([`super::heir`]).

mod deed;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use deed::{Deed, Said};

use super::heads::Heads;
use super::{Directory, EngineError, InstanceId, Ledger};
use crate::hub::Input;
use crate::model::ExecutionInfo;
use crate::state::{self, StoredJob};
use crate::store::{Report, Store, Write};

/// Writes that may wait, as many as the store lets wait.
const QUEUE: usize = 32 * 1024;
/// Most that are taken at once.
const BATCH: usize = 512;
/// Jobs and attempts that are told of at once.
const AT_ONCE: usize = 64;
/// What is told later, at most.
const LATER: usize = 50_000;
/// Between two looks whether the engine is back.
const PAUSE: Duration = Duration::from_secs(1);

/// What the hub hands over.
enum Handed {
    /// To be kept with the swarm and then on the disk.
    Keep(Write),
    /// Only to be told; nothing waits for it.
    Tell(Deed),
}

/// The hub's end.
pub(crate) struct Keeper(mpsc::Sender<Handed>);

/// The other end.
pub(crate) struct Kept {
    writes: mpsc::Receiver<Handed>,
    teller: Teller,
}

/// Tells again what the engine lost, in line with everything else that it is told.
#[derive(Clone)]
pub(super) struct Teller(mpsc::WeakSender<Handed>);

impl Teller {
    /// A job of ours with all that belongs to it.
    pub(super) fn job(&self, stored: StoredJob) {
        self.tell(Deed::Again(Arc::new(stored)));
    }

    /// One that is over: only how it ended.
    pub(super) fn head(&self, id: Uuid) {
        self.tell(Deed::Head(id));
    }

    /// An execution of no job.
    pub(super) fn single(&self, info: ExecutionInfo) {
        self.tell(Deed::Single(Arc::new(info)));
    }

    fn tell(&self, deed: Deed) {
        // Without room it is tried again later; without a hub there is nothing to tell.
        if let Some(handed) = self.0.upgrade() {
            drop(handed.try_send(Handed::Tell(deed)));
        }
    }
}

impl Kept {
    /// For what has to be told again.
    pub(super) fn teller(&self) -> Teller {
        self.teller.clone()
    }
}

impl Keeper {
    /// Both ends.
    pub(crate) fn new() -> (Self, Kept) {
        let (hub, writes) = mpsc::channel(QUEUE);
        let teller = Teller(hub.downgrade());
        (Self(hub), Kept { writes, teller })
    }

    /// Whether the swarm keeps it too.
    pub(crate) fn wants(write: &Write) -> bool {
        Deed::of(write).is_some()
    }

    /// Hands it over. False: there is no room.
    pub(crate) fn take(&self, write: Write) -> bool {
        self.0.try_send(Handed::Keep(write)).is_ok()
    }

    /// The disk keeps it; the swarm hears of an execution that is of no job, so that it does not end with this instance.
    pub(crate) fn saw(&self, write: &Write) {
        if let Some(deed) = Deed::told_of(write) {
            drop(self.0.try_send(Handed::Tell(deed)));
        }
    }
}

/// Where the swarm keeps it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) own: InstanceId,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) heads: Arc<Heads>,
}

/// Keeps what the hub hands over.
pub(super) struct Keeping {
    place: Place,
    store: Store,
    inbox: mpsc::WeakSender<Input>,
    aside: Aside,
}

/// What waits for the engine.
#[derive(Default)]
struct Aside {
    /// When it was found to be away.
    since: Option<Instant>,
    later: Vec<Deed>,
    /// Attempts that do not begin without it, or before it was told again what it lost.
    begins: Vec<Write>,
}

impl Aside {
    fn begin(&mut self, error: &EngineError) {
        if self.since.replace(Instant::now()).is_none() {
            tracing::warn!(%error, "the swarm cannot keep what belongs to jobs; no new ones are taken on");
        }
    }

    fn is_empty(&self) -> bool {
        self.since.is_none() && self.begins.is_empty()
    }

    fn put(&mut self, deeds: impl IntoIterator<Item = Deed>) {
        let room = LATER.saturating_sub(self.later.len());
        self.later.extend(deeds.into_iter().take(room));
    }
}

impl Keeping {
    pub(super) fn new(place: Place, store: Store, inbox: mpsc::WeakSender<Input>) -> Self {
        Self {
            place,
            store,
            inbox,
            aside: Aside::default(),
        }
    }

    /// Until the hub is gone.
    pub(super) async fn run(mut self, kept: Kept) {
        let mut writes = kept.writes;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let taking = writes.recv_many(&mut batch, BATCH);
            let taken = if self.aside.is_empty() {
                taking.await
            } else {
                tokio::time::timeout(PAUSE, taking).await.unwrap_or(1)
            };
            if taken == 0 {
                return;
            }
            if self
                .aside
                .since
                .is_some_and(|since| since.elapsed() >= PAUSE)
            {
                self.catch_up().await;
            }
            if self.aside.since.is_none() && !self.place.heads.is_settling() {
                let begins = std::mem::take(&mut self.aside.begins);
                self.keep(begins).await;
            }
            let (mut writes, mut deeds) = (Vec::new(), Vec::new());
            for handed in batch.drain(..) {
                match handed {
                    Handed::Keep(write) => writes.push(write),
                    Handed::Tell(deed) => deeds.push(deed),
                }
            }
            self.keep(writes).await;
            self.tell(deeds).await;
        }
    }

    async fn tell(&mut self, deeds: Vec<Deed>) {
        if self.aside.since.is_none() {
            for (deed, said) in deeds.clone().into_iter().zip(self.carry(deeds).await) {
                if let Err(error) = said {
                    self.aside.begin(&error);
                    self.aside.put([deed]);
                }
            }
        } else {
            self.aside.put(deeds);
        }
    }

    async fn keep(&mut self, writes: Vec<Write>) {
        if self.aside.since.is_some() {
            for write in writes {
                self.put_aside(write, None).await;
            }
            return;
        }
        let waits = |write: &Write| Deed::of(write).is_some_and(|deed| deed.must_wait(&self.place));
        let (waiting, writes): (Vec<_>, Vec<_>) = writes.into_iter().partition(waits);
        self.aside.begins.extend(waiting);
        let deeds = writes.iter().filter_map(Deed::of).collect();
        let said = self.carry(deeds).await;
        for (write, said) in writes.into_iter().zip(said) {
            match said {
                Ok(Said::Kept) => self.store(write).await,
                Ok(Said::Taken(why)) => self.decline(write.promise(), why).await,
                Err(error) => self.put_aside(write, Some(&error)).await,
            }
        }
    }

    /// Tells the swarm: first of new jobs, then what belongs to each job or attempt in its order, at the end of jobs that are over.
    async fn carry(&self, deeds: Vec<Deed>) -> Vec<Result<Said, EngineError>> {
        let mut said = vec![Ok(Said::Kept); deeds.len()];
        let mut phases: [HashMap<Uuid, Vec<_>>; 3] = Default::default();
        for (place, deed) in deeds.into_iter().enumerate() {
            if let Some(lines) = phases.get_mut(deed.phase()) {
                lines.entry(deed.about()).or_default().push((place, deed));
            }
        }
        for lines in phases {
            let deeds: Vec<_> = lines.into_values().collect();
            let done: Vec<_> = futures_util::stream::iter(deeds)
                .map(|deeds| one_after_the_other(self.place.clone(), deeds))
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            for (place, one) in done.into_iter().flatten() {
                if let Some(said) = said.get_mut(place) {
                    *said = one;
                }
            }
        }
        said
    }

    /// What cannot be told now: refused, kept back, or only on this disk for the time being.
    async fn put_aside(&mut self, write: Write, error: Option<&EngineError>) {
        if let Some(error) = error {
            self.aside.begin(error);
        }
        let deed = Deed::of(&write);
        match deed {
            Some(Deed::Accept(info, _)) => {
                if error.is_some() {
                    self.aside.later.push(Deed::Withdraw(info.id));
                }
                let error = error.map(ToString::to_string);
                let away =
                    || EngineError::Away("it is asked again every second".to_owned()).to_string();
                self.decline(write.promise(), error.unwrap_or_else(away))
                    .await;
            }
            Some(Deed::Begin(..)) => self.aside.begins.push(write),
            Some(deed) => {
                self.aside.put([deed]);
                self.store(write).await;
            }
            None => self.store(write).await,
        }
    }

    /// Tells what could not be told, if the engine is back.
    async fn catch_up(&mut self) {
        self.aside.since = Some(Instant::now());
        let mut later = std::mem::take(&mut self.aside.later).into_iter();
        loop {
            let some: Vec<Deed> = later.by_ref().take(BATCH).collect();
            if some.is_empty() {
                break;
            }
            let again = some.clone();
            let failed = |said: &Result<Said, EngineError>| said.is_err();
            let said = self.carry(some).await;
            if said.iter().any(failed) {
                let left = again.into_iter().zip(said).filter(|(_, said)| failed(said));
                self.aside.later.extend(left.map(|(deed, _)| deed));
                self.aside.later.extend(later);
                return;
            }
        }
        // Whose a job is by now has to be known before anything of it begins.
        if !self.place.heads.is_fresh() {
            return;
        }
        tracing::info!("the swarm keeps what belongs to jobs again");
        self.aside.since = None;
        let begins = std::mem::take(&mut self.aside.begins);
        self.keep(begins).await;
    }

    async fn store(&self, write: Write) {
        let promise = write.promise();
        if !self.store.write(write) {
            let why = "the store cannot keep up".to_owned();
            self.report(Report::Lost(promise.into_iter().collect(), why))
                .await;
        }
    }

    async fn decline(&self, promise: Option<state::Kept>, why: String) {
        let promise = promise.into_iter().collect();
        self.report(Report::Declined(promise, why)).await;
    }

    async fn report(&self, report: Report) {
        if let Some(inbox) = self.inbox.upgrade() {
            drop(inbox.send(Input::Stored(report)).await);
        }
    }
}

async fn one_after_the_other(
    place: Place,
    deeds: Vec<(usize, Deed)>,
) -> Vec<(usize, Result<Said, EngineError>)> {
    let mut said = Vec::with_capacity(deeds.len());
    let mut failed: Option<EngineError> = None;
    for (number, deed) in deeds {
        let done = match &failed {
            Some(error) => Err(error.clone()),
            None => deed.carry_out(&place).await,
        };
        failed = done.as_ref().err().cloned();
        said.push((number, done));
    }
    said
}
