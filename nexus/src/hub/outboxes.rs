//! Frames on their way to spores: handed to the writer of a session, which never makes the hub wait. Not here: writing them, see
//! [`crate::session`].

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use tokio::sync::mpsc;

use super::Hub;
use crate::model::SessionId;
use crate::state::Close;

impl Hub {
    /// Hands a frame to a session's writer. A full outbox means a peer that does not read.
    pub(super) fn post(&mut self, session: SessionId, message: Message) {
        let Some(outbox) = self.outboxes.get(&session) else {
            return;
        };
        match outbox.try_send(message) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.hang_up(session, Close::not_reading());
                self.state.closed(session, "it does not read", self.now());
            }
            Err(mpsc::error::TrySendError::Closed(_)) => drop(self.outboxes.remove(&session)),
        }
    }

    /// The writer sends the close frame if it can, and ends when its outbox does.
    pub(super) fn hang_up(&mut self, session: SessionId, close: Close) {
        if let Some(outbox) = self.outboxes.remove(&session) {
            let frame = CloseFrame {
                code: close.code,
                reason: Utf8Bytes::from(close.reason),
            };
            drop(outbox.try_send(Message::Close(Some(frame))));
        }
    }

    pub(super) fn close_all(&mut self) {
        let sessions: Vec<_> = self.outboxes.keys().copied().collect();
        for session in sessions {
            self.hang_up(session, Close::going_away());
        }
    }
}
