//! A connection that could not be made or is over: what it means, where to go next, and what people are told.
//! Not here: for how long to wait, see [`crate::session`]; and what the next door is, which the hands know.

use std::time::Instant;

use protocol::close;
use tracing::{info, warn};

use super::{Agent, Effect};
use crate::Status;
use crate::session::{Loss, Next};

/// RFC 6455: a peer that broke a rule; the prototype's word for a wrong token.
const POLICY: u16 = 1008;

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    /// For people.
    pub(crate) reason: String,
    /// The code of the Nexus' close frame, if it sent one.
    pub(crate) close: Option<u16>,
}

impl Ending {
    fn loss(&self) -> Loss {
        match self.close {
            Some(close::WAITING) => Loss::Waiting,
            Some(close::UNKNOWN_KEY | close::BAD_CODE) => Loss::Unknown,
            Some(POLICY | close::UNKNOWN_KEY..=close::TOO_MANY) => Loss::Refused,
            Some(_) | None => Loss::Broken,
        }
    }
}

impl Agent {
    /// The connection could not be made, or is over.
    pub(crate) fn lost(&mut self, ending: &Ending, now: Instant, random: u64) {
        self.urgent.clear();
        self.ledger.lost();
        let loss = ending.loss();
        let next = self.session.lost(now, loss, random);
        if self.parted() {
            return self.gone();
        }
        if loss != Loss::Waiting {
            self.effects.push_back(Effect::MoveOn);
        }
        if loss == Loss::Unknown {
            self.refusal = Some(ending.clone());
        }
        let reason = &ending.reason;
        let wait = match next {
            Next::Door => {
                warn!(%reason, "not connected; trying the next address");
                let reason = reason.clone();
                return self.tell(Status::Waiting { reason });
            }
            Next::Wait(wait) => wait,
        };
        // What one of them said counts more than that the last one could not be reached.
        let said = self.refusal.take().filter(|_| loss == Loss::Broken);
        let Ending { reason, close } = said.as_ref().unwrap_or(ending).clone();
        let seconds = wait.as_secs_f32();
        match loss.max(said.map_or(loss, |said| said.loss())) {
            Loss::Broken => {
                warn!(%reason, "not connected; trying again in {seconds:.1} s");
                self.tell(Status::Waiting { reason });
            }
            Loss::Waiting => {
                let fingerprint = self.fingerprint();
                info!(%fingerprint, "waiting until a person accepts this machine in the Nexus");
                self.tell(Status::Unaccepted { fingerprint });
            }
            Loss::Unknown | Loss::Refused => {
                let hint = self.hint(close);
                warn!(%reason, "the Nexus refuses this spore: {hint}; asking again in {seconds:.0} s");
                self.tell(Status::Refused { reason });
                if close == Some(close::BAD_CODE) {
                    self.effects.push_back(Effect::FallBack);
                }
            }
        }
    }

    fn fingerprint(&self) -> String {
        self.member
            .as_ref()
            .map(|member| member.fingerprint.clone())
            .unwrap_or_default()
    }

    fn hint(&self, code: Option<u16>) -> &'static str {
        match code {
            Some(close::UNKNOWN_KEY | close::BAD_CODE | close::REVOKED) => {
                "ask its operator for a join code, then `spore join <code>`"
            }
            Some(close::HELD) => "its operator has to look at this node first",
            Some(close::TOO_MANY) => "too many attempts came from this address",
            _ if self.member.is_some() => "it does not take this machine's proof",
            _ => "compare SPORE_SHARED_TOKEN with its NEXUS_SHARED_TOKEN",
        }
    }
}
