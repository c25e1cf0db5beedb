//! Ways out of a spore's workspace, tried through REST at a real spore. Beside the workspace lie canaries: their content must
//! not be seen, and nothing of what lies there may change.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::{Program, Server, spore_in};
use tempfile::TempDir;

/// The content of the canaries; their names are `canary` and `marker-of-the-outside`.
const CANARY: &str = "the-content-of-the-canary";
/// The same as it is read with `encoding: base64`.
const CANARY_IN_BASE64: &str = "dGhlLWNvbnRlbnQtb2YtdGhlLWNhbmFyeQ==";
const MARKER: &str = "marker-of-the-outside";

struct Fence {
    server: Server,
    spore: Program,
    node: String,
}

impl Fence {
    async fn new() -> Self {
        let home = TempDir::new().unwrap();
        let at = |path: &str| home.path().join(path);
        for folder in ["data", "workspace/deep/deeper", "workspace2", "outside/dir"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        for folder in ["", "workspace2", "outside", "outside/dir"] {
            std::fs::write(at(folder).join("canary"), CANARY).unwrap();
            std::fs::write(at(folder).join(MARKER), CANARY).unwrap();
        }
        std::fs::write(at("workspace/own"), "own").unwrap();
        let policy = at("data/policy.toml");
        std::fs::write(&policy, "methods = [\"*\"]\nshell = true\n").unwrap();
        std::fs::set_permissions(&policy, std::fs::Permissions::from_mode(0o600)).unwrap();
        let server = Server::start().await;
        let spore = spore_in(home, server.address(), "fenced", &[]);
        let node = server.until_node("fenced", "online").await;
        let node = node["node_id"].as_str().unwrap().to_owned();
        Self {
            server,
            spore,
            node,
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.spore.home.path().join(path)
    }

    async fn call(&self, skill: &str, method: &str, parameters: Value) -> Value {
        let body = json!({"skill_name": skill, "method_name": method, "parameters": parameters, "timeout": 20});
        let (status, answer) = self
            .server
            .post(&format!("/api/v1/nodes/{}/execute", self.node), body)
            .await;
        assert!(
            [200, 400].contains(&status),
            "{parameters}: {status} {answer}"
        );
        answer
    }

    /// Tries all that can be done with a path; how many ways were tried.
    async fn attack(&self, path: &str) -> usize {
        let sees_nothing = |what: &str, answer: &Value| {
            let said = answer.to_string();
            assert!(
                !said.contains(CANARY) && !said.contains(CANARY_IN_BASE64),
                "{what} {path:?} shows the canary: {said}"
            );
            assert!(
                !said.contains("root:x:0"),
                "{what} {path:?} shows /etc/passwd"
            );
            let listed = answer["success"] == true && said.contains(MARKER);
            assert!(!listed, "{what} {path:?} lists the outside: {said}");
        };
        let ways = [
            ("read_file", json!({"path": path})),
            (
                "read_file",
                json!({"path": path, "encoding": "base64", "max_bytes": 100}),
            ),
            ("list_files", json!({"path": path})),
            (
                "write_file",
                json!({"path": path, "content": "overwritten"}),
            ),
            (
                "write_file",
                json!({"path": format!("{path}/made"), "content": "overwritten"}),
            ),
        ];
        let tried = ways.len() + 1;
        let calls = ways.map(|(method, parameters)| async move {
            (method, self.call("FileSkill", method, parameters).await)
        });
        let moved = self.call(
            "ShellSkill",
            "run",
            json!({"command": "pwd -P; ls", "cwd": path}),
        );
        let (answers, answer) = tokio::join!(join_all(calls), moved);
        for (method, answer) in &answers {
            sees_nothing(method, answer);
        }
        sees_nothing("cwd", &answer);
        if answer["success"] == true {
            let inside = std::fs::canonicalize(self.at("workspace")).unwrap();
            let there = answer["result"].as_str().unwrap();
            assert!(
                there.starts_with(inside.to_str().unwrap()),
                "cwd {path:?} is {there}"
            );
        }
        tried
    }

    /// All that lies outside of the workspace, with what is in it; of the spore's own only the policy, which stays.
    fn outside(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.spore.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let own = path == self.at("workspace")
                    || (path.starts_with(self.at("data")) && path != self.at("data/policy.toml"));
                if path.is_dir() && !path.is_symlink() && path != self.at("workspace") {
                    folders.push(path);
                } else if path.is_file() && !own {
                    let content = std::fs::read_to_string(&path).unwrap();
                    found.insert(path, content);
                }
            }
        }
        found
    }
}

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

