//! Which node is best, and why. Without wishes the prototype's score: `cpu + memory + min(active tasks / 10, 1)`, the
//! lowest wins, ties in order of registration; but tasks that we sent count at once, not with the next heartbeat.
//!
//! - [`search`]: which nodes can take it, and the explanation.
//! - [`rank`]: what makes one better, by each strategy.
//! - [`wishes`]: what an asker may wish.
//!
//! Not here: sending, and trying the next one.

mod rank;
mod search;
mod wishes;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use rank::Parts;
use rank::score;
pub use search::Search;
pub use wishes::{Strategy, WishError, Wishes, WishesBody};

use super::{Node, State};
use crate::access::Scope;
use crate::model::{Ordinal, Phase};
use crate::target::Expression;

/// Most methods whose turns are remembered.
const CURSORS: usize = 1_000;

/// Why an execution is where it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Placement {
    /// Where it went; null when nowhere.
    pub node_id: Option<String>,
    /// Its name.
    pub node_name: Option<String>,
    /// In words.
    pub reason: String,
    /// It runs on the Nexus' own machine because no node could take it.
    pub fallback: bool,
    /// How the best one was found.
    pub strategy: Strategy,
    /// The best candidates, best first, then some of those that were not eligible.
    pub candidates: Vec<Candidate>,
    /// How many nodes were looked at.
    pub considered: usize,
}

/// One node that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidate {
    /// The node.
    pub node_id: String,
    /// Its name.
    pub node_name: String,
    /// Lower is better. For `round_robin`: how many turns it is until its turn.
    pub score: f64,
    /// What the score is made of.
    pub parts: Parts,
    /// 0..=1.
    pub cpu_usage: f64,
    /// 0..=1.
    pub memory_usage: f64,
    /// As the Nexus counts them.
    pub active_tasks: u32,
    /// Why it could not be chosen; null when it could.
    pub refused: Option<String>,
}

/// How an execution's node is chosen, and what was tried.
#[derive(Debug, Clone)]
pub struct Route {
    /// Only nodes with this tag.
    pub tag: Option<String>,
    /// Only nodes that this means, with its groups in it.
    pub target: Option<Expression>,
    /// What else is wished; none for nothing.
    pub wishes: Option<Box<Wishes>>,
    /// Stands for chance.
    pub seed: u64,
    /// May run on the Nexus' own machine.
    pub fallback: bool,
    /// Only nodes in it are looked at; the others do not exist for the asker.
    pub scope: Scope,
    /// Nodes that could not take it, and why.
    pub tried: Vec<(Ordinal, String)>,
    /// The last choice.
    pub placement: Option<std::sync::Arc<Placement>>,
}

/// What chance is for an execution, see [`State::place_among`].
pub fn seed_of(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    high.rotate_left(32) ^ low
}

impl State {
    /// The best node for a method, or none, and the explanation.
    pub(super) fn place(
        &self,
        skill: &str,
        method: &str,
        route: &Route,
    ) -> (Option<Ordinal>, Placement) {
        let plain = Wishes::default();
        let wishes = route.wishes.as_deref().unwrap_or(&plain);
        let search = Search {
            target: route.target.as_ref(),
            tag: route.tag.as_deref(),
            tried: &route.tried,
            ..Search::new(skill, method, &route.scope)
        };
        let (chosen, mut placement) = self.place_among(&search, wishes, route.seed);
        if chosen.is_some() {
            return (chosen, placement);
        }
        let own = self.own_machine(&search, wishes, route.fallback);
        match own.map(|ordinal| &self.at(ordinal).facts) {
            Some(facts) => {
                placement.node_id = Some(facts.id.clone());
                placement.node_name = Some(facts.name.clone());
                placement.fallback = true;
                "no node can take it, so it runs on the Nexus' own machine"
                    .clone_into(&mut placement.reason);
            }
            None if self.rules.local_fallback => {
                placement
                    .reason
                    .push_str(", nor can the Nexus' own machine");
            }
            None => placement.reason.push_str(", and local fallback is off"),
        }
        (own, placement)
    }

    /// The best nodes for several slots, one after the other, each node once; fewer when no more can. The explanation is of
    /// the first one.
    pub fn place_several(
        &self,
        search: &Search<'_>,
        wishes: &Wishes,
        seed: u64,
        count: usize,
    ) -> (Vec<Ordinal>, Placement) {
        let (first, placement) = self.place_among(search, wishes, seed);
        let mut taken = search.taken.to_vec();
        let before = taken.len();
        let (mut next, mut seed) = (first, seed);
        while let Some(ordinal) = next {
            taken.push(ordinal);
            if taken.len() - before >= count {
                break;
            }
            seed = seed.wrapping_add(1);
            let others = Search {
                taken: &taken,
                ..*search
            };
            next = self.place_among(&others, wishes, seed).0;
        }
        (taken.split_off(before), placement)
    }

    /// The best node for a skill by the contract's score, as the prototype's `select_best_node`.
    pub fn select_best_node(&self, skill: &str) -> Option<&Node> {
        self.nodes
            .iter()
            .filter(|node| {
                node.phase == Phase::Online
                    && node.capabilities().skills.iter().any(|name| name == skill)
            })
            .min_by(|a, b| score(a).total_cmp(&score(b)))
    }

    /// Something goes to this node, so that the next turn is another one's.
    pub fn placed(&mut self, skill: &str, method: &str, wishes: &Wishes, ordinal: Ordinal) {
        if wishes.strategy != Strategy::RoundRobin {
            return;
        }
        if self.cursors.len() >= CURSORS {
            self.cursors.clear();
        }
        self.cursors.insert(format!("{skill}.{method}"), ordinal);
    }

    /// The node that had the last turn.
    fn cursor(&self, skill: &str, method: &str, wishes: &Wishes) -> Option<Ordinal> {
        match wishes.strategy {
            Strategy::RoundRobin => self.cursors.get(&format!("{skill}.{method}")).copied(),
            Strategy::LeastLoad | Strategy::Weighted | Strategy::TwoChoices | Strategy::Spread => {
                None
            }
        }
    }

    /// The Nexus' own machine, if it may and can. It does not need the tag.
    fn own_machine(&self, search: &Search<'_>, wishes: &Wishes, fallback: bool) -> Option<Ordinal> {
        let node = self.node(self.rules.local_node.as_deref()?)?;
        let facts = node.target_facts();
        let meant = search.target.is_none_or(|only| only.matches(&facts));
        let anywhere = Search {
            tag: None,
            ..*search
        };
        let allowed =
            meant && search.scope.reaches(&facts) && self.rules.local_fallback && fallback;
        (allowed && self.objection(node, &anywhere, wishes).is_none()).then_some(node.ordinal)
    }
}
