//! One look for the best node: which nodes are looked at, which of them can, and the explanation. Not here: what makes one
//! better than another, see [`super::rank`], and sending.

use std::collections::HashMap;

use super::rank::{Ranked, Ranking};
use super::{Candidate, Placement, Wishes};
use crate::access::Scope;
use crate::model::{Ordinal, Phase};
use crate::state::{Node, State, index};
use crate::target::Expression;

/// Most candidates that an explanation lists of each kind; a swarm may have thousands.
const LISTED: usize = 16;

/// Which nodes are looked at for which call.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The skill.
    pub skill: &'a str,
    /// The method.
    pub method: &'a str,
    /// Only nodes in it exist.
    pub scope: &'a Scope,
    /// Only these; none for all that there are. Who froze them must know that a place can be another node's by now.
    pub nodes: Option<&'a [Ordinal]>,
    /// Only nodes that this means, with its groups in it; none for all.
    pub target: Option<&'a Expression>,
    /// Only nodes with this tag.
    pub tag: Option<&'a str>,
    /// Nodes that could not take it, and why.
    pub tried: &'a [(Ordinal, String)],
    /// Nodes that were chosen already and are not to be chosen again; each counts when it is spread.
    pub taken: &'a [Ordinal],
    /// It may wait in line at its node: a slot that is used is no objection, nor is a moment of silence, and who stands in
    /// line there counts as load.
    pub in_line: bool,
    /// The asker named these nodes, so rules that want a second yes were asked before.
    pub named: bool,
}

impl<'a> Search<'a> {
    /// Among all nodes of a scope.
    pub fn new(skill: &'a str, method: &'a str, scope: &'a Scope) -> Self {
        Self {
            skill,
            method,
            scope,
            nodes: None,
            target: None,
            tag: None,
            tried: &[],
            taken: &[],
            in_line: false,
            named: false,
        }
    }
}

/// What came of looking at every node.
#[derive(Default)]
struct Found {
    eligible: Vec<Ranked>,
    avoided: Vec<Ranked>,
    refused: Vec<(Ordinal, String)>,
    considered: usize,
}

impl State {
    /// The best node by these wishes, or none, and the explanation. `seed` stands for chance: the same one chooses the same
    /// node. Nothing is changed; who sends something there tells [`State::placed`].
    pub fn place_among(
        &self,
        search: &Search<'_>,
        wishes: &Wishes,
        seed: u64,
    ) -> (Option<Ordinal>, Placement) {
        let spread = self.spread(search, wishes);
        let ranking = Ranking {
            wishes,
            spread: &spread,
            line: &|ordinal| self.line_at(ordinal, search),
            after: self.cursor(search.skill, search.method, wishes),
            seed,
        };
        let found = self.look_for(search, &ranking);
        self.explained(found, &ranking, search)
    }

