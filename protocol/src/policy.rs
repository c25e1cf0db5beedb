//! What a node allows, as it tells it. The node alone decides; a Nexus can see it and never widen it.
//! Not here: deciding, which only the spore does.

use serde::{Deserialize, Serialize};

use crate::limits::{self, Violation};

/// The policy of a node, for people and programs to read. Lists may be cut, see `cut`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NodePolicy {
    /// `observe`, `operate`, `full`, `custom`, or why there is none, e.g. `none: shell mode guarded`.
    pub name: String,
    /// `Skill.method`, `Skill.*` or `*`.
    pub methods: Vec<String>,
    /// Whether a shell may run, and with it any command.
    #[serde(deserialize_with = "crate::lax::truth")]
    pub shell: bool,
    /// The commands that may run without a shell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandRule>,
    /// Directories whose files may be read; `.` is the workspace.
    pub read: Vec<String>,
    /// Directories whose files may be written.
    pub write: Vec<String>,
    /// Variables that a caller may set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// The user that commands run as; missing when it is the spore's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as: Option<String>,
    /// Limits of what runs.
    pub limits: PolicyLimits,
    /// What holds commands back, as it really is: `landlock abi 7`, `off`, `none: …`.
    pub sandbox: String,
    /// What is allowed for a time beyond the policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantView>,
    /// Some lists are longer on the node.
    #[serde(
        skip_serializing_if = "std::ops::Not::not",
        deserialize_with = "crate::lax::truth"
    )]
    pub cut: bool,
}

/// A command that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CommandRule {
    /// Name of the rule.
    pub name: String,
    /// Program and patterns of arguments.
    pub argv: Vec<String>,
}

/// Limits of one execution, as far as the policy names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyLimits {
    /// CPU time of each process, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_seconds: Option<u32>,
    /// Address space of each process, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// Processes of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u32>,
    /// Open files of each process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u32>,
    /// Largest file that a command may write, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size_mib: Option<u32>,
    /// Output that is forwarded, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_mib: Option<u32>,
    /// Executions at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executions: Option<u32>,
    /// Time from start to end, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// Something that is allowed for a time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantView {
    /// By which it is taken back on the node.
    pub id: String,
    /// What, e.g. `shell` or `read /srv/data`.
    pub what: String,
    /// When it ends by the node's clock, RFC 3339, UTC.
    pub until: String,
}

impl NodePolicy {
    /// Whether all sizes are within [`limits`].
    pub(crate) fn check(&self) -> Result<(), Violation> {
        limits::text("policy.name", &self.name, limits::NAME)?;
        limits::text("policy.sandbox", &self.sandbox, limits::NAME)?;
        limits::text(
            "policy.run_as",
            self.run_as.as_deref().unwrap_or(""),
            limits::NAME,
        )?;
        limits::texts("policy.methods", &self.methods)?;
        limits::texts("policy.read", &self.read)?;
        limits::texts("policy.write", &self.write)?;
        limits::texts("policy.environment", &self.environment)?;
        limits::count("policy.commands", self.commands.len(), limits::LIST)?;
        for rule in &self.commands {
            limits::text("policy.commands.name", &rule.name, limits::NAME)?;
            limits::texts("policy.commands.argv", &rule.argv)?;
        }
        limits::count("policy.grants", self.grants.len(), limits::GRANTS)?;
        for grant in &self.grants {
            limits::text("policy.grants.id", &grant.id, limits::ID)?;
            limits::text("policy.grants.what", &grant.what, limits::NAME)?;
            limits::text("policy.grants.until", &grant.until, limits::ID)?;
        }
        if self.size() > limits::POLICY {
            return Err(Violation {
                field: "policy",
                problem: format!("is larger than {} bytes", limits::POLICY),
            });
        }
        Ok(())
    }

    /// Bytes of its texts, roughly.
    pub fn size(&self) -> usize {
        let lists = [&self.methods, &self.read, &self.write, &self.environment];
        let words = |list: &Vec<String>| list.iter().map(|word| word.len() + 4).sum::<usize>();
        let commands = self.commands.iter();
        let commands: usize = commands
            .map(|rule| rule.name.len() + words(&rule.argv) + 24)
            .sum();
        let grants = self.grants.iter();
        let grants: usize = grants.map(|grant| grant.what.len() + 96).sum();
        self.name.len()
            + self.sandbox.len()
            + commands
            + grants
            + lists.into_iter().map(words).sum::<usize>()
    }
}
