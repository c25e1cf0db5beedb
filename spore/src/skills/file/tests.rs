//! The fences of the workspace, and what files may be.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

struct Scratch {
    root: PathBuf,
    dir: Dir,
}

impl Scratch {
    /// A workspace with a neighbour whose name begins like its own, and a secret beside it.
    fn new() -> Self {
        let root =
            std::env::temp_dir().join(format!("spore-file-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(root.join("workspace")).unwrap();
        std::fs::create_dir_all(root.join("workspace2")).unwrap();
        std::fs::write(root.join("workspace2/secret"), "secret").unwrap();
        std::fs::write(root.join("secret"), "secret").unwrap();
        let dir =
            Dir::open_ambient_dir(root.join("workspace"), cap_std::ambient_authority()).unwrap();
        Self { root, dir }
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.root.join("workspace").join(path)
    }

    fn call(&self, method: &str, parameters: &Value) -> Done {
        let raw = serde_json::value::to_raw_value(parameters).unwrap();
        let target = |path: &str| sound(path).and_then(|()| Target::in_workspace(path));
        let operation = match method {
            "read_file" => {
                let asked: read::Parameters = super::parameters(&raw)?;
                let target = target(&asked.path)?;
                read::operation(asked, target)?
            }
            "write_file" => {
                let asked: write::Parameters = super::parameters(&raw)?;
                let target = target(&asked.path)?;
                write::operation(asked, target)?
            }
            _ => {
                let asked: list::Parameters = super::parameters(&raw)?;
                list::operation(target(&asked.path)?)
            }
        };
        operation(&self.dir)
    }

    fn read(&self, path: &str) -> Done {
        self.call("read_file", &json!({ "path": path }))
    }

    fn write(&self, path: &str, content: &str) -> Done {
        self.call("write_file", &json!({ "path": path, "content": content }))
    }

    fn list(&self, path: &str) -> Done {
        self.call("list_files", &json!({ "path": path }))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

#[test]
fn no_path_leads_out() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.inside("deep")).unwrap();
    let absolute = scratch.root.join("secret").display().to_string();
    let prefix = scratch.root.join("workspace2/secret").display().to_string();
    for path in [
        "../secret",
        "../workspace2/secret",
        "deep/../../secret",
        "./../secret",
        "deep/../../workspace/../secret",
        "..",
        "",
        " ",
        "a\0b",
        "../workspace2",
        &absolute,
        &prefix,
        "/etc/passwd",
    ] {
        for outcome in [
            scratch.read(path),
            scratch.write(path, "overwritten"),
            scratch.list(path),
        ] {
            let error = outcome.expect_err(path);
            assert!(!error.contains("secret\n"), "{error}");
        }
    }
    assert_eq!(
        std::fs::read_to_string(scratch.root.join("secret")).unwrap(),
        "secret"
    );
    assert_eq!(
        std::fs::read_to_string(scratch.root.join("workspace2/secret")).unwrap(),
        "secret"
    );
    assert!(
        scratch
            .read("../secret")
            .unwrap_err()
            .contains("out of the workspace")
    );
    assert!(
        scratch
            .read("/etc/passwd")
            .unwrap_err()
            .contains("absolute")
    );
    assert!(scratch.read("a\0b").unwrap_err().contains("NUL"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_and_nowhere_else() {
    use std::os::unix::fs::symlink;

    let scratch = Scratch::new();
    std::fs::create_dir(scratch.inside("deep")).unwrap();
    std::fs::write(scratch.inside("deep/a"), "inside").unwrap();
    symlink("deep/a", scratch.inside("good")).unwrap();
    symlink("../secret", scratch.inside("relative")).unwrap();
    symlink(scratch.root.join("secret"), scratch.inside("absolute")).unwrap();
    symlink("..", scratch.inside("up")).unwrap();
    symlink("loop", scratch.inside("loop")).unwrap();
    symlink("../../workspace2", scratch.inside("deep/neighbour")).unwrap();
    assert_eq!(scratch.read("good").unwrap().0, "inside");
    for path in [
        "relative",
        "absolute",
        "up/secret",
        "deep/neighbour/secret",
        "loop",
        "up/workspace2/secret",
    ] {
        scratch.read(path).expect_err(path);
    }
    for path in [
        "up/secret",
        "up/new",
        "deep/neighbour/secret",
        "deep/neighbour/new",
    ] {
        scratch.write(path, "overwritten").expect_err(path);
    }
    for path in ["up", "deep/neighbour", "loop"] {
        scratch.list(path).expect_err(path);
    }
    // Writing over a link replaces the link, not what it leads to.
    scratch.write("relative", "mine").unwrap();
    assert_eq!(scratch.read("relative").unwrap().0, "mine");
    assert_eq!(
        std::fs::read_to_string(scratch.root.join("secret")).unwrap(),
        "secret"
    );
    assert_eq!(
        std::fs::read_to_string(scratch.root.join("workspace2/secret")).unwrap(),
        "secret"
    );
    assert!(scratch.list(".").unwrap().0.contains("[FILE] up"));
}

#[cfg(unix)]
#[test]
fn a_race_of_links_never_shows_the_outside() {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let scratch = Scratch::new();
    std::fs::create_dir(scratch.inside("real")).unwrap();
    std::fs::write(scratch.inside("real/secret"), "inside").unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (root, flag) = (scratch.root.clone(), Arc::clone(&stop));
    // `swap` is now the directory, now a link to the neighbour outside.
    let swapper = std::thread::spawn(move || {
        let at = |name: &str| root.join("workspace").join(name);
        symlink("../workspace2", at("link")).unwrap();
        while !flag.load(Ordering::Relaxed) {
            for (from, to) in [
                ("real", "swap"),
                ("swap", "real"),
                ("link", "swap"),
                ("swap", "link"),
            ] {
                if std::fs::rename(at(from), at(to)).is_err() {
                    // The writer has made a directory of its own there.
                    let _ = std::fs::remove_dir_all(at("swap"));
                }
            }
        }
    });
    let mut seen = 0;
    for round in 0..3000 {
        if let Ok((content, _)) = scratch.read("swap/secret") {
            assert_eq!(content, "inside", "round {round}");
            seen += 1;
        }
        let _ = scratch.write("swap/new", "written");
        assert!(
            !scratch.root.join("workspace2/new").exists(),
            "round {round}"
        );
    }
    stop.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(seen > 0, "the race was never run");
}

#[test]
fn binary_content_goes_as_base64_only() {
    let scratch = Scratch::new();
    let bytes = [0xff, 0x00, 0xfe, b'\n'];
    std::fs::write(scratch.inside("b"), bytes).unwrap();
    let error = scratch.read("b").unwrap_err();
    assert!(error.contains("encoding=base64"), "{error}");
    let text = scratch
        .call("read_file", &json!({ "path": "b", "encoding": "base64" }))
        .unwrap()
        .0;
    assert_eq!(text, "/wD+Cg==");
    scratch
        .call(
            "write_file",
            &json!({ "path": "c", "content": text, "encoding": "base64" }),
        )
        .unwrap();
    assert_eq!(std::fs::read(scratch.inside("c")).unwrap(), bytes);
    let broken = json!({ "path": "d", "content": "not base64!", "encoding": "base64" });
    assert!(
        scratch
            .call("write_file", &broken)
            .unwrap_err()
            .contains("not base64")
    );
    assert!(!scratch.inside("d").exists());
}

#[test]
fn reading_is_limited_and_goes_on_at_an_offset() {
    let scratch = Scratch::new();
    std::fs::write(scratch.inside("a"), "ab€cd").unwrap();
    let part = |max_bytes: u64, offset: u64| {
        scratch
            .call(
                "read_file",
                &json!({ "path": "a", "max_bytes": max_bytes, "offset": offset }),
            )
            .unwrap()
    };
    assert_eq!(part(100, 0), ("ab€cd".to_owned(), false));
    assert_eq!(part(7, 0), ("ab€cd".to_owned(), false));
    assert_eq!(part(5, 0), ("ab€".to_owned(), true));
    assert_eq!(part(4, 0), ("ab".to_owned(), true));
    assert_eq!(part(100, 5), ("cd".to_owned(), false));
    assert_eq!(part(100, 1000), (String::new(), false));
    let large = json!({ "path": "a", "max_bytes": 7 << 20 });
    assert!(
        scratch
            .call("read_file", &large)
            .unwrap_err()
            .contains("at most 6291456")
    );
    std::fs::write(scratch.inside("large"), "x".repeat((1 << 20) + 1)).unwrap();
    let (content, more) = scratch.read("large").unwrap();
    assert_eq!((content.len(), more), (1 << 20, true));
}

#[test]
fn writing_is_whole_and_leaves_nothing_else() {
    let scratch = Scratch::new();
    assert_eq!(
        scratch.write("a/b/c.txt", "ü").unwrap().0,
        "Wrote 2 bytes to a/b/c.txt"
    );
    assert_eq!(scratch.read("a/b/c.txt").unwrap().0, "ü");
    scratch.write("a/b/c.txt", "").unwrap();
    assert_eq!(scratch.read("a/b/c.txt").unwrap().0, "");
    assert_eq!(scratch.list("a/b").unwrap().0, "[FILE] c.txt");
    for path in ["a/b", "a/b/", "new/", ".", "a/b/c.txt/d"] {
        scratch.write(path, "x").expect_err(path);
    }
    assert_eq!(scratch.list("a/b").unwrap().0, "[FILE] c.txt");
}

#[cfg(unix)]
#[test]
fn writing_keeps_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new();
    std::fs::write(scratch.inside("tool"), "old").unwrap();
    std::fs::set_permissions(
        scratch.inside("tool"),
        std::fs::Permissions::from_mode(0o750),
    )
    .unwrap();
    scratch.write("tool", "new").unwrap();
    let mode = std::fs::metadata(scratch.inside("tool"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_read() {
    let scratch = Scratch::new();
    let pipe = scratch.inside("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Opening it in the usual way would wait for a writer for ever.
    assert!(
        scratch
            .read("pipe")
            .unwrap_err()
            .contains("not a regular file")
    );
    std::fs::create_dir(scratch.inside("dir")).unwrap();
    assert!(
        scratch
            .read("dir")
            .unwrap_err()
            .contains("not a regular file")
    );
}

#[test]
fn lists_are_sorted_and_one_line_an_entry() {
    let scratch = Scratch::new();
    assert_eq!(scratch.list(".").unwrap().0, "");
    for name in ["b", "a", "c"] {
        std::fs::write(scratch.inside(name), "").unwrap();
    }
    std::fs::create_dir(scratch.inside("bb")).unwrap();
    #[cfg(unix)]
    std::fs::write(scratch.inside("d\n[DIR] fake"), "").unwrap();
    let listed = scratch.list(".").unwrap().0;
    assert!(
        listed.starts_with("[FILE] a\n[FILE] b\n[DIR] bb\n[FILE] c"),
        "{listed}"
    );
    #[cfg(unix)]
    assert!(listed.ends_with("[FILE] d\\n[DIR] fake"), "{listed}");
    assert!(
        scratch
            .list("nowhere")
            .unwrap_err()
            .contains("does not exist")
    );
    assert!(scratch.list("a").is_err());
}
