//! `FileSkill.read_file`.

use std::io::{Read, Seek, SeekFrom};

use base64::{Engine, engine::general_purpose::STANDARD};
use cap_std::fs::{Dir, File, OpenOptions};
use serde::Deserialize;

use super::{Done, Operation, Target};

/// Bytes unless asked otherwise, and at most.
const SIZE: (u64, u64) = (1024 * 1024, 6 * 1024 * 1024);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub(super) path: String,
    #[serde(default)]
    encoding: Encoding,
    max_bytes: Option<u64>,
    #[serde(default)]
    offset: u64,
}

/// How bytes stand in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    #[default]
    Utf8,
    Base64,
}

pub(super) fn operation(asked: Parameters, target: Target) -> Result<Operation, String> {
    if asked.max_bytes.is_some_and(|max| max > SIZE.1) {
        return Err(format!(
            "`max_bytes` is at most {}; read the rest with `offset`",
            SIZE.1
        ));
    }
    Ok(Box::new(move |dir| read(dir, &asked, &target)))
}

fn read(dir: &Dir, asked: &Parameters, target: &Target) -> Done {
    let failed = |error: std::io::Error| target.failure("read", &error);
    let mut file = open(dir, &target.path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(format!(
            "cannot read {:?}: it is not a regular file",
            asked.path
        ));
    }
    let max = asked.max_bytes.unwrap_or(SIZE.0);
    file.seek(SeekFrom::Start(asked.offset)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes).map_err(failed)?;
    let kept = usize::try_from(max).unwrap_or(usize::MAX);
    let more = bytes.len() > kept;
    bytes.truncate(kept);
    match asked.encoding {
        Encoding::Base64 => Ok((STANDARD.encode(&bytes), more)),
        Encoding::Utf8 => Ok((text(bytes, more, &asked.path)?, more)),
    }
}

/// Without waiting for a writer, should it be a pipe.
fn open(dir: &Dir, path: &str) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    dir.open_with(path, &options)
}

/// UTF-8; a character that the limit has cut is left to the next part.
fn text(bytes: Vec<u8>, more: bool, path: &str) -> Result<String, String> {
    String::from_utf8(bytes).or_else(|error| {
        let whole = error.utf8_error().valid_up_to();
        let cut = more && error.utf8_error().error_len().is_none();
        let mut bytes = error.into_bytes();
        if cut {
            bytes.truncate(whole);
            return String::from_utf8(bytes).map_err(|error| error.to_string());
        }
        Err(format!(
            "{path:?} is not UTF-8 text (byte {whole}); read it with encoding=base64"
        ))
    })
}
