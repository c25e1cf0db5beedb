//! What a spore can do for its Nexus: the skills that are switched on, their methods, and where they begin. Every order is
//! decided on here, by the policy where there is one. Not here: running anything.

mod file;
mod judge;
mod places;
mod shell;
mod system;
mod telling;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use protocol::{Effect, GrantView, Method, NodePolicy, limits, rfc3339};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::allowance::{Allowance, Warrant};
use crate::confinement::Confinement;
use crate::execution::{Order, Reports};
use crate::grants::Grant;
use crate::policy::{Ask, Policy, PolicyError};
use crate::{Config, ShellMode, policy};
use judge::Judge;
use places::Places;
pub(crate) use system::NAME as LOOKS;

/// An execution, ready to be spawned.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The skills of this node.
#[derive(Debug)]
pub(crate) struct Skills {
    /// What is allowed; none where the shell mode decides.
    rules: Option<Rules>,
    places: Arc<Places>,
    /// All methods that are switched on, allowed or not.
    methods: Vec<Method>,
    mode: String,
    shell: Option<shell::Shell>,
    file: Option<file::FileSkill>,
    system: Option<system::SystemSkill>,
}

#[derive(Debug)]
struct Rules {
    allowance: Allowance,
    confinement: Arc<Confinement>,
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
    /// The policy cannot be kept.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl Skills {
    /// Opens the workspace, and makes ready what the policy needs.
    pub(crate) fn open(config: &Config, policy: Option<Policy>) -> Result<Self, SkillsError> {
        let places = Arc::new(Places::open(config)?);
        let rules = policy.map(|policy| {
            places.prepare(&policy)?;
            let confinement = Confinement::prepare(&policy, config)?;
            let writes = policy.write.iter().any(|place| place == ".");
            confinement.check_workspace(&places.path, writes)?;
            Ok::<_, PolicyError>(Rules {
                allowance: Allowance::new(policy),
                confinement: Arc::new(confinement),
            })
        });
        let shell = config.shell.then(shell::methods).unwrap_or_default();
        let file = config.file.then(file::methods).unwrap_or_default();
        let system = config.system.then(system::methods).unwrap_or_default();
        Ok(Self {
            rules: rules.transpose()?,
            methods: shell.into_iter().chain(file).chain(system).collect(),
            mode: mode(config),
            shell: config.shell.then(|| shell::Shell::new(config, &places)),
            file: config.file.then(|| file::FileSkill::new(&places)),
            system: config.system.then(|| system::SystemSkill::new(&places)),
            places,
        })
    }

    /// Whether a policy decides here, so that grants mean something.
    pub(crate) fn has_policy(&self) -> bool {
        self.rules.is_some()
    }

    /// Checks an order and makes work of it, or says why not. The warrant is what it needs to go on.
    pub(crate) fn begin(&self, order: Order, reports: Reports) -> Result<(Work, Warrant), String> {
        let known = |known: &Method| known.skill == order.skill && known.method == order.method;
        if !self.methods.iter().any(known) {
            return Err(not_offered(&self.methods, &order.skill, &order.method));
        }
        let mut judge = Judge::new(self.rules.as_ref());
        judge.ask(&Ask::Method(&order.skill, &order.method))?;
        let work = match (order.skill.as_str(), &self.shell, &self.file, &self.system) {
            (shell::NAME, Some(shell), _, _) => shell.begin(order, reports, &mut judge)?,
            (file::NAME, _, Some(file), _) => file.begin(order, reports, &mut judge)?,
            (system::NAME, _, _, Some(system)) => system.begin(order, reports, &mut judge)?,
            _ => return Err(format!("{} is not switched on here", order.skill)),
        };
        Ok((work, judge.into_warrant()))
    }

    /// From now on these grants are in force.
    pub(crate) fn set_grants(&mut self, grants: Vec<Grant>) {
        if let Some(rules) = &mut self.rules {
            rules.allowance.set_grants(grants);
            self.places.keep(rules.allowance.policy());
        }
    }

    /// Whether an execution may go on; otherwise why not.
    pub(crate) fn renew(&self, warrant: &mut Warrant) -> Result<(), String> {
        match &self.rules {
            Some(rules) => rules.allowance.renew(warrant),
            None => Ok(()),
        }
    }

    /// The methods that are switched on and allowed at this moment.
    pub(crate) fn offered(&self) -> Vec<Method> {
        let allowed = |method: &&Method| {
            let ask = Ask::Method(&method.skill, &method.method);
            let rules = self.rules.as_ref();
            rules.is_none_or(|rules| rules.allowance.decide(&ask).is_ok())
        };
        self.methods.iter().filter(allowed).cloned().collect()
    }

    /// What is allowed, for others to see.
    pub(crate) fn policy(&self) -> NodePolicy {
        let Some(rules) = &self.rules else {
            return NodePolicy {
                name: format!("none: shell mode {}", self.mode),
                sandbox: "none: there is no policy".to_owned(),
                ..NodePolicy::default()
            };
        };
        let grants = rules.allowance.grants().iter().map(|grant| GrantView {
            id: grant.id.clone(),
            what: limits::cut(&one_line(&grant.what.to_string()), limits::NAME).to_owned(),
            until: rfc3339(grant.ends_at()),
        });
        let sandbox = rules.confinement.described();
        policy::view(rules.allowance.policy(), sandbox, grants.collect())
    }
}

fn mode(config: &Config) -> String {
    match &config.shell_mode {
        _ if !config.shell => "off".to_owned(),
        ShellMode::Guarded => "guarded".to_owned(),
        ShellMode::AllowList(_) => "allow-list".to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Why a method cannot be called, with what could be.
fn not_offered(methods: &[Method], skill: &str, method: &str) -> String {
    let cut = |text| limits::cut(text, 64);
    let of_skill = methods.iter().filter(|known| known.skill == skill);
    let known: Vec<&str> = of_skill.map(|known| known.method.as_str()).collect();
    if !known.is_empty() {
        let known = known.join(", ");
        return format!(
            "{} has no method {:?}; it has {known}",
            cut(skill),
            cut(method)
        );
    }
    if methods.is_empty() {
        return "no skill is switched on here".to_owned();
    }
    let mut skills: Vec<&str> = methods.iter().map(|known| known.skill.as_str()).collect();
    skills.dedup();
    format!(
        "no skill {:?} here; there is {}",
        cut(skill),
        skills.join(", ")
    )
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
        idempotent: effect == Effect::Read,
        cacheable: false,
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
        format!("bad parameters: {}", limits::cut(&text, 400))
    })
}

#[cfg(test)]
mod tests;
