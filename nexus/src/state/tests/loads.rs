//! Loads that cross between two instances: what is told again, and what is believed.

use protocol::DiskUse;
use uuid::Uuid;

use super::*;
use crate::fleet::InstanceId;
use crate::state::{FarLoad, LoadRow};

fn told(swarm: &Swarm, since: u64) -> (u64, Vec<LoadRow>) {
    let changed = swarm.state.loads_since(since, 0, 100);
    assert_eq!(changed.next, None);
    (changed.stamp, changed.rows)
}

fn far(row: &LoadRow) -> FarLoad {
    let (load, disk) = (row.load, row.disk.clone());
    FarLoad { load, disk }
}

#[test]
fn only_what_changed_is_told_again_and_names_only_once() {
    let mut swarm = several();
    let (a, b) = (swarm.join("a", 2), swarm.join("b", 2));
    swarm.beat(a, 0.3);
    let (stamp, rows) = told(&swarm, 0);
    let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref()).collect();
    assert_eq!(ids, [Some("a"), Some("b")]);
    assert!(rows[0].load.is_some() && rows[1].load.is_none(), "{rows:?}");
    assert_eq!(told(&swarm, stamp), (stamp, Vec::new()));

    swarm.beat(a, 0.304);
    assert_eq!(told(&swarm, stamp).1, [], "nobody sees a difference");
    swarm.beat(a, 0.4);
    swarm.beat(b, 0.1);
    let (later, rows) = told(&swarm, stamp);
    assert!(later > stamp && rows.len() == 2, "{rows:?}");
    assert!(rows.iter().all(|row| row.id.is_none()), "{rows:?}");
    let written = serde_json::to_string(&rows[0]).unwrap();
    assert!(written.len() <= 40, "it is small: {written}");
    let disk = |usage| DiskUse {
        usage,
        free: 5,
        mount: "/var".into(),
    };
    swarm.beat_with_disk(a, Some(disk(0.5)));
    let (with_disk, rows) = told(&swarm, later);
    assert!(rows[0].disk.is_some(), "{rows:?}");
    swarm.beat(a, 0.9);
    let (gone, rows) = told(&swarm, with_disk);
    assert!(
        rows[0].disk.is_some(),
        "it does not tell any more: {rows:?}"
    );
    swarm.drop_session(b);
    assert_eq!(told(&swarm, gone).1, []);
    let _back = swarm.join("b", 2);
    let (_, rows) = told(&swarm, gone);
    assert_eq!((rows.len(), rows[0].id.as_deref()), (1, Some("b")));
    assert_eq!(
        rows[0].load, None,
        "what it said before is not true of it now"
    );
}

#[test]
fn many_are_told_in_parts() {
    let mut swarm = several();
    for number in 0..10 {
        swarm.join(&format!("n{number}"), 2);
    }
    let (mut from, mut seen) = (0, Vec::new());
    loop {
        let part = swarm.state.loads_since(0, from, 3);
        assert!(part.rows.len() <= 3);
        seen.extend(part.rows.into_iter().filter_map(|row| row.id));
        match part.next {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn a_holder_is_believed_for_its_own_nodes_and_for_a_while() {
    let mut there = several();
    let session = there.join("a", 2);
    there.beat(session, 0.7);
    let (_, rows) = told(&there, 0);
    let mut here = several();
    let own = here.join("own", 2);
    here.beat(own, 0.2);
    let [holder, other] = [1, 2].map(|id| InstanceId(Uuid::from_u128(id)));
    let member = there.state.member("a").unwrap();
    here.state.know_member(member, here.now());
    here.arrive(hello("a", 2), Credential::Fleet(holder));
    let load = |swarm: &Swarm, id: &str| {
        let info = swarm.state.node(id).unwrap().info();
        info.measured.then_some(info.cpu)
    };
    let tell = |swarm: &mut Swarm, by, id: &str| {
        let rows = [(id.to_owned(), far(&rows[0]))];
        swarm.state.hear_loads(by, &rows, swarm.now());
    };
    assert_eq!(load(&here, "a"), None);
    tell(&mut here, other, "a");
    assert_eq!(load(&here, "a"), None, "it has not its socket");
    tell(&mut here, holder, "own");
    tell(&mut here, holder, "nobody");
    assert_eq!(load(&here, "own"), Some(0.2));
    assert_eq!(here.state.confirm_loads(holder, here.now()), ["a"]);
    tell(&mut here, holder, "a");
    assert_eq!(load(&here, "a"), Some(0.7));

    for _ in 0..3 {
        here.pass(8.0);
        here.beat(own, 0.2);
        assert!(here.state.confirm_loads(holder, here.now()).is_empty());
    }
    assert_eq!(load(&here, "a"), Some(0.7), "it is as it was");
    here.pass(8.0);
    here.beat(own, 0.2);
    here.pass(5.0);
    assert_eq!(load(&here, "a"), None, "nobody says so any more");
    assert_eq!(load(&here, "own"), Some(0.2));
}

#[test]
fn nonsense_is_bounded() {
    let row: LoadRow =
        serde_json::from_str(r#"{"n":1,"i":"a","l":{"c":65535,"m":1001,"t":4294967295,"x":1},"d":{"u":9,"p":"\u202ebad"},"new":0}"#)
            .unwrap();
    let mut here = several();
    let holder = InstanceId(Uuid::from_u128(1));
    let mut there = several();
    there.join("a", 2);
    let member = there.state.member("a").unwrap();
    here.state.know_member(member, here.now());
    here.arrive(hello("a", 2), Credential::Fleet(holder));
    let rows = [("a".to_owned(), far(&row))];
    here.state.hear_loads(holder, &rows, here.now());
    let info = here.state.node("a").unwrap().info();
    assert_eq!((info.cpu, info.memory), (1.0, 1.0));
    assert_eq!(&*info.disk.unwrap().mount, "bad");
}
