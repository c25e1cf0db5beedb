//! Whether a runbook makes sense: checked when it is saved, with sample values, and once more with the real ones when it is
//! run, so that nothing begins that could not end. Not here: reading it, see [`super::text`].

use serde_json::{Map, Value};

use super::parameter::{Parameter, values};
use super::template::{Values, fill};
use super::{Runbook, Step};
use crate::access::Caller;
use crate::job::{JobRequest, RequestError};
use crate::target::{Expression, ParseError};

/// Most steps.
const STEPS: usize = 50;
/// Longest name of a runbook, bytes.
const NAME: usize = 64;
/// Longest title, name of a step, or choice, bytes.
const TITLE: usize = 200;
/// Fields of a job that make no sense in something that is kept: they are about one moment.
const MOMENTARY: [&str; 5] = [
    "id",
    "dedupe_key",
    "targets_sha256",
    "confirm_count",
    "approval",
];

/// What is wrong with a runbook or with a wish to run one. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunbookError {
    /// It cannot be read.
    #[error("line {line}, column {column}: {what}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// In the words of the reader.
        what: String,
    },
    /// Too large.
    #[error("a runbook may have at most {0} bytes")]
    Large(usize),
    /// The name.
    #[error(
        "the name must be 1 to {NAME} of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit"
    )]
    Name,
    /// The name of the path.
    #[error("the runbook calls itself {said:?}, the address {path:?}; make them the same")]
    OtherName {
        /// In the document.
        said: String,
        /// In the address.
        path: String,
    },
    /// A text.
    #[error("{0} must be at most {TITLE} printable bytes, and the name of a step at least one")]
    Text(&'static str),
    /// Too many of something.
    #[error("at most {1} {0}")]
    TooMany(&'static str, usize),
    /// Nothing to do.
    #[error("a runbook needs at least one step")]
    NoSteps,
    /// A parameter or its value.
    #[error("parameter {0:?} {1}")]
    Parameter(String, String),
    /// A name within braces.
    #[error("{{{{{0}}}}} is no parameter of this runbook; add it to its parameters")]
    NoParameter(String),
    /// A parameter in the name of a skill or method.
    #[error("the names of skill and method are fixed; a parameter there could be any call")]
    Fixed,
    /// Text in a command line.
    #[error(
        "parameter {0:?} is text within a command line, where it could be any command; pass it as a word of its own with \
         argv, e.g. argv = [\"systemctl\", \"restart\", \"{{{{{0}}}}}\"], or make it a choice"
    )]
    Injection(String),
    /// A secret where it would be seen.
    #[error(
        "parameter {0:?} is secret, so it may only be the value of a field whose name says that, e.g. \
         env = {{ PASSWORD = \"{{{{{0}}}}}\" }}; elsewhere it would be seen"
    )]
    SecretPlace(String),
    /// Text in a target.
    #[error(
        "parameter {0:?} is inserted into a target, so it must be one word of letters, digits, `.`, `_` and `-`; or make the whole target a parameter"
    )]
    TargetInjection(String),
    /// A field that is about one moment.
    #[error("{0} is about one moment and makes no sense in something that is kept; leave it out")]
    Momentary(&'static str),
    /// Something that TOML cannot say.
    #[error("{0} cannot be kept: leave a field out instead of null, and numbers below 2^63")]
    Value(String),
    /// Too much of what was said.
    #[error(
        "the parameters take up more than {0} bytes in the steps; say less, or put them in fewer places"
    )]
    Inserted(usize),
    /// No nodes.
    #[error("it does not say on which nodes: give the step a target, the runbook, or the run")]
    NoTarget,
    /// The target of the runbook or of the run.
    #[error("target: {0}")]
    Target(#[from] ParseError),
    /// The job.
    #[error(transparent)]
    Job(#[from] RequestError),
    /// The fields of the job.
    #[error("{0}")]
    Fields(String),
    /// Any of these, in a step.
    #[error("step {number} ({name:?}): {why}")]
    Step {
        /// From 1.
        number: usize,
        /// Its name.
        name: String,
        /// What is wrong.
        why: Box<Self>,
    },
    /// Too many runbooks.
    #[error(
        "there are as many runbooks as are kept: {0}, with all versions at most {1} bytes; remove some"
    )]
    Full(usize, usize),
    /// Somebody else's.
    #[error("runbook {name} belongs to {owner}; only they and admins may change it")]
    NotYours {
        /// Which.
        name: String,
        /// For people.
        owner: String,
    },
}

