//! What a job or an execution does and writes, as it happens: one JSON object a line, until it is over. `curl -N` shows it.
//! A reader that is too slow is given from the disk what it missed; it slows nobody.
//!
//! Not here: everything at once, see [`super::super::events`].

mod afar;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use uuid::Uuid;

use super::body::{JobBody, TargetBody};
use crate::access::{Caller, Verb};
use crate::hub::Handle;
use crate::model::{Chunk, Event};
use crate::rest::executions::{ChunkBody, ExecutionBody};
use crate::rest::{App, Problem, Shared};

/// Lines that wait for a reader.
const WAITING: usize = 64;
/// Output read at once, bytes.
const PAGE: usize = 256 * 1024;

/// Follows a job until it is over.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/follow", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "NDJSON: {\"job\"}, {\"target\"}, {\"output\"}; {\"problem\"} when another instance has it and stops answering", content_type = "application/x-ndjson"),
    (status = 404, body = Problem)))]
pub(crate) async fn job(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = super::found(app.swarm()?, &caller, &id).await?;
    stream(&app, What::Job(job.id)).await
}

/// Follows an execution until it is over.
#[utoipa::path(get, path = "/api/v1/executions/{id}/follow", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "NDJSON: {\"execution\"}, {\"output\"}", content_type = "application/x-ndjson"),
    (status = 404, body = Problem)))]
pub(crate) async fn execution(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = crate::rest::executions::found(&app, &caller, Verb::SeeExecution, &id).await?;
    stream(&app, What::Execution(found.id)).await
}

#[derive(Clone, Copy)]
enum What {
    Job(Uuid),
    Execution(Uuid),
}

