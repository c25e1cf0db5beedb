//! What makes one node better than another, by each strategy. Lower is better everywhere; ties go to the node that
//! registered first. Not here: which nodes can take it at all, see [`super::search`].

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Strategy, Wishes};
use crate::model::Ordinal;
use crate::state::Node;

/// What a preferred node is better by: as much as a whole processor.
const PREFERRED: f64 = 1.0;
/// Latency that weighs as much as a whole processor, seconds.
const SLOW: f64 = 0.1;
/// What a latency weighs that nobody has measured.
const UNMEASURED: f64 = 0.5;

/// What a score is made of. What does not count is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Parts {
    /// 0..=1.
    pub cpu: f64,
    /// 0..=1.
    pub memory: f64,
    /// 0..=1: a tenth for each execution.
    pub tasks: f64,
    /// 0..=1: 0 for the tag `priority=100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// 0..=1: 1 for 100 ms and more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
    /// 0..=1: how often executions failed there of late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<f64>,
    /// Executions on all nodes that share its value, when they are spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placements: Option<f64>,
    /// -1 for a node that is preferred; with `round_robin` and `two_choices` it comes before all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred: Option<f64>,
}

/// A node and how good it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    /// Looked at first.
    first: f64,
    /// Others are preferred, and there is no score that could outweigh it.
    behind: bool,
    /// And then this.
    then: f64,
    pub(super) ordinal: Ordinal,
}

impl Ranked {
    /// What is told of it.
    pub(super) fn score(self) -> f64 {
        self.first + self.then
    }

    fn order(&self, other: &Self) -> Ordering {
        let first = self.first.total_cmp(&other.first);
        first
            .then(self.behind.cmp(&other.behind))
            .then(self.then.total_cmp(&other.then))
            .then(self.ordinal.cmp(&other.ordinal))
    }
}

/// All that a comparison needs.
pub(super) struct Ranking<'a> {
    pub(super) wishes: &'a Wishes,
    /// Executions at each value that they are spread over.
    pub(super) spread: &'a HashMap<&'a str, u32>,
    /// How many stand in line at a node.
    pub(super) line: &'a dyn Fn(Ordinal) -> u32,
    /// The node that had the last turn.
    pub(super) after: Option<Ordinal>,
    pub(super) seed: u64,
}

/// The prototype's weighted score.
pub(crate) fn score(node: &Node) -> f64 {
    node.cpu + node.memory + busy(node)
}

fn busy(node: &Node) -> f64 {
    (f64::from(node.active_tasks()) / 10.0).min(1.0)
}

impl Node {
    /// What it shares with the nodes that it is spread over with.
    pub(super) fn place_by(&self, by: &str) -> &str {
        let value = match by {
            "group" => self.facts.group_key.as_deref(),
            key => self.tag_value(key),
        };
        value.unwrap_or_default()
    }

    /// Executions that the Nexus has for it.
    pub(super) fn sent(&self) -> u32 {
        let sent = u32::try_from(self.in_flight.len() + self.queue.len()).unwrap_or(u32::MAX);
        sent.saturating_add(self.reserved)
    }
}

