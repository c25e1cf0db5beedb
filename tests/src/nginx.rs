//! A real nginx that ends TLS in front of a Nexus, with the configuration that users copy.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::eventually;

/// An authority that this machine does not know.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// With a fresh key.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// Its certificate.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for this name, and its key.
    fn vouch_for(&self, name: &str) -> (String, String) {
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// See the module.
pub struct Nginx {
    /// Where it listens.
    pub port: u16,
    _child: Child,
    _home: TempDir,
}

impl Nginx {
    /// Starts it with a certificate of this authority for this name. None where no nginx is installed.
    pub async fn start(nexus: SocketAddr, authority: &Authority, name: &str) -> Option<Self> {
        let program = program()?;
        let home = TempDir::new().unwrap();
        let at = |file: &str| home.path().join(file);
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        let (certificate, key) = authority.vouch_for(name);
        std::fs::write(at("chain.pem"), certificate).unwrap();
        std::fs::write(at("key.pem"), key).unwrap();
        let site = site(nexus, port, name, home.path());
        std::fs::write(at("site.conf"), site).unwrap();
        std::fs::write(at("nginx.conf"), frame(home.path())).unwrap();
        drop(free);
        let child = Command::new(program)
            .arg("-p")
            .arg(home.path())
            .arg("-c")
            .arg(at("nginx.conf"))
            .args(["-e", "stderr"])
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx starts");
        eventually("nginx listens", || async {
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        Some(Self {
            port,
            _child: child,
            _home: home,
        })
    }
}

/// The users' file, with what every user puts in: name, certificate, and here ports that are free.
fn site(nexus: SocketAddr, port: u16, name: &str, home: &Path) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nginx.conf");
    let mut site = std::fs::read_to_string(file).unwrap();
    let live = "/etc/letsencrypt/live/nexus.example.org";
    for (theirs, ours) in [
        (
            format!("{live}/fullchain.pem"),
            format!("{}/chain.pem", home.display()),
        ),
        (
            format!("{live}/privkey.pem"),
            format!("{}/key.pem", home.display()),
        ),
        (
            "listen 443 ssl".to_owned(),
            format!("listen 127.0.0.1:{port} ssl"),
        ),
        (
            "server_name nexus.example.org".to_owned(),
            format!("server_name {name}"),
        ),
        (
            "http://127.0.0.1:8765".to_owned(),
            format!("http://{nexus}"),
        ),
    ] {
        assert!(site.contains(&theirs), "the file has no {theirs:?}");
        site = site.replace(&theirs, &ours);
    }
    site
}

/// What Debian's own `nginx.conf` has round it, for somebody who is not root.
fn frame(home: &Path) -> String {
    let home = home.display();
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("    {kind}_temp_path {home}/{kind};\n"))
        .collect();
    format!(
        "daemon off;\nmaster_process off;\npid {home}/pid;\nevents {{ worker_connections 256; }}\n\
         http {{\n    access_log off;\n{places}    include {home}/site.conf;\n}}\n"
    )
}

/// Debian keeps it where only root's PATH leads.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where `npm test` puts it on Debian, where installing it would start it.
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/usr/sbin");
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into(), unpacked])
        .map(|folder| folder.join("nginx"))
        .find(|file| file.is_file())
}
