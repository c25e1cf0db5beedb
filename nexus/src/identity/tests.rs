use super::*;

#[test]
fn the_key_stays_and_only_its_owner_signs() {
    let folder = std::env::temp_dir().join(format!("identity-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("identity");
    let (first, again) = (
        Identity::load_or_create(&path).unwrap(),
        Identity::load_or_create(&path).unwrap(),
    );
    assert_eq!(first.public(), again.public());
    let signature = first.sign(b"text");
    assert!(signed_by(&again.public(), b"text", &signature));
    assert!(!signed_by(&again.public(), b"texT", &signature));
    let mut other = signature;
    other[0] ^= 1;
    assert!(!signed_by(&again.public(), b"text", &other));
    let stranger = Identity::load_or_create(&folder.join("other")).unwrap();
    assert!(!signed_by(&stranger.public(), b"text", &signature));
    assert!(!signed_by(&[], b"text", &signature));
    assert!(!format!("{first:?}").contains("pair"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&path, b"not a key").unwrap();
    assert!(
        Identity::load_or_create(&path)
            .unwrap_err()
            .to_string()
            .contains("damaged")
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_fingerprint_is_eight_groups() {
    assert_eq!(
        fingerprint(&[0; 32]),
        "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20"
    );
}
