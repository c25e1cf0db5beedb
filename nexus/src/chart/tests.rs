//! Dimensions: how they are read, and what nodes are grouped by.

use super::*;
use crate::model::NodeFacts;
use crate::trust::{Joined, NodeTrust};
use protocol::{Capabilities, Version};

fn facts(name: &str, own: &[&str], given: &[&str], group: Option<&str>) -> NodeFacts {
    let texts = |tags: &[&str]| tags.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut trust = NodeTrust::new(None, Joined::SharedToken, SystemTime::UNIX_EPOCH);
    (trust.own_tags, trust.tags) = (texts(own), texts(given));
    let mut capabilities = Capabilities {
        skills: vec!["ShellSkill".to_owned()],
        ..Capabilities::default()
    };
    capabilities.tags = trust.all_tags();
    NodeFacts {
        id: name.to_owned(),
        name: name.to_owned(),
        capabilities,
        version: Version::V2,
        peer: String::new(),
        local: false,
        trust,
        registered_at: SystemTime::UNIX_EPOCH,
        group: 0,
        group_key: group.map(str::to_owned),
        x: 0.0,
        y: 0.0,
    }
}

fn key(by: &ChartBy, facts: &NodeFacts) -> String {
    by.key_of(facts).unwrap_or_else(|| "home".to_owned())
}

#[test]
fn what_is_no_dimension_is_refused_with_what_to_do() {
    let long = "k".repeat(65);
    for (by, with) in [
        ("", None),
        ("rack", None),
        ("site", Some("rack")),
        ("tag", None),
        ("tag", Some("  ")),
        ("tag", Some("rack=14")),
        ("tag", Some("a b")),
        ("tag", Some("a\u{202e}b")),
        ("tag", Some(long.as_str())),
    ] {
        let refused = ChartBy::parse(by, with).unwrap_err();
        assert!(refused.to_string().len() > 20, "{by:?} {with:?}");
        assert_eq!(refused.code(), "invalid");
    }
    assert_eq!(
        ChartBy::parse("tag", Some(" rack ")),
        Ok(ChartBy::Tag("rack".to_owned()))
    );
    assert_eq!(ChartBy::parse("role", Some("")), Ok(ChartBy::Role));
}

#[test]
fn a_dimension_is_read_again_as_it_was_written() {
    for by in [
        ChartBy::Site,
        ChartBy::Role,
        ChartBy::Group,
        ChartBy::Tag("rack".to_owned()),
    ] {
        let text = serde_json::to_string(&by).unwrap();
        assert_eq!(serde_json::from_str::<ChartBy>(&text).unwrap(), by);
    }
    // As the first chart of every store is written.
    assert_eq!(
        serde_json::to_string(&ChartBy::Site).unwrap(),
        r#"{"by":"site"}"#
    );
}

#[test]
fn the_site_is_what_the_operator_says_then_what_it_joined_with_then_what_it_says() {
    let by = ChartBy::Site;
    let node = |given: &[&str], group| facts("a", &["site:own"], given, group);
    assert_eq!(key(&by, &node(&["site=Lyon"], Some("paris"))), "lyon");
    assert_eq!(key(&by, &node(&["rack=1"], Some("paris"))), "paris");
    assert_eq!(key(&by, &node(&[], None)), "own");
    assert_eq!(key(&by, &facts("a", &["site="], &[], None)), "home");
}

#[test]
fn the_role_is_the_tag_then_a_word_of_the_name_then_a_skill_of_its_own() {
    let by = ChartBy::Role;
    let named = |name: &str| key(&by, &facts(name, &[], &[], None));
    assert_eq!(
        key(&by, &facts("par-db-01", &["role:Cache"], &[], None)),
        "cache"
    );
    assert_eq!(named("par-db-07"), "database");
    assert_eq!(named("WEB12.example.com"), "web");
    assert_eq!(named("fra_wrk_3"), "worker");
    assert_eq!(named("dbeaver"), "home", "a part of a word is no word");
    assert_eq!(named("db.example.com"), "database");
    assert_eq!(
        named("atlas.web.example.com"),
        "home",
        "only the host's own name counts"
    );
    let mut talker = facts("atlas", &[], &[], None);
    talker.capabilities.skills.push("VoiceSkill".to_owned());
    assert_eq!(key(&by, &talker), "voice");
}

#[test]
fn a_tag_groups_by_its_value_and_a_bare_one_by_itself() {
    let by = ChartBy::Tag("rack".to_owned());
    let tagged = |tag: &str| key(&by, &facts("a", &[tag], &[], None));
    assert_eq!(tagged("rack=14"), "rack 14");
    assert_eq!(tagged("rack: B-2 "), "b-2");
    assert_eq!(tagged("rack"), "rack");
    assert_eq!(tagged("racks=1"), "home");
    assert_eq!(
        tagged("rack=\u{202e}\u{200b}"),
        "home",
        "nothing to see is nothing"
    );
    let long = format!("rack={}", "ż".repeat(200));
    assert!(tagged(&long).len() <= 64);
}
