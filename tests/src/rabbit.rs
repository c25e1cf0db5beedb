//! A real RabbitMQ in a directory of its own, on free ports, with two virtual hosts. It can be killed and started again with
//! what it had. Started without its scripts: so it is one process, wherever its packages were unpacked.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions,
    QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{eventually, free_port};

/// Who may come in, and the hash of the password, with its salt.
const ACCOUNT: &str = "nexus:word";
const HASH: &str = "c2FsdAvbifPipkI+CqaEDR+B5BAKYx72bsoq4NA/uaTOOyX1";

/// See the module.
pub struct Rabbit {
    home: TempDir,
    /// Where it listens.
    pub port: u16,
    /// The name service that Erlang wants; it would start one that stays.
    names: u16,
    _epmd: Child,
    child: Option<Child>,
}

impl Rabbit {
    /// With nothing in it.
    pub async fn start() -> Self {
        let (root, _) = program();
        let names = free_port();
        let epmd = Command::new(binaries(&root).join("epmd"))
            .args(["-port", &names.to_string(), "-address", "127.0.0.1"])
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("epmd starts");
        let mut rabbit = Self {
            home: TempDir::new().expect("a directory"),
            port: free_port(),
            names,
            _epmd: epmd,
            child: None,
        };
        rabbit.again("").await;
        rabbit
    }

