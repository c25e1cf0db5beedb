//! Where this machine belongs and by which addresses it goes there, for people; read beside a spore that runs. Not here: how
//! the link of a spore in this process is doing, see [`crate::Status`].

use std::path::Path;

use protocol::Address;

use super::{Doors, learned, note};
use crate::link::Way;
use crate::membership::{Membership, fingerprint};
use crate::{Config, Error};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Fingerprint of the Nexus' key; none with the shared token, which proves nobody.
    pub nexus: Option<String>,
    /// Fingerprint of this machine's key.
    pub key: Option<String>,
    /// What the Nexus calls this machine, once it has said so.
    pub node_id: Option<String>,
    /// The addresses, in this spore's own order.
    pub doors: Vec<Known>,
    /// The one in use, and since when.
    pub in_use: Option<(String, String)>,
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `[ws://]host:port`.
    pub address: String,
    /// The Nexus told it; otherwise a person did.
    pub learned: bool,
}

/// How it stands with the spore of this data directory; nothing is taken or changed.
pub fn standing(config: &Config) -> Result<Standing, Error> {
    let member = Membership::load(&config.data_dir).map_err(Error::Membership)?;
    let way = match member {
        Some(member) => Way::Member(member),
        None if config.token.is_some() => Way::Shared(config.address()),
        None => return Err(Error::Homeless),
    };
    let learned = learned(&way, &config.data_dir);
    let known = Doors::new(&way, learned).all.into_iter();
    let known = known.map(|door| Known {
        address: door.address.to_string(),
        learned: door.learned,
    });
    let (nexus, key, node_id) = match &way {
        Way::Shared(_) => (None, None, None),
        Way::Member(member) => (
            Some(fingerprint(&member.nexus_key)),
            Some(member.key.fingerprint()),
            member.node_id.clone(),
        ),
    };
    Ok(Standing {
        nexus,
        key,
        node_id,
        doors: known.collect(),
        in_use: note::read(&config.data_dir).map(|said| (said.door, said.since)),
    })
}

/// What was learned before.
pub(crate) fn learned(way: &Way, data_dir: &Path) -> Vec<Address> {
    match way {
        Way::Shared(_) => Vec::new(),
        Way::Member(member) => learned::load(data_dir, &member.nexus_key),
    }
}
