//! What an asker wishes of a placement beyond the least load. Not here: what comes of it, see [`super::rank`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::Node;
use crate::target::{Expression, ParseError, Saved, SavedError, is_group_name};

/// Longest key of a tag to spread by, bytes.
const KEY: usize = 64;
/// Begins the tag that says how many slots of a resource a node has.
const SLOTS: &str = "slots.";

/// How the best node is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The lowest `cpu + memory + min(tasks / 10, 1)`; the contract's.
    #[default]
    LeastLoad,
    /// Load, the tag `priority=0..100`, latency, and how often executions succeeded there.
    Weighted,
    /// One after the other, for each method.
    RoundRobin,
    /// The less loaded of two that chance picks.
    TwoChoices,
    /// Where the fewest executions are, by the group or by a tag.
    Spread,
}

/// See the module. The default wishes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How the best is found.
    pub strategy: Strategy,
    /// These are better than others.
    pub prefer: Expression,
    /// These are taken only when nobody else can.
    pub avoid: Expression,
    /// Spread over the values of this tag, or over `group`s; first of all, whatever the strategy.
    pub spread_by: Option<String>,
    /// A node must have a free slot of this.
    pub resource: Option<String>,
}

/// Wishes as they are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WishesBody {
    /// `least_load` when missing.
    pub strategy: Strategy,
    /// Target expression; empty for none.
    pub prefer: String,
    /// Target expression; empty for none.
    pub avoid: String,
    /// `group`, or the key of a tag.
    pub spread_by: Option<String>,
    /// e.g. `gpu`.
    pub resource: Option<String>,
}

/// Why wishes are none. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum WishError {
    #[error("prefer: {0}")]
    Prefer(ParseError),
    #[error("avoid: {0}")]
    Avoid(ParseError),
    #[error("spread_by is `group` or the key of a tag, 1 to {KEY} bytes without `=` and `:`")]
    SpreadBy,
    #[error("a resource's name has 1 to 64 of a-z 0-9 . _ -, such as `gpu`")]
    Resource,
}

impl WishesBody {
    /// Read and checked.
    pub fn read(&self) -> Result<Wishes, WishError> {
        let key = |key: &String| {
            !key.trim().is_empty() && key.len() <= KEY && !key.contains(['=', ':', '\0'])
        };
        if !self.spread_by.as_ref().is_none_or(key) {
            return Err(WishError::SpreadBy);
        }
        if !self.resource.as_deref().is_none_or(is_group_name) {
            return Err(WishError::Resource);
        }
        let spread = (self.strategy == Strategy::Spread).then(|| "group".to_owned());
        Ok(Wishes {
            strategy: self.strategy,
            prefer: self.prefer.parse().map_err(WishError::Prefer)?,
            avoid: self.avoid.parse().map_err(WishError::Avoid)?,
            spread_by: self.spread_by.clone().or(spread),
            resource: self.resource.clone(),
        })
    }
}

impl Wishes {
    /// Whether nothing is wished, so that the contract's least load decides.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The same with what saved groups mean now in their place. A part that names a group which is gone wishes nothing.
    pub fn with_groups_left(self, groups: &dyn Saved) -> Self {
        Self {
            prefer: self.prefer.with_groups(groups).unwrap_or_default(),
            avoid: self.avoid.with_groups(groups).unwrap_or_default(),
            ..self
        }
    }

    /// The same with what saved groups mean in their place.
    pub fn with_groups(self, groups: &dyn Saved) -> Result<Self, SavedError> {
        Ok(Self {
            prefer: self.prefer.with_groups(groups)?,
            avoid: self.avoid.with_groups(groups)?,
            ..self
        })
    }
}

impl Node {
    /// What follows `key=` or `key:` in the first tag of this key.
    pub fn tag_value(&self, key: &str) -> Option<&str> {
        let tags = self.capabilities().tags.iter();
        tags.filter_map(|tag| tag.strip_prefix(key)?.strip_prefix(['=', ':']))
            .next()
    }

    /// Its tag `priority=0..100`; 50 when it has none.
    pub fn priority(&self) -> u32 {
        let told = self
            .tag_value("priority")
            .and_then(|text| text.parse().ok());
        told.unwrap_or(50_u32).min(100)
    }

    /// How many executions at once may use a resource: as its tag `slots.gpu=2` says; without one, one GPU if it has any, and
    /// of anything else one, for whoever asks for it says that it cannot be shared.
    pub fn slots(&self, resource: &str) -> u32 {
        let said = self.capabilities().tags.iter().find_map(|tag| {
            let rest = tag.strip_prefix(SLOTS)?.strip_prefix(resource)?;
            rest.strip_prefix(['=', ':'])?.parse().ok()
        });
        let own = match resource {
            "gpu" => u32::from(self.capabilities().has_gpu),
            _ => 1,
        };
        said.unwrap_or(own)
    }

    /// Whether it has a slot of it, and a free one unless it may be waited for; or the sentence why not.
    pub(super) fn slot_for(&self, resource: &str, waits: bool) -> Result<(), String> {
        let has = self.slots(resource);
        let used = self.resources_used.get(resource).copied().unwrap_or(0);
        if used < has || (waits && has > 0) {
            return Ok(());
        }
        Err(match has {
            0 => {
                format!("has no slot for {resource:?}; the tag `slots.{resource}=1` gives it one")
            }
            _ => format!("has no free slot for {resource:?}: {used} of {has} are used"),
        })
    }
}
