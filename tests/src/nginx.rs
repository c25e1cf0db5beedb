//! A real nginx that ends TLS in front of a Nexus, with the configuration that users copy.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{eventually, free_port};

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
    /// Status and JSON of a GET, by TLS; none when nobody answers.
    pub async fn get(
        &self,
        authority: &Authority,
        path: &str,
        headers: &str,
    ) -> Option<(u16, Value)> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let name = ServerName::try_from("localhost").unwrap();
        let connected = TlsConnector::from(Arc::new(config)).connect(name, socket);
        let mut stream = connected.await.ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).unwrap_or_default()))
    }

    /// Starts it with a certificate of this authority for this name. None where no nginx is installed.
    pub async fn start(nexus: SocketAddr, authority: &Authority, name: &str) -> Option<Self> {
        Self::with(authority, name, |port, home| site(nexus, port, name, home)).await
    }

    /// The same before three instances of one swarm, with the file of the Compose example.
    pub async fn before_fleet(instances: &[SocketAddr], authority: &Authority) -> Option<Self> {
        let site = |port, home: &Path| fleet_site(instances, port, home);
        Self::with(authority, "localhost", site).await
    }

    async fn with(
        authority: &Authority,
        name: &str,
        site: impl FnOnce(u16, &Path) -> String,
    ) -> Option<Self> {
        let program = program()?;
        let home = TempDir::new().unwrap();
        let at = |file: &str| home.path().join(file);
        let port = free_port();
        let (certificate, key) = authority.vouch_for(name);
        std::fs::write(at("chain.pem"), certificate).unwrap();
        std::fs::write(at("key.pem"), key).unwrap();
        std::fs::write(at("site.conf"), site(port, home.path())).unwrap();
        std::fs::write(at("nginx.conf"), frame(home.path())).unwrap();
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
    let live = "/etc/letsencrypt/live/nexus.example.org";
    let changes = [
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
    ];
    changed("nginx.conf", &changes)
}

/// The same for the file that stands before three instances.
fn fleet_site(instances: &[SocketAddr], port: u16, home: &Path) -> String {
    let home = home.display();
    let mut changes = vec![
        ("/etc/nginx/certificates".to_owned(), home.to_string()),
        (
            "listen 8443 ssl".to_owned(),
            format!("listen 127.0.0.1:{port} ssl"),
        ),
    ];
    for (number, address) in instances.iter().enumerate() {
        changes.push((format!("nexus-{}:8765", number + 1), address.to_string()));
    }
    changed("nginx.fleet.conf", &changes)
}

/// A file that users copy, with what is different here.
fn changed(name: &str, changes: &[(String, String)]) -> String {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    let mut site = std::fs::read_to_string(deploy.join(name)).unwrap();
    for (theirs, ours) in changes {
        assert!(site.contains(theirs), "{name} has no {theirs:?}");
        site = site.replace(theirs, ours);
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
