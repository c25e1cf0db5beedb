//! Other Nexuses that this application can look at: kept in one file that only its owner can read, because their tokens stand
//! in it. Not here: connections themselves, see [`nexus::console::remote`].

use std::io::Write;
use std::path::{Path, PathBuf};

use nexus::console::remote::{Identity, Place, Remote, look};
use nexus::console::{Answer, BridgeError};
use nexus::secret::Secret;
use nexus::tls::client::read_fingerprint;
use serde::{Deserialize, Serialize};

use crate::view_environment::{EnvironmentKind, EnvironmentState, EnvironmentView, ProbeView};

/// The id of the Nexus in this application.
pub const HERE: &str = "here";
/// More than anybody has.
const MOST: usize = 100;
const LONGEST_NAME: usize = 60;

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    id: String,
    name: String,
    host: String,
    port: u16,
    /// None: known by the rules of the web.
    fingerprint: Option<String>,
    token: String,
}

/// See the module.
pub struct Environments {
    file: PathBuf,
    kept: Vec<Kept>,
}

impl Environments {
    /// Reads the file, which need not exist. The sentence, if any, is for the operator: a damaged file is not overwritten
    /// before somebody adds an environment.
    pub fn open(data: &Path) -> (Self, Option<String>) {
        let file = data.join("environments.json");
        let (kept, notice) = match std::fs::read(&file) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(kept) => (kept, None),
                Err(error) => {
                    let text = format!("{}: {error}; other Nexuses are not known.", file.display());
                    (Vec::new(), Some(text))
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => (Vec::new(), Some(format!("{}: {error}", file.display()))),
        };
        (Self { file, kept }, notice)
    }

    /// All of them after the one in this application, which is called so.
    pub fn list(&self, own: &str, current: &str, state: EnvironmentState) -> Vec<EnvironmentView> {
        let here = EnvironmentView {
            id: HERE.to_owned(),
            name: own.to_owned(),
            address: String::new(),
            kind: EnvironmentKind::Here,
            current: current == HERE,
            state: EnvironmentState::Online,
        };
        let others = self
            .kept
            .iter()
            .map(|kept| view(kept, current == kept.id, state));
        std::iter::once(here).chain(others).collect()
    }

    /// Opens a connection to one of them.
    pub fn connect(&self, id: &str) -> Answer<Remote> {
        let unknown = || {
            BridgeError::new(
                "environment_unknown",
                "This environment is not known any more.",
            )
        };
        let kept = self
            .kept
            .iter()
            .find(|kept| kept.id == id)
            .ok_or_else(unknown)?;
        Ok(Remote::open(place(kept)?, Secret::new(kept.token.clone())))
    }

    /// Keeps another one. The token is told to nobody yet.
    pub fn add(
        &mut self,
        name: &str,
        address: &str,
        fingerprint: Option<String>,
        token: &str,
    ) -> Answer<EnvironmentView> {
        let invalid = |why: &str| BridgeError::new("invalid", why);
        let name = name.trim();
        if name.is_empty()
            || name.chars().count() > LONGEST_NAME
            || name.chars().any(char::is_control)
        {
            return Err(invalid("A name has 1 to 60 characters."));
        }
        if self.kept.len() >= MOST {
            return Err(invalid(
                "So many environments are kept that none fits in; remove one first.",
            ));
        }
        let (host, port) = address
            .rsplit_once(':')
            .ok_or_else(|| invalid("The address has no port."))?;
        let kept = Kept {
            id: uuid::Uuid::new_v4().to_string(),
            name: name.to_owned(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port
                .parse()
                .map_err(|_| invalid("The port is no number."))?,
            fingerprint,
            token: token.trim().to_owned(),
        };
        place(&kept)?;
        let made = view(&kept, false, EnvironmentState::Unknown);
        self.kept.push(kept);
        self.write().inspect_err(|_| drop(self.kept.pop()))?;
        Ok(made)
    }

    /// Forgets one, and its token.
    pub fn remove(&mut self, id: &str) -> Answer<()> {
        self.kept.retain(|kept| kept.id != id);
        self.write()
    }

    /// Whole or not at all, and never readable by others.
    fn write(&self) -> Answer<()> {
        let written = || -> std::io::Result<()> {
            let draft = self.file.with_extension("json.new");
            match std::fs::remove_file(&draft) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(&self.kept)?)?;
            file.sync_all()?;
            std::fs::rename(&draft, &self.file)
        };
        written().map_err(|error| {
            BridgeError::new("not_kept", format!("{}: {error}", self.file.display()))
        })
    }
}

/// Looks who answers at an address. Nothing is told to it.
pub async fn probe(address: &str) -> Answer<ProbeView> {
    let seen = look(address).await;
    let seen = seen.map_err(|error| BridgeError::new("unreachable", error.to_string()))?;
    let place = Place {
        host: seen.host,
        port: seen.port,
        identity: Identity::Web,
    };
    Ok(ProbeView {
        address: place.to_string(),
        fingerprint: seen.fingerprint,
        trusted: seen.is_good,
    })
}

fn place(kept: &Kept) -> Answer<Place> {
    let identity = match &kept.fingerprint {
        None => Identity::Web,
        Some(text) => {
            let odd = || BridgeError::new("invalid", "The fingerprint has 64 hexadecimal digits.");
            Identity::Key(read_fingerprint(text).ok_or_else(odd)?)
        }
    };
    Ok(Place {
        host: kept.host.clone(),
        port: kept.port,
        identity,
    })
}

fn view(kept: &Kept, current: bool, state: EnvironmentState) -> EnvironmentView {
    let address = Place {
        host: kept.host.clone(),
        port: kept.port,
        identity: Identity::Web,
    }
    .to_string();
    EnvironmentView {
        id: kept.id.clone(),
        name: kept.name.clone(),
        address,
        kind: EnvironmentKind::Remote,
        current,
        state: if current {
            state
        } else {
            EnvironmentState::Unknown
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_kept_for_the_owner_alone_and_a_damaged_file_is_told() {
        let data = std::env::temp_dir().join(format!("nexus-environments-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let (mut all, notice) = Environments::open(&data);
        assert_eq!(notice, None);
        let print = "ab".repeat(32);
        for (name, address, print) in [
            ("", "h:1", Some(print.clone())),
            ("x", "h", None),
            ("x", "h:port", None),
            ("x", "h:1", Some("ab".to_owned())),
        ] {
            assert!(
                all.add(name, address, print, "t").is_err(),
                "{name:?} {address:?}"
            );
        }
        let made = all
            .add(" lab ", "[2001:db8::1]:9", Some(print), " token ")
            .unwrap();
        assert_eq!(
            (made.name.as_str(), made.address.as_str()),
            ("lab", "[2001:db8::1]:9")
        );
        let file = data.join("environments.json");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let (mut again, _) = Environments::open(&data);
        let list = again.list("this", &made.id, EnvironmentState::Online);
        assert_eq!(list.iter().filter(|one| one.current).count(), 1);
        again.remove(&made.id).unwrap();
        assert_eq!(
            Environments::open(&data)
                .0
                .list("this", HERE, EnvironmentState::Online)
                .len(),
            1
        );
        std::fs::write(&file, "[{").unwrap();
        assert!(Environments::open(&data).1.unwrap().contains("not known"));
        std::fs::remove_dir_all(&data).unwrap();
    }
}
