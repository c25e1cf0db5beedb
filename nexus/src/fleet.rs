//! Several Nexuses, one swarm. Each holds the sessions of its own spores and owns what was asked of it; what all of them have
//! to know or hand to each other goes through an engine that exists already (NATS), or stays in this process ([`local`]).
//!
//! What never goes through the engine: heartbeats, metrics, and the dispatch to a node whose session is here.
//! Not here: what a node or an execution is ([`crate::state`]).

mod ask;
mod book;
mod copies;
pub mod engine;
mod enter;
mod facts;
mod far;
mod figures;
mod halt;
mod heads;
mod heir;
mod keeper;
mod links;
mod loads;
pub mod local;
mod looks;
mod message;
mod moved;
pub mod nats;
mod neighbours;
mod packed;
mod parcels;
mod post;
mod records;
mod relay;
mod round;
mod run;
pub mod seal;
mod turns;
mod uses;
mod yeses;

use std::sync::Arc;

pub(crate) use ask::{Cancelled, Controlled, Others};
pub use ask::{Listed, Missing, NotAnswered};
pub use engine::{
    Bus, Card, Claimed, Directory, EngineError, Epoch, FactKey, Inbound, InstanceId, Ledger, News,
    Put, Queue, Table, Terms, Work,
};
pub(crate) use enter::{Entered, enter};
pub use enter::{FleetError, KEY_PREFIX, key_file};
pub(crate) use facts::Dirty;
pub(crate) use figures::{Figures, Weather};
pub(crate) use keeper::Keeper;
pub(crate) use looks::Looking;
pub(crate) use moved::Moved;
pub(crate) use neighbours::Standing;
pub(crate) use relay::{Goes, Relay};
pub(crate) use run::{Member, Seams};
pub(crate) use turns::{Taken, Turns};
pub(crate) use uses::Uses;
pub(crate) use yeses::{Held, Yeses};

/// All that an instance has of the engine.
#[derive(Clone)]
pub struct Engine {
    /// What all know.
    pub directory: Arc<dyn Directory>,
    /// What one says to another.
    pub bus: Arc<dyn Bus>,
    /// Jobs that nobody has any more.
    pub queue: Arc<dyn Queue>,
    /// What is under way.
    pub ledger: Arc<dyn Ledger>,
    /// How it goes.
    pub(crate) figures: Arc<Figures>,
}

/// What the instances of a swarm agree on, beside their nodes and jobs.
#[derive(Clone)]
pub(crate) struct Shared {
    /// What changed here and has to be told.
    pub(crate) dirty: Arc<Dirty>,
    /// Which nodes and jobs moved here.
    pub(crate) moved: Arc<Moved>,
    /// Whose turn the times of schedules are.
    pub(crate) turns: Arc<Turns>,
    /// How often join codes were used.
    pub(crate) uses: Arc<Uses>,
    /// That an approval is used once.
    pub(crate) yeses: Arc<Yeses>,
}

/// How an instance gets to its engine.
#[derive(Clone)]
pub enum Through {
    /// Several instances in one process.
    Local(local::Engine),
    /// NATS.
    Nats(Box<nats::Settings>),
}

/// By hand: a URL may have a password in it.
impl std::fmt::Debug for Through {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(_) => f.write_str("local"),
            Self::Nats(settings) => settings.fmt(f),
        }
    }
}
