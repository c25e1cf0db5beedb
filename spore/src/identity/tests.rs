//! The data directory.

use super::*;
use crate::Token;

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn scratch() -> (Scratch, Config) {
    let dir = std::env::temp_dir().join(format!("spore-id-{}", uuid::Uuid::new_v4().simple()));
    let config = Config::new(
        "n".to_owned(),
        "h".to_owned(),
        Some(Token::new("t".to_owned())),
        dir.join("a/b"),
    );
    (Scratch(dir), config)
}

#[test]
fn the_id_stays() {
    let (_scratch, config) = scratch();
    let first = Identity::take(&config).unwrap().node_id;
    assert_eq!(Identity::take(&config).unwrap().node_id, first);
    assert_eq!(first.len(), 36);
}

#[test]
fn one_directory_has_one_owner() {
    let (_scratch, config) = scratch();
    let held = Identity::take(&config).unwrap();
    assert!(matches!(
        Identity::take(&config),
        Err(IdentityError::Taken(_))
    ));
    drop(held);
    Identity::take(&config).unwrap();
}

#[test]
fn a_damaged_id_is_not_replaced_in_silence() {
    for content in [
        &b""[..],
        b"  \n",
        b"a\x07b",
        &[0xff, 0xfe],
        "x".repeat(500).as_bytes(),
    ] {
        let (_scratch, config) = scratch();
        fs::create_dir_all(&config.data_dir).unwrap();
        fs::write(config.data_dir.join("node-id"), content).unwrap();
        let error = Identity::take(&config).unwrap_err();
        assert!(matches!(error, IdentityError::Damaged(_)), "{error}");
        assert!(error.to_string().contains("delete it"));
    }
}

#[test]
fn a_fixed_id_is_not_kept() {
    let (_scratch, mut config) = scratch();
    config.node_id = Some("fixed".to_owned());
    assert_eq!(Identity::take(&config).unwrap().node_id, "fixed");
    assert!(!config.data_dir.join("node-id").exists());
}

#[test]
fn a_file_in_the_place_of_the_directory_is_named() {
    let (scratch, mut config) = scratch();
    fs::create_dir_all(&scratch.0).unwrap();
    config.data_dir = scratch.0.join("file");
    fs::write(&config.data_dir, "").unwrap();
    let error = Identity::take(&config).unwrap_err().to_string();
    assert!(error.contains("file"), "{error}");
}
