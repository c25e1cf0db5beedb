//! Follows a job to its end: shows its output, tells what goes wrong, asks at gates, and on Ctrl-C stops it and waits for the
//! proof. Not here: starting it, and the summary at the end.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::interrupt::Interrupts;
use super::printer::Printer;
use crate::cli::Failure;
use crate::cli::answers::{Counts, Job, Output, Target, field};
use crate::cli::client::{AskError, Client, Lines};
use crate::cli::screen::Screen;

/// After so long without a line the Nexus is asked whether it still goes on.
const SILENCE: Duration = Duration::from_secs(20);
/// What is still on its way when a job is over gets so long.
const REST: Duration = Duration::from_secs(5);
/// How often in a row a broken stream is begun again, and the wait before.
const AGAIN: (u32, Duration) = (5, Duration::from_secs(1));

/// See the module.
pub(in crate::cli) struct Watch<'a> {
    pub(in crate::cli) client: &'a Client,
    pub(in crate::cli) screen: Screen,
    pub(in crate::cli) printer: Printer,
    pub(in crate::cli) interrupts: Interrupts,
    /// Print the lines of the stream instead of what they mean.
    pub(in crate::cli) json: bool,
    /// Tell of each target that does not do well.
    pub(in crate::cli) tells: bool,
    /// Ctrl-C stops the job. Otherwise it only ends the watching.
    pub(in crate::cli) stops: bool,
    /// Stay while the job is paused, whoever may go on with it.
    pub(in crate::cli) waits: bool,
    /// Numbers of the pieces that were shown, of each execution, so that none is shown twice.
    shown: HashMap<String, u64>,
    job: Job,
    is_stopping: bool,
    told_held: bool,
    failed_in_a_row: u32,
}

/// How the watching ended.
#[derive(Debug)]
pub(in crate::cli) enum End {
    /// The job is over; whether we stopped it.
    Over(Job, bool),
    /// It waits for somebody to say go on.
    Paused(Job),
    /// It is left to itself.
    Left,
}

enum Heard {
    Line(Value),
    /// The stream ended or broke.
    Ended,
    Silence,
    Interrupt,
}

impl<'a> Watch<'a> {
    /// Of this job, as it was last known.
    pub(in crate::cli) fn new(
        client: &'a Client,
        screen: Screen,
        printer: Printer,
        interrupts: Interrupts,
        job: Job,
    ) -> Self {
        Self {
            client,
            screen,
            printer,
            interrupts,
            json: false,
            tells: true,
            stops: true,
            waits: false,
            shown: HashMap::new(),
            job,
            is_stopping: false,
            told_held: false,
            failed_in_a_row: 0,
        }
    }

    /// Until it is over, or left.
    pub(in crate::cli) async fn run(&mut self) -> Result<End, Failure> {
        let path = format!("/api/v1/jobs/{}/follow", self.job.id);
        let followed = self.client.follow(&path).await;
        let mut lines = followed.map_err(|error| self.lost(error))?;
        loop {
            match self.hear(&mut lines).await? {
                Heard::Line(line) => {
                    self.failed_in_a_row = 0;
                    if let Some(end) = self.line(&line).await? {
                        return Ok(end);
                    }
                }
                Heard::Interrupt if self.is_stopping || !self.stops => return Ok(End::Left),
                Heard::Interrupt => self.stop().await,
                Heard::Silence | Heard::Ended if self.job.is_over() => return self.over(),
                Heard::Silence => self.look().await?,
                Heard::Ended => {
                    self.look().await?;
                    if self.job.is_over() {
                        return self.over();
                    }
                    lines = self.again(&path).await?;
                }
            }
        }
    }

    async fn hear(&mut self, lines: &mut Lines) -> Result<Heard, Failure> {
        let patience = if self.job.is_over() { REST } else { SILENCE };
        tokio::select! {
            // Who presses Ctrl-C is heard before a flood of output.
            biased;
            () = self.interrupts.next() => Ok(Heard::Interrupt),
            heard = timeout(patience, lines.next()) => match heard {
                Err(_) => Ok(Heard::Silence),
                Ok(Ok(Some(line))) => Ok(Heard::Line(line)),
                Ok(Ok(None) | Err(AskError::Silent(_))) => Ok(Heard::Ended),
                Ok(Err(error)) => Err(error.into()),
            },
        }
    }

    async fn line(&mut self, line: &Value) -> Result<Option<End>, Failure> {
        if self.json {
            self.screen.json(line)?;
        }
        if line.get("output").is_some() {
            let output: Output = field(line, "output")?;
            self.output(&output)?;
        } else if line.get("target").is_some() {
            let target: Target = field(line, "target")?;
            self.target(&target);
        } else if line.get("job").is_some() {
            let job: Job = field(line, "job")?;
            return self.update(job).await;
        }
        Ok(None)
    }

    fn output(&mut self, output: &Output) -> Result<(), Failure> {
        if let Some(seq) = output.seq {
            let next = self.shown.entry(output.execution_id.clone()).or_default();
            if seq < *next {
                return Ok(());
            }
            *next = seq + 1;
        }
        if self.json {
            return Ok(());
        }
        self.printer.write(output)
    }