    /// Kills it.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("killed");
        }
    }

    /// Starts it again with what was on its disk, and with this in its configuration.
    pub async fn again(&mut self, more: &str) {
        let (erlang, rabbit) = program();
        let home = self.home.path();
        let path = |name: &str| home.join(name).into_os_string();
        let user = ACCOUNT.split(':').next().expect("a name");
        let configuration = format!(
            "listeners.tcp.1 = 127.0.0.1:{}\nload_definitions = {}\nlog.console = false\nlog.file.level = warning\n{more}\n",
            self.port,
            home.join("definitions.json").display(),
        );
        let definitions = format!(
            r#"{{"users": [{{"name": "{user}", "password_hash": "{HASH}", "tags": ""}}],
            "vhosts": [{{"name": "/"}}, {{"name": "other"}}], "permissions": [{{"user": "{user}",
            "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}}]}}"#
        );
        for (name, text) in [
            ("rabbitmq.conf", configuration.as_str()),
            ("definitions.json", &definitions),
            ("enabled_plugins", "[]."),
        ] {
            std::fs::write(home.join(name), text).expect("written");
        }
        let child = Command::new(binaries(&erlang).join("erlexec"))
            .args(["-noinput", "-s", "rabbit", "boot", "-boot"])
            .arg(erlang.join("bin/start_sasl"))
            .args(["+W", "w", "+sbwt", "none", "-syslog", "logger", "[]"])
            .args(["-syslog", "syslog_error_logger", "false"])
            .args(["-kernel", "prevent_overlapping_partitions", "false"])
            .args(["-kernel", "inet_dist_use_interface", "{127,0,0,1}"])
            .env("ROOTDIR", &erlang)
            .env("BINDIR", binaries(&erlang))
            .env("EMU", "beam")
            .env("PROGNAME", "erl")
            .env("ERL_LIBS", rabbit.join("plugins"))
            .env("ERL_EPMD_PORT", self.names.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_MAX_ETS_TABLES", "5000")
            .env("ERL_MAX_PORTS", "1024")
            .env("ERL_CRASH_DUMP_BYTES", "0")
            .env("HOME", home)
            .env("RABBITMQ_HOME", &rabbit)
            .env("RABBITMQ_NODENAME", format!("t{}@localhost", self.port))
            .env("RABBITMQ_DIST_PORT", free_port().to_string())
            .env("RABBITMQ_MNESIA_BASE", path("mnesia"))
            .env("RABBITMQ_LOG_BASE", path("log"))
            .env("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .current_dir(home)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("RabbitMQ starts"));
        // It takes its time, twice that when everybody wants the machine.
        for _ in 0..4 {
            if self.answers().await {
                return;
            }
        }
        panic!("RabbitMQ does not answer; its log is in {}", home.display());
    }

    async fn answers(&self) -> bool {
        for _ in 0..100 {
            if self.connect().await.is_ok() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        false
    }

    /// Its address, with the password.
    pub fn url(&self) -> String {
        format!("amqp://{ACCOUNT}@127.0.0.1:{}", self.port)
    }

    async fn connect(&self) -> lapin::Result<Connection> {
        Connection::connect(&self.url(), ConnectionProperties::default()).await
    }

    /// A way to talk to it, with confirmations.
    pub async fn talk(&self) -> Talk {
        let connection = self.connect().await.expect("RabbitMQ answers");
        let channel = connection.create_channel().await.expect("a channel");
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await
            .expect("confirmations");
        Talk {
            channel,
            _connection: connection,
        }
    }
}

/// A connection to a broker, as programs have one.
pub struct Talk {
    channel: Channel,
    _connection: Connection,
}

impl Talk {
    /// A queue that stays; what it rejects goes to another one, which is made as well.
    pub async fn queue(&self, name: &str) {
        let dead = format!("{name}.dead");
        self.plain_queue(&dead, FieldTable::default()).await;
        let mut arguments = FieldTable::default();
        let text = |text: &str| AMQPValue::LongString(LongString::from(text));
        arguments.insert("x-dead-letter-exchange".into(), text(""));
        arguments.insert("x-dead-letter-routing-key".into(), text(&dead));
        self.plain_queue(name, arguments).await;
    }

    /// A queue that stays.
    pub async fn plain_queue(&self, name: &str, arguments: FieldTable) {
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self.channel.queue_declare(name.into(), options, arguments);
        declared.await.expect("a queue");
    }

    /// An exchange that leads what has this key to a queue of this name.
    pub async fn exchange(&self, name: &str, queue: &str) {
        let declared = self.channel.exchange_declare(
            name.into(),
            ExchangeKind::Direct,
            ExchangeDeclareOptions::default(),
            FieldTable::default(),
        );
        declared.await.expect("an exchange");
        self.plain_queue(queue, FieldTable::default()).await;
        let bound = self.channel.queue_bind(
            queue.into(),
            name.into(),
            queue.into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bound.await.expect("bound");
    }

    /// Adds a message that stays; returns when the broker has it.
    pub async fn add(&self, queue: &str, body: &[u8], properties: BasicProperties) {
        let properties = properties.with_delivery_mode(2);
        let options = BasicPublishOptions::default();
        let published =
            self.channel
                .basic_publish("".into(), queue.into(), options, body, properties);
        let confirmed = published.await.expect("published").await;
        assert!(confirmed.expect("confirmed").is_ack());
    }

    /// How many messages wait in a queue and were handed to nobody.
    pub async fn waiting(&self, queue: &str) -> u32 {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .channel
            .queue_declare(queue.into(), passive, FieldTable::default());
        declared.await.expect("the queue").message_count()
    }

    /// Removes a queue with what is in it.
    pub async fn remove(&self, queue: &str) {
        let options = QueueDeleteOptions::default();
        let removed = self.channel.queue_delete(queue.into(), options);
        removed.await.expect("removed");
    }

    /// Takes the next message of a queue.
    pub async fn take(&self, queue: &str) -> (Vec<u8>, BasicProperties) {
        eventually("a message comes", || async {
            let options = BasicGetOptions { no_ack: true };
            let got = self.channel.basic_get(queue.into(), options).await;
            let got = got.expect("the queue")?;
            Some((got.delivery.data, got.delivery.properties))
        })
        .await
    }
}

/// Where Erlang is, and where RabbitMQ.
fn program() -> (PathBuf, PathBuf) {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/usr");
    for usr in [Path::new("/usr"), &unpacked] {
        let erlang = ["lib", "lib64"].map(|lib| usr.join(lib).join("erlang"));
        let erlang = erlang.into_iter().find(|erlang| erlang.is_dir());
        let servers = std::fs::read_dir(usr.join("lib/rabbitmq/lib"));
        let server = servers.ok().and_then(|all| {
            all.filter_map(Result::ok)
                .map(|one| one.path())
                .find(|path| path.join("plugins").is_dir())
        });
        if let (Some(erlang), Some(server)) = (erlang, server) {
            let absolute = |path: PathBuf| path.canonicalize().expect("it is there");
            return (absolute(erlang), absolute(server));
        }
    }
    panic!(
        "there is no RabbitMQ on this machine; `npm test` gets one, or `node scripts/setup.mjs --test`"
    );
}

/// Erlang's own programs.
fn binaries(erlang: &Path) -> PathBuf {
    std::fs::read_dir(erlang)
        .expect("Erlang")
        .filter_map(Result::ok)
        .map(|folder| folder.path().join("bin"))
        .find(|bin| bin.join("erlexec").is_file())
        .expect("Erlang's programs")
}
