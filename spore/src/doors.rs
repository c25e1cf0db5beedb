//! The ways to the Nexus. One swarm may have several instances with one key; this spore knows some of their addresses, keeps
//! to the one that works, and goes on to the next when it fails. Each spore has an order of its own, made of its key and the
//! address: so a fleet spreads over the instances, spreads anew when one dies, and a restart changes nothing.
//!
//! - [`learned`]: what a Nexus says of addresses, and what of that is believed.
//! - [`entry`]: the doors of a spore that runs. [`standing`], [`note`]: what is known, for people.
//!
//! Not here: when to go on, see [`crate::session`]; the proof that there is the right Nexus, see [`crate::link`].

mod entry;
pub(crate) mod learned;
mod note;
pub mod standing;

use aws_lc_rs::digest::{SHA256, digest};
use protocol::{Address, PublicKey};

use crate::link::Way;
pub(crate) use entry::Entry;

/// One way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) address: Address,
    /// A Nexus told it; otherwise a person did.
    pub(crate) learned: bool,
}

/// All ways, and the one in turn.
#[derive(Debug)]
pub(crate) struct Doors {
    all: Vec<Door>,
    current: Door,
    key: PublicKey,
}

impl Doors {
    /// The ways of a spore: for a member those of its code and those that it has learned. With the shared token there is one,
    /// for who would be met at another is not proved.
    pub(crate) fn new(way: &Way, learned: Vec<Address>) -> Self {
        let (key, told) = match way {
            Way::Shared(address) => (protocol::Fixed([0; 32]), std::slice::from_ref(address)),
            Way::Member(member) => (member.key.public(), &*member.addresses),
        };
        let mut all: Vec<Door> = Vec::new();
        for address in told {
            // A second one of the same would end the round there.
            if all.iter().all(|door| door.address != *address) {
                all.push(Door {
                    address: address.clone(),
                    learned: false,
                });
            }
        }
        #[expect(clippy::indexing_slicing, reason = "there is at least one address")]
        let current = all[0].clone();
        let mut doors = Self { all, current, key };
        doors.learn(learned);
        if let Some(first) = doors.all.first() {
            doors.current = first.clone();
        }
        doors
    }

    /// The one that is in use, or tried next.
    pub(crate) fn current(&self) -> &Door {
        &self.current
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// The one in turn does not do: the next one, and after the last one the first.
    pub(crate) fn move_on(&mut self) {
        let at = self.all.iter().position(|door| *door == self.current);
        let next = at.and_then(|at| self.all.get(at + 1));
        if let Some(next) = next.or(self.all.first()) {
            self.current = next.clone();
        }
    }

    /// These in place of what was learned before. What people said stays, and so does the one in use while it works.
    pub(crate) fn learn(&mut self, learned: Vec<Address>) {
        self.all.retain(|door| !door.learned);
        for address in learned {
            if self.all.iter().all(|door| door.address != address) {
                self.all.push(Door {
                    address,
                    learned: true,
                });
            }
        }
        let key = self.key;
        self.all
            .sort_by_cached_key(|door| rank(&key, &door.address));
        // It may be known by another mouth now.
        let same = |door: &&Door| door.address == self.current.address;
        if let Some(same) = self.all.iter().find(same) {
            self.current = same.clone();
        }
    }

    /// Those that are not in use, for people.
    pub(crate) fn others(&self) -> String {
        let others = self.all.iter().filter(|door| **door != self.current);
        let texts: Vec<String> = others.map(|door| door.address.to_string()).collect();
        texts.join(", ")
    }
}

/// Where an address stands in the order of the spore with this key (rendezvous hashing).
fn rank(key: &PublicKey, address: &Address) -> Vec<u8> {
    let mut text = key.0.to_vec();
    text.extend(address.to_string().bytes());
    digest(&SHA256, &text).as_ref().to_vec()
}

#[cfg(test)]
mod tests;