    /// Its last line may still be on its way.
    fn target(&self, target: &Target) {
        if self.tells && !self.json && tells_of(&target.state) {
            self.screen.note(&in_words(target));
        }
    }

    async fn update(&mut self, job: Job) -> Result<Option<End>, Failure> {
        let before = std::mem::replace(&mut self.job, job);
        if self.job.is_over() {
            return Ok(None);
        }
        if self.is_stopping {
            self.tell_stopping(before.counts);
            return Ok(None);
        }
        if self.job.held {
            if !self.told_held {
                self.told_held = true;
                self.screen
                    .note("the fleet is stopped (STOP): the job waits for its release");
            }
            // A script would wait for a person.
            let is_idle = self.job.counts.under_way() == 0;
            if is_idle && !self.waits && !self.screen.asks() {
                return Ok(Some(End::Paused(self.job.clone())));
            }
        }
        if self.job.wave != before.wave
            && let Some(wave) = &self.job.wave
            && self.tells
            && wave.current > 1
        {
            self.screen
                .note(&format!("wave {} of {}", wave.current, wave.of));
        }
        if self.job.state == "paused" && before.state != "paused" {
            return self.gate().await;
        }
        Ok(None)
    }

    /// It waits for somebody: perhaps for the one at this terminal.
    async fn gate(&mut self) -> Result<Option<End>, Failure> {
        let reason = self.job.reason.as_deref().unwrap_or("it waits");
        let counts = self.job.counts.in_words();
        self.screen.note(&format!("paused: {reason} ({counts})"));
        if self.waits {
            return Ok(None);
        }
        if !self.screen.asks() {
            return Ok(Some(End::Paused(self.job.clone())));
        }
        let question = "go on? [y]es, [n]ot now, [c]ancel:";
        let answer = tokio::select! {
            answer = self.screen.ask(question) => answer,
            () = self.interrupts.next() => "c".to_owned(),
        };
        match answer.to_lowercase().as_str() {
            "y" | "yes" => {
                let path = format!("/api/v1/jobs/{}/resume", self.job.id);
                self.client.post(&path, &json!({})).await?;
                Ok(None)
            }
            "c" | "cancel" => {
                self.stop().await;
                Ok(None)
            }
            _ => Ok(Some(End::Paused(self.job.clone()))),
        }
    }

    /// Asks for its end. The proof comes by the stream.
    async fn stop(&mut self) {
        let path = format!("/api/v1/jobs/{}/cancel", self.job.id);
        match self.client.post(&path, &json!({})).await {
            Ok(_) => {
                self.is_stopping = true;
                let what = match self.job.counts.under_way() {
                    0 => "cancelling it".to_owned(),
                    count => format!("stopping {count}… and waiting for the proof"),
                };
                self.screen
                    .note(&format!("{what}; Ctrl-C again leaves it alone"));
            }
            Err(error) => {
                let failure = Failure::from(error);
                for line in &failure.said {
                    self.screen.note(&format!("it cannot be stopped: {line}"));
                }
                // The second time means leaving, whatever came of the first.
                self.is_stopping = true;
            }
        }
    }

    fn tell_stopping(&self, before: Counts) {
        let left = self.job.counts.under_way();
        if left != before.under_way() && left > 0 {
            self.screen.note(&format!("stopping {left}…"));
        }
    }

    /// Asks how it stands, where the stream does not say.
    async fn look(&mut self) -> Result<(), Failure> {
        let path = format!("/api/v1/jobs/{}", self.job.id);
        match self.client.get(&path).await {
            Ok(answer) => self.job = field(&answer, "job")?,
            Err(AskError::Silent(_)) if self.failed_in_a_row < AGAIN.0 => {}
            Err(error) => return Err(self.lost(error)),
        }
        Ok(())
    }

    async fn again(&mut self, path: &str) -> Result<Lines, Failure> {
        loop {
            self.failed_in_a_row += 1;
            tokio::time::sleep(AGAIN.1).await;
            match self.client.follow(path).await {
                Ok(lines) => return Ok(lines),
                Err(AskError::Silent(_)) if self.failed_in_a_row < AGAIN.0 => {}
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    fn lost(&self, error: AskError) -> Failure {
        let mut failure = Failure::from(error);
        let id = &self.job.id;
        failure.said.push(format!(
            "the job goes on without us; `nexus jobs show {id}` tells how it stands"
        ));
        failure
    }

    fn over(&mut self) -> Result<End, Failure> {
        self.printer.end_all()?;
        Ok(End::Over(self.job.clone(), self.is_stopping))
    }
}

/// States that a person should hear of at once.
fn tells_of(state: &str) -> bool {
    matches!(
        state,
        "failed" | "timed_out" | "unknown" | "refused" | "expired"
    )
}

/// How a target ended, e.g. `web-1: failed: exit code 3`.
pub(in crate::cli) fn in_words(target: &Target) -> String {
    let name = if target.node_name.is_empty() {
        "no node"
    } else {
        &target.node_name
    };
    let state = target.state.replace('_', " ");
    match (target.exit_code, &target.error) {
        (Some(code), _) if target.state == "failed" => format!("{name}: failed: exit code {code}"),
        (_, Some(error)) => format!("{name}: {state}: {error}"),
        (_, None) => format!("{name}: {state}"),
    }
}
