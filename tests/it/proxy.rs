//! Behind a proxy that ends TLS: a real nginx with `deploy/nginx.conf`. Where there is no nginx these tests say so and pass.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::{Address, JoinCode};
use serde_json::json;
use system_tests::nginx::{Authority, Nginx};
use system_tests::{Peer, Program, Raw, Server, a_moment, joining_spore_with};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

struct Behind {
    server: Server,
    nginx: Nginx,
    authority: Authority,
    files: TempDir,
}

impl Behind {
    /// None where there is no nginx.
    async fn nginx(trusted: bool, open_api: bool) -> Option<Self> {
        let server = Server::start_with(|config| {
            config.shared_token = None;
            config.open_api = open_api;
            if trusted {
                config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
            }
        })
        .await;
        let authority = Authority::new();
        let nginx = Nginx::start(server.address(), &authority, "localhost").await;
        #[expect(clippy::print_stderr, reason = "a test that is not run says so")]
        let Some(nginx) = nginx else {
            eprintln!("not run: there is no nginx on this machine");
            return None;
        };
        let files = TempDir::new().unwrap();
        std::fs::write(files.path().join("authority.pem"), authority.pem()).unwrap();
        Some(Self {
            server,
            nginx,
            authority,
            files,
        })
    }

    /// A code that leads through this nginx.
    async fn code(&self, nginx: &Nginx) -> JoinCode {
        let (status, answer) = self.server.post("/api/v1/join-codes", json!({})).await;
        assert_eq!(status, 201, "{answer}");
        let mut code: JoinCode = answer["code"].as_str().unwrap().parse().unwrap();
        code.addresses = vec![Address {
            plain: false,
            host: "localhost".into(),
            port: nginx.port,
        }];
        code
    }

    fn spore(&self, code: &JoinCode, name: &str) -> Program {
        let authority = self.files.path().join("authority.pem");
        joining_spore_with(
            &code.to_string(),
            name,
            &[("SSL_CERT_FILE", authority.to_str().unwrap())],
        )
    }

