//! Linux: who belongs to an execution, read from `/proc`.
//!
//! A descendant that called `setsid` has left group and session; while its parent lives its ancestry tells,
//! afterwards the mark in its environment does. One that did both and also wiped its environment is not found.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs;
use std::path::Path;

use super::Reach;

struct Process {
    pid: i32,
    state: char,
    parent: i32,
    group: i32,
    session: i32,
}

/// Living processes of the execution that `leader` began.
pub(super) fn members(leader: i32, mark: &str, reach: Reach) -> Vec<i32> {
    let all = processes();
    // The leader itself is found by its session too. Its number alone means nothing: it may have been collected,
    // and the number given to a stranger.
    let mut found = BTreeSet::new();
    let stayed = |process: &Process| process.session == leader || process.group == leader;
    found.extend(
        all.iter()
            .filter(|process| stayed(process))
            .map(|process| process.pid),
    );
    if reach == Reach::Everything {
        let marked =
            |process: &&Process| !found.contains(&process.pid) && carries(process.pid, mark);
        let marked: Vec<i32> = all
            .iter()
            .filter(marked)
            .map(|process| process.pid)
            .collect();
        found.extend(marked);
        loop {
            let before = found.len();
            let children = all.iter().filter(|process| found.contains(&process.parent));
            let children: Vec<i32> = children.map(|process| process.pid).collect();
            found.extend(children);
            if found.len() == before {
                break;
            }
        }
    }
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let living = |process: &&Process| {
        found.contains(&process.pid)
            && process.pid != own
            && !matches!(process.state, 'Z' | 'X' | 'x')
    };
    all.iter()
        .filter(living)
        .map(|process| process.pid)
        .collect()
}

fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(process).collect()
}

/// `/proc/<pid>/stat`: `pid (name) state parent group session …`, where the name may hold anything.
fn process(pid: i32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    let mut number = || fields.next()?.parse().ok();
    Some(Process {
        pid,
        state,
        parent: number()?,
        group: number()?,
        session: number()?,
    })
}

fn carries(pid: i32, mark: &str) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment
            .split(|&byte| byte == 0)
            .any(|entry| entry == mark.as_bytes())
    })
}

/// An extended attribute of a file, if it is there and short.
pub(super) fn attribute(path: &Path, name: &CStr) -> Option<Vec<u8>> {
    let mut value = [0_u8; 16];
    let length = rustix::fs::getxattr(path, name, &mut value).ok()?;
    value.get(..length).map(<[u8]>::to_vec)
}

/// Which sandbox this kernel has, or why none.
pub(crate) fn sandbox_kind() -> Result<String, String> {
    let (no_attributes, no_size, version) = (std::ptr::null::<libc::c_void>(), 0_usize, 1_u32);
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: with this flag the kernel reads no memory, and answers a number.
    let abi = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            no_attributes,
            no_size,
            version,
        )
    };
    match std::io::Error::last_os_error().raw_os_error() {
        _ if abi > 0 => Ok(format!("landlock abi {abi}")),
        Some(libc::EOPNOTSUPP) => Err("Landlock is switched off in this kernel".to_owned()),
        Some(libc::EPERM) => Err("a filter of system calls forbids Landlock".to_owned()),
        _ => Err("this kernel has no Landlock".to_owned()),
    }
}

/// Gives memory that was freed back to the system: glibc keeps it after a flood of output otherwise.
pub(crate) fn trim_memory() {
    #[cfg(target_env = "gnu")]
    {
        #[expect(unsafe_code, reason = "no safe call for it")]
        // SAFETY: takes a number and may be called at any time.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}

/// Dead processes whose parents died before them: as process 1 (in a container) they come to us, and nobody
/// else would ever collect them.
#[derive(Debug, Default)]
pub(crate) struct Orphans {
    seen: BTreeSet<i32>,
}

impl Orphans {
    /// Collects those that were dead at the last call too. A main process of an execution in `ours` is left
    /// to its execution, and the second look keeps one that has just been started from being taken for one.
    pub(crate) fn reap(&mut self, ours: &BTreeSet<u32>) {
        if std::process::id() != 1 {
            return;
        }
        let dead = |process: &Process| {
            process.parent == 1
                && process.state == 'Z'
                && !ours.contains(&process.pid.unsigned_abs())
        };
        let dead: BTreeSet<i32> = processes()
            .iter()
            .filter(|process| dead(process))
            .map(|process| process.pid)
            .collect();
        for &pid in dead.intersection(&self.seen) {
            #[expect(unsafe_code, reason = "no safe call for it")]
            // SAFETY: a null status pointer is allowed.
            unsafe {
                libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG);
            }
        }
        self.seen = dead;
    }
}
