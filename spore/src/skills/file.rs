//! `FileSkill`: files of the workspace, and of the directories that the policy and grants name. Every path is opened through
//! the handle of its directory, so `..`, links and races cannot lead out of it.
//!
//! Not here: time limits. What a disk does cannot be interrupted, and sizes are bounded.

mod list;
mod read;
mod write;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cap_std::fs::Dir;
use protocol::{Effect, Method, Outcome};

use super::places::Places;
use super::telling::stream;
use super::{Judge, Work, method, parameters};
use crate::confinement::Confinement;
use crate::execution::{End, Finding, Order, Report, Reports};
use crate::os::AsUser;
use crate::policy::Ask;

pub(super) const NAME: &str = "FileSkill";

/// The skill with its places.
#[derive(Debug)]
pub(super) struct FileSkill {
    places: Arc<Places>,
}

/// What an operation brings: text, and whether there was more.
type Done = Result<(String, bool), String>;
type Operation = Box<dyn FnOnce(&Dir) -> Done + Send>;

/// Where an operation goes: a path under an open directory.
#[derive(Debug, Clone)]
struct Target {
    /// Relative to the directory.
    path: String,
    /// As it was asked for.
    asked: String,
    /// The directory, for people.
    place: String,
}

/// The methods of this skill.
pub(super) fn methods() -> Vec<Method> {
    vec![
        Method {
            cacheable: true,
            ..method(
                NAME,
                "read_file",
                "Read a file",
                Effect::Read,
                include_str!("file/read_file.schema.json"),
            )
        },
        Method {
            idempotent: true,
            ..method(
                NAME,
                "write_file",
                "Write a file",
                Effect::Destroy,
                include_str!("file/write_file.schema.json"),
            )
        },
        Method {
            cacheable: true,
            ..method(
                NAME,
                "list_files",
                "List a directory",
                Effect::Read,
                include_str!("file/list_files.schema.json"),
            )
        },
    ]
}

impl FileSkill {
    pub(super) fn new(places: &Arc<Places>) -> Self {
        Self {
            places: Arc::clone(places),
        }
    }

    /// Checks the order and makes work of it.
    pub(super) fn begin(
        &self,
        order: Order,
        reports: Reports,
        judge: &mut Judge,
    ) -> Result<Work, String> {
        let (operation, dir) = match order.method.as_str() {
            "read_file" => {
                let asked: read::Parameters = parameters(&order.parameters)?;
                let (target, dir) = self.locate(&asked.path, Ask::Read(&asked.path), judge)?;
                (read::operation(asked, target)?, dir)
            }
            "write_file" => {
                let asked: write::Parameters = parameters(&order.parameters)?;
                let (target, dir) = self.locate(&asked.path, Ask::Write(&asked.path), judge)?;
                (write::operation(asked, target)?, dir)
            }
            "list_files" => {
                let asked: list::Parameters = parameters(&order.parameters)?;
                let (target, dir) = self.locate(&asked.path, Ask::Read(&asked.path), judge)?;
                (list::operation(target), dir)
            }
            other => return Err(format!("{NAME} has no method {other:?}")),
        };
        let confinement = judge.confinement();
        let operation = move || as_user(confinement.as_deref(), || operation(&dir));
        Ok(Box::pin(run(operation, order, reports)))
    }

    /// The open directory that a path lies in, and the rest of the path.
    fn locate(
        &self,
        path: &str,
        ask: Ask,
        judge: &mut Judge,
    ) -> Result<(Target, Arc<Dir>), String> {
        sound(path)?;
        let permit = judge.ask(&ask)?;
        let Some(place) = permit.and_then(|permit| permit.place) else {
            return Ok((
                Target::in_workspace(path)?,
                Arc::clone(&self.places.workspace),
            ));
        };
        let closed = |why: &dyn std::fmt::Display| format!("cannot use {}: {why}", place.display());
        let dir = self.places.dir(&place).map_err(|why| closed(&why))?;
        let rest = Path::new(path).strip_prefix(&place);
        let rest = rest.map_err(|why| closed(&why))?.to_string_lossy();
        let target = Target {
            path: if rest.is_empty() { "." } else { &rest }.to_owned(),
            asked: path.to_owned(),
            place: place.display().to_string(),
        };
        Ok((target, dir))
    }
}

impl Target {
    fn in_workspace(path: &str) -> Result<Self, String> {
        if Path::new(path).has_root() {
            return Err(format!(
                "{path:?} is absolute; paths are relative to the workspace"
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            asked: path.to_owned(),
            place: "the workspace".to_owned(),
        })
    }

    /// What went wrong, for people.
    fn failure(&self, what: &str, error: &io::Error) -> String {
        // The handle reports an escape as a refusal without a number of the system.
        let escape =
            error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
        let reason = if escape {
            format!("it leads out of {}", self.place)
        } else {
            plain(error)
        };
        format!("cannot {what} {:?}: {reason}", self.asked)
    }
}

/// Files are opened as the user that commands run as.
pub(super) fn as_user<T>(
    confinement: Option<&Confinement>,
    operation: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let user = confinement.and_then(Confinement::user);
    let entered = user.map(AsUser::enter).transpose();
    let _entered = entered.map_err(|error| format!("cannot go on as another user: {error}"))?;
    operation()
}

async fn run(operation: impl FnOnce() -> Done + Send + 'static, order: Order, reports: Reports) {
    let began = Instant::now();
    let request_id = order.request_id.clone();
    // Nobody listens any more when the spore is ending; so for all reports here.
    let _ = reports.send(Report::Started {
        request_id: request_id.clone(),
        pid: None,
    });
    let end = match tokio::task::spawn_blocking(operation).await {
        Ok(Ok((text, truncated))) if order.stream => {
            if stream(&text, &order, &reports, began).await {
                End::succeeded(None, truncated)
            } else {
                End::with(Outcome::Cancelled, Some(order.stop.why()))
            }
        }
        Ok(Ok((text, truncated))) => End::succeeded(Some(Finding::Text(text)), truncated),
        Ok(Err(error)) => End::failed(error),
        Err(_) => End::failed("the operation broke off".to_owned()),
    };
    let _ = reports.send(Report::Ended {
        request_id,
        end: end.since(began),
    });
}

/// A path as the asker may give it.
fn sound(path: &str) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err("`path` is empty".to_owned());
    }
    if path.contains('\0') {
        return Err("`path` holds a NUL character".to_owned());
    }
    Ok(())
}

pub(super) fn plain(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "it does not exist"),
        (io::ErrorKind::NotADirectory, "it is not a directory"),
        (io::ErrorKind::IsADirectory, "it is a directory"),
    ];
    let words = known.into_iter().find(|(kind, _)| *kind == error.kind());
    words.map_or_else(|| error.to_string(), |(_, words)| words.to_owned())
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod races;
#[cfg(test)]
mod tests;
