//! What a Nexus answers, as far as the command line reads it. Words of states stay words, so that a newer Nexus may have more of
//! them. Not here: asking.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Exit, Failure};

/// One field of an answer.
pub(super) fn field<T: DeserializeOwned>(answer: &Value, name: &str) -> Result<T, Failure> {
    let value = answer.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| {
        Failure::failed(format!(
            "the Nexus answers in a way that this program does not understand ({name}: {error}); are both of the same version?"
        ))
    })
}

/// A text of an answer, or nothing.
pub(super) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Which nodes are meant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resolved {
    pub(super) targets_sha256: String,
    pub(super) count: u32,
    pub(super) online: u32,
    pub(super) offline: u32,
    pub(super) confirm: bool,
    pub(super) nodes: Vec<ResolvedNode>,
    pub(super) nodes_omitted: u32,
}

/// One of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResolvedNode {
    pub(super) node_id: String,
    pub(super) node_name: String,
    pub(super) state: String,
    pub(super) refused: Option<String>,
}

/// A job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) asker: Asker,
    pub(super) origin: Option<Origin>,
    pub(super) skill_name: String,
    pub(super) method_name: String,
    pub(super) summary: String,
    pub(super) target: String,
    pub(super) total: u32,
    pub(super) any: Option<u32>,
    pub(super) counts: Counts,
    pub(super) wave: Option<Wave>,
    pub(super) held: bool,
    pub(super) submitted_at: String,
    pub(super) finished_at: Option<String>,
    pub(super) expires_at: Option<String>,
}

/// Who asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asker {
    pub(super) name: String,
}

/// What a job came from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Origin {
    pub(super) kind: String,
    pub(super) name: Option<String>,
}

/// How far the waves have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Wave {
    pub(super) current: u32,
    pub(super) of: u32,
}

/// How many targets are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    pub(super) queued: u32,
    pub(super) waiting: u32,
    pub(super) dispatched: u32,
    pub(super) running: u32,
    pub(super) stopping: u32,
    pub(super) succeeded: u32,
    pub(super) failed: u32,
    pub(super) timed_out: u32,
    pub(super) cancelled: u32,
    pub(super) unknown: u32,
    pub(super) expired: u32,
    pub(super) refused: u32,
    pub(super) skipped: u32,
}

/// A target of a job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Target {
    pub(super) index: u32,
    pub(super) node_id: String,
    pub(super) node_name: String,
    pub(super) state: String,
    pub(super) wave: u32,
    pub(super) attempts: u32,
    pub(super) execution_id: Option<String>,
    pub(super) error: Option<String>,
    pub(super) exit_code: Option<i64>,
    pub(super) execution_time: Option<f64>,
    pub(super) output_bytes: u64,
    pub(super) from_cache: bool,
}

/// One attempt of one target, or a direct call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Execution {
    pub(super) id: String,
    pub(super) node_id: String,
    pub(super) node_name: String,
    pub(super) state: String,
    pub(super) exit_code: Option<i64>,
    pub(super) signal: Option<String>,
    pub(super) error: Option<String>,
    pub(super) result: Value,
    pub(super) output_bytes: u64,
    pub(super) output_truncated: bool,
}

/// A piece of output. `stream` is `stdout` or `stderr`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Output {
    pub(super) execution_id: String,
    pub(super) node_name: String,
    /// Its number; not told by every door.
    pub(super) seq: Option<u64>,
    pub(super) stream: String,
    text: Option<String>,
    base64: Option<String>,
}

/// The tally of a STOP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Stop {
    pub(super) held: bool,
    pub(super) by: Option<String>,
    pub(super) since: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) stopping: u32,
    pub(super) proved: u32,
    pub(super) unknown: u32,
    pub(super) never_sent: u32,
    pub(super) cannot: u32,
}

impl Output {
    /// Says whose it is, where the door did not.
    pub(super) fn of(mut self, execution: &Execution) -> Self {
        self.execution_id.clone_from(&execution.id);
        self.node_name.clone_from(&execution.node_name);
        self
    }

    /// As if a node had written this text.
    pub(super) fn late(execution_id: &str, node_name: &str, text: &str) -> Self {
        Self {
            execution_id: execution_id.to_owned(),
            node_name: node_name.to_owned(),
            stream: "stdout".to_owned(),
            text: Some(text.to_owned()),
            ..Self::default()
        }
    }

