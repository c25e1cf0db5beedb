//! Writes what leaves the application as a file: a new one, for its owner alone. Not here: what stands in it.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use nexus::console::{Answer, BridgeError, ExportWhat, OpenExport};
use tokio::fs::{DirBuilder, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::connection::Connection;

/// A table of a hundred thousand nodes with every column is a third of it.
const MOST_TEXT: usize = 64 << 20;

/// Writes an export into this folder, or into the home directory; answers the file. A file of that name is never replaced.
pub async fn write(
    from: &Connection,
    what: &ExportWhat,
    folder: Option<PathBuf>,
) -> Answer<PathBuf> {
    let export: OpenExport = from.ask("openExport", &[what]).await?;
    let (path, mut file) = create(folder, &export.file).await?;
    while let Some(part) = from
        .ask::<_, Option<String>>("nextExportPart", &[&export.id])
        .await?
    {
        let bytes = base64::engine::general_purpose::STANDARD.decode(part);
        let bytes = bytes.map_err(|error| BridgeError::new("host", error.to_string()))?;
        file.write_all(&bytes).await.map_err(failed(&path))?;
    }
    file.sync_all().await.map_err(failed(&path))?;
    Ok(path)
}

/// Writes a text of the window's own, such as rows of a table, in the same way; answers the file.
pub async fn write_text(name: &str, text: &str, folder: Option<PathBuf>) -> Answer<PathBuf> {
    if text.len() > MOST_TEXT {
        let why = format!("{name}: this is more than {} MiB", MOST_TEXT >> 20);
        return Err(BridgeError::new("file", why));
    }
    let (path, mut file) = create(folder, name).await?;
    file.write_all(text.as_bytes())
        .await
        .map_err(failed(&path))?;
    file.sync_all().await.map_err(failed(&path))?;
    Ok(path)
}

/// A new file. Its name comes from a Nexus that may be another's, so only the last part of it counts.
async fn create(folder: Option<PathBuf>, name: &str) -> Answer<(PathBuf, File)> {
    let folder = folder
        .or_else(std::env::home_dir)
        .ok_or_else(|| BridgeError::new("file", "There is no folder for downloads."))?;
    DirBuilder::new()
        .recursive(true)
        .create(&folder)
        .await
        .map_err(failed(&folder))?;
    let name = Path::new(name)
        .file_name()
        .unwrap_or("nexus-export".as_ref());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    for number in 0..100 {
        let path = if number == 0 {
            folder.join(name)
        } else {
            folder.join(format!("{number}-{}", name.to_string_lossy()))
        };
        match options.open(&path).await {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            opened => return Ok((path.clone(), opened.map_err(failed(&path))?)),
        }
    }
    let why = format!(
        "{}: there are too many files of this name",
        folder.display()
    );
    Err(BridgeError::new("file", why))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> BridgeError {
    let path = path.display().to_string();
    move |error| BridgeError::new("file", format!("{path}: {error}"))
}
