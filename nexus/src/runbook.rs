//! Runbooks: a few jobs one after the other, written down once, with parameters. A runbook is a document; each change of it
//! is a new version, and the old ones stay.
//!
//! Not here: who may change one, and jobs themselves, see [`crate::job`].

mod check;
mod parameter;
mod run;
mod shelf;
mod template;
mod text;

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

pub use check::RunbookError;
pub use parameter::{Kind, Parameter};
pub(crate) use run::LIVE;
pub use run::{NewRun, Run, RunState, RunStep, StepState};
pub use shelf::{Put, Runbooks};
pub use text::{from_json, from_toml, to_toml};

/// A runbook as people write it, in TOML or JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Runbook {
    /// Letters, digits, `.`, `_` and `-`, in lower case; begins with a letter or digit.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Which nodes, for steps that do not say so, when whoever runs it does not either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What differs from run to run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// One after the other.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// For people.
    pub name: String,
    /// Whether it runs, after what became of the steps before.
    #[serde(default)]
    pub when: Condition,
    /// Its failure does not fail the run, and the next step runs as if it had succeeded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continue_on_failure: bool,
    /// What is asked for: the fields of `POST /api/v1/jobs`, with `{{parameter}}` in any text but the names of skill and
    /// method.
    #[schema(value_type = Object)]
    pub job: Map<String, Value>,
}

/// When a step runs. What was passed over does not count as a step before; the first one always runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All steps before have succeeded, or were allowed to fail.
    #[default]
    Success,
    /// The step before has failed.
    Failure,
    /// Whatever became of the steps before.
    Always,
}

/// One state of a runbook, never changed again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// The document.
    pub runbook: Runbook,
    /// Who made the first version, and may change it.
    pub owner: Maker,
    /// Who made this one.
    pub by: Maker,
    /// When.
    pub at: SystemTime,
}

/// Somebody, as known when he did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Maker {
    /// `local`, or the id of a token.
    pub id: String,
    /// For people.
    pub name: String,
}

/// A wish to run a runbook: by a person, or kept in a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunbookCall {
    /// Which.
    pub name: String,
    /// Which version; the newest when missing. A schedule keeps the one that was the newest when it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// By name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// Which nodes, for steps that do not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// Why there is no run. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// No such runbook, or no such version.
    #[error("runbook {0} does not exist; GET /api/v1/runbooks lists them")]
    NoRunbook(String),
    /// It was there, or never was.
    #[error("runbook {name} has no version {version}; the last {kept} are kept", kept = shelf::VERSIONS)]
    NoVersion {
        /// Which.
        name: String,
        /// Which.
        version: u32,
    },
    /// What was handed in does not fit.
    #[error(transparent)]
    Runbook(#[from] RunbookError),
    /// No such run.
    #[error("run {0} does not exist, or was over long ago")]
    Unknown(Uuid),
    /// Nothing to cancel.
    #[error("run {id} is {}", state.word())]
    State {
        /// Which.
        id: Uuid,
        /// Where it is.
        state: RunState,
    },
    /// Too many.
    #[error("{max} runs live already; wait until some are over", max = LIVE)]
    TooMany,
    /// It may destroy something.
    #[error("step {0:?} may destroy something; say \"confirm_destructive\": true if that is meant")]
    Confirm(String),
    /// A call that its asker may not make.
    #[error("your token is not allowed to call {0}")]
    Call(String),
}

#[cfg(test)]
mod tests;
