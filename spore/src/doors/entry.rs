//! The doors of a spore that runs: which is in use, what a Nexus says of others, and telling people. Not here: dialing.

use std::net::IpAddr;
use std::path::Path;
use std::time::SystemTime;

use protocol::Address;
use tracing::{info, warn};

use super::note::Note;
use super::{Doors, learned, standing};
use crate::Status;
use crate::link::Way;
use crate::membership::Membership;

/// See the module.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) doors: Doors,
    /// Who answered last.
    pub(crate) peer: Option<IpAddr>,
    /// What the Nexus said last of its addresses, until it is looked at.
    told: Option<Vec<String>>,
    learned: Vec<Address>,
    note: Note,
}

impl Entry {
    pub(crate) fn new(way: &Way, data_dir: &Path) -> Self {
        let learned = standing::learned(way, data_dir);
        let doors = Doors::new(way, learned.clone());
        info!(first = %doors.current().address, others = %doors.others(), "the ways to the Nexus");
        Self {
            doors,
            peer: None,
            told: None,
            learned,
            note: Note::new(data_dir),
        }
    }

    /// The Nexus says where it can be reached too.
    pub(crate) fn hear(&mut self, told: Vec<String>) {
        self.told = Some(told);
    }

    /// Takes over what was said last. Whether there are other doors now than before.
    pub(crate) fn learn(&mut self, member: &Membership, data_dir: &Path) -> bool {
        let (Some(told), Some(peer)) = (self.told.take(), self.peer) else {
            return false;
        };
        let (believed, odd) = learned::believed(&told, peer);
        if odd > 0 {
            warn!(
                odd,
                "the Nexus tells addresses that are not used: too many, not host:port, or of this machine"
            );
        }
        // A list with nothing in it that can be used is no news, as none is.
        if believed.is_empty() || believed == self.learned {
            return false;
        }
        if let Err(error) = learned::save(data_dir, member.nexus_key, &believed) {
            warn!(%error, "the addresses that the Nexus told cannot be kept; after a restart they are unknown");
        }
        self.doors.learn(believed.clone());
        self.learned = believed;
        info!(in_use = %self.doors.current().address, others = %self.doors.others(), "the Nexus told its addresses");
        true
    }

    /// How the link is doing.
    pub(crate) fn status(&mut self, status: &Status) {
        match status {
            Status::Connected { .. } => {
                let address = self.doors.current().address.to_string();
                info!(%address, others = %self.doors.others(), "this address is in use");
                self.note.put(address, SystemTime::now());
            }
            Status::Connecting
            | Status::Waiting { .. }
            | Status::Unaccepted { .. }
            | Status::Refused { .. }
            | Status::Left => self.note.away(),
            Status::Leaving => {}
        }
    }
}
