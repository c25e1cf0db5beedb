//! How what is started is held back, as the policy says: the user that it runs as, how much it may use, and on Linux a
//! Landlock sandbox with `no_new_privs`. Prepared once; put on each process between fork and exec. Not here: deciding
//! what may start.

mod landlock;

use std::path::{Path, PathBuf};

use tracing::{info, warn};

use crate::Config;
use crate::os::{self, Confines, Limit, User};
use crate::policy::{ETC, Limits, Policy, PolicyError, SandboxMode};

pub(crate) use landlock::Rule;
use landlock::Sandbox;

/// See the module.
#[derive(Debug)]
pub(crate) struct Confinement {
    user: Option<User>,
    wanted: Limits,
    limits: Vec<Limit>,
    sandbox: Option<Sandbox>,
    described: String,
}

impl Confinement {
    /// Finds out what of the policy can be had here; what cannot and must be is an error.
    pub(crate) fn prepare(policy: &Policy, config: &Config) -> Result<Self, PolicyError> {
        let user = policy.run_as.as_deref().map(os::user).transpose();
        let user = user.map_err(|why| PolicyError::Impossible(format!("run_as: {why}")))?;
        if let Some(user) = &user {
            info!(user = %user.name, "commands run as another user");
        }
        let (sandbox, described) = match policy.sandbox.mode {
            SandboxMode::Off => (None, "off".to_owned()),
            mode @ (SandboxMode::Auto | SandboxMode::Required) => match os::sandbox_kind() {
                Ok(kind) => (Some(sandbox(policy, config)), kind),
                Err(why) if mode == SandboxMode::Required => {
                    return Err(PolicyError::Impossible(format!(
                        "sandbox.mode is \"required\", and {why}"
                    )));
                }
                Err(why) => {
                    warn!("commands run without a sandbox: {why}");
                    (None, format!("none: {why}"))
                }
            },
        };
        Ok(Self {
            user,
            wanted: policy.limits,
            limits: os::limits(&policy.limits),
            sandbox,
            described,
        })
    }

    /// The sandbox as it really is, in a few words.
    pub(crate) fn described(&self) -> &str {
        &self.described
    }

    /// The limits as the policy says them.
    pub(crate) fn limits(&self) -> &Limits {
        &self.wanted
    }

    /// The user that commands run as, if it is another one than the spore's.
    pub(crate) fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// Whether the user of the policy can use the workspace; otherwise what to do.
    pub(crate) fn check_workspace(
        &self,
        workspace: &Path,
        writes: bool,
    ) -> Result<(), PolicyError> {
        let Some(user) = &self.user else {
            return Ok(());
        };
        let usable = os::usable(user, workspace, writes);
        if usable {
            return Ok(());
        }
        let name = &user.name;
        Err(PolicyError::Impossible(format!(
            "run_as: {name} cannot use the workspace {}; give SPORE_WORKSPACE a directory that belongs to {name} and \
             that {name} can reach, such as /srv/spore",
            workspace.display()
        )))
    }

    /// For one process. `rules` are the places of the policy, by handle.
    pub(crate) fn confines(&self, program: &Path, rules: &[Rule]) -> Result<Confines, String> {
        let sandbox = self.sandbox.as_ref();
        let ruleset = sandbox
            .map(|sandbox| sandbox.ruleset(program, rules))
            .transpose()?;
        Ok(Confines {
            user: self.user.clone(),
            limits: self.limits.clone(),
            ruleset: ruleset.flatten(),
            no_new_privs: self.described != "off",
            ..Confines::default()
        })
    }
}

fn sandbox(policy: &Policy, config: &Config) -> Sandbox {
    // The keys, the policy and the grants; and where join codes and settings lie. Whatever else is allowed, not these.
    let mut kept_away = vec![config.data_dir.clone(), PathBuf::from(ETC)];
    kept_away.extend(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from));
    Sandbox::new(&policy.sandbox.read, &policy.sandbox.write, kept_away)
}
