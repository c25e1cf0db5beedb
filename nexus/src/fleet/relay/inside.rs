//! What is known of sessions and routes, while the lock is held. Not here: when that changes.

use axum::extract::ws::{CloseFrame, Message};
use protocol::Ack;
use uuid::Uuid;

use super::{Inside, Placed};
use crate::model::SessionId;

/// Asks a spore of ours to connect again (RFC 6455 and its registry: service restart).
const COME_AGAIN: u16 = 1012;

impl Inside {
    /// The owner has kept so much of it; the spore lets go of that.
    pub(super) fn acknowledged(&mut self, ack: &Ack) {
        let Ok(id) = Uuid::try_parse(&ack.request_id) else {
            return;
        };
        let Some(route) = self.routes.get_mut(&id) else {
            return;
        };
        route.running.first_seq = route.running.first_seq.max(ack.next_seq);
        if ack.finished {
            let session = route.session;
            self.routes.remove(&id);
            if let Some(here) = self.sessions.get_mut(&session) {
                here.routes.remove(&id);
            }
        }
    }

    /// The session of a node in exactly this placement.
    pub(super) fn at(&self, at: &Placed) -> Option<SessionId> {
        let session = self.nodes.get(&at.node)?;
        let here = self.sessions.get(session)?;
        (here.placed.as_ref() == Some(at)).then_some(*session)
    }

    /// Ends a session so that its spore brings back all that was not acknowledged.
    pub(super) fn come_again(&self, session: SessionId) {
        if let Some(outbox) = self
            .sessions
            .get(&session)
            .and_then(|here| here.outbox.upgrade())
        {
            let frame = CloseFrame {
                code: COME_AGAIN,
                reason: "come again and bring what is not acknowledged".into(),
            };
            drop(outbox.try_send(Message::Close(Some(frame))));
        }
    }
}
