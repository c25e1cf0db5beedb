//! `spore check`: the settings as they were understood, without secrets, and what was found.

use std::process::ExitCode;

use spore::{Config, ShellMode, Spore};

/// Prints all and exits; fails where a start would fail.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) async fn check(config: Config) -> ExitCode {
    println!("Settings");
    for (name, value) in settings(&config) {
        println!("  {name:<18} {value}");
    }
    let spore = match Spore::prepare(config) {
        Ok(spore) => spore,
        Err(problem) => return crate::args::fail(&problem),
    };
    let found = spore.capabilities();
    let docker = Spore::docker_answers().await;
    println!("This machine");
    for (name, value) in [
        ("node id", spore.node_id().to_owned()),
        (
            "system",
            format!("{} ({}, {})", found.os, found.platform, found.arch),
        ),
        ("host name", found.hostname.clone()),
        ("cores", found.cpu_cores.to_string()),
        ("memory", format!("{} MiB", found.memory_mb)),
        ("GPU", yes(found.has_gpu).to_owned()),
        ("Docker engine", yes(docker).to_owned()),
    ] {
        println!("  {name:<18} {value}");
    }
    if let Some(policy) = &found.policy {
        println!("What this machine allows");
        for (name, value) in allowed(policy) {
            println!("  {name:<18} {value}");
        }
    }
    println!("Methods");
    for method in &found.methods {
        println!("  {}.{} ({:?})", method.skill, method.method, method.effect);
    }
    ExitCode::SUCCESS
}

fn allowed(policy: &spore::NodePolicy) -> Vec<(&'static str, String)> {
    let commands = policy.commands.iter().map(|rule| rule.name.clone());
    let commands: Vec<String> = commands.collect();
    vec![
        ("policy", policy.name.clone()),
        ("shell", yes(policy.shell).to_owned()),
        ("commands", commands.join(", ")),
        ("read", policy.read.join(", ")),
        ("write", policy.write.join(", ")),
        (
            "commands run as",
            policy
                .run_as
                .clone()
                .unwrap_or("the spore's user".to_owned()),
        ),
        ("sandbox", policy.sandbox.clone()),
    ]
}

fn settings(config: &Config) -> Vec<(&'static str, String)> {
    let shell = match &config.shell_mode {
        _ if !config.shell => "off".to_owned(),
        ShellMode::Guarded => "guarded".to_owned(),
        ShellMode::AllowList(allowed) => format!("allow-list: {}", allowed.join(", ")),
    };
    vec![
        ("node name", config.node_name.clone()),
        (
            "nexus",
            format!("{}:{}", config.nexus_host, config.nexus_port),
        ),
        (
            "shared token",
            if config.token.is_some() {
                "set"
            } else {
                "none"
            }
            .to_owned(),
        ),
        ("tags", config.tags.join(", ")),
        ("heartbeat", format!("{} s", config.heartbeat.as_secs())),
        ("ShellSkill", shell),
        (
            "FileSkill",
            if config.file { "on" } else { "off" }.to_owned(),
        ),
        (
            "SystemSkill",
            if config.system { "on" } else { "off" }.to_owned(),
        ),
        ("data directory", config.data_dir.display().to_string()),
        ("workspace", config.workspace.display().to_string()),
        ("executions", config.max_executions.to_string()),
        ("output", format!("{} bytes", config.max_output_bytes)),
    ]
}

fn yes(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}
