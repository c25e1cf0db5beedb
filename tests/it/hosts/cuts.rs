//! Wires that are cut: nobody is told, packets go nowhere.

use super::swarm::{Swarm, leaves};

/// Leaves a mark, waits for a file, and says so.
fn waits(mark: &str) -> String {
    format!(
        "{}; while [ ! -e go-{mark} ]; do sleep 0.1; done; echo went",
        leaves(mark)
    )
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, network namespaces and /dev/net/tun: npm test -- hosts"]
async fn an_instance_without_the_engine_uses_its_own_nodes_and_finds_the_others_again() {
    let swarm = Swarm::of(2, 2).await;
    let (near, far) = (&swarm.spores[0].id, &swarm.spores[1].id);
    let run = swarm.run(0, far, &waits("far")).await;
    let back = swarm.run(1, near, &waits("near")).await;
    swarm.until(0, &run, "running").await;
    swarm.until(1, &back, "running").await;
    let lonely = Swarm::host_of_instance(0);
    swarm.network.cut(0, lonely, true);
    for (at, own, elsewhere) in [(0, near, far), (1, far, near)] {
        swarm.until_node(at, elsewhere, "offline").await;
        let here = swarm.run(at, own, &leaves("alone")).await;
        swarm.until(at, &here, "succeeded").await;
    }
    swarm.until(0, &run, "unknown").await;
    swarm.until(1, &back, "unknown").await;
    for (spore, mark) in [(0, "near"), (1, "far")] {
        std::fs::write(swarm.workspace(spore).join(format!("go-{mark}")), "").unwrap();
    }
    swarm.network.cut(0, lonely, false);
    for (at, id, mark) in [(0, &run, "far"), (1, &back, "near")] {
        let end = swarm.until(at, id, "succeeded").await;
        let output = swarm.instance(at).output(id).await;
        assert_eq!(output, format!("{mark}\nwent\n"), "{end}");
    }
    swarm.until_node(0, far, "online").await;
    swarm.until_node(1, near, "online").await;
    for (spore, mark) in [(0, "near"), (1, "far")] {
        assert_eq!(swarm.marks(spore).get(mark), Some(&1));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, network namespaces and /dev/net/tun: npm test -- hosts"]
async fn a_spore_that_cannot_reach_its_instance_goes_to_another_one() {
    let swarm = Swarm::of(2, 1).await;
    let spore = &swarm.spores[0].id;
    let run = swarm.run(0, spore, &waits("own")).await;
    let other = swarm.run(1, spore, &waits("other")).await;
    swarm.until(0, &run, "running").await;
    swarm.until(1, &other, "running").await;
    // It has heard of both, or it would wait for the one that it knows.
    swarm.until_doors(0, 2).await;
    let host = 1 + swarm.instances.len();
    swarm.network.cut(Swarm::host_of_instance(0), host, true);
    swarm.until_lost(0, &run).await;
    for mark in ["own", "other"] {
        std::fs::write(swarm.workspace(0).join(format!("go-{mark}")), "").unwrap();
    }
    for (at, id, mark) in [(0, &run, "own"), (1, &other, "other")] {
        let end = swarm.until(at, id, "succeeded").await;
        let output = swarm.instance(at).output(id).await;
        assert_eq!(output, format!("{mark}\nwent\n"), "{end}");
        assert_eq!(swarm.marks(0).get(mark), Some(&1));
    }
    // The way is there again, and nothing comes a second time.
    swarm.network.cut(Swarm::host_of_instance(0), host, false);
    let last = swarm.run(0, spore, &leaves("last")).await;
    swarm.until(0, &last, "succeeded").await;
    assert_eq!(swarm.marks(0).len(), 3);
}
