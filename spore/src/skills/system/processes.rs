//! `SystemSkill.processes`: the busiest processes, measured over half a second. Not here: their threads, their environments.

use std::collections::HashMap;
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sysinfo::{
    MemoryRefreshKind, Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System,
    UpdateKind, Users,
};

use super::veil::veiled;
use super::{APART, Told, aside, one_line, size};

/// Most that are listed.
const MOST: usize = 200;
const USUAL: usize = 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    by: By,
    limit: Option<usize>,
    #[serde(default)]
    search: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Cpu,
    Memory,
}

/// One process.
#[derive(Debug, Serialize)]
struct Row {
    pid: u32,
    parent: Option<u32>,
    name: String,
    /// Empty where the system does not tell.
    user: String,
    /// Percent of one core; more than 100 with several.
    cpu: f64,
    /// Bytes that it really uses.
    memory: u64,
    state: &'static str,
    /// RFC 3339.
    started: String,
    command: String,
}

/// All of it.
#[derive(Debug, Serialize)]
struct Found {
    processes: Vec<Row>,
    /// How many there are, listed or not.
    total: usize,
    cores: usize,
    memory_total: u64,
}

impl Asked {
    pub(super) fn checked(self) -> Result<Self, String> {
        match self.limit {
            Some(limit) if !(1..=MOST).contains(&limit) => {
                Err(format!("`limit` must be 1 to {MOST}"))
            }
            Some(_) | None => Ok(self),
        }
    }
}

pub(super) async fn look(asked: Asked) -> Result<Told, String> {
    aside(move || {
        let found = find(&asked)?;
        let lines = table(&found);
        Told::new(&found, lines)
    })
    .await
}

fn find(asked: &Asked) -> Result<Found, String> {
    let measured = measured()?;
    let system = &measured.system;
    let users = Users::new_with_refreshed_list().ok();
    let wanted = asked.search.trim().to_lowercase();
    let all = system
        .processes()
        .values()
        .filter(|process| process.thread_kind().is_none());
    let mut rows: Vec<(&Process, Row)> = all
        .map(|process| (process, row(process, measured.cpu(process), users.as_ref())))
        .collect();
    let total = rows.len();
    rows.retain(|(_, row)| {
        let mut texts = [&row.name, &row.user, &row.command].into_iter();
        wanted.is_empty() || texts.any(|text| text.to_lowercase().contains(&wanted))
    });
    rows.sort_by(|(_, a), (_, b)| {
        let busier = match asked.by {
            By::Cpu => b.cpu.total_cmp(&a.cpu).then(b.memory.cmp(&a.memory)),
            By::Memory => b.memory.cmp(&a.memory).then(b.cpu.total_cmp(&a.cpu)),
        };
        busier.then(a.pid.cmp(&b.pid))
    });
    rows.truncate(asked.limit.unwrap_or(USUAL));
    Ok(Found {
        processes: rows.into_iter().map(|(_, row)| row).collect(),
        total,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_total: system.total_memory(),
    })
}

/// Two readings, for usage is a difference. Between them by the clock, and what each process had used before.
struct Measured {
    system: System,
    before: HashMap<Pid, u64>,
    apart: Duration,
}

fn measured() -> Result<Measured, String> {
    let cannot = |error| format!("this system does not tell its processes: {error}");
    let mut system = System::new().map_err(cannot)?;
    let cheap = ProcessRefreshKind::nothing().with_cpu().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, cheap);
    let began = Instant::now();
    let all = system.processes().iter();
    let before = all
        .map(|(pid, process)| (*pid, process.accumulated_cpu_time()))
        .collect();
    std::thread::sleep(APART);
    let whole = cheap
        .with_memory()
        .with_user(UpdateKind::Always)
        .with_cmd(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, whole);
    let apart = began.elapsed();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    Ok(Measured {
        system,
        before,
        apart,
    })
}

impl Measured {
    /// Percent of one core. The library tells none of those that had used nothing before.
    fn cpu(&self, process: &Process) -> f64 {
        let before = self.before.get(&process.pid()).copied().unwrap_or(0);
        let used = process.accumulated_cpu_time().saturating_sub(before);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of half a second")]
        let share = used as f64 / (self.apart.as_secs_f64() * 1000.0);
        (share * 1000.0).round() / 10.0
    }
}

fn row(process: &Process, cpu: f64, users: Option<&Users>) -> Row {
    let name = one_line(&process.name().to_string_lossy(), 64);
    let words: Vec<String> = process
        .cmd()
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let user = process.user_id().map(|id| {
        let known = users.and_then(|users| users.get_user_by_id(id));
        known.map_or_else(|| id.to_string(), |user| user.name().to_owned())
    });
    let command = match veiled(&words) {
        // What has ended and was not collected has no command line any more.
        none if none.is_empty() => format!("[{name}]"),
        some => some,
    };
    Row {
        pid: process.pid().as_u32(),
        parent: process.parent().map(Pid::as_u32),
        name,
        user: one_line(&user.unwrap_or_default(), 64),
        cpu,
        memory: process.memory(),
        state: state(process.status()),
        started: protocol::rfc3339(UNIX_EPOCH + Duration::from_secs(process.start_time())),
        command,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each system has states of its own, and most say nothing to an operator"
)]
fn state(status: ProcessStatus) -> &'static str {
    match status {
        ProcessStatus::Run => "running",
        ProcessStatus::Sleep | ProcessStatus::Idle => "sleeping",
        ProcessStatus::UninterruptibleDiskSleep => "waiting for a disk",
        ProcessStatus::Stop | ProcessStatus::Tracing => "stopped",
        ProcessStatus::Zombie | ProcessStatus::Dead => "ended",
        _ => "other",
    }
}

fn table(found: &Found) -> String {
    let mut lines = format!(
        "{:>8} {:<12} {:>6} {:>10}  COMMAND\n",
        "PID", "USER", "CPU %", "MEMORY"
    );
    for row in &found.processes {
        lines.push_str(&format!(
            "{:>8} {:<12} {:>6.1} {:>10}  {}\n",
            row.pid,
            row.user,
            row.cpu,
            size(row.memory),
            row.command
        ));
    }
    lines.push_str(&format!(
        "{} of {} processes\n",
        found.processes.len(),
        found.total
    ));
    lines
}
