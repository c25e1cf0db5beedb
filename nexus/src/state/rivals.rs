//! Two sessions with one key. Usually the older is a dead socket and its machine is coming back; so the older is asked for a
//! sign of life, and the newer one waits for it. If the older one answers, there are two machines with one key: both are
//! held, and a person is told. Not here: nodes with the shared token, of whom the newest session wins.

use std::time::Duration;

use protocol::Handshake;

use super::{Close, Effect, State};
use crate::audit::{Action, Entry};
use crate::model::{Now, Ordinal, SessionId};
use crate::trust::{Arrival, Standing};

/// How long the older session has to answer.
const ANSWER: Duration = Duration::from_secs(3);

/// The newer session while it waits.
pub(super) struct Rival {
    session: SessionId,
    hello: Box<Handshake>,
    arrival: Arrival,
    until: Duration,
}

impl State {
    /// Another session of a node that has one. A third one takes the second one's place.
    pub(super) fn rival(
        &mut self,
        ordinal: Ordinal,
        session: SessionId,
        hello: Handshake,
        arrival: Arrival,
        now: Now,
    ) {
        let Some(older) = self.at(ordinal).session else {
            return;
        };
        let rival = Rival {
            session,
            hello: Box::new(hello),
            arrival,
            until: now.at + ANSWER,
        };
        if let Some(third) = self.trust.rivals.insert(ordinal, rival) {
            self.effects
                .push(Effect::Close(third.session, Close::replaced()));
        }
        self.effects.push(Effect::Ping(older, session.0));
    }

    /// The older session has answered the ping that was sent for the newer one.
    pub(super) fn both_live(&mut self, ordinal: Ordinal, number: u64, now: Now) {
        let answered = |rival: &Rival| rival.session.0 == number;
        if !self.trust.rivals.get(&ordinal).is_some_and(answered) {
            return;
        }
        let Some(rival) = self.trust.rivals.remove(&ordinal) else {
            return;
        };
        let older = &self.at(ordinal).facts.peer;
        let why = format!(
            "two machines showed its key at the same time, from {older} and from {}; one of them is a copy",
            rival.arrival.peer
        );
        let id = self.at(ordinal).facts.id.clone();
        tracing::warn!(node = %id, %why, "held");
        let mut entry = Entry::new(Action::CloneHeld, now.wall).about([id]);
        entry.why = Some(why.clone());
        self.tell(entry);
        self.effects
            .push(Effect::Close(rival.session, Close::held()));
        self.stand(ordinal, Standing::Held(why), Some(Close::held()), now);
    }

    /// The older session is gone: the newer one comes in.
    pub(super) fn succeed(&mut self, ordinal: Ordinal, now: Now) {
        if let Some(rival) = self.trust.rivals.remove(&ordinal) {
            self.hello(rival.session, *rival.hello, rival.arrival, now);
        }
    }

    /// Its node may not come in any more, so neither may the newer session; left alone it would stay open for ever.
    pub(super) fn turn_rival_away(&mut self, ordinal: Ordinal, close: &Close) {
        if let Some(rival) = self.trust.rivals.remove(&ordinal) {
            self.effects
                .push(Effect::Close(rival.session, close.clone()));
        }
    }

    /// A rival hung up before it was its turn.
    pub(super) fn forget_rival(&mut self, session: SessionId) {
        self.trust
            .rivals
            .retain(|_, rival| rival.session != session);
    }

    /// When [`Self::rivals_due`] wants to be called.
    pub(super) fn rivals_timeout(&self) -> Duration {
        self.trust
            .rivals
            .values()
            .map(|rival| rival.until)
            .min()
            .unwrap_or(Duration::MAX)
    }

    /// No answer in time: the older session is dead.
    pub(super) fn rivals_due(&mut self, now: Now) {
        let due: Vec<_> = self
            .trust
            .rivals
            .iter()
            .filter(|(_, rival)| rival.until <= now.at)
            .map(|(&ordinal, _)| ordinal)
            .collect();
        for ordinal in due {
            if let Some(older) = self.at(ordinal).session {
                self.effects.push(Effect::Close(older, Close::replaced()));
                // Its end lets the newer one in.
                self.closed(older, "its machine came back on another connection", now);
            } else {
                self.succeed(ordinal, now);
            }
        }
    }
}
