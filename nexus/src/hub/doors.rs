//! Telling the state where the instances of this swarm can be reached. Not here: who knows them; and an operator's words, so
//! there is no [`crate::audit::Deed`]: it follows from who lives.

use super::{Acceptance, Handle, Input};

impl Handle {
    /// Spores are told these from now on, `host:port` each; see [`crate::state::State::set_doors`].
    pub async fn set_doors(&self, doors: Vec<String>) -> Result<(), Acceptance> {
        self.ask(|done| {
            Input::Change(Box::new(move |state, now| {
                state.set_doors(doors, now);
                // Nobody may wait for it any more.
                let _ = done.send(());
            }))
        })
        .await
    }

    /// What was told last.
    pub async fn doors(&self) -> Result<Vec<String>, Acceptance> {
        self.look(|state| state.doors().to_vec()).await
    }
}
