use std::time::SystemTime;

use super::{GROUPS, GroupError, Groups, NewGroup};
use crate::target::Saved;

fn new(name: &str, target: &str) -> NewGroup {
    NewGroup {
        name: name.into(),
        target: target.into(),
    }
}

fn put(groups: &mut Groups, name: &str, target: &str) -> Result<(), GroupError> {
    let put = groups.put(&new(name, target), true, "ann", SystemTime::UNIX_EPOCH);
    put.map(drop)
}

fn names(groups: &Groups) -> Vec<&str> {
    groups.list().map(|group| group.name.as_str()).collect()
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let mut groups = Groups::default();
    put(&mut groups, "a", "tag:x").unwrap();
    put(&mut groups, "b", "@a or y").unwrap();
    for (name, target) in [
        ("A", "x"),
        ("", "x"),
        ("c", "x y"),
        ("c", "@nothing"),
        ("c", "not @c"),
        ("a", "@b"),
        ("a", "@a"),
        ("a", "x and"),
    ] {
        assert!(put(&mut groups, name, target).is_err(), "{name} = {target}");
        assert_eq!(names(&groups), ["a", "b"]);
        assert_eq!(groups.find("a").unwrap().target.to_string(), "tag:x");
    }
}

#[test]
fn making_one_that_is_there_is_not_changing_it() {
    let mut groups = Groups::default();
    put(&mut groups, "a", "x").unwrap();
    let again = groups.put(&new("a", "y"), false, "bob", SystemTime::UNIX_EPOCH);
    assert_eq!(again, Err(GroupError::Exists("a".into())));
    assert_eq!(groups.find("a").unwrap().made_by, "ann");
    let changed = groups
        .put(&new("a", "y"), true, "bob", SystemTime::UNIX_EPOCH)
        .unwrap();
    assert_eq!(
        (changed.made_by.as_str(), changed.target.to_string()),
        ("bob", "y".into())
    );
}

#[test]
fn a_group_that_others_are_made_of_stays() {
    let mut groups = Groups::default();
    put(&mut groups, "a", "x").unwrap();
    put(&mut groups, "b", "y and not @a").unwrap();
    assert_eq!(
        groups.remove("a"),
        Err(GroupError::Used("a".into(), "b".into()))
    );
    assert!(groups.remove("b").is_ok() && groups.remove("a").is_ok());
    assert!(matches!(groups.remove("a"), Err(GroupError::Unknown(_))));
}

#[test]
fn a_change_must_not_break_the_groups_above() {
    let mut groups = Groups::default();
    put(&mut groups, "wide", "x").unwrap();
    put(&mut groups, "wider", &vec!["@wide"; 100].join(",")).unwrap();
    put(&mut groups, "top", "z and not @wider").unwrap();
    put(&mut groups, "apart", "z").unwrap();
    let hundred = vec!["x"; 100].join(",");
    let broken = put(&mut groups, "wide", &hundred).unwrap_err();
    assert!(
        matches!(&broken, GroupError::Breaks(name, _) if name == "top"),
        "{broken}"
    );
    assert_eq!(groups.find("wide").unwrap().target.to_string(), "x");
}

#[test]
fn there_are_not_more_than_so_many() {
    let mut groups = Groups::default();
    for at in 0..GROUPS {
        put(&mut groups, &format!("g{at}"), "x").unwrap();
    }
    assert_eq!(put(&mut groups, "more", "x"), Err(GroupError::TooMany));
    put(&mut groups, "g7", "changed").unwrap();
}

#[test]
fn what_is_too_long_when_written_out_is_refused() {
    let mut groups = Groups::default();
    // Written out `a!=b` becomes `not a=b`, and a comma ` or `.
    let long = vec!["a!=b"; 400].join(",");
    assert!(long.len() < crate::target::LENGTH);
    assert!(matches!(
        put(&mut groups, "a", &long),
        Err(GroupError::Target(_))
    ));
}

#[test]
fn near_names_are_found() {
    let mut groups = Groups::default();
    for name in [
        "gpu-boxes",
        "gpu",
        "kiosks",
        "web-1",
        "web-2",
        "web-3",
        "web-4",
    ] {
        put(&mut groups, name, "x").unwrap();
    }
    assert_eq!(groups.near("gpu-boxs"), ["gpu-boxes"]);
    assert_eq!(groups.near("kiosk"), ["kiosks"]);
    assert_eq!(groups.near("gp"), ["gpu", "gpu-boxes"]);
    assert_eq!(groups.near("web-5").len(), 3);
    assert!(groups.near("printers").is_empty());
}
