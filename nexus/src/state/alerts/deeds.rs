//! What people do about alerts and rules, with what follows for whoever looks. Not here: who may, see [`crate::access`].

use std::time::SystemTime;

use uuid::Uuid;

use crate::alerts::{Aim, AlertError, AlertRule, Hook, Met, Mute, NewAlertRule};
use crate::model::{Now, Ordinal};
use crate::state::{Effect, Node, State};

impl State {
    /// Makes a rule, or changes the one of this id.
    pub fn put_alert_rule(
        &mut self,
        id: Option<Uuid>,
        new: &NewAlertRule,
        by: &str,
        now: Now,
    ) -> Result<AlertRule, AlertError> {
        let nodes: crate::target::Expression = new.nodes.parse()?;
        nodes.with_groups(&self.groups)?;
        let rule = self.watching.desk.put_rule(id, new, by, now.wall)?;
        self.alerts_changed(true, now);
        Ok(rule)
    }

    /// Another instance made or changed a rule.
    pub(in crate::state) fn take_alert_rule(
        &mut self,
        rule: AlertRule,
        now: Now,
    ) -> Result<(), AlertError> {
        self.watching.desk.take_rule(rule, now.wall)?;
        self.alerts_changed(true, now);
        Ok(())
    }

    /// Removes a rule; one that was there from the beginning is as it was then.
    pub fn remove_alert_rule(&mut self, id: Uuid, now: Now) -> Result<AlertRule, AlertError> {
        let gone = self.watching.desk.remove_rule(id, now.wall)?;
        self.alerts_changed(true, now);
        Ok(gone)
    }

    /// Somebody looks after these from now on; none: nobody does. How many they are.
    pub fn own_alerts(
        &mut self,
        aim: &Aim,
        owner: Option<&str>,
        by: &str,
        now: Now,
    ) -> Result<usize, AlertError> {
        let ids = self.aimed(aim)?;
        self.watching.desk.own(&ids, owner, by, now.wall)?;
        self.alerts_changed(false, now);
        Ok(ids.len())
    }

    /// Somebody has seen these. How many they are.
    pub fn acknowledge_alerts(
        &mut self,
        aim: &Aim,
        by: &str,
        now: Now,
    ) -> Result<usize, AlertError> {
        let ids = self.aimed(aim)?;
        self.watching.desk.acknowledge(&ids, by, now.wall);
        self.alerts_changed(false, now);
        Ok(ids.len())
    }

    /// Writes something beside these. How many they are.
    pub fn note_alerts(
        &mut self,
        aim: &Aim,
        text: &str,
        by: &str,
        now: Now,
    ) -> Result<usize, AlertError> {
        let ids = self.aimed(aim)?;
        self.watching.desk.note(&ids, text, by, now.wall)?;
        self.alerts_changed(false, now);
        Ok(ids.len())
    }

    /// Nobody wants to hear of it until then.
    pub fn mute_alerts(
        &mut self,
        aim: Aim,
        until: SystemTime,
        reason: Option<&str>,
        by: &str,
        now: Now,
    ) -> Result<Mute, AlertError> {
        if matches!(aim, Aim::Cause(_)) {
            self.aimed(&aim)?;
        }
        let mute = Mute::new(aim, until, reason, by, now.wall)?;
        self.watching.desk.mute(mute.clone())?;
        self.alerts_changed(false, now);
        Ok(mute)
    }

    /// Another instance muted it.
    pub(in crate::state) fn take_mute(&mut self, mute: Mute, now: Now) -> Result<(), AlertError> {
        self.watching.desk.take_mute(mute)?;
        self.alerts_changed(false, now);
        Ok(())
    }

    /// It is heard of again.
    pub fn unmute_alerts(&mut self, aim: &Aim, now: Now) -> Result<(), AlertError> {
        if !self.watching.desk.unmute(aim) {
            return Err(AlertError::NotMuted(aim.key()));
        }
        self.alerts_changed(false, now);
        Ok(())
    }

    /// Others are told there from now on; none: nowhere.
    pub fn set_alert_hook(&mut self, hook: Option<Hook>, now: Now) -> Result<(), AlertError> {
        self.watching.desk.set_hook(hook.clone())?;
        self.effects.push(Effect::AlertHook(hook, true));
        self.tell_alerts(now);
        Ok(())
    }

    /// A person set it somewhere in the swarm.
    pub(in crate::state) fn take_alert_hook(&mut self, hook: Option<Hook>, now: Now) {
        self.watching.desk.take_hook(hook.clone());
        if !self.watching.desk.hook_is_fixed() {
            self.effects.push(Effect::AlertHook(hook, false));
        }
        self.tell_alerts(now);
    }

    /// The nodes that meet a rule now, in order, and how many it is about at all. Only rules about nodes can be tried.
    pub fn try_alert_rule(&self, new: &NewAlertRule) -> Result<(Vec<Ordinal>, usize), AlertError> {
        let now = Now {
            at: self.watching.looked,
            wall: SystemTime::UNIX_EPOCH,
        };
        let rule = AlertRule::new(Uuid::nil(), new, "", now.wall)?;
        let aim = rule.nodes.with_groups(&self.groups)?;
        if !rule.condition.is_of_nodes() {
            return Ok((Vec::new(), 0));
        }
        let meant = |node: &&Node| aim.is_all() || aim.matches(&node.target_facts());
        let (mut met, mut all) = (Vec::new(), 0);
        for node in self.nodes().filter(meant) {
            all += 1;
            let lost = self.watching.lost.get(&node.ordinal);
            let reading = super::readings::of_node(node, &rule, Some(&aim), lost, false, now);
            if reading.met == Met::Yes {
                met.push(node.ordinal);
            }
        }
        Ok((met, all))
    }

    /// The alerts that somebody aims at.
    fn aimed(&self, aim: &Aim) -> Result<Vec<Uuid>, AlertError> {
        match aim {
            Aim::Alert(id) => match self.watching.desk.get(*id) {
                Some(alert) => Ok(vec![alert.id]),
                None => Err(AlertError::UnknownAlert(id.to_string())),
            },
            Aim::Cause(key) => {
                let causes = &self.watching.board.causes;
                let found = causes.iter().find(|cause| cause.key == *key);
                let unknown = || AlertError::UnknownCause(key.clone());
                Ok(found.ok_or_else(unknown)?.alerts.clone())
            }
            Aim::Rule(_) => Err(AlertError::NotARule),
        }
    }

    /// Told at once, or soon if very much fires: whoever did it looks.
    fn alerts_changed(&mut self, rules: bool, now: Now) {
        (self.watching.stale, self.watching.asked) = (true, true);
        if rules {
            self.touch_all();
        }
        self.tell_alerts(now);
    }
}
