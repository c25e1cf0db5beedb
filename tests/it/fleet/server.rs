//! A NATS server of one test: its own port and folder, killed the hard way.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(super) struct Server {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    process: Option<Child>,
}

impl Server {
    pub(super) fn start() -> Self {
        let mut server = Self::prepared(&["-js"]);
        server.run();
        server
    }

    /// Not yet running, and with these options besides address and folder.
    pub(super) fn prepared(options: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            process: None,
        }
    }

    /// Three that keep everything thrice. They run, and may need a moment to find each other.
    pub(super) fn cluster() -> Vec<Self> {
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

    pub(super) fn add_options(&mut self, options: &[&str]) {
        self.options
            .extend(options.iter().map(|&option| option.to_owned()));
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn url(&self) -> String {
        format!("nats://{}", self.host())
    }

    /// Everything that it keeps.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it with what is in its folder, and waits until it takes connections.
    pub(super) fn run(&mut self) {
        let process = Command::new(program())
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string(), "-sd"])
            .arg(self.folder.path())
            .args(&self.options)
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
    pub(super) fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let process = self.process.as_ref().unwrap().id().to_string();
        let done = Command::new("kill")
            .args([signal, &process])
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// Everything that it kept is gone.
    pub(super) fn forget(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
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

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// Where `nats-server` is.
fn program() -> PathBuf {
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
