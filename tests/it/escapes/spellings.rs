//! Ways out by how a path is written. Not here: what lies in the workspace and leads out, see `links`.

use serde_json::json;

use super::Fence;

/// Spellings of "up", some of which only look like it.
const UP: &[&str] = &[
    "..",
    "./..",
    ".//..",
    "deep/../..",
    "deep/deeper/../../..",
    "nothing/../..",
    "own/..",
    "own/../..",
    "../workspace/..",
    "...",
    "....//",
    "..;",
    "..\\",
    "..\\..",
    "deep\\..\\..",
    "%2e%2e",
    "..%2f",
    "%2e%2e%2f",
    "%252e%252e",
    "..%5c",
    "%c0%ae%c0%ae",
    "..%00",
    "..%u2215",
    "\u{ff0e}\u{ff0e}",
    "\u{2024}\u{2024}",
    "\u{fe52}\u{fe52}",
    "..\u{2215}..",
    "..\u{2044}",
    "..\u{ff0f}",
    "..\u{ff3c}",
    ".. ",
    " ..",
    "..\t",
    "..\u{200b}",
    "\u{feff}..",
    "..\u{a0}",
    "..\u{301}",
    "..\n",
    "..\0",
    "~",
    "~root",
    "$HOME/..",
    "${PWD}/..",
    "`pwd`/..",
    "*/..",
    "C:",
    "C:\\..",
    "\\\\?\\",
    "\\\\localhost\\c$",
    "file://",
    "file:///..",
];

const THERE: &[&str] = &[
    "",
    "/",
    "/canary",
    "//canary",
    "/./canary",
    "/workspace2/canary",
    "/outside/dir",
    "/outside/dir/canary",
    "/data/policy.toml",
    "/canary/.",
    "/canary\0.txt",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_path_leads_out() {
    let fence = Fence::new().await;
    let before = fence.outside();
    let mut tried = 0;
    for up in UP {
        for there in THERE {
            tried += fence.attack(&format!("{up}{there}")).await;
        }
    }
    let home = fence.spore.home.path().display().to_string();
    let absolute = [
        format!("{home}/canary"),
        format!("{home}/workspace2/canary"),
        format!("{home}/workspace/../canary"),
        format!("{home}/workspace/own"),
        format!("/{home}/canary"),
        "/".into(),
        "//".into(),
        "/etc/passwd".into(),
        "//etc/passwd".into(),
        "/proc/self/root/etc/passwd".into(),
        "/proc/self/cwd/../canary".into(),
        "/proc/self/environ".into(),
        "/proc/1/root/etc/passwd".into(),
        "/dev/fd/0".into(),
        "/dev/stdin".into(),
        "/dev/zero".into(),
        "proc/self/root/etc/passwd".into(),
        format!("deep{}", "/..".repeat(2_000)),
        format!("{}canary", "../".repeat(500)),
        format!("{}/canary", "deep/../".repeat(400)),
        "x".repeat(5_000),
        format!("{}/../../canary", "x".repeat(255)),
        "x/".repeat(3_000),
    ];
    for path in &absolute {
        tried += fence.attack(path).await;
    }
    assert_eq!(fence.outside(), before, "nothing outside has changed");
    assert!(tried > 3_000, "{tried}");
    assert!(
        fence
            .call("FileSkill", "read_file", json!({"path": "own"}))
            .await["result"]
            == "own",
        "and what is inside is there"
    );
}
