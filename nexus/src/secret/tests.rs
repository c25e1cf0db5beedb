use super::*;

fn scratch(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("nexus-secret-{}-{name}", std::process::id()));
    drop(fs::remove_dir_all(&path));
    path
}

#[test]
fn a_made_secret_is_strong_private_and_stays() {
    let directory = scratch("made").join("deep");
    private_directory(&directory).unwrap();
    let path = directory.join("token");
    let first = load_or_create(&path, "nxs_").unwrap();
    assert_eq!(first.reveal().len(), 4 + 64);
    assert!(
        load_or_create(&path, "nxs_")
            .unwrap()
            .matches(first.reveal())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
    }
    assert_eq!(
        fs::read_dir(&directory).unwrap().count(),
        1,
        "no draft is left behind"
    );
}

#[test]
fn an_empty_file_is_an_error_and_not_a_password() {
    let directory = scratch("empty");
    private_directory(&directory).unwrap();
    fs::write(directory.join("token"), "\n").unwrap();
    assert!(load_or_create(&directory.join("token"), "").is_err());
}

#[test]
fn many_at_once_agree_on_one() {
    let directory = scratch("race");
    private_directory(&directory).unwrap();
    let path = directory.join("token");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || load_or_create(&path, "").unwrap().reveal().to_owned())
        })
        .collect();
    let all: std::collections::BTreeSet<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(all.len(), 1);
}

#[test]
fn a_secret_does_not_print_and_compares_whole() {
    let secret = Secret::new("hunter2");
    assert!(!format!("{secret:?}").contains("hunter2"));
    assert!(secret.matches("hunter2"));
    for wrong in ["", "hunter", "hunter22", "Hunter2"] {
        assert!(!secret.matches(wrong));
    }
}
