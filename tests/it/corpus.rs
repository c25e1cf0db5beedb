//! What the fuzzer found interesting so far, replayed without a fuzzer: `fuzz/corpus`, one file an input.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "elsewhere it is a library")]
mod checks;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut replayed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 3, "the corpus is there");
}

#[test]
fn frames_of_spores() {
    replay("from_spore", checks::from_spore);
}

#[test]
fn frames_of_a_nexus() {
    replay("from_nexus", checks::from_nexus);
}

#[test]
fn join_codes() {
    replay("join_code", checks::join_code);
}

#[test]
fn policies() {
    replay("policy", checks::policy);
}

#[test]
fn targets() {
    replay("target", checks::target);
}
