use super::*;

fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("nexus-tls-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

fn leaf(certificate: &Certificate) -> Vec<u8> {
    certificate.now_shown().key.cert[0].to_vec()
}

#[test]
fn ours_is_renewed_in_time_with_the_same_key() {
    let folder = scratch();
    let now = SystemTime::now();
    let source = Source::OwnMade(folder.clone(), vec!["localhost".into(), "127.0.0.1".into()]);
    let certificate = Certificate::load(source, now).unwrap();
    let (first, key) = (
        leaf(&certificate),
        std::fs::read(folder.join("tls.key")).unwrap(),
    );
    assert!(!certificate.refresh(now + days(330)).unwrap());
    assert!(
        certificate.refresh(now + days(340)).unwrap(),
        "30 days before its end"
    );
    assert_ne!(leaf(&certificate), first);
    assert!(certificate.until() > now + days(690));
    assert_eq!(std::fs::read(folder.join("tls.key")).unwrap(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join("tls.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_operators_is_checked_and_taken_over_when_it_changes() {
    let (folder, other) = (scratch(), scratch());
    let now = SystemTime::now();
    let make = |at: &PathBuf, when| {
        Certificate::load(
            Source::OwnMade(at.clone(), vec!["nexus.example".into()]),
            when,
        )
        .unwrap()
    };
    make(&folder, now);
    make(&other, now);
    let files = Source::Files(folder.join("tls.pem"), folder.join("tls.key"));
    let certificate = Certificate::load(files.clone(), now).unwrap();
    assert!(!certificate.refresh(now).unwrap());
    let before = leaf(&certificate);
    // A certificate of another key: refused, and the old one stays.
    std::fs::copy(other.join("tls.pem"), folder.join("tls.pem")).unwrap();
    let error = certificate.refresh(now).unwrap_err().to_string();
    assert!(error.contains("do not fit"), "{error}");
    assert_eq!(leaf(&certificate), before);
    std::fs::copy(other.join("tls.key"), folder.join("tls.key")).unwrap();
    assert!(certificate.refresh(now).unwrap());
    assert_ne!(leaf(&certificate), before);
    // One that has ended, nonsense, and nothing.
    assert!(
        Certificate::load(files.clone(), now + days(400))
            .unwrap_err()
            .to_string()
            .contains("has ended")
    );
    std::fs::write(folder.join("tls.pem"), "nonsense").unwrap();
    assert!(
        Certificate::load(files.clone(), now)
            .unwrap_err()
            .to_string()
            .contains("no certificate")
    );
    std::fs::remove_file(folder.join("tls.key")).unwrap();
    assert!(
        Certificate::load(files, now)
            .unwrap_err()
            .to_string()
            .contains("tls.key")
    );
    std::fs::remove_dir_all(folder).unwrap();
    std::fs::remove_dir_all(other).unwrap();
}
