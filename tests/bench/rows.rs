//! The results: a table for people, JSON for programs.

use std::time::Duration;

use serde_json::{Value, json};

/// Latencies of one load, sorted, and what it took.
pub(crate) struct Load {
    pub(crate) span: Duration,
    pub(crate) micros: Vec<u32>,
    /// CPU of the server for each, microseconds, if it was measured.
    pub(crate) cpu_us: Option<f64>,
}

impl Load {
    pub(crate) fn new(span: Duration, mut micros: Vec<u32>, cpu_us: Option<f64>) -> Self {
        micros.sort_unstable();
        Self {
            span,
            micros,
            cpu_us,
        }
    }

    pub(crate) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.micros.len()).unwrap()) / self.span.as_secs_f64()
    }

    pub(crate) fn percentile(&self, percent: usize) -> u32 {
        self.micros
            .get(self.micros.len().saturating_sub(1) * percent / 100)
            .copied()
            .unwrap_or_default()
    }
}

#[derive(Default)]
pub(crate) struct Rows {
    lines: Vec<String>,
    json: Vec<Value>,
}

impl Rows {
    pub(crate) fn rate(&mut self, what: &str, load: &Load, floor: Option<&Load>) {
        let (rate, p50, p99) = (load.rate(), load.percentile(50), load.percentile(99));
        let share = floor.map(|floor| rate / floor.rate());
        let beside = share
            .map(|share| format!("{share:.2} of its floor"))
            .unwrap_or_default();
        let cpu = load
            .cpu_us
            .map(|cpu| format!("{cpu:.1} us CPU each"))
            .unwrap_or_default();
        self.line(format!(
            "{what:<52} {rate:>9.0}/s  p50 {p50:>6} us  p99 {p99:>6} us  {cpu} {beside}"
        ));
        self.json.push(json!({"what": what, "per_second": rate, "p50_us": p50, "p99_us": p99, "cpu_us": load.cpu_us, "of_floor": share}));
    }

    pub(crate) fn figure(&mut self, what: &str, value: f64, unit: &str) {
        self.line(format!("{what:<52} {value:>9.2} {unit}"));
        self.json
            .push(json!({"what": what, "value": value, "unit": unit}));
    }

    fn line(&mut self, line: String) {
        eprintln!("{line}");
        self.lines.push(line);
    }

    pub(crate) fn print(&self) {
        println!("{}", json!({"machine": machine(), "rows": self.json}));
    }
}

fn machine() -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("?")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({"processor": model, "cores": cores, "system": std::env::consts::OS})
}
