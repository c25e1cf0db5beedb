//! To which Nexus this spore belongs: its own key, the Nexus' key, and where the Nexus is; kept in the data directory, readable
//! by the owner only. A new one is pending until the Nexus has taken it, so that a bad code costs no good membership.
//! Not here: the shared token, which makes nobody a member, and the proof itself, see [`crate::link`].

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use protocol::{Address, Fixed, JoinCode, JoinSecret, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::identity::private_file;

const KEPT: &str = "membership.json";
const PENDING: &str = "membership.new.json";

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) key: Key,
    pub(crate) nexus_key: PublicKey,
    pub(crate) addresses: Vec<Address>,
    /// What the Nexus calls this node; not known before the first WELCOME.
    pub(crate) node_id: Option<String>,
    /// To be shown until the first WELCOME.
    pub(crate) join: Option<JoinSecret>,
}

/// This spore's own Ed25519 key. The private half neither prints nor leaves the machine.
#[derive(Clone)]
pub(crate) struct Key {
    pair: Arc<Ed25519KeyPair>,
    pkcs8: Arc<[u8]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: String,
    nexus_key: PublicKey,
    addresses: Vec<String>,
    node_id: Option<String>,
    join: Option<JoinSecret>,
}

impl Membership {
    /// Of a Nexus whose code somebody pasted here, with a fresh key.
    pub(crate) fn of(code: &JoinCode) -> io::Result<Self> {
        Ok(Self {
            key: Key::make()?,
            nexus_key: code.nexus_key,
            addresses: code.addresses.clone(),
            node_id: None,
            join: Some(code.secret),
        })
    }

    /// The pending one, or else the one that was taken.
    pub(crate) fn load(data_dir: &Path) -> io::Result<Option<Self>> {
        match read(&data_dir.join(PENDING))? {
            Some(pending) => Ok(Some(pending)),
            None => read(&data_dir.join(KEPT)),
        }
    }

    /// Keeps it, whole or not at all: as pending, or, once the Nexus has taken it, in place of any other.
    pub(crate) fn save(&self, data_dir: &Path) -> io::Result<()> {
        let file = File {
            key: STANDARD.encode(&self.key.pkcs8),
            nexus_key: self.nexus_key,
            addresses: self.addresses.iter().map(Address::to_string).collect(),
            node_id: self.node_id.clone(),
            join: self.join,
        };
        let text = serde_json::to_string_pretty(&file).map_err(io::Error::other)?;
        let pending = data_dir.join(PENDING);
        let draft = data_dir.join("membership.draft");
        let mut out = private_file(&draft, true)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        fs::rename(&draft, &pending)?;
        if self.join.is_none() {
            fs::rename(&pending, data_dir.join(KEPT))?;
        }
        Ok(())
    }

    /// The code of a pending one was refused: what was before holds again, if there was something.
    pub(crate) fn fall_back(data_dir: &Path) -> io::Result<Option<Self>> {
        let before = read(&data_dir.join(KEPT))?;
        if before.is_some() {
            match fs::remove_file(data_dir.join(PENDING)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(before)
    }
}

impl Key {
    fn make() -> io::Result<Self> {
        let pair = Ed25519KeyPair::generate().map_err(io::Error::other)?;
        let pkcs8 = pair.to_pkcs8().map_err(io::Error::other)?.as_ref().into();
        Ok(Self {
            pair: Arc::new(pair),
            pkcs8,
        })
    }

    pub(crate) fn public(&self) -> PublicKey {
        let mut public = Fixed([0; 32]);
        public.0.copy_from_slice(self.pair.public_key().as_ref());
        public
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Signature {
        let mut signature = Fixed([0; 64]);
        signature.0.copy_from_slice(self.pair.sign(text).as_ref());
        signature
    }

    /// For people to compare with what the Nexus shows.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.public())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Key({})", self.fingerprint())
    }
}

/// The first 16 bytes of a key's SHA-256, as 8 groups of 4 hexadecimal digits.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    let hash = digest(&SHA256, &key.0);
    let mut text = String::with_capacity(39);
    for (at, byte) in hash.as_ref().iter().take(16).enumerate() {
        if at > 0 && at % 2 == 0 {
            text.push(' ');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn read(path: &PathBuf) -> io::Result<Option<Membership>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let damaged = || {
        let name = path.display();
        io::Error::other(format!(
            "{name} is damaged; delete it and join again with a new code"
        ))
    };
    let file: File = serde_json::from_str(&text).map_err(|_| damaged())?;
    let pkcs8 = STANDARD.decode(&file.key).map_err(|_| damaged())?;
    let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| damaged())?;
    let addresses: Result<Vec<Address>, _> =
        file.addresses.iter().map(|text| text.parse()).collect();
    Ok(Some(Membership {
        key: Key {
            pair: Arc::new(pair),
            pkcs8: pkcs8.into(),
        },
        nexus_key: file.nexus_key,
        addresses: addresses
            .ok()
            .filter(|all| !all.is_empty())
            .ok_or_else(damaged)?,
        node_id: file.node_id,
        join: file.join,
    }))
}

#[cfg(test)]
mod tests;
