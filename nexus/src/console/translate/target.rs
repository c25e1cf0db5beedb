//! Expressions on their way to the window: what could stand at the caret, and those with a name. JavaScript counts in
//! UTF-16, the Nexus in characters.

use crate::access::Caller;
use crate::groups::Group;
use crate::state::State;
use crate::target::{Completion, complete};
use protocol::rfc3339;

use crate::console::view::ask::{CompletionView, ProposalView, SavedGroupView};

/// What could stand at a place of an expression; the place as JavaScript counts.
pub(crate) fn completion(swarm: &State, text: &str, at: usize) -> CompletionView {
    let facts = swarm.nodes().map(crate::state::Node::target_facts);
    let groups = swarm.groups().list().map(|group| group.name.as_str());
    told(text, complete(text, characters(text, at), facts, groups))
}

fn told(text: &str, found: Completion) -> CompletionView {
    let items = found.items.into_iter().map(|one| ProposalView {
        text: one.text,
        what: one.what.to_owned(),
        count: one.count,
    });
    CompletionView {
        from: text.chars().take(found.from).map(char::len_utf16).sum(),
        items: items.collect(),
    }
}

/// From UTF-16 units to characters. Within a pair: before it.
fn characters(text: &str, units: usize) -> usize {
    let mut left = units;
    text.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .count()
}

/// A saved group. `work` is what is left for counting.
pub(crate) fn saved_group(swarm: &State, group: &Group, work: &mut usize) -> SavedGroupView {
    let owner = Caller::local();
    SavedGroupView {
        name: group.name.clone(),
        target: group.target.to_string(),
        count: swarm.count(&group.target, &owner.principal.scope, work),
        made_by: group.made_by.clone(),
        made_at: rfc3339(group.made_at),
    }
}

#[cfg(test)]
mod tests {
    use super::characters;

    #[test]
    fn places_are_counted_as_the_other_side_does() {
        assert_eq!(characters("tag:gpu", 4), 4);
        assert_eq!(characters("łódź", 2), 2);
        assert_eq!(characters("a🦀b", 3), 2);
        assert_eq!(characters("a🦀b", 2), 1, "within the pair");
        assert_eq!(characters("ab", usize::MAX), 2);
    }
}