    /// TLS to nginx, from another address of this machine.
    async fn connect(&self, from: IpAddr) -> TlsStream<tokio::net::TcpStream> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.authority.pem().as_bytes()).unwrap())
            .unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let address = ([127, 0, 0, 1], self.nginx.port).into();
        let raw = Raw::connect_from(address, from).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, raw.stream)
            .await
            .unwrap()
    }

    /// The answer to a request through nginx, head and body.
    async fn ask(&self, from: &str, path: &str, headers: &str) -> String {
        let mut stream = self.connect(from.parse().unwrap()).await;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The header of a fresh token.
    async fn token(&self, name: &str) -> String {
        let new = json!({"name": name, "role": "viewer"});
        let (_, made) = self.server.post("/api/v1/tokens", new).await;
        format!(
            "authorization: Bearer {}\r\n",
            made["secret"].as_str().unwrap()
        )
    }

    /// From where a token was last used.
    async fn seen_from(&self, name: &str) -> String {
        let (_, list) = self.server.get("/api/v1/tokens").await;
        let found = list["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name);
        found.unwrap()["last_used_from"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

const CLAIMS: &str = "x-forwarded-for: 6.6.6.6\r\nforwarded: for=6.6.6.6\r\nx-real-ip: 6.6.6.6\r\nx-forwarded-proto: https\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_joins_and_works_through_nginx() {
    let Some(behind) = Behind::nginx(true, false).await else {
        return;
    };
    let code = behind.code(&behind.nginx).await;
    let _spore = behind.spore(&code, "far");
    let node = behind.server.until_node("far", "online").await;
    assert_eq!(node["trust"]["encrypted"], true, "{node}");
    let id = node["node_id"].as_str().unwrap();
    let (status, body) = behind.server.get(&format!("/api/v1/nodes/{id}")).await;
    assert_eq!((status, &body["node"]["state"]), (200, &json!("online")));
    let execution = behind.server.start_shell(id, "uname", 20).await;
    let ended = behind.server.until_state_is_over(&execution).await;
    assert!(
        ["succeeded", "refused"].contains(&ended["state"].as_str().unwrap()),
        "it came to the node and back: {ended}"
    );
    // A screen, by the same way.
    let token = behind.server.nexus.api_token().reveal();
    let stream = behind.connect("127.0.0.1".parse().unwrap()).await;
    let (mut socket, _) = tokio_tungstenite::client_async("ws://localhost/ws/events", stream)
        .await
        .unwrap();
    use futures_util::{SinkExt, StreamExt};
    socket
        .send(json!({"token": token}).to_string().into())
        .await
        .unwrap();
    let greeting = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(greeting.contains("Connected to the Nexus"), "{greeting}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_says_who_asks_and_nobody_else_does() {
    let Some(behind) = Behind::nginx(true, true).await else {
        return;
    };
    // One each, for the last use is written down once a minute.
    let bearer = behind.token("through").await;
    let answer = behind
        .ask("127.0.0.3", "/api/v1/nodes", &format!("{bearer}{CLAIMS}"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let seen = behind.seen_from("through").await;
    assert!(
        seen.starts_with("127.0.0.3:"),
        "nginx's word counts, not the client's: {seen}"
    );
    // Past the proxy, from another machine: its claims are its own.
    let bearer = behind.token("past").await;
    let mut raw = Raw::connect_from(behind.server.address(), "127.0.0.2".parse().unwrap())
        .await
        .unwrap();
    raw.write(
        format!("GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\n{bearer}{CLAIMS}\r\n").as_bytes(),
    )
    .await;
    assert_eq!(raw.status().await, Some(200));
    let seen = behind.seen_from("past").await;
    assert!(seen.starts_with("127.0.0.2:"), "{seen}");
    // A loopback that is open is not open through the proxy, nor to whoever claims to be a client of one.
    for headers in ["", CLAIMS] {
        let answer = behind.ask("127.0.0.1", "/api/v1/nodes", headers).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    // The name that is asked for is still checked.
    let answer = behind
        .ask(
            "127.0.0.1",
            "/api/v1/nodes",
            &format!("{bearer}origin: https://evil.test\r\n"),
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_good_ends_it_before_the_code_is_told() {
    let Some(behind) = Behind::nginx(true, false).await else {
        return;
    };
    // Of another authority, and of the right one for another name.
    let strangers = Authority::new();
    let stranger = Nginx::start(behind.server.address(), &strangers, "localhost")
        .await
        .unwrap();
    let other = Nginx::start(behind.server.address(), &behind.authority, "elsewhere.test")
        .await
        .unwrap();
    for nginx in [&stranger, &other] {
        let code = behind.code(nginx).await;
        let mut spore = behind.spore(&code, "victim");
        let said = spore.says("invalid peer certificate").await;
        assert!(said.contains("TLS"), "{said}");
    }
    a_moment().await;
    assert_eq!(behind.server.get("/api/v1/nodes").await.1["count"], 0);
    let (_, codes) = behind.server.get("/api/v1/join-codes").await;
    assert!(
        codes["join_codes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|code| code["used"] == 0),
        "{codes}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_nobody_trusts_makes_nobody_local() {
    let Some(behind) = Behind::nginx(false, true).await else {
        return;
    };
    let answer = behind.ask("127.0.0.1", "/api/v1/nodes", "").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    // The Nexus sees a connection without TLS from this machine; it is not said to be encrypted.
    let code = behind.code(&behind.nginx).await;
    let _spore = behind.spore(&code, "far");
    let node = behind.server.until_node("far", "online").await;
    assert_eq!(node["trust"]["encrypted"], false, "{node}");
    let refused = Peer::connect(
        behind.server.address(),
        "/ws/events",
        &[("x-forwarded-for", "127.0.0.1")],
    )
    .await;
    assert_eq!(refused.unwrap().end().await.0, 1008);
}
