//! For tests: a directory that goes away, and a configuration that stays inside it.

use std::path::{Path, PathBuf};

use crate::{Config, Token};

/// See the module.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let name = format!("spore-unit-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        crate::identity::make_private_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// With the data directory `data` and the workspace `workspace` in it, both made.
    pub(crate) fn config(&self) -> Config {
        let token = Some(Token::new("t".to_owned()));
        let mut config = Config::new("n".to_owned(), "h".to_owned(), token, self.0.join("data"));
        config.workspace = self.0.join("workspace");
        for dir in [&config.data_dir, &config.workspace] {
            crate::identity::make_private_dir(dir).unwrap();
        }
        config
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
