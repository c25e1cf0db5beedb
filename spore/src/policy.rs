//! What this node allows. The owner of the machine writes it into a file, and no Nexus can widen it.
//! [`Policy::decide`] is pure: no file, no clock. Not here: limits of what runs, and grants that end.

mod argv;
mod file;
mod preset;

use serde::Deserialize;

pub use file::PolicyError;
pub(crate) use file::load;
pub use preset::{Preset, UnknownPreset, install};

/// What a policy file says. What it does not name is refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// `Skill.method`, `Skill.*` or `*`.
    #[serde(default)]
    methods: Vec<String>,
    /// Whether a shell may run. A shell runs anything, so this allows every command too.
    #[serde(default)]
    shell: bool,
    /// The commands that may run without a shell.
    #[serde(default)]
    commands: Vec<Command>,
    /// Names of the variables that a caller may set.
    #[serde(default)]
    environment: Vec<String>,
}

/// A command that is allowed: the program and a pattern for each argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    name: Option<String>,
    argv: Vec<String>,
}

/// What somebody wants to do here.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// Call a method.
    Method(&'a str, &'a str),
    /// Start a program with its arguments.
    Argv(&'a [String]),
    /// Run a text through the shell.
    Shell,
    /// Set a variable of a command.
    Variable(&'a str),
}

/// Allowed, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The name of the rule.
    pub rule: String,
}

/// Refused, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy of this node does not allow {what} (rule `{rule}`)")]
pub struct Refusal {
    /// The part of the policy that would have to allow it.
    pub rule: &'static str,
    what: String,
}

impl Policy {
    /// Whether this may be done.
    pub fn decide(&self, ask: &Ask) -> Result<Permit, Refusal> {
        match *ask {
            Ask::Method(skill, method) => {
                let whole = format!("{skill}.{method}");
                let found = self.methods.iter().position(|rule| {
                    rule == "*" || *rule == whole || rule.strip_suffix(".*") == Some(skill)
                });
                permit(found.map(|at| format!("methods[{at}]")), "methods", &whole)
            }
            Ask::Argv(_) | Ask::Shell if self.shell => permit(Some("shell".into()), "shell", ""),
            Ask::Shell => permit(None, "shell", "a shell; use `argv`"),
            Ask::Argv(words) => {
                let found = self.commands.iter().enumerate();
                let found = found
                    .filter(|(_, rule)| argv::matches(&rule.argv, words))
                    .map(|(at, rule)| rule.name.clone().unwrap_or(format!("commands[{at}]")));
                permit(found.into_iter().next(), "commands", &format!("{words:?}"))
            }
            Ask::Variable(name) => {
                let found = self.environment.iter().position(|known| known == name);
                let rule = found.map(|at| format!("environment[{at}]"));
                permit(rule, "environment", &format!("the variable {name:?}"))
            }
        }
    }

    /// Everything that is wrong with it.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for rule in &self.methods {
            let plain = rule.strip_suffix(".*").unwrap_or(rule);
            if rule != "*" && (plain.is_empty() || plain.contains('*') || !rule.contains('.')) {
                problems.push(format!(
                    "methods: {rule:?} is not `Skill.method`, `Skill.*` or `*`"
                ));
            }
        }
        for (at, rule) in self.commands.iter().enumerate() {
            problems
                .extend(argv::problem(&rule.argv).map(|text| format!("commands[{at}]: {text}")));
        }
        problems
    }
}

fn permit(found: Option<String>, rule: &'static str, what: &str) -> Result<Permit, Refusal> {
    found.map(|rule| Permit { rule }).ok_or_else(|| Refusal {
        rule,
        what: protocol::limits::cut(what, 200).to_owned(),
    })
}

#[cfg(test)]
mod tests;
