//! Looking for entries: newest first, a page at a time. Not here: reading the table.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{Action, Cursor, Digest, Entry, InstanceName};

/// Entries of one page at most.
const LARGEST: u32 = 500;

/// Which entries. All that is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Query {
    /// These words stand somewhere in it, whatever their case.
    pub search: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// Id or name of who asked.
    pub who: Option<String>,
    /// Id of a node that it is about or that it targets.
    pub node: Option<String>,
    /// Id or name of the instance that it was told at, when there are several.
    pub instance: Option<String>,
    /// Where to go on: what an earlier page gave, or a number; then only entries of `instance`, or of the instance that is asked,
    /// with a smaller one.
    #[param(value_type = Option<String>)]
    pub before: Option<Cursor>,
    /// At most so many; 100 unless said, 500 at most.
    pub limit: Option<u32>,
}

/// An entry as it is kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Kept {
    /// Its number.
    pub number: u64,
    /// Over everything before it, and its text.
    #[schema(value_type = String)]
    pub hash: Digest,
    /// The text that is hashed, to the byte.
    #[schema(value_type = Entry)]
    pub entry: Box<RawValue>,
    /// The instance in whose log it is; left out when this Nexus is alone. Numbers, and `about`, count in its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceName>,
}

/// Some entries, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page {
    /// Those that fit.
    pub entries: Vec<Kept>,
    /// Ask again with this, if there may be older ones. A page may be short, or empty, and still have this: a search looks
    /// at so many entries at a time. A number when this Nexus is alone.
    #[schema(value_type = Option<String>)]
    pub before: Option<Cursor>,
}

/// A time as entries have it: UTC, RFC 3339, microseconds, so that texts can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Moment(pub(crate) String);

impl Moment {
    /// Of a day or a time; of a day the beginning, or the end.
    pub fn read(text: &str, end: bool) -> Result<Self, String> {
        let day = if end {
            "T23:59:59.999999Z"
        } else {
            "T00:00:00Z"
        };
        let whole = format!("{text}{day}");
        let read = |text: &str| text.parse::<jiff::Timestamp>();
        read(text)
            .or_else(|_| read(&whole))
            .map(|time| Self(format!("{time:.6}")))
            .map_err(|_| {
                format!("{text:?} is no day (2026-11-26) and no time (2026-11-26T08:00:00Z)")
            })
    }
}

impl Query {
    /// Entries of one page.
    pub(crate) fn page(&self) -> usize {
        usize::try_from(self.limit.unwrap_or(100).clamp(1, LARGEST)).unwrap_or(1)
    }

    /// Whether an entry with this text is meant.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let found = |words: &String| text.to_lowercase().contains(&words.to_lowercase());
        if !self.search.as_ref().is_none_or(found) {
            return false;
        }
        if self.action.is_none() && self.who.is_none() && self.node.is_none() {
            return true;
        }
        // What cannot be read is shown to those who look for anything.
        let Ok(entry) = serde_json::from_str::<Entry>(text) else {
            return false;
        };
        let by = |who: &String| {
            let own = entry.who.as_ref();
            own.is_some_and(|own| own.id == *who || own.name == *who)
        };
        let with = |node: &String| entry.targets.contains(node) || entry.subject.contains(node);
        self.action.is_none_or(|action| entry.action == action)
            && self.who.as_ref().is_none_or(by)
            && self.node.as_ref().is_none_or(with)
    }
}

impl Kept {
    /// What it says; none when its text is not one of ours.
    pub fn read(&self) -> Option<Entry> {
        serde_json::from_str(self.entry.get()).ok()
    }
}
