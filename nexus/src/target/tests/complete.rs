//! What is proposed while somebody writes.

use protocol::Capabilities;

use super::super::{Completion, complete};
use super::*;

fn ask_at(text: &str, at: usize) -> Completion {
    let machine = Capabilities {
        arch: "x86_64".into(),
        ..Capabilities::default()
    };
    let tags: Vec<Vec<String>> = [
        &["gpu", "site=rome"][..],
        &["gpu", "site:oslo"],
        &["go fast", "été"],
    ]
    .iter()
    .map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect())
    .collect();
    let nodes = ["build-1", "build-2", "Gamma"]
        .iter()
        .zip(&tags)
        .map(|(name, tags)| Facts {
            id: name,
            name,
            tags,
            group: "",
            skills: &[],
            platform: "linux",
            phase: Phase::Online,
            machine: Some(&machine),
            live: None,
        });
    complete(text, at, nodes, ["gpu-boxes", "kiosks"].into_iter())
}

fn ask(text: &str) -> (usize, Vec<String>) {
    let found = ask_at(text, usize::MAX);
    let words = found.items.into_iter().map(|one| match one.count {
        Some(count) => format!("{} {} {count}", one.what, one.text),
        None => format!("{} {}", one.what, one.text),
    });
    (found.from, words.collect())
}

fn words(text: &str) -> Vec<String> {
    ask(text).1
}

#[test]
fn values_of_a_field_come_with_their_numbers_the_most_used_first() {
    assert_eq!(
        ask("tag:g"),
        (4, vec!["tag gpu 2".into(), "tag \"go fast\" 1".into()])
    );
    assert_eq!(ask("x or tag:gp"), (9, vec!["tag gpu 2".into()]));
    assert_eq!(ask("not (arch:"), (10, vec!["arch x86_64 3".into()]));
    assert_eq!(words("tag:\"go f"), ["tag \"go fast\" 1"]);
    assert_eq!(words("site="), ["tag oslo 1", "tag rome 1"]);
    assert_eq!(ask("site!=r"), (6, vec!["tag rome 1".into()]));
    assert_eq!(words("state:o"), ["state online 3"]);
    assert_eq!(words("has:"), ["has docker", "has gpu"]);
    assert_eq!(ask("@g"), (1, vec!["group gpu-boxes".into()]));
    assert_eq!(
        ask("build-1, @"),
        (10, vec!["group gpu-boxes".into(), "group kiosks".into()])
    );
}

#[test]
fn a_word_may_become_a_name_a_tag_a_group_a_field_or_a_fact() {
    let found = words("g");
    for wanted in [
        "tag tag:gpu 2",
        "tag tag:\"go fast\" 1",
        "name Gamma 1",
        "group @gpu-boxes",
        "field group:",
    ] {
        assert!(found.contains(&wanted.to_owned()), "{wanted}: {found:?}");
    }
    assert_eq!(found[0], "tag tag:gpu 2");
    assert!(words("mem").contains(&"fact mem_free".to_owned()));
    assert_eq!(
        words("s"),
        [
            "tag site= 2",
            "tag tag:\"site:oslo\" 1",
            "tag tag:\"site=rome\" 1",
            "field skill:",
            "field state:"
        ]
    );
    assert_eq!(words("\"gam"), ["name Gamma 1"]);
    let everything = words("");
    assert_eq!(everything.len(), 20);
    assert!(everything[0].starts_with("field "), "{everything:?}");
}

#[test]
fn after_a_term_only_a_joint_fits() {
    assert_eq!(
        ask("tag:gpu "),
        (8, vec!["word and".into(), "word or".into()])
    );
    assert_eq!(words("(a) o"), ["word or"]);
    assert_eq!(words("a and b a"), ["word and"]);
    assert!(words("a and ").iter().any(|word| word.starts_with("field")));
    assert!(words("not b").contains(&"name build-1 1".to_owned()));
}

#[test]
fn where_a_number_stands_nothing_is_proposed() {
    for text in [
        "cpu<",
        "cpu<5",
        "cpu < ",
        "cpu_cores >= 4",
        "foo:",
        "foo:b",
        "a\"b",
        ",,x=\"\\",
    ] {
        assert!(
            words(text).iter().all(|word| word.starts_with("word")),
            "{text}"
        );
    }
}

#[test]
fn places_are_counted_in_characters_and_any_text_will_do() {
    assert_eq!(ask_at("tag:été, tag:gp and x", 15).from, 13);
    assert_eq!(ask_at("tag:é", 5).items[0].text, "\"été\"");
    assert_eq!(ask_at("tag:gpu", 5).items.len(), 2);
    assert_eq!(ask_at("", 9), ask_at("", 0));
}

proptest! {
    #[test]
    fn no_half_written_text_makes_it_panic(text in "[ a-zé\"\\\\:=<>!@(),]{0,24}", at in 0..30_usize) {
        let found = ask_at(&text, at);
        prop_assert!(found.from <= at && found.from <= text.chars().count());
    }
}

#[test]
fn what_is_proposed_for_a_value_is_read_as_a_value() {
    for (field, _) in Field::ALL {
        for item in ask_at(&format!("{field}:"), usize::MAX).items {
            let text = format!("{field}:{}", item.text);
            assert!(parse(&text).is_ok(), "{text}");
        }
    }
}
