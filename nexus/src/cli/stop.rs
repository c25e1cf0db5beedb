//! `nexus stop`: STOP for the fleet, a node, a job or an execution, and the wait for its proof; `nexus release` lets the fleet go
//! on. Not here: how a process is stopped.

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use http::Method;
use serde_json::{Value, json};

use super::answers::{Execution, Job, Stop, field, is_over, text};
use super::client::{Client, in_url};
use super::instances::{missing, tell_missing};
use super::run::interrupt::Interrupts;
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure, clean, ids, jobs, nodes};

/// Between two looks at how far it is. The proof comes from the nodes; this only tells of it.
const LOOK: Duration = Duration::from_millis(300);

#[derive(Args)]
pub(super) struct StopArgs {
    /// For the others, e.g. "wrong tag in the nightly update"
    #[arg(long, default_value = "")]
    reason: String,
    /// Only this job
    #[arg(long, value_name = "ID", conflicts_with_all = ["node", "execution", "reason"])]
    job: Option<String>,
    /// Only what runs on this node
    #[arg(long, value_name = "NAME", conflicts_with_all = ["execution", "reason"])]
    node: Option<String>,
    /// Only this execution
    #[arg(long, value_name = "ID", conflicts_with = "reason")]
    execution: Option<String>,
}

/// What is looked at again and again, until nothing of it is under way.
enum Look {
    Fleet,
    /// Its id, and what was seen to run on it.
    Node(String, HashSet<String>),
    Job(String),
    Execution(String),
}

/// How far it is.
struct Standing {
    tally: String,
    is_settled: bool,
    is_proved: bool,
    raw: Value,
}

impl StopArgs {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        wait(async {
            // Ctrl-C from here on ends the waiting, not the stop.
            let interrupts = Interrupts::listen()?;
            let (look, first) = self.order(&client, settings.screen()).await?;
            settle(&client, settings, look, first, interrupts).await
        })
    }

    async fn order(
        &self,
        client: &Client,
        screen: Screen,
    ) -> Result<(Look, Option<Standing>), Failure> {
        if let Some(typed) = &self.job {
            let id = jobs::find(client, typed).await?;
            let path = format!("/api/v1/jobs/{id}/cancel");
            client.post(&path, &json!({})).await?;
            return Ok((Look::Job(id), None));
        }
        if let Some(name) = &self.node {
            let (node, _) = nodes::find(client, name).await?;
            let mut seen = HashSet::new();
            of_node(client, &node.node_id, &mut seen).await?;
            let path = format!("/api/v1/nodes/{}/stop", in_url(&node.node_id));
            let answer = client.post(&path, &json!({})).await?;
            tell_missing(&screen, &answer, "what it runs there may go on");
            return Ok((Look::Node(node.node_id, seen), None));
        }
        if let Some(typed) = &self.execution {
            let id = find_execution(client, typed).await?;
            let path = format!("/api/v1/executions/{id}/cancel");
            client.post(&path, &json!({})).await?;
            return Ok((Look::Execution(id), None));
        }
        let body = json!({"reason": self.reason});
        let answer = client.post("/api/v1/stop", &body).await?;
        Ok((Look::Fleet, Some(of_stop(&answer)?)))
    }
}

/// Tells the tally until everything is proved, or nobody can prove it.
async fn settle(
    client: &Client,
    settings: &Settings,
    mut look: Look,
    first: Option<Standing>,
    mut interrupts: Interrupts,
) -> Ended {
    let screen = settings.screen();
    let mut told = String::new();
    let mut standing = match first {
        Some(first) => first,
        None => look.now(client).await?,
    };
    loop {
        if standing.tally != told && !settings.json {
            screen.note(&standing.tally);
            told.clone_from(&standing.tally);
        }
        if standing.is_settled {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = interrupts.next() => {
                screen.note("it goes on being stopped without us");
                return Ok(Exit::INTERRUPTED);
            }
        }
        standing = look.now(client).await?;
    }
    if settings.json {
        screen.json(&standing.raw)?;
    } else {
        tell_hold(&screen, &standing);
    }
    Ok(if standing.is_proved {
        Exit::OK
    } else {
        Exit::UNKNOWN
    })
}

fn tell_hold(screen: &Screen, standing: &Standing) {
    let held = standing.raw.get("held").and_then(Value::as_bool);
    if held == Some(true) {
        screen.note("nothing new begins on the fleet until `nexus release`");
    }
}

