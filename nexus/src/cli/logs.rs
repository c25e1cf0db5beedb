//! `nexus logs`: what a job or one execution wrote, from its beginning, and on if wanted. Not here: how it is printed.

use clap::Args;
use serde_json::{Value, json};

use super::answers::{Execution, Job, Output, Target, field, text};
use super::client::{AskError, Client, in_url};
use super::run::interrupt::Interrupts;
use super::run::printer::{Choice, Look, Printer};
use super::run::watch::{End, Watch};
use super::run::{single, summary};
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure, ids, jobs};

/// Most hits that are asked for.
const HITS: u32 = 1000;

#[derive(Args)]
pub(super) struct Logs {
    /// Id of a job or of an execution, or the beginning of it
    id: String,
    /// Stay until it is over
    #[arg(long, short)]
    follow: bool,
    /// Only what this node wrote
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Only standard error
    #[arg(long, conflicts_with = "stdout")]
    stderr: bool,
    /// Only standard output
    #[arg(long)]
    stdout: bool,
    /// Bytes as they came: no names before the lines, nothing taken out
    #[arg(long)]
    raw: bool,
    /// Only lines with this text
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["follow", "raw"])]
    search: Option<String>,
}

enum Found {
    Job(Box<Job>),
    Execution(Box<Execution>),
}

impl Logs {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        wait(async {
            let screen = settings.screen();
            match find(&client, &self.id).await? {
                Found::Job(job) if self.search.is_some() => {
                    self.search_job(&client, settings, &job).await
                }
                Found::Execution(execution) if self.search.is_some() => {
                    self.search_execution(&client, settings, &execution).await
                }
                Found::Job(job) if self.follow && self.node.is_none() => {
                    self.follow_job(&client, settings, *job).await
                }
                Found::Job(job) => self.job(&client, settings, &job).await,
                Found::Execution(execution) if self.follow => {
                    let mut printer = self.printer(screen, Look::AsItComes, &[]);
                    self.follow_execution(&client, settings, &mut printer, &execution)
                        .await
                }
                Found::Execution(execution) => {
                    let mut printer = self.printer(screen, Look::AsItComes, &[]);
                    self.execution(&client, settings, &mut printer, &execution)
                        .await?;
                    Ok(Exit::OK)
                }
            }
        })
    }

    fn printer(&self, screen: Screen, look: Look, targets: &[Target]) -> Printer {
        let choice = Choice {
            no_stdout: self.stderr,
            no_stderr: self.stdout,
            raw: self.raw,
        };
        let names = targets.iter().map(|target| target.node_name.as_str());
        Printer::new(screen, look, choice, names)
    }

    /// Of a job all nodes, one after the other, or the one that is wanted.
    async fn job(&self, client: &Client, settings: &Settings, job: &Job) -> Ended {
        let screen = settings.screen();
        let mut targets = summary::targets(client, &job.id).await?;
        if let Some(node) = &self.node {
            targets.retain(|target| target.node_name == *node || target.node_id == *node);
            if targets.is_empty() {
                return Err(Failure::failed(format!("node {node:?} is not in this job")));
            }
        }
        let total = u32::try_from(targets.len()).unwrap_or(u32::MAX);
        let mut printer = self.printer(screen, summary::look(total, self.raw), &targets);
        for target in &targets {
            let Some(id) = &target.execution_id else {
                continue;
            };
            let answer = client.get(&format!("/api/v1/executions/{id}")).await?;
            let mut execution: Execution = field(&answer, "execution")?;
            execution.node_name.clone_from(&target.node_name);
            if self.follow {
                self.follow_execution(client, settings, &mut printer, &execution)
                    .await?;
            } else {
                self.execution(client, settings, &mut printer, &execution)
                    .await?;
            }
        }
        Ok(Exit::OK)
    }

    async fn execution(
        &self,
        client: &Client,
        settings: &Settings,
        printer: &mut Printer,
        execution: &Execution,
    ) -> Result<(), Failure> {
        let mut from = 0;
        loop {
            let page = page(client, &execution.id, from).await?;
            if page.is_empty() {
                break;
            }
            for output in page {
                // Without a number there is no going on from it.
                from = output.seq.map_or(u64::MAX, |seq| seq.saturating_add(1));
                self.show(settings, printer, &output.of(execution))?;
            }
            if from == u64::MAX {
                break;
            }
        }
        if !settings.json {
            single::show_result(printer, execution)?;
            printer.end(&execution.id)?;
        }
        Ok(())
    }

    fn show(
        &self,
        settings: &Settings,
        printer: &mut Printer,
        output: &Output,
    ) -> Result<(), Failure> {
        if !settings.json {
            return printer.write(output);
        }
        let bytes = output.bytes();
        let text = String::from_utf8_lossy(&bytes);
        let line = json!({"output": {"execution_id": output.execution_id, "node_name": output.node_name,
            "seq": output.seq, "stream": output.stream, "text": text}});
        settings.screen().json(&line)
    }

    async fn follow_execution(
        &self,
        client: &Client,
        settings: &Settings,
        printer: &mut Printer,
        execution: &Execution,
    ) -> Ended {
        let path = format!("/api/v1/executions/{}/follow", execution.id);
        let mut last = execution.clone();
        let mut lines = client.follow(&path).await?;
        while let Some(line) = lines.next().await? {
            if settings.json {
                settings.screen().json(&line)?;
            } else if line.get("output").is_some() {
                let output: Output = field(&line, "output")?;
                printer.write(&output.of(execution))?;
            }
            if line.get("execution").is_some() {
                last = field(&line, "execution")?;
                last.node_name.clone_from(&execution.node_name);
            }
        }
        if !settings.json {
            single::show_result(printer, &last)?;
            printer.end(&execution.id)?;
        }
        Ok(Exit::OK)
    }

    async fn follow_job(&self, client: &Client, settings: &Settings, job: Job) -> Ended {
        let screen = settings.screen();
        let targets = summary::targets(client, &job.id).await?;
        let look = summary::look(job.total, self.raw);
        let printer = self.printer(screen, look, &targets);
        let mut watch = Watch::new(client, screen, printer, Interrupts::listen()?, job);
        watch.json = settings.json;
        watch.stops = false;
        watch.waits = true;
        match watch.run().await? {
            End::Over(job, _) => {
                screen.note(&job.counts.in_words());
                Ok(Exit::OK)
            }
            End::Paused(_) => Ok(Exit::OK),
            End::Left => Ok(Exit::INTERRUPTED),
        }
    }

    async fn search_job(&self, client: &Client, settings: &Settings, job: &Job) -> Ended {
        let text_wanted = self.search.as_deref().unwrap_or_default();
        let path = format!(
            "/api/v1/jobs/{}/search?q={}&limit={HITS}",
            job.id,
            in_url(text_wanted)
        );
        let answer = client.get(&path).await?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&answer)?;
            return Ok(Exit::OK);
        }
        let hits: Vec<Value> = field(&answer, "hits")?;
        let mut shown = 0;
        for hit in &hits {
            let (name, stream) = (text(hit, "node_name"), text(hit, "stream"));
            let is_left_out = match &self.node {
                Some(node) => name != node && text(hit, "node_id") != node,
                None => false,
            };
            if is_left_out || self.leaves_out(stream) {
                continue;
            }
            shown += 1;
            let line = hit.get("line").and_then(Value::as_u64).unwrap_or_default();
            screen.say(&format!("{name}:{line}: {}", text(hit, "text")))?;
        }
        if answer.get("complete").and_then(Value::as_bool) == Some(false) {
            screen.note("there may be more: not everything was looked through");
        }
        Ok(found_any(shown))
    }

    async fn search_execution(
        &self,
        client: &Client,
        settings: &Settings,
        execution: &Execution,
    ) -> Ended {
        let wanted = self.search.as_deref().unwrap_or_default();
        let screen = settings.screen();
        let mut kept = [Vec::new(), Vec::new()];
        let mut from = 0;
        loop {
            let page = page(client, &execution.id, from).await?;
            let Some(last) = page.last().and_then(|output| output.seq) else {
                break;
            };
            from = last.saturating_add(1);
            for output in &page {
                let [out, err] = &mut kept;
                let side = if output.is_stderr() { err } else { out };
                side.extend(output.bytes());
            }
        }
        let mut shown = 0;
        for (stream, bytes) in ["stdout", "stderr"].iter().zip(&kept) {
            if self.leaves_out(stream) {
                continue;
            }
            let written = String::from_utf8_lossy(bytes);
            for (at, line) in written.lines().enumerate() {
                if line.contains(wanted) {
                    shown += 1;
                    if settings.json {
                        screen.json(&json!({"stream": stream, "line": at + 1, "text": line}))?;
                    } else {
                        screen.say(&format!("{}: {line}", at + 1))?;
                    }
                }
            }
        }
        Ok(found_any(shown))
    }

    fn leaves_out(&self, stream: &str) -> bool {
        (self.stdout && stream == "stderr") || (self.stderr && stream == "stdout")
    }
}

