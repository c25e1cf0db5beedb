//! The order of doors, and what is believed of what a Nexus says.

use std::net::IpAddr;

use protocol::{Fixed, JoinCode, limits};

use super::*;
use crate::membership::Membership;

fn addresses(texts: &[&str]) -> Vec<Address> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn member(texts: &[&str]) -> Membership {
    let code = JoinCode {
        nexus_key: Fixed([3; 32]),
        secret: Fixed([4; 16]),
        addresses: addresses(texts),
    };
    Membership::of(&code).unwrap()
}

fn way(texts: &[&str]) -> Way {
    Way::Member(member(texts))
}

/// One round, from the one in turn.
fn round(doors: &mut Doors) -> Vec<String> {
    let mut round = Vec::new();
    for _ in 0..doors.count() {
        round.push(doors.current().address.to_string());
        doors.move_on();
    }
    round
}

#[test]
fn a_round_has_each_door_once_and_is_the_same_after_a_restart() {
    let way = way(&["a:1", "b:1", "a:1", "c:1"]);
    let learned = addresses(&["d:1", "a:1", "e:1", "d:1"]);
    let mut doors = Doors::new(&way, learned.clone());
    let first = round(&mut doors);
    let mut sorted = first.clone();
    sorted.sort();
    assert_eq!(sorted, ["a:1", "b:1", "c:1", "d:1", "e:1"]);
    assert_eq!(round(&mut doors), first, "and so is the next one");
    let mut again = Doors::new(&way, learned.into_iter().rev().collect());
    assert_eq!(round(&mut again), first, "whatever the list's order");
}

#[test]
fn a_fleet_spreads_and_spreads_anew_when_an_instance_dies() {
    let mut first = std::collections::BTreeMap::<String, usize>::new();
    let mut after_a = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..300 {
        let mut doors = Doors::new(&way(&["a:1", "b:1", "c:1"]), Vec::new());
        let order = round(&mut doors);
        *first.entry(order[0].clone()).or_default() += 1;
        if order[0] == "a:1" {
            *after_a.entry(order[1].clone()).or_default() += 1;
        }
    }
    // The odds against fewer are below one in a million million.
    assert!(
        first.len() == 3 && first.values().all(|&spores| spores > 40),
        "{first:?}"
    );
    assert!(
        after_a.len() == 2 && after_a.values().all(|&spores| spores > 5),
        "{after_a:?}"
    );
}

#[test]
fn what_is_learned_comes_and_goes_and_what_a_person_said_stays() {
    let mut doors = Doors::new(&way(&["a:1"]), addresses(&["b:1", "c:1"]));
    while doors.current().address.host != "a" {
        doors.move_on();
    }
    doors.learn(addresses(&["a:1", "d:1"]));
    let mut all = round(&mut doors);
    all.sort();
    assert_eq!(all, ["a:1", "d:1"]);
    doors.learn(Vec::new());
    assert_eq!(round(&mut doors), ["a:1"]);
}

#[test]
fn the_one_in_use_is_kept_while_it_works_though_it_is_learned_no_more() {
    let mut doors = Doors::new(&way(&["a:1"]), addresses(&["b:1"]));
    while doors.current().address.host != "b" {
        doors.move_on();
    }
    doors.learn(addresses(&["c:1"]));
    assert_eq!(doors.current().address.host, "b");
    assert!(doors.others().contains("a:1") && doors.others().contains("c:1"));
    doors.move_on();
    let mut all = round(&mut doors);
    all.sort();
    assert_eq!(all, ["a:1", "c:1"]);
}

#[test]
fn with_the_shared_token_there_is_one_door() {
    let mut doors = Doors::new(&Way::Shared("a:1".parse().unwrap()), Vec::new());
    doors.move_on();
    assert_eq!(
        (doors.count(), doors.current().address.host.as_str()),
        (1, "a")
    );
}

const FAR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
const HERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

fn believed(told: &[&str], nexus: IpAddr) -> (Vec<String>, usize) {
    let told: Vec<String> = told.iter().map(|&text| text.to_owned()).collect();
    let (believed, odd) = learned::believed(&told, nexus);
    (believed.iter().map(Address::to_string).collect(), odd)
}

