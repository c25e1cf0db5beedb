//! The Compose files, read as Compose reads them. There is no Docker where tests run, so this holds what can be known without one:
//! every name leads somewhere, every setting is one that the programs take, and nothing is open that should not be.
//! Not here: the same processes at work, see `fleet/balancer.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use nexus::config::{self, Config};
use serde_json::Value;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(deploy().join(name)).unwrap()
}

/// A file with its merges done.
fn compose(name: &str) -> Value {
    let mut read: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text(name)).unwrap();
    // What is merged in has merges of its own.
    for _ in 0..3 {
        read.apply_merge().unwrap();
    }
    serde_json::to_value(read).unwrap()
}

/// The names in an object, or the texts in a list.
fn names(of: &Value) -> BTreeSet<String> {
    match of {
        Value::Object(fields) => fields.keys().cloned().collect(),
        Value::Array(list) => list
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}

/// What Compose makes of `${NAME:-default}` and `${NAME:?message}`, with these values.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, after) = after.split_once('}').unwrap();
        let name = inside.split([':', '-', '?']).next().unwrap();
        let set = values.iter().find(|(known, _)| *known == name);
        let default = || inside.split_once(":-").map(|(_, default)| default);
        filled.push_str(before);
        filled.push_str(set.map(|(_, value)| *value).or_else(default).unwrap());
        rest = after;
    }
    filled.push_str(rest);
    filled
}

const VALUES: [(&str, &str); 3] = [
    ("NEXUS_SHARED_TOKEN", "a-long-random-text-of-this-test"),
    (
        "NEXUS_FLEET_KEY",
        "nxf_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ),
    ("NEXUS_ENGINE_PASSWORD", "12345678"),
];

const FILES: [&str; 2] = ["docker-compose.spores.yml", "docker-compose.fleet.yml"];

#[test]
fn every_name_leads_somewhere() {
    for name in FILES {
        let file = compose(name);
        let (volumes, networks) = (names(&file["volumes"]), names(&file["networks"]));
        let services = file["services"].as_object().unwrap();
        assert!(services.len() >= 3, "{name}");
        for (service, what) in services {
            let here = format!("{name}: {service}");
            let built = what["build"]["dockerfile"].as_str();
            assert!(what["image"].is_string(), "{here}");
            if let Some(dockerfile) = built {
                assert!(deploy().join("..").join(dockerfile).exists(), "{here}");
                assert_eq!(what["pull_policy"], "build", "{here}");
            }
            for other in names(&what["depends_on"]) {
                assert!(services.contains_key(&other), "{here} needs {other}");
            }
            for network in names(&what["networks"]) {
                assert!(networks.contains(&network), "{here} is in {network}");
            }
            for volume in names(&what["volumes"]) {
                let volume = filled(&volume, &VALUES);
                let from = volume.split(':').next().unwrap();
                if from.starts_with("./certificates") {
                    continue;
                }
                let is_there = if from.starts_with('.') {
                    deploy().join(from).exists()
                } else {
                    volumes.contains(from)
                };
                assert!(is_there, "{here} mounts {from}");
            }
        }
    }
}

#[test]
fn nothing_is_open_that_should_not_be() {
    for name in FILES {
        let file = compose(name);
        for (service, what) in file["services"].as_object().unwrap() {
            let here = format!("{name}: {service}");
            assert_eq!(what["read_only"], true, "{here}");
            assert_eq!(what["cap_drop"][0], "ALL", "{here}");
            assert!(what["pids_limit"].is_u64(), "{here}");
            let options = names(&what["security_opt"]);
            assert!(options.contains("no-new-privileges:true"), "{here}");
            for port in names(&what["ports"]) {
                assert!(port.starts_with("127.0.0.1:"), "{here} publishes {port}");
            }
            let environment = what["environment"].as_object();
            for (variable, value) in environment.into_iter().flatten() {
                let secret = ["TOKEN", "KEY", "PASSWORD", "CODE"]
                    .iter()
                    .any(|word| variable.contains(word));
                let given = value.as_str().unwrap().trim_matches('"').starts_with("${");
                assert!(!secret || given, "{here} has a secret: {variable}");
            }
        }
    }
}

#[test]
fn the_programs_take_every_setting() {
    for name in FILES {
        let file = compose(name);
        let mut instances = 0;
        for (service, what) in file["services"].as_object().unwrap() {
            let environment = what["environment"].as_object().into_iter().flatten();
            let ours = environment.filter(|(variable, _)| variable.starts_with("NEXUS_"));
            let mut variables: Vec<(String, String)> = ours
                .map(|(name, value)| (name.clone(), filled(value.as_str().unwrap(), &VALUES)))
                .collect();
            if variables.is_empty() {
                continue;
            }
            instances += 1;
            variables.push(("NEXUS_DATA_DIR".into(), "/var/lib/nexus".into()));
            let config = Config::from_layers([config::environment(variables)]);
            let config = config.unwrap_or_else(|wrong| panic!("{name}: {service}: {wrong:?}"));
            assert_eq!(config.name, *service);
            assert_eq!(config.fleet.is_some(), name.contains("fleet"), "{service}");
        }
        assert!(instances > 0, "{name}");
    }
}

#[test]
fn the_files_of_the_fleet_speak_of_the_same_machines() {
    let file = compose("docker-compose.fleet.yml");
    let services = names(&file["services"]);
    let of = |kind: &str| -> Vec<&String> {
        let all = services.iter();
        all.filter(|name| name.starts_with(kind)).collect()
    };
    let (nexus, engines) = (of("nexus-"), of("engine-"));
    assert_eq!((nexus.len(), engines.len()), (3, 3));
    let (nginx, nats) = (text("nginx.fleet.conf"), text("nats.conf"));
    for instance in nexus {
        assert!(
            nginx.contains(&format!("server {instance}:8765 ")),
            "{instance}"
        );
        let environment = &file["services"][instance]["environment"];
        let address = environment["NEXUS_PUBLIC_ADDRESSES"].as_str();
        assert_eq!(address, Some(format!("{instance}:8765").as_str()));
        for engine in &engines {
            let url = environment["NEXUS_FLEET_URL"].as_str().unwrap();
            assert!(url.contains(&format!("{engine}:4222")), "{url}");
        }
    }
    for engine in engines {
        assert!(nats.contains(&format!("nats://{engine}:6222")), "{engine}");
        let service = &file["services"][engine];
        assert_eq!(
            names(&service["networks"]),
            BTreeSet::from(["engine".to_owned()])
        );
    }
    let balancer = &file["services"]["balancer"]["networks"]["doors"]["ipv4_address"];
    let trusted = &file["x-nexus-environment"]["NEXUS_TRUSTED_PROXIES"];
    assert_eq!(balancer, trusted, "who is believed is the balancer");
    // Whoever comes before it must not get its address.
    let address = balancer.as_str().unwrap();
    let doors = &file["networks"]["doors"]["ipam"]["config"][0];
    assert_eq!(doors["subnet"], "172.30.87.0/24");
    assert_eq!(doors["ip_range"], "172.30.87.128/25");
    let last: u8 = address.strip_prefix("172.30.87.").unwrap().parse().unwrap();
    assert!((2..128).contains(&last), "{address}");
}
