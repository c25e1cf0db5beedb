//! Who listens on a port. Linux tells; elsewhere the answer is nobody known.

use std::fs;
use std::path::Path;

/// `name (pid 123)` of the program that listens on a TCP port of this machine, as far as we may know.
pub fn owner(port: u16) -> Option<String> {
    owner_in(Path::new("/proc"), port)
}

fn owner_in(proc: &Path, port: u16) -> Option<String> {
    let tables = ["net/tcp", "net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(proc.join(table)).ok());
    let sockets: Vec<String> = tables
        .filter_map(|table| listener(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let is_process = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit))
    };
    let mut processes = fs::read_dir(proc).ok()?.flatten().map(|entry| entry.path());
    let pid = processes.find(|path| is_process(path) && holds(path, &sockets))?;
    let name = fs::read_to_string(pid.join("comm")).ok()?;
    Some(format!(
        "{} (pid {})",
        name.trim(),
        pid.file_name()?.to_string_lossy()
    ))
}

/// The inode of the listening socket in a table like `/proc/net/tcp`.
fn listener(table: &str, port: u16) -> Option<String> {
    const LISTENING: &str = "0A";
    let wanted = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let (local, state, inode) = (columns.next()?, columns.nth(1)?, columns.nth(5)?);
        (local.ends_with(&wanted) && state == LISTENING && inode != "0").then(|| inode.to_owned())
    })
}

fn holds(process: &Path, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else {
        return false;
    };
    let mut targets = descriptors
        .flatten()
        .filter_map(|descriptor| fs::read_link(descriptor.path()).ok());
    targets.any(|target| sockets.iter().any(|socket| target == Path::new(socket)))
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn finds_ourselves() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let owner = super::owner(listener.local_addr().unwrap().port()).unwrap();
        assert!(
            owner.ends_with(&format!("(pid {})", std::process::id())),
            "{owner}"
        );
    }

    #[test]
    fn reads_the_table_of_listeners() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                        0: 0100007F:223D 0100007F:1F40 01 00000000:00000000 00:00000000 00000000  1000  0 11 1\n\
                        1: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 77 1\n";
        assert_eq!(super::listener(table, 8765).as_deref(), Some("77"));
        assert_eq!(super::listener(table, 8766), None);
    }
}
