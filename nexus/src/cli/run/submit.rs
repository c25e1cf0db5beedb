//! From an expression to an accepted job: which nodes are meant, whether a person agrees with that, and the ask itself.
//! Not here: following it.

use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::interrupt::Interrupts;
use crate::cli::answers::{Job, Resolved, field, nodes, text};
use crate::cli::client::{AskError, Client};
use crate::cli::screen::Screen;
use crate::cli::{Exit, Failure};

/// How often somebody at a terminal is asked again, when the nodes change meanwhile.
const ASKED: u32 = 3;
/// Before an ask that got no answer is sent again.
const AGAIN: Duration = Duration::from_secs(1);
/// Most nodes that are told with the reason why they cannot do it.
const TOLD: usize = 5;

/// What is wanted.
pub(super) struct Wanted<'a> {
    pub(super) target: &'a str,
    pub(super) call: &'a Call,
    /// What was said of how to go about it.
    pub(super) body: Map<String, Value>,
    /// The count that was typed on the command line.
    pub(super) yes: Option<u32>,
    pub(super) any: Option<u32>,
    pub(super) waits: bool,
}

/// What was accepted.
pub(super) struct Accepted {
    pub(super) job: Job,
    pub(super) raw: Value,
    pub(super) names: Vec<String>,
    /// Ctrl-C since the ask was sent.
    pub(super) interrupts: Interrupts,
    pub(super) is_duplicate: bool,
}