#[test]
fn only_host_and_port_is_believed() {
    let good = [
        "nexus-2.example:8765",
        "192.0.2.9:443",
        "[2001:db8::7]:8765",
        "10.0.0.3:1",
    ];
    assert_eq!(believed(&good, FAR), (good.map(str::to_owned).to_vec(), 0));
    let long = format!("{}:1", "x".repeat(limits::NAME));
    let bad = [
        "",
        "nexus",
        "nexus:",
        "nexus:0",
        "nexus:99999",
        "nexus:+80",
        "nexus:080",
        ":80",
        "nexus:80/",
        " nexus:80",
        "ws://nexus:80",
        "wss://nexus:80",
        "http://nexus:80",
        "nexus:80#x",
        "a@b:80",
        "ä:80",
        "a b:80",
        "a\n:80",
        "[::1",
        "[x]:80",
        "[a:b]:80",
        "2001:db8::7:80",
        "..%00:80",
        "%:1",
        &long,
    ];
    for bad in bad {
        assert_eq!(
            believed(&[bad, "ok:1"], FAR),
            (vec!["ok:1".to_owned()], 1),
            "{bad:?}"
        );
    }
}

#[test]
fn nothing_leads_back_to_this_machine_unless_the_nexus_is_on_it() {
    let here = [
        "127.0.0.1:1",
        "127.9.9.9:1",
        "[::1]:1",
        "[::ffff:127.0.0.1]:1",
        "localhost:1",
        "LocalHost.:1",
        "a.localhost:1",
    ];
    for text in here {
        assert_eq!(believed(&[text], FAR), (vec![], 1), "{text}");
        assert_eq!(believed(&[text], HERE).0, [text], "{text}");
    }
    for text in [
        "0.0.0.0:1",
        "[::]:1",
        "[::ffff:0.0.0.0]:1",
        "224.0.0.1:1",
        "[ff02::1]:1",
        "255.255.255.255:1",
        "169.254.169.254:80",
    ] {
        assert_eq!(believed(&[text], FAR), (vec![], 1), "{text}");
        assert_eq!(believed(&[text], HERE), (vec![], 1), "{text}");
    }
}

#[test]
fn a_learned_name_that_leads_here_is_not_dialed_here() {
    let (loopback, any) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0]));
    // The C library reads all but the first as addresses of this machine.
    for name in ["nexus.example", "127.1", "0x7f.1", "2130706433", "0"] {
        assert!(
            !learned::may_lead_to(name, loopback) && !learned::may_lead_to(name, any),
            "{name}"
        );
        assert!(learned::may_lead_to(name, FAR), "{name}");
    }
    assert!(
        learned::may_lead_to("localhost", loopback),
        "it was judged when it was told"
    );
}

#[test]
fn a_list_has_an_end() {
    let many: Vec<String> = (0..100).map(|n| format!("n{n}:1")).collect();
    let (some, odd) = learned::believed(&many, FAR);
    assert_eq!((some.len(), odd), (limits::DOORS, 100 - limits::DOORS));
    let (one, odd) = believed(&["a:1"; limits::DOORS], FAR);
    assert_eq!((one.len(), odd), (1, 0));
}

#[test]
fn what_was_learned_is_kept_for_its_nexus_alone() {
    let dir = std::env::temp_dir().join(format!("doors-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&dir).unwrap();
    let (ours, theirs) = (Fixed([1; 32]), Fixed([2; 32]));
    assert!(learned::load(&dir, &ours).is_empty());
    let all = addresses(&["a:1", "[2001:db8::7]:8765"]);
    learned::save(&dir, ours, &all).unwrap();
    assert_eq!(learned::load(&dir, &ours), all);
    assert!(learned::load(&dir, &theirs).is_empty());
    let many = "\"a:1\",".repeat(100_000);
    for damaged in [
        "",
        "{}",
        "[]",
        "null",
        "\u{0}",
        &format!("{{\"nexus_key\":1,\"learned\":[{many}]}}"),
    ] {
        std::fs::write(dir.join("doors.json"), damaged).unwrap();
        assert!(learned::load(&dir, &ours).is_empty());
    }
    std::fs::remove_dir_all(dir).unwrap();
}
