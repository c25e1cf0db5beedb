//! Alerts that other instances know, in the state: what they say fires, what people did about it there, and who of all tells the
//! world. Not here: how they come here, see [`crate::fleet`].

use uuid::Uuid;

use crate::alerts::{Alert, Deeds};
use crate::fleet::InstanceId;
use crate::model::Now;
use crate::state::State;

impl State {
    /// Another instance says that something fires, or that it is over.
    pub(in crate::state) fn take_told_alert(
        &mut self,
        by: InstanceId,
        id: Uuid,
        told: Option<Alert>,
        now: Now,
    ) -> Result<(), &'static str> {
        self.watching.desk.take_told(by, id, told, now.wall)?;
        self.watching.stale = true;
        Ok(())
    }

    /// What people did about an alert at another instance.
    pub(in crate::state) fn take_alert_deeds(
        &mut self,
        id: Uuid,
        deeds: Option<Deeds>,
        now: Now,
    ) -> Result<(), &'static str> {
        self.watching.desk.take_deeds(id, deeds, now.wall)?;
        (self.watching.stale, self.watching.asked) = (true, true);
        Ok(())
    }

    /// Nothing is heard of an instance any more. What was over by that.
    pub(in crate::state) fn forget_teller(&mut self, by: InstanceId, now: Now) -> Vec<Uuid> {
        self.watching.stale = true;
        self.watching.desk.teller_is_gone(by, now.wall)
    }

    /// Instances that said that something fires.
    pub(crate) fn alert_tellers(&self) -> Vec<InstanceId> {
        self.alerts().tellers()
    }

    /// Whether this instance could tell the world of alerts: it knows where, and what is new.
    pub(crate) fn could_post_alerts(&self, now: Now) -> bool {
        let desk = self.alerts();
        desk.hook().is_some() && self.watching.begun.is_some() && now.at >= desk.grace()
    }
}