async fn stream(app: &Arc<App>, what: What) -> Result<Response, Problem> {
    let place = Arc::clone(&app.access.streams).try_acquire_owned();
    let place = place.map_err(|_| {
        let wait = std::time::Duration::from_secs(30);
        Problem::too_many("too many streams are open; close one first", wait)
    })?;
    let swarm = app.swarm()?.clone();
    let is_here = match what {
        What::Job(id) => swarm.has_job(id).await?,
        What::Execution(id) => swarm.has_execution(id).await?,
    };
    let events = match is_here {
        true => Some(swarm.subscribe().await?.1),
        false => None,
    };
    let (lines, mut written) = mpsc::channel::<Result<Bytes, std::convert::Infallible>>(WAITING);
    let follower = Follower {
        swarm,
        what,
        lines,
        next: BTreeMap::new(),
        names: BTreeMap::new(),
        told: BTreeMap::new(),
        head: String::new(),
        _place: place,
    };
    let stopping = app.doors.stopping.clone();
    tokio::spawn(async move {
        let following = async {
            match events {
                Some(events) => follower.run(events).await,
                None => follower.watch_afar().await,
            }
        };
        tokio::select! {
            _ = following => {}
            () = stopping.cancelled() => {}
        }
    });
    let body = Body::from_stream(futures_util::stream::poll_fn(move |context| {
        written.poll_recv(context)
    }));
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

struct Follower {
    swarm: Handle,
    what: What,
    lines: mpsc::Sender<Result<Bytes, std::convert::Infallible>>,
    /// The next chunk of each execution that the reader has not had.
    next: BTreeMap<Uuid, u64>,
    names: BTreeMap<Uuid, String>,
    /// How each target was last told.
    told: BTreeMap<u32, String>,
    /// How all of it was last told; only of what is elsewhere.
    head: String,
    _place: OwnedSemaphorePermit,
}

/// The reader is gone, or the Nexus is.
struct Gone;

impl Follower {
    async fn run(mut self, mut events: broadcast::Receiver<Event>) -> Result<(), Gone> {
        loop {
            if self.catch_up().await? {
                return Ok(());
            }
            // Until something is missed, or it may be over: then everything is looked at again.
            loop {
                match events.recv().await {
                    Ok(event) => {
                        if self.take(event).await? {
                            break;
                        }
                    }
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return Err(Gone),
                }
            }
        }
    }

    /// Tells everything that was not told. True: it is over.
    async fn catch_up(&mut self) -> Result<bool, Gone> {
        match self.what {
            What::Job(id) => self.catch_up_job(id).await,
            What::Execution(id) => {
                let execution = self.swarm.execution(id).await.ok().flatten().ok_or(Gone)?;
                self.names.insert(id, execution.node_name.clone());
                self.read(id).await?;
                let body = ExecutionBody::new(&execution);
                self.say(&json!({ "execution": body })).await?;
                Ok(execution.state.is_over())
            }
        }
    }

    async fn catch_up_job(&mut self, id: Uuid) -> Result<bool, Gone> {
        let job = self.swarm.job(id).await.ok().flatten().ok_or(Gone)?;
        if self.told.is_empty() {
            self.say(&json!({ "job": JobBody::new(&job) })).await?;
        }
        let targets = self.swarm.job_targets(id, 0).await.map_err(|_| Gone)?;
        for target in &targets {
            if let Some(execution) = target.execution_id {
                self.names.insert(execution, target.node_name.clone());
                self.read(execution).await?;
            }
            let body = json!({ "target": TargetBody::new(target) });
            let text = body.to_string();
            if self.told.get(&target.index) != Some(&text) {
                self.say(&body).await?;
                self.told.insert(target.index, text);
            }
        }
        if job.state.is_over() {
            self.say(&json!({ "job": JobBody::new(&job) })).await?;
        }
        Ok(job.state.is_over())
    }

    /// True: everything must be looked at again.
    async fn take(&mut self, event: Event) -> Result<bool, Gone> {
        match (event, self.what) {
            (Event::JobChanged(job), What::Job(id)) if job.id == id => {
                if job.state.is_over() {
                    return Ok(true);
                }
                self.say(&json!({ "job": JobBody::new(&job) })).await?;
            }
            (Event::ExecutionChanged(execution), What::Job(id)) => {
                let attempt = execution.attempt.filter(|attempt| attempt.job == id);
                if let Some(attempt) = attempt {
                    self.names.insert(execution.id, execution.node_name.clone());
                    self.tell_target(id, attempt.index).await?;
                }
            }
            (Event::ExecutionChanged(execution), What::Execution(id)) if execution.id == id => {
                if execution.state.is_over() {
                    return Ok(true);
                }
                let body = ExecutionBody::new(&execution);
                self.say(&json!({ "execution": body })).await?;
            }
            (Event::OutputAppended(chunk), What::Job(_))
                if self.names.contains_key(&chunk.execution) =>
            {
                self.write(&chunk).await?;
            }
            (Event::OutputAppended(chunk), What::Execution(id)) if chunk.execution == id => {
                self.write(&chunk).await?;
            }
            _ => {}
        }
        Ok(false)
    }

    async fn tell_target(&mut self, job: Uuid, index: u32) -> Result<(), Gone> {
        let target = self
            .swarm
            .look(move |state| state.job_target(job, index))
            .await
            .map_err(|_| Gone)?;
        let Some(target) = target else { return Ok(()) };
        if let Some(execution) = target.execution_id.filter(|_| target.state.is_over()) {
            // First all that it wrote, then that it is over.
            self.read(execution).await?;
        }
        let body = json!({ "target": TargetBody::new(&target) });
        let text = body.to_string();
        if self.told.get(&index) != Some(&text) {
            self.say(&body).await?;
            self.told.insert(index, text);
        }
        Ok(())
    }

    /// What is on disk or in memory of an execution and was not told.
    async fn read(&mut self, id: Uuid) -> Result<(), Gone> {
        loop {
            let from = self.next.get(&id).copied().unwrap_or(0);
            let chunks = self.swarm.output(id, from, PAGE).await.map_err(|_| Gone)?;
            if chunks.is_empty() {
                return Ok(());
            }
            for chunk in &chunks {
                self.write(chunk).await?;
            }
        }
    }

    async fn write(&mut self, chunk: &Chunk) -> Result<(), Gone> {
        let next = self.next.entry(chunk.execution).or_insert(0);
        if chunk.seq < *next {
            return Ok(());
        }
        *next = chunk.seq + 1;
        let name = self.names.get(&chunk.execution);
        let mut body = json!(ChunkBody::new(chunk));
        if let Value::Object(fields) = &mut body {
            fields.insert("execution_id".to_owned(), json!(chunk.execution));
            fields.insert("node_name".to_owned(), json!(name));
        }
        self.say(&json!({ "output": body })).await
    }

    async fn say(&self, line: &Value) -> Result<(), Gone> {
        let line = Bytes::from(format!("{line}\n"));
        self.lines.send(Ok(line)).await.map_err(|_| Gone)
    }
}
