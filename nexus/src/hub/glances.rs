//! Who looks at a node, and waits for what it answers. Not here: what may be looked at ([`crate::state`]).

use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Acceptance, Handle, Hub, Input};
use crate::audit::Unrecorded;
use crate::model::Now;
use crate::state::{Glance, SubmitError};

/// Largest answer that is handed over, bytes: a screen has no use for more.
const LARGEST: usize = 4 << 20;
/// What the way there and back may take.
const WAY: Duration = Duration::from_secs(2);

/// What was seen, or why nothing was.
pub(super) type Seen = Result<Box<RawValue>, String>;

/// Why a look saw nothing. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GlanceError {
    /// It was not even asked.
    #[error(transparent)]
    Refused(#[from] Acceptance),
    /// The node says why.
    #[error("{0}")]
    Failed(String),
    /// It took too long.
    #[error("the node did not answer in time")]
    Late,
}

impl GlanceError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Failed(_) => "failed",
            Self::Late => "timeout",
        }
    }
}

impl Handle {
    /// Asks a node something that only reads, for whoever looks at it. Nothing of it is kept but its audit entry.
    pub async fn glance(&self, glance: Glance) -> Result<Box<RawValue>, GlanceError> {
        let patience = glance.call.timeout.saturating_add(WAY);
        let looking = self.ask_glance(glance);
        let seen = tokio::time::timeout(patience, looking).await;
        match seen.map_err(|_| GlanceError::Late)?? {
            Ok(seen) if seen.get().len() > LARGEST => Err(GlanceError::Failed(format!(
                "the answer is too large to be shown: {} bytes",
                seen.get().len()
            ))),
            Ok(seen) => Ok(seen),
            Err(why) => Err(GlanceError::Failed(why)),
        }
    }

    async fn ask_glance(&self, glance: Glance) -> Result<Seen, Acceptance> {
        let (seen, result) = oneshot::channel();
        let sent = self.inbox.send(Input::Glance(Box::new(glance), seen)).await;
        sent.map_err(|_| Acceptance::Stopping)?;
        Ok(result.await.map_err(|_| Acceptance::Stopping)??)
    }
}

impl Hub {
    pub(super) fn look_at(
        &mut self,
        glance: Glance,
        seen: oneshot::Sender<Result<Seen, SubmitError>>,
        now: Now,
    ) {
        let id = glance.id;
        let begun = if self.store.may_act() {
            self.state.glance(glance, now)
        } else {
            Err(SubmitError::Unrecorded(Unrecorded))
        };
        match begun {
            Ok(()) => drop(self.looking.insert(id, seen)),
            Err(error) => drop(seen.send(Err(error))),
        }
    }

    pub(super) fn seen(&mut self, id: Uuid, seen: Seen) {
        if let Some(looking) = self.looking.remove(&id) {
            // Whoever looked may have turned away.
            drop(looking.send(Ok(seen)));
        }
    }
}
