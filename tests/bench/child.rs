//! The other processes of a measurement: this program in another role, spoken to line by line.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use nexus::simulate::{self, Fleet};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio_util::sync::CancellationToken;

use crate::rows::Load;

/// The shared token of all benchmarks.
pub(crate) const TOKEN: &str = "a-token-for-benchmarks";

pub(crate) struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    greeting: Vec<String>,
}

/// What a process has used so far.
pub(crate) struct Resources {
    pub(crate) cpu_s: f64,
    pub(crate) rss_kib: f64,
}

impl Child {
    /// Starts a server; it says where it listens and its token.
    pub(crate) async fn server(role: &str) -> Self {
        Self::start(&[role]).await
    }

    /// Starts simulated spores; returns when all are connected.
    pub(crate) async fn fleet(address: SocketAddr, count: u32) -> Self {
        Self::fleet_of(&address.to_string(), count, 1).await
    }

    /// The same, another one for each seed.
    pub(crate) async fn fleet_of(address: &str, count: u32, seed: u64) -> Self {
        let mut spores = Self::begin_fleet(&[address.to_owned()], count, seed).await;
        spores.heard("connected").await;
        spores
    }

    /// Starts simulated spores, which try these doors in turn; they are not connected yet.
    pub(crate) async fn begin_fleet(doors: &[String], count: u32, seed: u64) -> Self {
        let (doors, count, seed) = (doors.join(","), count.to_string(), seed.to_string());
        Self::start(&["role-fleet", &doors, &count, &seed]).await
    }

    /// Waits until it says so.
    pub(crate) async fn heard(&mut self, what: &str) {
        let line = self.output.next_line().await.unwrap();
        assert_eq!(line.as_deref(), Some(what));
    }

    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let greeting = output.next_line().await.unwrap().expect("a greeting");
        let greeting = greeting.split(' ').map(str::to_owned).collect();
        Self {
            process,
            input,
            output,
            greeting,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.greeting[0].parse().unwrap()
    }

    pub(crate) fn token(&self) -> &str {
        &self.greeting[1]
    }

    /// Which instance of a swarm it is.
    pub(crate) fn id(&self) -> &str {
        &self.greeting[2]
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Asks it for a number.
    pub(crate) async fn number(&mut self, what: &str) -> u32 {
        self.input
            .write_all(format!("{what}\n").as_bytes())
            .await
            .unwrap();
        let line = self.output.next_line().await.unwrap().expect("an answer");
        line.parse().unwrap()
    }

    /// Has the child measure something itself: `verb at_once seconds`.
    pub(crate) async fn ask(&mut self, what: &str) -> Load {
        let before = self.resources().await;
        self.input
            .write_all(format!("{what}\n").as_bytes())
            .await
            .unwrap();
        let line = self.output.next_line().await.unwrap().expect("an answer");
        let after = self.resources().await;
        let mut numbers = line.split(' ').map(|number| number.parse::<u32>().unwrap());
        let span = Duration::from_micros(numbers.next().unwrap().into());
        let micros: Vec<_> = numbers.collect();
        let cpu =
            (after.cpu_s - before.cpu_s) * 1e6 / f64::from(u32::try_from(micros.len()).unwrap());
        Load::new(span, micros, Some(cpu))
    }

    pub(crate) async fn resources(&self) -> Resources {
        resources(self.process.id().unwrap()).await
    }
}

/// CPU time and resident memory of a process.
pub(crate) async fn resources(pid: u32) -> Resources {
    let stat = tokio::fs::read_to_string(format!("/proc/{pid}/stat"))
        .await
        .unwrap();
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    let status = tokio::fs::read_to_string(format!("/proc/{pid}/status"))
        .await
        .unwrap();
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    Resources {
        cpu_s: ticks / 100.0,
        rss_kib: rss.trim().trim_end_matches(" kB").parse().unwrap(),
    }
}

/// The role of the spores.
pub(crate) async fn fleet(address: &str, count: u32, seed: u64) {
    println!("connecting");
    let fleet = Fleet {
        spores: count,
        address: address.to_owned(),
        token: TOKEN.to_owned(),
        at_once: 128,
        seed,
        heartbeat: None,
    };
    let simulation = simulate::start(fleet, CancellationToken::new());
    simulation.all_connected().await;
    println!("connected");
    std::future::pending::<()>().await;
}

/// Runs `job` from `at_once` loops for `seconds` and prints how long all took and each.
pub(crate) async fn timed<F>(
    at_once: usize,
    seconds: u64,
    job: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) where
    F: Future<Output = ()> + Send,
{
    let started = std::time::Instant::now();
    let end = started + Duration::from_secs(seconds);
    let mut loops = tokio::task::JoinSet::new();
    for first in 0..at_once {
        let job = job.clone();
        loops.spawn(async move {
            let mut micros = Vec::new();
            for turn in first.. {
                let asked = std::time::Instant::now();
                if asked >= end {
                    break;
                }
                job(turn).await;
                micros.push(asked.elapsed().as_micros().to_string());
            }
            micros
        });
    }
    let micros = loops.join_all().await.concat();
    println!("{} {}", started.elapsed().as_micros(), micros.join(" "));
}
