//! `nexus run`: runs something on nodes and stays until it is over. One node is like ssh; several are like many of them, with a
//! summary. Not here: each of the steps.

pub(super) mod call;
pub(super) mod interrupt;
pub(super) mod policy;
pub(super) mod printer;
pub(super) mod single;
pub(super) mod submit;
pub(super) mod summary;
pub(super) mod watch;

use clap::Args;
use serde_json::{Map, json};
use uuid::Uuid;

use call::CallArgs;
use policy::PolicyArgs;
use printer::{Choice, Look, Printer};
use submit::{Accepted, Wanted};
use watch::{End, Watch};

use super::answers::Job;
use super::client::Client;
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure};

#[derive(Args)]
pub(super) struct Run {
    /// Which nodes: a name, @group, or an expression, e.g. 'tag:gpu and not site=paris'
    target: String,
    #[command(flatten)]
    call: CallArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    look: LookArgs,
    /// The number of nodes, for what may destroy something on several of them
    #[arg(long, value_name = "N")]
    yes: Option<u32>,
    /// The same key is the same job: asking again follows the first one
    #[arg(long, value_name = "KEY")]
    dedupe: Option<String>,
    /// Come back with the approval that a rule wanted
    #[arg(long, value_name = "ID")]
    approval: Option<Uuid>,
    /// Only print the id of the job
    #[arg(long, short)]
    detach: bool,
}

#[derive(Args)]
#[command(next_help_heading = "How it looks")]
struct LookArgs {
    /// No names before the lines
    #[arg(long)]
    no_prefix: bool,
    /// Fold like outputs together at the end, instead of showing lines as they come
    #[arg(long)]
    group: bool,
    /// Leave in what controls a terminal
    #[arg(long)]
    raw: bool,
}

impl Run {
    /// What is to be run.
    pub(super) fn called(&self) -> Result<call::Call, Failure> {
        self.call.call()
    }

    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        let call = self.called()?;
        wait(async {
            let screen = settings.screen();
            if !self.detach {
                submit::check_hold(&client).await?;
            }
            let mut body = Map::new();
            self.policy.write(&mut body);
            body.insert("dedupe_key".to_owned(), json!(self.dedupe));
            body.insert("approval".to_owned(), json!(self.approval));
            let wanted = Wanted {
                target: &self.target,
                call: &call,
                body,
                yes: self.yes,
                any: self.policy.any(),
                waits: self.policy.waits(),
            };
            let accepted = wanted.submit(&client, &screen).await?;
            if self.detach {
                return detached(&screen, settings, &accepted);
            }
            self.follow(&client, settings, accepted).await
        })
    }

    async fn follow(&self, client: &Client, settings: &Settings, accepted: Accepted) -> Ended {
        let screen = settings.screen();
        if accepted.is_duplicate {
            screen.note(&format!(
                "it was asked for before: following job {}",
                accepted.job.id
            ));
        }
        let total = accepted.job.total;
        let look = if self.look.group && total > 1 {
            Look::Silent
        } else {
            summary::look(total, self.look.no_prefix)
        };
        let choice = Choice {
            raw: self.look.raw,
            ..Choice::default()
        };
        let names = accepted.names.iter().map(String::as_str);
        let printer = Printer::new(screen, look, choice, names);
        let mut watch = Watch::new(
            client,
            screen,
            printer,
            accepted.interrupts,
            accepted.job.clone(),
        );
        watch.json = settings.json;
        watch.tells = total > 1;
        match watch.run().await? {
            End::Left => {
                let id = &accepted.job.id;
                screen.note(&format!(
                    "job {id} goes on without us; `nexus jobs show {id}` tells how it stands"
                ));
                Ok(Exit::INTERRUPTED)
            }
            End::Paused(job) => Ok(paused(&screen, &job)),
            End::Over(job, stopped) => {
                let exit = self.over(client, &mut watch, &job).await?;
                Ok(if stopped && exit != Exit::UNKNOWN {
                    Exit::INTERRUPTED
                } else {
                    exit
                })
            }
        }
    }

    async fn over(&self, client: &Client, watch: &mut Watch<'_>, job: &Job) -> Ended {
        if job.total == 1 {
            return single::end(client, watch, job).await;
        }
        if watch.json {
            return Ok(job.counts.exit());
        }
        let groups = summary::groups(client, &job.id).await?;
        if self.look.group {
            summary::show(&watch.screen, &groups)?;
        } else {
            summary::show_late(&mut watch.printer, &groups)?;
        }
        let counts = job.counts;
        if counts.refused + counts.skipped + counts.expired > 0 {
            let targets = summary::targets(client, &job.id).await?;
            summary::tell_idle(&watch.screen, &targets);
        }
        summary::tell(&watch.screen, job, &groups);
        Ok(counts.exit())
    }
}

/// How to go on with a job that waits, and what the shell is told meanwhile.
pub(super) fn paused(screen: &Screen, job: &Job) -> Exit {
    let id = &job.id;
    let goes_on = if job.held {
        "nexus release".to_owned()
    } else {
        format!("nexus jobs resume {id}")
    };
    screen.note(&format!(
        "`{goes_on}` goes on with it, `nexus jobs cancel {id}` ends it"
    ));
    let counts = job.counts;
    if counts.unknown > 0 {
        Exit::UNKNOWN
    } else if counts.failed + counts.timed_out > 0 {
        Exit::FAILED
    } else {
        Exit::REFUSED
    }
}

fn detached(screen: &Screen, settings: &Settings, accepted: &Accepted) -> Result<Exit, Failure> {
    if settings.json {
        screen.json(&accepted.raw)?;
    } else {
        screen.say(&accepted.job.id)?;
    }
    Ok(Exit::OK)
}