    /// How many executions there are at each value that they are spread over.
    fn spread<'a>(&'a self, search: &Search<'_>, wishes: &'a Wishes) -> HashMap<&'a str, u32> {
        let mut counts = HashMap::new();
        let Some(by) = &wishes.spread_by else {
            return counts;
        };
        self.each_of(search, |node| {
            // Who is taken stands in line there already.
            let taken = !search.in_line && search.taken.contains(&node.ordinal);
            let line = self.line_at(node.ordinal, search);
            let count = counts.entry(node.place_by(by)).or_insert(0_u32);
            *count = [node.sent(), line, u32::from(taken)]
                .into_iter()
                .fold(*count, u32::saturating_add);
        });
        counts
    }

    /// How many stand in line at this place, if that counts.
    pub(super) fn line_at(&self, ordinal: Ordinal, search: &Search<'_>) -> u32 {
        if !search.in_line {
            return 0;
        }
        u32::try_from(self.jobs.standing_at(ordinal)).unwrap_or(u32::MAX)
    }

    fn each_of<'a>(&'a self, search: &Search<'_>, mut see: impl FnMut(&'a Node)) {
        let everyone = search.scope.nodes().is_all() && search.target.is_none();
        let meant = |node: &Node| {
            if everyone {
                return true;
            }
            let facts = node.target_facts();
            search.scope.reaches(&facts) && search.target.is_none_or(|only| only.matches(&facts))
        };
        match search.nodes {
            None => self.nodes().filter(|node| meant(node)).for_each(see),
            Some(some) => {
                for ordinal in some {
                    let node = self.nodes.get(index(*ordinal));
                    if let Some(node) = node.filter(|node| !node.removed && meant(node)) {
                        see(node);
                    }
                }
            }
        }
    }

    fn look_for(&self, search: &Search<'_>, ranking: &Ranking<'_>) -> Found {
        let mut found = Found::default();
        self.each_of(search, |node| {
            found.considered += 1;
            let list = match self.objection(node, search, ranking.wishes) {
                None if ranking.avoids(node) => &mut found.avoided,
                None => &mut found.eligible,
                Some(why) => {
                    if found.refused.len() < LISTED {
                        found.refused.push((node.ordinal, why));
                    }
                    return;
                }
            };
            list.push(ranking.of(node));
        });
        found
    }

    /// Why this node cannot be chosen.
    pub(super) fn objection(
        &self,
        node: &Node,
        search: &Search<'_>,
        wishes: &Wishes,
    ) -> Option<String> {
        let mut tried = search.tried.iter();
        if let Some((_, why)) = tried.find(|(ordinal, _)| *ordinal == node.ordinal) {
            return Some(why.clone());
        }
        if search.taken.contains(&node.ordinal) {
            return Some("was chosen already".to_owned());
        }
        match node.phase {
            Phase::Online => {}
            Phase::Suspect if search.in_line => {}
            Phase::Suspect => return Some("is silent at the moment".to_owned()),
            Phase::Offline => return Some("is offline".to_owned()),
        }
        if let Some(tag) = search.tag.filter(|tag| !node.has_tag(tag)) {
            return Some(format!("does not have the tag {tag:?}"));
        }
        let (skill, method) = (search.skill, search.method);
        if !node.capabilities().offers(skill, method) {
            return Some(format!("does not offer {skill}.{method}"));
        }
        if self.is_closed_to(node, skill, method) {
            return Some("came in with the shared token, which is not enough for this".to_owned());
        }
        if !search.named
            && let Some(rule) = self.guarded_by(node, skill, method)
        {
            return Some(format!(
                "needs a second yes by rule {rule:?}: name the node"
            ));
        }
        if let Some(resource) = &wishes.resource
            && let Err(why) = node.slot_for(resource, search.in_line)
        {
            return Some(why);
        }
        (node.queue.len() >= self.rules.max_queue).then(|| "has a full queue".to_owned())
    }

    fn explained(
        &self,
        mut found: Found,
        ranking: &Ranking<'_>,
        search: &Search<'_>,
    ) -> (Option<Ordinal>, Placement) {
        let mut reluctant = false;
        if found.eligible.is_empty() {
            reluctant = !found.avoided.is_empty();
            found.eligible = std::mem::take(&mut found.avoided);
        }
        let eligible = found.eligible.len();
        let best = ranking.best(&mut found.eligible, LISTED);
        let chosen = best.first().map(|first| first.ordinal);
        let avoided = found.avoided.iter().take(LISTED).map(|one| {
            let why = "is to be avoided, and others can take it";
            self.candidate(*one, Some(why.to_owned()), ranking)
        });
        let refused = found.refused.into_iter().map(|(ordinal, why)| {
            let ranked = ranking.of(self.at(ordinal));
            self.candidate(ranked, Some(why), ranking)
        });
        let candidates = best.iter().map(|one| self.candidate(*one, None, ranking));
        let candidates = candidates.chain(avoided).chain(refused).collect();
        let mut reason = match chosen {
            Some(ordinal) => ranking.reason(self.at(ordinal), eligible),
            None => "no node can take it".to_owned(),
        };
        if reluctant {
            reason.push_str("; it is to be avoided, but nobody else can");
        }
        if chosen.is_some() && !search.tried.is_empty() {
            let count = search.tried.len();
            reason.push_str(&format!(", after {count} that could not take it"));
        }
        let facts = chosen.map(|ordinal| &self.at(ordinal).facts);
        let placement = Placement {
            node_id: facts.map(|facts| facts.id.clone()),
            node_name: facts.map(|facts| facts.name.clone()),
            reason,
            fallback: false,
            strategy: ranking.wishes.strategy,
            candidates,
            considered: found.considered,
        };
        (chosen, placement)
    }

    fn candidate(
        &self,
        ranked: Ranked,
        refused: Option<String>,
        ranking: &Ranking<'_>,
    ) -> Candidate {
        let node = self.at(ranked.ordinal);
        Candidate {
            node_id: node.facts.id.clone(),
            node_name: node.facts.name.clone(),
            score: ranked.score(),
            parts: ranking.parts(node),
            cpu_usage: node.cpu,
            memory_usage: node.memory,
            active_tasks: node.active_tasks(),
            refused,
        }
    }
}
