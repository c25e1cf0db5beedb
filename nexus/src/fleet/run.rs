//! The life of an instance in its swarm: it says that it lives, tells what is here, hears what is elsewhere, and answers the others.
//! Everything that fails is tried again; while the engine is away this instance goes on with what it holds.
//! Not here: what each of these does.

mod answers;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::book::{Book, MemberFact};
use super::far::Far;
use super::halt::Halt;
use super::links::Links;
use super::relay::Relay;
use super::{Bus, Card, Directory, Engine, FactKey, InstanceId, News, Table};
use crate::hub::{Handle, Input};
use crate::model::Event;

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(5);
/// Silence after which an instance is taken for gone.
const GONE: Duration = Duration::from_secs(15);
/// Between two looks at what is due.
const TICK: Duration = Duration::from_secs(1);
/// Nodes that are told of at once.
const AT_ONCE: usize = 64;

/// What an instance is to its swarm.
pub(crate) struct Member {
    pub(crate) id: InstanceId,
    pub(crate) name: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) engine: Engine,
    pub(crate) relay: Arc<Relay>,
    pub(crate) handle: Handle,
    pub(crate) stopping: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

struct Life {
    own: InstanceId,
    name: String,
    addresses: Vec<String>,
    life: Uuid,
    directory: Arc<dyn Directory>,
    bus: Arc<dyn Bus>,
    relay: Arc<Relay>,
    far: Arc<Far>,
    links: Links,
    book: Book,
    halt: Halt,
    handle: Handle,
    inbox: mpsc::Sender<Input>,
    /// When each other instance was heard of.
    others: Mutex<HashMap<InstanceId, (Instant, Vec<String>)>>,
    dirty: Mutex<HashSet<String>>,
    settle: Notify,
}

impl Member {
    /// Begins it, until `stopping`.
    pub(crate) fn begin(self) {
        let Self {
            id,
            name,
            addresses,
            engine,
            relay,
            handle,
            stopping,
            tasks,
        } = self;
        let Engine { directory, bus, .. } = engine;
        let inbox = handle.inbox.clone();
        let life = Arc::new(Life {
            own: id,
            name,
            addresses,
            life: Uuid::new_v4(),
            far: Far::new(id, Arc::clone(&bus), inbox.clone(), tasks.clone()),
            links: Links::new(id, Arc::clone(&bus), &relay, tasks.clone()),
            directory,
            bus,
            relay,
            book: Book::default(),
            halt: Halt::default(),
            handle,
            inbox,
            others: Mutex::default(),
            dirty: Mutex::default(),
            settle: Notify::new(),
        });
        for task in [
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).beat())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).reach())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).watch())),
            tasks.spawn(until(
                stopping.clone(),
                Arc::clone(&life).hear(tasks.clone()),
            )),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).follow())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).settle())),
        ] {
            drop(task);
        }
        tasks.spawn(async move {
            stopping.cancelled().await;
            drop(tokio::time::timeout(TICK, life.directory.leave(life.own)).await);
        });
    }
}

async fn until(stopping: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        () = stopping.cancelled() => {}
        () = task => {}
    }
}

