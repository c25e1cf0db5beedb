//! The end of a job on one node, as ssh would tell it. Not here: what it wrote meanwhile.

use serde_json::Value;

use super::printer::Printer;
use super::summary;
use super::watch::{Watch, in_words};
use crate::cli::answers::{Execution, Job, Output, Target, field};
use crate::cli::client::Client;
use crate::cli::{Ended, Exit, Failure};

/// Tells what the output did not, and gives the exit code of the command.
pub(super) async fn end(client: &Client, watch: &mut Watch<'_>, job: &Job) -> Ended {
    let targets = summary::targets(client, &job.id).await?;
    let Some(target) = targets.first() else {
        return Ok(job.counts.exit());
    };
    let execution = match &target.execution_id {
        Some(id) => {
            let answer = client.get(&format!("/api/v1/executions/{id}")).await?;
            field(&answer, "execution")?
        }
        None => Execution::default(),
    };
    if !watch.json {
        tell(watch, target, &execution)?;
    }
    Ok(exit(target, &execution))
}

fn tell(watch: &mut Watch<'_>, target: &Target, execution: &Execution) -> Result<(), Failure> {
    show_result(&mut watch.printer, execution)?;
    let screen = &watch.screen;
    if target.from_cache {
        screen.note("this is an older result");
    }
    if execution.output_truncated {
        screen.note("some of the output is missing");
    }
    let is_plain = matches!(target.state.as_str(), "succeeded")
        || (target.state == "failed" && target.exit_code.is_some());
    if !is_plain {
        screen.note(&in_words(target));
    }
    Ok(())
}

/// What a method answered, when it wrote nothing while it ran.
pub(in crate::cli) fn show_result(
    printer: &mut Printer,
    execution: &Execution,
) -> Result<(), Failure> {
    let text = match &execution.result {
        Value::Null => return Ok(()),
        Value::String(text) => text.clone(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            format!("{other:#}\n")
        }
    };
    if printer.has_heard(&execution.id) || text.is_empty() || execution.output_bytes > 0 {
        return Ok(());
    }
    printer.write(&Output::late(&execution.id, &execution.node_name, &text))
}

fn exit(target: &Target, execution: &Execution) -> Exit {
    let code = target.exit_code.or(execution.exit_code);
    match target.state.as_str() {
        "succeeded" => code.map_or(Exit::OK, |code| Exit(in_a_byte(code))),
        "failed" => {
            let signal = execution.signal.as_deref().and_then(number);
            let code = code.map(in_a_byte).filter(|code| *code != 0);
            Exit(code.or(signal.map(|number| 128 + number)).unwrap_or(1))
        }
        "refused" => Exit::REFUSED,
        "unknown" => Exit::UNKNOWN,
        _ => Exit::FAILED,
    }
}

/// Codes of other systems may be larger; none of them may look like success.
fn in_a_byte(code: i64) -> u8 {
    u8::try_from(code).unwrap_or(1)
}

/// Of the signals that end programs, as shells number them.
fn number(signal: &str) -> Option<u8> {
    let name = signal.trim_start_matches("SIG");
    let number = match name {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ILL" => 4,
        "TRAP" => 5,
        "ABRT" => 6,
        "BUS" => 7,
        "FPE" => 8,
        "KILL" => 9,
        "USR1" => 10,
        "SEGV" => 11,
        "USR2" => 12,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        other => return other.parse().ok().filter(|number| *number < 128),
    };
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: &str, code: Option<i64>, signal: Option<&str>) -> u8 {
        let target = Target {
            state: state.to_owned(),
            exit_code: code,
            ..Target::default()
        };
        let execution = Execution {
            signal: signal.map(str::to_owned),
            ..Execution::default()
        };
        exit(&target, &execution).0
    }

    #[test]
    fn the_shell_is_told_what_the_command_told() {
        for (state, code, signal, expected) in [
            ("succeeded", Some(0), None, 0),
            ("succeeded", None, None, 0),
            ("failed", Some(3), None, 3),
            ("failed", Some(255), None, 255),
            ("failed", None, Some("SIGKILL"), 137),
            ("failed", None, Some("15"), 143),
            ("failed", None, Some("SIGNEW"), 1),
            ("failed", None, None, 1),
            // None of these may look like success.
            ("failed", Some(0), None, 1),
            ("failed", Some(256), None, 1),
            ("failed", Some(-1_073_741_510), None, 1),
            ("refused", None, None, 4),
            ("unknown", None, None, 5),
            ("unknown", Some(0), None, 5),
            ("timed_out", None, None, 1),
            ("skipped", None, None, 1),
            ("cancelled", None, None, 1),
            ("dreaming", None, None, 1),
        ] {
            assert_eq!(
                of(state, code, signal),
                expected,
                "{state} {code:?} {signal:?}"
            );
        }
    }
}
