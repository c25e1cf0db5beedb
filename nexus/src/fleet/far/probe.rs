//! Whether the instances that we use nodes of hear us. Not here: their signs of life, see [`crate::fleet::run`].

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::Far;
use crate::fleet::InstanceId;
use crate::fleet::message::{Reply, Says};

/// Who did not answer the last time.
#[derive(Default)]
pub(super) struct Silent(Mutex<HashSet<InstanceId>>);

impl Silent {
    /// It did not answer. True: nor did it the last time; that is forgotten then.
    fn again(&self, instance: InstanceId) -> bool {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.remove(&instance) || !silent.insert(instance)
    }

    fn spoke(&self, instance: InstanceId) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.remove(&instance);
    }
}

impl Far {
    /// Asks every instance that we have sessions at whether it hears us. Who does not is lost for now: what runs there is unknown
    /// until it is opened again. But whoever gave a sign of life a moment ago may be busy, and thousands of sessions that end for
    /// that make it no better: it is asked once more. `is_quiet`: it gave none.
    pub(crate) async fn probe(&self, is_quiet: impl Fn(InstanceId) -> bool) {
        for by in self.holders() {
            let nodes = Vec::new();
            match self.post.ask(by, &Says::Open { nodes }).await {
                // Something that it had for us was lost on the way.
                Ok(Reply::NotHere) => self.lost(by).await,
                Ok(_) => self.silent.spoke(by),
                Err(_) if self.silent.again(by) || is_quiet(by) => self.lost(by).await,
                Err(_) => {}
            }
        }
    }

    fn holders(&self) -> HashSet<InstanceId> {
        let nodes = self.lock();
        let open = nodes.all.values().filter(|known| known.session.is_some());
        open.map(|known| known.by).collect()
    }
}
