//! Secrets: a type that neither prints nor serialises, and the files that hold them.
//! Not here: who may use which.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use subtle::ConstantTimeEq;

/// Bytes of randomness in a token that we make.
const STRENGTH: usize = 32;

/// A token. Compared in constant time, never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a given one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A strong new one: 256 bits, in lower-case hexadecimal after a prefix that names its kind.
    pub fn generate(prefix: &str) -> io::Result<Self> {
        let mut bytes = [0; STRENGTH];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("{prefix}{hex}")))
    }

    /// Whether the candidate is this secret; takes the same time wherever they differ.
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// The text itself, for the one place that must show or send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Reads the secret in a file, or makes a strong one and keeps it there, readable by its owner only.
pub fn load_or_create(path: &Path, prefix: &str) -> io::Result<Secret> {
    let made = || Secret::generate(prefix).map(|secret| format!("{}\n", secret.0).into_bytes());
    let text = String::from_utf8(bytes_or_create(path, made)?).map_err(io::Error::other)?;
    match text.trim() {
        "" => Err(io::Error::other(
            "is empty; remove it to have a new one made",
        )),
        text => Ok(Secret(text.to_owned())),
    }
}

/// Reads a file, or makes its content and keeps it, readable by its owner only; whole or not at all.
pub fn bytes_or_create(
    path: &Path,
    make: impl FnOnce() -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, &make()?),
        read => read,
    }
}

fn create(path: &Path, content: &[u8]) -> io::Result<Vec<u8>> {
    let draft = path.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    // Linking fails when another process was first; then its content is the one.
    let first = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match first {
        Ok(()) => Ok(content.to_vec()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path),
        Err(error) => Err(error),
    }
}

/// Makes a directory that only its owner can enter, if it is not there.
pub fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests;
