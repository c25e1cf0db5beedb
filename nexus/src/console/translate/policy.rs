//! A node's policy on its way to the window.

use protocol::{NodePolicy, PolicyLimits};

use crate::console::view::policy::{CommandView, GrantView, PolicyView};

/// As the node tells it.
pub(crate) fn policy(policy: &NodePolicy) -> PolicyView {
    let command = |rule: &protocol::CommandRule| CommandView {
        name: rule.name.clone(),
        pattern: rule.argv.join(" "),
    };
    let grant = |grant: &protocol::GrantView| GrantView {
        id: grant.id.clone(),
        what: grant.what.clone(),
        until: grant.until.clone(),
    };
    PolicyView {
        name: policy.name.clone(),
        methods: policy.methods.clone(),
        shell: policy.shell,
        commands: policy.commands.iter().map(command).collect(),
        read: policy.read.clone(),
        write: policy.write.clone(),
        run_as: policy.run_as.clone(),
        limits: limits(policy.limits),
        sandbox: policy.sandbox.clone(),
        grants: policy.grants.iter().map(grant).collect(),
        cut: policy.cut,
    }
}

fn limits(limits: PolicyLimits) -> Vec<String> {
    let named = [
        (limits.seconds, "s from start to end"),
        (limits.cpu_seconds, "s of processor time"),
        (limits.memory_mib, "MiB of memory"),
        (limits.processes, "processes"),
        (limits.open_files, "open files"),
        (limits.file_size_mib, "MiB in one file"),
        (limits.output_mib, "MiB of output"),
        (limits.executions, "executions at once"),
    ];
    let said = |(value, unit): (Option<u32>, &str)| value.map(|value| format!("{value} {unit}"));
    named.into_iter().filter_map(said).collect()
}
