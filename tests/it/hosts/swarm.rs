//! An engine, instances and spores, each on a host. Hosts have numbers: 0 is the engine's, then come those of the instances in
//! order, then those of the spores.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use system_tests::hosts::Network;
use system_tests::{
    Instance, PATIENCE, Program, eventually, nats_program, nexus_program, spore_command,
};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;

/// The port of every instance.
const PORT: u16 = 4000;
/// The port of the engine.
const ENGINE: u16 = 4222;
/// Longer than anything here should take; a bad line needs time.
const LONG: Duration = Duration::from_secs(90);

/// See the module.
pub(super) struct Swarm {
    pub(super) network: Network,
    pub(super) instances: Vec<Option<Instance>>,
    pub(super) spores: Vec<Spore>,
    key: String,
    engine: Option<Program>,
}

/// A spore on its host.
pub(super) struct Spore {
    pub(super) id: String,
    name: String,
    host: usize,
    /// None while it is killed.
    program: Option<Program>,
}

impl Swarm {
    /// So many instances, and spores that join them in turn; everybody knows everybody.
    pub(super) async fn of(instances: usize, spores: usize) -> Self {
        let mut swarm = Self {
            network: Network::of(1 + instances + spores),
            instances: Vec::new(),
            spores: Vec::new(),
            key: String::new(),
            engine: None,
        };
        swarm.start_engine(TempDir::new().unwrap()).await;
        for number in 0..instances {
            swarm.instances.push(None);
            swarm.start(number, TempDir::new().unwrap()).await;
            swarm.key = swarm.instance(0).file("fleet-key");
        }
        for number in 0..spores {
            let spore = swarm.join(number, number % instances).await;
            swarm.spores.push(spore);
        }
        for instance in 0..instances {
            for spore in &swarm.spores {
                swarm.until_node(instance, &spore.id, "online").await;
            }
        }
        swarm
    }

    pub(super) fn host_of_instance(number: usize) -> usize {
        1 + number
    }

    pub(super) fn instance(&self, number: usize) -> &Instance {
        self.instances[number].as_ref().expect("it runs")
    }

    /// Starts the engine with what it had.
    pub(super) async fn start_engine(&mut self, home: TempDir) {
        let mut command = Command::new(nats_program());
        command
            .args(["-a", "0.0.0.0", "-p", &ENGINE.to_string(), "-js", "-sd"])
            .arg(home.path());
        let mut command = self.network.on(0, &command);
        command.stderr(std::process::Stdio::null());
        self.engine = Some(Program::start(command, home));
        let address = self.network.reached_at(0, ENGINE);
        eventually("the engine is there", || async {
            TcpStream::connect(address).await.ok()
        })
        .await;
    }

    /// Kills the engine; what it had.
    pub(super) async fn kill_engine(&mut self) -> TempDir {
        killed(self.engine.take().expect("it runs")).await
    }

    /// Starts an instance with what it had.
    pub(super) async fn start(&mut self, number: usize, data: TempDir) {
        let host = Self::host_of_instance(number);
        let url = format!("nats://{}:{ENGINE}", self.network.address(0));
        let address = format!("{}:{PORT}", self.network.address(host));
        let (port, name) = (PORT.to_string(), format!("instance {number}"));
        let mut environment = vec![
            ("NEXUS_HOST", "0.0.0.0"),
            ("NEXUS_PORT", &port),
            ("NEXUS_PLAIN", "anywhere"),
            ("NEXUS_PUBLIC_ADDRESSES", &address),
            ("NEXUS_NAME", &name),
            ("NEXUS_REQUEST_RATE", "100000"),
            ("NEXUS_FLEET_URL", &url),
        ];
        if !self.key.is_empty() {
            environment.push(("NEXUS_FLEET_KEY", &self.key));
        }
        let command = nexus_program(data.path(), &["serve"], &environment);
        let mut instance = Instance::run(self.network.on(host, &command), data).await;
        instance.address = self.network.reached_at(host, PORT);
        self.instances[number] = Some(instance);
    }

    /// Kills an instance; what it had.
    pub(super) async fn kill(&mut self, number: usize) -> TempDir {
        killed(self.instances[number].take().expect("it runs").program).await
    }

    /// A new spore, that joins at this instance.
    async fn join(&self, number: usize, at: usize) -> Spore {
        let host = 1 + self.instances.len() + number;
        let name = format!("spore{number}");
        let home = TempDir::new().unwrap();
        let made = self.instance(at).ask("join-codes", Some(json!({}))).await;
        let code = made["code"].as_str().unwrap_or_else(|| panic!("{made}"));
        let command = spore_command(home.path(), &name, &["join", "--policy", "full", code]);
        let mut program = Program::start(self.network.on(host, &command), home);
        program.says("this machine is a member now").await;
        let id = eventually("it is there", || async {
            let nodes = self.instance(at).ask("nodes", None).await;
            let node = nodes["nodes"]
                .as_array()?
                .iter()
                .find(|node| node["node_name"] == name)?;
            Some(node["node_id"].as_str()?.to_owned())
        })
        .await;
        Spore {
            id,
            name,
            host,
            program: Some(program),
        }
    }