impl Wanted<'_> {
    /// Resolves, asks whoever is there, and submits.
    pub(super) async fn submit(
        &self,
        client: &Client,
        screen: &Screen,
    ) -> Result<Accepted, Failure> {
        // The id is ours, so that asking twice is noticed.
        let id = Uuid::new_v4();
        let mut asked = 0;
        let mut heard = None;
        loop {
            let resolved = self.resolve(client).await?;
            self.tell(screen, &resolved);
            let mut typed = self.yes;
            // On any so many of them it reaches no more than those.
            let reached = self.any.unwrap_or(resolved.count);
            if resolved.confirm && reached > 1 && typed.is_none() {
                let what = format!("{:?}", self.call.in_words());
                typed = Some(confirm(screen, &what, reached).await?);
            }
            let mut body = self.body.clone();
            body.insert("id".to_owned(), json!(id));
            body.insert("target".to_owned(), json!(self.target));
            body.insert("targets_sha256".to_owned(), json!(resolved.targets_sha256));
            body.insert("confirm_count".to_owned(), json!(typed));
            body.insert("skill_name".to_owned(), json!(self.call.skill));
            body.insert("method_name".to_owned(), json!(self.call.method));
            body.insert("parameters".to_owned(), self.call.parameters.clone());
            // From here on a job may have begun, and Ctrl-C has to stop it.
            let interrupts = match heard.take() {
                Some(interrupts) => interrupts,
                None => Interrupts::listen()?,
            };
            match send(client, &Value::Object(body)).await {
                Ok(answer) => return accepted(&answer, &resolved, interrupts),
                Err(AskError::Refused(refused))
                    if refused.code == "targets_changed" && asked < ASKED && screen.asks() =>
                {
                    asked += 1;
                    heard = Some(interrupts);
                    screen.note("meanwhile other nodes are meant:");
                }
                Err(AskError::Silent(why)) => {
                    return Err(Failure {
                        exit: Exit::UNREACHABLE,
                        said: vec![
                            why,
                            format!(
                                "whether the job was accepted is not known; `nexus jobs show {id}` tells it later"
                            ),
                        ],
                    });
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn resolve(&self, client: &Client) -> Result<Resolved, Failure> {
        let ask = json!({"target": self.target, "skill_name": self.call.skill, "method_name": self.call.method});
        let answer = client.post("/api/v1/targets/resolve", &ask).await?;
        field(&json!({"resolved": answer}), "resolved")
    }

    /// What is meant, before anything is done. Of one node there is nothing to tell.
    fn tell(&self, screen: &Screen, resolved: &Resolved) {
        if resolved.count > 1 {
            screen.note(&in_words(resolved, self.any, self.waits));
        }
        let refused = resolved.nodes.iter().filter_map(|node| {
            let why = node.refused.as_deref()?;
            (node.state != "offline").then(|| format!("  {} cannot: {why}", node.node_name))
        });
        let refused: Vec<_> = refused.collect();
        for line in refused.iter().take(TOLD) {
            screen.note(line);
        }
        if refused.len() > TOLD {
            screen.note(&format!("  and {} more cannot", refused.len() - TOLD));
        }
    }
}

/// Whoever may destroy something on several nodes says on how many.
pub(in crate::cli) async fn confirm(
    screen: &Screen,
    what: &str,
    count: u32,
) -> Result<u32, Failure> {
    let all = nodes(count);
    if !screen.asks() {
        return Err(Failure::new(
            Exit::REFUSED,
            format!(
                "this may destroy something on {all}: say that you mean so many with --yes {count}"
            ),
        ));
    }
    let answer = screen
        .ask(&format!("type {count} to run {what} on {all}:"))
        .await;
    match answer.parse() {
        Ok(typed) if typed == count => Ok(typed),
        _ => Err(Failure::new(Exit::REFUSED, "nothing was run")),
    }
}

/// An ask that is sent once more with a yes, when the Nexus wants one and somebody gives it.
pub(in crate::cli) async fn confirmed(
    client: &Client,
    screen: &Screen,
    path: &str,
    mut body: Value,
    yes: bool,
) -> Result<Value, Failure> {
    let say_yes = |body: &mut Value| {
        if let Value::Object(fields) = body {
            fields.insert("confirm_destructive".to_owned(), json!(true));
        }
    };
    if yes {
        say_yes(&mut body);
    }
    match client.post(path, &body).await {
        Err(AskError::Refused(refused)) if refused.wants_yes() && !yes => {
            if !screen.asks() {
                let mut failure = Failure::from(AskError::Refused(refused));
                failure.exit = Exit::REFUSED;
                failure.said.push("here that is --yes".to_owned());
                return Err(failure);
            }
            let answer = screen.ask("this may destroy something; type yes if you mean it:");
            if answer.await != "yes" {
                return Err(Failure::new(Exit::REFUSED, "nothing was done"));
            }
            say_yes(&mut body);
            Ok(client.post(path, &body).await?)
        }
        answered => Ok(answered?),
    }
}

/// e.g. `29 nodes (27 online, 2 offline are skipped)`.
fn in_words(resolved: &Resolved, any: Option<u32>, waits: bool) -> String {
    let all = nodes(resolved.count);
    let meant = match any {
        Some(any) => format!("any {any} of {all}"),
        None => all,
    };
    let becomes = match (resolved.offline, waits) {
        (0, _) => return format!("{meant} (all online)"),
        (1, false) => "is skipped",
        (_, false) => "are skipped",
        (1, true) => "is waited for",
        (_, true) => "are waited for",
    };
    format!(
        "{meant} ({} online, {} offline {becomes})",
        resolved.online, resolved.offline
    )
}

/// The id makes it safe to ask again when no answer came.
async fn send(client: &Client, body: &Value) -> Result<Value, AskError> {
    match client.post("/api/v1/jobs", body).await {
        Err(AskError::Silent(_)) => {
            tokio::time::sleep(AGAIN).await;
            client.post("/api/v1/jobs", body).await
        }
        answered => answered,
    }
}

fn accepted(
    answer: &Value,
    resolved: &Resolved,
    interrupts: Interrupts,
) -> Result<Accepted, Failure> {
    let job: Job = field(answer, "job")?;
    let names = resolved.nodes.iter().map(|node| node.node_name.clone());
    Ok(Accepted {
        job,
        raw: answer.clone(),
        names: names.collect(),
        interrupts,
        is_duplicate: answer.get("duplicate").and_then(Value::as_bool) == Some(true),
    })
}

/// Refuses while the fleet is stopped, so that nothing begins by surprise when it is released.
pub(super) async fn check_hold(client: &Client) -> Result<(), Failure> {
    // Who may not see STOP hears of it from the ask itself.
    let Ok(answer) = client.get("/api/v1/stop").await else {
        return Ok(());
    };
    let stop = answer.get("stop").cloned().unwrap_or_default();
    if stop.get("held").and_then(Value::as_bool) != Some(true) {
        return Ok(());
    }
    let (by, reason) = (text(&stop, "by"), text(&stop, "reason"));
    let why = if reason.is_empty() {
        String::new()
    } else {
        format!(" ({reason})")
    };
    Err(Failure::new(
        Exit::REFUSED,
        format!(
            "the fleet is stopped by {by}{why}; `nexus release` lets it go on, --detach queues the job until then"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_told_in_words() {
        let resolved = |count, offline| Resolved {
            count,
            online: count - offline,
            offline,
            ..Resolved::default()
        };
        for (resolved, any, waits, words) in [
            (
                resolved(29, 2),
                None,
                false,
                "29 nodes (27 online, 2 offline are skipped)",
            ),
            (
                resolved(29, 1),
                None,
                false,
                "29 nodes (28 online, 1 offline is skipped)",
            ),
            (
                resolved(29, 2),
                None,
                true,
                "29 nodes (27 online, 2 offline are waited for)",
            ),
            (resolved(3, 0), None, false, "3 nodes (all online)"),
            (
                resolved(3, 0),
                Some(1),
                false,
                "any 1 of 3 nodes (all online)",
            ),
        ] {
            assert_eq!(in_words(&resolved, any, waits), words);
        }
    }
}