impl Runbook {
    /// Whether it makes sense.
    pub fn check(&self) -> Result<(), RunbookError> {
        if !is_runbook_name(&self.name) {
            return Err(RunbookError::Name);
        }
        if !is_printable(&self.title) {
            return Err(RunbookError::Text("title"));
        }
        if self.steps.is_empty() {
            return Err(RunbookError::NoSteps);
        }
        if self.steps.len() > STEPS {
            return Err(RunbookError::TooMany("steps", STEPS));
        }
        Parameter::check_all(&self.parameters)?;
        if let Some(target) = &self.target {
            target.parse::<Expression>()?;
        }
        let sample = |parameter: &Parameter| (parameter.name.clone(), parameter.sample());
        let samples = self.parameters.iter().map(sample).collect();
        // Who runs it may say on which nodes.
        self.jobs(&samples, Some("*")).map(drop)
    }

    /// The jobs of one run, and what its parameters are. `target`: as whoever runs it says.
    pub fn prepare(
        &self,
        said: &Map<String, Value>,
        target: Option<&str>,
    ) -> Result<(Vec<JobRequest>, Map<String, Value>), RunbookError> {
        if let Some(target) = target {
            target.parse::<Expression>()?;
        }
        let values = values(&self.parameters, said)?;
        let jobs = self.jobs(&values, target.or(self.target.as_deref()))?;
        Ok((jobs, values))
    }

    fn jobs(
        &self,
        values: &Map<String, Value>,
        target: Option<&str>,
    ) -> Result<Vec<JobRequest>, RunbookError> {
        let values = Values::new(&self.parameters, values);
        let steps = self.steps.iter().enumerate();
        let jobs = steps.map(|(at, step)| {
            self.job(step, &values, target)
                .map_err(|why| RunbookError::Step {
                    number: at + 1,
                    name: protocol::limits::cut(&step.name, TITLE).to_owned(),
                    why: Box::new(why),
                })
        });
        jobs.collect()
    }

    fn job(
        &self,
        step: &Step,
        values: &Values<'_>,
        target: Option<&str>,
    ) -> Result<JobRequest, RunbookError> {
        if step.name.trim().is_empty() || !is_printable(&step.name) {
            return Err(RunbookError::Text("name"));
        }
        if let Some(field) = MOMENTARY
            .into_iter()
            .find(|field| step.job.contains_key(*field))
        {
            return Err(RunbookError::Momentary(field));
        }
        for (name, value) in &step.job {
            check_value(name, value)?;
        }
        let mut job = fill(&step.job, values)?;
        if !job.contains_key("target") && !job.contains_key("node_ids") {
            let target = target.ok_or(RunbookError::NoTarget)?;
            job.insert("target".to_owned(), target.into());
        }
        let request: JobRequest = serde_json::from_value(Value::Object(job))
            .map_err(|error| RunbookError::Fields(format!("job: {error}")))?;
        let mut request = request;
        if request.label.is_empty() {
            request.label = format!(
                "{}: {}",
                self.name,
                protocol::limits::cut(&step.name, TITLE - NAME - 2)
            );
        }
        request.clone().into_job(Caller::nexus(), None)?;
        Ok(request)
    }
}

/// A value that both TOML and JSON can say.
fn check_value(name: &str, value: &Value) -> Result<(), RunbookError> {
    let fits = match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Bool(_) | Value::String(_) => true,
        Value::Array(items) => return items.iter().try_for_each(|item| check_value(name, item)),
        Value::Object(fields) => {
            return fields
                .iter()
                .try_for_each(|(name, field)| check_value(name, field));
        }
    };
    if fits {
        Ok(())
    } else {
        Err(RunbookError::Value(
            protocol::limits::cut(name, NAME).to_owned(),
        ))
    }
}

/// Whether it can be the name of a runbook.
pub(crate) fn is_runbook_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = name.bytes();
    name.len() <= NAME
        && bytes.next().is_some_and(plain)
        && bytes.all(|byte| plain(byte) || b"._-".contains(&byte))
}

/// Short, and nothing in it deceives.
pub(super) fn is_printable(text: &str) -> bool {
    text.len() <= TITLE && !text.chars().any(protocol::limits::is_deceptive)
}
