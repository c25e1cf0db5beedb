//! Grants: what the owner of this machine allows for a time, beyond the policy. They are made on the machine itself
//! (`spore grant …`), lie in a file of the data directory, and end by themselves. Not here: deciding by them, see
//! [`crate::allowance`], and noticing that they changed, which [`watch`] does for a spore that runs.

mod clock;
mod file;
mod lasting;
pub(crate) mod watch;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::policy::{self, Ask, PolicyError};
use clock::{Boot, Clock};
pub use lasting::{BadLength, length, words};

/// Longest grant.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Most grants at a time.
pub const MOST: usize = 32;

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// By which it can be taken back.
    pub id: String,
    /// What it allows.
    pub what: What,
    /// How long it was made for, seconds.
    pub seconds: u64,
    /// When it began, seconds since 1970 by this machine's clock.
    pub from: u64,
    /// When it ends by the same clock.
    pub until: u64,
    /// When it began since the machine was started, which no change of the clock moves.
    boot: Option<Boot>,
}

/// What a grant allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The shell, and with it every command.
    Shell,
    /// `Skill.method` or `Skill.*`; what it is called with still has to be allowed.
    Method(String),
    /// One command, as a pattern like those of a policy.
    Command(Vec<String>),
    /// Reading and listing files under a directory.
    Read(String),
    /// Writing files under a directory.
    Write(String),
}

/// Why grants cannot be made, read or taken back.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There is nothing that a grant could widen.
    #[error(
        "this node has no policy, so there is nothing to widen; `spore --policy operate` starts with one and keeps it in {}",
        .0.display()
    )]
    NoPolicy(PathBuf),
    /// The policy itself.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// What was asked for.
    #[error("{0}")]
    Wrong(String),
    /// The file.
    #[error("cannot use the grants {}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Root goes on as the owner of the data directory, for good: the spore has to be able to read what is made here, and in
/// a directory of somebody else root would follow their links.
#[cfg(unix)]
pub fn as_owner(data_dir: &Path) -> Result<(), GrantError> {
    use std::os::unix::fs::MetadataExt;

    let became = match std::fs::metadata(data_dir) {
        // Nothing was made here yet, and what is asked for will say so.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if !rustix::process::geteuid().is_root() || found.uid() == 0 => return Ok(()),
        Ok(found) => crate::os::become_user(found.uid(), found.gid(), &[found.gid()]),
        Err(error) => Err(error),
    };
    became.map_err(|error| GrantError::File {
        path: data_dir.to_owned(),
        why: error.to_string(),
    })
}

/// Elsewhere there is nothing like that.
#[cfg(not(unix))]
pub fn as_owner(_: &Path) -> Result<(), GrantError> {
    Ok(())
}

/// Makes a grant that begins now.
pub fn grant(data_dir: &Path, what: What, lasting: Duration) -> Result<Grant, GrantError> {
    if policy::load(data_dir)?.is_none() {
        return Err(GrantError::NoPolicy(data_dir.join("policy.toml")));
    }
    if let Some(problem) = what.problem() {
        return Err(GrantError::Wrong(problem));
    }
    if lasting.is_zero() || lasting > LONGEST {
        let problem = "a grant lasts at least a second and at most 24 hours";
        return Err(GrantError::Wrong(problem.to_owned()));
    }
    let mut made = None;
    file::change(data_dir, |grants| {
        // Read only now that it is our turn: what others have just made would seem to begin later otherwise.
        let clock = Clock::read();
        grants.retain(|grant| grant.left(&clock).is_some());
        if grants.len() >= MOST {
            return Err(GrantError::Wrong(format!(
                "{MOST} grants are in force already: take some back with `spore ungrant`"
            )));
        }
        let grant = Grant::new(what, lasting, clock);
        grants.push(grant.clone());
        made = Some(grant);
        Ok(())
    })?;
    made.ok_or_else(|| GrantError::Wrong("nothing was granted".to_owned()))
}

/// The grants in force, with the time that is left of each.
pub fn list(data_dir: &Path) -> Result<Vec<(Grant, Duration)>, GrantError> {
    let clock = Clock::read();
    let grants = file::read(data_dir)?.into_iter();
    Ok(grants
        .filter_map(|grant| grant.left(&clock).map(|left| (grant, left)))
        .collect())
}

