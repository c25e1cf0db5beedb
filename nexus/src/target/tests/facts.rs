//! Facts that are numbers, and facts that nobody knows.

use protocol::Capabilities;

use super::super::Live;
use super::*;

/// A machine of eight cores, 16 GiB, half of it used, at a quarter of its load.
fn machine() -> Capabilities {
    Capabilities {
        cpu_cores: 8,
        memory_mb: 16 * 1024,
        has_gpu: true,
        os: "Debian GNU/Linux 12".into(),
        arch: "x86_64".into(),
        hostname: "box".into(),
        spore_version: "0.2.1-rc1".into(),
        ..Capabilities::default()
    }
}

const LIVE: Live = Live {
    cpu: Some(0.25),
    memory: Some(0.5),
    tasks: 3,
};

fn is(expression: &str, machine: Option<&Capabilities>, live: Option<Live>) -> bool {
    facts(expression, machine, live, Expression::matches)
}

fn facts(
    expression: &str,
    machine: Option<&Capabilities>,
    live: Option<Live>,
    how: fn(&Expression, &Facts<'_>) -> bool,
) -> bool {
    let tags = ["cpu=4".to_owned(), "rack:12".to_owned()];
    let node = Facts {
        id: "n",
        name: "n",
        tags: &tags,
        group: "",
        skills: &[],
        platform: "linux",
        phase: live.map_or(Phase::Offline, |_| Phase::Online),
        machine,
        live,
    };
    how(&parse(expression).unwrap(), &node)
}

const TRUE: &[&str] = &[
    "cpu_cores>=8",
    "cpu_cores >= 8",
    "cpu_cores =8",
    "cpu_cores==8",
    "cpu_cores!=9",
    "cpu_cores<9 and cpu_cores>7 and cpu_cores<=8",
    "memory=16GiB",
    "memory>=16384MiB",
    "memory>17GB",
    "memory<17.2gb",
    "memory>0",
    "mem_free=8GiB",
    "mem_free>7.99GiB",
    "mem_free<=8589934592B",
    "cpu<50%",
    "cpu=25%",
    "cpu<0.2501",
    "cpu>24.99%",
    "mem=0.5",
    "mem<80%",
    "tasks<4",
    "tasks=3",
    "has:gpu",
    "not has:docker",
    "os:Debian*",
    "os:\"Debian GNU/Linux 12\"",
    "arch:x86_64",
    "hostname:box",
    "version:0.2.*",
    "version<0.3",
    "version>=0.2.1",
    "version!=0.2",
    "version>0.1.99",
];

const FALSE: &[&str] = &[
    "cpu_cores>8",
    "cpu_cores<8",
    "cpu_cores!=8",
    "memory>16GiB",
    "memory<17GB",
    "mem_free>8GiB",
    "cpu>=50%",
    "cpu<25%",
    "mem>0.5",
    "tasks>3",
    "has:docker",
    "os:Windows*",
    "arch:arm*",
    "version<0.2",
    "version:0.2",
];

#[test]
fn a_comparison_means_what_it_says_and_its_opposite_too() {
    let machine = machine();
    for (wanted, all) in [(true, TRUE), (false, FALSE)] {
        for text in all {
            assert_eq!(is(text, Some(&machine), Some(LIVE)), wanted, "{text}");
            let opposite = format!("not ({text})");
            assert_eq!(
                is(&opposite, Some(&machine), Some(LIVE)),
                !wanted,
                "{opposite}"
            );
        }
    }
}

#[test]
fn what_is_not_known_makes_nobody_a_target() {
    let machine = machine();
    for text in ["cpu<50%", "mem<80%", "mem_free>4GiB", "tasks<3", "tasks!=3"] {
        for way in [
            text.to_owned(),
            format!("not {text}"),
            format!("not not {text}"),
        ] {
            assert!(!is(&way, Some(&machine), None), "offline: {way}");
        }
        let either = format!("{text} or not {text}");
        assert!(!is(&either, Some(&machine), None), "{either}");
        assert!(!is(&format!("* and {text}"), Some(&machine), None));
        assert!(
            is(&format!("* or {text}"), Some(&machine), None),
            "the other part is certain"
        );
        assert!(!is(&format!("x and {text}"), Some(&machine), None));
        assert!(is(&format!("not (x and {text})"), Some(&machine), None));
    }
    for text in TRUE.iter().chain(FALSE) {
        let opposite = format!("not ({text})");
        assert!(!is(text, None, None), "{text}");
        assert!(!is(&opposite, None, None), "{opposite}");
    }
}

#[test]
fn a_prototypes_spore_does_not_tell_its_system() {
    let plain = Capabilities::default();
    for text in [
        "os:*",
        "arch:x",
        "hostname:*",
        "version:*",
        "version<9",
        "version>=0",
    ] {
        assert!(!is(text, Some(&plain), Some(LIVE)), "{text}");
        assert!(
            !is(&format!("not {text}"), Some(&plain), Some(LIVE)),
            "{text}"
        );
    }
}

#[test]
fn for_what_protects_not_knowing_is_no_way_out() {
    let machine = machine();
    let may = |text: &str| facts(text, Some(&machine), None, Expression::may_match);
    assert!(may("cpu<50%") && may("not cpu<50%") && may("memory>4GiB"));
    assert!(!may("memory>40GiB") && !may("x and cpu<50%") && !may(""));
}

#[test]
fn a_tag_that_is_called_like_a_fact_is_still_reached() {
    let machine = machine();
    let yes = |text: &str| is(text, Some(&machine), Some(LIVE));
    assert!(yes("cpu=\"4\"") && yes("tag:cpu=4") && yes("rack=12") && yes("cpu=4*"));
    assert!(!yes("cpu=4%") && !yes("cpu=intel"));
    let tag = parse("cpu=\"4%\"").unwrap();
    assert_eq!(parse(&tag.to_string()), Ok(tag.clone()));
    assert_ne!(parse("cpu=4%").unwrap(), tag);
}

#[test]
fn the_normal_form_of_an_amount_is_short_and_exact() {
    for (text, normal) in [
        ("memory > 16384 MiB".replace(" M", "M"), "memory>16GiB"),
        ("memory>1.5gib".into(), "memory>1536MiB"),
        ("memory>16gb".into(), "memory>16GB"),
        ("memory>0".into(), "memory>0"),
        ("memory>0.1KB".into(), "memory>100B"),
        ("cpu<0.5".into(), "cpu<50%"),
        ("cpu<12.25%".into(), "cpu<12.25%"),
        ("cpu<1".into(), "cpu<100%"),
        ("cpu<0.000001".into(), "cpu<0.0001%"),
        ("version<0.2".into(), "version<0.2.0"),
        ("site!=paris".into(), "not site=paris"),
        ("cpu_cores==8".into(), "cpu_cores=8"),
    ] {
        assert_eq!(parse(&text).unwrap().to_string(), normal, "{text}");
    }
}

#[test]
fn live_facts_are_told_apart() {
    for (text, live) in [
        ("cpu<5%", Some(Measure::Cpu)),
        ("x or not (tasks=1 and y)", Some(Measure::Tasks)),
        ("cpu_cores>3 and memory>1GiB and version>0", None),
        ("", None),
    ] {
        assert_eq!(parse(text).unwrap().live_fact(), live, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_learnt_later_overturns_no_certain_answer(
        term in term(), cpu in 0.0..=1.0, memory in 0.0..=1.0, tasks in 0..9_u32, cores in 0..64_u32, size in 0..99_999_u32,
    ) {
        let text = term.to_string();
        prop_assume!(text.len() <= LENGTH);
        let known = Capabilities { cpu_cores: cores, memory_mb: size, ..machine() };
        let now = Live { cpu: Some(cpu), memory: Some(memory), tasks };
        let beforehand = Live { cpu: None, memory: None, tasks };
        let nodes = [(None, None), (Some(&known), None), (Some(&known), Some(beforehand)), (Some(&known), Some(now))];
        for pair in nodes.windows(2) {
            let [(machine, live), (later, now)] = pair else { continue };
            let says = |text: &str, machine, live, how| {
                let node = Facts {
                    id: "n", name: "n", tags: &[], group: "", skills: &[], platform: "", phase: Phase::Online, machine, live,
                };
                let how: fn(&Expression, &Facts<'_>) -> bool = how;
                how(&parse(text).unwrap(), &node)
            };
            if says(&text, *machine, *live, Expression::matches) {
                prop_assert!(says(&text, *later, *now, Expression::matches), "{}", text);
            }
            if says(&text, *later, *now, Expression::may_match) {
                prop_assert!(says(&text, *machine, *live, Expression::may_match), "{}", text);
            }
        }
    }
}
