//! What this node allows. The owner of the machine writes it into a file, and no Nexus can widen it.
//! A [`Policy`] is parsed from text, and [`Policy::decide`] is pure: no file, no clock. Not here: grants that end
//! ([`crate::grants`]), and holding back what was started ([`crate::confinement`]).

mod argv;
mod file;
mod limits;
mod path;
mod preset;
mod view;

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

pub(crate) use argv::{matches as argv_matches, problem as argv_problem};
pub use file::PolicyError;
pub(crate) use file::{ETC, load, sound_file};
pub use limits::{Limits, Sandbox, SandboxMode};
pub(crate) use path::{problem as path_problem, under};
pub use preset::{Preset, UnknownPreset, exists, install};
pub(crate) use view::view;

/// What a policy file says. What it does not name is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// Names of variables of the spore that commands get, beyond the usual ones.
    #[serde(default)]
    pub(crate) inherit: Vec<String>,
    /// Directories whose files may be read; `.` is the workspace.
    #[serde(default = "workspace")]
    pub(crate) read: Vec<String>,
    /// Directories whose files may be written.
    #[serde(default = "workspace")]
    pub(crate) write: Vec<String>,
    /// The user that commands run as and files are opened as.
    #[serde(default)]
    pub(crate) run_as: Option<String>,
    /// How much of the machine an execution may use.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// What holds commands back.
    #[serde(default)]
    pub(crate) sandbox: Sandbox,
}

/// A command that is allowed: the program and a pattern for each argument.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    name: Option<String>,
    argv: Vec<String>,
}

/// Everything that is wrong with the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Mistakes(String);

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
    /// Read or list a file: relative to the workspace, or absolute.
    Read(&'a str),
    /// Write a file.
    Write(&'a str),
}

/// Allowed, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The name of the rule.
    pub rule: String,
    /// The id of the grant that it is, if it is one.
    pub grant: Option<String>,
    /// The directory under which an absolute path lies. A relative one lies in the workspace.
    pub place: Option<PathBuf>,
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
                let mut rules = self.methods.iter();
                let found = rules.position(|rule| is_method(rule, skill, method));
                let what = format!("{skill}.{method}");
                permit(found.map(|at| format!("methods[{at}]")), "methods", &what)
            }
            Ask::Argv(_) | Ask::Shell if self.shell => permit(Some("shell".into()), "shell", ""),
            Ask::Shell => permit(None, "shell", "a shell; use `argv`"),
            Ask::Argv(words) => {
                let found = self.commands.iter().enumerate();
                let found = found
                    .filter(|(_, rule)| argv::matches(&rule.argv, words))
                    .map(|(at, rule)| rule.name(at));
                permit(found.into_iter().next(), "commands", &format!("{words:?}"))
            }
            Ask::Variable(name) => {
                let found = self.environment.iter().position(|known| known == name);
                let rule = found.map(|at| format!("environment[{at}]"));
                permit(rule, "environment", &format!("the variable {name:?}"))
            }
            Ask::Read(path) => permit_path(&self.read, path, "read", "reading"),
            Ask::Write(path) => permit_path(&self.write, path, "write", "writing"),
        }
    }

    /// Everything that is wrong with it.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let methods = self.methods.iter();
        problems.extend(methods.filter_map(|rule| method_problem(rule)));
        for (at, rule) in self.commands.iter().enumerate() {
            problems
                .extend(argv::problem(&rule.argv).map(|text| format!("commands[{at}]: {text}")));
        }
        for (name, list) in [("read", &self.read), ("write", &self.write)] {
            let found = list.iter().filter_map(|place| path::problem(place));
            problems.extend(found.map(|text| format!("{name}: {text}")));
        }
        for name in &self.inherit {
            if name.starts_with("SPORE_") || name.starts_with("NEXUS_") {
                problems.push(format!("inherit: {name} stays with the spore"));
            }
        }
        problems.extend(self.limits.problems());
        problems.extend(self.sandbox.problems());
        problems
    }
}

impl FromStr for Policy {
    type Err = Mistakes;

    /// From TOML; all that is wrong at once, as far as it is TOML.
    fn from_str(text: &str) -> Result<Self, Mistakes> {
        let policy: Self =
            toml::from_str(text).map_err(|error| Mistakes(error.to_string().trim().to_owned()))?;
        match policy.problems() {
            none if none.is_empty() => Ok(policy),
            some => Err(Mistakes(some.join("; "))),
        }
    }
}

impl Command {
    fn name(&self, at: usize) -> String {
        self.name.clone().unwrap_or(format!("commands[{at}]"))
    }
}

/// Whether a rule such as `Skill.*` names a method.
pub(crate) fn is_method(rule: &str, skill: &str, method: &str) -> bool {
    rule == "*"
        || rule
            .strip_prefix(skill)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest == "*" || rest == method)
}

/// What is wrong with a rule for methods.
pub(crate) fn method_problem(rule: &str) -> Option<String> {
    let plain = rule.strip_suffix(".*").unwrap_or(rule);
    let wrong = plain.is_empty() || plain.contains('*') || !rule.contains('.');
    (rule != "*" && wrong)
        .then(|| format!("methods: {rule:?} is not `Skill.method`, `Skill.*` or `*`"))
}

fn workspace() -> Vec<String> {
    vec![".".to_owned()]
}

fn permit_path(
    places: &[String],
    path: &str,
    rule: &'static str,
    doing: &str,
) -> Result<Permit, Refusal> {
    if let Some((at, place)) = under(places, path) {
        return Ok(Permit {
            rule: format!("{rule}[{at}]"),
            grant: None,
            place,
        });
    }
    let path = protocol::limits::cut(path, 100);
    let places = places.join(", ");
    permit(None, rule, &format!("{doing} {path:?}, only in [{places}]"))
}

fn permit(found: Option<String>, rule: &'static str, what: &str) -> Result<Permit, Refusal> {
    found
        .map(|rule| Permit {
            rule,
            grant: None,
            place: None,
        })
        .ok_or_else(|| Refusal {
            rule,
            what: protocol::limits::cut(what, 200).to_owned(),
        })
}

#[cfg(test)]
mod tests;
