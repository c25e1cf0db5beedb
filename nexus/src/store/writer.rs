//! The store's thread: takes what waits, writes it in one transaction, says what is safe. The audit log's entries go first;
//! those that could not be written are kept and tried again, until the disk takes them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::chronicle::{Chronicle, Progress};
use super::lane::Lane;
use super::veil::Veil;
use super::{
    Health, Job, Report, Write, alerts, approvals, charts, groups, history, jobs, plans, rows,
};
use crate::audit::Draft;
use crate::model::ExecutionState;

/// Most jobs of one transaction.
const BATCH: usize = 1024;
/// Executions kept; the oldest go first, with their output.
const EXECUTIONS_KEPT: i64 = 1_000_000;
/// Writes between two looks at what is too old.
const PRUNE_EVERY: usize = 5_000;
/// How long entries that nobody waits for may wait for others.
const LINGER: Duration = Duration::from_millis(20);
/// After a failure the entries of the audit log are tried again so often.
const RETRY: Duration = Duration::from_millis(250);

pub(super) struct Writer<R: Fn(Report)> {
    pub(super) connection: Connection,
    pub(super) queue: mpsc::Receiver<Job>,
    pub(super) lane: Arc<Lane>,
    pub(super) chronicle: Chronicle,
    pub(super) veil: Veil,
    pub(super) health: Arc<Health>,
    pub(super) report: R,
    /// Has nothing but a clock.
    pub(super) runtime: Runtime,
}

impl<R: Fn(Report)> Writer<R> {
    pub(super) fn run(mut self) {
        let mut jobs = Vec::with_capacity(BATCH);
        let mut drafts = Vec::new();
        let mut since_prune = PRUNE_EVERY;
        loop {
            let open = self.wait(&mut jobs);
            let (mut writes, mut asks, mut sign) = (Vec::new(), Vec::new(), !open);
            for job in jobs.drain(..) {
                match job {
                    Job::Write(Write::Secrets(id, known)) => self.veil.watch(id, *known),
                    Job::Write(write) => writes.push(write),
                    Job::Ask(ask) => asks.push(ask),
                    Job::Sign => sign = true,
                    Job::Nudge | Job::Hurry => {}
                }
            }
            // After the jobs: what was recorded before a job was handed over is written with it.
            self.lane.take(&mut drafts);
            since_prune += writes.len();
            self.write(&writes, &mut drafts);
            if sign && let Err(error) = self.chronicle.sign_now(&mut self.connection) {
                tracing::error!(%error, "cannot sign the audit log");
            }
            if since_prune > PRUNE_EVERY {
                since_prune = 0;
                let pruned = rows::prune(&self.connection, EXECUTIONS_KEPT)
                    .and_then(|_| jobs::prune(&self.connection));
                if let Err(error) = pruned {
                    tracing::warn!(%error, "cannot remove old executions");
                }
            }
            for ask in asks {
                ask(&mut self.connection);
            }
            if !open {
                return;
            }
        }
    }

    /// Waits for something to do. False: nobody will hand anything over any more.
    fn wait(&mut self, jobs: &mut Vec<Job>) -> bool {
        let patience = if self.is_unrecorded() {
            Some(RETRY)
        } else {
            self.chronicle.patience(SystemTime::now())
        };
        let queue = &mut self.queue;
        let open = self.runtime.block_on(async {
            match patience {
                None => queue.recv_many(jobs, BATCH).await > 0,
                Some(patience) => tokio::time::timeout(patience, queue.recv_many(jobs, BATCH))
                    .await
                    .map_or(true, |count| count > 0),
            }
        });
        let unhurried = |job: &Job| matches!(job, Job::Nudge);
        if !open || !jobs.iter().all(unhurried) {
            return open;
        }
        self.runtime.block_on(async {
            tokio::time::timeout(LINGER, queue.recv_many(jobs, BATCH))
                .await
                .map_or(true, |count| count > 0)
        })
    }

    fn is_unrecorded(&self) -> bool {
        self.health.unrecorded.load(Ordering::Relaxed)
    }

