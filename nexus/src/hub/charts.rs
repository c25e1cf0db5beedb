//! The chart of the map, for every door. What changes it is in the audit log first. Not here: what a chart is, see
//! [`crate::chart`].

use serde_json::json;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::audit::{Action, Deed};
use crate::chart::{ChartBy, ChartInfo, Preview};
use crate::joining::JoiningError;

impl Handle {
    /// The chart in use.
    pub async fn chart(&self) -> Result<ChartInfo, Acceptance> {
        self.look(crate::state::State::chart).await
    }

    /// What another chart would look like. Nothing changes.
    pub async fn preview_chart(&self, by: ChartBy) -> Result<Preview, JoiningError> {
        let draft = self.look(move |state| state.draft_chart(&by)).await??;
        // It can take tenths of a second for the largest swarms, for which nobody else should wait.
        let preview = tokio::task::spawn_blocking(move || draft.preview()).await;
        Ok(preview.map_err(|_| Acceptance::Stopping)?)
    }

    /// Makes it the chart of everybody; with a preview's hash only if it is still that one.
    pub async fn apply_chart(
        &self,
        caller: &Caller,
        by: ChartBy,
        hash: Option<String>,
    ) -> Result<ChartInfo, JoiningError> {
        let detail = json!({"by": by.word(), "key": by.key()});
        let deed = Deed::new(caller, Action::ApplyChart).with(detail);
        let who = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.apply_chart(&by, hash.as_deref(), &who, now),
        )
        .await
    }

    /// Takes the chart back.
    pub async fn undo_chart(&self, caller: &Caller) -> Result<ChartInfo, JoiningError> {
        let deed = Deed::new(caller, Action::UndoChart);
        self.change(deed, |_| None, |state, _| state.undo_chart())
            .await
    }
}