impl Ranking<'_> {
    pub(super) fn avoids(&self, node: &Node) -> bool {
        let avoid = &self.wishes.avoid;
        avoid.term().is_some() && avoid.matches(&node.target_facts())
    }

    fn prefers(&self, node: &Node) -> bool {
        let prefer = &self.wishes.prefer;
        prefer.term().is_some() && prefer.matches(&node.target_facts())
    }

    pub(super) fn of(&self, node: &Node) -> Ranked {
        let prefers = self.prefers(node);
        let line = f64::from((self.line)(node.ordinal));
        let (then, by_score) = match self.wishes.strategy {
            Strategy::LeastLoad | Strategy::Spread => (score(node) + line, true),
            Strategy::Weighted => (weighted(node) + line, true),
            Strategy::TwoChoices => (score(node) + line, false),
            Strategy::RoundRobin => (self.turn(node.ordinal), false),
        };
        let bonus = if prefers && by_score { PREFERRED } else { 0.0 };
        Ranked {
            first: self.placements(node).unwrap_or_default(),
            behind: !by_score && !prefers,
            then: then - bonus,
            ordinal: node.ordinal,
        }
    }

    fn placements(&self, node: &Node) -> Option<f64> {
        let by = self.wishes.spread_by.as_ref()?;
        let count = self.spread.get(node.place_by(by)).copied();
        Some(f64::from(count.unwrap_or(0)))
    }

    /// How many turns it is until this place's turn.
    fn turn(&self, ordinal: Ordinal) -> f64 {
        let next = self.after.map_or(0, |last| last.wrapping_add(1));
        f64::from(ordinal.wrapping_sub(next))
    }

    /// What its score is made of.
    pub(super) fn parts(&self, node: &Node) -> Parts {
        let mut parts = Parts {
            cpu: node.cpu,
            memory: node.memory,
            tasks: busy(node),
            placements: self.placements(node),
            preferred: self.prefers(node).then_some(-PREFERRED),
            ..Parts::default()
        };
        if self.wishes.strategy == Strategy::Weighted {
            parts.priority = Some(unimportance(node));
            parts.latency = Some(slowness(node));
            parts.failures = Some(1.0 - node.success);
        }
        parts
    }

    /// The best ones, best first; at most so many.
    pub(super) fn best<'a>(&self, all: &'a mut [Ranked], most: usize) -> &'a [Ranked] {
        if self.wishes.strategy == Strategy::TwoChoices {
            self.put_the_better_of_two_first(all);
            let (first, others) = all.split_at_mut(all.len().min(1));
            let listed = sort_best(others, most.saturating_sub(first.len()));
            return all.get(..(listed + 1).min(all.len())).unwrap_or_default();
        }
        let listed = sort_best(all, most);
        all.get(..listed).unwrap_or_default()
    }

    /// Chance picks two different ones; of the preferred ones, where the fewest executions are.
    fn put_the_better_of_two_first(&self, all: &mut [Ranked]) {
        let ahead = |a: &Ranked, b: &Ranked| {
            let first = a.first.total_cmp(&b.first);
            first.then(a.behind.cmp(&b.behind))
        };
        let Some(best) = all.iter().copied().min_by(ahead) else {
            return;
        };
        let among: Vec<usize> = all
            .iter()
            .enumerate()
            .filter(|(_, one)| ahead(one, &best) == Ordering::Equal)
            .map(|(at, _)| at)
            .collect();
        let count = u64::try_from(among.len()).unwrap_or(u64::MAX);
        let (one, other) = (mixed(self.seed) % count, mixed(!self.seed));
        // Of the others, so that it is never the same twice.
        let step = if count > 1 {
            1 + other % (count - 1)
        } else {
            0
        };
        let pick = |number: u64| {
            let at = usize::try_from(number % count).unwrap_or_default();
            among.get(at).copied().unwrap_or_default()
        };
        let (one, other) = (pick(one), pick(one + step));
        let better = match (all.get(one), all.get(other)) {
            (Some(a), Some(b)) if b.order(a) == Ordering::Less => other,
            _ => one,
        };
        all.swap(0, better);
    }

    /// Why this one, in words.
    pub(super) fn reason(&self, node: &Node, eligible: usize) -> String {
        let load = format!(
            "cpu {:.2} + memory {:.2} + tasks {:.2}",
            node.cpu,
            node.memory,
            busy(node)
        );
        let mut reason = match self.wishes.strategy {
            Strategy::LeastLoad | Strategy::Spread => {
                format!("lowest load of {eligible}: {load} = {:.2}", score(node))
            }
            Strategy::Weighted => format!(
                "best of {eligible} by weight: {load} + priority {:.2} + latency {:.2} + failures {:.2} = {:.2}",
                unimportance(node),
                slowness(node),
                1.0 - node.success,
                weighted(node)
            ),
            Strategy::RoundRobin => format!("its turn among {eligible}"),
            Strategy::TwoChoices => format!(
                "the less loaded of two that chance picked of {eligible}: {load} = {:.2}",
                score(node)
            ),
        };
        if self.prefers(node) {
            reason.push_str(", preferred");
        }
        if let (Some(by), Some(count)) = (&self.wishes.spread_by, self.placements(node)) {
            let place = node.place_by(by);
            reason.push_str(&format!(
                ", where the fewest executions are: {count} at {by} {place:?}"
            ));
        }
        reason
    }
}

/// Puts the best ones first and in order; how many there are of them.
fn sort_best(all: &mut [Ranked], most: usize) -> usize {
    if all.len() > most && most > 0 {
        all.select_nth_unstable_by(most - 1, Ranked::order);
    }
    let listed = most.min(all.len());
    if let Some(best) = all.get_mut(..listed) {
        best.sort_unstable_by(Ranked::order);
    }
    listed
}

fn weighted(node: &Node) -> f64 {
    score(node) + unimportance(node) + slowness(node) + (1.0 - node.success)
}

fn unimportance(node: &Node) -> f64 {
    1.0 - f64::from(node.priority()) / 100.0
}

fn slowness(node: &Node) -> f64 {
    node.latency.map_or(UNMEASURED, |latency| {
        (latency.as_secs_f64() / SLOW).min(1.0)
    })
}

/// SplitMix64: every bit of the seed decides about every bit.
fn mixed(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
