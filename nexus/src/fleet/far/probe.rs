//! Whether the instances that we use nodes of hear us. Not here: their signs of life, see [`crate::fleet::run`].

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Far;
use crate::fleet::InstanceId;
use crate::fleet::message::{Reply, Says};

/// Who did not answer the last time.
#[derive(Default)]
pub(super) struct Silent(Mutex<HashSet<InstanceId>>);

impl Silent {
    /// It did not answer. True: nor did it the last time.
    fn again(&self, instance: InstanceId) -> bool {
        !self.lock().insert(instance)
    }

    /// It answered, or is lost: what comes is the first time.
    fn forget(&self, instance: InstanceId) {
        self.lock().remove(&instance);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<InstanceId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
                Ok(_) => self.silent.forget(by),
                Err(_) if self.silent.again(by) || is_quiet(by) => {
                    self.silent.forget(by);
                    self.lost(by).await;
                }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_the_second_silence_in_a_row_is_one() {
        let silent = Silent::default();
        let [one, other] = [1, 2].map(|id| InstanceId(Uuid::from_u128(id)));
        assert!(!silent.again(one));
        assert!(!silent.again(other));
        silent.forget(one);
        assert!(!silent.again(one));
        assert!(silent.again(one));
        silent.forget(one);
        assert!(!silent.again(one), "it was lost, and came again");
        assert!(silent.again(other));
    }
}
