//! The chart of the swarm: what stars are grouped by, and where each one stands. There is one at a time, for everybody.
//! A node's group is decided when it comes into the chart and kept: no reconnect, rename, tag or restart moves a star.
//! Only a person does that, by making another chart, and can take it back.
//!
//! - [`dimension`]: what a node is grouped by.
//! - [`layout`]: where stars stand, as a function of their order.
//! - [`sky`]: who has which place, and what another chart would look like.
//!
//! A chart is for eyes. What `group:` means in an expression, and with it what somebody may do, follows from how a node
//! joined and never from the chart.
//! Not here: the chart in use and its predecessor ([`crate::state`]), rows ([`crate::store`]), drawing.

pub(crate) mod dimension;
mod layout;
pub(crate) mod sky;

use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

pub(crate) use layout::{MOST_GROUPS, Place};
pub use sky::Seat;
pub(crate) use sky::Sky;

use crate::model::{GroupInfo, Ordinal};

/// Longest key of a chart by tag, bytes.
const KEY: usize = 64;

/// What stars are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "by", content = "key", rename_all = "lowercase")]
pub enum ChartBy {
    /// Where the machine is: the tag `site=…`, or the group of its join code.
    #[default]
    Site,
    /// What it is for: the tag `role=…`, else what its name or its skills say.
    Role,
    /// The first saved group, by name, that it is in.
    Group,
    /// The value of this tag, e.g. `rack` for `rack=14`.
    Tag(String),
}

impl ChartBy {
    /// Reads a dimension and its key.
    pub fn parse(by: &str, key: Option<&str>) -> Result<Self, ChartError> {
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        match (by, key) {
            ("site", None) => Ok(Self::Site),
            ("role", None) => Ok(Self::Role),
            ("group", None) => Ok(Self::Group),
            ("tag", Some(key)) if is_tag_key(key) => Ok(Self::Tag(key.to_owned())),
            ("tag", None) => Err(ChartError::invalid(
                "a chart by tag wants a key, for example rack for tags like rack=14",
            )),
            ("tag", Some(_)) => Err(ChartError::Invalid(format!(
                "the key of a tag has at most {KEY} bytes, and no space, =, : or control character",
            ))),
            ("site" | "role" | "group", Some(_)) => {
                Err(ChartError::invalid("only a chart by tag has a key"))
            }
            _ => Err(ChartError::invalid(
                "a chart is by site, role, tag or group",
            )),
        }
    }

    /// For programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Role => "role",
            Self::Group => "group",
            Self::Tag(_) => "tag",
        }
    }

    /// Of which tag.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Tag(key) => Some(key),
            Self::Site | Self::Role | Self::Group => None,
        }
    }
}

fn is_tag_key(key: &str) -> bool {
    let is_odd = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '=' | ':')
            || protocol::limits::is_deceptive(letter)
    };
    key.len() <= KEY && !key.chars().any(is_odd)
}

/// Which chart it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartInfo {
    /// Counts up with each one that is made.
    pub number: u64,
    /// What stars are grouped by.
    pub by: ChartBy,
    /// Who made it, for people; empty for the first one, which nobody made.
    pub made_by: String,
    /// When it was made.
    pub since: Option<SystemTime>,
    /// There is one before it that can be had back.
    #[serde(default)]
    pub can_undo: bool,
}

/// Where one star stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StarPlace {
    /// Whose.
    pub ordinal: Ordinal,
    /// Index of its group, 0 for the home system.
    pub group: u32,
    /// World units.
    pub x: f32,
    /// World units.
    pub y: f32,
}

/// A chart as a whole: the one that everybody has now, or the one that somebody looks at before he makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Charted {
    /// Which.
    pub info: ChartInfo,
    /// Its groups, the home system first.
    pub groups: Vec<GroupInfo>,
    /// In order of ordinals.
    pub places: Vec<StarPlace>,
}

/// A chart that is not made yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// What it would look like.
    pub chart: Charted,
    /// What says that it is this one, for [`crate::state::State::apply_chart`].
    pub hash: Arc<str>,
    /// Stars that would stand elsewhere.
    pub moved: u32,
}

/// What a preview follows from; read quickly where everybody waits, and worked out elsewhere.
#[derive(Debug)]
pub struct Draft {
    pub(crate) info: ChartInfo,
    /// In order, each with its group and where it stands now.
    pub(crate) members: Vec<(Ordinal, Option<String>, (f32, f32))>,
    /// Who came later is not in it.
    pub(crate) until: Option<SystemTime>,
}

impl Draft {
    /// Works it out.
    pub fn preview(self) -> Preview {
        let stand: Vec<_> = self
            .members
            .iter()
            .map(|(ordinal, _, at)| (*ordinal, *at))
            .collect();
        let members = self.members.into_iter();
        let members = members.map(|(ordinal, key, _)| (ordinal, key));
        let sky = Sky::plan(self.info, members.collect());
        let moved = stand.into_iter().filter(|(ordinal, at)| {
            let then = sky.place_of(*ordinal);
            then.is_none_or(|then| (then.x, then.y) != *at)
        });
        Preview {
            moved: u32::try_from(moved.count()).unwrap_or(u32::MAX),
            hash: sky.seal(self.until).into(),
            chart: sky.charted(),
        }
    }
}

/// Why a chart is not made. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// What was looked at is not what there would be.
    #[error(
        "the swarm has changed since this preview: a node left, or belongs to another group now; look at a new preview"
    )]
    Changed,
    /// Saved groups say too much to be asked of every node.
    #[error(
        "the saved groups are too long to chart so many nodes by them; use tags in them, or chart by tag"
    )]
    TooLong,
    /// There is no chart before this one.
    #[error("there is no earlier chart to go back to")]
    NothingToUndo,
}

impl ChartError {
    fn invalid(why: &str) -> Self {
        Self::Invalid(why.to_owned())
    }

    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Changed => "changed",
            Self::TooLong => "too_long",
            Self::NothingToUndo => "nothing_to_undo",
        }
    }
}

#[cfg(test)]
mod tests;
