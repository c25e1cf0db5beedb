//! An instance of a swarm under measurement: the real library as `nexus serve` runs it, on a real engine or alone.

use nexus::fleet::{Through, nats};
use nexus::model::Phase;
use nexus::secret::Secret;
use nexus::{Config, Handle};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use crate::child::{Child, TOKEN, timed};
use crate::nexus_role::{execute_on, job};

/// The key of all measurements.
const KEY: &str = "nxf_0707070707070707070707070707070707070707070707070707070707070707";
/// No engine: this Nexus is alone.
pub(crate) const ALONE: &str = "-";

/// Starts one in a process of its own.
pub(crate) async fn start(engine: &str, name: &str) -> Child {
    Child::start(&["role-instance", engine, name]).await
}

/// What that process does.
pub(crate) async fn run(engine: &str, name: &str) {
    let data = tempfile::TempDir::new().unwrap();
    let mut config = Config::new(data.path().to_owned());
    config.port = 0;
    config.name = name.to_owned();
    config.shared_token = Some(Secret::new(TOKEN));
    // All simulated spores have one address, which would have its share only.
    config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    if engine != ALONE {
        let settings = nats::Settings::new(engine, None, None).unwrap();
        config.fleet = Some(Through::Nats(Box::new(settings)));
        config.fleet_key = Some(Secret::new(KEY));
    }
    let nexus = nexus::start(config).await.unwrap();
    let id = nexus
        .instance()
        .map_or_else(String::new, |id| id.0.to_string());
    println!("{} {} {id}", nexus.address(), nexus.api_token().reveal());
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<_> = line.split(' ').collect();
        let handle = nexus.handle();
        match words.as_slice() {
            ["usable", without] => println!("{}", usable(&handle, without).await),
            ["dispatch", at_once, seconds, seeds] => {
                let seeds: Vec<String> = seeds.split(',').map(str::to_owned).collect();
                let (at_once, seconds) = (at_once.parse().unwrap(), seconds.parse().unwrap());
                timed(at_once, seconds, move |turn| {
                    let seed = &seeds[turn % seeds.len()];
                    let node = format!("sim-{seed}-{}", turn / seeds.len() % 100);
                    execute_on(handle.clone(), node)
                })
                .await;
            }
            ["job", at_once, seconds] => {
                let (at_once, seconds) = (at_once.parse().unwrap(), seconds.parse().unwrap());
                timed(at_once, seconds, move |turn| {
                    job(handle.clone(), turn, false)
                })
                .await;
            }
            other => panic!("{other:?}"),
        }
    }
}

/// How many nodes are online here or at another instance than this one.
async fn usable(handle: &Handle, without: &str) -> usize {
    let nodes = handle.nodes().await.unwrap();
    let elsewhere = |via: nexus::fleet::InstanceId| via.0.to_string() != without;
    nodes
        .iter()
        .filter(|node| node.phase == Phase::Online && node.via.is_none_or(elsewhere))
        .count()
}
