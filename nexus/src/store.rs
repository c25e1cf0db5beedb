//! The one SQLite file: known nodes, executions with their output, settings. It lives on a thread of its own;
//! whatever waits in the queue goes into one transaction, so that an fsync is paid once for many.
//!
//! What must not be lost is reported back after its commit; nothing else on the dispatch path waits for the disk.
//! Not here: what any of it means.

mod alerts;
mod approvals;
mod audit;
mod charts;
mod chronicle;
mod copies;
pub(crate) mod copy;
mod facts;
mod groups;
pub(crate) mod history;
mod jobs;
mod lane;
mod logs;
mod merged;
mod owed;
mod plans;
mod read;
mod rows;
mod saved_calls;
mod schema;
mod tokens;
mod veil;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use protocol::{Capabilities, Version};
use rusqlite::{Connection, Transaction};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub use audit::AuditFile;
pub use charts::ChartRow;
pub(crate) use copies::{NewCopy, Progress};
pub(crate) use facts::InLine;
pub(crate) use logs::{Signatures, Start};
pub(crate) use owed::Debt;
pub(crate) use plans::Left;
pub use plans::Plan;
pub(crate) use saved_calls::SavedCall;
pub(crate) use tokens::TokenRow;
pub use write::Write;

use chronicle::Chronicle;
use lane::Lane;
use veil::Veil;
use writer::Writer;

use crate::alerts::LeftAlerts;
use crate::approval::{Approval, Rule};
use crate::groups::Group;
use crate::identity::Identity;
use crate::job::{JobInfo, JobTargetInfo, Record};
use crate::model::{Chunk, ExecutionInfo};
use crate::state::{Kept, StoredJob};
use crate::trust::{JoinCodeInfo, NodeTrust, Waiting};

/// Writes that may wait for the disk at once; more are dropped and counted.
const QUEUE: usize = 32 * 1024;

/// A node as kept.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of NodeFacts")]
pub struct NodeRow {
    pub ordinal: u32,
    pub id: String,
    pub name: String,
    pub capabilities: Capabilities,
    pub version: Version,
    pub peer: String,
    pub group_key: Option<String>,
    pub trust: NodeTrust,
    pub removed: bool,
    pub registered_at: SystemTime,
    pub last_seen: SystemTime,
}

/// What the writer says after each transaction.
#[derive(Debug)]
pub enum Report {
    /// These are on disk.
    Kept(Vec<Kept>),
    /// These are not, and why.
    Lost(Vec<Kept>, String),
    /// The swarm does not take these on from this instance, so they were not written; why, as a sentence for people.
    Declined(Vec<Kept>, String),
}

/// Why the store cannot be opened or read. Display: a fragment that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("{what} {path:?}: {source}; check the disk, or move the file away to start anew")]
    Sqlite {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The file is of a newer Nexus.
    #[error(
        "{path:?} was written by a newer Nexus (schema {found}, this one knows {known}); update this one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// Ours.
        known: usize,
    },
    /// A copy that cannot be used.
    #[error("{path:?} is damaged ({said}); take another backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        said: String,
    },
    /// The writer is gone.
    #[error("the store has stopped")]
    Stopped,
}

enum Job {
    Write(Write),
    /// Done after the writes that were handed over before it.
    Ask(Box<dyn FnOnce(&mut Connection) + Send>),
    /// Sign the audit log now.
    Sign,
    /// There is something for the audit log that nobody waits for.
    Nudge,
    /// Somebody waits for it.
    Hurry,
}

/// A handle to the store. The thread ends when the last handle is gone and everything is written.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    lane: Arc<Lane>,
    health: Arc<Health>,
}

#[derive(Default)]
struct Health {
    failing: AtomicBool,
    /// The audit log's entries could not be written.
    unrecorded: AtomicBool,
    dropped: AtomicU64,
    /// Number of the newest entry of the audit log that is on disk.
    recorded: AtomicU64,
}

/// What an earlier life of the Nexus left.
#[derive(Debug, Default)]
pub struct Remembered {
    /// In order of their ordinals.
    pub nodes: Vec<NodeRow>,
    /// Join codes.
    pub codes: Vec<JoinCodeInfo>,
    /// The waiting room.
    pub waiting: Vec<Waiting>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// Rules that want them.
    pub rules: Vec<Rule>,
    /// Saved groups.
    pub groups: Vec<Group>,
    /// Charts, the one in use last.
    pub(crate) charts: Vec<ChartRow>,
    /// Alerts, their rules, and mutes.
    pub alerts: LeftAlerts,
    /// Jobs that live, and what must be known of the others.
    pub(crate) jobs: jobs::Left,
    /// Schedules, runbooks and runs.
    pub(crate) plans: plans::Left,
    /// Executions of which the last life did not see the end.
    pub orphaned: usize,
    /// Those of them that are of no job, the newest.
    pub(crate) singles: Vec<ExecutionInfo>,
}

