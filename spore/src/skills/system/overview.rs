//! `SystemSkill.overview`: how the machine is at this moment. Rates are measured over half a second.
//! Not here: what it is (`capabilities`), which is announced once.

use serde::{Deserialize, Serialize};
use sysinfo::{Components, Disks, Networks, System};

use super::command::Programs;
use super::gpu::{self, Gpu};
use super::{APART, Told, aside, one_line, size};

/// Most of each kind that are told.
const MOST: usize = 64;

/// Nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {}

#[derive(Debug, Serialize)]
struct Found {
    host: String,
    kernel: String,
    /// Seconds; null where the system does not tell.
    uptime: Option<u64>,
    /// Of the last 1, 5 and 15 minutes.
    load: Option<[f64; 3]>,
    /// Each core's share, 0 to 1.
    cores: Vec<f64>,
    memory: Memory,
    disks: Vec<Disk>,
    network: Vec<Interface>,
    temperatures: Vec<Temperature>,
    gpus: Vec<Gpu>,
}

/// Bytes.
#[derive(Debug, Serialize)]
struct Memory {
    total: u64,
    used: u64,
    available: u64,
    swap_total: u64,
    swap_used: u64,
}

#[derive(Debug, Serialize)]
struct Disk {
    mount: String,
    device: String,
    kind: String,
    total: u64,
    used: u64,
    read_only: bool,
    removable: bool,
}

#[derive(Debug, Serialize)]
struct Interface {
    name: String,
    addresses: Vec<String>,
    /// Bytes since the system started.
    received: u64,
    sent: u64,
    /// Bytes a second.
    receiving: u64,
    sending: u64,
    errors: u64,
}

#[derive(Debug, Serialize)]
struct Temperature {
    name: String,
    celsius: f64,
    critical: Option<f64>,
}

pub(super) async fn look(programs: Programs) -> Result<Told, String> {
    let (found, gpus) = tokio::join!(aside(find), gpu::look(&programs));
    let found = Found { gpus, ..found? };
    let lines = in_words(&found);
    Told::new(&found, lines)
}

fn find() -> Result<Found, String> {
    let cannot = |error| format!("this system does not tell how it is: {error}");
    let mut system = System::new().map_err(cannot)?;
    let mut networks = Networks::new_with_refreshed_list().ok();
    system.refresh_cpu_usage();
    std::thread::sleep(APART);
    system.refresh_cpu_usage();
    system.refresh_memory();
    if let Some(networks) = &mut networks {
        networks.refresh(true);
    }
    let load = System::load_average().ok();
    Ok(Found {
        host: one_line(&System::host_name().unwrap_or_default(), 100),
        kernel: one_line(&System::kernel_version().unwrap_or_default(), 100),
        uptime: System::uptime().ok(),
        load: load.map(|load| [load.one, load.five, load.fifteen]),
        cores: system
            .cpus()
            .iter()
            .map(|core| share(core.usage()))
            .collect(),
        memory: Memory {
            total: system.total_memory(),
            used: system.used_memory(),
            available: system.available_memory(),
            swap_total: system.total_swap(),
            swap_used: system.used_swap(),
        },
        disks: disks(),
        network: networks.as_ref().map(interfaces).unwrap_or_default(),
        temperatures: temperatures(),
        gpus: Vec::new(),
    })
}

