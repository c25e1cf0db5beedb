//! How a node crosses into the window.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use crate::console::view::Json;
use crate::console::view::policy::PolicyView;
use crate::console::view::trust::TrustView;

/// Whether it can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Heard from recently.
    Online,
    /// Silent for longer than it should be.
    Suspect,
    /// Gone.
    Offline,
}

/// What a method may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum EffectView {
    /// Nothing.
    Read,
    /// Something.
    Change,
    /// Something that cannot be brought back.
    Destroy,
}

/// One skill method that a node offers.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct MethodView {
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// For people.
    pub title: String,
    /// What it may change.
    pub effect: EffectView,
    /// JSON Schema of its parameters, or null.
    pub schema: Json,
}

/// A node as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
    /// Stable id.
    pub id: String,
    /// Dense index, never reused while the Nexus runs.
    pub ordinal: u32,
    /// Name for people.
    pub name: String,
    /// Whether it can be reached.
    pub state: NodeState,
    /// Why it needs attention.
    pub degraded: Option<String>,
    /// As announced.
    pub tags: Vec<String>,
    /// As announced.
    pub skills: Vec<String>,
    /// What can be run.
    pub methods: Vec<MethodView>,
    /// The machine that the Nexus itself runs on.
    pub local: bool,
    /// 1 = the prototype's, 2 = ours.
    pub dialect: u32,
    /// Where it connected from.
    pub address: String,
    /// As announced.
    pub hostname: String,
    /// As announced.
    pub platform: String,
    /// As announced.
    pub os_name: String,
    /// As announced.
    pub arch: String,
    /// As announced.
    pub spore_version: String,
    /// As announced.
    pub cpu_cores: u32,
    /// As announced.
    pub memory_mb: u32,
    /// As announced.
    pub has_gpu: bool,
    /// As announced.
    pub has_docker: bool,
    /// 0..=1.
    #[specta(type = Number)]
    pub cpu: f64,
    /// 0..=1.
    #[specta(type = Number)]
    pub memory: f64,
    /// Both are known.
    pub measured: bool,
    /// Executions under way.
    pub active_tasks: u32,
    /// Round trip.
    #[specta(type = Option<Number>)]
    pub latency_ms: Option<f64>,
    /// RFC 3339, UTC.
    pub registered_at: String,
    /// RFC 3339, UTC.
    pub last_seen: String,
    /// Index into the groups; 0 is home.
    pub group: u32,
    /// World units.
    #[specta(type = Number)]
    pub x: f32,
    /// World units.
    #[specta(type = Number)]
    pub y: f32,
    /// How it came in, and how it stands.
    pub trust: TrustView,
    /// What it allows; none from older spores.
    pub policy: Option<PolicyView>,
}
