//! Writes what leaves the application as a file: a new one, for its owner alone. Not here: what stands in it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use nexus::audit::Export;
use protocol::rfc3339;
use tokio::fs::{DirBuilder, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::translate::Refusal;
use crate::view::BridgeError;

/// Writes the audit log into this folder, or into the home directory; answers the file.
pub async fn write(mut export: Export, folder: Option<PathBuf>) -> Result<PathBuf, BridgeError> {
    let (path, mut file) = create(folder, "nexus-audit", "jsonl").await?;
    while let Some(lines) = export.next().await.map_err(Refusal::from)? {
        file.write_all(lines.as_bytes())
            .await
            .map_err(failed(&path))?;
    }
    file.sync_all().await.map_err(failed(&path))?;
    Ok(path)
}

/// Writes a runbook into this folder, or into the home directory; answers the file. Its name is one for files too.
pub async fn runbook(
    name: &str,
    toml: &str,
    folder: Option<PathBuf>,
) -> Result<PathBuf, BridgeError> {
    let (path, mut file) = create(folder, name, "toml").await?;
    file.write_all(toml.as_bytes())
        .await
        .map_err(failed(&path))?;
    file.sync_all().await.map_err(failed(&path))?;
    Ok(path)
}

/// A new file with the time in its name.
async fn create(
    folder: Option<PathBuf>,
    stem: &str,
    extension: &str,
) -> Result<(PathBuf, File), BridgeError> {
    let folder = folder
        .or_else(std::env::home_dir)
        .ok_or_else(|| BridgeError::new("file", "There is no folder for downloads."))?;
    DirBuilder::new()
        .recursive(true)
        .create(&folder)
        .await
        .map_err(failed(&folder))?;
    // Colons are no part of a file's name on Windows.
    let now = rfc3339(SystemTime::now()).replace(':', "-");
    let path = folder.join(format!("{stem}-{now}.{extension}"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let file = options.open(&path).await.map_err(failed(&path))?;
    Ok((path, file))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> BridgeError {
    let path = path.display().to_string();
    move |error| BridgeError::new("file", format!("{path}: {error}"))
}
