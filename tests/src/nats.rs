//! A NATS server of one test or measurement: its own port and folder, killed the hard way.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{free_port, nats_program};

/// See the module.
pub struct Server {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    environment: Vec<(String, String)>,
    process: Option<Child>,
}

impl Server {
    /// Runs, and keeps what it is given in a folder of its own.
    pub fn start() -> Self {
        let mut server = Self::prepared(&["-js"]);
        server.run();
        server
    }

    /// Not yet running, and with these options besides address and folder.
    pub fn prepared(options: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            environment: Vec::new(),
            process: None,
        }
    }

    /// Three that keep everything thrice. They run, and may need a moment to find each other.
    pub fn cluster() -> Vec<Self> {
        let ports = [free_port(), free_port(), free_port()];
        let routes = ports
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .join(",");
        let servers = ports.map(|port| {
            let (name, listen) = (format!("s{port}"), format!("nats://127.0.0.1:{port}"));
            let mut server = Self::prepared(&["-js", "--cluster_name", "c", "--cluster", &listen]);
            let more = ["--server_name", &name, "--routes", &routes];
            server.options.extend(more.map(str::to_owned));
            server
        });
        let mut servers = Vec::from(servers);
        servers.iter_mut().for_each(Self::run);
        servers
    }

    /// For the next start.
    pub fn add_options(&mut self, options: &[&str]) {
        self.options
            .extend(options.iter().map(|&option| option.to_owned()));
    }

    /// A variable for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Where it listens.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The same, as instances are told.
    pub fn url(&self) -> String {
        format!("nats://{}", self.host())
    }

    /// Everything that it keeps.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Starts it with what is in its folder, and waits until it takes connections.
    pub fn run(&mut self) {
        // A file says by itself where things are kept; NATS takes it from one of the two only.
        let has_file = self.options.iter().any(|option| option == "--config");
        let folder = (!has_file).then(|| [OsStr::new("-sd"), self.folder.path().as_os_str()]);
        let folder = folder.into_iter().flatten();
        let process = Command::new(nats_program())
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string()])
            .args(&self.options)
            .args(folder)
            .envs(self.environment.clone())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(process.unwrap());
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "nats-server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// It stops without closing anything, or goes on.
    #[cfg(unix)]
    pub fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let process = self.process.as_ref().unwrap().id().to_string();
        let done = Command::new("kill")
            .args([signal, &process])
            .status()
            .unwrap();
        assert!(done.success());
        // A signal is on its way to each thread; one that has not met it yet still answers.
        while frozen && !is_frozen(&process) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Everything that it kept is gone.
    pub fn forget(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether every thread of this process stands still; where nobody says, it does.
#[cfg(unix)]
fn is_frozen(process: &str) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    let mut said =
        threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("stat")).ok());
    said.all(|stat| {
        stat.rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('T'))
    })
}
