//! Saved groups: names for expressions, `@gpu-boxes` for `tag:gpu`. A group is what it says at the moment it is used, so
//! whoever may change groups changes what others' expressions mean; that is why nothing that limits somebody may name one,
//! see [`crate::access::Scope::parse`]. Pure: the time is passed in.
//!
//! Not here: groups of the map, see [`crate::chart`], and how one is put into an expression, see [`crate::target`].

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::target::{Expression, LENGTH, ParseError, Saved, SavedError, is_group_name};

/// Most groups.
pub const GROUPS: usize = 500;
/// Most names that an error tells.
const NEAR: usize = 3;
/// Most letters that a name may differ in to be near.
const DIFFERENT: usize = 2;

/// A saved group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Without the `@`.
    pub name: String,
    /// What it means; it may name other groups.
    pub target: Expression,
    /// Who made it what it is.
    pub made_by: String,
    /// When.
    pub made_at: SystemTime,
}

/// What a group is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// 1 to 64 of `a-z 0-9 . _ -`, the first one a letter or digit.
    pub name: String,
    /// Target expression. An empty one means nobody.
    pub target: String,
}

/// Why there is no such group. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// It cannot be called so.
    #[error("a group's name has 1 to 64 of a-z 0-9 . _ -, the first one a letter or digit")]
    Name,
    /// The expression cannot be read.
    #[error("target: {0}")]
    Target(#[from] ParseError),
    /// The groups in it make no sense.
    #[error("target: {0}")]
    Inside(#[from] SavedError),
    /// With it another group would make no sense.
    #[error("then @{0} could not be used any more: {1}")]
    Breaks(String, SavedError),
    /// There is one already.
    #[error("there is a group @{0} already; change it with PUT /api/v1/groups/{0}")]
    Exists(String),
    /// There is none.
    #[error("there is no saved group @{0}; GET /api/v1/groups lists those that there are")]
    Unknown(String),
    /// Others are made of it.
    #[error("@{0} is used by @{1}; change that one first")]
    Used(String, String),
    /// There are enough.
    #[error("there are {GROUPS} groups, no more are kept")]
    TooMany,
}

impl GroupError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name | Self::Target(_) | Self::Inside(_) => "invalid",
            Self::Exists(_) => "duplicate",
            Self::Unknown(_) => "unknown_group",
            Self::Used(..) | Self::Breaks(..) => "in_use",
            Self::TooMany => "too_many",
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Groups(BTreeMap<String, Group>);

impl Group {
    /// As asked, if it makes sense by itself.
    pub(crate) fn new(new: &NewGroup, by: &str, now: SystemTime) -> Result<Self, GroupError> {
        if !is_group_name(&new.name) {
            return Err(GroupError::Name);
        }
        let target: Expression = new.target.parse()?;
        // It is kept as it is written out, which can be longer, and must be read again after a restart.
        if target.to_string().len() > LENGTH {
            let what = format!("written out in full it has more than {LENGTH} bytes");
            return Err(ParseError { what, position: 1 }.into());
        }
        Ok(Self {
            name: new.name.clone(),
            target,
            made_by: by.to_owned(),
            made_at: now,
        })
    }
}

impl Groups {
    /// What the store has kept.
    pub fn restore(groups: Vec<Group>) -> Self {
        let named = groups.into_iter().map(|group| (group.name.clone(), group));
        Self(named.collect())
    }

    /// All, by name.
    pub fn list(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }

    /// One of them.
    pub fn find(&self, name: &str) -> Option<&Group> {
        self.0.get(name)
    }

    /// One more, or, if `replace`, another one of the same name.
    pub fn put(
        &mut self,
        new: &NewGroup,
        replace: bool,
        by: &str,
        now: SystemTime,
    ) -> Result<Group, GroupError> {
        let group = Group::new(new, by, now)?;
        let old = self.0.get(&new.name).cloned();
        if old.is_some() && !replace {
            return Err(GroupError::Exists(new.name.clone()));
        }
        if old.is_none() && self.0.len() >= GROUPS {
            return Err(GroupError::TooMany);
        }
        self.0.insert(group.name.clone(), group.clone());
        if let Err(error) = self.check(&group) {
            match old {
                Some(old) => self.0.insert(new.name.clone(), old),
                None => self.0.remove(&new.name),
            };
            return Err(error);
        }
        Ok(group)
    }

    /// One that was made at another instance, whatever the others here are made of.
    pub(crate) fn take(&mut self, group: Group) -> Result<(), GroupError> {
        if self.0.len() >= GROUPS && !self.0.contains_key(&group.name) {
            return Err(GroupError::TooMany);
        }
        self.0.insert(group.name.clone(), group);
        Ok(())
    }

    /// One that was removed at another instance, also if another one names it. Whether it was here.
    pub(crate) fn drop_one(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// One less; not if another one names it.
    pub fn remove(&mut self, name: &str) -> Result<Group, GroupError> {
        let uses = |group: &&Group| group.target.saved().contains(&name);
        if !self.0.contains_key(name) {
            return Err(GroupError::Unknown(
                protocol::limits::cut(name, 64).to_owned(),
            ));
        }
        if let Some(other) = self.0.values().find(uses) {
            return Err(GroupError::Used(name.to_owned(), other.name.clone()));
        }
        let gone = self.0.remove(name);
        gone.ok_or_else(|| GroupError::Unknown(name.to_owned()))
    }

    /// Whether it and all that are made of it can be put into an expression.
    fn check(&self, group: &Group) -> Result<(), GroupError> {
        let used = |name: &str| format!("@{name}").parse::<Expression>();
        used(&group.name)?.with_groups(self)?;
        for other in self.made_of(&group.name) {
            if let Err(error) = used(other)?.with_groups(self) {
                return Err(GroupError::Breaks(other.to_owned(), error));
            }
        }
        Ok(())
    }

    /// The groups that name this one, or one that does, and so on.
    fn made_of<'a>(&'a self, name: &'a str) -> BTreeSet<&'a str> {
        let parts = self
            .0
            .values()
            .map(|group| (&*group.name, group.target.saved()));
        let mut others: Vec<_> = parts.filter(|(_, parts)| !parts.is_empty()).collect();
        let mut found = BTreeSet::from([name]);
        loop {
            let before = found.len();
            others.retain(|(other, parts)| {
                let is = parts.iter().any(|part| found.contains(part));
                if is {
                    found.insert(other);
                }
                !is
            });
            if found.len() == before {
                found.remove(name);
                return found;
            }
        }
    }
}

impl Saved for Groups {
    fn get(&self, name: &str) -> Option<&Expression> {
        self.0.get(name).map(|group| &group.target)
    }

    fn near(&self, name: &str) -> Vec<String> {
        let mut near: Vec<_> = self
            .0
            .keys()
            .map(|own| (distance(name, own), own))
            .filter(|(different, own)| *different <= DIFFERENT || own.starts_with(name))
            .collect();
        near.sort();
        let names = near.into_iter().take(NEAR);
        names.map(|(_, own)| own.clone()).collect()
    }
}

/// How many letters must be changed, added or left out to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.bytes().enumerate() {
        let mut corner = std::mem::replace(row.first_mut().unwrap_or(&mut 0), at + 1);
        let mut left = at + 1;
        for (cell, theirs) in row.iter_mut().skip(1).zip(other.bytes()) {
            let changed = corner + usize::from(letter != theirs);
            corner = *cell;
            left = changed.min(corner + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
