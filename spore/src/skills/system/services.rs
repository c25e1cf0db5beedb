//! `SystemSkill.services`: the services of systemd and how they stand. Not here: starting or stopping any.

use serde::{Deserialize, Serialize};

use super::command::{Programs, Silent};
use super::{Told, one_line};

/// Most that are told.
const MOST: usize = 1000;
const BYTES: usize = 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    state: State,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    #[default]
    All,
    Running,
    Failed,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Service {
    name: String,
    /// `active`, `inactive`, `failed`, `activating`…
    active: String,
    /// `running`, `exited`, `dead`…
    sub: String,
    description: String,
}

#[derive(Debug, Serialize)]
struct Found {
    services: Vec<Service>,
    /// Of all that were found, told or not.
    total: usize,
    failed: usize,
}

pub(super) async fn look(asked: Asked, programs: Programs) -> Result<Told, String> {
    let mut arguments = [
        "list-units",
        "--type=service",
        "--plain",
        "--no-legend",
        "--no-pager",
        "--full",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(
        match asked.state {
            State::All => "--all",
            State::Running => "--state=running",
            State::Failed => "--state=failed",
        }
        .to_owned(),
    );
    let nowhere = "there are no services of systemd here";
    let said = match programs.ask("systemctl", &arguments, BYTES).await {
        Ok(said) if said.succeeded => said,
        Ok(said) => return Err(format!("{nowhere}: {}", said.complaint)),
        Err(Silent::Missing) => {
            return Err(format!(
                "{nowhere}: this is {} without systemctl",
                std::env::consts::OS
            ));
        }
        Err(Silent::Failed(why)) => return Err(why),
    };
    let found = found(parse(&said.out));
    let lines = table(&found);
    Told::new(&found, lines)
}

/// `UNIT LOAD ACTIVE SUB DESCRIPTION`, with a mark before those that failed in older versions.
fn parse(text: &str) -> Vec<Service> {
    let service = |line: &str| {
        let line = line.trim_start_matches(['●', '*', '×', '○', '↻', ' ']);
        let mut words = line.split_whitespace();
        let name = words.next()?.strip_suffix(".service")?;
        let (load, active, sub) = (words.next()?, words.next()?, words.next()?);
        // Named by another unit, and not on this machine.
        if load == "not-found" {
            return None;
        }
        Some(Service {
            name: one_line(name, 200),
            active: one_line(active, 20),
            sub: one_line(sub, 20),
            description: one_line(&words.collect::<Vec<_>>().join(" "), 200),
        })
    };
    text.lines().filter_map(service).collect()
}

fn found(mut services: Vec<Service>) -> Found {
    let total = services.len();
    let failed = services.iter().filter(|one| one.active == "failed").count();
    let rank = |one: &Service| match (one.active.as_str(), one.sub.as_str()) {
        ("failed", _) => 0,
        ("activating" | "deactivating" | "reloading", _) => 1,
        (_, "running") => 2,
        ("active", _) => 3,
        _ => 4,
    };
    services.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.name.cmp(&b.name)));
    services.truncate(MOST);
    Found {
        services,
        total,
        failed,
    }
}

fn table(found: &Found) -> String {
    let mut lines = String::new();
    for one in &found.services {
        lines.push_str(&format!(
            "{:<12} {:<10} {:<40} {}\n",
            one.active, one.sub, one.name, one.description
        ));
    }
    lines.push_str(&format!(
        "{} services, {} failed\n",
        found.total, found.failed
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_failed_come_first() {
        let text = "\
ssh.service            loaded    active   running OpenBSD Secure Shell server
● nginx.service        loaded    failed   failed  A high performance web server
apt-daily.service      loaded    inactive dead    Daily apt download activities
auditd.service         not-found inactive dead    auditd.service
getty@tty1.service     loaded    active   running Getty on tty1
dbus.socket            loaded    active   running D-Bus
";
        let found = found(parse(text));
        let names: Vec<&str> = found.services.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["nginx", "getty@tty1", "ssh", "apt-daily"]);
        assert_eq!((found.total, found.failed), (4, 1));
        assert_eq!(
            found.services[0].description,
            "A high performance web server"
        );
        assert!(parse("").is_empty() && parse("nonsense\n● \n").is_empty());
    }
}
