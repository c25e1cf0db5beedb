//! One order before the policy: everything that it wants is asked here, and what permitted it is kept as its warrant.
//! Where there is no policy, everything that the skills themselves let through is permitted.

use std::sync::Arc;

use super::Rules;
use crate::allowance::Warrant;
use crate::confinement::Confinement;
use crate::policy::{Ask, Permit, Policy};

/// See the module.
pub(super) struct Judge<'a> {
    rules: Option<&'a Rules>,
    warrant: Warrant,
}

impl<'a> Judge<'a> {
    pub(super) fn new(rules: Option<&'a Rules>) -> Self {
        Self {
            rules,
            warrant: Warrant::default(),
        }
    }

    /// The policy, if there is one.
    pub(super) fn policy(&self) -> Option<&'a Policy> {
        self.rules.map(|rules| rules.allowance.policy())
    }

    pub(super) fn confinement(&self) -> Option<Arc<Confinement>> {
        self.rules.map(|rules| Arc::clone(&rules.confinement))
    }

    /// Permitted, or the words of the refusal. None without a policy.
    pub(super) fn ask(&mut self, ask: &Ask) -> Result<Option<Permit>, String> {
        let Some(rules) = self.rules else {
            return Ok(None);
        };
        let permit = rules.allowance.warrant(ask, &mut self.warrant);
        permit.map(Some).map_err(|refusal| refusal.to_string())
    }

    pub(super) fn into_warrant(self) -> Warrant {
        self.warrant
    }
}
