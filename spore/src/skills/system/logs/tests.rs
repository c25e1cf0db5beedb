//! Lines of files, real ones.

use std::io::Write as _;
use std::sync::Arc;

use cap_std::fs::Dir;

use super::*;
use crate::scratch::Scratch;

fn file(scratch: &Scratch, name: &str) -> LogFile {
    let dir = Dir::open_ambient_dir(scratch.path(), cap_std::ambient_authority()).unwrap();
    LogFile {
        dir: Arc::new(dir),
        path: name.to_owned(),
        asked: format!("/var/log/{name}"),
        confinement: None,
    }
}

fn texts(found: &Found) -> Vec<&str> {
    found.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_later_look_goes_on_where_the_one_before_ended() {
    let scratch = Scratch::new();
    let path = scratch.path().join("app.log");
    std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
    let log = file(&scratch, "app.log");
    let two = Asked {
        lines: Some(2),
        ..Asked::default()
    };
    let found = log.read(&two).unwrap();
    assert_eq!(texts(&found), ["two", "three"]);
    assert!(found.more);
    let next = |found: &Found| Asked {
        after: found.cursor.clone().unwrap(),
        ..Asked::default()
    };
    let again = log.read(&next(&found)).unwrap();
    assert!(again.lines.is_empty());
    let mut open = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    open.write_all(b"four\n\x1b[31mfive\xff\n").unwrap();
    let found = log.read(&next(&again)).unwrap();
    assert_eq!(texts(&found), ["four", "[31mfive\u{fffd}"]);
    // Cut short or replaced: from the beginning.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(scratch.path().join("other"), "").unwrap();
    std::fs::write(&path, "new\n").unwrap();
    assert_eq!(texts(&log.read(&next(&found)).unwrap()), ["new"]);
}

#[test]
fn only_the_end_of_a_large_file_is_looked_at() {
    let scratch = Scratch::new();
    let mut lines: Vec<String> = (0..200_000).map(|n| format!("line {n} of many")).collect();
    lines.push("the last NEEDLE".to_owned());
    std::fs::write(scratch.path().join("big"), lines.join("\n")).unwrap();
    let log = file(&scratch, "big");
    let found = log.read(&Asked::default()).unwrap();
    assert_eq!(found.lines.len(), LINES.0);
    assert!(found.more);
    let needle = Asked {
        search: "needle".to_owned(),
        ..Asked::default()
    };
    assert_eq!(texts(&log.read(&needle).unwrap()), ["the last NEEDLE"]);
    let first = Asked {
        search: "line 0 of".to_owned(),
        ..Asked::default()
    };
    assert!(log.read(&first).unwrap().lines.is_empty());
}

#[test]
fn what_is_no_log_is_refused() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path().join("a.gz"), [31, 139, 8, 0, 0]).unwrap();
    let no = |name: &str| file(&scratch, name).read(&Asked::default()).unwrap_err();
    assert!(no("a.gz").contains("compressed"));
    assert!(no("missing").contains("does not exist"));
    assert!(no("../etc/passwd").contains("cannot read"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", scratch.path().join("link")).unwrap();
        assert!(no("link").contains("cannot read"));
    }
}
