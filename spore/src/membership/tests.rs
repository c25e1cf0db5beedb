use super::*;

fn code() -> JoinCode {
    JoinCode {
        nexus_key: Fixed([3; 32]),
        secret: Fixed([4; 16]),
        addresses: vec!["nexus.example".parse().unwrap()],
    }
}

fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("membership-{}", uuid::Uuid::new_v4()));
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn it_is_pending_until_it_is_taken_and_only_its_owner_reads_it() {
    let dir = scratch();
    assert!(Membership::load(&dir).unwrap().is_none());
    let mut first = Membership::of(&code()).unwrap();
    first.save(&dir).unwrap();
    let pending = Membership::load(&dir).unwrap().unwrap();
    assert_eq!(pending.key.public(), first.key.public());
    assert_eq!(pending.join, Some(Fixed([4; 16])));
    assert!(
        Membership::fall_back(&dir).unwrap().is_none(),
        "there was nothing before"
    );
    (first.join, first.node_id) = (None, Some("n".into()));
    first.save(&dir).unwrap();
    assert!(!dir.join(PENDING).exists());
    assert_eq!(
        Membership::load(&dir).unwrap().unwrap().node_id.as_deref(),
        Some("n")
    );
    // A second code that turns out to be bad costs nothing.
    Membership::of(&code()).unwrap().save(&dir).unwrap();
    assert_ne!(
        Membership::load(&dir).unwrap().unwrap().key.public(),
        first.key.public()
    );
    let before = Membership::fall_back(&dir).unwrap().unwrap();
    assert_eq!(before.key.public(), first.key.public());
    assert!(!dir.join(PENDING).exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(dir.join(KEPT)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let shown = format!("{first:?}");
    assert!(!shown.contains(&STANDARD.encode(&first.key.pkcs8)) && !shown.contains("BAQEBA"));
    fs::write(dir.join(KEPT), "{}").unwrap();
    assert!(
        Membership::load(&dir)
            .unwrap_err()
            .to_string()
            .contains("damaged")
    );
    fs::remove_dir_all(dir).unwrap();
}
