//! `ShellSkill.run`: one command, through the shell or directly. Not here: running it.

mod policy;

pub(super) use policy::find;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use protocol::{Effect, Method};
use serde::Deserialize;

use super::places::Places;
use super::{Judge, Work, method, parameters};
use crate::confinement::Rule;
use crate::execution::process::{self, Plan};
use crate::execution::{Order, Reports};
use crate::os::Cgroups;
use crate::policy::Ask;
use crate::{Config, ShellMode};

pub(super) const NAME: &str = "ShellSkill";
/// Output collected into a result unless asked otherwise, and at most, bytes.
const RESULT: (usize, usize) = (1024 * 1024, 6 * 1024 * 1024);

/// The skill as configured.
#[derive(Debug)]
pub(super) struct Shell {
    /// Decides where there is no policy.
    mode: ShellMode,
    places: Arc<Places>,
    cgroups: Option<Arc<Cgroups>>,
    max_output_bytes: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    command: Option<String>,
    argv: Option<Vec<String>>,
    cwd: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    stdin: Option<String>,
    timeout: Option<f64>,
    max_output_bytes: Option<usize>,
}

/// The methods of this skill.
pub(super) fn methods() -> Vec<Method> {
    vec![method(
        NAME,
        "run",
        "Run a command",
        Effect::Destroy,
        include_str!("shell/run.schema.json"),
    )]
}

impl Shell {
    pub(super) fn new(config: &Config, places: &Arc<Places>) -> Self {
        let max_output_bytes = usize::try_from(config.max_output_bytes).unwrap_or(usize::MAX);
        if let ShellMode::AllowList(allowed) = &config.shell_mode {
            policy::warn_of_interpreters(allowed);
        }
        Self {
            mode: config.shell_mode.clone(),
            places: Arc::clone(places),
            cgroups: Cgroups::find().map(Arc::new),
            max_output_bytes,
        }
    }

    /// Checks the order and makes work of it.
    pub(super) fn begin(
        &self,
        order: Order,
        reports: Reports,
        judge: &mut Judge,
    ) -> Result<Work, String> {
        let plan = self.plan(&order, judge)?;
        Ok(Box::pin(process::run(plan, order, reports)))
    }

    fn plan(&self, order: &Order, judge: &mut Judge) -> Result<Plan, String> {
        let asked: Parameters = parameters(&order.parameters)?;
        let (program, arguments) = match (&asked.command, &asked.argv) {
            (Some(command), None) => self.command(command, judge)?,
            (None, Some(argv)) => self.argv(argv, judge)?,
            (None, None) => return Err("either `command` or `argv` is needed".to_owned()),
            (Some(_), Some(_)) => return Err("`command` and `argv` exclude each other".to_owned()),
        };
        let limits = judge.policy().map(|policy| policy.limits);
        let seconds = limits.and_then(|limits| limits.seconds);
        let (limit, limit_rule) = limit(asked.timeout, order.timeout, seconds)?;
        let confinement = judge.confinement();
        let inherit = judge.policy().map(|policy| policy.inherit.clone());
        Ok(Plan {
            program,
            arguments,
            directory: self.directory(asked.cwd.as_deref())?,
            environment: self.environment(asked.env, judge)?,
            inherit: inherit.unwrap_or_default(),
            cgroups: self.cgroups.clone(),
            confinement: confinement.map(|confinement| (confinement, self.rules(judge))),
            input: asked.stdin.map(String::into_bytes),
            limit,
            limit_rule,
            max_output_bytes: self.budget(asked.max_output_bytes, order.stream)?,
        })
    }

    /// The places of the policy, which commands may use too. Those of grants are for files only: what a process once
    /// may reach cannot be taken from it again.
    fn rules(&self, judge: &Judge) -> Vec<Rule> {
        let Some(policy) = judge.policy() else {
            return Vec::new();
        };
        let mut rules = Vec::new();
        for (places, writable) in [(&policy.read, false), (&policy.write, true)] {
            for place in places {
                let dir = match place.as_str() {
                    "." => Some(Arc::clone(&self.places.workspace)),
                    // What does not exist needs no rule; it was told of at the start.
                    place => self.places.dir(Path::new(place)).ok(),
                };
                rules.extend(dir.map(|dir| Rule { dir, writable }));
            }
        }
        rules
    }

