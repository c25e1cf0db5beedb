//! A Nexus in this process, with its REST client.

use std::net::SocketAddr;
use std::time::Duration;

use nexus::access::{Caller, NewToken, Role};
use nexus::secret::Secret;
use nexus::{Config, Running};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Error;
use uuid::Uuid;

use crate::{Peer, TOKEN, eventually};

/// See the module.
pub struct Server {
    /// The Nexus.
    pub nexus: Running,
    /// Its data.
    pub data: TempDir,
    client: reqwest::Client,
}

impl Server {
    /// On a free port of this machine, with the tests' token.
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, changed.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = TempDir::new().unwrap();
        let mut config = Config::new(data.path().to_owned());
        config.port = 0;
        config.shared_token = Some(Secret::new(TOKEN));
        change(&mut config);
        let nexus = nexus::start(config).await.expect("the Nexus starts");
        Self {
            nexus,
            data,
            client: reqwest::Client::new(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.nexus.address()
    }

    /// A request with the token.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let token = self.nexus.api_token().reveal();
        self.call_as(token, method, path, body).await
    }

    /// A request with this token; an empty one is nobody's, and is not sent.
    pub async fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.bare(method, path);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    /// The stream of events, with this API token.
    pub async fn events(&self, secret: &str) -> Result<Peer, Error> {
        let bearer = format!("Bearer {secret}");
        let headers = [("authorization", bearer.as_str())];
        Peer::connect(self.address(), "/ws/events", &headers).await
    }

    /// The same, as the owner.
    pub async fn owners_events(&self) -> Peer {
        let owner = self.nexus.api_token();
        self.events(owner.reveal()).await.unwrap()
    }

    /// Makes a token for these nodes and calls, which lasts longer than a test; its id, and the token.
    pub async fn token(
        &self,
        name: &str,
        role: Role,
        nodes: &str,
        calls: &[&str],
    ) -> (Uuid, String) {
        let new = NewToken {
            name: name.into(),
            role,
            nodes: nodes.into(),
            calls: calls.iter().map(|call| (*call).into()).collect(),
            ttl_seconds: 600,
        };
        let tokens = self.nexus.tokens();
        let (secret, info) = tokens.create(new, &Caller::local()).await.unwrap();
        (info.id, secret.reveal().to_owned())
    }

    /// A request as it is, without token.
    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address()))
    }

    /// GET with the token.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    /// POST with the token.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Runs a shell command on a node and waits.
    pub async fn shell(&self, node: &str, command: &str, timeout: u32) -> (u16, Value) {
        let body = json!({"skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": command}, "timeout": timeout});
        self.post(&format!("/api/v1/nodes/{node}/execute"), body)
            .await
    }

    /// Starts a shell command on a node; its id.
    pub async fn start_shell(&self, node: &str, command: &str, timeout: u32) -> String {
        let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": command}, "timeout": timeout});
        let (status, body) = self.post("/api/v1/executions", body).await;
        assert_eq!(status, 202, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Waits until an execution is in a state.
    pub async fn until_state(&self, id: &str, state: &str) -> Value {
        eventually(&format!("execution {id} is {state}"), || async {
            let (_, body) = self.get(&format!("/api/v1/executions/{id}")).await;
            (body["execution"]["state"] == state).then(|| body["execution"].clone())
        })
        .await
    }

    /// Waits until an execution is over, however it ended.
    pub async fn until_state_is_over(&self, id: &str) -> Value {
        eventually(&format!("execution {id} is over"), || async {
            let (_, body) = self.get(&format!("/api/v1/executions/{id}")).await;
            let finished = body["execution"]["finished_at"].is_string();
            finished.then(|| body["execution"].clone())
        })
        .await
    }

    /// All that an execution wrote, as kept.
    pub async fn output(&self, id: &str) -> String {
        let (_, body) = self.get(&format!("/api/v1/executions/{id}/output")).await;
        body["chunks"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|chunk| chunk["text"].as_str())
            .collect()
    }

    /// Waits until a node (by id or name) is in a state; its body.
    pub async fn until_node(&self, name: &str, state: &str) -> Value {
        eventually(&format!("node {name} is {state}"), || async {
            let (_, body) = self.get("/api/v1/nodes").await;
            let nodes = body["nodes"].as_array()?.clone();
            let named = |node: &&Value| node["node_id"] == name || node["node_name"] == name;
            nodes
                .iter()
                .find(named)
                .filter(|node| node["state"] == state)
                .cloned()
        })
        .await
    }

    /// Stops it in order, keeping its data.
    pub async fn stop(self) -> TempDir {
        self.nexus.shutdown(Duration::from_secs(5)).await;
        self.data
    }
}

/// Status and body; a body that is not JSON becomes a string.
pub(crate) async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}
