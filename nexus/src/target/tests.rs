mod complete;
mod facts;
mod saved;

use proptest::prelude::*;

use super::{
    Bound, DEPTH, Expression, Facts, Feature, Field, LENGTH, Measure, Pattern, Relation, Term,
    parse,
};
use crate::model::Phase;

struct Machine {
    name: &'static str,
    tags: Vec<String>,
    skills: Vec<String>,
}

impl Machine {
    fn new(name: &'static str, tags: &[&str]) -> Self {
        Self {
            name,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            skills: vec!["ShellSkill".to_owned()],
        }
    }

    fn is(&self, expression: &str) -> bool {
        let facts = Facts {
            id: "id-1",
            name: self.name,
            tags: &self.tags,
            group: "paris",
            skills: &self.skills,
            platform: "linux",
            phase: Phase::Online,
            machine: None,
            live: None,
        };
        parse(expression).unwrap().matches(&facts)
    }
}

#[test]
fn each_form_means_what_it_says() {
    let node = Machine::new("build-1", &["gpu", "site:paris", "rack=4"]);
    for yes in [
        "*",
        "all",
        "build-1",
        "build-*",
        "build-?",
        "name:build-1",
        "id:id-1",
        "tag:gpu",
        "site=paris",
        "site=p*",
        "rack=4",
        "group:paris",
        "skill:ShellSkill",
        "platform:linux",
        "state:online",
        "\"build-1\"",
        "name:\"build-1\"",
        "tag:gpu and site=paris",
        "x, build-1",
        "x or y or build-1",
        "not x",
        "not (x or y) and tag:gpu",
        " ( build-1 ) ",
        "tag:\"site:paris\"",
        "tag:site:paris",
        "site = paris",
        "site =\"paris\"",
        "site!=rome",
        "nothing!=here",
        "not site != paris",
        "not has=nothing",
    ] {
        assert!(node.is(yes), "{yes}");
    }
    for no in [
        "build",
        "uild-1",
        "Build-1",
        "BUILD-*",
        "tag:gp",
        "tag:GPU",
        "site=par",
        "site=",
        "state:offline",
        "\"build-*\"",
        "\"*\"",
        "name:\"*\"",
        "not *",
        "x and *",
        "id:build-1",
        "not (x, build-1)",
        "tag:",
        "site!=paris",
        "site != paris",
        "site==paris",
        "@build-1",
        "not @build-1",
    ] {
        assert!(parse(no).is_err() || !node.is(no), "{no}");
    }
}

#[test]
fn an_empty_expression_is_nobody() {
    let node = Machine::new("a", &[]);
    for empty in ["", " ", "\t\n", "\u{a0}", "\u{3000}"] {
        assert!(!node.is(empty), "{empty:?}");
        assert_eq!(parse(empty).unwrap(), Expression::default());
    }
    assert!(!Expression::default().is_all());
}

#[test]
fn case_and_unicode_do_not_widen_anything() {
    let node = Machine::new("paris", &["gpu"]);
    for lookalike in [
        "PARIS",
        "pari\u{455}",
        "p\u{430}ris",
        "paris\u{200b}",
        "\u{200b}paris",
        "tag:GPU",
        "tag:gp\u{1d64}",
        "\u{ff41}\u{ff4c}\u{ff4c}",
        "ALL",
        "All",
        "\u{ff0a}",
        "\u{2217}",
        "\u{66d}",
        "name:\u{2217}",
    ] {
        assert!(!node.is(lookalike), "{lookalike:?}");
    }
    let decomposed = Machine::new("cafe\u{301}", &[]);
    assert!(
        !decomposed.is("caf\u{e9}"),
        "no normalisation: two spellings are two names"
    );
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (text, position) in [
        ("a b", 3),
        ("(a", 3),
        ("a)", 2),
        ("a and", 6),
        ("and", 1),
        (",a", 1),
        ("a,", 3),
        ("foo:bar", 1),
        ("é, \"x", 4),
        ("tag:", 5),
        ("*:x", 1),
        ("x AND y", 3),
        ("\"a\\n\"", 3),
        ("()", 2),
        ("=x", 1),
        ("a\u{0}b", 2),
        ("a<b", 1),
        ("x and a > b", 7),
        ("cpu_cores>", 11),
        ("cpu_cores>x", 11),
        ("cpu_cores > 1.5", 13),
        ("tasks>= and x", 9),
        ("memory>16", 8),
        ("memory>16G", 8),
        ("memory>99999999999TiB", 8),
        ("cpu<50", 5),
        ("cpu<101%", 5),
        ("cpu<-1%", 5),
        ("cpu<0.00000001", 5),
        ("cpu<nan", 5),
        ("version>1.2.3.4", 9),
        ("version>1..2", 9),
        ("version<2097152", 9),
        ("mem_free>4GiB 3", 15),
        ("has:wings", 5),
        ("has:", 5),
        ("cpu:4", 1),
        ("site!=", 7),
        ("site= and x", 7),
        ("!=x", 1),
        ("@", 1),
        ("x, @A", 4),
        ("@a=b", 1),
        ("@-a", 1),
        ("@ a", 1),
        ("@\"a\"", 1),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.position, position, "{text}: {error}");
    }
}

