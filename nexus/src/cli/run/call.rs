//! What is to be run: a command, a line for the shell, or any method with its parameters. Not here: where.

use std::io::Read;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::Failure;

/// Largest parameters, bytes; the Nexus takes no more.
const LARGEST: u64 = 1 << 20;

#[derive(Args, Default)]
pub(in crate::cli) struct CallArgs {
    /// A line for the shell of the machines, instead of a command
    #[arg(long, value_name = "LINE", conflicts_with = "call")]
    sh: Option<String>,
    /// Any method, e.g. FileSkill.list, instead of a command
    #[arg(long, value_name = "SKILL.METHOD")]
    call: Option<String>,
    /// Parameters of --call: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", requires = "call", conflicts_with_all = ["sh", "command"])]
    params: Option<String>,
    /// The command and its arguments, started without a shell; put -- before it when it begins with a dash
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, conflicts_with_all = ["sh", "call"])]
    command: Vec<String>,
}

/// Skill, method, parameters.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Call {
    pub(in crate::cli) skill: String,
    pub(in crate::cli) method: String,
    pub(in crate::cli) parameters: Value,
}

impl CallArgs {
    /// Whether nothing was said.
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.sh.is_none() && self.call.is_none() && self.command.is_empty()
    }

    /// What was said; standard input is read if that was said.
    pub(in crate::cli) fn call(&self) -> Result<Call, Failure> {
        let shell = |parameters| Call {
            skill: "ShellSkill".to_owned(),
            method: "run".to_owned(),
            parameters,
        };
        match (&self.sh, &self.call) {
            (Some(line), _) => Ok(shell(json!({"command": line}))),
            (None, Some(call)) => {
                let (skill, method) = split(call)?;
                let parameters = self.params.as_deref().map_or(Ok(json!({})), parameters)?;
                Ok(Call {
                    skill,
                    method,
                    parameters,
                })
            }
            (None, None) if self.command.is_empty() => Err(Failure::usage(
                "say what to run: a command, --sh 'a line for the shell', or --call SKILL.METHOD",
            )),
            (None, None) => Ok(shell(json!({"argv": self.command}))),
        }
    }
}

impl Call {
    /// For people.
    pub(in crate::cli) fn in_words(&self) -> String {
        let line = self.parameters.get("command").and_then(Value::as_str);
        let argv = self.parameters.get("argv").and_then(Value::as_array);
        let argv = argv.map(|argv| {
            let words: Vec<_> = argv.iter().filter_map(Value::as_str).collect();
            words.join(" ")
        });
        let name = || format!("{}.{}", self.skill, self.method);
        line.map(str::to_owned).or(argv).unwrap_or_else(name)
    }
}

/// `ShellSkill.run` in its parts.
pub(in crate::cli) fn split(call: &str) -> Result<(String, String), Failure> {
    match call.split_once('.') {
        Some((skill, method)) if !skill.is_empty() && !method.is_empty() => {
            Ok((skill.to_owned(), method.to_owned()))
        }
        _ => Err(Failure::usage(format!(
            "{call:?} is no call; write e.g. ShellSkill.run"
        ))),
    }
}

fn parameters(text: &str) -> Result<Value, Failure> {
    let text = match text.strip_prefix('@') {
        Some(file) => {
            let open = std::fs::File::open(file);
            read(open.map_err(|error| Failure::failed(format!("{file}: {error}")))?)?
        }
        None if text == "-" => read(std::io::stdin().lock())?,
        None => text.to_owned(),
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("--params is no JSON: {error}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Failure::usage(
            "--params must be an object, e.g. '{\"path\": \".\"}'",
        ))
    }
}

fn read(from: impl Read) -> Result<String, Failure> {
    let mut text = String::new();
    let length = from
        .take(LARGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::failed(format!("--params: {error}")))?;
    if length as u64 > LARGEST {
        return Err(Failure::usage(format!(
            "--params is at most {LARGEST} bytes"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_call(call: &str, params: Option<&str>) -> Result<Call, Failure> {
        let args = CallArgs {
            call: Some(call.to_owned()),
            params: params.map(str::to_owned),
            ..CallArgs::default()
        };
        args.call()
    }

    #[test]
    fn what_is_no_call_is_told_as_usage() {
        assert_eq!(
            CallArgs::default().call().unwrap_err().exit,
            crate::cli::Exit::USAGE
        );
        for (call, params) in [
            ("ShellSkill", None),
            (".run", None),
            ("ShellSkill.", None),
            ("ShellSkill.run", Some("{")),
            ("ShellSkill.run", Some("[1]")),
            ("ShellSkill.run", Some("")),
        ] {
            let failure = of_call(call, params).unwrap_err();
            assert_eq!(failure.exit, crate::cli::Exit::USAGE, "{call} {params:?}");
        }
        assert!(of_call("FileSkill.list", Some("@/does/not/exist")).is_err());
    }

    #[test]
    fn a_command_stays_in_its_words() {
        let args = CallArgs {
            command: ["echo", "a b", "$HOME", "; rm"].map(str::to_owned).into(),
            ..CallArgs::default()
        };
        let call = args.call().unwrap();
        assert_eq!(
            call.parameters,
            json!({"argv": ["echo", "a b", "$HOME", "; rm"]})
        );
        assert_eq!(call.in_words(), "echo a b $HOME ; rm");
        let call = of_call("FileSkill.list", Some("{\"path\": \".\"}")).unwrap();
        assert_eq!(
            (call.skill.as_str(), call.method.as_str()),
            ("FileSkill", "list")
        );
        assert_eq!(call.in_words(), "FileSkill.list");
    }
}
