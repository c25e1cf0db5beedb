//! What people do about alerts: they take them, hand them over, write something beside them, say that they have seen them, and
//! mute them; and they write rules. Not here: who may.

use std::time::SystemTime;

use uuid::Uuid;

use super::defaults;
use super::mute::{MUTES, OWNER, TEXT, said};
use super::watch::Phase;
use super::{
    Aim, Alert, AlertError, AlertRow, AlertRule, Alerts, Hook, Mute, NewAlertRule, RULES, What,
};

impl Alerts {
    /// Makes a rule, or changes the one of this id.
    pub fn put_rule(
        &mut self,
        id: Option<Uuid>,
        new: &NewAlertRule,
        by: &str,
        now: SystemTime,
    ) -> Result<AlertRule, AlertError> {
        let known = |id: Uuid| self.rules.iter().find(|rule| rule.id == id);
        let old = match id {
            Some(id) => Some(
                known(id)
                    .ok_or_else(|| AlertError::UnknownRule(id.to_string()))?
                    .clone(),
            ),
            None if self.rules.len() >= RULES => return Err(AlertError::TooMany),
            None => None,
        };
        let rule = AlertRule::new(id.unwrap_or_else(Uuid::now_v7), new, by, now)?;
        Ok(self.settle_rule(rule, old.as_ref(), now))
    }

    /// A rule that was made or changed at another instance.
    pub(crate) fn take_rule(&mut self, rule: AlertRule, now: SystemTime) -> Result<(), AlertError> {
        let old = self.rules.iter().find(|one| one.id == rule.id).cloned();
        if old.is_none() && self.rules.len() >= RULES {
            return Err(AlertError::TooMany);
        }
        self.settle_rule(rule, old.as_ref(), now);
        Ok(())
    }

    fn settle_rule(
        &mut self,
        mut rule: AlertRule,
        old: Option<&AlertRule>,
        now: SystemTime,
    ) -> AlertRule {
        rule.built_in = defaults::is_built_in(rule.id);
        self.place(rule.clone());
        self.rows.push(AlertRow::Rule(Box::new(rule.clone())));
        if let Some(old) = old
            && (!rule.enabled
                || old.condition.word() != rule.condition.word()
                || old.nodes != rule.nodes)
        {
            self.abandon(rule.id, "the rule was changed", now);
        }
        let firing: Vec<_> = self
            .firing()
            .filter(|alert| alert.rule == rule.id)
            .collect();
        let ids: Vec<_> = firing.iter().map(|alert| alert.id).collect();
        self.each(&ids, |alert| {
            alert.rule_name.clone_from(&rule.name);
            alert.condition = rule.condition;
            alert.severity = rule.severity;
        });
        rule
    }

    /// Removes a rule; one that was there from the beginning is as it was then.
    pub fn remove_rule(&mut self, id: Uuid, now: SystemTime) -> Result<AlertRule, AlertError> {
        let known = self.rules.iter().find(|rule| rule.id == id);
        let gone = known
            .ok_or_else(|| AlertError::UnknownRule(id.to_string()))?
            .clone();
        match defaults::defaults().find(|rule| rule.id == id) {
            Some(first) => self.place(first),
            None => {
                self.rules = self
                    .rules
                    .iter()
                    .filter(|rule| rule.id != id)
                    .cloned()
                    .collect();
                self.unmute(&Aim::Rule(id));
            }
        }
        self.abandon(id, "the rule was removed", now);
        self.rows.push(AlertRow::ForgetRule(id));
        Ok(gone)
    }

    /// Somebody looks after these from now on; none: nobody does.
    pub fn own(
        &mut self,
        ids: &[Uuid],
        owner: Option<&str>,
        by: &str,
        now: SystemTime,
    ) -> Result<(), AlertError> {
        let owner = said(owner, "the owner", OWNER)?;
        let what = if owner.is_some() {
            What::Owned
        } else {
            What::Released
        };
        self.each(ids, |alert| {
            alert.owner.clone_from(&owner);
            alert.tell(what, Some(by), owner.as_deref(), now);
        });
        Ok(())
    }

    /// Somebody has seen these. What has happened, rather than goes on, is over by that.
    pub fn acknowledge(&mut self, ids: &[Uuid], by: &str, now: SystemTime) {
        self.each(ids, |alert| {
            alert.acknowledged = Some((by.to_owned(), now));
            alert.tell(What::Acknowledged, Some(by), None, now);
        });
        for id in ids {
            self.over_when_seen(*id, now);
        }
    }

    /// Somebody has seen it: what has happened is over by that.
    pub(super) fn over_when_seen(&mut self, id: Uuid, now: SystemTime) {
        let happened = |alert: &&Alert| alert.condition.has_happened() && alert.is_firing();
        let Some(alert) = self.alerts.get(&id).filter(happened) else {
            return;
        };
        let rule = alert.rule;
        if let Some(track) = self
            .tracks
            .get_mut(&alert.subject)
            .and_then(|tracks| tracks.iter_mut().find(|(own, _)| *own == rule))
        {
            track.1 = Phase::Quiet;
        }
        self.end_by(id, None, now);
    }

