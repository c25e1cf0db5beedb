//! The parts of a policy that hold for what was started: how much it may use, and what it can reach.
//! Not here: how that is done, see [`crate::confinement`].

use protocol::PolicyLimits;
use serde::Deserialize;

use crate::Config;

/// `[limits]`. What is missing is not limited, or by the configuration only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// CPU time of each process, seconds.
    pub cpu_seconds: Option<u32>,
    /// Address space of each process, MiB; in a control group the memory of the whole execution too.
    pub memory_mib: Option<u32>,
    /// Processes: of the user (not of root), in a control group of the execution.
    pub processes: Option<u32>,
    /// Open files of each process.
    pub open_files: Option<u32>,
    /// Largest file that a process may write, MiB.
    pub file_size_mib: Option<u32>,
    /// Output that is forwarded for an execution, MiB.
    pub output_mib: Option<u32>,
    /// Executions at the same time.
    pub executions: Option<u32>,
    /// Time from start to end of an execution, seconds.
    pub seconds: Option<u32>,
}

/// `[sandbox]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sandbox {
    /// Whether there is one.
    pub mode: SandboxMode,
    /// What commands may read and run, beyond the system's own directories.
    pub read: Vec<String>,
    /// What commands may change, beyond temporary files.
    pub write: Vec<String>,
}

/// Whether commands run in a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SandboxMode {
    /// Where the kernel has one.
    #[default]
    Auto,
    /// No.
    Off,
    /// Or the spore does not start.
    Required,
}

impl Limits {
    /// Tightens what the configuration says.
    pub(crate) fn narrow(&self, config: &mut Config) {
        if let Some(most) = self.executions {
            config.max_executions = config.max_executions.min(most);
        }
        if let Some(mib) = self.output_mib {
            config.max_output_bytes = config.max_output_bytes.min(mib.saturating_mul(1 << 20));
        }
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let all = [
            ("cpu_seconds", self.cpu_seconds),
            ("memory_mib", self.memory_mib),
            ("processes", self.processes),
            ("open_files", self.open_files),
            ("file_size_mib", self.file_size_mib),
            ("output_mib", self.output_mib),
            ("executions", self.executions),
            ("seconds", self.seconds),
        ];
        let zero = all.iter().filter(|(_, value)| *value == Some(0));
        zero.map(|(name, _)| format!("limits.{name} is 0: leave it out, or say how much"))
            .collect()
    }
}

impl Sandbox {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, list) in [("read", &self.read), ("write", &self.write)] {
            let found = list.iter().filter_map(|place| super::path::problem(place));
            problems.extend(found.map(|text| format!("sandbox.{name}: {text}")));
            if list.iter().any(|place| place == ".") {
                problems.push(format!(
                    "sandbox.{name}: for the workspace `{name}` itself decides"
                ));
            }
        }
        problems
    }
}

impl From<Limits> for PolicyLimits {
    fn from(limits: Limits) -> Self {
        Self {
            cpu_seconds: limits.cpu_seconds,
            memory_mib: limits.memory_mib,
            processes: limits.processes,
            open_files: limits.open_files,
            file_size_mib: limits.file_size_mib,
            output_mib: limits.output_mib,
            executions: limits.executions,
            seconds: limits.seconds,
        }
    }
}
