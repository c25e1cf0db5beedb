//! The shape of the code, held: sizes, names, and who may depend on whom.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, lines; generated ones aside.
const LONGEST: usize = 400;

/// Tests from before this held for tests too. None comes to them; one that is split goes from here.
const STILL_LONGER: [&str; 9] = [
    "nexus/src/state/tests/jobs/model.rs",
    "nexus/src/state/tests/jobs.rs",
    "nexus/src/state/tests/strategies.rs",
    "nexus/src/store/tests/audit.rs",
    "nexus/src/store/tests.rs",
    "spore/tests/it/binary.rs",
    "spore/tests/it/nexus.rs",
    "spore/tests/it/policy.rs",
    "spore/tests/it/run.rs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All source files, relative to the root.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = [
        "protocol",
        "nexus",
        "spore",
        "src-tauri",
        "tests",
        "ui",
        "scripts",
    ]
    .iter()
    .map(|name| root().join(name))
    .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() && !["node_modules", "dist", "target", "gen"].contains(&name.as_str())
            {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| {
                ["rs", "ts", "tsx", "mjs"]
                    .iter()
                    .any(|known| kind == *known)
            }) {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    assert!(found.len() > 100, "the walk finds the sources");
    found
}

fn is_test_or_generated(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["/tests/", "tests/", ".test.", "/tests.rs", "generated"]
        .iter()
        .any(|part| text.contains(part))
}

fn lines(path: &Path) -> usize {
    let text = fs::read_to_string(root().join(path)).unwrap();
    text.lines().count()
}

#[test]
fn no_file_outgrows_its_room() {
    let mut too_long: Vec<_> = sources()
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("generated"))
        .filter(|path| lines(path) > LONGEST)
        .collect();
    too_long.sort();
    assert_eq!(too_long, STILL_LONGER.map(PathBuf::from));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|path| !is_test_or_generated(path))
        .filter(|path| {
            let text = fs::read_to_string(root().join(path)).unwrap();
            let text = text.trim_start_matches("#!/usr/bin/env node").trim_start();
            !["//!", "/**", "//"]
                .iter()
                .any(|start| text.starts_with(start))
        })
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn names_are_nouns_of_the_trade() {
    let vague = [
        "util", "utils", "helper", "helpers", "common", "shared", "misc", "manager",
    ];
    let named: Vec<_> = sources()
        .into_iter()
        .filter(|path| {
            path.components().any(|part| {
                let name = part.as_os_str().to_string_lossy().to_lowercase();
                vague.contains(&name.split('.').next().unwrap_or_default())
            })
        })
        .collect();
    assert!(named.is_empty(), "{named:?}");
}

fn manifest(package: &str) -> String {
    fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap()
}

fn depends(package: &str, on: &str) -> bool {
    manifest(package).lines().any(|line| {
        line.strip_prefix(on)
            .is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    })
}

#[test]
fn the_crates_meet_where_they_should() {
    assert!(
        !depends("spore", "nexus") && !depends("nexus", "spore"),
        "they meet in the protocol"
    );
    for banned in ["tokio", "axum", "tauri", "tokio-tungstenite"] {
        assert!(
            !depends("protocol", banned),
            "the protocol is plain data, without {banned}"
        );
    }
    for package in ["protocol", "nexus", "spore", "tests"] {
        assert!(!depends(package, "tauri"), "{package} knows no window");
    }
    for package in ["protocol", "spore", "tests"] {
        assert!(
            !depends(package, "specta"),
            "{package} has no shapes of the console"
        );
    }
    assert!(depends("src-tauri", "tauri"));
}

#[test]
fn the_state_of_the_swarm_does_no_io() {
    let banned = [
        "tokio",
        "std::net",
        "std::fs",
        "Instant::now",
        "SystemTime::now",
        "axum",
    ];
    for path in sources()
        .into_iter()
        .filter(|path| path.starts_with("nexus/src/state") || path.ends_with("nexus/src/state.rs"))
    {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let found: Vec<_> = code
            .filter(|line| banned.iter().any(|word| line.contains(word)))
            .collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}
