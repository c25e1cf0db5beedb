//! The real programs, as child processes that do not outlive the test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use crate::{PATIENCE, TOKEN};

/// See the module.
pub struct Program {
    child: Child,
    /// Its directory, if it was given one of its own.
    pub home: TempDir,
}

impl Program {
    /// Starts a command with a directory of its own, and nothing inherited that could disturb it.
    pub fn start(mut command: Command, home: TempDir) -> Self {
        let child = command
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .spawn()
            .expect("the program starts");
        Self { child, home }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal, by name.
    pub async fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.pid().to_string()])
            .status()
            .await;
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end; the exit code, if it exited.
    pub async fn end(&mut self) -> Option<i32> {
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("it ends in time")
            .expect("waited")
            .code()
    }

    /// What it says on its standard error; once.
    pub fn stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().expect("not taken yet")
    }
}

/// Reads a Nexus' log until it says where it listens; goes on reading, so that the pipe never fills.
pub async fn listening(stderr: ChildStderr) -> SocketAddr {
    listening_and(stderr, |_| ()).await
}

/// The same, and gives each line away.
pub(crate) async fn listening_and(
    stderr: ChildStderr,
    mut told: impl FnMut(&str) + Send + 'static,
) -> SocketAddr {
    let mut lines = BufReader::new(stderr).lines();
    let address = async {
        let mut last = String::new();
        while let Some(line) = lines.next_line().await.expect("reads") {
            told(&line);
            last.clone_from(&line);
            let said = line
                .split("address=")
                .nth(1)
                .and_then(|rest| rest.split(' ').next());
            if let Some(address) = said.and_then(|text| text.parse().ok()) {
                return address;
            }
        }
        panic!("it ended before it listened: {last}");
    };
    let address = tokio::time::timeout(PATIENCE, address)
        .await
        .expect("it listens in time");
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            told(&line);
        }
    });
    address
}

/// The spore, told where the Nexus is.
pub fn spore_program(nexus: SocketAddr, name: &str, more: &[(&str, &str)]) -> Program {
    spore_in(TempDir::new().unwrap(), nexus, name, more)
}

/// The same in a directory that was prepared: its data are in `data`, its files in `workspace`.
pub fn spore_in(home: TempDir, nexus: SocketAddr, name: &str, more: &[(&str, &str)]) -> Program {
    let mut command = Command::new(program("spore"));
    command
        .current_dir(home.path())
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("SPORE_NODE_NAME", name)
        .env("SPORE_NEXUS_HOST", nexus.ip().to_string())
        .env("SPORE_NEXUS_PORT", nexus.port().to_string())
        .env("SPORE_SHARED_TOKEN", TOKEN)
        .env("SPORE_DATA_DIR", home.path().join("data"))
        .env("SPORE_WORKSPACE", home.path().join("workspace"))
        .envs(more.iter().copied());
    Program::start(command, home)
}

/// A spore that is given a join code and allows everything; its log can be read.
pub fn joining_spore(code: &str, name: &str) -> Program {
    joining_spore_with(code, name, &[])
}

/// The same, with more in its environment.
pub fn joining_spore_with(code: &str, name: &str, more: &[(&str, &str)]) -> Program {
    join(code, name, "full", more)
}

/// A spore that is given a join code and a ready-made policy.
pub fn spore_that_allows(code: &str, name: &str, policy: &str) -> Program {
    join(code, name, policy, &[])
}

fn join(code: &str, name: &str, policy: &str, more: &[(&str, &str)]) -> Program {
    let home = TempDir::new().unwrap();
    let mut command = spore_command(home.path(), name, &["join", "--policy", policy, code]);
    command.envs(more.iter().copied());
    Program::start(command, home)
}

impl Program {
    /// Runs the spore's program in the place of this one, e.g. `grant shell --for 1h`; what it prints.
    pub async fn spore(&self, arguments: &[&str]) -> String {
        let mut command = spore_command(self.home.path(), "n", arguments);
        let output = command.stdout(Stdio::piped()).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A spore that joined before, started again in the same place.
pub fn member_spore(home: TempDir, name: &str) -> Program {
    let command = spore_command(home.path(), name, &[]);
    Program::start(command, home)
}

/// The spore's program with arguments, and nothing else that it could know a Nexus by.
pub fn spore_command(home: &Path, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("spore"));
    command
        .args(arguments)
        .current_dir(home)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("SPORE_NODE_NAME", name)
        .env("SPORE_DATA_DIR", home.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// The Nexus' program with arguments, its data in a directory of its own.
pub fn nexus_program(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program("nexus"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("NEXUS_DATA_DIR", data)
        .envs(environment.iter().copied())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// A program of this workspace, out of the folder that `SYSTEM_TESTS_PROGRAMS` names. Without it they are built: Cargo does not build
/// the programs of other packages for a test, so we ask it to.
fn program(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("SYSTEM_TESTS_PROGRAMS") {
        return Path::new(&folder).join(name);
    }
    static BUILT: OnceLock<()> = OnceLock::new();
    let directory = std::env::current_exe()
        .unwrap()
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned();
    BUILT.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let arguments = ["build", "--quiet", "-p", "nexus", "-p", "spore", "--bins"];
        let built = std::process::Command::new(cargo)
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(
            built.expect("cargo runs").success(),
            "the programs do not build"
        );
    });
    directory.join(name)
}

/// Where `nats-server` is.
pub fn nats_program() -> PathBuf {
    let name = if cfg!(windows) {
        "nats-server.exe"
    } else {
        "nats-server"
    };
    let named = std::env::var_os("NEXUS_TEST_NATS").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    named
        .into_iter()
        .chain([root.join("target/tools").join(name)])
        .chain(std::env::split_paths(&path).map(|folder| folder.join(name)))
        .find(|path| path.is_file())
        .expect("nats-server is not on this machine; run: node scripts/setup.mjs --test")
}

impl Program {
    /// Reads the log and forgets it, so that the pipe never fills.
    pub fn drain(&mut self) {
        let mut lines = BufReader::new(self.stderr()).lines();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    }

    /// Reads the log until it says something; goes on reading, so that the pipe never fills.
    pub async fn says(&mut self, what: &str) -> String {
        let mut lines = BufReader::new(self.stderr()).lines();
        let said = async {
            while let Some(line) = lines.next_line().await.expect("reads") {
                if line.contains(what) {
                    return line;
                }
            }
            panic!("it ended and never said {what:?}");
        };
        let line = tokio::time::timeout(PATIENCE, said)
            .await
            .expect("it says so in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        line
    }
}

/// A moment for something that should not happen.
pub async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
