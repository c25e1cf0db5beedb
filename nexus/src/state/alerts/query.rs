//! Looking for alerts, a page at a time: those that fire, that are muted, or that are over. Not here: how they are written.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::access::Scope;
use crate::alerts::{Alert, Severity, Standing, Subject};
use crate::state::State;

/// Alerts of one page at most.
const LARGEST: usize = 1_000;
/// Unless it is said.
const USUAL: usize = 100;

/// Which ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// That fire and are not muted.
    #[default]
    Firing,
    /// That fire and are muted.
    Muted,
    /// That are over.
    Resolved,
    /// All of these.
    All,
}

/// Which alerts. All that is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AlertQuery {
    /// `firing` unless said.
    pub state: Which,
    /// Id of a rule.
    pub rule: Option<Uuid>,
    /// Only so bad ones.
    pub severity: Option<Severity>,
    /// Key of a cause that fires now.
    pub cause: Option<String>,
    /// Id of a node that it is about.
    pub node: Option<String>,
    /// So many of the first are left out.
    pub skip: Option<usize>,
    /// At most so many; 100 unless said, 1000 at most.
    pub limit: Option<usize>,
}

/// An alert with what is known of it beside it.
#[derive(Debug, Clone)]
pub struct FoundAlert {
    /// The alert.
    pub alert: Alert,
    /// The key of its cause, while it fires.
    pub cause: Option<String>,
    /// Until when it is muted, by whatever.
    pub muted_until: Option<SystemTime>,
}

/// A page of them, those that changed last first, and how many there are.
#[derive(Debug, Clone)]
pub struct AlertPage {
    /// Those of this page.
    pub alerts: Vec<FoundAlert>,
    /// Of all pages.
    pub total: usize,
}

impl State {
    /// Looks for alerts that exist for this scope.
    pub fn find_alerts(&self, query: &AlertQuery, scope: &Scope) -> AlertPage {
        let board = &self.watching.board;
        let of_cause = query.cause.as_deref().map(|key| {
            let cause = board.causes.iter().find(|cause| cause.key == key);
            cause
                .map(|cause| cause.alerts.as_slice())
                .unwrap_or_default()
        });
        let fits = |alert: &&Alert| {
            let is_muted = || self.found(alert).muted_until.is_some();
            (match query.state {
                Which::All => true,
                Which::Resolved => alert.standing == Standing::Resolved,
                Which::Firing => alert.is_firing() && !is_muted(),
                Which::Muted => alert.is_firing() && is_muted(),
            }) && query.rule.is_none_or(|rule| alert.rule == rule)
                && query
                    .severity
                    .is_none_or(|severity| alert.severity == severity)
                && query
                    .node
                    .as_deref()
                    .is_none_or(|node| is_about(alert, node))
                && self.may_see_alert(alert, scope)
        };
        let mut found: Vec<_> = match of_cause {
            Some(ids) => ids
                .iter()
                .filter_map(|id| self.alerts().get(*id))
                .filter(fits)
                .collect(),
            None if matches!(query.state, Which::Firing | Which::Muted) => {
                self.alerts().firing().filter(fits).collect()
            }
            None => self.alerts().all().filter(fits).collect::<Vec<_>>(),
        };
        let changed = |alert: &Alert| alert.resolved_at.unwrap_or(alert.since);
        found.sort_by_key(|alert| (std::cmp::Reverse(changed(alert)), alert.id));
        let limit = query.limit.unwrap_or(USUAL).min(LARGEST);
        let page = found
            .iter()
            .skip(query.skip.unwrap_or_default())
            .take(limit);
        AlertPage {
            alerts: page.map(|alert| self.found(alert)).collect(),
            total: found.len(),
        }
    }

    /// One alert, with what is known of it beside it.
    pub fn find_alert(&self, id: Uuid, scope: &Scope) -> Option<FoundAlert> {
        let alert = self.alerts().get(id)?;
        self.may_see_alert(alert, scope).then(|| self.found(alert))
    }

    fn found(&self, alert: &Alert) -> FoundAlert {
        let cause = self.cause_of(alert);
        FoundAlert {
            alert: alert.clone(),
            cause: cause.map(|cause| cause.key.clone()),
            muted_until: self
                .alert_muted(alert)
                .or_else(|| cause.and_then(|cause| cause.muted_until)),
        }
    }
}

fn is_about(alert: &Alert, node: &str) -> bool {
    match &alert.subject {
        Subject::Node(id) => id == node,
        Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => {
            alert.nodes.iter().any(|id| id == node)
        }
    }
}