/// As of other programs that look for text.
fn found_any(count: usize) -> Exit {
    if count == 0 { Exit::FAILED } else { Exit::OK }
}

/// Some of what an execution wrote.
async fn page(client: &Client, id: &str, from: u64) -> Result<Vec<Output>, Failure> {
    let path = format!("/api/v1/executions/{id}/output?from={from}");
    let answer = client.get(&path).await?;
    field(&answer, "chunks")
}

/// A job or an execution of this id.
async fn find(client: &Client, typed: &str) -> Result<Found, Failure> {
    let id = match ids::whole(typed) {
        Some(id) => id,
        None => {
            ids::check(typed)?;
            let answer = client.get("/api/v1/executions?limit=1000").await?;
            let executions: Vec<Value> = field(&answer, "executions")?;
            let jobs = jobs::listed(client).await?;
            let all = jobs.iter().chain(&executions);
            ids::find(typed, all.map(|one| text(one, "id")), "job or execution")?
        }
    };
    match client.get(&format!("/api/v1/jobs/{id}")).await {
        Ok(answer) => return Ok(Found::Job(Box::new(field(&answer, "job")?))),
        // It may be an execution, though an instance is away that might know of a job.
        Err(AskError::Refused(refused))
            if ["not_found", "instance_away"].contains(&refused.code.as_str()) => {}
        Err(error) => return Err(error.into()),
    }
    let answer = client.get(&format!("/api/v1/executions/{id}")).await?;
    Ok(Found::Execution(Box::new(field(&answer, "execution")?)))
}
