//! Rows of schedules, runbooks and runs: each the JSON of the thing itself. Not here: what they mean.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::rows::{json, parsed};
use crate::job::JobInfo;
use crate::runbook::{Run, Version};
use crate::schedule::Schedule;

/// A schedule, a runbook or a run, as it is now, or that it is gone.
#[derive(Debug)]
pub enum Plan {
    /// A schedule.
    Schedule(Arc<Schedule>),
    /// It is gone.
    ForgetSchedule(Uuid),
    /// A version of a runbook.
    Runbook(Arc<Version>),
    /// One version of a runbook is gone.
    ForgetRunbook(String, u32),
    /// A run.
    Run(Arc<Run>),
    /// It was over long ago.
    ForgetRun(Uuid),
}

/// What is left of an earlier life.
#[derive(Debug, Default)]
pub(crate) struct Left {
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) runbooks: Vec<Version>,
    /// Each with those of its jobs that are over.
    pub(crate) runs: Vec<(Run, Vec<JobInfo>)>,
}

pub(super) fn put(connection: &Connection, plan: &Plan) -> rusqlite::Result<()> {
    match plan {
        Plan::Schedule(schedule) => put_schedule(connection, schedule),
        Plan::ForgetSchedule(id) => forget_schedule(connection, *id),
        Plan::Runbook(version) => put_runbook(connection, version),
        Plan::ForgetRunbook(name, version) => forget_runbook(connection, name, *version),
        Plan::Run(run) => put_run(connection, run),
        Plan::ForgetRun(id) => forget_run(connection, *id),
    }
}

pub(super) fn left(connection: &Connection) -> rusqlite::Result<Left> {
    Ok(Left {
        schedules: schedules(connection)?,
        runbooks: runbooks(connection)?,
        runs: runs(connection)?,
    })
}

fn put_schedule(connection: &Connection, schedule: &Schedule) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO schedules VALUES (?1, ?2)")?
        .execute(params![schedule.id.as_bytes().as_slice(), json(schedule)])
        .map(drop)
}

fn forget_schedule(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM schedules WHERE id = ?1",
            [id.as_bytes().as_slice()],
        )
        .map(drop)
}

fn put_runbook(connection: &Connection, version: &Version) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO runbooks VALUES (?1, ?2, ?3)")?
        .execute(params![version.runbook.name, version.number, json(version)])
        .map(drop)
}

fn forget_runbook(connection: &Connection, name: &str, version: u32) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM runbooks WHERE name = ?1 AND version = ?2",
            params![name, version],
        )
        .map(drop)
}

fn put_run(connection: &Connection, run: &Run) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO runs VALUES (?1, ?2, ?3)")?
        .execute(params![
            run.id.as_bytes().as_slice(),
            !run.state.is_over(),
            json(run)
        ])
        .map(drop)
}

fn forget_run(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM runs WHERE id = ?1", [id.as_bytes().as_slice()])
        .map(drop)
}

/// One that cannot be read any more begins nothing.
fn schedules(connection: &Connection) -> rusqlite::Result<Vec<Schedule>> {
    told(
        connection,
        "schedules",
        "SELECT schedule FROM schedules ORDER BY id",
    )
}

fn runbooks(connection: &Connection) -> rusqlite::Result<Vec<Version>> {
    told(
        connection,
        "runbooks",
        "SELECT runbook FROM runbooks ORDER BY name, version",
    )
}

/// Runs; those that live with those of their jobs that are over, of which they may not have heard.
fn runs(connection: &Connection) -> rusqlite::Result<Vec<(Run, Vec<JobInfo>)>> {
    let runs: Vec<Run> = told(connection, "runs", "SELECT run FROM runs")?;
    let mut jobs: Vec<JobInfo> = if runs.iter().all(|run| run.state.is_over()) {
        Vec::new()
    } else {
        parsed(
            connection,
            "SELECT info FROM jobs WHERE NOT live AND dedupe_key LIKE 'run:%' ORDER BY number",
        )?
    };
    let with_jobs = runs.into_iter().map(|run| {
        let prefix = format!("run:{}:", run.id);
        let ours = |job: &mut JobInfo| {
            job.dedupe_key
                .as_ref()
                .is_some_and(|key| key.starts_with(&prefix))
        };
        let own = if run.state.is_over() {
            Vec::new()
        } else {
            jobs.extract_if(.., ours).collect()
        };
        (run, own)
    });
    Ok(with_jobs.collect())
}

/// The rows that can be read; how many cannot is told.
fn told<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    what: &'static str,
    query: &str,
) -> rusqlite::Result<Vec<T>> {
    let all = connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| {
        row.get::<_, i64>(0)
    })?;
    let read: Vec<T> = parsed(connection, query)?;
    let lost = all - i64::try_from(read.len()).unwrap_or(i64::MAX);
    if lost > 0 {
        tracing::error!(lost, "some {what} cannot be read any more and are left out");
    }
    Ok(read)
}
