//! One instance sits at the end of a bad line; and lines are as bad as somebody says.

use std::time::{Duration, Instant};

use system_tests::hosts::Network;
use tokio::process::Command;

use super::swarm::{Swarm, leaves};

/// Commands from each instance to each spore.
const EACH: usize = 4;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, network namespaces and /dev/net/tun: npm test -- hosts"]
async fn over_a_slow_line_that_loses_packets_nothing_is_lost_or_doubled() {
    let swarm = Swarm::of(3, 3).await;
    let far = Swarm::host_of_instance(2);
    swarm.network.weather(far, Duration::from_millis(100), 5);
    let mut begun = Vec::new();
    for at in 0..3 {
        for (to, spore) in swarm.spores.iter().enumerate() {
            for number in 0..EACH {
                let mark = format!("{at}-{to}-{number}");
                let id = swarm.run(at, &spore.id, &leaves(&mark)).await;
                begun.push((at, to, mark, id));
            }
        }
    }
    for (at, to, mark, id) in &begun {
        let end = swarm.until(*at, id, "succeeded").await;
        assert_eq!(
            swarm.instance(*at).output(id).await,
            format!("{mark}\n"),
            "{end}"
        );
        assert_eq!(swarm.marks(*to).get(mark), Some(&1), "{mark}");
    }
    for to in 0..3 {
        assert_eq!(swarm.marks(to).len(), 3 * EACH);
    }
}

/// Whether a host can connect to a port of the first one, and how long that took.
async fn reaches(network: &Network, from: usize) -> (bool, Duration) {
    let script = format!("exec 3<>/dev/tcp/{}/4222", network.address(0));
    let mut command = Command::new("timeout");
    command.args(["2", "bash", "-c", &script]);
    command.env("PATH", std::env::var("PATH").unwrap_or_default());
    let begun = Instant::now();
    let ended = network.on(from, &command).status().await.unwrap();
    (ended.success(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, network namespaces and /dev/net/tun: npm test -- hosts"]
async fn wires_are_as_bad_as_somebody_says() {
    let swarm = Swarm::of(1, 0).await;
    let network = &swarm.network;
    assert!(reaches(network, 1).await.0);
    let delay = Duration::from_millis(150);
    network.weather(1, delay, 0);
    let (reached, took) = reaches(network, 1).await;
    assert!(reached && took >= 2 * delay, "there and back: {took:?}");
    network.weather(1, Duration::ZERO, 100);
    assert!(!reaches(network, 1).await.0);
    network.weather(1, Duration::ZERO, 0);
    assert!(reaches(network, 1).await.0);
    network.cut(0, 1, true);
    assert!(!reaches(network, 1).await.0);
    network.cut(0, 1, false);
    assert!(reaches(network, 1).await.0);
}
