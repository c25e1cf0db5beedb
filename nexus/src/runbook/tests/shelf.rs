use std::time::SystemTime;

use super::super::{Maker, RunError, RunbookError, Runbooks};
use super::restart;

fn maker(id: &str) -> Maker {
    Maker {
        id: id.to_owned(),
        name: format!("the {id}"),
    }
}

#[test]
fn nobody_changes_what_belongs_to_another() {
    let mut shelf = Runbooks::default();
    shelf
        .put(restart(), maker("a"), false, SystemTime::UNIX_EPOCH)
        .unwrap();
    let mut changed = restart();
    changed.title = "evil".into();
    let put = shelf.put(changed.clone(), maker("b"), false, SystemTime::UNIX_EPOCH);
    assert!(matches!(put, Err(RunbookError::NotYours { .. })));
    assert!(matches!(
        shelf.remove("restart", "b", false),
        Err(RunError::Runbook(RunbookError::NotYours { .. }))
    ));
    // An admin may; it stays the owner's.
    let put = shelf
        .put(changed, maker("b"), true, SystemTime::UNIX_EPOCH)
        .unwrap();
    assert_eq!(
        (
            put.version.number,
            put.version.owner.id.as_str(),
            put.version.by.id.as_str()
        ),
        (2, "a", "b")
    );
}

#[test]
fn a_version_says_one_thing_for_ever_and_the_oldest_go() {
    let mut shelf = Runbooks::default();
    for number in 1..=60_u32 {
        let mut runbook = restart();
        runbook.title = format!("number {number}");
        let put = shelf
            .put(runbook.clone(), maker("a"), false, SystemTime::UNIX_EPOCH)
            .unwrap();
        assert_eq!(
            (put.version.number, put.gone),
            (number, number.checked_sub(50).filter(|gone| *gone > 0))
        );
        let again = shelf
            .put(runbook, maker("a"), false, SystemTime::UNIX_EPOCH)
            .unwrap();
        assert_eq!(
            (again.version.number, again.new),
            (number, false),
            "nothing changed, so it is no new version"
        );
    }
    assert_eq!(
        shelf.find("restart", Some(11)).unwrap().runbook.title,
        "number 11"
    );
    assert!(matches!(
        shelf.find("restart", Some(10)),
        Err(RunError::NoVersion { .. })
    ));
    assert!(matches!(
        shelf.find("other", None),
        Err(RunError::NoRunbook(_))
    ));
    let kept = shelf
        .versions("restart")
        .iter()
        .rev()
        .map(|version| (**version).clone())
        .collect();
    assert_eq!(
        Runbooks::restore(kept)
            .find("restart", None)
            .unwrap()
            .number,
        60
    );
}
