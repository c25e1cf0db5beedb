//! How grants are made, kept and ended; with clocks that jump, and files that somebody else wrote.

use std::fs;
use std::time::Instant;

use super::*;
use crate::grants::watch::Watch;
use crate::scratch::Scratch;

const HOUR: Duration = Duration::from_secs(3600);

/// A data directory with a policy.
fn node() -> Scratch {
    let scratch = Scratch::new();
    fs::write(scratch.path().join("policy.toml"), "").unwrap();
    scratch
}

fn file(scratch: &Scratch) -> PathBuf {
    scratch.path().join("grants.json")
}

#[test]
fn a_grant_is_kept_listed_and_taken_back() {
    let scratch = node();
    let dir = scratch.path();
    let shell = grant(dir, What::Shell, HOUR).unwrap();
    let read = grant(dir, What::Read("/srv".to_owned()), HOUR).unwrap();
    let listed = list(dir).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|(_, left)| *left <= HOUR && *left > HOUR / 2)
    );
    assert_eq!(
        take_back(dir, &shell.id).unwrap(),
        std::slice::from_ref(&shell)
    );
    assert!(
        take_back(dir, &shell.id)
            .unwrap_err()
            .to_string()
            .contains("spore grants")
    );
    assert_eq!(take_back(dir, "all").unwrap(), [read]);
    assert!(take_back(dir, "all").unwrap().is_empty());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(file(&scratch)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn what_makes_no_sense_is_not_granted() {
    let bare = Scratch::new();
    let said = grant(bare.path(), What::Shell, HOUR)
        .unwrap_err()
        .to_string();
    assert!(said.contains("no policy"), "{said}");
    let scratch = node();
    for (what, lasting) in [
        (What::Shell, Duration::ZERO),
        (What::Shell, LONGEST + Duration::from_secs(1)),
        (What::Method("*".to_owned()), HOUR),
        (What::Method("write_file".to_owned()), HOUR),
        (What::Command(Vec::new()), HOUR),
        (What::Command(vec!["../x".to_owned()]), HOUR),
        (What::Read("srv".to_owned()), HOUR),
        (What::Write("/srv/../etc".to_owned()), HOUR),
    ] {
        assert!(
            grant(scratch.path(), what.clone(), lasting).is_err(),
            "{what}"
        );
    }
    assert!(!file(&scratch).exists());
    for _ in 0..MOST {
        grant(scratch.path(), What::Shell, HOUR).unwrap();
    }
    let said = grant(scratch.path(), What::Shell, HOUR)
        .unwrap_err()
        .to_string();
    assert!(said.contains("ungrant"), "{said}");
}

#[test]
fn many_at_once_lose_none() {
    let scratch = node();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..4 {
                    grant(scratch.path(), What::Shell, HOUR).unwrap();
                }
            });
        }
    });
    assert_eq!(list(scratch.path()).unwrap().len(), 16);
}

#[test]
fn no_clock_makes_it_longer() {
    let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds);
    let boot = |id: &str, seconds| {
        let (id, at) = (id.to_owned(), Duration::from_secs(seconds));
        Some(Boot { id, at })
    };
    let grant = |boot| Grant {
        id: "g".to_owned(),
        what: What::Shell,
        seconds: 100,
        from: 1_000_000,
        until: 1_000_100,
        boot,
    };
    let left = |grant: &Grant, wall, boot| {
        let left = grant.left(&Clock { wall, boot });
        left.map(|left| left.as_secs())
    };
    let same_life = grant(boot("a", 50));
    // In one life of the machine no clock counts, whichever way it is set.
    assert_eq!(left(&same_life, at(0), boot("a", 50)), Some(100));
    assert_eq!(left(&same_life, UNIX_EPOCH, boot("a", 149)), Some(1));
    assert_eq!(left(&same_life, at(99), boot("a", 150)), None);
    assert_eq!(left(&same_life, UNIX_EPOCH, boot("a", 150)), None);
    assert_eq!(
        left(&same_life, at(0), boot("a", 49)),
        None,
        "from before it was made"
    );
    // In another one the clock has to do, and one that was set back ends it.
    assert_eq!(left(&same_life, at(40), boot("b", 5)), Some(60));
    assert_eq!(left(&same_life, at(100), boot("b", 5)), None);
    assert_eq!(left(&same_life, UNIX_EPOCH, boot("b", 5)), None);
    let no_life = grant(None);
    assert_eq!(left(&no_life, at(40), None), Some(60));
    assert_eq!(left(&no_life, UNIX_EPOCH, None), None);
    let forged = Grant {
        seconds: u64::MAX,
        until: u64::MAX,
        ..grant(boot("a", 0))
    };
    assert_eq!(left(&forged, at(0), boot("a", 0)), Some(LONGEST.as_secs()));
    assert_eq!(forged.ends_at(), UNIX_EPOCH, "a time that does not exist");
}

