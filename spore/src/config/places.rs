//! Where files stand by default on each platform.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The bases that the environment names.
#[derive(Debug, Default)]
pub(super) struct Home {
    state: Option<PathBuf>,
    config: Option<PathBuf>,
}

impl Home {
    pub(super) fn of(environment: &BTreeMap<String, String>) -> Self {
        let absolute = |name: &str| {
            environment
                .get(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = absolute("HOME");
        let under = |tail: &str| home.as_ref().map(|home| home.join(tail));
        if cfg!(windows) {
            let local = absolute("LOCALAPPDATA");
            Self {
                state: local.clone(),
                config: local,
            }
        } else if cfg!(target_os = "macos") {
            let support = under("Library/Application Support");
            Self {
                state: support.clone(),
                config: support,
            }
        } else {
            Self {
                state: absolute("XDG_STATE_HOME").or_else(|| under(".local/state")),
                config: absolute("XDG_CONFIG_HOME").or_else(|| under(".config")),
            }
        }
    }

    /// Default data directory.
    pub(super) fn data_dir(&self) -> Option<PathBuf> {
        self.state.as_ref().map(|base| base.join("nexus-spore"))
    }

    /// The TOML file that is read without being asked for: the user's, else the machine's.
    pub(super) fn config_file(&self) -> Option<PathBuf> {
        let user = self
            .config
            .as_ref()
            .map(|base| base.join("nexus-spore").join("spore.toml"));
        let machine = cfg!(unix).then(|| Path::new("/etc/nexus-spore/spore.toml").to_path_buf());
        [user, machine]
            .into_iter()
            .flatten()
            .find(|path| path.exists())
    }
}