/// Makes a file by a program, if that can be done here.
fn make(command: &str, path: &Path, arguments: &[&str]) -> bool {
    let made = Command::new(command).arg(path).args(arguments).status();
    made.is_ok_and(|ended| ended.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_and_no_odd_file_leads_out() {
    let fence = Fence::new().await;
    let home = fence.spore.home.path().display().to_string();
    let mut links = vec![
        ("up".to_owned(), "..".to_owned()),
        ("up-and-up".into(), "../..".into()),
        ("root".into(), "/".into()),
        ("file".into(), "../canary".into()),
        ("file-by-root".into(), format!("{home}/canary")),
        ("neighbour".into(), "../workspace2".into()),
        ("folder".into(), format!("{home}/outside")),
        ("through".into(), "deep/../../outside/dir".into()),
        ("new".into(), "../made-by-a-link".into()),
        ("new-by-root".into(), format!("{home}/made-by-a-link")),
        ("new-folder".into(), "../made/by/a/link".into()),
        ("itself".into(), "itself".into()),
        ("there".into(), "back".into()),
        ("back".into(), "there".into()),
        ("process".into(), "/proc/self/root".into()),
        ("cwd".into(), "/proc/self/cwd".into()),
        ("handles".into(), "/proc/self/fd".into()),
        ("passwd".into(), "/etc/passwd".into()),
        ("deep/up".into(), "../..".into()),
        ("deep/deeper/up".into(), "../../../outside".into()),
        ("chain-0".into(), "..".into()),
    ];
    // Longer than systems follow.
    links
        .extend((1..60).map(|number| (format!("chain-{number}"), format!("chain-{}", number - 1))));
    for (name, target) in &links {
        symlink(target, fence.at("workspace").join(name)).unwrap();
    }
    let before = fence.outside();
    let mut tried = 0;
    for (name, _) in &links {
        for below in [
            "",
            "/canary",
            "/dir",
            "/outside/dir/canary",
            "/..",
            "/../canary",
            "/own",
        ] {
            tried += fence.attack(&format!("{name}{below}")).await;
            // Writing replaces a link, so it has to be made again.
            for (name, target) in &links {
                let path = fence.at("workspace").join(name);
                if !path.is_symlink() {
                    let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
                    symlink(target, path).unwrap();
                }
            }
        }
    }
    assert_eq!(fence.outside(), before, "nothing outside has changed");
    assert!(tried > 3_000, "{tried}");
    // A hard link is the file itself: whoever makes one has put the file there. Writing gives the name a new file.
    std::fs::hard_link(fence.at("outside/canary"), fence.at("workspace/hard")).unwrap();
    let wrote = fence
        .call(
            "FileSkill",
            "write_file",
            json!({"path": "hard", "content": "new"}),
        )
        .await;
    assert_eq!(wrote["success"], true, "{wrote}");
    assert_eq!(fence.outside(), before);
    odd_files(&fence).await;
}

/// Pipes, sockets and devices are answered at once, and never with content.
async fn odd_files(fence: &Fence) {
    let pipe = fence.at("workspace/pipe");
    assert!(make("mkfifo", &pipe, &[]));
    let _socket = std::os::unix::net::UnixListener::bind(fence.at("workspace/socket")).unwrap();
    let mut odd = vec!["pipe", "socket"];
    // Only root can make devices.
    if make("mknod", &fence.at("workspace/zero"), &["c", "1", "5"]) {
        odd.push("zero");
    }
    for name in odd {
        let answer = fence
            .call("FileSkill", "read_file", json!({"path": name}))
            .await;
        assert_eq!(answer["success"], false, "{name}: {answer}");
    }
}

/// Swaps a link that leads out with one that stays in, and a folder with a link, as fast as it can.
fn swap(workspace: PathBuf, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let at = |name: &str| workspace.join(name);
        let mut turns = 0;
        while !stop.load(Ordering::Relaxed) {
            for target in ["inside", "../outside"] {
                symlink(target, at("next")).unwrap();
                std::fs::rename(at("next"), at("link")).unwrap();
            }
            // A folder cannot be replaced in one step; between the steps there is nothing.
            // Whoever writes meanwhile makes the folder anew.
            let _ = std::fs::rename(at("folder"), at("folder-away"));
            let _ = symlink("../outside", at("folder"));
            let _ = std::fs::remove_file(at("folder"))
                .or_else(|_| std::fs::remove_dir_all(at("folder")));
            let _ = std::fs::rename(at("folder-away"), at("folder"));
            turns += 1;
        }
        turns
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_swapped_while_they_are_followed_lead_nowhere() {
    let fence = Fence::new().await;
    for folder in ["inside", "folder"] {
        std::fs::create_dir(fence.at("workspace").join(folder)).unwrap();
        std::fs::write(fence.at("workspace").join(folder).join("canary"), "inside").unwrap();
    }
    symlink("inside", fence.at("workspace/link")).unwrap();
    let before = fence.outside();
    let stop = Arc::new(AtomicBool::new(false));
    let swapping = swap(fence.at("workspace"), Arc::clone(&stop));
    let (mut got, mut refused) = (0, 0);
    for turn in 0..500 {
        let calls = (0..8).map(|kind| {
            let folder = ["link", "folder"][(turn + kind) % 2];
            let (method, parameters) = match kind {
                0 | 1 => (
                    "write_file",
                    json!({"path": format!("{folder}/written"), "content": "x"}),
                ),
                2 | 3 => ("list_files", json!({"path": folder})),
                _ => ("read_file", json!({"path": format!("{folder}/canary")})),
            };
            fence.call("FileSkill", method, parameters)
        });
        for answer in join_all(calls).await {
            let said = answer.to_string();
            assert!(!said.contains(CANARY) && !said.contains(MARKER), "{said}");
            if answer["success"] == true {
                got += 1;
            } else {
                refused += 1;
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let turns = swapping.join().unwrap();
    assert!(
        got > 100 && refused > 100 && turns > 1_000,
        "both sides of the race were seen: {got} {refused} {turns}"
    );
    assert_eq!(fence.outside(), before, "nothing outside has changed");
}
