//! Leaving in order: no new work, running work gets its time and is then stopped, its ends are told and
//! acknowledged, DISCONNECT, and the connection closes. Each stage has a deadline.

use std::time::{Duration, Instant, SystemTime};

use protocol::{Disconnect, Version};
use tracing::{info, warn};

use super::{Agent, Effect, Frame};
use crate::Status;

/// How long what was told to stop may take.
const STOPPING: Duration = Duration::from_secs(6);
/// How long a Nexus may take to acknowledge the last ends.
const SETTLING: Duration = Duration::from_secs(2);
/// How long a Nexus may take to close after DISCONNECT.
const PARTING: Duration = Duration::from_secs(2);

/// Where leaving has got to; each stage until its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Running work may end by itself.
    Draining(Instant),
    /// Running work was told to stop.
    Stopping(Instant),
    /// Nothing runs; the last ends are on their way.
    Settling(Instant),
    /// DISCONNECT is said.
    Parting(Instant),
}

impl Leaving {
    pub(super) fn until(self) -> Instant {
        match self {
            Self::Draining(until)
            | Self::Stopping(until)
            | Self::Settling(until)
            | Self::Parting(until) => until,
        }
    }
}

impl Agent {
    /// Begins to leave.
    pub(crate) fn leave(&mut self, now: Instant) {
        if self.leaving.is_none() {
            info!(running = self.ledger.active(), "leaving");
            self.tell(Status::Leaving);
            self.leaving = Some(Leaving::Draining(now + self.drain));
            self.leave_on(now);
        }
    }

    /// Goes on leaving as far as it can: called after every event and at every deadline.
    pub(crate) fn leave_on(&mut self, now: Instant) {
        let Some(leaving) = self.leaving else { return };
        let late = now >= leaving.until();
        match leaving {
            Leaving::Draining(_) | Leaving::Stopping(_) if self.ledger.active() == 0 => {
                self.leaving = Some(Leaving::Settling(now + SETTLING));
                self.leave_on(now);
            }
            Leaving::Draining(_) if late => {
                warn!(
                    running = self.ledger.active(),
                    "time is up: stopping what still runs"
                );
                self.ledger.cancel_all();
                self.leaving = Some(Leaving::Stopping(now + STOPPING));
            }
            Leaving::Stopping(_) if late => {
                warn!(
                    running = self.ledger.active(),
                    "leaving although something could not be stopped"
                );
                self.leaving = Some(Leaving::Settling(now + SETTLING));
            }
            Leaving::Settling(_) if !self.session.connected() => self.gone(),
            Leaving::Settling(_) if late => {
                // Before a WELCOME there is nobody to take leave of.
                self.leaving = Some(Leaving::Parting(now + PARTING));
                if self.session.version().is_none() {
                    self.gone();
                }
            }
            Leaving::Settling(_) if self.ledger.settled() => {
                self.leaving = Some(Leaving::Parting(now + PARTING));
            }
            Leaving::Parting(_) if late => {
                self.effects.push_back(Effect::HangUp("left".to_owned()))
            }
            Leaving::Draining(_)
            | Leaving::Stopping(_)
            | Leaving::Settling(_)
            | Leaving::Parting(_) => {}
        }
    }

    /// Whether the farewell was said, so that a lost connection is what was wanted.
    pub(super) fn parted(&self) -> bool {
        matches!(self.leaving, Some(Leaving::Parting(_)))
    }

    /// The farewell, after everything else was sent. The prototype's Nexus hangs on a WebSocket close, so there
    /// the server is left to close.
    pub(super) fn part(&mut self, wall: SystemTime) {
        if self.parted() && !std::mem::replace(&mut self.farewell_said, true) {
            let farewell = Disconnect {
                node_id: self.node_id.clone(),
                reason: "the spore is leaving".to_owned(),
            };
            self.say(&farewell, wall);
            if self.session.version() == Some(Version::V2) {
                self.urgent.push_back(Frame::Close);
            }
        }
    }
}
