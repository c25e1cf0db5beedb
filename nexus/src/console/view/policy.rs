//! What a node allows, as it tells it, on its way into the window. Mirrors `ui/src/bridge/typesTrust.ts`.
//! Not here: deciding, which only the node does.

use serde::Serialize;
use specta::Type;

/// The policy of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    /// `observe`, `operate`, `full`, `custom`, or why there is none.
    pub name: String,
    /// `Skill.method`, `Skill.*` or `*`.
    pub methods: Vec<String>,
    /// Any command may run, in a shell.
    pub shell: bool,
    /// Commands that may run without a shell: name and pattern.
    pub commands: Vec<CommandView>,
    /// Directories whose files may be read.
    pub read: Vec<String>,
    /// Directories whose files may be written.
    pub write: Vec<String>,
    /// The user that commands run as, when it is not the spore's own.
    pub run_as: Option<String>,
    /// Limits of one execution, in words.
    pub limits: Vec<String>,
    /// What holds commands back, as it really is.
    pub sandbox: String,
    /// What is allowed for a time beyond that.
    pub grants: Vec<GrantView>,
    /// Some lists are longer on the node.
    pub cut: bool,
}

/// A command that may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CommandView {
    /// Name of the rule.
    pub name: String,
    /// Program and patterns of arguments, in one line.
    pub pattern: String,
}

/// Something that is allowed for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct GrantView {
    /// By which it is taken back on the node.
    pub id: String,
    /// What.
    pub what: String,
    /// RFC 3339, UTC, by the node's clock.
    pub until: String,
}