fn share(percent: f32) -> f64 {
    let share = f64::from(percent) / 100.0;
    (share.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

/// The largest first. What is mounted at several places is one disk.
fn disks() -> Vec<Disk> {
    let Ok(all) = Disks::new_with_refreshed_list() else {
        return Vec::new();
    };
    let mut found: Vec<Disk> = Vec::new();
    for disk in &all {
        let total = disk.total_space();
        let told = Disk {
            mount: one_line(&disk.mount_point().to_string_lossy(), 200),
            device: one_line(&disk.name().to_string_lossy(), 200),
            kind: one_line(&disk.file_system().to_string_lossy(), 40),
            total,
            used: total.saturating_sub(disk.available_space()),
            read_only: disk.is_read_only(),
            removable: disk.is_removable(),
        };
        // An image that is mounted is full by nature.
        if total == 0 || told.kind == "squashfs" {
            continue;
        }
        match found
            .iter_mut()
            .find(|known| known.device == told.device && known.total == total)
        {
            Some(known) if told.mount.len() < known.mount.len() => *known = told,
            Some(_) => {}
            None => found.push(told),
        }
    }
    found.sort_by(|a, b| b.total.cmp(&a.total).then(a.mount.cmp(&b.mount)));
    found.truncate(MOST);
    found
}

/// Those that anything went through, the busiest first.
fn interfaces(networks: &Networks) -> Vec<Interface> {
    let a_second = |bytes: u64| {
        bytes.saturating_mul(1000) / u64::try_from(APART.as_millis()).unwrap_or(1).max(1)
    };
    let mut found: Vec<Interface> = networks
        .iter()
        .map(|(name, data)| Interface {
            name: one_line(&name.to_string_lossy(), 60),
            addresses: data
                .ip_networks()
                .iter()
                .take(8)
                .map(|network| network.addr.to_string())
                .collect(),
            received: data.total_received(),
            sent: data.total_transmitted(),
            receiving: a_second(data.received()),
            sending: a_second(data.transmitted()),
            errors: data
                .total_errors_on_received()
                .saturating_add(data.total_errors_on_transmitted()),
        })
        .filter(|interface| interface.received + interface.sent > 0)
        .collect();
    found.sort_by(|a, b| {
        (b.received + b.sent)
            .cmp(&(a.received + a.sent))
            .then(a.name.cmp(&b.name))
    });
    found.truncate(MOST);
    found
}

fn temperatures() -> Vec<Temperature> {
    let Ok(all) = Components::new_with_refreshed_list() else {
        return Vec::new();
    };
    let plain = |celsius: f32| (f64::from(celsius) * 10.0).round() / 10.0;
    let mut found: Vec<Temperature> = all
        .iter()
        .filter_map(|component| {
            let celsius = component
                .temperature()
                .filter(|celsius| celsius.is_finite())?;
            Some(Temperature {
                name: one_line(component.label(), 60),
                celsius: plain(celsius),
                critical: component
                    .critical()
                    .filter(|limit| limit.is_finite())
                    .map(plain),
            })
        })
        .collect();
    found.sort_by(|a, b| b.celsius.total_cmp(&a.celsius));
    found.truncate(MOST);
    found
}

fn in_words(found: &Found) -> String {
    let mut lines = format!("{} · {}\n", found.host, found.kernel);
    if let Some(seconds) = found.uptime {
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        lines.push_str(&format!("up {days} d {hours} h {minutes} min\n"));
    }
    if let Some([one, five, fifteen]) = found.load {
        lines.push_str(&format!(
            "load {one:.2} {five:.2} {fifteen:.2} on {} cores\n",
            found.cores.len()
        ));
    }
    let memory = &found.memory;
    lines.push_str(&format!(
        "memory {} of {}\n",
        size(memory.used),
        size(memory.total)
    ));
    if memory.swap_total > 0 {
        lines.push_str(&format!(
            "swap {} of {}\n",
            size(memory.swap_used),
            size(memory.swap_total)
        ));
    }
    for disk in &found.disks {
        lines.push_str(&format!(
            "disk {} {} of {}\n",
            disk.mount,
            size(disk.used),
            size(disk.total)
        ));
    }
    for one in &found.network {
        lines.push_str(&format!(
            "network {} in {}/s out {}/s\n",
            one.name,
            size(one.receiving),
            size(one.sending)
        ));
    }
    for one in &found.temperatures {
        lines.push_str(&format!("temperature {} {:.1} °C\n", one.name, one.celsius));
    }
    for one in &found.gpus {
        lines.push_str(&format!(
            "gpu {} {:.0} %\n",
            one.name,
            one.usage.unwrap_or(0.0) * 100.0
        ));
    }
    lines
}
