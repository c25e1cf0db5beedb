//! `FileSkill`: files of the workspace and nothing else. Every path is opened through the handle of the
//! workspace's directory, so `..`, absolute paths, links and races cannot lead out of it.
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
use protocol::{Effect, Method, Stream};

use super::{Work, method, parameters};
use crate::execution::{End, Order, Report, Reports};

pub(super) const NAME: &str = "FileSkill";
/// Size of the pieces in which a streamed result goes out, bytes.
const PIECE: usize = 32 * 1024;

/// The skill with its workspace.
#[derive(Debug)]
pub(super) struct FileSkill {
    dir: Arc<Dir>,
}

/// What an operation brings: text, and whether there was more.
type Done = Result<(String, bool), String>;
type Operation = Box<dyn FnOnce(&Dir) -> Done + Send>;

/// The methods of this skill.
pub(super) fn methods() -> Vec<Method> {
    vec![
        method(
            NAME,
            "read_file",
            "Read a file",
            Effect::Read,
            include_str!("file/read_file.schema.json"),
        ),
        method(
            NAME,
            "write_file",
            "Write a file",
            Effect::Destroy,
            include_str!("file/write_file.schema.json"),
        ),
        method(
            NAME,
            "list_files",
            "List a directory",
            Effect::Read,
            include_str!("file/list_files.schema.json"),
        ),
    ]
}

impl FileSkill {
    pub(super) fn new(dir: Arc<Dir>) -> Self {
        Self { dir }
    }

    /// Checks the order and makes work of it.
    pub(super) fn begin(&self, order: Order, reports: Reports) -> Result<Work, String> {
        let operation: Operation = match order.method.as_str() {
            "read_file" => read::operation(parameters(&order.parameters)?)?,
            "write_file" => write::operation(parameters(&order.parameters)?)?,
            "list_files" => list::operation(parameters(&order.parameters)?)?,
            other => return Err(format!("{NAME} has no method {other:?}")),
        };
        let dir = Arc::clone(&self.dir);
        Ok(Box::pin(run(operation, dir, order, reports)))
    }
}

async fn run(operation: Operation, dir: Arc<Dir>, order: Order, reports: Reports) {
    let began = Instant::now();
    let request_id = order.request_id.clone();
    // Nobody listens any more when the spore is ending; so for all reports here.
    let _ = reports.send(Report::Started {
        request_id: request_id.clone(),
        pid: None,
    });
    let end = match tokio::task::spawn_blocking(move || operation(&dir)).await {
        Ok(Ok((text, truncated))) if order.stream => {
            stream(&text, &order, &reports, began).await;
            End::succeeded(None, truncated)
        }
        Ok(Ok((text, truncated))) => End::succeeded(Some(text), truncated),
        Ok(Err(error)) => End::failed(error),
        Err(_) => End::failed("the operation broke off".to_owned()),
    };
    let _ = reports.send(Report::Ended {
        request_id,
        end: end.since(began),
    });
}

/// A streamed call has no result, so the text goes out as output.
async fn stream(text: &str, order: &Order, reports: &Reports, began: Instant) {
    let mut rest = text;
    while !rest.is_empty() {
        let piece = protocol::limits::cut(rest, PIECE);
        rest = &rest[piece.len()..];
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        if let Ok(credit) = order.credit.acquire_many(length).await {
            credit.forget();
        }
        let at_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let request_id = order.request_id.clone();
        let bytes = piece.as_bytes().to_vec();
        let _ = reports.send(Report::Chunk {
            request_id,
            stream: Stream::Stdout,
            at_ms,
            bytes,
        });
    }
}

/// A path as the asker may give it. The handle would refuse the same; this says it in words that help.
fn inside(path: &str) -> Result<&str, String> {
    if path.trim().is_empty() {
        return Err("`path` is empty".to_owned());
    }
    if path.contains('\0') {
        return Err("`path` holds a NUL character".to_owned());
    }
    if Path::new(path).has_root() {
        return Err(format!(
            "{path:?} is absolute; paths are relative to the workspace"
        ));
    }
    Ok(path)
}

/// What went wrong, for people.
fn failure(what: &str, path: &str, error: &io::Error) -> String {
    // The handle reports an escape as a refusal without a number of the system.
    let escape = error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
    let reason = if escape {
        "it leads out of the workspace".to_owned()
    } else {
        plain(error)
    };
    format!("cannot {what} {path:?}: {reason}")
}

fn plain(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "it does not exist"),
        (io::ErrorKind::NotADirectory, "it is not a directory"),
        (io::ErrorKind::IsADirectory, "it is a directory"),
    ];
    let words = known.into_iter().find(|(kind, _)| *kind == error.kind());
    words.map_or_else(|| error.to_string(), |(_, words)| words.to_owned())
}

#[cfg(test)]
mod tests;
