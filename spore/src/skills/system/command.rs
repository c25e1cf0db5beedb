//! The programs of the system that a look asks: started with arguments of ours alone, held back as the policy says,
//! bounded in time and output, and never left running. Not here: what a caller wants to run (`ShellSkill`).

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::super::Judge;
use super::super::shell::find;
use crate::confinement::Confinement;
use crate::execution::environment;
use crate::os::{self, Confines};

/// No program is waited for longer.
const PATIENCE: Duration = Duration::from_secs(12);
/// What a program complains about, at most, bytes.
const COMPLAINT: usize = 4 * 1024;

/// How programs are started here.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    confinement: Option<Arc<Confinement>>,
}

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) out: String,
    /// The first lines of its complaints.
    pub(super) complaint: String,
    pub(super) succeeded: bool,
    /// There was more.
    pub(super) cut: bool,
}

/// Why a program said nothing.
#[derive(Debug)]
pub(super) enum Silent {
    /// It is not on this machine.
    Missing,
    /// For people.
    Failed(String),
}

impl Programs {
    pub(super) fn new(judge: &Judge) -> Self {
        Self {
            confinement: judge.confinement(),
        }
    }

    #[cfg(test)]
    pub(super) fn free() -> Self {
        Self { confinement: None }
    }

    /// Runs a program to its end and answers what it said, at most `most` bytes of it.
    pub(super) async fn ask(
        &self,
        program: &str,
        arguments: &[String],
        most: usize,
    ) -> Result<Said, Silent> {
        let path = find(program).map_err(|_| Silent::Missing)?;
        let failed = |why: String| Silent::Failed(format!("{program}: {why}"));
        let user = self.confinement.as_ref().and_then(|held| held.user());
        let mut command = Command::new(&path);
        command
            .args(arguments)
            .current_dir(Path::new(if cfg!(windows) { "C:\\" } else { "/" }))
            .env_clear()
            .envs(environment::usual(&[], user))
            // What is parsed must be in one language.
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let confines = match &self.confinement {
            Some(confinement) => confinement.confines(&path, &[]).map_err(failed)?,
            None => Confines::default(),
        };
        os::detach(&mut command, confines);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (out, complaint) = (child.stdout.take(), child.stderr.take());
        let reading = async {
            // Whoever has enough closes the pipe, and the program ends of it.
            let ((out, cut), (complaint, _)) =
                tokio::join!(read(out, most), read(complaint, COMPLAINT));
            (out, cut, complaint, child.wait().await)
        };
        let done = tokio::time::timeout(PATIENCE, reading).await;
        let (out, cut, complaint, status) =
            done.map_err(|_| failed(format!("no end within {} s", PATIENCE.as_secs())))?;
        let status = status.map_err(|error| failed(error.to_string()))?;
        Ok(Said {
            out,
            complaint: super::one_line(&complaint, 300),
            succeeded: status.success() || cut,
            cut,
        })
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, most: usize) -> (String, bool) {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        // What was read before an error still tells something.
        let _ = pipe.take(limit).read_to_end(&mut bytes).await;
    }
    let cut = bytes.len() > most;
    bytes.truncate(most);
    (String::from_utf8_lossy(&bytes).into_owned(), cut)
}
