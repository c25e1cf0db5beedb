//! The life of an instance in its swarm: it says that it lives, tells what is here, hears what is elsewhere, and answers the others.
//! Everything that fails is tried again; while the engine is away this instance goes on with what it holds.
//! Not here: what each of these does.

mod answers;
mod echo;
mod feed;
mod loads;
mod memory;
mod news;
mod pulse;
mod settle;
mod watch;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::book::Book;
use super::copies::Copies;
use super::facts::{Facts, shelves};
use super::far::Far;
use super::halt::Halt;
use super::heads::Heads;
use super::heir::Heir;
use super::keeper::{Keeping, Kept, Place};
use super::links::Links;
use super::loads::Loads;
use super::moved::Moved;
use super::parcels::Parcels;
use super::post::Post;
use super::relay::Relay;
use super::turns::Turns;
use super::uses::Uses;
use super::yeses::Yeses;
use super::{Bus, Directory, Engine, Figures, InstanceId, Others, Shared};
use crate::access::Tokens;
use crate::hub::{Handle, Input};
use crate::state::StoredJob;

/// Between two looks at what is due.
const TICK: Duration = Duration::from_secs(1);

/// What an instance is to its swarm.
pub(crate) struct Member {
    pub(crate) id: InstanceId,
    pub(crate) name: String,
    pub(crate) addresses: Vec<String>,
    /// The one identity of the swarm; none: it could not be read.
    pub(crate) identity: Option<Bytes>,
    pub(crate) engine: Engine,
    pub(crate) seams: Seams,
    /// Of the API.
    pub(crate) tokens: Tokens,
    pub(crate) handle: Handle,
    pub(crate) others: Others,
    pub(crate) stopping: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// Where it is sewn to the rest of this Nexus.
pub(crate) struct Seams {
    /// Spores whose sockets are here.
    pub(crate) relay: Arc<Relay>,
    /// What all agree on.
    pub(crate) shared: Shared,
    /// What belongs to jobs, from the hub.
    pub(crate) kept: Kept,
    /// Jobs of the last life.
    pub(crate) left: Vec<StoredJob>,
}

impl Seams {
    pub(crate) fn new(
        (relay, shared): (Arc<Relay>, Shared),
        kept: Kept,
        left: Vec<StoredJob>,
    ) -> Self {
        Self {
            relay,
            shared,
            kept,
            left,
        }
    }
}

struct Life {
    own: InstanceId,
    name: String,
    addresses: Vec<String>,
    identity: Option<Bytes>,
    life: Uuid,
    directory: Arc<dyn Directory>,
    bus: Arc<dyn Bus>,
    relay: Arc<Relay>,
    far: Arc<Far>,
    links: Links,
    parcels: Parcels,
    book: Book,
    halt: Halt,
    heads: Arc<Heads>,
    heir: Heir,
    moved: Arc<Moved>,
    watch: watch::Watch,
    echo: echo::Echo,
    facts: Arc<Facts>,
    turns: Arc<Turns>,
    uses: Arc<Uses>,
    yeses: Arc<Yeses>,
    handle: Handle,
    figures: Arc<Figures>,
    inbox: mpsc::Sender<Input>,
    others: Others,
    loads: Loads,
    memory: memory::Memory,
}

impl Life {
    fn copies(&self) -> Arc<Copies> {
        let (store, audit) = (self.handle.store.clone(), self.handle.audit().clone());
        let figures = Arc::clone(&self.figures);
        Copies::new(self.others.clone(), (store, audit), figures)
    }
}

impl Member {
    /// Begins it, until `stopping`.
    pub(crate) fn begin(self) {
        let (stopping, tasks) = (self.stopping.clone(), self.tasks.clone());
        let (life, keeping, kept) = self.come_to_life();
        tasks.spawn(until(stopping.clone(), Arc::clone(&life.facts).settle()));
        tasks.spawn(until(stopping.clone(), life.copies().keep()));
        for task in [
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).beat())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).reach())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).watch())),
            tasks.spawn(until(
                stopping.clone(),
                Arc::clone(&life).hear(tasks.clone()),
            )),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).inherit())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).look())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).tell_jobs())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).share_alerts())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).settle())),
            tasks.spawn(until(stopping.clone(), Arc::clone(&life).ask_loads())),
            tasks.spawn(until(stopping, Arc::clone(&life).tend())),
        ] {
            drop(task);
        }
        // Others take over what is ours when we say that we go: not before all is told that is known here, so after the hub.
        tasks.spawn(async move {
            keeping.run(kept).await;
            drop(tokio::time::timeout(TICK, life.directory.leave(life.own)).await);
        });
    }

    fn come_to_life(mut self) -> (Arc<Life>, Keeping, Kept) {
        let heads = Arc::<Heads>::default();
        let post = Post::new(
            self.id,
            Arc::clone(&self.engine.bus),
            Arc::clone(&self.engine.figures),
        );
        let (keeping, far) = (self.keeping(&heads), self.far(&post));
        let (heir, facts) = (self.heir(&heads, &far), self.facts());
        let Self {
            id,
            name,
            addresses,
            identity,
            engine,
            seams:
                Seams {
                    relay,
                    shared,
                    kept,
                    left: _,
                },
            tokens: _,
            handle,
            others,
            stopping: _,
            tasks,
        } = self;
        let Engine {
            directory,
            bus,
            figures,
            ..
        } = engine;
        let life = Arc::new(Life {
            own: id,
            name,
            addresses,
            identity,
            life: Uuid::new_v4(),
            far,
            links: Links::new(post, &relay, tasks),
            parcels: Parcels::default(),
            directory,
            bus,
            relay,
            book: Book::default(),
            halt: Halt::default(),
            heads,
            heir,
            moved: shared.moved,
            watch: watch::Watch::default(),
            echo: echo::Echo::default(),
            facts,
            turns: shared.turns,
            uses: shared.uses,
            yeses: shared.yeses,
            inbox: handle.inbox.clone(),
            handle,
            figures,
            others,
            loads: Loads::default(),
            memory: memory::Memory::default(),
        });
        (life, keeping, kept)
    }

    fn heir(&mut self, heads: &Arc<Heads>, far: &Arc<Far>) -> Heir {
        Heir {
            own: self.id,
            engine: self.engine.clone(),
            heads: Arc::clone(heads),
            handle: self.handle.clone(),
            far: Arc::clone(far),
            relay: Arc::clone(&self.seams.relay),
            tasks: self.tasks.clone(),
            teller: self.seams.kept.teller(),
            left: Mutex::new(std::mem::take(&mut self.seams.left)),
            offered: Mutex::default(),
            gone: Mutex::default(),
        }
    }

    fn facts(&self) -> Arc<Facts> {
        let dirty = &self.seams.shared.dirty;
        self.tokens.share(Arc::clone(dirty));
        Arc::new(Facts::new(
            self.name.clone(),
            Arc::clone(&self.engine.directory),
            shelves(&self.handle, &self.tokens),
            Arc::clone(dirty),
            self.handle.store.clone(),
        ))
    }

    fn keeping(&self, heads: &Arc<Heads>) -> Keeping {
        let place = Place {
            own: self.id,
            directory: Arc::clone(&self.engine.directory),
            ledger: Arc::clone(&self.engine.ledger),
            heads: Arc::clone(heads),
        };
        Keeping::new(
            place,
            self.handle.store.clone(),
            self.handle.inbox.downgrade(),
        )
    }

    fn far(&self, post: &Arc<Post>) -> Arc<Far> {
        let (inbox, tasks) = (self.handle.inbox.clone(), self.tasks.clone());
        Far::new(self.id, Arc::clone(post), inbox, tasks)
    }
}

async fn until(stopping: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        () = stopping.cancelled() => {}
        () = task => {}
    }
}
