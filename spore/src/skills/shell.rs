//! `ShellSkill.run`: one command, through the shell or directly. Not here: running it.

mod policy;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cap_std::fs::Dir;
use protocol::{Effect, Method};
use serde::Deserialize;

use super::{Work, method, parameters};
use crate::execution::process::{self, Plan};
use crate::execution::{Order, Reports};
use crate::policy::{Ask, Policy};
use crate::{Config, ShellMode};

pub(super) const NAME: &str = "ShellSkill";
/// Output collected into a result unless asked otherwise, and at most, bytes.
const RESULT: (usize, usize) = (1024 * 1024, 6 * 1024 * 1024);

/// The skill as configured.
#[derive(Debug)]
pub(super) struct Shell {
    mode: ShellMode,
    /// Decides instead of the mode where there is one.
    rules: Option<Policy>,
    workspace: PathBuf,
    dir: Arc<Dir>,
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
    pub(super) fn new(
        config: &Config,
        workspace: PathBuf,
        dir: Arc<Dir>,
        rules: Option<Policy>,
    ) -> Self {
        let max_output_bytes = usize::try_from(config.max_output_bytes).unwrap_or(usize::MAX);
        if let ShellMode::AllowList(allowed) = &config.shell_mode {
            policy::warn_of_interpreters(allowed);
        }
        Self {
            mode: config.shell_mode.clone(),
            rules,
            workspace,
            dir,
            max_output_bytes,
        }
    }

    /// Checks the order and makes work of it.
    pub(super) fn begin(&self, order: Order, reports: Reports) -> Result<Work, String> {
        let plan = self.plan(&order)?;
        Ok(Box::pin(process::run(plan, order, reports)))
    }

    fn plan(&self, order: &Order) -> Result<Plan, String> {
        let asked: Parameters = parameters(&order.parameters)?;
        let (program, arguments) = match (&asked.command, &asked.argv) {
            (Some(command), None) => self.command(command)?,
            (None, Some(argv)) => self.argv(argv)?,
            (None, None) => return Err("either `command` or `argv` is needed".to_owned()),
            (Some(_), Some(_)) => return Err("`command` and `argv` exclude each other".to_owned()),
        };
        Ok(Plan {
            program,
            arguments,
            directory: self.directory(asked.cwd.as_deref())?,
            environment: self.environment(asked.env)?,
            input: asked.stdin.map(String::into_bytes),
            limit: limit(asked.timeout, order.timeout)?,
            max_output_bytes: self.budget(asked.max_output_bytes, order.stream)?,
        })
    }

    fn command(&self, command: &str) -> Result<(OsString, Vec<OsString>), String> {
        if command.trim().is_empty() {
            return Err("`command` is empty".to_owned());
        }
        no_nul(command)?;
        if let Some(rules) = &self.rules {
            rules.decide(&Ask::Shell).map_err(|no| no.to_string())?;
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

    fn argv(&self, argv: &[String]) -> Result<(OsString, Vec<OsString>), String> {
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            return Err("`argv` names no program".to_owned());
        }
        argv.iter().try_for_each(|word| no_nul(word))?;
        if let Some(rules) = &self.rules {
            rules
                .decide(&Ask::Argv(argv))
                .map_err(|no| no.to_string())?;
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
            return Ok(self.workspace.clone());
        };
        no_nul(cwd)?;
        match self.dir.open_dir(cwd) {
            Ok(_) => Ok(self.workspace.join(cwd)),
            Err(error) => Err(format!(
                "`cwd` must be a directory inside the workspace: {error}"
            )),
        }
    }

    fn environment(
        &self,
        asked: BTreeMap<String, String>,
    ) -> Result<Vec<(String, String)>, String> {
        if let Some(rules) = &self.rules {
            for name in asked.keys() {
                rules
                    .decide(&Ask::Variable(name))
                    .map_err(|no| no.to_string())?;
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

/// The tighter of both limits.
fn limit(asked: Option<f64>, asker: Duration) -> Result<Duration, String> {
    let Some(seconds) = asked else {
        return Ok(asker);
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(limit) if !limit.is_zero() => Ok(limit.min(asker)),
        _ => Err("`timeout` must be a number of seconds above 0".to_owned()),
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
