//! Windows: an execution is a process group; its tree is ended by `taskkill /T`, which follows parents.
//! Weaker than a job object: a child whose parent has gone is not found.

use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use super::{Force, Reach};

const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// The processes of one execution.
#[derive(Debug)]
pub(crate) struct Tree {
    leader: u32,
    gone: bool,
}

impl Tree {
    pub(crate) fn of(leader: u32, _mark: &str, _group: Option<super::Cgroup>) -> Self {
        Self {
            leader,
            gone: false,
        }
    }

    /// Whether processes within reach are alive: `taskkill` knows no tree of a dead leader.
    pub(crate) fn alive(&self, _reach: Reach) -> bool {
        let filter = format!("PID eq {}", self.leader);
        let listed = std::process::Command::new("tasklist")
            .args(["/NH", "/FI", &filter])
            .output();
        listed.is_ok_and(|listed| {
            String::from_utf8_lossy(&listed.stdout).contains(&self.leader.to_string())
        })
    }

    /// What a dead leader left behind cannot be found here.
    pub(crate) fn left_behind(&self) -> bool {
        false
    }

    /// Ends every process within reach; a console program cannot be asked politely without a console.
    pub(crate) fn signal(&self, force: Force, _reach: Reach) {
        let mut kill = std::process::Command::new("taskkill");
        kill.args(["/T", "/PID", &self.leader.to_string()]);
        if force == Force::Kill {
            kill.arg("/F");
        }
        // Without effect when it is gone already, which is what was wanted.
        let _ = kill.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    /// To be called when nothing of it is left: then the number may belong to another.
    pub(crate) fn forget(&mut self) {
        self.gone = true;
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.gone {
            self.signal(Force::Kill, Reach::Everything);
        }
    }
}

/// What is put on a process before it runs: nothing here.
#[derive(Debug, Default)]
pub(crate) struct Confines {
    pub(crate) user: Option<User>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) ruleset: Option<Ruleset>,
    pub(crate) no_new_privs: bool,
}

/// Never made: see [`user`].
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) home: std::path::PathBuf,
    pub(crate) shell: std::path::PathBuf,
}

/// There are none.
pub(crate) type Ruleset = std::convert::Infallible;

/// There are none.
pub(crate) type Limit = std::convert::Infallible;

/// Never entered.
#[derive(Debug)]
pub(crate) struct AsUser;

impl AsUser {
    pub(crate) fn enter(_: &User) -> std::io::Result<Self> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

pub(crate) fn user(_: &str) -> Result<User, String> {
    Err("Windows does not let a program run others as another user".to_owned())
}

/// None of them can be put on a process here; those of the spore itself hold.
pub(crate) fn limits(_: &crate::policy::Limits) -> Vec<Limit> {
    Vec::new()
}

pub(crate) fn usable(_: &User, _: &std::path::Path, _: bool) -> bool {
    false
}

/// A group of its own, and no window.
pub(crate) fn detach(command: &mut Command, _: Confines) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// Windows has no signals.
pub(crate) fn signal_of(_status: ExitStatus) -> Option<String> {
    None
}
