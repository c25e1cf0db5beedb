//! Whether a Docker engine answers: one `GET /_ping` on its socket, with a limit of a second.

use std::time::Duration;

/// How long the engine gets.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the engine. False when there is none, when it is not for us, or when it is too slow.
pub(crate) async fn answers() -> bool {
    #[cfg(unix)]
    {
        for path in unix::sockets() {
            if let Ok(Ok(true)) = tokio::time::timeout(PATIENCE, unix::ping(&path)).await {
                return true;
            }
        }
    }
    false
}

#[cfg(unix)]
pub(super) mod unix {
    use std::io;
    use std::path::{Path, PathBuf};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    /// Where an engine may listen: what `DOCKER_HOST` says, else the machine's, else the user's own.
    pub(super) fn sockets() -> Vec<PathBuf> {
        if let Some(host) = std::env::var_os("DOCKER_HOST") {
            let host = host.to_string_lossy().into_owned();
            return host
                .strip_prefix("unix://")
                .map(PathBuf::from)
                .into_iter()
                .collect();
        }
        let own =
            std::env::var_os("XDG_RUNTIME_DIR").map(|dir| Path::new(&dir).join("docker.sock"));
        std::iter::once(PathBuf::from("/var/run/docker.sock"))
            .chain(own)
            .collect()
    }

    /// Whether the socket answers like an engine.
    pub(in crate::capabilities) async fn ping(path: &Path) -> io::Result<bool> {
        let mut socket = UnixStream::connect(path).await?;
        socket
            .write_all(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            .await?;
        let mut head = Vec::new();
        socket.take(4096).read_to_end(&mut head).await?;
        let head = String::from_utf8_lossy(&head);
        Ok(head.starts_with("HTTP/1.") && head.split_whitespace().nth(1) == Some("200"))
    }
}
