//! How a job goes about its targets, as flags. What is not said is left to the Nexus. Not here: what the words mean there.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::time::seconds;

#[derive(Args, Default)]
#[command(next_help_heading = "How it goes about the nodes")]
pub(in crate::cli) struct PolicyArgs {
    /// First on so many, then on the others
    #[arg(long, value_name = "N")]
    canary: Option<u32>,
    /// After the canary on so many percent of all, e.g. 10,50
    #[arg(long, value_name = "PERCENT", value_delimiter = ',')]
    steps: Vec<u8>,
    /// Ask before each next wave
    #[arg(long)]
    ask: bool,
    /// Wait between two waves
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pause: Option<u64>,
    /// Begin nothing more after so many failures, or such a share of all nodes: 3 or 20%
    #[arg(long, value_name = "N|N%", value_parser = threshold)]
    stop_after: Option<Threshold>,
    /// Try failed ones again, at most so often
    #[arg(long, value_name = "N")]
    retry: Option<u16>,
    /// It may be repeated without harm, so --retry may repeat what has begun
    #[arg(long, requires = "retry")]
    idempotent: bool,
    /// At most so many at once
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,
    /// On any so many of the nodes instead of on all of them
    #[arg(long, value_name = "K")]
    any: Option<u32>,
    /// How those are chosen, e.g. least_load
    #[arg(long, requires = "any")]
    strategy: Option<String>,
    /// Rather on these
    #[arg(long, value_name = "TARGET", requires = "any")]
    prefer: Option<String>,
    /// Rather not on these
    #[arg(long, value_name = "TARGET", requires = "any")]
    avoid: Option<String>,
    /// Spread over the values of this tag, or over `group`
    #[arg(long, value_name = "LABEL", requires = "any")]
    spread_by: Option<String>,
    /// Wait for nodes that are offline, instead of skipping them
    #[arg(long)]
    wait_offline: bool,
    /// Give up what has not begun by then
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    expires: Option<u64>,
    /// 0 to 9; the higher one goes first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=9))]
    priority: Option<u8>,
    /// What each execution needs for itself on its node, e.g. gpu
    #[arg(long, value_name = "WORD")]
    resource: Option<String>,
    /// Time limit of each execution; 30 s unless said
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    timeout: Option<u64>,
    /// An older result will do if it is not older than this
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    cache: Option<u64>,
    /// For people
    #[arg(long)]
    label: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threshold {
    Failures(u32),
    Percent(u8),
}

fn threshold(text: &str) -> Result<Threshold, String> {
    let wrong = |_| format!("{text:?} is neither a number of nodes nor a share like 20%");
    match text.strip_suffix('%') {
        Some(percent) => percent.parse().map(Threshold::Percent).map_err(wrong),
        None => text.parse().map(Threshold::Failures).map_err(wrong),
    }
}

impl PolicyArgs {
    /// On any so many, if that was said.
    pub(in crate::cli) fn any(&self) -> Option<u32> {
        self.any
    }

    /// Whether offline nodes are waited for.
    pub(in crate::cli) fn waits(&self) -> bool {
        self.wait_offline
    }

    /// Writes what was said into the body of an ask.
    pub(in crate::cli) fn write(&self, body: &mut Map<String, Value>) {
        let mut say = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        say("waves", self.waves());
        say(
            "stop_after",
            self.stop_after.map(|threshold| match threshold {
                Threshold::Failures(failures) => json!({"failures": failures}),
                Threshold::Percent(percent) => json!({"percent": percent}),
            }),
        );
        let retry = |limit| json!({"limit": limit, "consent": self.idempotent});
        say("retry", self.retry.map(retry));
        say("concurrency", self.concurrency.map(Value::from));
        say("any", self.any.map(Value::from));
        say("strategy", self.strategy.clone().map(Value::from));
        say("prefer", self.prefer.clone().map(Value::from));
        say("avoid", self.avoid.clone().map(Value::from));
        say("spread_by", self.spread_by.clone().map(Value::from));
        say("offline", self.wait_offline.then(|| json!("wait")));
        say("expires_in", self.expires.map(Value::from));
        say("priority", self.priority.map(Value::from));
        say("resource", self.resource.clone().map(Value::from));
        say("timeout", self.timeout.map(Value::from));
        say("cache", self.cache.map(|age| json!({"max_age": age})));
        say("label", self.label.clone().map(Value::from));
    }

    /// Whoever wants to be asked wants a canary to look at; whoever names shares alone wants none.
    fn waves(&self) -> Option<Value> {
        let is_said =
            self.canary.is_some() || !self.steps.is_empty() || self.ask || self.pause.is_some();
        let usual = u32::from(self.steps.is_empty());
        is_said.then(|| {
            json!({"canary": self.canary.unwrap_or(usual), "steps": self.steps,
                "gate": if self.ask { "ask" } else { "auto" }, "pause": self.pause.unwrap_or(0)})
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(policy: &PolicyArgs) -> Value {
        let mut body = Map::new();
        policy.write(&mut body);
        Value::Object(body)
    }

    #[test]
    fn what_is_not_said_is_left_to_the_nexus() {
        assert_eq!(written(&PolicyArgs::default()), json!({}));
    }

    #[test]
    fn waves_begin_with_a_canary_unless_shares_are_named() {
        let waves = |policy: PolicyArgs| written(&policy)["waves"].clone();
        let asked = PolicyArgs {
            ask: true,
            ..PolicyArgs::default()
        };
        assert_eq!(
            waves(asked),
            json!({"canary": 1, "steps": [], "gate": "ask", "pause": 0})
        );
        let shares = PolicyArgs {
            steps: vec![10, 50],
            ..PolicyArgs::default()
        };
        assert_eq!(
            waves(shares),
            json!({"canary": 0, "steps": [10, 50], "gate": "auto", "pause": 0})
        );
    }

    #[test]
    fn thresholds_are_numbers_or_shares() {
        assert_eq!(threshold("3"), Ok(Threshold::Failures(3)));
        assert_eq!(threshold("20%"), Ok(Threshold::Percent(20)));
        for text in ["", "%", "-1", "3.5", "300%", "many"] {
            assert!(threshold(text).is_err(), "{text}");
        }
    }
}
