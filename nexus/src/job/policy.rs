//! How a job goes about its targets: waves, retries, limits, what becomes of offline nodes. Checked once, when it is asked.
//! Not here: carrying it out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::WishesBody;

/// Longest life of a job, seconds: thirty days.
const LONGEST: u64 = 30 * 24 * 3600;
/// Highest priority; 0 is the lowest.
pub(super) const PRIORITY: u8 = 9;
/// Most waves of one job.
const WAVES: usize = 20;
/// Most attempts after the first one.
const RETRIES: u16 = 20;
/// Longest wait for the next attempt or wave, seconds.
const WAIT: f64 = 24.0 * 3600.0;
/// Longest life of a cached result, seconds: a week.
const CACHE: u64 = 7 * 24 * 3600;

/// See the module. What is missing in a file of an older Nexus has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// On any this many of the targets instead of on each.
    pub any: Option<u32>,
    /// Which ones these are, when it is `any`; the resource stands beside it.
    pub wishes: WishesBody,
    /// What becomes of nodes that are not there.
    pub offline: Offline,
    /// Seconds until what has not begun is given up.
    pub expires_in: u64,
    /// 0..=9; the higher one goes first where they meet.
    pub priority: u8,
    /// Most executions of the job at once; 0 is as many as the Nexus allows.
    pub concurrency: u32,
    /// What each execution needs for itself, e.g. `gpu`.
    pub resource: Option<String>,
    /// Some first, then more.
    pub waves: Option<Waves>,
    /// When to stop by itself.
    pub stop_after: Option<StopAfter>,
    /// What is tried again.
    pub retry: Retry,
    /// Whether an older result will do.
    pub cache: Option<Cache>,
}

/// What becomes of targets whose node is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// They are left out, and told as skipped.
    #[default]
    Skip,
    /// They wait for their node until the job expires.
    Wait,
}

/// Some first, then more, then all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Waves {
    /// How many in the first wave; 0 is no canary.
    pub canary: u32,
    /// Then up to these percentages of all targets, growing.
    pub steps: Vec<u8>,
    /// Whether the next one begins by itself.
    pub gate: WaveGate,
    /// Seconds between two waves.
    pub pause: f64,
}

impl Default for Waves {
    fn default() -> Self {
        Self {
            canary: 1,
            steps: Vec::new(),
            gate: WaveGate::Auto,
            pause: 0.0,
        }
    }
}

/// What happens between two waves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaveGate {
    /// The next one begins when the one before is over and no threshold is reached.
    #[default]
    Auto,
    /// A person has to say so.
    Ask,
}

/// A threshold of failures; what is out goes on, what has not begun does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StopAfter {
    /// This many.
    pub failures: Option<u32>,
    /// This share of all targets, percent.
    pub percent: Option<u8>,
}

/// What is tried again, and when. What nobody can prove never is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// Attempts after the first one.
    pub limit: u16,
    /// Seconds before the second attempt; doubles each time, give or take a quarter.
    pub backoff: f64,
    /// Longest wait, seconds.
    pub max_backoff: f64,
    /// Whether a method may be repeated that is not marked as idempotent.
    pub consent: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            limit: 0,
            backoff: 1.0,
            max_backoff: 60.0,
            consent: false,
        }
    }
}

/// How old a result may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Seconds.
    pub max_age: u64,
}

/// Why a policy makes no sense. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct PolicyError {
    field: &'static str,
    problem: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            any: None,
            wishes: WishesBody::default(),
            offline: Offline::Skip,
            expires_in: 24 * 3600,
            priority: 5,
            concurrency: 0,
            resource: None,
            waves: None,
            stop_after: None,
            retry: Retry::default(),
            cache: None,
        }
    }
}

