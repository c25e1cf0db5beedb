//! `nexus explain`: where a call would go, and why there; nothing is run. Not here: how nodes are weighed.

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answers::field;
use super::run::call::split;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, clean};

#[derive(Args)]
pub(super) struct Explain {
    /// e.g. ShellSkill.run
    call: String,
    /// Among these; among all unless said
    #[arg(long, default_value = "*")]
    target: String,
    /// How they are weighed, e.g. least_load
    #[arg(long)]
    strategy: Option<String>,
    /// Rather on these
    #[arg(long, value_name = "TARGET")]
    prefer: Option<String>,
    /// Rather not on these
    #[arg(long, value_name = "TARGET")]
    avoid: Option<String>,
    /// Spread over the values of this tag, or over `group`
    #[arg(long, value_name = "LABEL")]
    spread_by: Option<String>,
    /// What it needs for itself, e.g. gpu
    #[arg(long, value_name = "WORD")]
    resource: Option<String>,
    /// On so many
    #[arg(long, value_name = "K")]
    any: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Placement {
    node_name: Option<String>,
    node_id: Option<String>,
    reason: Option<String>,
    candidates: Vec<Candidate>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Candidate {
    node_id: String,
    node_name: String,
    score: Option<f64>,
    parts: Map<String, Value>,
    refused: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let (skill, method) = split(&self.call)?;
        let mut body = Map::new();
        body.insert("target".to_owned(), json!(self.target));
        body.insert("skill_name".to_owned(), json!(skill));
        body.insert("method_name".to_owned(), json!(method));
        for (name, value) in [
            ("strategy", &self.strategy),
            ("prefer", &self.prefer),
            ("avoid", &self.avoid),
            ("spread_by", &self.spread_by),
            ("resource", &self.resource),
        ] {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(any) = self.any {
            body.insert("any".to_owned(), json!(any));
        }
        let client = settings.client()?;
        let body = Value::Object(body);
        let answer = wait(async { Ok(client.post("/api/v1/placement", &body).await?) })?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&answer)?;
            return Ok(Exit::OK);
        }
        let placement: Placement = field(&answer, "placement")?;
        let chosen: Vec<String> = field(&answer, "chosen").unwrap_or_default();
        screen.table(&table(&placement.candidates, &chosen))?;
        let node = placement.node_name.or(placement.node_id);
        let reason = placement.reason.unwrap_or_default();
        match node.filter(|node| !node.is_empty()) {
            Some(node) => {
                screen.note(&format!("it would run on {node}: {reason}"));
                Ok(Exit::OK)
            }
            None => {
                screen.note(&reason);
                Ok(Exit::FAILED)
            }
        }
    }
}

fn table(candidates: &[Candidate], chosen: &[String]) -> Table {
    let mut table = Table::new(&["", "NODE", "SCORE", "BECAUSE OF"]);
    for one in candidates {
        let mark = if chosen.contains(&one.node_id) {
            "*"
        } else {
            ""
        };
        let score = one.score.map(|score| format!("{score:.3}"));
        let because = match &one.refused {
            Some(why) => format!("refused: {why}"),
            None => parts(&one.parts),
        };
        let name = if one.node_name.is_empty() {
            &one.node_id
        } else {
            &one.node_name
        };
        table.row([
            Cell::new(mark),
            Cell::new(name),
            score.unwrap_or_default().into(),
            because.into(),
        ]);
    }
    table
}

/// What a score is made of, e.g. `load 0.25, memory 0.5`.
fn parts(parts: &Map<String, Value>) -> String {
    let each = parts.iter().map(|(name, value)| {
        let number = value.as_f64().map(|number| format!("{number:.2}"));
        let text = || {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        format!("{} {}", clean::line(name), number.unwrap_or_else(text))
    });
    each.collect::<Vec<_>>().join(", ")
}