impl Look {
    async fn now(&mut self, client: &Client) -> Result<Standing, Failure> {
        match self {
            Self::Fleet => of_stop(&client.get("/api/v1/stop").await?),
            Self::Job(id) => {
                let answer = client.get(&format!("/api/v1/jobs/{id}")).await?;
                let job: Job = field(&answer, "job")?;
                Ok(Standing {
                    tally: format!("{}: {}", job.state, job.counts.in_words()),
                    is_settled: job.is_over(),
                    is_proved: job.counts.unknown == 0,
                    raw: answer.get("job").cloned().unwrap_or_default(),
                })
            }
            Self::Execution(id) => {
                let answer = client.get(&format!("/api/v1/executions/{id}")).await?;
                let execution: Execution = field(&answer, "execution")?;
                Ok(Standing {
                    tally: format!("{} on {}", execution.state, execution.node_name),
                    is_settled: is_over(&execution.state),
                    is_proved: execution.state != "unknown",
                    raw: answer.get("execution").cloned().unwrap_or_default(),
                })
            }
            Self::Node(id, seen) => of_node(client, id, seen).await,
        }
    }
}

/// A node has no tally of its own: what was seen to run on it is looked at.
async fn of_node(
    client: &Client,
    id: &str,
    seen: &mut HashSet<String>,
) -> Result<Standing, Failure> {
    let path = format!("/api/v1/executions?limit=1000&node_id={}", in_url(id));
    let answer = client.get(&path).await?;
    let executions: Vec<Execution> = field(&answer, "executions")?;
    let live = executions.iter().filter(|one| !is_over(&one.state));
    seen.extend(live.map(|one| one.id.clone()));
    let mut left = 0;
    let mut stop = Stop::default();
    for one in executions.iter().filter(|one| seen.contains(&one.id)) {
        match one.state.as_str() {
            "unknown" => stop.unknown += 1,
            state if is_over(state) => stop.proved += 1,
            _ => left += 1,
        }
    }
    stop.stopping = left;
    Ok(Standing {
        tally: in_words(&stop),
        is_settled: left == 0,
        is_proved: stop.unknown == 0,
        raw: json!({"stopping": left, "proved": stop.proved, "unknown": stop.unknown}),
    })
}

fn of_stop(answer: &Value) -> Result<Standing, Failure> {
    let stop: Stop = field(answer, "stop")?;
    let silent = missing(answer, "what it runs may go on");
    let mut tally = vec![in_words(&stop)];
    tally.extend(silent.iter().cloned());
    Ok(Standing {
        tally: tally.join("; "),
        is_settled: stop.stopping == 0,
        is_proved: stop.unknown + stop.cannot == 0 && silent.is_empty(),
        raw: answer.get("stop").cloned().unwrap_or_default(),
    })
}

/// e.g. `stopping 5, 20 proved to be stopped, 3 never sent`.
fn in_words(stop: &Stop) -> String {
    let parts = [
        (stop.stopping, "still stopping"),
        (stop.proved, "proved to be stopped"),
        (stop.never_sent, "never sent"),
        (
            stop.unknown,
            "unknown: nobody can prove what became of them",
        ),
        (stop.cannot, "cannot be stopped: their nodes know no stop"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        "nothing was running".to_owned()
    } else {
        parts.join(", ")
    }
}

async fn find_execution(client: &Client, typed: &str) -> Result<String, Failure> {
    if let Some(id) = ids::whole(typed) {
        return Ok(id);
    }
    ids::check(typed)?;
    let answer = client.get("/api/v1/executions?limit=1000").await?;
    let executions: Vec<Value> = field(&answer, "executions")?;
    let all = executions.iter().map(|one| text(one, "id"));
    ids::find(typed, all, "execution")
}

/// `nexus release`.
pub(super) fn release(settings: &Settings) -> Ended {
    let client = settings.client()?;
    let answer = wait(async { Ok(client.ask(Method::DELETE, "/api/v1/stop", None).await?) })?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let stop: Stop = field(&answer, "stop").unwrap_or_default();
    let by = stop.by.filter(|_| stop.held).unwrap_or_default();
    if stop.held {
        let by = clean::line(&by);
        return Err(Failure::failed(format!(
            "the fleet is still stopped by {by}"
        )));
    }
    screen.note("the fleet goes on");
    Ok(Exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_proved_is_told_as_proved() {
        let standing = |stop: Value| of_stop(&json!({"stop": stop})).unwrap();
        let proved = standing(json!({"held": true, "proved": 2, "never_sent": 1}));
        assert!(proved.is_settled && proved.is_proved);
        assert_eq!(proved.tally, "2 proved to be stopped, 1 never sent");
        let open = standing(json!({"held": true, "stopping": 1}));
        assert!(!open.is_settled);
        for word in ["unknown", "cannot"] {
            let unproved = standing(json!({"held": true, "proved": 2, word: 1}));
            assert!(unproved.is_settled && !unproved.is_proved, "{word}");
        }
        assert_eq!(standing(json!({})).tally, "nothing was running");
        let silent = json!({"stop": {}, "missing": [{"name": "other", "why": "it is not there"}]});
        let open = of_stop(&silent).unwrap();
        assert!(open.is_settled && !open.is_proved);
        assert!(
            open.tally.contains("\"other\" did not answer"),
            "{}",
            open.tally
        );
    }
}
