//! What this machine is and can do, as far as it can be seen without running anything.

mod docker;
mod gpu;

use std::path::Path;

use protocol::{Capabilities, Limits};
use sysinfo::System;

use crate::Config;
use crate::skills::Skills;

pub(crate) use docker::answers as docker_answers;

/// Everything but Docker, which has to be asked and may be slow to answer.
pub(crate) fn detect(config: &Config, skills: &Skills) -> Capabilities {
    let mut capabilities = Capabilities {
        tags: config.tags.clone(),
        cpu_cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1)),
        memory_mb: memory_mib(),
        has_gpu: gpu::present(Path::new("/")),
        has_docker: false,
        platform: platform().to_owned(),
        os: plain(os_name()),
        arch: std::env::consts::ARCH.to_owned(),
        hostname: plain(System::host_name().unwrap_or_default()),
        spore_version: env!("CARGO_PKG_VERSION").to_owned(),
        limits: Some(Limits {
            max_executions: config.max_executions,
            max_message_bytes: u32::try_from(protocol::limits::FRAME_TO_SPORE).unwrap_or(u32::MAX),
            max_output_bytes: config.max_output_bytes,
        }),
        ..Capabilities::default()
    };
    offer(&mut capabilities, skills);
    capabilities
}

/// The part that changes while the spore runs: what is allowed by now.
pub(crate) fn offer(capabilities: &mut Capabilities, skills: &Skills) {
    let methods = skills.offered();
    capabilities.skills = methods.iter().map(|method| method.skill.clone()).collect();
    capabilities.skills.dedup();
    capabilities.methods = methods.into();
    capabilities.policy = Some(skills.policy().into());
}

/// As Python's `platform.system().lower()`, which is what the prototype sends.
fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn memory_mib() -> u32 {
    let Ok(mut system) = System::new() else {
        return 0;
    };
    system.refresh_memory();
    u32::try_from(system.total_memory() / (1024 * 1024)).unwrap_or(u32::MAX)
}

fn os_name() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let pretty = pretty.map(|name| name.trim().trim_matches(['"', '\'']).to_owned());
    pretty
        .or_else(|| System::long_os_version().ok())
        .unwrap_or_else(|| platform().to_owned())
}

/// Within what a handshake may hold.
fn plain(text: String) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    protocol::limits::cut(&text, protocol::limits::NAME).to_owned()
}

#[cfg(test)]
mod tests;
