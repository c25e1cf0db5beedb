//! `FileSkill.write_file`: the whole file or nothing, also when the power goes.

use std::io::{self, Write};
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use cap_std::fs::{Dir, OpenOptions};
use serde::Deserialize;

use super::read::Encoding;
use super::{Done, Operation, Target};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub(super) path: String,
    content: String,
    #[serde(default)]
    encoding: Encoding,
}

pub(super) fn operation(asked: Parameters, target: Target) -> Result<Operation, String> {
    let bytes = match asked.encoding {
        Encoding::Utf8 => asked.content.into_bytes(),
        Encoding::Base64 => STANDARD
            .decode(asked.content.trim())
            .map_err(|error| format!("`content` is not base64: {error}"))?,
    };
    if target.path.ends_with(['/', '\\']) || Path::new(&target.path).file_name().is_none() {
        return Err(format!("{:?} does not name a file", asked.path));
    }
    Ok(Box::new(move |dir| write(dir, &target, &bytes)))
}

fn write(dir: &Dir, target: &Target, bytes: &[u8]) -> Done {
    let written = replace(dir, Path::new(&target.path), bytes);
    written.map_err(|error| target.failure("write", &error))?;
    Ok((
        format!("Wrote {} bytes to {}", bytes.len(), target.asked),
        false,
    ))
}

fn replace(dir: &Dir, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let parent = match path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => {
            dir.create_dir_all(parent)?;
            dir.open_dir(parent)?
        }
        None => dir.try_clone()?,
    };
    let before = parent.symlink_metadata(name).ok();
    if before.as_ref().is_some_and(cap_std::fs::Metadata::is_dir) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let temporary = format!(".{}.new", uuid::Uuid::new_v4().simple());
    let outcome = fill(
        &parent,
        &temporary,
        bytes,
        before.filter(cap_std::fs::Metadata::is_file),
    )
    .and_then(|()| parent.rename(&temporary, &parent, name));
    if outcome.is_err() {
        // The first error is the one that matters.
        let _ = parent.remove_file(&temporary);
        return outcome;
    }
    // The handle itself is one for looking only, which cannot be synced.
    if cfg!(unix) {
        parent.open(".")?.sync_all()
    } else {
        Ok(())
    }
}

/// Writes the temporary file, with the permissions of the one that it will replace.
fn fill(
    parent: &Dir,
    name: &str,
    bytes: &[u8],
    before: Option<cap_std::fs::Metadata>,
) -> io::Result<()> {
    let mut file = parent.open_with(name, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(bytes)?;
    if let Some(before) = before {
        file.set_permissions(before.permissions())?;
    }
    file.sync_all()
}
