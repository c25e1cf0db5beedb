//! A Nexus as its own process before a RabbitMQ: killed between two steps, and over TLS. Not here: what needs no process of its
//! own, see `rabbit`.

use std::net::SocketAddr;
use std::path::Path;

use lapin::BasicProperties;
use serde_json::{Value, json};
use system_tests::rabbit::Rabbit;
use system_tests::{
    TOKEN, a_moment, eventually, free_port, listening, nexus_program, spore_program,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Child;
use tokio::sync::watch;

use super::rabbit::{named, shell, source};
use super::{operator, taking, until_problem};

/// A Nexus that can be killed.
struct Process {
    child: Child,
    address: SocketAddr,
    word: String,
}

impl Process {
    async fn start(data: &Path, source: Value, more: &[(&str, &str)]) -> Self {
        let sources = json!([source]).to_string();
        let mut environment = vec![
            ("NEXUS_SOURCES", sources.as_str()),
            ("NEXUS_PORT", "0"),
            ("NEXUS_SHARED_TOKEN", TOKEN),
            ("HOME", data.to_str().unwrap()),
        ];
        environment.extend_from_slice(more);
        let mut command = nexus_program(data, &["serve"], &environment);
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let address = listening(child.stderr.take().unwrap()).await;
        let word = std::fs::read_to_string(data.join("api-token")).unwrap();
        let word = word.trim().to_owned();
        Self {
            child,
            address,
            word,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let request = reqwest::Client::new().get(format!("http://{}{path}", self.address));
        let answer = request.bearer_auth(&self.word).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn may(&self) {
        let request = reqwest::Client::new().post(format!("http://{}/api/v1/tokens", self.address));
        let new = json!({"name": "ci", "role": "operator"});
        let made = request.bearer_auth(&self.word).json(&new).send().await;
        assert_eq!(made.unwrap().status(), 201);
    }

    /// Waits until its source says so.
    async fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || async {
            let body = self.get("/api/v1/sources").await;
            let source = &body["sources"][0];
            is(source).then(|| source.clone())
        })
        .await
    }
}

/// A wire to a broker on which, when it is told so, nothing comes to the broker any more.
async fn wire(to: u16) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (mute, muted) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let broker = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let (mut hear, mut say) = client.into_split();
            let (mut from, mut into) = broker.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from, &mut say).await });
            let muted = muted.clone();
            tokio::spawn(async move {
                let mut piece = vec![0; 65_536];
                while let Ok(read @ 1..) = hear.read(&mut piece).await {
                    if !*muted.borrow() && into.write_all(&piece[..read]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, mute)
}

#[tokio::test]
async fn a_nexus_that_is_killed_before_it_acknowledged_runs_nothing_twice() {
    let rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    let (port, mute) = wire(rabbit.port).await;
    let data = TempDir::new().unwrap();
    let over_wire = json!({"url": format!("amqp://nexus:word@127.0.0.1:{port}")});
    let mut first = Process::start(data.path(), source(&rabbit, over_wire), &[]).await;
    let _spore = spore_program(first.address, "a", &[]);
    eventually("the node is there", || async {
        let body = first.get("/api/v1/nodes").await;
        (body["nodes"][0]["state"] == "online").then_some(())
    })
    .await;
    first.may().await;
    first
        .until("it takes jobs", |now| now["connected"] == true)
        .await;
    mute.send_replace(true);
    // One is known by its name, the other one by what it says.
    talk.add("jobs", &shell("true"), named("m-1")).await;
    talk.add("jobs", &shell("uname"), BasicProperties::default())
        .await;
    first.until("both are taken", |now| now["taken"] == 2).await;
    first.child.kill().await.unwrap();
    eventually("the broker has them again", || async {
        (talk.waiting("jobs").await == 2).then_some(())
    })
    .await;
    let mut again = Process::start(data.path(), source(&rabbit, json!({})), &[]).await;
    let now = again.until("they are known", |now| now["known"] == 2).await;
    assert_eq!(
        (&now["taken"], &now["dead_lettered"]),
        (&json!(0), &json!(0)),
        "{now}"
    );
    let body = again.get("/api/v1/jobs").await;
    assert_eq!(body["jobs"].as_array().unwrap().len(), 2, "{body}");
    a_moment().await;
    again.child.kill().await.unwrap();
    a_moment().await;
    assert_eq!(talk.waiting("jobs").await, 0, "they were acknowledged");
    assert_eq!(talk.waiting("jobs.dead").await, 0);
}

#[tokio::test]
async fn over_tls_only_who_can_be_trusted_is_believed() {
    let mut rabbit = Rabbit::start().await;
    let data = TempDir::new().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (data.path().join("c.pem"), data.path().join("k.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let port = free_port();
    rabbit.kill().await;
    rabbit
        .again(&format!(
            "listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.certfile = {}\nssl_options.keyfile = {}",
            certificate.display(),
            key.display()
        ))
        .await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    let over_tls = json!({"url": format!("amqps://nexus:word@localhost:{port}")});
    let server = taking(source(&rabbit, over_tls.clone())).await;
    operator(&server).await;
    until_problem(&server, "cannot be trusted").await;
    // The problem says where it belongs; there it is believed.
    let authority = ("SSL_CERT_FILE", certificate.to_str().unwrap());
    let home = TempDir::new().unwrap();
    let believing = Process::start(home.path(), source(&rabbit, over_tls), &[authority]).await;
    believing.may().await;
    believing
        .until("it takes jobs", |now| now["connected"] == true)
        .await;
}
