//! Tokens that a configuration speaks of by id or name, without their secret. Not here: those that somebody shows.

use std::sync::Arc;
use std::time::SystemTime;

use super::tokens::{Pass, Tokens};

impl Tokens {
    /// The one token that is called so or has this id, if it is good now. An error is a sentence that says what to do.
    pub(crate) fn named(&self, text: &str, now: SystemTime) -> Result<Arc<Pass>, String> {
        let meant = |pass: &Pass| pass.principal.id == text || pass.principal.name == text;
        let all = self.those(meant);
        let mut good = all.iter().filter(|pass| pass.is_good(now));
        match (good.next(), good.next()) {
            (Some(one), None) => Ok(Arc::clone(one)),
            (Some(_), Some(_)) => Err(format!(
                "several API tokens are called {text:?}; say the id of one"
            )),
            (None, _) if all.is_empty() => Err(format!(
                "there is no API token {text:?}; make one with `nexus token make`"
            )),
            (None, _) => Err(format!(
                "the API token {text:?} was revoked or has expired; make another one of that name"
            )),
        }
    }
}
