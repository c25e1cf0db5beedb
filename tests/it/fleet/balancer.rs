//! What `deploy/docker-compose.fleet.yml` starts, as processes of this machine: three engine servers and nginx with the very files
//! that users get, three instances, and two spores that come in through the balancer. Where there is no nginx it says so and passes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use system_tests::nginx::{Authority, Nginx};
use system_tests::{Instance, Program, eventually, free_port, joining_spore_with};
use tempfile::TempDir;

use super::server::Server;

/// Digits only, which NATS would read as a number were it not in quotes.
const PASSWORD: &str = "123456789012345678901234";
const KEY: &str = "nxf_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Three servers with the users' file; here each has its own ports, and its folder instead of a volume.
async fn engines(files: &Path) -> Vec<Server> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nats.conf");
    let shipped = std::fs::read_to_string(shipped).unwrap();
    let routes = [free_port(), free_port(), free_port()];
    let monitors = [free_port(), free_port(), free_port()];
    let start = |number: usize| {
        let mut text = shipped.clone();
        let name = format!("engine-{number}");
        let mut server = Server::prepared(&["--name", &name]);
        let mut put = |theirs: &str, ours: String| {
            assert!(text.contains(theirs), "the file has no {theirs:?}");
            text = text.replace(theirs, &ours);
        };
        put("0.0.0.0:6222", format!("127.0.0.1:{}", routes[number - 1]));
        put("/data", server.folder().display().to_string());
        put(
            "127.0.0.1:8222",
            format!("127.0.0.1:{}", monitors[number - 1]),
        );
        for (at, port) in routes.iter().enumerate() {
            put(
                &format!("engine-{}:6222", at + 1),
                format!("127.0.0.1:{port}"),
            );
        }
        let path = files.join(format!("nats-{number}.conf"));
        std::fs::write(&path, text).unwrap();
        server.add_options(&["--config", path.to_str().unwrap()]);
        // As the Compose file writes it.
        server.set("NATS_PASSWORD", &format!("\"{PASSWORD}\""));
        server.run();
        server
    };
    let servers = (1..=3).map(start).collect();
    for port in monitors {
        // What Compose asks before it starts an instance.
        eventually("the engine is healthy", || async {
            let url = format!("http://127.0.0.1:{port}/healthz");
            let answer = reqwest::get(url).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }
    servers
}

async fn instances(engines: &[Server]) -> Vec<Instance> {
    let hosts: Vec<String> = engines.iter().map(Server::host).collect();
    let url = format!("nats://nexus:{PASSWORD}@{}", hosts.join(","));
    let start = |name: &'static str| {
        let settings = [
            ("NEXUS_FLEET_URL", url.clone()),
            ("NEXUS_FLEET_KEY", KEY.to_owned()),
            ("NEXUS_NAME", name.to_owned()),
            ("NEXUS_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("NEXUS_ALLOWED_HOSTS", "balancer,localhost".to_owned()),
        ];
        async move {
            let settings: Vec<(&str, &str)> = settings
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            Instance::start(TempDir::new().unwrap(), &settings).await
        }
    };
    // All at once, as Compose does.
    let (a, b, c) = tokio::join!(start("nexus-1"), start("nexus-2"), start("nexus-3"));
    vec![a, b, c]
}

/// What `/readyz` says through the balancer, if anybody answers there.
async fn ready(nginx: &Nginx, authority: &Authority) -> Option<Value> {
    let (status, body) = nginx.get(authority, "/readyz", "").await?;
    (status == 200).then_some(body)
}

/// To which instance this machine is led: the same one each time.
async fn led_to(nginx: &Nginx, authority: &Authority, instances: &[Instance]) -> usize {
    for (number, at) in instances.iter().enumerate() {
        let bearer = format!("authorization: Bearer {}\r\n", at.file("api-token"));
        let asked = nginx.get(authority, "/api/v1/fleet", &bearer).await;
        let (_, body) = asked.unwrap();
        if body["fleet"]["name"] == format!("nexus-{}", number + 1) {
            return number;
        }
    }
    panic!("the balancer leads to nobody");
}

fn spore(code: &str, name: &str, authority: &Path) -> Program {
    let trusted = [("SSL_CERT_FILE", authority.to_str().unwrap())];
    joining_spore_with(code, name, &trusted)
}

/// Whether an instance can use both nodes.
async fn both(at: &Instance) -> Option<()> {
    let nodes = at.ask("nodes", None).await;
    let nodes = nodes["nodes"].as_array()?.iter();
    (nodes.filter(|node| node["state"] == "online").count() == 2).then_some(())
}

/// Both nodes answer to this instance.
async fn used(at: &Instance) -> Option<()> {
    both(at).await?;
    let nodes = at.ask("nodes", None).await;
    for node in nodes["nodes"].as_array()? {
        let path = format!("nodes/{}/execute", node["node_id"].as_str()?);
        let body = json!({"skill_name": "SystemSkill", "method_name": "overview", "timeout": 20});
        let answer = at.ask(&path, Some(body)).await;
        if answer["success"] != true {
            return None;
        }
    }
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_compose_starts_goes_on_when_any_one_of_it_is_killed() {
    let files = TempDir::new().unwrap();
    let mut engines = engines(files.path()).await;
    let instances = instances(&engines).await;
    let authority = Authority::new();
    let pem: PathBuf = files.path().join("authority.pem");
    std::fs::write(&pem, authority.pem()).unwrap();
    let addresses: Vec<SocketAddr> = instances.iter().map(|at| at.address).collect();
    #[expect(clippy::print_stderr, reason = "a test that is not run says so")]
    let Some(nginx) = Nginx::before_fleet(&addresses, &authority).await else {
        eprintln!("not run: there is no nginx on this machine");
        return;
    };
    for at in &instances {
        eventually("each has heard of the two others", || async {
            let fleet = at.ask("fleet", None).await["fleet"].clone();
            (fleet["instances_seen"] == 2).then_some(())
        })
        .await;
    }
    let led_to = led_to(&nginx, &authority, &instances).await;
    let body = json!({"uses": 2, "waiting_room": false,
        "addresses": [format!("localhost:{}", nginx.port)]});
    let made = instances[led_to].ask("join-codes", Some(body)).await;
    let code = made["code"].as_str().unwrap();
    let _spores = ["spore-1", "spore-2"].map(|name| spore(code, name, &pem));
    for at in &instances {
        eventually("both came in, and all know", || both(at)).await;
    }
    // Whoever is behind the balancer dies: it finds another one, and so do the spores.
    instances[led_to].program.signal("KILL").await;
    eventually("the balancer finds one that lives", || {
        ready(&nginx, &authority)
    })
    .await;
    for (_, at) in instances
        .iter()
        .enumerate()
        .filter(|(number, _)| *number != led_to)
    {
        // What is asked before everybody has noticed may end unknown; to look does no harm.
        eventually("both can be used", || used(at)).await;
    }
    // One of three engine servers: it goes on.
    engines[0].kill();
    eventually("the engine goes on", || async {
        let body = ready(&nginx, &authority).await?;
        (body["engine"]["state"] == "connected").then_some(())
    })
    .await;
}
