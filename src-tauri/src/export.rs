//! Writes what leaves the application as a file: a new one, for its owner alone. Not here: what stands in it.

use std::path::PathBuf;
use std::time::SystemTime;

use nexus::audit::Export;
use protocol::rfc3339;
use tokio::fs::{DirBuilder, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::translate::Refusal;
use crate::view::BridgeError;

/// Writes the audit log into this folder, or into the home directory; answers the file.
pub async fn write(mut export: Export, folder: Option<PathBuf>) -> Result<PathBuf, BridgeError> {
    let folder = folder
        .or_else(std::env::home_dir)
        .ok_or_else(|| BridgeError::new("file", "There is no folder for downloads."))?;
    let failed = |path: &PathBuf| {
        let path = path.display().to_string();
        move |error: std::io::Error| BridgeError::new("file", format!("{path}: {error}"))
    };
    DirBuilder::new()
        .recursive(true)
        .create(&folder)
        .await
        .map_err(failed(&folder))?;
    // Colons are no part of a file's name on Windows.
    let now = rfc3339(SystemTime::now()).replace(':', "-");
    let path = folder.join(format!("nexus-audit-{now}.jsonl"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&path).await.map_err(failed(&path))?;
    while let Some(lines) = export.next().await.map_err(Refusal::from)? {
        file.write_all(lines.as_bytes())
            .await
            .map_err(failed(&path))?;
    }
    file.sync_all().await.map_err(failed(&path))?;
    Ok(path)
}