    fn command(
        &self,
        command: &str,
        judge: &mut Judge,
    ) -> Result<(OsString, Vec<OsString>), String> {
        if command.trim().is_empty() {
            return Err("`command` is empty".to_owned());
        }
        no_nul(command)?;
        if judge.ask(&Ask::Shell)?.is_some() {
            return Ok(through_shell(command));
        }
        match &self.mode {
            ShellMode::Guarded => {
                policy::guard(command)?;
                Ok(through_shell(command))
            }
            ShellMode::AllowList(allowed) => words(policy::simple(command)?, allowed),
        }
    }

    fn argv(
        &self,
        argv: &[String],
        judge: &mut Judge,
    ) -> Result<(OsString, Vec<OsString>), String> {
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            return Err("`argv` names no program".to_owned());
        }
        argv.iter().try_for_each(|word| no_nul(word))?;
        if judge.ask(&Ask::Argv(argv))?.is_some() {
            let program = policy::find(&argv[0])?.into_os_string();
            return Ok((program, argv[1..].iter().map(OsString::from).collect()));
        }
        match &self.mode {
            ShellMode::Guarded => {
                policy::guard(&argv.join(" "))?;
                let mut words = argv.iter().map(OsString::from);
                Ok((words.next().unwrap_or_default(), words.collect()))
            }
            ShellMode::AllowList(allowed) => words(argv.to_vec(), allowed),
        }
    }

    /// Where the command starts: a directory of the workspace. It may go elsewhere; this is order, not a fence.
    fn directory(&self, cwd: Option<&str>) -> Result<PathBuf, String> {
        let Some(cwd) = cwd.filter(|cwd| !cwd.is_empty()) else {
            return Ok(self.places.path.clone());
        };
        no_nul(cwd)?;
        match self.places.workspace.open_dir(cwd) {
            Ok(_) => Ok(self.places.path.join(cwd)),
            Err(error) => Err(format!(
                "`cwd` must be a directory inside the workspace: {error}"
            )),
        }
    }

    fn environment(
        &self,
        asked: BTreeMap<String, String>,
        judge: &mut Judge,
    ) -> Result<Vec<(String, String)>, String> {
        if judge.policy().is_some() {
            for name in asked.keys() {
                judge.ask(&Ask::Variable(name))?;
            }
        } else if matches!(self.mode, ShellMode::AllowList(_)) && !asked.is_empty() {
            return Err(
                "`env` is not allowed in allow-list mode: variables can make a program run others"
                    .to_owned(),
            );
        }
        for (name, value) in &asked {
            no_nul(name)?;
            no_nul(value)?;
            if name.is_empty() || name.contains('=') {
                return Err(format!("`env` has a bad name: {name:?}"));
            }
        }
        Ok(asked.into_iter().collect())
    }

    fn budget(&self, asked: Option<usize>, stream: bool) -> Result<usize, String> {
        let (usual, most) = if stream {
            (self.max_output_bytes, self.max_output_bytes)
        } else {
            RESULT
        };
        match asked {
            None => Ok(usual.min(self.max_output_bytes)),
            Some(asked) if asked <= most => Ok(asked.min(self.max_output_bytes)),
            Some(_) => Err(format!("`max_output_bytes` is at most {most} here")),
        }
    }
}

fn through_shell(command: &str) -> (OsString, Vec<OsString>) {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("/bin/sh", "-c")
    };
    (shell.into(), vec![flag.into(), command.into()])
}

/// The program of a direct call as an absolute path, if it is allowed, and its arguments.
fn words(words: Vec<String>, allowed: &[String]) -> Result<(OsString, Vec<OsString>), String> {
    let mut words = words.into_iter();
    let program = policy::allowed(&words.next().unwrap_or_default(), allowed)?;
    Ok((
        program.into_os_string(),
        words.map(OsString::from).collect(),
    ))
}

/// The tightest of all limits, and the rule that made it so, if it was one.
fn limit(
    asked: Option<f64>,
    asker: Duration,
    policy: Option<u32>,
) -> Result<(Duration, Option<&'static str>), String> {
    let limit = match asked.map(Duration::try_from_secs_f64) {
        None => asker,
        Some(Ok(limit)) if !limit.is_zero() => limit.min(asker),
        Some(_) => return Err("`timeout` must be a number of seconds above 0".to_owned()),
    };
    match policy.map(|seconds| Duration::from_secs(u64::from(seconds))) {
        Some(most) if most < limit => Ok((most, Some("limits.seconds"))),
        Some(_) | None => Ok((limit, None)),
    }
}

fn no_nul(text: &str) -> Result<(), String> {
    if text.contains('\0') {
        Err("a NUL character cannot be passed to a program".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
