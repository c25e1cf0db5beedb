//! What a spore can do for its Nexus: the skills that are switched on, their methods, and where they begin.

mod file;
mod shell;

use std::path::PathBuf;
use std::pin::Pin;

use protocol::{Capabilities, Effect, Method};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Config;
use crate::execution::{Order, Reports};
use crate::identity::make_private_dir;
use crate::policy::{Ask, Policy};

/// An execution, ready to be spawned.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The skills of this node.
#[derive(Debug)]
pub(crate) struct Skills {
    policy: Option<Policy>,
    shell: Option<shell::Shell>,
    file: Option<file::FileSkill>,
}

/// Why there are no skills.
#[derive(Debug, thiserror::Error)]
pub enum SkillsError {
    /// The workspace cannot be used.
    #[error("cannot use the workspace {path}: {source}")]
    Workspace {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Skills {
    /// Opens the workspace, making it where it is missing.
    pub(crate) fn open(config: &Config, policy: Option<Policy>) -> Result<Self, SkillsError> {
        let workspace = make_private_dir(&config.workspace)
            .and_then(|()| config.workspace.canonicalize())
            .and_then(|path| {
                Ok((
                    cap_std::fs::Dir::open_ambient_dir(&path, cap_std::ambient_authority())?,
                    path,
                ))
            });
        let (dir, path) = workspace.map_err(|source| SkillsError::Workspace {
            path: config.workspace.clone(),
            source,
        })?;
        let dir = std::sync::Arc::new(dir);
        Ok(Self {
            shell: config.shell.then(|| {
                shell::Shell::new(config, path, std::sync::Arc::clone(&dir), policy.clone())
            }),
            file: config.file.then(|| file::FileSkill::new(dir)),
            policy,
        })
    }

    /// Checks an order and makes work of it, or says why not.
    pub(crate) fn begin(&self, order: Order, reports: Reports) -> Result<Work, String> {
        if let Some(policy) = &self.policy {
            let ask = Ask::Method(&order.skill, &order.method);
            policy.decide(&ask).map_err(|no| no.to_string())?;
        }
        match (order.skill.as_str(), &self.shell, &self.file) {
            (shell::NAME, Some(shell), _) => shell.begin(order, reports),
            (file::NAME, _, Some(file)) => file.begin(order, reports),
            _ => Err(format!("{} is not switched on here", order.skill)),
        }
    }
}

/// The methods that this configuration offers and the policy allows.
pub(crate) fn methods(config: &Config, policy: Option<&Policy>) -> Vec<Method> {
    let shell = config.shell.then(shell::methods).unwrap_or_default();
    let file = config.file.then(file::methods).unwrap_or_default();
    let allowed = |method: &Method| {
        policy.is_none_or(|policy| {
            let ask = Ask::Method(&method.skill, &method.method);
            policy.decide(&ask).is_ok()
        })
    };
    shell.into_iter().chain(file).filter(allowed).collect()
}

/// Why a method cannot be called, with what could be.
pub(crate) fn not_offered(capabilities: &Capabilities, skill: &str, method: &str) -> String {
    let cut = |text| protocol::limits::cut(text, 64);
    if capabilities.skills.iter().any(|known| known == skill) {
        let known = capabilities
            .methods
            .iter()
            .filter(|known| known.skill == skill);
        let known: Vec<&str> = known.map(|known| known.method.as_str()).collect();
        format!(
            "{} has no method {:?}; it has {}",
            cut(skill),
            cut(method),
            known.join(", ")
        )
    } else if capabilities.skills.is_empty() {
        "no skill is switched on here".to_owned()
    } else {
        format!(
            "no skill {:?} here; there is {}",
            cut(skill),
            capabilities.skills.join(", ")
        )
    }
}

/// A method with its schema, which is a file beside the code.
fn method(skill: &str, method: &str, title: &str, effect: Effect, schema: &str) -> Method {
    // A test reads every schema, so that none can be broken here.
    let parameters = serde_json::from_str(schema).unwrap_or_default();
    Method {
        skill: skill.to_owned(),
        method: method.to_owned(),
        title: title.to_owned(),
        effect,
        parameters,
    }
}

/// The parameters as their type, or a complaint for people.
fn parameters<T: DeserializeOwned>(raw: &RawValue) -> Result<T, String> {
    if !raw.get().trim_start().starts_with('{') {
        return Err("parameters must be a JSON object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|error| {
        let text = error.to_string();
        // The position within a compact text helps nobody.
        let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
        // It may quote a value, which may be large.
        format!("bad parameters: {}", protocol::limits::cut(&text, 400))
    })
}

#[cfg(test)]
mod tests;
