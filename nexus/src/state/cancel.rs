//! Stopping something: at once when it was never sent, otherwise when its node has proved it. Not here: time limits.

use protocol::{Cancel, Version};
use uuid::Uuid;

use super::{Effect, State, frame};
use crate::access::Caller;
use crate::audit::{Action, Decision, Entry};
use crate::model::{ExecutionState, Now, Ordinal};

/// Why something is not stopped. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// Not under way and not recent.
    #[error("execution {0} is not known")]
    NotFound(Uuid),
    /// Nothing to stop.
    #[error("execution {id} is already over: {}", state.word())]
    Over {
        /// The execution.
        id: Uuid,
        /// How it ended.
        state: ExecutionState,
    },
    /// The prototype's protocol has no such message.
    #[error(
        "execution {0} runs on a node that speaks the prototype's protocol, which cannot stop anything"
    )]
    Unsupported(Uuid),
}

impl State {
    /// Stops it: at once when it was never sent, otherwise the proof comes with its end.
    pub fn cancel(&mut self, id: Uuid, caller: &Caller, now: Now) -> Result<(), CancelError> {
        let execution = self.executions.get(&id).ok_or(CancelError::NotFound(id))?;
        let (ordinal, state, lost) = (execution.ordinal, execution.state, execution.lost);
        let mut entry = Entry::new(Action::Cancel, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        entry.executions = vec![id];
        entry.targets = vec![execution.node.0.clone()];
        self.tell(entry);
        if state == ExecutionState::Queued {
            self.stop_one(id, now);
            return Ok(());
        }
        if state.is_over() && !lost {
            return Err(CancelError::Over { id, state });
        }
        match self.at(ordinal).facts.version {
            Version::V1 => Err(CancelError::Unsupported(id)),
            Version::V2 => {
                self.stop(id, ordinal, "cancelled", now);
                Ok(())
            }
        }
    }

    pub(super) fn send_cancel(&mut self, ordinal: Ordinal, id: Uuid, why: &str, now: Now) {
        if let Some(session) = self.at(ordinal).session {
            let cancel = Cancel {
                request_id: id.to_string(),
                reason: why.to_owned(),
            };
            self.effects
                .push(Effect::Send(session, frame(&cancel, now)));
        }
    }
}
