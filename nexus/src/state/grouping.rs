//! Saved groups in the state: changed with their rows, and put into what names them. Not here: what a group is, see
//! [`crate::groups`].

use super::{Effect, State, SubmitError, Wishes};
use crate::groups::{Group, GroupError, Groups, NewGroup};
use crate::model::Now;
use crate::store::Write;
use crate::target::Expression;

impl State {
    /// Saved groups from the store.
    pub fn restore_groups(&mut self, groups: Groups) {
        self.groups = groups;
        self.chart_groups = None;
    }

    /// Saved groups.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Makes a group, or, if `replace`, changes the one of this name.
    pub fn put_group(
        &mut self,
        new: &NewGroup,
        replace: bool,
        by: &str,
        now: Now,
    ) -> Result<Group, GroupError> {
        let group = self.groups.put(new, replace, by, now.wall)?;
        self.chart_groups = None;
        let row = Write::Group(Box::new(group.clone()));
        self.effects.push(Effect::Store(row));
        self.touch_all();
        Ok(group)
    }

    /// Forgets a group.
    pub fn remove_group(&mut self, name: &str) -> Result<(), GroupError> {
        let gone = self.groups.remove(name)?;
        self.chart_groups = None;
        self.effects
            .push(Effect::Store(Write::ForgetGroup(gone.name)));
        self.touch_all();
        Ok(())
    }

    /// Another instance made or changed a group.
    pub(super) fn take_group(&mut self, group: Group) -> Result<(), GroupError> {
        self.groups.take(group.clone())?;
        self.chart_groups = None;
        self.effects
            .push(Effect::Store(Write::Group(Box::new(group))));
        self.touch_all();
        Ok(())
    }

    /// Another instance removed a group.
    pub(super) fn drop_group(&mut self, name: &str) {
        if self.groups.drop_one(name) {
            self.chart_groups = None;
            let row = Write::ForgetGroup(name.to_owned());
            self.effects.push(Effect::Store(row));
            self.touch_all();
        }
    }

    /// The expression with what its groups mean now in their place. What is matched again later must be put in again.
    pub fn with_groups(&self, expression: &Expression) -> Result<Expression, SubmitError> {
        Ok(expression.with_groups(&self.groups)?)
    }

    /// The same for wishes; what [`State::place_among`] takes.
    pub fn wishes_with_groups(&self, wishes: Wishes) -> Result<Wishes, SubmitError> {
        let wishes = wishes.with_groups(&self.groups)?;
        self.affordable(&wishes.prefer)?;
        self.affordable(&wishes.avoid)?;
        Ok(wishes)
    }
}
