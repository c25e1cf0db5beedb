//! Following what another instance owns: it is asked about once a second while somebody reads, and what is new is told. Nothing
//! is asked any more when nobody reads.
//!
//! Not here: what is owned here, of which each event is heard.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{ExecutionBody, Follower, Gone, JobBody, PAGE, TargetBody, What};
use crate::hub::Unreached;
use crate::job::JobTargetInfo;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// Looks that may fail in a row before it is given up.
const TRIES: u32 = 5;

/// Why a look saw nothing.
enum Blind {
    Gone,
    /// Its instance does not answer.
    Silent(Unreached),
}

impl From<Gone> for Blind {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl<T: Into<Unreached>> From<T> for Blind {
    fn from(error: T) -> Self {
        Self::Silent(error.into())
    }
}

impl Follower {
    /// Until it is over, or nobody reads.
    pub(super) async fn watch_afar(mut self) -> Result<(), Gone> {
        let mut failed = 0;
        loop {
            match self.look().await {
                Ok(true) => return Ok(()),
                Ok(false) => failed = 0,
                Err(Blind::Gone) => return Err(Gone),
                Err(Blind::Silent(_)) if failed < TRIES => failed += 1,
                Err(Blind::Silent(why)) => {
                    return self.say(&json!({ "problem": why.to_string() })).await;
                }
            }
            tokio::select! {
                () = self.lines.closed() => return Err(Gone),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// True: it is over.
    async fn look(&mut self) -> Result<bool, Blind> {
        match self.what {
            What::Job(id) => self.look_at_job(id).await,
            What::Execution(id) => self.look_at_execution(id).await,
        }
    }

    async fn look_at_execution(&mut self, id: Uuid) -> Result<bool, Blind> {
        let execution = self.swarm.execution(id).await?.ok_or(Blind::Gone)?;
        self.names.insert(id, execution.node_name.clone());
        loop {
            let from = self.next.get(&id).copied().unwrap_or(0);
            let chunks = self.swarm.output(id, from, PAGE).await?;
            if chunks.is_empty() {
                break;
            }
            for chunk in &chunks {
                self.write(chunk).await?;
            }
        }
        let body = json!({ "execution": ExecutionBody::new(&execution) });
        let text = body.to_string();
        if self.head != text {
            self.say(&body).await?;
            self.head = text;
        }
        Ok(execution.state.is_over())
    }

    async fn look_at_job(&mut self, id: Uuid) -> Result<bool, Blind> {
        let others = self.swarm.others().cloned().ok_or(Blind::Gone)?;
        let found = self.swarm.job_elsewhere(id).await?;
        let (at, job) = found.ok_or(Blind::Gone)?;
        let body = json!({ "job": JobBody::new(&job) });
        let text = body.to_string();
        let is_over = job.state.is_over();
        if self.head != text && (self.head.is_empty() || !is_over) {
            self.say(&body).await?;
            self.head = text;
        }
        let targets = others.job_targets(at, id, 0).await?;
        let mut changed = Vec::new();
        let mut open = Vec::new();
        for target in &targets {
            let line = json!({ "target": TargetBody::new(target) });
            let text = line.to_string();
            let is_new = self.told.get(&target.index) != Some(&text);
            if is_new || !target.state.is_over() {
                open.extend(target.execution_id);
            }
            if is_new {
                changed.push((target.index, line, text));
            }
        }
        self.remember_names(&targets);
        loop {
            let from = |id: &Uuid| (*id, self.next.get(id).copied().unwrap_or(0));
            let wanted: Vec<_> = open.iter().map(from).collect();
            let chunks = others.outputs(at, &wanted, PAGE).await?;
            if chunks.is_empty() {
                break;
            }
            for chunk in &chunks {
                self.write(chunk).await?;
            }
        }
        for (index, line, text) in changed {
            self.say(&line).await?;
            self.told.insert(index, text);
        }
        if is_over {
            self.say(&body).await?;
        }
        Ok(is_over)
    }

    fn remember_names(&mut self, targets: &[JobTargetInfo]) {
        for target in targets {
            if let Some(execution) = target.execution_id {
                self.names.insert(execution, target.node_name.clone());
            }
        }
    }
}
