//! Approvals of other instances of the swarm: how two that know different things of one agree, and that one must be held before
//! it is used. What was said stays said: a no outlives a yes, and what was used stays used.
//!
//! Not here: how it gets from one instance to another, and who holds one, see [`crate::fleet`].

use std::time::Duration;

use uuid::Uuid;

use super::{APPROVALS, Answered, Approval, Approvals};

/// Most that are taken over.
const MOST: usize = 4 * APPROVALS;
/// Longest life of one, with what clocks may differ.
const LONGEST: Duration = Duration::from_hours(25);
/// Longest text, bytes.
const TEXT: usize = 4_096;
/// Most nodes and rules.
const NODES: usize = 100_000;

/// What became of an approval that another instance told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It says what is known here.
    Known,
    /// It is so here now.
    News,
    /// What is known here is later; the others must hear it.
    Ahead,
}

impl Approvals {
    /// Whether other instances have them too.
    pub(crate) fn set_several(&mut self, several: bool) {
        self.several = several;
    }

    /// Nobody else in the swarm can use it.
    pub(crate) fn hold(&mut self, id: Uuid) {
        self.held.insert(id);
    }

    /// It is not held any more. True: it was not used, and could be.
    pub(crate) fn let_go(&mut self, id: Uuid) -> bool {
        self.held.remove(&id);
        let known = self.approvals.get(&id);
        known.is_some_and(|one| {
            matches!(
                one.decision,
                Answered::Pending | Answered::Approved | Answered::Expired
            )
        })
    }

    /// Takes over what another instance says; an error says why not.
    pub(crate) fn take(&mut self, told: Approval) -> Result<Told, &'static str> {
        told.makes_sense()?;
        let Some(known) = self.approvals.get_mut(&told.id) else {
            if self.approvals.len() >= MOST {
                return Err("there are too many approvals");
            }
            self.approvals.insert(told.id, told);
            return Ok(Told::News);
        };
        if *known == told {
            return Ok(Told::Known);
        }
        if known.decision.weight() > told.decision.weight() {
            return Ok(Told::Ahead);
        }
        *known = told;
        Ok(Told::News)
    }

    /// Another instance has let go of it. False: it is not over here.
    pub(crate) fn drop_over(&mut self, id: Uuid) -> bool {
        let open = |one: &Approval| matches!(one.decision, Answered::Pending | Answered::Approved);
        if self.approvals.get(&id).is_some_and(open) {
            return false;
        }
        self.approvals.remove(&id);
        true
    }
}

impl Answered {
    /// Of two that are told of one approval the heavier one counts. What is void here was approved somewhere.
    fn weight(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Expired => 1,
            Self::Approved => 2,
            Self::Denied => 3,
            Self::Used => 4,
        }
    }
}

impl Approval {
    fn makes_sense(&self) -> Result<(), &'static str> {
        let life = self.expires_at.duration_since(self.asked_at);
        if life.is_err() || life.is_ok_and(|life| life > LONGEST) {
            return Err("it is good for too long");
        }
        let texts = [&self.from, &self.skill, &self.method, &self.summary];
        let short = texts.iter().all(|text| text.len() <= TEXT);
        if !short || self.nodes.len() > NODES || self.rules.len() > NODES {
            return Err("it is too large");
        }
        Ok(())
    }
}
