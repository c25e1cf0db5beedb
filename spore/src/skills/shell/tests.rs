//! What guarded mode finds and what it leaves alone; how limits combine.

use super::*;

#[test]
fn guarded_finds_the_prototypes_patterns() {
    for command in [
        "rm -rf /",
        "rm   -rf\t/",
        "RM -RF /",
        "true; rm -rf x",
        "true;rm -rf x",
        "/bin/rm -rf x",
        "rm -fr x",
        "$(rm -rf x)",
        "mkfs /dev/sda",
        "mkfs.ext4 /dev/sda",
        "dd if=/dev/zero of=/dev/sda",
        "echo x > /dev/sda",
        "echo x >/dev/sda",
        "echo x >> /dev/sda",
        "echo x >| /dev/sda",
        "echo x > /dev/nulls",
        "sudo ls",
        "true && sudo ls",
        "/usr/bin/sudo ls",
        "sudo",
        "su root",
        "su - root",
        "su",
    ] {
        assert!(policy::guard(command).is_err(), "{command}");
    }
}

#[test]
fn guarded_leaves_the_rest_alone() {
    for command in [
        "ls 2> /dev/null",
        "ls >/dev/null 2>&1",
        "echo x > /dev/stderr",
        "echo pseudo code",
        "echo sum of it",
        "issue list",
        "cat sudoers.txt",
        "rm -r x",
        "rm file-rf",
        "farm -rf x",
        "echo a > dev/x",
        "grep 'a > b' file",
    ] {
        assert_eq!(policy::guard(command), Ok(()), "{command}");
    }
}

#[test]
fn guarded_is_no_fence() {
    // Each of these does what the patterns are about. They are here so that nobody takes the mode for security.
    for command in [
        "echo cm0gLXJmIC8K | base64 -d | sh",
        "r''m -rf x",
        "find . -delete",
        "X=rm; $X -rf x",
    ] {
        assert_eq!(policy::guard(command), Ok(()), "{command}");
    }
}

#[test]
fn the_tightest_limit_counts_and_nonsense_is_refused() {
    let minute = Duration::from_secs(60);
    let unruled = |duration| Ok((duration, None));
    assert_eq!(limit(None, minute, None), unruled(minute));
    assert_eq!(
        limit(Some(1.5), minute, Some(2)),
        unruled(Duration::from_millis(1500))
    );
    assert_eq!(limit(Some(1e6), minute, Some(60)), unruled(minute));
    assert_eq!(
        limit(Some(1e6), minute, Some(59)),
        Ok((Duration::from_secs(59), Some("limits.seconds")))
    );
    for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        assert!(limit(Some(nonsense), minute, None).is_err(), "{nonsense}");
    }
}

#[test]
fn a_name_is_looked_for_in_absolute_places_only() {
    let list = ["sh".to_owned(), "bin/tool".to_owned(), "/bin/sh".to_owned()];
    assert!(policy::allowed("sh", &list).unwrap().is_absolute());
    assert_eq!(
        policy::allowed("/bin/sh", &list).unwrap(),
        PathBuf::from("/bin/sh")
    );
    assert!(
        policy::allowed("bin/tool", &list)
            .unwrap_err()
            .contains("relative")
    );
    assert!(
        policy::allowed("ls", &list)
            .unwrap_err()
            .contains("allow-list")
    );
}

#[test]
fn a_policy_decides_instead_of_the_mode() {
    let scratch = crate::scratch::Scratch::new();
    let policy = "methods=['*']\nenvironment=['A']\n[[commands]]\nargv=['cargo','*']";
    let skills = crate::skills::Skills::open(&scratch.config(), policy.parse().ok()).unwrap();
    let refusal = |parameters: &str| {
        let order = Order {
            request_id: "r".to_owned(),
            skill: NAME.to_owned(),
            method: "run".to_owned(),
            parameters: serde_json::value::RawValue::from_string(parameters.to_owned()).unwrap(),
            timeout: Duration::from_secs(1),
            stream: false,
            stop: crate::execution::Stop::default(),
            credit: Arc::new(tokio::sync::Semaphore::new(1)),
        };
        let reports = tokio::sync::mpsc::unbounded_channel().0;
        skills.begin(order, reports).err().unwrap_or_default()
    };
    assert!(refusal(r#"{"command":"true"}"#).contains("rule `shell`"));
    assert!(refusal(r#"{"argv":["ls","x"]}"#).contains("rule `commands`"));
    assert!(refusal(r#"{"argv":["cargo","-x"]}"#).contains("rule `commands`"));
    assert_eq!(refusal(r#"{"argv":["cargo","x"],"env":{"A":""}}"#), "");
    let preload = r#"{"argv":["cargo","x"],"env":{"LD_PRELOAD":""}}"#;
    assert!(refusal(preload).contains("rule `environment`"));
}