impl Life {
    /// Says that this instance lives, and looks who else does. Waits for no other instance: who hangs must not make us look gone.
    async fn beat(self: Arc<Self>) {
        let mut last: Option<Instant> = None;
        let mut told = Vec::new();
        loop {
            let now = Instant::now();
            if last.is_none_or(|last| now.duration_since(last) >= BEAT) {
                last = Some(now);
                if let Err(error) = self.directory.beat(&self.card()).await {
                    tracing::warn!(%error, "cannot say that this instance lives");
                }
            }
            self.look_for_the_gone(now).await;
            self.relay.prune(now);
            let doors = self.doors();
            if doors != told && self.handle.set_doors(doors.clone()).await.is_ok() {
                told = doors;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Opens what is elsewhere, and asks from time to time whether it is still heard there.
    async fn reach(self: Arc<Self>) {
        let mut asked = Instant::now();
        loop {
            if asked.elapsed() >= BEAT {
                self.far.probe().await;
                asked = Instant::now();
            }
            let lives = self
                .others
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            self.far.open(|id| lives.contains_key(&id)).await;
            tokio::time::sleep(TICK).await;
        }
    }

    fn card(&self) -> Card {
        Card {
            id: self.own,
            name: self.name.clone(),
            addresses: self.addresses.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            life: self.life,
            sessions: self.book.held(),
        }
    }

    /// Where spores meet this swarm; none while no other instance is there.
    fn doors(&self) -> Vec<String> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.is_empty() {
            return Vec::new();
        }
        let mut doors: Vec<String> = others
            .values()
            .flat_map(|(_, doors)| doors.clone())
            .collect();
        doors.extend(self.addresses.iter().cloned());
        doors.sort();
        doors.dedup();
        doors
    }

    async fn look_for_the_gone(&self, now: Instant) {
        let gone: Vec<InstanceId> = {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            let silent = |(heard, _): &(Instant, Vec<String>)| now.duration_since(*heard) >= GONE;
            let gone = others
                .iter()
                .filter(|(_, heard)| silent(heard))
                .map(|(id, _)| *id)
                .collect();
            others.retain(|_, heard| !silent(heard));
            gone
        };
        for id in gone {
            tracing::warn!(instance = %id.0, "an instance of the swarm is not heard of any more");
            self.far.lost(id).await;
            self.relay.broken(id);
        }
    }

    /// Hears what the directory tells.
    async fn watch(self: Arc<Self>) {
        loop {
            match self.directory.watch().await {
                Ok(mut news) => {
                    while let Some(news) = news.next().await {
                        self.told(news).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot read what the swarm knows"),
            }
            tokio::time::sleep(TICK).await;
        }
    }

    async fn told(&self, news: News) {
        match news {
            News::Instance(card) if card.id == self.own => {}
            News::Instance(card) => {
                let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
                if others
                    .insert(card.id, (Instant::now(), card.addresses))
                    .is_none()
                {
                    tracing::info!(instance = %card.id.0, name = card.name, "another instance of the swarm is here");
                }
            }
            News::Left(id) => {
                self.others
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(&id);
                self.far.lost(id).await;
            }
            News::Held { node, by, epoch } => self.far.held(node, by, epoch).await,
            News::Free { node, epoch } => self.far.free(&node, epoch).await,
            News::Fact {
                key:
                    FactKey {
                        table: Table::Member,
                        key,
                    },
                value,
                revision,
            } => {
                let fact = value.and_then(|value| serde_json::from_slice(&value).ok());
                self.member(&key, fact.unwrap_or(MemberFact::Removed), revision)
                    .await;
            }
            News::Fact {
                key: FactKey {
                    table: Table::Stop, ..
                },
                value,
                revision,
            } => {
                let fact = value.and_then(|value| serde_json::from_slice(&value).ok());
                if let Some(change) = self.halt.heard(revision, fact) {
                    drop(self.inbox.send(Input::Change(change)).await);
                }
                self.settle.notify_one();
            }
            News::Fact { .. } => {}
            News::UpToDate => self.everything_is_dirty().await,
        }
    }

    async fn member(&self, id: &str, fact: MemberFact, revision: u64) {
        if !self.book.told(id, revision, fact.clone()) {
            return;
        }
        let id = id.to_owned();
        let change: crate::hub::Change = match fact {
            MemberFact::Here(member) => Box::new(move |state, now| state.know_member(member, now)),
            MemberFact::Removed => Box::new(move |state, now| state.forget_member(&id, now)),
        };
        drop(self.inbox.send(Input::Change(change)).await);
    }

    async fn everything_is_dirty(&self) {
        let Ok(nodes) = self.handle.nodes().await else {
            return;
        };
        self.mark(nodes.iter().map(|node| node.facts.id.clone()));
    }

    fn mark(&self, nodes: impl IntoIterator<Item = String>) {
        self.dirty
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(nodes);
        self.settle.notify_one();
    }

    /// Follows what happens to nodes here.
    async fn follow(self: Arc<Self>) {
        loop {
            let Ok((_, mut events)) = self.handle.subscribe().await else {
                tokio::time::sleep(TICK).await;
                continue;
            };
            self.everything_is_dirty().await;
            loop {
                match events.recv().await {
                    Ok(
                        Event::NodeConnected(node)
                        | Event::NodeDisconnected(node, _)
                        | Event::NodeChanged(node),
                    ) => {
                        self.mark([node.facts.id.clone()]);
                    }
                    Ok(Event::NodeRemoved(node)) => {
                        self.book.removed(&node.facts.id);
                        self.mark([node.facts.id.clone()]);
                    }
                    Ok(Event::StopChanged(_)) => self.settle.notify_one(),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                }
            }
        }
    }

    /// Brings the directory in line with what changed.
    async fn settle(self: Arc<Self>) {
        loop {
            self.settle.notified().await;
            let dirty: Vec<String> = {
                let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
                dirty.drain().collect()
            };
            let failed: Vec<String> = futures_util::stream::iter(dirty)
                .map(|node| self.settle_one(node))
                .buffer_unordered(AT_ONCE)
                .filter_map(|failed| async { failed })
                .collect()
                .await;
            let told = self.tell_stop().await;
            if !failed.is_empty() || !told {
                tokio::time::sleep(TICK).await;
                self.mark(failed);
            }
        }
    }

    /// The node again if that did not work.
    async fn settle_one(&self, node: String) -> Option<String> {
        let (directory, relay) = (&*self.directory, &*self.relay);
        let settled = self
            .book
            .settle(&node, self.own, &self.handle, directory, relay);
        let error = settled.await.err()?;
        tracing::debug!(%error, node, "the swarm does not know of this node yet");
        Some(node)
    }

    async fn tell_stop(&self) -> bool {
        let Ok(info) = self.handle.look(crate::state::State::stop_info).await else {
            return true;
        };
        self.halt.tell(&info, &*self.directory).await.is_ok()
    }
}
