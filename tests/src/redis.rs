//! A real Redis in a directory of its own, on a free port. It can be killed and started again with what it had.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use redis::aio::MultiplexedConnection;
use redis::{Client, FromRedisValue};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{eventually, free_port};

/// See the module.
pub struct Redis {
    home: TempDir,
    /// Where it listens.
    pub port: u16,
    password: Option<String>,
    child: Option<Child>,
}

impl Redis {
    /// Everybody may come in.
    pub async fn start() -> Self {
        Self::with(None).await
    }

    /// Only who knows the password.
    pub async fn with_password(password: &str) -> Self {
        Self::with(Some(password.to_owned())).await
    }

    async fn with(password: Option<String>) -> Self {
        let mut redis = Self {
            home: TempDir::new().expect("a directory"),
            port: free_port(),
            password,
            child: None,
        };
        redis.again().await;
        redis
    }

    /// Kills it.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("killed");
        }
    }

    /// Starts it again with what was on its disk.
    pub async fn again(&mut self) {
        let (program, libraries) = program();
        let mut command = Command::new(program);
        command
            .current_dir(self.home.path())
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args([
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
            ])
            .args(["--dir", self.home.path().to_str().expect("a path")]);
        if let Some(password) = &self.password {
            command.args(["--requirepass", password]);
        }
        if let Some(libraries) = libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let child = command
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("redis-server starts"));
        eventually("Redis answers", || async { self.connect().await.ok() }).await;
    }

    /// Its address, with the password.
    pub fn url(&self) -> String {
        let password = self.password.as_ref();
        let password = password.map_or_else(String::new, |word| format!(":{word}@"));
        format!("redis://{password}127.0.0.1:{}", self.port)
    }

    async fn connect(&self) -> redis::RedisResult<MultiplexedConnection> {
        let client = Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PING")
            .query_async::<String>(&mut connection)
            .await?;
        Ok(connection)
    }

    /// The answer to a command; bytes, because a value need not be text.
    pub async fn ask<T: FromRedisValue>(&self, command: &[&[u8]]) -> T {
        let mut connection = self.connect().await.expect("Redis answers");
        let mut asked = redis::Cmd::new();
        for part in command {
            asked.arg(*part);
        }
        let answer = asked.query_async(&mut connection).await;
        answer.expect("Redis does what it is asked")
    }

    /// The same, with words.
    pub async fn say<T: FromRedisValue>(&self, command: &str) -> T {
        let words: Vec<_> = command.split(' ').map(str::as_bytes).collect();
        self.ask(&words).await
    }

    /// Adds a message to a stream; its id.
    pub async fn add(&self, stream: &str, field: &str, value: &[u8]) -> String {
        let command = [b"XADD", stream.as_bytes(), b"*", field.as_bytes(), value];
        self.ask(&command).await
    }
}

/// The server, and where its libraries are when it was only unpacked.
fn program() -> (PathBuf, Option<PathBuf>) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::env::split_paths(&path)
        .map(|folder| folder.join("redis-server"))
        .find(|file| file.is_file());
    if let Some(installed) = installed {
        return (installed, None);
    }
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/usr");
    let file = unpacked.join("bin/redis-server");
    assert!(
        file.is_file(),
        "there is no redis-server on this machine; `node scripts/setup.mjs --test` gets one"
    );
    let libraries = std::fs::read_dir(unpacked.join("lib"))
        .expect("its libraries")
        .filter_map(Result::ok)
        .map(|folder| folder.path())
        .find(|folder| folder.join("liblzf.so.1").exists());
    (file, libraries)
}
