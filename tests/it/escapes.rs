//! Ways out of a spore's workspace, tried through REST at a real spore. Beside the workspace lie canaries: their content must
//! not be seen, and nothing of what lies there may change. Not here: the ways themselves, see `spellings` and `links`.

mod links;
mod spellings;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::{Program, Server, spore_in};
use tempfile::TempDir;

/// The content of the canaries; their names are `canary` and `marker-of-the-outside`.
const CANARY: &str = "the-content-of-the-canary";
/// The same as it is read with `encoding: base64`.
const CANARY_IN_BASE64: &str = "dGhlLWNvbnRlbnQtb2YtdGhlLWNhbmFyeQ==";
const MARKER: &str = "marker-of-the-outside";

struct Fence {
    server: Server,
    spore: Program,
    node: String,
}

impl Fence {
    async fn new() -> Self {
        let home = TempDir::new().unwrap();
        let at = |path: &str| home.path().join(path);
        for folder in ["data", "workspace/deep/deeper", "workspace2", "outside/dir"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        for folder in ["", "workspace2", "outside", "outside/dir"] {
            std::fs::write(at(folder).join("canary"), CANARY).unwrap();
            std::fs::write(at(folder).join(MARKER), CANARY).unwrap();
        }
        std::fs::write(at("workspace/own"), "own").unwrap();
        let policy = at("data/policy.toml");
        std::fs::write(&policy, "methods = [\"*\"]\nshell = true\n").unwrap();
        std::fs::set_permissions(&policy, std::fs::Permissions::from_mode(0o600)).unwrap();
        let server = Server::start().await;
        let spore = spore_in(home, server.address(), "fenced", &[]);
        let node = server.until_node("fenced", "online").await;
        let node = node["node_id"].as_str().unwrap().to_owned();
        Self {
            server,
            spore,
            node,
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.spore.home.path().join(path)
    }

    async fn call(&self, skill: &str, method: &str, parameters: Value) -> Value {
        let body = json!({"skill_name": skill, "method_name": method, "parameters": parameters, "timeout": 20});
        let (status, answer) = self
            .server
            .post(&format!("/api/v1/nodes/{}/execute", self.node), body)
            .await;
        assert!(
            [200, 400].contains(&status),
            "{parameters}: {status} {answer}"
        );
        answer
    }

    /// Tries all that can be done with a path; how many ways were tried.
    async fn attack(&self, path: &str) -> usize {
        let sees_nothing = |what: &str, answer: &Value| {
            let said = answer.to_string();
            assert!(
                !said.contains(CANARY) && !said.contains(CANARY_IN_BASE64),
                "{what} {path:?} shows the canary: {said}"
            );
            assert!(
                !said.contains("root:x:0"),
                "{what} {path:?} shows /etc/passwd"
            );
            let listed = answer["success"] == true && said.contains(MARKER);
            assert!(!listed, "{what} {path:?} lists the outside: {said}");
        };
        let ways = [
            ("read_file", json!({"path": path})),
            (
                "read_file",
                json!({"path": path, "encoding": "base64", "max_bytes": 100}),
            ),
            ("list_files", json!({"path": path})),
            (
                "write_file",
                json!({"path": path, "content": "overwritten"}),
            ),
            (
                "write_file",
                json!({"path": format!("{path}/made"), "content": "overwritten"}),
            ),
        ];
        let tried = ways.len() + 1;
        let calls = ways.map(|(method, parameters)| async move {
            (method, self.call("FileSkill", method, parameters).await)
        });
        let moved = self.call(
            "ShellSkill",
            "run",
            json!({"command": "pwd -P; ls", "cwd": path}),
        );
        let (answers, answer) = tokio::join!(join_all(calls), moved);
        for (method, answer) in &answers {
            sees_nothing(method, answer);
        }
        sees_nothing("cwd", &answer);
        if answer["success"] == true {
            let inside = std::fs::canonicalize(self.at("workspace")).unwrap();
            let there = answer["result"].as_str().unwrap();
            assert!(
                there.starts_with(inside.to_str().unwrap()),
                "cwd {path:?} is {there}"
            );
        }
        tried
    }

    /// All that lies outside of the workspace, with what is in it; of the spore's own only the policy, which stays.
    fn outside(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.spore.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let own = path == self.at("workspace")
                    || (path.starts_with(self.at("data")) && path != self.at("data/policy.toml"));
                if path.is_dir() && !path.is_symlink() && path != self.at("workspace") {
                    folders.push(path);
                } else if path.is_file() && !own {
                    let content = std::fs::read_to_string(&path).unwrap();
                    found.insert(path, content);
                }
            }
        }
        found
    }
}