    /// As the node wrote it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        use base64::Engine;
        match (&self.text, &self.base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(coded)) => base64::engine::general_purpose::STANDARD
                .decode(coded)
                .unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }

    /// Which of both pipes.
    pub(super) fn is_stderr(&self) -> bool {
        self.stream == "stderr"
    }
}

impl Counts {
    /// All that are not zero, with their words, in the order of their lives.
    pub(super) fn named(&self) -> Vec<(&'static str, u32)> {
        let all = [
            ("succeeded", self.succeeded),
            ("failed", self.failed),
            ("timed out", self.timed_out),
            ("unknown", self.unknown),
            ("refused", self.refused),
            ("expired", self.expired),
            ("cancelled", self.cancelled),
            ("skipped", self.skipped),
            ("running", self.running),
            ("stopping", self.stopping),
            ("dispatched", self.dispatched),
            ("waiting for their nodes", self.waiting),
            ("queued", self.queued),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// For people, e.g. `20 succeeded, 1 failed`.
    pub(super) fn in_words(&self) -> String {
        let words: Vec<_> = self
            .named()
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        if words.is_empty() {
            "nothing yet".to_owned()
        } else {
            words.join(", ")
        }
    }

    /// Those that something may still be running of.
    pub(super) fn under_way(&self) -> u32 {
        self.dispatched + self.running + self.stopping
    }

    /// What the shell is told of a job that ended like this. What nobody can prove weighs more than what failed.
    pub(super) fn exit(&self) -> Exit {
        let failed = self.failed + self.timed_out + self.expired + self.refused + self.cancelled;
        let open = self.under_way() + self.queued + self.waiting;
        if self.unknown > 0 {
            Exit::UNKNOWN
        } else if failed + open > 0 || self.succeeded == 0 {
            // Where all were skipped, nothing was done.
            Exit::FAILED
        } else {
            Exit::OK
        }
    }
}

impl Job {
    /// Whether nothing more is expected.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.state.as_str(),
            "succeeded" | "failed" | "cancelled" | "expired"
        )
    }

    /// What is called, for people: the command itself where it is one.
    pub(super) fn call(&self) -> String {
        if self.skill_name == "ShellSkill" && !self.summary.is_empty() {
            return self.summary.clone();
        }
        let space = if self.summary.is_empty() { "" } else { " " };
        format!(
            "{}.{}{space}{}",
            self.skill_name, self.method_name, self.summary
        )
    }
}

/// Whether nothing more is expected of an execution or a target.
pub(super) fn is_over(state: &str) -> bool {
    !matches!(
        state,
        "queued" | "waiting" | "dispatched" | "running" | "stopping"
    )
}

/// `1 node`, `29 nodes`.
pub(super) fn nodes(count: u32) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} node{s}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_can_prove_weighs_more_than_what_failed() {
        let counts = |value: Value| serde_json::from_value::<Counts>(value).unwrap().exit();
        assert_eq!(counts(json!({"succeeded": 2, "skipped": 1})), Exit::OK);
        assert_eq!(counts(json!({"succeeded": 2, "failed": 1})), Exit::FAILED);
        for word in [
            "timed_out",
            "refused",
            "expired",
            "cancelled",
            "queued",
            "running",
        ] {
            assert_eq!(
                counts(json!({"succeeded": 2, word: 1})),
                Exit::FAILED,
                "{word}"
            );
        }
        assert_eq!(counts(json!({"failed": 2, "unknown": 1})), Exit::UNKNOWN);
        assert_eq!(counts(json!({"skipped": 2})), Exit::FAILED);
    }

    #[test]
    fn an_answer_of_another_version_is_told_as_one() {
        let failure = field::<Job>(&json!({"job": {"total": "many"}}), "job").unwrap_err();
        assert!(failure.said.concat().contains("version"), "{failure:?}");
        let newer =
            json!({"job": {"id": "x", "state": "dreaming", "new": 1, "counts": {"dreaming": 2}}});
        assert!(!field::<Job>(&newer, "job").unwrap().is_over());
    }

    #[test]
    fn output_is_bytes() {
        let output = |value: Value| serde_json::from_value::<Output>(value).unwrap().bytes();
        assert_eq!(output(json!({"text": "ü\u{1b}"})), "ü\u{1b}".as_bytes());
        assert_eq!(output(json!({"base64": "/wA="})), [0xff, 0]);
        assert!(output(json!({"base64": "not base64"})).is_empty());
        assert!(output(json!({})).is_empty());
    }
}
