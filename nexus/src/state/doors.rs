//! Where the instances of this swarm can be reached, as spores are told in WELCOME: so that one whose instance dies knows
//! where else to go. Empty, and then not told, when this Nexus is alone. Not here: who knows the instances.

use protocol::{Version, limits};

use super::State;
use crate::model::Now;

impl State {
    /// From now on these are told, `host:port` each, at most [`limits::DOORS`]. Spores that are in session hear of it at once;
    /// otherwise a long session would end with addresses that are all gone.
    pub fn set_doors(&mut self, mut doors: Vec<String>, now: Now) {
        doors.retain(|door| door.len() <= limits::NAME);
        doors.truncate(limits::DOORS);
        if doors == self.doors {
            return;
        }
        self.doors = doors;
        if self.doors.is_empty() {
            return;
        }
        let sessions = self.sessions.iter();
        let sessions: Vec<_> = sessions.map(|(&session, &at)| (session, at)).collect();
        for (session, ordinal) in sessions {
            let node = self.at(ordinal);
            let (version, has_key) = (node.facts.version, node.facts.trust.key.is_some());
            // A prototype's knows no WELCOME; one with the shared token could not tell whom it meets there; one that is
            // elsewhere is told there.
            if version >= Version::V2 && has_key && node.via.is_none() {
                self.welcome(session, ordinal, version, &[], now);
            }
        }
    }

    /// What [`Self::set_doors`] was given.
    pub fn doors(&self) -> &[String] {
        &self.doors
    }
}
