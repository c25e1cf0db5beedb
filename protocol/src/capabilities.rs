//! What a node is and can do, as it says itself. Defaults are the prototype's. Not here: load, which changes
//! and comes with heartbeats, and whether any of it is allowed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::NodePolicy;
use crate::limits::{self, Violation};

/// What a node announces in its handshake. All but the first seven fields are v2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Names of skills, e.g. `ShellSkill`.
    pub skills: Vec<String>,
    /// Free labels; `key:value` ones such as `site:paris` group the map.
    pub tags: Vec<String>,
    /// Logical cores.
    #[serde(deserialize_with = "crate::lax::count")]
    pub cpu_cores: u32,
    /// Total memory, MiB.
    #[serde(deserialize_with = "crate::lax::count")]
    pub memory_mb: u32,
    /// A GPU that a driver answers for.
    #[serde(deserialize_with = "crate::lax::truth")]
    pub has_gpu: bool,
    /// A Docker engine that answers.
    #[serde(deserialize_with = "crate::lax::truth")]
    pub has_docker: bool,
    /// `linux`, `darwin`, `windows`…
    pub platform: String,
    /// Every method with the schema of its parameters.
    #[serde(skip_serializing_if = "<[Method]>::is_empty")]
    pub methods: Methods,
    /// e.g. `Debian GNU/Linux 12`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub os: String,
    /// e.g. `x86_64`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub arch: String,
    /// The machine's own name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// The agent's version, e.g. `0.1.0`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub spore_version: String,
    /// What the agent can take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// What it allows. Shared, for thousands of nodes have the same one. Missing from older spores.
    #[serde(skip_serializing_if = "Option::is_none", with = "shared")]
    pub policy: Option<Arc<NodePolicy>>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            skills: Vec::new(),
            tags: Vec::new(),
            cpu_cores: 1,
            memory_mb: 1024,
            has_gpu: false,
            has_docker: false,
            platform: "linux".to_owned(),
            methods: Methods::default(),
            os: String::new(),
            arch: String::new(),
            hostname: String::new(),
            spore_version: String::new(),
            limits: None,
            policy: None,
        }
    }
}

/// A shared value as the value itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Arc<T>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().serialize(to)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Arc<T>>, D::Error> {
        Option::<T>::deserialize(from).map(|value| value.map(Arc::new))
    }
}

/// The methods of a node. Cheap to clone: thousands of nodes have the same ones, and schemas are large.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Method>", into = "Vec<Method>")]
pub struct Methods(Arc<[Method]>);

impl std::ops::Deref for Methods {
    type Target = [Method];

    fn deref(&self) -> &[Method] {
        &self.0
    }
}

impl From<Vec<Method>> for Methods {
    fn from(methods: Vec<Method>) -> Self {
        Self(methods.into())
    }
}

impl From<Methods> for Vec<Method> {
    fn from(methods: Methods) -> Self {
        methods.to_vec()
    }
}

impl<'a> IntoIterator for &'a Methods {
    type Item = &'a Method;
    type IntoIter = std::slice::Iter<'a, Method>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// One method of a skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// A few words for a menu.
    #[serde(default)]
    pub title: String,
    /// What it may change.
    #[serde(default)]
    pub effect: Effect,
    /// Twice does no more than once, so it may be tried again. What changes nothing is so anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
    /// A result that is not too old is as good as a new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cacheable: bool,
    /// JSON Schema (draft 2020-12) of its parameters object.
    #[serde(default)]
    pub parameters: Value,
}

/// What a method may do to the machine. What does not say is taken for the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something that can be changed back.
    Change,
    /// May destroy.
    #[default]
    Destroy,
}

/// What a spore can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Executions at the same time; more are refused.
    #[serde(deserialize_with = "crate::lax::count")]
    pub max_executions: u32,
    /// Largest frame it reads, bytes.
    #[serde(deserialize_with = "crate::lax::count")]
    pub max_message_bytes: u32,
    /// Output that it forwards for one execution, bytes; the rest is counted and dropped.
    #[serde(deserialize_with = "crate::lax::count")]
    pub max_output_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_executions: 16,
            max_message_bytes: 8 << 20,
            max_output_bytes: 64 << 20,
        }
    }
}

impl Capabilities {
    /// Whether all sizes are within [`limits`].
    pub fn check(&self) -> Result<(), Violation> {
        limits::texts("skills", &self.skills)?;
        limits::texts("tags", &self.tags)?;
        limits::count("methods", self.methods.len(), limits::METHODS)?;
        for method in &self.methods {
            limits::text("methods.skill", &method.skill, limits::NAME)?;
            limits::text("methods.method", &method.method, limits::NAME)?;
            limits::text("methods.title", &method.title, limits::NAME)?;
            if limits::is_deep(&method.parameters.to_string()) {
                let problem = format!("is nested more than {} deep", limits::DEPTH);
                let field = "methods.parameters";
                return Err(limits::Violation { field, problem });
            }
        }
        limits::text("platform", &self.platform, limits::NAME)?;
        limits::text("os", &self.os, limits::NAME)?;
        limits::text("arch", &self.arch, limits::NAME)?;
        limits::text("hostname", &self.hostname, limits::NAME)?;
        limits::text("spore_version", &self.spore_version, limits::NAME)?;
        self.policy.as_deref().map_or(Ok(()), NodePolicy::check)
    }

    /// Whether the node offers this method. A v1 node names skills only, so any method of them may exist.
    pub fn offers(&self, skill: &str, method: &str) -> bool {
        if self.methods.is_empty() {
            return self.skills.iter().any(|name| name == skill);
        }
        self.methods
            .iter()
            .any(|known| known.skill == skill && known.method == method)
    }
}