impl Policy {
    /// Whether it makes sense.
    pub fn check(&self) -> Result<(), PolicyError> {
        let wrong = |field, problem: String| Err(PolicyError { field, problem });
        if self.any == Some(0) {
            return wrong(
                "any",
                "must be at least 1; leave it out to run on each target".to_owned(),
            );
        }
        if self.any.is_none() && self.wishes != WishesBody::default() {
            return wrong(
                "strategy",
                "and prefer, avoid, spread_by choose among the targets: they want any, e.g. \"any\": 1".to_owned(),
            );
        }
        if let Err(error) = self.wishes.read() {
            return wrong("wishes:", error.to_string());
        }
        if self.expires_in == 0 || self.expires_in > LONGEST {
            return wrong("expires_in", format!("must be 1 to {LONGEST} seconds"));
        }
        if self.priority > PRIORITY {
            return wrong("priority", format!("must be 0 to {PRIORITY}"));
        }
        if self.any.is_some() && self.waves.is_some() {
            return wrong(
                "waves",
                "make no sense with any: there is nothing to widen".to_owned(),
            );
        }
        if let Some(resource) = &self.resource
            && !is_word(resource)
        {
            return wrong(
                "resource",
                "must be a word of a-z, 0-9, - and _, e.g. gpu".to_owned(),
            );
        }
        if self.retry.limit > RETRIES {
            return wrong("retry.limit", format!("must be 0 to {RETRIES}"));
        }
        for (field, seconds) in [
            ("retry.backoff", self.retry.backoff),
            ("retry.max_backoff", self.retry.max_backoff),
            (
                "waves.pause",
                self.waves.as_ref().map_or(0.0, |waves| waves.pause),
            ),
        ] {
            if !(0.0..=WAIT).contains(&seconds) {
                return wrong(field, format!("must be 0 to {WAIT} seconds"));
            }
        }
        if let Some(cache) = self.cache
            && !(1..=CACHE).contains(&cache.max_age)
        {
            return wrong("cache.max_age", format!("must be 1 to {CACHE} seconds"));
        }
        self.waves.as_ref().map_or(Ok(()), Waves::check)?;
        self.stop_after.map_or(Ok(()), StopAfter::check)
    }

    /// Until what has not begun is given up.
    pub fn life(&self) -> Duration {
        Duration::from_secs(self.expires_in)
    }
}

impl Waves {
    fn check(&self) -> Result<(), PolicyError> {
        let wrong = |problem: &str| {
            Err(PolicyError {
                field: "waves.steps",
                problem: problem.to_owned(),
            })
        };
        if self.steps.len() > WAVES {
            return wrong("has too many waves; 20 are enough for everybody");
        }
        if self.steps.iter().any(|step| !(1..=100).contains(step)) {
            return wrong("must be percentages, 1 to 100");
        }
        if !self.steps.is_sorted_by(|a, b| a < b) {
            return wrong("must grow, e.g. [10, 50]");
        }
        if self.canary == 0 && self.steps.is_empty() {
            return wrong("and canary are empty; leave waves out to run on all at once");
        }
        Ok(())
    }
}

impl StopAfter {
    fn check(self) -> Result<(), PolicyError> {
        let wrong = |problem: &str| {
            Err(PolicyError {
                field: "stop_after",
                problem: problem.to_owned(),
            })
        };
        match (self.failures, self.percent) {
            (None, None) => wrong("needs failures or percent"),
            (Some(0), _) => wrong("failures must be at least 1"),
            (_, Some(percent)) if !(1..=100).contains(&percent) => {
                wrong("percent must be 1 to 100")
            }
            _ => Ok(()),
        }
    }

    /// Whether so many of all are too many.
    pub fn reached(self, failures: u32, total: u32) -> bool {
        let share = u64::from(failures) * 100;
        self.failures.is_some_and(|limit| failures >= limit)
            || self.percent.is_some_and(|percent| {
                failures > 0 && share >= u64::from(percent) * u64::from(total)
            })
    }
}

fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    !text.is_empty() && text.len() <= 32 && text.chars().all(plain)
}