#[test]
fn length_and_depth_have_limits() {
    assert!(parse(&"a".repeat(LENGTH)).is_ok());
    assert!(parse(&"a".repeat(LENGTH + 1)).is_err());
    assert!(parse(&format!("{}a", "not ".repeat(DEPTH - 1))).is_ok());
    for deep in ["(", "not "] {
        assert!(parse(&deep.repeat(LENGTH / deep.len())).is_err());
    }
}

#[test]
fn a_glob_of_many_stars_takes_no_forever() {
    let glob = Pattern::Glob("*a".repeat(500) + "b");
    assert!(!glob.matches(&"a".repeat(1000)));
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        any::<String>().prop_map(Pattern::Exact),
        "[a-z.-]{0,4}[*?][a-z*?]{0,4}".prop_map(Pattern::Glob),
    ]
}

fn bound() -> impl Strategy<Value = Bound> {
    let measure = prop::sample::select(Measure::ALL.map(|(_, measure)| measure).to_vec());
    let relation = prop::sample::select(Relation::ALL.map(|(_, relation)| relation).to_vec());
    (measure, relation, any::<u64>(), 0..=63_u32).prop_map(|(measure, relation, any, shift)| {
        let amount = match measure {
            Measure::Cpu | Measure::Mem => any % 1_000_001,
            Measure::Version => any >> 1,
            Measure::CpuCores | Measure::Memory | Measure::MemFree | Measure::Tasks => any >> shift,
        };
        Bound {
            measure,
            relation,
            amount,
        }
    })
}

/// Keys of tags, those that are facts too, and values that could be amounts.
fn tagged() -> impl Strategy<Value = Term> {
    let key = prop_oneof!["[a-z]{1,5}", "cpu|mem|tasks|memory|version|has|not|all"];
    let value = prop_oneof![
        pattern(),
        "[0-9]{1,2}(%|GiB|[.]1)?".prop_map(Pattern::Exact)
    ];
    (key, value).prop_map(|(key, value)| Term::Tagged(key, value))
}

fn term() -> impl Strategy<Value = Term> {
    let field = prop::sample::select(Field::ALL.map(|(_, field)| field).to_vec());
    let leaf = prop_oneof![
        Just(Term::All),
        (field, pattern()).prop_map(|(field, pattern)| Term::Is(field, pattern)),
        tagged(),
        bound().prop_map(Term::Bound),
        prop::sample::select(vec![Feature::Gpu, Feature::Docker]).prop_map(Term::Has),
        "[a-z0-9][a-z0-9._-]{0,8}".prop_map(Term::Saved),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|term| Term::Not(Box::new(term))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Term::And),
            prop::collection::vec(inner, 2..4).prop_map(Term::Or),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(term in term()) {
        let text = term.to_string();
        prop_assume!(text.len() <= LENGTH);
        let read = parse(&text);
        prop_assert_eq!(read.as_ref().ok().and_then(Expression::term), Some(&term), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ a-z0-9*?:=<>!@%\",()\\\\é\u{0}-\u{ff}]{0,64}") {
        if let Ok(expression) = parse(&text) {
            prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
        }
    }

    #[test]
    fn nobody_is_in_a_thing_and_its_opposite(term in term(), name in "[a-z]{1,3}") {
        let facts = Facts { id: "i", name: &name, tags: &[], group: "", skills: &[], platform: "", phase: Phase::Offline, machine: None, live: None };
        let both = Term::And(vec![term.clone(), Term::Not(Box::new(term))]).to_string();
        prop_assume!(both.len() <= LENGTH);
        if let Ok(both) = parse(&both) {
            prop_assert!(!both.matches(&facts));
        }
    }
}

#[test]
fn what_is_written_is_no_deeper_than_what_was_read() {
    // `and` binds closer than `or`, so it needs no brackets there; with them the deepest of these could not be read again.
    let deepest = format!("{}(a and b or c)", "not ".repeat(DEPTH - 2));
    let unequal = format!("{}a!=b", "not ".repeat(DEPTH - 2));
    assert!(parse(&format!("not {unequal}")).is_err());
    for text in ["a and b or c", "(a and b), (c and d)", &deepest, &unequal] {
        let read = parse(text).unwrap();
        assert_eq!(parse(&read.to_string()), Ok(read), "{text}");
    }
}