#[test]
fn a_running_spore_sees_them_come_and_go() {
    let scratch = node();
    let now = Instant::now();
    let mut watch = Watch::new(scratch.path().to_owned(), now);
    assert_eq!(watch.look(now), None);
    let made = grant(scratch.path(), What::Shell, HOUR).unwrap();
    assert_eq!(watch.look(now), Some(vec![made.clone()]));
    assert_eq!(watch.look(now), None, "nothing new");
    assert!(watch.due() <= now + Duration::from_secs(1));
    // The time of this process runs on although the machine's own seems to stand still.
    assert_eq!(watch.look(now + HOUR), Some(Vec::new()));
    let mut watch = Watch::new(scratch.path().to_owned(), now);
    assert_eq!(watch.look(now), Some(vec![made.clone()]));
    take_back(scratch.path(), &made.id).unwrap();
    assert_eq!(watch.look(now), Some(Vec::new()));
}

#[test]
fn the_end_comes_to_the_moment() {
    let scratch = node();
    let now = Instant::now();
    let mut watch = Watch::new(scratch.path().to_owned(), now);
    let lasting = Duration::from_secs(1);
    grant(scratch.path(), What::Shell, lasting).unwrap();
    assert!(watch.look(now).is_some());
    assert!(watch.due() <= now + lasting);
    std::thread::sleep(lasting);
    assert_eq!(watch.look(Instant::now()), Some(Vec::new()));
    assert!(list(scratch.path()).unwrap().is_empty());
}

#[test]
fn a_file_that_is_damaged_or_not_ours_grants_nothing() {
    let scratch = node();
    let now = Instant::now();
    let mut watch = Watch::new(scratch.path().to_owned(), now);
    let made = grant(scratch.path(), What::Shell, HOUR).unwrap();
    assert_eq!(watch.look(now), Some(vec![made]));
    for text in [
        "",
        "{",
        "[]",
        r#"{"grants":[{}]}"#,
        r#"{"grants":[],"more":1}"#,
    ] {
        fs::write(file(&scratch), text).unwrap();
        assert!(list(scratch.path()).is_err(), "{text}");
        assert!(watch.look(now).is_none_or(|grants| grants.is_empty()));
        assert!(grant(scratch.path(), What::Shell, HOUR).is_err(), "{text}");
    }
    take_back(scratch.path(), "all").unwrap();
    let made = grant(scratch.path(), What::Shell, HOUR).unwrap();
    assert_eq!(watch.look(now), Some(vec![made]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let set = |mode| fs::set_permissions(file(&scratch), fs::Permissions::from_mode(mode));
        set(0o620).unwrap();
        assert_eq!(watch.look(now), Some(Vec::new()));
        set(0o602).unwrap();
        assert!(
            list(scratch.path())
                .unwrap_err()
                .to_string()
                .contains("chmod")
        );
    }
}

#[test]
fn lengths_are_read_and_written() {
    let seconds = |text| length(text).map(|length| length.as_secs()).ok();
    for (text, wanted) in [("90s", 90), ("30m", 1800), ("2h", 7200), ("0s", 0)] {
        assert_eq!(seconds(text), Some(wanted), "{text}");
    }
    for text in [
        "",
        "s",
        "30",
        "-1h",
        "1.5h",
        "1d",
        "1 h",
        "30mm",
        "99999999999999999999h",
        "9223372036854775807h",
        "1é",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
    assert_eq!(words(Duration::from_secs(59)), "59 s");
    assert_eq!(words(Duration::from_secs(5400)), "1 h 30 min");
}
