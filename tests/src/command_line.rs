//! The command line as a person or a script has it: the real program, against a Nexus of the tests.

use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::{PATIENCE, Server, nexus_program};

/// How a command ended.
pub struct Ended {
    /// As the shell sees it; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ended {
    /// Checks the code; the rest of it is shown when it is another one.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        let Self {
            code: was,
            out,
            err,
        } = &self;
        assert_eq!(*was, code, "out: {out}\nerr: {err}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Server {
    /// A command for this Nexus, as the user whose it is.
    pub fn command_line(&self, arguments: &[&str]) -> Command {
        let port = self.address().port().to_string();
        let mut command = nexus_program(self.data.path(), arguments, &[("NEXUS_PORT", &port)]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs one to its end.
    pub async fn nexus(&self, arguments: &[&str]) -> Ended {
        finished(self.command_line(arguments)).await
    }

    /// Starts one that stays.
    pub fn nexus_stays(&self, arguments: &[&str]) -> Child {
        self.command_line(arguments).spawn().expect("it starts")
    }
}

/// Runs a command to its end.
pub async fn finished(mut command: Command) -> Ended {
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    output.expect("it ends in time").expect("it runs").into()
}

/// Waits for the end of one that was started.
pub async fn ended(child: Child) -> Ended {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    output.expect("it ends in time").expect("it ran").into()
}

/// Presses Ctrl-C.
pub async fn interrupt(child: &Child) {
    let pid = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status().await;
    assert!(sent.expect("kill runs").success());
}

/// A number that no other test sleeps for, so that its processes can be told from others.
pub fn unlikely_seconds() -> String {
    format!("{}", uuid::Uuid::new_v4().as_u128() % 1_000_000 + 100_000)
}

/// How many processes sleep for so long.
pub async fn sleepers(seconds: &str) -> usize {
    let found = Command::new("pgrep")
        .args(["-fc", &format!("^sleep {seconds}")])
        .output()
        .await;
    let count = found.expect("pgrep runs").stdout;
    String::from_utf8_lossy(&count).trim().parse().unwrap_or(0)
}

/// Waits until so many processes sleep for so long.
pub async fn until_sleepers(seconds: &str, count: usize) {
    let all = async {
        while sleepers(seconds).await != count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all)
        .await
        .unwrap_or_else(|_| panic!("there never were {count} sleepers"));
}
