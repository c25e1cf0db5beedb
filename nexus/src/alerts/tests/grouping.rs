//! What is one cause.

use super::*;

const TAGS: &[String] = &[];

struct Node {
    group: u32,
    site: &'static str,
    version: &'static str,
    tags: Vec<String>,
    second: u64,
}

fn away(group: u32, second: u64) -> Node {
    let site = ["", "paris", "oslo", "rome", "lima", "kyiv"];
    Node {
        group,
        site: site[usize::try_from(group).unwrap()],
        version: "1.0.0",
        tags: TAGS.to_vec(),
        second,
    }
}

/// The causes of nodes that are offline, each with how many it has; 40 nodes in each of five places, of two versions.
fn causes(nodes: &[Node]) -> Vec<(Likely, usize)> {
    board(nodes, None)
        .causes
        .into_iter()
        .map(|cause| (cause.likely, cause.alerts.len()))
        .collect()
}

fn board(nodes: &[Node], muted: Option<&str>) -> Board {
    let rule = &Alerts::default().rules()[0].clone();
    let alerts: Vec<_> = nodes
        .iter()
        .enumerate()
        .map(|(number, one)| {
            let subject = node(&format!("n{number}"));
            let mut alert = Alert::new(rule, subject, &format!("n{number}"), at(one.second).wall);
            alert.fire(rule, at(one.second).wall, at(one.second).wall);
            alert
        })
        .collect();
    let ordinals: Vec<_> = (0..u32::try_from(nodes.len()).unwrap()).collect();
    let items: Vec<_> = nodes
        .iter()
        .zip(&alerts)
        .zip(ordinals.chunks(1))
        .map(|((one, alert), nodes)| Item {
            alert,
            nodes,
            group: one.group,
            site: one.site,
            version: one.version,
            tags: &one.tags,
            muted_until: None,
        })
        .collect();
    let mut fleet = Fleet {
        nodes: 200,
        ..Fleet::default()
    };
    fleet.sites.extend((1..=5).map(|group| (group, 40)));
    let named = |(name, count): (&str, u32)| (name.to_owned(), count);
    fleet
        .versions
        .extend([("1.0.0", 180), ("0.9.1", 20)].map(named));
    fleet
        .tags
        .extend([("role=gpu", 30), ("linux", 200)].map(named));
    group(&items, &fleet, |key| {
        muted.filter(|own| *own == key).map(|_| at(9999).wall)
    })
}

#[test]
fn most_of_a_place_at_once_is_an_outage_and_one_here_and_there_is_not() {
    let mut nodes: Vec<_> = (0..30).map(|second| away(1, second)).collect();
    nodes.extend([away(2, 5), away(3, 9)]);
    let outage = Likely::Outage {
        site: "Paris".into(),
        of: 40,
    };
    assert_eq!(causes(&nodes), [(outage, 30), (Likely::Many, 2)]);
    let board = board(&nodes, None);
    assert_eq!(board.causes[0].title, "Paris: 30 of 40 nodes offline");
    assert!(board.causes[0].hint.as_deref().unwrap().contains("network"));
    assert_eq!(board.causes[1].place, "n30, n31");
    assert_eq!((board.counts.firing, board.counts.warning), (32, 32));
}

#[test]
fn many_of_a_place_within_a_short_time_are_one_but_not_over_a_day() {
    let burst: Vec<_> = (0..6).map(|second| away(1, second * 60)).collect();
    assert_eq!(
        causes(&burst),
        [(
            Likely::Site {
                site: "Paris".into()
            },
            6
        )]
    );
    let day: Vec<_> = (0..6).map(|hour| away(1, hour * 3600)).collect();
    assert_eq!(causes(&day), [(Likely::Many, 6)]);
}

#[test]
fn one_version_or_one_tag_explains_only_what_most_others_have_not() {
    let of = |version: &'static str, tag: &str| -> Vec<_> {
        (1..=5)
            .map(|group| Node {
                version,
                tags: vec!["linux".to_owned(), tag.to_owned()],
                ..away(group, u64::from(group) * 1000)
            })
            .collect()
    };
    let version = Likely::Version {
        version: "0.9.1".into(),
    };
    assert_eq!(causes(&of("0.9.1", "x")), [(version, 5)]);
    let tag = Likely::Tag {
        tag: "role=gpu".into(),
    };
    assert_eq!(causes(&of("1.0.0", "role=gpu")), [(tag, 5)]);
    let gpus = of("1.0.0", "role=gpu").into_iter().take(3);
    assert_eq!(
        causes(&gpus.collect::<Vec<_>>()),
        [(Likely::Many, 3)],
        "too few to say so"
    );
}

#[test]
fn a_cause_keeps_its_key_while_it_grows_and_a_mute_holds_for_who_comes_later() {
    let few: Vec<_> = (0..25).map(|second| away(1, second)).collect();
    let more: Vec<_> = (0..30).map(|second| away(1, second)).collect();
    let key = board(&few, None).causes[0].key.clone();
    let muted = board(&more, Some(&key));
    assert_eq!(muted.causes[0].key, key);
    assert!(muted.causes[0].muted_until.is_some());
    assert_eq!((muted.counts.muted, muted.counts.warning), (30, 0));
}

#[test]
fn the_board_is_bounded() {
    let mut alerts = Alerts::default();
    for number in 0..400 {
        let job = Subject::Job(Uuid::from_u128(number));
        alerts.look(
            &job,
            "job",
            |rule| {
                Reading::of(if rule.condition == Condition::JobFailed {
                    Met::Yes
                } else {
                    Met::No
                })
            },
            at(0),
        );
    }
    let items: Vec<_> = alerts
        .firing()
        .map(|alert| Item {
            alert,
            nodes: &[],
            group: 0,
            site: "",
            version: "",
            tags: TAGS,
            muted_until: None,
        })
        .collect();
    let board = group(&items, &Fleet::default(), |_| None);
    assert_eq!(
        (board.causes.len(), board.more, board.counts.critical),
        (200, 200, 400)
    );
}
