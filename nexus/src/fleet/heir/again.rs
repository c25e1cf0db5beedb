//! What belongs to jobs of this instance, told again to an engine that lost it. What it has is left as it is: it was told later.
//! Not here: noticing the loss ([`crate::fleet::heads`]).

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Heir;
use crate::fleet::records;
use crate::fleet::{EngineError, Ledger};
use crate::model::{Chunk, ExecutionInfo};
use crate::state::State;

/// By then every instance that lives has noticed, and has told whose its jobs are.
pub(super) const SETTLED: Duration = Duration::from_secs(10);
/// Bytes of output that are read at once.
const OUTPUT: usize = 1 << 20;

impl Heir {
    /// Tells jobs again that have to be.
    pub(in crate::fleet) async fn tell_again(&self) {
        for (id, head) in self.heads.untold() {
            if head.owner != self.own {
                self.heads.is_told(id);
                continue;
            }
            if head.info.state.is_over() {
                self.teller.head(id);
                continue;
            }
            match self.handle.store().live_job(id).await {
                Ok(Some(stored)) => {
                    tracing::info!(job = %id, attempts = stored.attempts.len(), "tells the engine again of a job");
                    let attempts = stored.attempts.clone();
                    self.teller.job(stored);
                    self.tell_outputs(attempts);
                }
                // It is on its way to the disk, or from it.
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, job = %id, "a job cannot be told again yet"),
            }
        }
    }

    /// Executions of no job that are under way.
    pub(super) fn tell_singles(&self) {
        let (teller, handle) = (self.teller.clone(), self.handle.clone());
        let heir = self.outputs();
        self.tasks.spawn(async move {
            // Between two inputs of the hub, so that none of them is told after its end.
            let told = handle.look(move |state: &State| {
                let singles = state.singles_under_way();
                singles.iter().for_each(|one| teller.single(one.clone()));
                singles
            });
            for one in told.await.unwrap_or_default() {
                heir.tell(one.id).await;
            }
        });
    }

    fn tell_outputs(&self, attempts: Vec<ExecutionInfo>) {
        let outputs = self.outputs();
        self.tasks.spawn(async move {
            for one in attempts {
                outputs.tell(one.id).await;
            }
        });
    }

    fn outputs(&self) -> Outputs {
        Outputs {
            handle: self.handle.clone(),
            ledger: Arc::clone(&self.engine.ledger),
        }
    }
}

/// Where outputs are, and where they go.
struct Outputs {
    handle: crate::hub::Handle,
    ledger: Arc<dyn Ledger>,
}

impl Outputs {
    /// As much as is there by now; the same piece twice is kept once.
    async fn tell(&self, id: Uuid) {
        let mut from = 0;
        loop {
            let chunks = self.handle.store().output(id, from, OUTPUT).await;
            let chunks = chunks.unwrap_or_default();
            let Some(last) = chunks.last() else { return };
            from = last.seq + 1;
            if let Err(error) = self.keep(&chunks).await {
                return tracing::warn!(%error, execution = %id, "what it wrote is not told again");
            }
        }
    }

    async fn keep(&self, chunks: &[Chunk]) -> Result<(), EngineError> {
        for chunk in chunks {
            records::keep_chunk(&*self.ledger, chunk).await?;
        }
        Ok(())
    }
}