    /// Writes something beside these; an empty text takes it away.
    pub fn note(
        &mut self,
        ids: &[Uuid],
        text: &str,
        by: &str,
        now: SystemTime,
    ) -> Result<(), AlertError> {
        let text = said(Some(text), "the note", TEXT)?;
        self.each(ids, |alert| {
            alert.note.clone_from(&text);
            alert.tell(What::Noted, Some(by), text.as_deref(), now);
        });
        Ok(())
    }

    /// Nobody wants to hear of it until then.
    pub fn mute(&mut self, mute: Mute) -> Result<(), AlertError> {
        if self.mutes.len() >= MUTES && !self.mutes.contains_key(&mute.aim) {
            return Err(AlertError::TooManyMutes);
        }
        match &mute.aim {
            Aim::Alert(id) => {
                if !self.alerts.contains_key(id) {
                    return Err(AlertError::UnknownAlert(id.to_string()));
                }
                self.each(&[*id], |alert| {
                    alert.tell(What::Muted, Some(&mute.by), mute.reason.as_deref(), mute.at);
                });
            }
            Aim::Rule(id) => {
                if !self.rules.iter().any(|rule| rule.id == *id) {
                    return Err(AlertError::UnknownRule(id.to_string()));
                }
            }
            Aim::Cause(_) => {}
        }
        self.take_mute(mute)
    }

    /// Somebody muted it at another instance.
    pub(crate) fn take_mute(&mut self, mute: Mute) -> Result<(), AlertError> {
        if self.mutes.len() >= MUTES && !self.mutes.contains_key(&mute.aim) {
            return Err(AlertError::TooManyMutes);
        }
        self.rows.push(AlertRow::Mute(Box::new(mute.clone())));
        self.mutes.insert(mute.aim.clone(), mute);
        Ok(())
    }

    /// It is heard of again. Whether it was muted.
    pub fn unmute(&mut self, aim: &Aim) -> bool {
        let was = self.mutes.remove(aim).is_some();
        if was {
            self.rows.push(AlertRow::ForgetMute(aim.key()));
        }
        was
    }

    /// Mutes whose time is over. Whether there were some.
    pub fn expire_mutes(&mut self, now: SystemTime) -> bool {
        let over = |mute: &&Mute| mute.until <= now;
        let over: Vec<_> = self
            .mutes
            .values()
            .filter(over)
            .map(|mute| mute.aim.clone())
            .collect();
        for aim in &over {
            self.unmute(aim);
        }
        !over.is_empty()
    }

    /// Until when this is muted, if it is.
    pub fn muted_until(&self, aim: &Aim) -> Option<SystemTime> {
        self.mutes.get(aim).map(|mute| mute.until)
    }

    /// Where others are told, if they are.
    pub fn hook(&self) -> Option<&Hook> {
        self.hook_fixed.as_ref().or(self.hook.as_ref())
    }

    /// Whether the configuration says where.
    pub fn hook_is_fixed(&self) -> bool {
        self.hook_fixed.is_some()
    }

    /// The configuration says where.
    pub fn fix_hook(&mut self, hook: Hook) {
        self.hook_fixed = Some(hook);
    }

    /// Others are told there from now on; none: nowhere.
    pub fn set_hook(&mut self, hook: Option<Hook>) -> Result<(), AlertError> {
        if self.hook_is_fixed() {
            return Err(AlertError::HookFixed);
        }
        self.take_hook(hook);
        Ok(())
    }

    /// The same, set by a person somewhere in the swarm; kept even where the configuration says otherwise.
    pub(crate) fn take_hook(&mut self, hook: Option<Hook>) {
        self.rows.push(AlertRow::Hook(hook.clone()));
        self.hook = hook;
    }

    /// What a person set, whatever the configuration says.
    pub(crate) fn hook_that_was_set(&self) -> Option<&Hook> {
        self.hook.as_ref()
    }

    pub(super) fn each(&mut self, ids: &[Uuid], mut act: impl FnMut(&mut Alert)) {
        for id in ids {
            if let Some(alert) = self.alerts.get_mut(id) {
                act(alert);
                self.changed.insert(*id);
            }
        }
    }

    fn place(&mut self, rule: AlertRule) {
        let mut rules: Vec<_> = self.rules.iter().cloned().collect();
        match rules.iter_mut().find(|own| own.id == rule.id) {
            Some(own) => *own = rule,
            None => rules.push(rule),
        }
        // In the order in which they were made, wherever that was.
        rules.sort_by_key(|rule| rule.id);
        self.rules = rules.into();
    }

    /// Nothing is thought of anybody any more by this rule; what is so fires anew.
    fn abandon(&mut self, rule: Uuid, why: &str, now: SystemTime) {
        self.tracks.retain(|_, tracks| {
            tracks.retain(|(own, _)| *own != rule);
            !tracks.is_empty()
        });
        self.forget_told_of(rule);
        let firing: Vec<_> = self.firing().filter(|alert| alert.rule == rule).collect();
        let ids: Vec<_> = firing.iter().map(|alert| alert.id).collect();
        for id in ids {
            self.end(id, why, now);
        }
    }
}
