//! Who does not want to hear of what, and until when; and at what somebody aims who does something about alerts. Not here:
//! what a cause is, see [`super::causes`].

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::AlertError;
use super::rule::printable;

/// Most mutes at once.
pub(super) const MUTES: usize = 1_000;
/// Longest mute: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
/// Longest key of a cause, bytes.
const KEY: usize = 400;
/// Longest text of people, bytes.
pub(super) const TEXT: usize = 500;
/// Longest name of an owner, bytes.
pub(super) const OWNER: usize = 120;

/// Exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// One alert.
    Alert(Uuid),
    /// All that has one likely cause.
    Cause(String),
    /// All of one rule.
    Rule(Uuid),
}

/// The same, as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AimBody {
    /// Id of an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Key of a cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Id of a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

impl TryFrom<AimBody> for Aim {
    type Error = AlertError;

    fn try_from(body: AimBody) -> Result<Self, AlertError> {
        let short = |text: &str| protocol::limits::cut(text, 64).to_owned();
        match (body.alert, body.cause, body.rule) {
            (Some(id), None, None) => Uuid::try_parse(&id)
                .map(Self::Alert)
                .map_err(|_| AlertError::UnknownAlert(short(&id))),
            (None, Some(key), None) if printable(&key, KEY) => Ok(Self::Cause(key)),
            (None, Some(key), None) => Err(AlertError::UnknownCause(short(&key))),
            (None, None, Some(id)) => Uuid::try_parse(&id)
                .map(Self::Rule)
                .map_err(|_| AlertError::UnknownRule(short(&id))),
            _ => Err(AlertError::Aim),
        }
    }
}

impl Aim {
    /// For the store and for people.
    pub fn key(&self) -> String {
        match self {
            Self::Alert(id) => format!("alert {id}"),
            Self::Cause(key) => format!("cause {key}"),
            Self::Rule(id) => format!("rule {id}"),
        }
    }
}

/// One mute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// Of what.
    pub aim: Aim,
    /// After this it is heard of again.
    pub until: SystemTime,
    /// Who.
    pub by: String,
    /// When.
    pub at: SystemTime,
    /// Why, in words of people.
    pub reason: Option<String>,
}

impl Mute {
    /// As asked, if that makes sense.
    pub fn new(
        aim: Aim,
        until: SystemTime,
        reason: Option<&str>,
        by: &str,
        now: SystemTime,
    ) -> Result<Self, AlertError> {
        let ahead = until.duration_since(now).unwrap_or_default();
        if ahead.is_zero() || ahead > LONGEST {
            return Err(AlertError::Until);
        }
        Ok(Self {
            aim,
            until,
            by: by.to_owned(),
            at: now,
            reason: said(reason, "the reason", TEXT)?,
        })
    }
}

/// A text of people; none when it is empty.
pub(super) fn said(
    text: Option<&str>,
    what: &'static str,
    most: usize,
) -> Result<Option<String>, AlertError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| !printable(text, most)) {
        return Err(AlertError::Text(what, most));
    }
    Ok(text.map(str::to_owned))
}
