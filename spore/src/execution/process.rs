//! A process of an execution, as a state machine that is written down:
//! spawning → running → lingering (exited, pipes still held) or stopping (TERM, grace, KILL) → exited.
//!
//! "Cancelled" and "timed out" are said only when no process of the tree is alive any more.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::Outcome;
use tokio::process::{Child, Command};
use tokio::time::{sleep, sleep_until, timeout};
use tracing::{debug, info, warn};

use super::output::Output;
use super::{End, Finding, Order, Report, Reports, environment};
use crate::confinement::{Confinement, Rule};
use crate::os::{self, Confines, Force, Reach};

/// How long a process may clean up after TERM.
const GRACE: Duration = Duration::from_secs(3);
/// How long pipes are waited for after the main process has exited.
const LINGER: Duration = Duration::from_millis(500);
/// How long what a command left running may clean up.
const LEFTOVER: Duration = Duration::from_secs(1);

/// What to start, checked and ready.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) program: OsString,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) directory: PathBuf,
    /// What the caller sets.
    pub(crate) environment: Vec<(String, String)>,
    /// Names of the spore's variables that it gets beyond the usual ones.
    pub(crate) inherit: Vec<String>,
    /// Where it gets a control group of its own, if it gets one.
    pub(crate) cgroups: Option<Arc<os::Cgroups>>,
    /// What holds it back, and the places that it may use; none without a policy.
    pub(crate) confinement: Option<(Arc<Confinement>, Vec<Rule>)>,
    pub(crate) input: Option<Vec<u8>>,
    pub(crate) limit: Duration,
    /// The rule that made the limit this short, if it was one.
    pub(crate) limit_rule: Option<&'static str>,
    pub(crate) max_output_bytes: usize,
}

/// Why a running process is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Asked,
    TimedOut,
}

enum Ran {
    Exited(std::io::Result<ExitStatus>),
    Stop(Cause),
}

struct Process {
    child: Child,
    tree: os::Tree,
    output: Output,
    limit: Duration,
    limit_rule: Option<&'static str>,
    deadline: Instant,
}

/// Runs a plan to its end and reports it.
pub(crate) async fn run(plan: Plan, order: Order, reports: Reports) {
    let began = Instant::now();
    let request_id = order.request_id.clone();
    let end = match spawn(plan, &order, &reports, began) {
        Ok(process) => {
            let pid = process.child.id();
            debug!(%request_id, pid, "running");
            // Nobody listens any more when the spore is ending.
            let _ = reports.send(Report::Started {
                request_id: request_id.clone(),
                pid,
            });
            process.run(&order).await
        }
        Err(error) => End::refused(error),
    };
    let _ = reports.send(Report::Ended {
        request_id,
        end: end.since(began),
    });
}

