//! How busy nodes elsewhere are, and were: asked of their holders when somebody wants to know. Not here: how they are asked
//! ([`crate::fleet`]).

use std::time::Duration;

use super::Handle;
use crate::fleet::Looking;
use crate::job::NewJob;
use crate::state::{Submission, Target};
use crate::target::{Aim, Expression};

/// How long whoever reads waits for what others say.
pub(crate) const READING: Duration = Duration::from_secs(1);
/// And how long something to be begun does.
const PLACING: Duration = Duration::from_millis(300);

impl Handle {
    /// Somebody looks, until this is dropped; none when nobody else is there.
    pub(crate) fn looking(&self) -> Option<Looking> {
        self.others.as_ref().map(crate::fleet::Others::look)
    }

    /// Until it is known how busy nodes elsewhere are, as far as somebody says it in time.
    pub(crate) async fn fresh_loads(&self, patience: Duration) {
        if let Some(others) = &self.others {
            others.fresh_loads(patience).await;
        }
    }

    /// The same before a node is chosen by its load.
    pub(super) async fn before_placing(&self, submission: &Submission) {
        match submission.target {
            Target::Best(_) => self.fresh_loads(PLACING).await,
            Target::Node(_) => {}
        }
    }

    /// And before the nodes of a job are.
    pub(super) async fn before_choosing(&self, new: &NewJob) {
        if new.policy.any.is_some() || is_about_load(&new.aim) {
            self.fresh_loads(PLACING).await;
        }
    }

    /// And before an expression is told that may name a load.
    pub(crate) async fn before_resolving(&self, aim: &Aim) {
        if is_about_load(aim) {
            self.fresh_loads(READING).await;
        }
    }
}

/// What a saved group names is not looked into: it is as fresh as somebody made it.
fn is_about_load(aim: &Aim) -> bool {
    match aim {
        Aim::Expression(expression) => Expression::live_fact(expression).is_some(),
        Aim::Nodes(_) => false,
    }
}