    fn write(&mut self, writes: &[Write], drafts: &mut Vec<Draft>) {
        let due = self.chronicle.patience(SystemTime::now()) == Some(Duration::ZERO);
        if writes.is_empty() && drafts.is_empty() && !due && !self.is_unrecorded() {
            return;
        }
        let mut outcome = self.commit(writes, drafts);
        self.health
            .failing
            .store(outcome.is_err(), Ordering::Relaxed);
        for write in writes {
            if let Write::End(execution, _) = write
                && execution.state != ExecutionState::Unknown
            {
                self.veil.forget(execution.id);
            }
        }
        let kept = writes.iter().filter_map(Write::promise).collect();
        if let Err(error) = &outcome {
            tracing::error!(%error, lost = writes.len(), "cannot write to the store");
            self.health
                .dropped
                .fetch_add(writes.len() as u64, Ordering::Relaxed);
            (self.report)(Report::Lost(kept, error.to_string()));
            // Perhaps it is one of the others that cannot be written.
            outcome = self.commit(&[], drafts);
        } else if !writes.is_empty() {
            (self.report)(Report::Kept(kept));
        }
        self.health
            .unrecorded
            .store(outcome.is_err(), Ordering::Relaxed);
        match outcome {
            Ok((progress, numbers)) => {
                self.chronicle.committed(progress);
                let recorded = self.chronicle.recorded();
                self.health.recorded.store(recorded, Ordering::Relaxed);
                tell(drafts, &numbers);
            }
            // Who waits for an entry does not act; what has happened is tried again.
            Err(_) => drafts.retain(|draft| !matches!(draft, Draft::Whole(_, Some(_)))),
        }
    }

    fn commit(
        &mut self,
        writes: &[Write],
        drafts: &[Draft],
    ) -> rusqlite::Result<(Progress, Vec<(usize, u64)>)> {
        let probe = self.is_unrecorded();
        let transaction = self.connection.transaction()?;
        let written = self
            .chronicle
            .append(&transaction, drafts, SystemTime::now())?;
        for write in writes {
            put(&transaction, &mut self.veil, write)?;
        }
        if probe {
            // Without something to write nobody would know that it can be written again.
            transaction.execute("INSERT OR REPLACE INTO settings VALUES ('probe', '')", [])?;
        }
        transaction.commit()?;
        Ok(written)
    }
}

/// Tells those who wait which numbers their entries have.
fn tell(drafts: &mut Vec<Draft>, numbers: &[(usize, u64)]) {
    let mut numbers = numbers.iter().peekable();
    for (at, draft) in drafts.drain(..).enumerate() {
        let number = numbers.next_if(|(first, _)| *first == at);
        if let (Draft::Whole(_, Some(waiting)), Some((_, number))) = (draft, number) {
            let _ = waiting.send(*number);
        }
    }
}

fn put(transaction: &Connection, veil: &mut Veil, write: &Write) -> rusqlite::Result<()> {
    match write {
        Write::Node(node) => rows::put_node(transaction, node),
        Write::Secrets(..) => Ok(()),
        Write::Job(job, _) => jobs::put(transaction, job),
        Write::ForgetJob(id) => jobs::forget(transaction, *id),
        Write::Stop(stop) => jobs::put_stop(transaction, stop),
        Write::Plan(plan) => plans::put(transaction, plan),
        Write::Sample(sample) => history::put(transaction, sample),
        Write::Turns(turns) => history::put_turns(transaction, turns),
        Write::Approval(approval) => approvals::put(transaction, approval),
        Write::ForgetApproval(id) => approvals::forget(transaction, *id),
        Write::ApprovalRule(rule) => approvals::put_rule(transaction, rule),
        Write::ForgetApprovalRule(id) => approvals::forget_rule(transaction, *id),
        Write::Alert(row) => alerts::put(transaction, row),
        Write::Group(group) => groups::put(transaction, group),
        Write::ForgetGroup(name) => groups::forget(transaction, name),
        Write::Chart(chart) => charts::put(transaction, chart),
        Write::ForgetChart(number) => charts::forget(transaction, *number),
        Write::Seat(chart, number, seat) => charts::put_seat(transaction, *chart, *number, seat),
        Write::Begin(execution, _) | Write::End(execution, _) => {
            let (result, error) = veil.end(execution);
            rows::put_execution(transaction, execution, result.as_deref(), error.as_deref())
        }
        Write::JoinCode(code) => rows::put_code(transaction, code),
        Write::ForgetJoinCode(id) => transaction
            .execute(
                "DELETE FROM join_codes WHERE id = ?1",
                [id.as_bytes().as_slice()],
            )
            .map(drop),
        Write::Waiting(one) => rows::put_waiting(transaction, one),
        Write::Unseat(key) => transaction
            .execute("DELETE FROM waiting WHERE key = ?1", [key.0.as_slice()])
            .map(drop),
        Write::Output(chunk, _) => {
            let bytes = veil.output(transaction, chunk)?;
            rows::put_output(transaction, chunk, &bytes)
        }
    }
}
