//! A job as it is handed in. Not here: its form in JSON, see [`super::JobRequest`], and what becomes of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Policy;
use crate::access::Caller;
use crate::audit::Digest;
use crate::state::Call;
use crate::target::Aim;

/// What an asker hands in.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Minted by the asker, so that asking twice is noticed.
    pub id: Uuid,
    /// For people.
    pub label: String,
    /// The same key is the same job, whoever asks again.
    pub dedupe_key: Option<String>,
    /// Which nodes.
    pub aim: Aim,
    /// The set that was shown; if it is another one by now, nothing is begun.
    pub sha256: Option<Digest>,
    /// How many nodes somebody typed.
    pub confirm_count: Option<u32>,
    /// What.
    pub call: Call,
    /// How.
    pub policy: Policy,
    /// Who asks.
    pub caller: Caller,
    /// The approval that it comes back with, if a rule wanted one.
    pub approval: Option<Uuid>,
    /// What it came from.
    pub origin: Option<Origin>,
}

impl NewJob {
    /// Over skill, method and parameters.
    pub(crate) fn call_sha256(&self) -> Digest {
        let call = &self.call;
        Digest::of_call(&call.skill, &call.method, call.parameters.get())
    }
}

/// What a job came from, when nobody asked for it directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// What kind of thing.
    pub kind: OriginKind,
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// See [`Origin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// A schedule fired.
    Schedule,
    /// A step of a runbook.
    Runbook,
    /// Some targets of another job, once more.
    Rerun,
    /// A message of a broker; its id is the message's.
    Source,
}
