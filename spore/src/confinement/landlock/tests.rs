//! What a directory is taken apart into. That the kernel keeps to it is tested with real commands, in `tests/it`.

use super::*;
use crate::scratch::Scratch;

#[test]
fn what_is_kept_away_is_taken_out_of_what_holds_it() {
    let scratch = Scratch::new();
    let root = scratch.path().canonicalize().unwrap();
    for dir in ["a/b/own/deep", "a/b/other", "a/c", "d"] {
        std::fs::create_dir_all(root.join(dir)).unwrap();
    }
    std::fs::write(root.join("a/file"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("a/b/own"), root.join("a/link")).unwrap();
    let away = [root.join("a/b/own")];
    let parts = |place: &str| {
        let mut found = Vec::new();
        without(&root.join(place), &away, &mut found);
        found.sort();
        let found = found.into_iter();
        let found = found.map(|path| path.strip_prefix(&root).unwrap().display().to_string());
        found.collect::<Vec<_>>()
    };
    assert_eq!(parts(""), ["a/b/other", "a/c", "a/file", "d"]);
    assert_eq!(parts("a/c"), ["a/c"]);
    assert_eq!(parts("a/b/own"), Vec::<String>::new());
    assert_eq!(parts("a/b/own/deep"), Vec::<String>::new());
}
