//! What only so many executions can use at once on a node: a GPU, a camera. Not here: how many slots a node has, see
//! [`crate::state::Node::slots`], and what uses them.

use crate::model::Ordinal;
use crate::state::State;

impl State {
    /// Whether one more may use it now.
    pub(super) fn has_resource(&self, ordinal: Ordinal, resource: Option<&str>) -> bool {
        let node = self.at(ordinal);
        resource.is_none_or(|resource| {
            let used = node.resources_used.get(resource).copied().unwrap_or(0);
            used < node.slots(resource)
        })
    }

    /// One more uses it.
    pub(super) fn use_resource(&mut self, ordinal: Ordinal, resource: Option<&str>) {
        if let Some(resource) = resource {
            let used = &mut self.at_mut(ordinal).resources_used;
            *used.entry(resource.to_owned()).or_default() += 1;
        }
    }

    /// One less.
    pub(super) fn free_resource(&mut self, ordinal: Ordinal, resource: Option<&str>) {
        let used = &mut self.at_mut(ordinal).resources_used;
        if let Some(count) = resource.and_then(|resource| used.get_mut(resource)) {
            *count = count.saturating_sub(1);
        }
        used.retain(|_, count| *count > 0);
    }
}
