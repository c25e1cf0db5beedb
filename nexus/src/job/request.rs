//! A job as it is asked for in JSON or TOML: by `POST /api/v1/jobs`, in a schedule, as a step of a runbook. Not here: who asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Cache, NewJob, Offline, Origin, Policy, PolicyError, Record, Retry, StopAfter, Waves};
use crate::access::Caller;
use crate::audit::Digest;
use crate::state::{Call, Strategy, WishesBody};
use crate::target::{Aim, AimError};

/// Longest label and dedupe key, bytes.
const TEXT: usize = 200;
/// Largest parameters of a job, bytes: they are kept until it is over.
const PARAMETERS: usize = 1 << 20;
/// Longest run of one execution, seconds.
const TIMEOUT: u32 = 86_400;

/// See the module. All but the call and one of `target` and `node_ids` may be missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRequest {
    /// Minted by the asker (UUID), so that asking twice is noticed; made up when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The same key is the same job, whoever asks again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedupe_key: Option<String>,
    /// Which nodes: an expression, e.g. `tag:gpu and not site=paris`. Empty is nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Or these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_ids: Option<Vec<String>>,
    /// The set that was shown, as `targets/resolve` told it; if it is another one by now, nothing is begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets_sha256: Option<String>,
    /// How many nodes somebody typed; wanted when the method may destroy and there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_count: Option<u32>,
    /// e.g. `ShellSkill`
    pub skill_name: String,
    /// e.g. `run`
    pub method_name: String,
    /// Of the method; an object.
    #[serde(default = "nothing")]
    pub parameters: Value,
    /// Seconds for each execution.
    #[serde(default = "half_a_minute")]
    pub timeout: u32,
    /// On any this many of the nodes, with failover, instead of on each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<u32>,
    /// How the best of the nodes are found, when it is `any`.
    #[serde(default)]
    pub strategy: Strategy,
    /// Target expression: these are better than others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefer: String,
    /// Target expression: these are taken only when nobody else can.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub avoid: String,
    /// `group` or the key of a tag: where the fewest executions are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread_by: Option<String>,
    /// What becomes of nodes that are not there.
    #[serde(default)]
    pub offline: Offline,
    /// Seconds until what has not begun is given up.
    #[serde(default = "a_day")]
    pub expires_in: u64,
    /// 0 to 9; the higher one goes first where they meet.
    #[serde(default = "middle")]
    pub priority: u8,
    /// Most executions of the job at once; 0 is as many as the Nexus allows.
    #[serde(default)]
    pub concurrency: u32,
    /// What each execution needs for itself, e.g. `gpu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Some first, then more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waves: Option<Waves>,
    /// When to stop by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<StopAfter>,
    /// What is tried again.
    #[serde(default)]
    pub retry: Retry,
    /// Whether an older result will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// The approval that it comes back with, if a rule wanted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Uuid>,
}

/// Why an ask makes no sense. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// Which nodes.
    #[error(transparent)]
    Aim(#[from] AimError),
    /// A name or a key.
    #[error("{0} must be 1 to {TEXT} printable bytes")]
    Text(&'static str),
    /// The parameters.
    #[error("parameters must be an object of at most {PARAMETERS} bytes")]
    Parameters,
    /// The time limit.
    #[error("timeout must be 1 to {TIMEOUT} seconds")]
    Timeout,
    /// The hash.
    #[error("targets_sha256 must be the 64 hexadecimal digits that targets/resolve told")]
    Hash,
    /// The rest.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

fn half_a_minute() -> u32 {
    30
}

fn a_day() -> u64 {
    24 * 3600
}

fn middle() -> u8 {
    5
}

impl JobRequest {
    /// The job, asked for by somebody, or what is wrong with it. An id is made up if there is none.
    pub fn into_job(self, caller: Caller, origin: Option<Origin>) -> Result<NewJob, RequestError> {
        let policy = self.policy();
        policy.check()?;
        if !(1..=TIMEOUT).contains(&self.timeout) {
            return Err(RequestError::Timeout);
        }
        if self.label.len() > TEXT || self.label.chars().any(protocol::limits::is_deceptive) {
            return Err(RequestError::Text("label"));
        }
        printable("skill_name", &self.skill_name, protocol::limits::NAME)?;
        printable("method_name", &self.method_name, protocol::limits::NAME)?;
        if let Some(key) = &self.dedupe_key {
            printable("dedupe_key", key, TEXT)?;
        }
        let aim = Aim::new(self.target.as_deref(), self.node_ids)?;
        let sha256 = self.targets_sha256.map(|text| text.parse::<Digest>());
        Ok(NewJob {
            id: self.id.unwrap_or_else(Uuid::now_v7),
            label: self.label,
            dedupe_key: self.dedupe_key,
            aim,
            sha256: sha256.transpose().map_err(|_| RequestError::Hash)?,
            confirm_count: self.confirm_count,
            call: Call {
                skill: self.skill_name,
                method: self.method_name,
                parameters: raw(&self.parameters)?,
                timeout: Duration::from_secs(self.timeout.into()),
            },
            policy,
            caller,
            approval: self.approval,
            origin,
        })
    }

    fn policy(&self) -> Policy {
        Policy {
            any: self.any,
            wishes: WishesBody {
                strategy: self.strategy,
                prefer: self.prefer.clone(),
                avoid: self.avoid.clone(),
                spread_by: self.spread_by.clone(),
                resource: None,
            },
            offline: self.offline,
            expires_in: self.expires_in,
            priority: self.priority,
            concurrency: self.concurrency,
            resource: self.resource.clone(),
            waves: self.waves.clone(),
            stop_after: self.stop_after,
            retry: self.retry,
            cache: self.cache,
        }
    }
}

fn printable(field: &'static str, text: &str, longest: usize) -> Result<(), RequestError> {
    let odd =
        text.is_empty() || text.len() > longest || text.chars().any(protocol::limits::is_deceptive);
    if odd {
        Err(RequestError::Text(field))
    } else {
        Ok(())
    }
}

fn raw(parameters: &Value) -> Result<Box<RawValue>, RequestError> {
    if !parameters.is_object() {
        return Err(RequestError::Parameters);
    }
    let text = parameters.to_string();
    if text.len() > PARAMETERS || protocol::limits::is_deep(&text) {
        return Err(RequestError::Parameters);
    }
    RawValue::from_string(text).map_err(|_| RequestError::Parameters)
}

impl From<Record> for JobRequest {
    fn from(record: Record) -> Self {
        let policy = record.policy;
        Self {
            id: None,
            label: String::new(),
            dedupe_key: None,
            target: None,
            node_ids: None,
            targets_sha256: None,
            confirm_count: None,
            skill_name: record.skill,
            method_name: record.method,
            parameters: serde_json::from_str(record.parameters.get()).unwrap_or_default(),
            timeout: u32::try_from(record.timeout).unwrap_or(TIMEOUT),
            any: policy.any,
            strategy: policy.wishes.strategy,
            prefer: policy.wishes.prefer,
            avoid: policy.wishes.avoid,
            spread_by: policy.wishes.spread_by,
            offline: policy.offline,
            expires_in: policy.expires_in,
            priority: policy.priority,
            concurrency: policy.concurrency,
            resource: policy.resource,
            waves: policy.waves,
            stop_after: policy.stop_after,
            retry: policy.retry,
            cache: policy.cache,
            approval: None,
        }
    }
}