impl Store {
    /// Opens or makes the file, migrates it, and starts the writer. `path` may be `:memory:`. `identity` signs the audit
    /// log, whose entries are kept for so long; none is for ever. `report` is called on the store's thread.
    pub fn open(
        path: &Path,
        identity: Identity,
        keep_audit: Option<Duration>,
        report: impl Fn(Report) + Send + 'static,
    ) -> Result<(Self, Remembered, std::thread::JoinHandle<()>), StoreError> {
        let connection = schema::open(path)?;
        let failed = |source| StoreError::Sqlite {
            what: "cannot read",
            path: path.to_owned(),
            source,
        };
        let remembered = Remembered {
            nodes: rows::nodes(&connection).map_err(failed)?,
            codes: rows::codes(&connection).map_err(failed)?,
            waiting: rows::waiting(&connection).map_err(failed)?,
            approvals: approvals::approvals(&connection).map_err(failed)?,
            rules: approvals::rules(&connection).map_err(failed)?,
            groups: groups::groups(&connection).map_err(failed)?,
            charts: charts::charts(&connection).map_err(failed)?,
            alerts: alerts::left(&connection).map_err(failed)?,
            jobs: jobs::left(&connection).map_err(failed)?,
            plans: plans::left(&connection).map_err(failed)?,
            singles: read::singles_under_way(&connection).map_err(failed)?,
            orphaned: rows::orphan(&connection, SystemTime::now()).map_err(failed)?,
        };
        let chronicle = Chronicle::load(&connection, identity, keep_audit).map_err(failed)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let store = Self {
            jobs,
            lane: Arc::default(),
            health: Arc::default(),
        };
        let recorded = chronicle.recorded();
        store.health.recorded.store(recorded, Ordering::Relaxed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|_| StoreError::Stopped)?;
        let writer = Writer {
            connection,
            queue,
            lane: Arc::clone(&store.lane),
            chronicle,
            veil: Veil::default(),
            health: Arc::clone(&store.health),
            report,
            runtime,
        };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(|_| StoreError::Stopped)?;
        Ok((store, remembered, thread))
    }

    /// Hands a write over. False: the queue is full or the store is gone, and it will not be kept.
    pub fn write(&self, write: Write) -> bool {
        let taken = self.jobs.try_send(Job::Write(write)).is_ok();
        if !taken {
            self.leave_out();
        }
        taken
    }

    /// Counts something that is not kept.
    pub(crate) fn leave_out(&self) {
        self.health.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// The newest executions, of one node or of all, newest first.
    pub async fn executions(
        &self,
        node: Option<String>,
        limit: u32,
    ) -> Result<Vec<ExecutionInfo>, StoreError> {
        self.read(move |connection| read::executions(connection, node.as_deref(), limit))
            .await
    }

    /// One execution.
    pub async fn execution(&self, id: Uuid) -> Result<Option<ExecutionInfo>, StoreError> {
        self.read(move |connection| read::execution(connection, id))
            .await
    }

    /// Its kept output from a number on, at most `bytes` bytes.
    pub async fn output(
        &self,
        id: Uuid,
        from: u64,
        bytes: usize,
    ) -> Result<Vec<Chunk>, StoreError> {
        self.read(move |connection| read::output(connection, id, from, bytes))
            .await
    }

    /// One job as it was last written.
    pub async fn job(&self, id: Uuid) -> Result<Option<JobInfo>, StoreError> {
        self.read(move |connection| jobs::job(connection, id)).await
    }

    /// The newest jobs that are over, newest first, of one asker or of all.
    pub async fn jobs_over(
        &self,
        asker: Option<String>,
        before: u64,
        limit: u32,
    ) -> Result<Vec<JobInfo>, StoreError> {
        self.read(move |connection| jobs::over(connection, asker.as_deref(), before, limit))
            .await
    }

    /// Targets of a job that is over, from an index on.
    pub async fn job_targets(
        &self,
        id: Uuid,
        after: u32,
    ) -> Result<Option<Vec<JobTargetInfo>>, StoreError> {
        self.read(move |connection| jobs::targets(connection, id, after))
            .await
    }

    /// How a job was asked for.
    pub(crate) async fn job_record(&self, id: Uuid) -> Result<Option<Record>, StoreError> {
        self.read(move |connection| jobs::record(connection, id))
            .await
    }

    /// A job that is not over, with all that belongs to it.
    pub(crate) async fn live_job(&self, id: Uuid) -> Result<Option<StoredJob>, StoreError> {
        self.read(move |connection| jobs::live(connection, id))
            .await
    }

    /// The last transaction failed.
    pub fn is_failing(&self) -> bool {
        self.health.failing.load(Ordering::Relaxed)
    }

    /// Writes that were not kept, since the start.
    pub fn dropped(&self) -> u64 {
        self.health.dropped.load(Ordering::Relaxed)
    }

    /// Changes something rare in a transaction of its own; returns when it is on disk. An error undoes it.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask("cannot write", |connection| {
            let transaction = connection.transaction()?;
            let value = change(&transaction)?;
            transaction.commit().map(|()| value)
        })
        .await
    }

    /// Reads something, after everything that was handed over before.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask("cannot read", |connection| query(connection))
            .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        what: &'static str,
        ask: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        let job = Job::Ask(Box::new(move |connection| {
            drop(answer.send(ask(connection)))
        }));
        self.jobs.send(job).await.map_err(|_| StoreError::Stopped)?;
        result
            .await
            .map_err(|_| StoreError::Stopped)?
            .map_err(|source| StoreError::Sqlite {
                what,
                path: PathBuf::from("nexus.sqlite"),
                source,
            })
    }
}

#[cfg(test)]
pub(crate) mod tests;
