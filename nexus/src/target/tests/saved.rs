//! Saved groups inside of expressions.

use std::collections::BTreeMap;

use super::super::{NESTED, Saved, SavedError, is_group_name};
use super::*;

#[derive(Default)]
struct Groups(BTreeMap<String, Expression>);

impl Saved for Groups {
    fn get(&self, name: &str) -> Option<&Expression> {
        self.0.get(name)
    }

    fn near(&self, name: &str) -> Vec<String> {
        self.0
            .keys()
            .filter(|own| own.starts_with(name))
            .cloned()
            .collect()
    }
}

fn groups(all: &[(&str, &str)]) -> Groups {
    let parsed = all
        .iter()
        .map(|(name, text)| ((*name).to_owned(), parse(text).unwrap()));
    Groups(parsed.collect())
}

fn with(text: &str, all: &[(&str, &str)]) -> Result<Expression, SavedError> {
    parse(text).unwrap().with_groups(&groups(all))
}

fn is(text: &str, all: &[(&str, &str)]) -> bool {
    let node = Machine::new("a", &["gpu"]);
    let written = with(text, all).unwrap().to_string();
    node.is(&written)
}

#[test]
fn a_group_stands_for_what_it_means() {
    let all = [
        ("gpus", "tag:gpu"),
        ("b", "b or c"),
        ("two", "@gpus and not @b"),
    ];
    for yes in ["@gpus", "@two", "not @b", "@b or @gpus", "@two and @two"] {
        assert!(is(yes, &all), "{yes}");
    }
    assert!(!is("@b", &all) && !is("not @two", &all) && !is("@gpus and @b", &all));
    assert_eq!(parse("@two or (x and @b)").unwrap().saved(), ["two", "b"]);
}

#[test]
fn a_group_is_one_thing_whatever_stands_round_it() {
    // Put in as text it would be `a or b and x`.
    let all = [("either", "a or b")];
    let expression = with("@either and x", &all).unwrap();
    assert_eq!(expression.to_string(), "(a or b) and x");
}

#[test]
fn an_empty_group_is_nobody() {
    let node = Machine::new("a", &[]);
    let facts = |text: &str| {
        let placed = with(text, &[("none", "")]).unwrap();
        let node = Facts {
            id: "i",
            name: node.name,
            tags: &node.tags,
            group: "",
            skills: &[],
            platform: "",
            phase: Phase::Online,
            machine: None,
            live: None,
        };
        placed.matches(&node)
    };
    assert!(!facts("@none") && !facts("@none or @none") && !facts("* and @none"));
    assert!(facts("* and not @none"));
}

#[test]
fn a_group_that_was_not_put_in_is_nobody_and_so_is_its_opposite() {
    let node = Machine::new("a", &[]);
    assert!(!node.is("@x") && !node.is("not @x") && !node.is("@x or not @x"));
}

#[test]
fn a_missing_group_is_an_error_with_near_names() {
    let Err(error) = with("@gpu", &[("gpus", "tag:gpu")]) else {
        panic!("it does not exist")
    };
    assert_eq!(
        error.to_string(),
        "there is no saved group @gpu; did you mean @gpus?"
    );
    assert!(
        with("@x", &[])
            .unwrap_err()
            .to_string()
            .contains("GET /api/v1/groups")
    );
}

#[test]
fn circles_and_towers_are_errors() {
    assert!(matches!(
        with("@a", &[("a", "x or @a")]),
        Err(SavedError::Circle(_))
    ));
    let Err(SavedError::Circle(way)) = with("@a", &[("a", "@b"), ("b", "not @c"), ("c", "@b, x")])
    else {
        panic!("a circle")
    };
    assert_eq!(way, ["a", "b", "c", "b"]);
    let names: Vec<_> = (0..=NESTED)
        .map(|at| (format!("g{at}"), format!("@g{}", at + 1)))
        .collect();
    let mut tower: Vec<_> = names
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    tower.push(("g9", "x"));
    assert!(with("@g2", &tower).is_ok());
    assert!(matches!(with("@g1", &tower), Err(SavedError::Deep(_))));
}

#[test]
fn groups_of_groups_do_not_grow_without_end() {
    // Each names the next one twenty times: twenty to the sixth terms.
    let many = |at: usize| vec![format!("@g{at}"); 20].join(",");
    let names: Vec<_> = (0..6).map(|at| (format!("g{at}"), many(at + 1))).collect();
    let mut all: Vec<_> = names
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    all.push(("g6", "x"));
    assert_eq!(with("@g0", &all), Err(SavedError::Wide));
    assert!(with("@g5", &all).is_ok());
}

#[test]
fn names_of_groups_are_plain() {
    let longest = "a".repeat(64);
    for good in ["a", "0", "gpu-boxes", "a.b_c-d", &longest] {
        assert!(is_group_name(good), "{good}");
    }
    let longer = "a".repeat(65);
    for bad in [
        "", "A", "-a", ".a", "_a", "a b", "a/b", "é", "a\n", "..", &longer,
    ] {
        assert!(!is_group_name(bad), "{bad}");
    }
}
