//! Tells brokers how the jobs that came from them ended: a message each, at least once. Who is to be told is on disk before a
//! message is acknowledged, and until the broker has taken what was told; no job ever waits for it.
//!
//! Not here: how each kind of broker is told, see `telling` of each.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use super::standing::Standing;
use super::{AGAIN, Counted, Kind, Source, longer, rabbit, redis};
use crate::hub::Handle;
use crate::job::{JobInfo, JobTargetInfo, TargetState};
use crate::store::{Debt, StoreError};

/// Between two looks whether jobs are over.
const LOOK: Duration = Duration::from_secs(1);
/// Told between two looks.
const BATCH: u32 = 64;
/// Targets that did not succeed of which one result tells.
const FAILED: usize = 16;

/// What a message asked for besides its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reply {
    /// The queue that the answer goes to; none: to where all results go.
    pub(super) to: Option<String>,
    /// What the asker knows it by.
    pub(super) correlation: Option<String>,
}

/// Whom it is to be told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Owed {
    /// What people know the message by.
    pub(super) message: String,
    pub(super) reply: Option<Reply>,
}

/// What became of a result.
pub(super) enum Told {
    /// The broker has it.
    Taken,
    /// There is nobody who could get it, and there never will be: a sentence.
    Nobody(String),
}

/// One result, ready to be told.
pub(super) struct Telling {
    pub(super) job: Uuid,
    pub(super) owed: Owed,
    pub(super) body: Vec<u8>,
}

/// What one source owes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Debts {
    source: Arc<Source>,
    handle: Handle,
    standing: Arc<Standing>,
    more: Arc<Notify>,
}

/// A connection for results. Never that of the messages: a broker that takes nothing more must still hear what is acknowledged.
enum Way {
    Redis(redis::telling::Way),
    Rabbit(Box<rabbit::telling::Way>),
}

impl Debts {
    pub(super) fn new(source: Arc<Source>, handle: &Handle, standing: Arc<Standing>) -> Self {
        Self {
            source,
            handle: handle.clone(),
            standing,
            more: Arc::default(),
        }
    }

    /// From now on it is to be told how this job ends, if anybody wants to know.
    pub(super) async fn owe(&self, job: Uuid, owed: Owed) -> Result<(), StoreError> {
        let asked = owed.reply.as_ref().is_some_and(|reply| reply.to.is_some());
        if !asked && self.source.results.is_none() {
            return Ok(());
        }
        let text = serde_json::to_string(&owed).unwrap_or_default();
        let dropped = self.handle.store.owe(self.source.name.clone(), job, text);
        for _ in 0..dropped.await? {
            self.standing.count(Counted::Untold);
        }
        self.more.notify_one();
        Ok(())
    }

    /// For ever.
    pub(super) async fn pay(self) -> Infallible {
        let mut way = None;
        let mut wait = AGAIN[0];
        loop {
            match self.pay_some(&mut way).await {
                Ok(some) => {
                    wait = AGAIN[0];
                    self.standing.telling(None);
                    if !some {
                        tokio::time::sleep(LOOK).await;
                    }
                }
                Err(why) => {
                    self.standing.telling(Some(why));
                    tokio::time::sleep(wait).await;
                    wait = longer(wait, AGAIN[1]);
                }
            }
        }
    }

    /// Whether there may be more at once.
    async fn pay_some(&self, way: &mut Option<Way>) -> Result<bool, String> {
        let (store, name) = (&self.handle.store, &self.source.name);
        let failed = |error: StoreError| error.to_string();
        if !store.owes(name.clone()).await.map_err(failed)? {
            self.more.notified().await;
        }
        let due = store.owed(name.clone(), BATCH).await.map_err(failed)?;
        let many = !due.is_empty();
        for debt in due {
            let number = debt.number;
            match self.pay_one(debt, way).await? {
                Told::Taken => self.standing.count(Counted::Told),
                Told::Nobody(why) => {
                    self.standing.count(Counted::Untold);
                    tracing::warn!(source = %name, reason = %why, "a result cannot be told");
                }
            }
            store.paid(vec![number]).await.map_err(failed)?;
        }
        Ok(many)
    }

    async fn pay_one(&self, debt: Debt, way: &mut Option<Way>) -> Result<Told, String> {
        let job = self.handle.job(debt.job).await;
        let Some(job) = job.map_err(|error| error.to_string())? else {
            return Ok(Told::Nobody(format!("the job {} is forgotten", debt.job)));
        };
        let Ok(owed) = serde_json::from_str::<Owed>(&debt.owed) else {
            return Ok(Told::Nobody("what was kept of it is damaged".to_owned()));
        };
        let targets = self.handle.job_targets(debt.job, 0).await;
        let targets = targets.map_err(|error| error.to_string())?;
        let body = result(&self.source.name, &owed, &job, &targets);
        let telling = Telling {
            job: debt.job,
            owed,
            body: body.to_string().into_bytes(),
        };
        let mut open = match way.take() {
            Some(open) => open,
            None => Way::open(&self.source).await?,
        };
        let told = open.tell(&self.source, &telling).await;
        // A channel that was closed for it carries nothing more.
        if matches!(told, Ok(Told::Taken)) || open.is_blocked() {
            *way = Some(open);
        }
        told
    }
}

impl Way {
    async fn open(source: &Source) -> Result<Self, String> {
        match source.broker.kind() {
            Kind::Redis => redis::telling::Way::open(source).await.map(Self::Redis),
            Kind::Rabbit => {
                let way = rabbit::telling::Way::open(source).await?;
                Ok(Self::Rabbit(Box::new(way)))
            }
        }
    }

    async fn tell(&mut self, source: &Source, telling: &Telling) -> Result<Told, String> {
        match self {
            Self::Redis(way) => way.tell(source, telling).await,
            Self::Rabbit(way) => way.tell(source, telling).await,
        }
    }

    fn is_blocked(&self) -> bool {
        match self {
            Self::Redis(_) => false,
            Self::Rabbit(way) => way.is_blocked(),
        }
    }
}

/// What is told.
fn result(source: &str, owed: &Owed, job: &JobInfo, targets: &[JobTargetInfo]) -> Value {
    let failed: Vec<Value> = targets
        .iter()
        .filter(|target| target.state != TargetState::Succeeded)
        .take(FAILED)
        .map(|target| {
            json!({"node_id": target.node_id, "state": target.state, "exit_code": target.exit_code,
                "error": target.error})
        })
        .collect();
    json!({
        "type": "nexus.result",
        "id": job.id,
        "source": source,
        "message": owed.message,
        "label": job.label,
        "state": job.state,
        "reason": job.reason,
        "total": job.total,
        "counts": job.tally,
        "failed": failed,
        "submitted_at": rfc3339(job.submitted_at),
        "finished_at": job.finished_at.map(rfc3339),
    })
}
