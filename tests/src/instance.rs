//! `nexus serve` in a process that can be killed, with its REST client.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{Program, eventually, free_port, nexus_program, program::listening_and};

/// See the module.
pub struct Instance {
    /// The process; its directory is the data directory.
    pub program: Program,
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
    client: reqwest::Client,
}

impl Instance {
    /// On a free port, with this in its environment.
    pub async fn start(data: TempDir, environment: &[(&str, &str)]) -> Self {
        let port = free_port().to_string();
        let mut all = vec![("NEXUS_PORT", port.as_str())];
        all.extend_from_slice(environment);
        let command = nexus_program(data.path(), &["serve"], &all);
        Self::run(command, data).await
    }

    /// By a command of one's own.
    pub async fn run(command: Command, data: TempDir) -> Self {
        let mut program = Program::start(command, data);
        let log: Arc<Mutex<String>> = Arc::default();
        let told = Arc::clone(&log);
        let address = listening_and(program.stderr(), move |line| {
            let mut log = told.lock().unwrap();
            log.push_str(line);
            log.push('\n');
        });
        Self {
            address: address.await,
            program,
            log,
            client: reqwest::Client::new(),
        }
    }

    /// On this port.
    pub async fn at(data: TempDir, address: SocketAddr) -> Self {
        Self::start(data, &[("NEXUS_PORT", &address.port().to_string())]).await
    }

    /// What it has said since its start.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What a file of its data directory says.
    pub fn file(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.program.home.path().join(name));
        text.unwrap().trim().to_owned()
    }

    /// GET, or POST when there is a body; the answer.
    pub async fn ask(&self, path: &str, body: Option<Value>) -> Value {
        self.try_ask(path, body).await.unwrap()
    }

    /// The same of one that may be gone, or not know it.
    pub async fn try_ask(&self, path: &str, body: Option<Value>) -> Result<Value, String> {
        let url = format!("http://{}/api/v1/{path}", self.address);
        let request = match body {
            Some(body) => self.client.post(url).json(&body),
            None => self.client.get(url),
        };
        let answer = request.bearer_auth(self.file("api-token")).send().await;
        let answer = answer.map_err(|error| error.to_string())?;
        answer.json().await.map_err(|error| error.to_string())
    }

    /// Lets everything go on after a STOP.
    pub async fn release(&self) {
        let url = format!("http://{}/api/v1/stop", self.address);
        let request = self.client.delete(url).bearer_auth(self.file("api-token"));
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// The id of the first node that is online.
    pub async fn online(&self) -> Option<String> {
        let nodes = self.ask("nodes", None).await;
        let online = nodes["nodes"]
            .as_array()?
            .iter()
            .find(|node| node["state"] == "online");
        Some(online?["node_id"].as_str()?.to_owned())
    }

    /// How an execution stands.
    pub async fn execution(&self, id: &str) -> Value {
        self.ask(&format!("executions/{id}"), None).await["execution"].clone()
    }

    /// Waits until an execution is in this state.
    pub async fn until_state(&self, id: &str, state: &str) -> Value {
        eventually(&format!("{id} is {state}"), || async {
            Some(self.execution(id).await).filter(|one| one["state"] == state)
        })
        .await
    }

    /// What it wrote so far.
    pub async fn output(&self, id: &str) -> String {
        let answer = self.ask(&format!("executions/{id}/output"), None).await;
        let chunks = answer["chunks"].as_array().cloned().unwrap_or_default();
        chunks
            .iter()
            .filter_map(|chunk| chunk["text"].as_str())
            .collect()
    }
}
