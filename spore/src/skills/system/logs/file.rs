//! A file of log lines, from its end. Opened through the handle of its directory, so that no path and no link leads out.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use cap_std::fs::{Dir, Metadata, OpenOptions};

use super::super::super::file::{as_user, plain};
use super::{Asked, Found, LINE, Line, one_line};
use crate::confinement::Confinement;

/// How much of its end is looked at, bytes.
const END: u64 = 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub(in super::super) struct LogFile {
    pub(super) dir: Arc<Dir>,
    /// Under that directory.
    pub(super) path: String,
    pub(super) asked: String,
    pub(super) confinement: Option<Arc<Confinement>>,
}

impl LogFile {
    pub(super) fn read(&self, asked: &Asked) -> Result<Found, String> {
        as_user(self.confinement.as_deref(), || self.tail(asked))
    }

    fn tail(&self, asked: &Asked) -> Result<Found, String> {
        let failed = |error: io::Error| format!("cannot read {:?}: {}", self.asked, plain(&error));
        let mut options = OpenOptions::new();
        options.read(true);
        // Without waiting for a writer, should it be a pipe.
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
        let mut file = self.dir.open_with(&self.path, &options).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(format!(
                "cannot read {:?}: it is not a regular file",
                self.asked
            ));
        }
        let (id, length) = (identity(&metadata), metadata.len());
        let went_on = position(&asked.after, id).filter(|at| *at <= length);
        let start = went_on.unwrap_or(0).max(length.saturating_sub(END));
        // In the middle of a line, unless an earlier look ended there.
        let torn = start > 0 && went_on != Some(start);
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(END).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.iter().take(4096).any(|&byte| byte == 0) {
            return Err(format!(
                "{:?} is not text; a log that was rotated and compressed cannot be read here",
                self.asked
            ));
        }
        let end = start + u64::try_from(bytes.len()).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().skip(usize::from(torn)).map(line).collect();
        let (lines, over) = asked.newest(lines);
        Ok(Found {
            source: self.asked.clone(),
            lines,
            cursor: Some(format!("{id}:{end}")),
            more: over || torn,
            note: None,
        })
    }
}

fn line(text: &str) -> Line {
    Line {
        at: None,
        level: None,
        from: String::new(),
        pid: None,
        text: one_line(text, LINE),
    }
}

/// Another file of the same name is begun anew.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> u64 {
    cap_std::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> u64 {
    0
}

/// Where an earlier look ended, if it was at this file.
fn position(cursor: &str, id: u64) -> Option<u64> {
    let (known, at) = cursor.split_once(':')?;
    (known.parse() == Ok(id)).then(|| at.parse().ok())?
}