/// Takes one back, or all (`all`); answers which.
pub fn take_back(data_dir: &Path, id: &str) -> Result<Vec<Grant>, GrantError> {
    if id == "all" && file::read(data_dir).is_err() {
        return file::begin_anew(data_dir).map(|()| Vec::new());
    }
    let mut taken = Vec::new();
    file::change(data_dir, |grants| {
        let (gone, kept) = std::mem::take(grants)
            .into_iter()
            .partition(|grant| id == "all" || grant.id == id);
        (taken, *grants) = (gone, kept);
        if taken.is_empty() && id != "all" {
            let problem = format!("there is no grant {id:?}; `spore grants` lists them");
            return Err(GrantError::Wrong(problem));
        }
        Ok(())
    })?;
    Ok(taken)
}

impl Grant {
    fn new(what: What, lasting: Duration, clock: Clock) -> Self {
        let from = clock.wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut id = uuid::Uuid::new_v4().simple().to_string();
        id.truncate(8);
        Self {
            id,
            what,
            seconds: lasting.as_secs(),
            from: from.as_secs(),
            until: from.as_secs() + lasting.as_secs(),
            boot: clock.boot,
        }
    }

    /// What is left of it, if anything. In the life of the machine in which it was made the time since its start decides,
    /// which no clock moves. After a restart the clock has to do; should that stand before the grant's beginning, it was
    /// set back, and the grant is over rather than longer.
    fn left(&self, clock: &Clock) -> Option<Duration> {
        let length = Duration::from_secs(self.seconds).min(LONGEST);
        let gone = match (&self.boot, &clock.boot) {
            (Some(then), Some(now)) if then.id == now.id => now.at.checked_sub(then.at)?,
            _ => {
                let from = UNIX_EPOCH.checked_add(Duration::from_secs(self.from))?;
                clock.wall.duration_since(from).ok()?
            }
        };
        length.checked_sub(gone).filter(|left| !left.is_zero())
    }

    /// When it ends, by the clock.
    pub fn ends_at(&self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(self.until))
            .unwrap_or(UNIX_EPOCH)
    }
}

impl What {
    /// Whether it covers what is asked, and for a path the directory of it.
    pub(crate) fn covers(&self, ask: &Ask) -> Option<Option<PathBuf>> {
        let shell = ("ShellSkill", "run");
        let covered = match (self, *ask) {
            (Self::Shell, Ask::Shell | Ask::Argv(_)) => true,
            (Self::Shell | Self::Command(_), Ask::Method(skill, method)) => {
                (skill, method) == shell
            }
            (Self::Method(rule), Ask::Method(skill, method)) => {
                policy::is_method(rule, skill, method)
            }
            (Self::Command(pattern), Ask::Argv(words)) => policy::argv_matches(pattern, words),
            (Self::Read(_), Ask::Method("FileSkill", "read_file" | "list_files"))
            | (Self::Write(_), Ask::Method("FileSkill", "write_file")) => true,
            (Self::Read(place), Ask::Read(path)) | (Self::Write(place), Ask::Write(path)) => {
                let place = std::slice::from_ref(place);
                return policy::under(place, path).map(|(_, place)| place);
            }
            (
                Self::Shell | Self::Method(_) | Self::Command(_) | Self::Read(_) | Self::Write(_),
                Ask::Method(..)
                | Ask::Argv(_)
                | Ask::Shell
                | Ask::Variable(_)
                | Ask::Read(_)
                | Ask::Write(_),
            ) => false,
        };
        covered.then_some(None)
    }

    /// What is wrong with it.
    fn problem(&self) -> Option<String> {
        match self {
            Self::Shell => None,
            Self::Method(rule) if rule == "*" => {
                Some("a grant names one method or one skill".to_owned())
            }
            Self::Method(rule) => policy::method_problem(rule),
            Self::Command(pattern) => policy::argv_problem(pattern),
            Self::Read(place) | Self::Write(place) => policy::path_problem(place),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell => out.write_str("shell"),
            Self::Method(rule) => write!(out, "method {rule}"),
            Self::Command(pattern) => write!(out, "command {}", pattern.join(" ")),
            Self::Read(place) => write!(out, "read {place}"),
            Self::Write(place) => write!(out, "write {place}"),
        }
    }
}

/// As it stands in refusals and ends.
impl fmt::Display for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.to_string();
        let what = protocol::limits::cut(&what, 100);
        write!(out, "the grant `{what}` ({})", self.id)
    }
}

#[cfg(test)]
mod tests;
