//! The store's thread: takes what waits, writes it in one transaction, says what is safe.

use std::sync::atomic::Ordering;

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{Health, Job, Report, Write, rows};
use crate::state::Kept;

/// Most jobs of one transaction.
const BATCH: usize = 1024;
/// Executions kept; the oldest go first, with their output.
const EXECUTIONS_KEPT: i64 = 100_000;
/// Writes between two looks at what is too old.
const PRUNE_EVERY: usize = 5_000;

pub(super) fn run(
    connection: &mut Connection,
    mut queue: mpsc::Receiver<Job>,
    health: &Health,
    report: &impl Fn(Report),
) {
    let mut jobs = Vec::with_capacity(BATCH);
    let mut since_prune = PRUNE_EVERY;
    while queue.blocking_recv_many(&mut jobs, BATCH) > 0 {
        let (mut writes, mut asks) = (Vec::new(), Vec::new());
        for job in jobs.drain(..) {
            match job {
                Job::Write(write) => writes.push(write),
                Job::Ask(ask) => asks.push(ask),
            }
        }
        since_prune += writes.len();
        if !writes.is_empty() {
            let outcome = commit(connection, &writes);
            health.failing.store(outcome.is_err(), Ordering::Relaxed);
            let kept = writes.iter().filter_map(promise).collect();
            match outcome {
                Ok(()) => report(Report::Kept(kept)),
                Err(error) => {
                    tracing::error!(%error, lost = writes.len(), "cannot write to the store");
                    health
                        .dropped
                        .fetch_add(writes.len() as u64, Ordering::Relaxed);
                    report(Report::Lost(kept, error.to_string()));
                }
            }
        }
        if since_prune > PRUNE_EVERY {
            since_prune = 0;
            if let Err(error) = rows::prune(connection, EXECUTIONS_KEPT) {
                tracing::warn!(%error, "cannot remove old executions");
            }
        }
        for ask in asks {
            ask(connection);
        }
    }
}

fn commit(connection: &mut Connection, writes: &[Write]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for write in writes {
        match write {
            Write::Node(node) => rows::put_node(&transaction, node)?,
            Write::Begin(execution, _) | Write::End(execution, _) => {
                rows::put_execution(&transaction, execution)?
            }
            Write::JoinCode(code) => rows::put_code(&transaction, code)?,
            Write::ForgetJoinCode(id) => drop(transaction.execute(
                "DELETE FROM join_codes WHERE id = ?1",
                [id.as_bytes().as_slice()],
            )?),
            Write::Waiting(one) => rows::put_waiting(&transaction, one)?,
            Write::Unseat(key) => drop(
                transaction.execute("DELETE FROM waiting WHERE key = ?1", [key.0.as_slice()])?,
            ),
            Write::Output(chunk) => rows::put_output(&transaction, chunk)?,
        }
    }
    transaction.commit()
}

/// What the commit of this write lets us say.
fn promise(write: &Write) -> Option<Kept> {
    match write {
        Write::Node(_)
        | Write::JoinCode(_)
        | Write::ForgetJoinCode(_)
        | Write::Waiting(_)
        | Write::Unseat(_) => None,
        Write::Begin(_, kept) | Write::End(_, kept) => *kept,
        Write::Output(chunk) => Some(Kept::Output(chunk.execution, chunk.seq + 1)),
    }
}
