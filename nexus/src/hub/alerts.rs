//! Alerts, for every door: looking, and doing something about them. Changes are in the audit log first. Not here: what an alert
//! is, see [`crate::alerts`].

use std::time::SystemTime;

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::alerts::{Aim, AlertError, AlertRule, Cause, Hook, Mute, NewAlertRule};
use crate::audit::{Action, Deed};
use crate::joining::JoiningError;
use crate::state::{AlertPage, AlertQuery, FoundAlert, State};
use crate::webhook::Delivery;

/// All that fires, for one caller, with the ids of the nodes of each cause.
#[derive(Debug, Clone)]
pub struct ShownBoard {
    /// The worst ones first.
    pub causes: Vec<(Cause, Vec<String>)>,
    /// The rest.
    pub board: crate::alerts::Board,
}

/// Nodes that meet a rule now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Id and name, in order of registration.
    pub nodes: Vec<(String, String)>,
    /// How many nodes it is about.
    pub all: usize,
}

impl Handle {
    /// Looks for alerts.
    pub async fn alerts(
        &self,
        caller: &Caller,
        query: AlertQuery,
    ) -> Result<AlertPage, Acceptance> {
        let by = caller.clone();
        self.look(move |state| state.find_alerts(&query, &by.principal.scope))
            .await
    }

    /// One alert.
    pub async fn alert(&self, caller: &Caller, id: Uuid) -> Result<Option<FoundAlert>, Acceptance> {
        let by = caller.clone();
        self.look(move |state| state.find_alert(id, &by.principal.scope))
            .await
    }

    /// All that fires, grouped by likely cause.
    pub async fn alert_causes(&self, caller: &Caller) -> Result<ShownBoard, Acceptance> {
        let by = caller.clone();
        self.look(move |state| {
            let scope = &by.principal.scope;
            let mut board = if scope.nodes().is_all() {
                state.alert_board().as_ref().clone()
            } else {
                state.alert_board_for(scope, SystemTime::now())
            };
            let causes = std::mem::take(&mut board.causes);
            let causes = causes.into_iter().map(|cause| {
                let nodes = cause.nodes.iter().filter_map(|node| state.node_at(*node));
                let ids = nodes.map(|node| node.facts.id.clone()).collect();
                (cause, ids)
            });
            ShownBoard {
                causes: causes.collect(),
                board,
            }
        })
        .await
    }

    /// The rules.
    pub async fn alert_rules(&self) -> Result<Vec<AlertRule>, Acceptance> {
        self.look(|state| state.alerts().rules().to_vec()).await
    }

    /// Makes a rule, or changes the one of this id.
    pub async fn put_alert_rule(
        &self,
        caller: &Caller,
        id: Option<Uuid>,
        new: NewAlertRule,
    ) -> Result<AlertRule, JoiningError> {
        let mut deed = Deed::new(caller, Action::PutAlertRule)
            .with(serde_json::to_value(&new).unwrap_or_default());
        if let Some(id) = id {
            deed = deed.to(id);
        }
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |rule: &AlertRule| Some(rule.id.to_string()),
            move |state, now| state.put_alert_rule(id, &new, &by, now),
        )
        .await
    }

    /// Removes a rule; one that was there from the beginning is as it was then.
    pub async fn remove_alert_rule(&self, caller: &Caller, id: Uuid) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RemoveAlertRule).to(id);
        let gone = self.change(
            deed,
            |_| None,
            move |state, now| state.remove_alert_rule(id, now),
        );
        gone.await.map(drop)
    }

    /// The nodes that meet a rule now, among those that the caller sees.
    pub async fn try_alert_rule(
        &self,
        caller: &Caller,
        new: NewAlertRule,
    ) -> Result<Result<Tried, AlertError>, Acceptance> {
        let by = caller.clone();
        self.look(move |state| tried(state, &new, &by)).await
    }

    /// Somebody looks after these from now on; none: nobody does. How many they are.
    pub async fn own_alerts(
        &self,
        caller: &Caller,
        aim: Aim,
        owner: Option<String>,
    ) -> Result<usize, JoiningError> {
        let deed = Deed::new(caller, Action::OwnAlert)
            .to(aim.key())
            .with(json!({ "owner": owner }));
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.own_alerts(&aim, owner.as_deref(), &by, now),
        )
        .await
    }

    /// Somebody has seen these. How many they are.
    pub async fn acknowledge_alerts(
        &self,
        caller: &Caller,
        aim: Aim,
    ) -> Result<usize, JoiningError> {
        let deed = Deed::new(caller, Action::AcknowledgeAlert).to(aim.key());
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.acknowledge_alerts(&aim, &by, now),
        )
        .await
    }

    /// Writes something beside these. How many they are.
    pub async fn note_alerts(
        &self,
        caller: &Caller,
        aim: Aim,
        text: String,
    ) -> Result<usize, JoiningError> {
        let deed = Deed::new(caller, Action::NoteAlert)
            .to(aim.key())
            .with(json!({ "text": protocol::limits::cut(&text, 500) }));
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.note_alerts(&aim, &text, &by, now),
        )
        .await
    }

    /// Nobody wants to hear of it until then.
    pub async fn mute_alerts(
        &self,
        caller: &Caller,
        aim: Aim,
        until: SystemTime,
        reason: Option<String>,
    ) -> Result<Mute, JoiningError> {
        let told = reason
            .as_deref()
            .map(|text| protocol::limits::cut(text, 500));
        let deed = Deed::new(caller, Action::MuteAlert)
            .to(aim.key())
            .with(json!({"until": protocol::rfc3339(until), "reason": told}));
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.mute_alerts(aim, until, reason.as_deref(), &by, now),
        )
        .await
    }

    /// How telling others goes, and whether the configuration says where.
    pub async fn alert_webhook(&self) -> Result<(Delivery, bool), Acceptance> {
        let fixed = self.look(|state| state.alerts().hook_is_fixed()).await?;
        Ok((self.webhook.delivery(), fixed))
    }

    /// Others are told there from now on; none: nowhere. The address is a secret, so only where it leads is told.
    pub async fn set_alert_webhook(
        &self,
        caller: &Caller,
        hook: Option<Hook>,
    ) -> Result<(), JoiningError> {
        let deed = match &hook {
            Some(hook) => {
                Deed::new(caller, Action::SetAlertWebhook).with(json!({"to": hook.shown()}))
            }
            None => Deed::new(caller, Action::RemoveAlertWebhook),
        };
        self.change(
            deed,
            |()| None,
            move |state, now| state.set_alert_hook(hook, now),
        )
        .await
    }

    /// It is heard of again.
    pub async fn unmute_alerts(&self, caller: &Caller, aim: Aim) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::UnmuteAlert).to(aim.key());
        self.change(
            deed,
            |()| None,
            move |state, now| state.unmute_alerts(&aim, now),
        )
        .await
    }
}

fn tried(state: &State, new: &NewAlertRule, by: &Caller) -> Result<Tried, AlertError> {
    let (met, all) = state.try_alert_rule(new)?;
    let scope = &by.principal.scope;
    let nodes = met.into_iter().filter_map(|ordinal| state.node_at(ordinal));
    let seen = nodes.filter(|node| scope.reaches(&node.target_facts()));
    Ok(Tried {
        nodes: seen
            .map(|node| (node.facts.id.clone(), node.facts.name.clone()))
            .collect(),
        all,
    })
}
