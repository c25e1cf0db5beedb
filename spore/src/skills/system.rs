//! `SystemSkill`: looking at the machine. What runs, what is full, what the logs say, which services there are. Every
//! method reads and changes nothing; what is told is bounded, and command lines go without what looks like a secret.
//!
//! Not here: heartbeats (`load`), which tell how busy the machine is all the time, and for much less.

mod command;
mod gpu;
mod logs;
mod overview;
mod processes;
mod services;
mod veil;

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{Effect, Method, Outcome};
use serde::Serialize;
use serde_json::value::RawValue;

use super::places::Places;
use super::telling::stream;
use super::{Judge, Work, method, parameters};
use crate::execution::{End, Finding, Order, Report, Reports};
use command::Programs;

pub(crate) const NAME: &str = "SystemSkill";
/// A look takes no longer than this, whatever its caller would wait.
const LONGEST: Duration = Duration::from_secs(20);
/// Between two readings of counters whose difference is told.
const APART: Duration = Duration::from_millis(500);

/// The skill with the places whose files it may read.
#[derive(Debug)]
pub(super) struct SystemSkill {
    places: Arc<Places>,
}

/// What was found: as a value for programs, and in lines for whoever reads along.
#[derive(Debug)]
struct Told {
    value: Box<RawValue>,
    lines: String,
}

type Look = Pin<Box<dyn Future<Output = Result<Told, String>> + Send>>;

/// The methods of this skill.
pub(super) fn methods() -> Vec<Method> {
    let known = [
        (
            "overview",
            "Look at the machine",
            include_str!("system/overview.schema.json"),
        ),
        (
            "processes",
            "List the busiest processes",
            include_str!("system/processes.schema.json"),
        ),
        (
            "services",
            "List services",
            include_str!("system/services.schema.json"),
        ),
        (
            "logs",
            "Read the log",
            include_str!("system/logs.schema.json"),
        ),
    ];
    known
        .into_iter()
        .map(|(name, title, schema)| method(NAME, name, title, Effect::Read, schema))
        .collect()
}

impl SystemSkill {
    pub(super) fn new(places: &Arc<Places>) -> Self {
        Self {
            places: Arc::clone(places),
        }
    }

    /// Checks the order and makes work of it.
    pub(super) fn begin(
        &self,
        order: Order,
        reports: Reports,
        judge: &mut Judge,
    ) -> Result<Work, String> {
        let programs = Programs::new(judge);
        let look: Look = match order.method.as_str() {
            "overview" => {
                let overview::Asked {} = parameters(&order.parameters)?;
                Box::pin(overview::look(programs))
            }
            "processes" => {
                let asked: processes::Asked = parameters(&order.parameters)?;
                Box::pin(processes::look(asked.checked()?))
            }
            "services" => {
                let asked: services::Asked = parameters(&order.parameters)?;
                Box::pin(services::look(asked, programs))
            }
            "logs" => {
                let asked: logs::Asked = parameters(&order.parameters)?;
                let source = logs::source(&asked, &self.places, judge)?;
                Box::pin(logs::look(asked, source, programs))
            }
            other => return Err(format!("{NAME} has no method {other:?}")),
        };
        Ok(Box::pin(run(look, order, reports)))
    }
}

impl Told {
    fn new(value: &impl Serialize, lines: String) -> Result<Self, String> {
        let value = serde_json::value::to_raw_value(value);
        let value = value.map_err(|error| format!("what was found cannot be told: {error}"))?;
        Ok(Self { value, lines })
    }
}

async fn run(look: Look, order: Order, reports: Reports) {
    let began = Instant::now();
    let request_id = order.request_id.clone();
    // Nobody listens any more when the spore is ending; so for all reports here.
    let _ = reports.send(Report::Started {
        request_id: request_id.clone(),
        pid: None,
    });
    let limit = order.timeout.min(LONGEST);
    let found = tokio::select! {
        biased;
        () = order.stop.cancelled() => Err(End::with(Outcome::Cancelled, Some(order.stop.why()))),
        found = tokio::time::timeout(limit, look) => match found {
            Ok(Ok(told)) => Ok(told),
            Ok(Err(why)) => Err(End::failed(why)),
            Err(_) => Err(End::with(Outcome::TimedOut, Some(format!("no answer within {} s", limit.as_secs())))),
        },
    };
    let end = match found {
        Err(end) => end,
        Ok(told) if !order.stream => End::succeeded(Some(Finding::Json(told.value)), false),
        Ok(told) if stream(&told.lines, &order, &reports, began).await => {
            End::succeeded(None, false)
        }
        Ok(_) => End::with(Outcome::Cancelled, Some(order.stop.why())),
    };
    let _ = reports.send(Report::Ended {
        request_id,
        end: end.since(began),
    });
}

/// Work that would hold up everything else, on a thread of its own.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err("looking broke off; see the log of the spore".to_owned()))
}

/// What others wrote, within one line of a table: no control characters, not too long.
fn one_line(text: &str, most: usize) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let plain = plain.trim();
    let cut = protocol::limits::cut(plain, most);
    if cut.len() < plain.len() {
        format!("{cut}…")
    } else {
        cut.to_owned()
    }
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    let mut unit = 0;
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let mut value = bytes as f64;
    while value >= 1024.0 && unit < 5 {
        value /= 1024.0;
        unit += 1;
    }
    let name = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][unit];
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {name}")
    }
}

#[cfg(test)]
mod tests;