fn spawn(plan: Plan, order: &Order, reports: &Reports, began: Instant) -> Result<Process, String> {
    let mark = uuid::Uuid::new_v4().to_string();
    let mut command = Command::new(&plan.program);
    command
        .args(&plan.arguments)
        .current_dir(&plan.directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.stdin(if plan.input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let user = plan.confinement.as_ref();
    let user = user.and_then(|(confinement, _)| confinement.user());
    command
        .env_clear()
        .envs(environment::usual(&plan.inherit, user))
        .envs(plan.environment.iter().map(|(name, value)| (name, value)))
        .env("NEXUS_EXECUTION_ID", &order.request_id)
        .env(os::MARK, &mark);
    let (confines, group) = confines(&plan)?;
    os::detach(&mut command, confines);
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot start `{}`: {error}", plan.program.to_string_lossy()))?;
    // There is a number until the process was waited for, and nobody has done so yet.
    let pid = child
        .id()
        .ok_or_else(|| "the process has no number".to_owned())?;
    let tree = os::Tree::of(pid, &mark, group);
    let output = Output::of(
        &mut child,
        plan.input,
        plan.max_output_bytes,
        order,
        reports,
    );
    Ok(Process {
        child,
        tree,
        output,
        limit: plan.limit,
        limit_rule: plan.limit_rule,
        deadline: began + plan.limit,
    })
}

/// What is put on the process, and its control group.
fn confines(plan: &Plan) -> Result<(Confines, Option<os::Cgroup>), String> {
    let mut confines = Confines::default();
    let mut limits = None;
    if let Some((confinement, rules)) = &plan.confinement {
        confines = confinement.confines(Path::new(&plan.program), rules)?;
        limits = Some(confinement.limits());
    }
    let group = plan.cgroups.as_ref().map(|groups| groups.make(limits));
    let group = group.transpose();
    let group = group.map_err(|error| format!("cannot make a control group: {error}"))?;
    #[cfg(target_os = "linux")]
    if let Some(group) = &group {
        let door = group.door();
        confines.group =
            Some(door.map_err(|error| format!("cannot use a control group: {error}"))?);
    }
    Ok((confines, group))
}

impl Process {
    async fn run(mut self, order: &Order) -> End {
        let ran = self.running(order).await;
        let end = match ran {
            Ran::Exited(status) => {
                self.lingering(order).await;
                self.output.rest().await;
                exited(status)
            }
            Ran::Stop(cause) => {
                let status = self.stopping(order).await;
                self.output.rest().await;
                self.stopped(cause, status, order)
            }
        };
        self.tree.forget();
        if self.output.dropped() > 0 {
            info!(request_id = %order.request_id, bytes = self.output.dropped(), "output over the limit was dropped");
        }
        End {
            result: self.output.collected().map(Finding::Text),
            truncated: self.output.dropped() > 0,
            ..end
        }
    }

    async fn running(&mut self, order: &Order) -> Ran {
        let Self {
            child,
            output,
            deadline,
            ..
        } = self;
        output
            .during(async {
                tokio::select! {
                    biased;
                    status = child.wait() => Ran::Exited(status),
                    () = order.stop.cancelled() => Ran::Stop(Cause::Asked),
                    () = sleep_until((*deadline).into()) => Ran::Stop(Cause::TimedOut),
                }
            })
            .await
    }

    /// The main process has exited by itself. Its pipes get a moment; what it left in its session is ended.
    async fn lingering(&mut self, order: &Order) {
        tokio::select! {
            _ = timeout(LINGER, self.output.finish()) => {}
            () = order.stop.cancelled() => {}
        }
        if !self.tree.left_behind() {
            return;
        }
        info!(request_id = %order.request_id, "ending processes that the command left running");
        self.tree.signal(Force::Term, Reach::Session);
        self.gone(Reach::Session, LEFTOVER).await;
        self.kill(Reach::Session, order).await;
    }

    async fn stopping(&mut self, order: &Order) -> std::io::Result<ExitStatus> {
        debug!(request_id = %order.request_id, "stopping");
        self.tree.signal(Force::Term, Reach::Everything);
        self.gone(Reach::Everything, GRACE).await;
        self.kill(Reach::Everything, order).await;
        self.child.wait().await
    }

    /// Kills until nothing is alive. There is no limit: what cannot be ended is not reported as ended.
    async fn kill(&mut self, reach: Reach, order: &Order) {
        let began = Instant::now();
        let mut complained = false;
        while self.tree.alive(reach) {
            self.tree.signal(Force::Kill, reach);
            self.gone(reach, Duration::from_millis(500)).await;
            if !complained && began.elapsed() > GRACE {
                complained = true;
                warn!(request_id = %order.request_id, "processes survive SIGKILL (another user's, or stuck in the kernel)");
            }
        }
    }

    /// Waits until nothing within reach is alive, at most for `patience`. Output moves on meanwhile.
    async fn gone(&mut self, reach: Reach, patience: Duration) {
        let Self {
            child,
            tree,
            output,
            ..
        } = self;
        let gone = async {
            let mut pause = Duration::from_millis(5);
            while tree.alive(reach) {
                // Where only the group can be asked, its dead leader counts until it is collected.
                let _ = child.try_wait();
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(200));
            }
        };
        let _ = output.during(timeout(patience, gone)).await;
    }

    fn stopped(&self, cause: Cause, status: std::io::Result<ExitStatus>, order: &Order) -> End {
        let (outcome, error) = match cause {
            Cause::Asked => (Outcome::Cancelled, order.stop.why()),
            Cause::TimedOut => {
                let rule = self.limit_rule;
                let rule = rule.map_or_else(String::new, |rule| format!(" (rule `{rule}`)"));
                let seconds = self.limit.as_secs_f64();
                (
                    Outcome::TimedOut,
                    format!("timed out after {seconds} s{rule}"),
                )
            }
        };
        let status = status.ok();
        End {
            exit_code: status.and_then(|status| status.code()),
            signal: status.and_then(os::signal_of),
            ..End::with(outcome, Some(error))
        }
    }
}

fn exited(status: std::io::Result<ExitStatus>) -> End {
    let status = match status {
        Ok(status) if status.success() => {
            return End {
                exit_code: Some(0),
                ..End::succeeded(None, false)
            };
        }
        Ok(status) => status,
        Err(error) => {
            return End::failed(format!(
                "the end of the process could not be observed: {error}"
            ));
        }
    };
    let signal = os::signal_of(status);
    let error = match (&signal, status.code()) {
        (Some(signal), _) if signal == "SIGXCPU" => {
            "killed by SIGXCPU: its CPU time is used up (rule `limits.cpu_seconds`)".to_owned()
        }
        (Some(signal), _) if signal == "SIGXFSZ" => {
            "killed by SIGXFSZ: its file grew too large (rule `limits.file_size_mib`)".to_owned()
        }
        (Some(signal), _) => format!("killed by {signal}"),
        (None, Some(code)) => format!("exited with code {code}"),
        (None, None) => "ended without an exit code".to_owned(),
    };
    End {
        exit_code: status.code(),
        signal,
        ..End::failed(error)
    }
}