    /// Kills a spore and starts it again, with what it had on its disk.
    pub(super) async fn kill_spore(&mut self, number: usize) {
        let spore = &mut self.spores[number];
        let home = killed(spore.program.take().expect("it runs")).await;
        let command = spore_command(home.path(), &spore.name, &[]);
        let mut program = Program::start(self.network.on(spore.host, &command), home);
        program.drain();
        self.spores[number].program = Some(program);
    }

    /// Begins a command; its id, or why not.
    pub(super) async fn begin(
        &self,
        at: usize,
        node: &str,
        command: &str,
    ) -> Result<String, String> {
        let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": command}, "timeout": 120});
        let answer = self.instance(at).try_ask("executions", Some(body)).await?;
        let id = answer["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| answer.to_string())
    }

    /// The same where it has to be taken.
    pub(super) async fn run(&self, at: usize, node: &str, command: &str) -> String {
        self.begin(at, node, command).await.unwrap()
    }

    /// The same, said again until it is taken.
    pub(super) async fn until_begun(&self, at: usize, node: &str, command: &str) -> String {
        let mut last = String::new();
        let begun = async {
            loop {
                match self.begin(at, node, command).await {
                    Ok(id) => return id,
                    Err(why) => last = why,
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let begun = tokio::time::timeout(LONG, begun).await;
        begun.unwrap_or_else(|_| panic!("{node} at {at} never took it: {last}\n{}", self.logs()))
    }

    /// Waits until an execution is so; its body.
    pub(super) async fn until(&self, at: usize, id: &str, state: &str) -> Value {
        self.when(at, id, state, |one| one["state"] == state).await
    }

    /// Waits until an execution is over, and known.
    pub(super) async fn until_over(&self, at: usize, id: &str) -> Value {
        self.when(at, id, "over", |one| one["finished_at"].is_string())
            .await
    }

    /// Waits until its node was away while it ran; it may be back already.
    pub(super) async fn until_lost(&self, at: usize, id: &str) -> Value {
        let lost = |one: &Value| one["error"] == "the connection was lost while it ran";
        self.when(at, id, "lost", lost).await
    }

    /// What the instances have said, for a test that fails.
    fn logs(&self) -> String {
        let logs = self.instances.iter().flatten();
        logs.map(Instance::log).collect::<Vec<_>>().join("\n")
    }

    /// Waits until it is over or unknown.
    pub(super) async fn until_settled(&self, at: usize, id: &str) -> Value {
        let settled = |one: &Value| one["finished_at"].is_string() || one["state"] == "unknown";
        self.when(at, id, "settled", settled).await
    }

    /// Waits until a spore knows so many doors.
    pub(super) async fn until_doors(&self, spore: usize, doors: usize) {
        let program = self.spores[spore].program.as_ref().expect("it runs");
        eventually("it has heard of all instances", || async {
            let said = program.spore(&["status", "--json"]).await;
            let status: Value = serde_json::from_str(&said).unwrap();
            (status["addresses"].as_array()?.len() >= doors).then_some(())
        })
        .await;
    }

    async fn when(&self, at: usize, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let waited = async {
            loop {
                let path = format!("executions/{id}");
                if let Ok(answer) = self.instance(at).try_ask(&path, None).await {
                    last = answer["execution"].clone();
                    if is_so(&last) {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let came = tokio::time::timeout(LONG, waited).await;
        assert!(
            came.is_ok(),
            "{id} at {at} never was {what}: {last}\n{}",
            self.logs()
        );
        last
    }

    /// Waits until an instance sees a node so.
    pub(super) async fn until_node(&self, at: usize, node: &str, state: &str) {
        let mut last = Value::Null;
        let waited = async {
            loop {
                let path = format!("nodes/{node}");
                if let Ok(answer) = self.instance(at).try_ask(&path, None).await {
                    last = answer["node"].clone();
                    if last["state"] == state {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let came = tokio::time::timeout(LONG, waited).await;
        assert!(came.is_ok(), "{node} at {at} never was {state}: {last}");
    }

    /// Where the commands of a spore run.
    pub(super) fn workspace(&self, spore: usize) -> PathBuf {
        let program = self.spores[spore].program.as_ref().expect("it runs");
        program.home.path().join("data/workspace")
    }

    /// How often each mark stands in the file on the spore's side.
    pub(super) fn marks(&self, spore: usize) -> BTreeMap<String, usize> {
        let text = std::fs::read_to_string(self.workspace(spore).join("marks")).unwrap_or_default();
        let mut marks = BTreeMap::new();
        for mark in text.lines() {
            *marks.entry(mark.to_owned()).or_default() += 1;
        }
        marks
    }
}

/// A command that leaves a mark; one line in one write.
pub(super) fn leaves(mark: &str) -> String {
    format!("echo {mark} >> marks; echo {mark}")
}

/// `kill -9`; what it had.
async fn killed(mut program: Program) -> TempDir {
    program.signal("KILL").await;
    tokio::time::timeout(PATIENCE, program.end()).await.unwrap();
    std::mem::replace(&mut program.home, TempDir::new().unwrap())
}
