//! Figures for Prometheus. Never a label for each node: a swarm has thousands. Not here: the route.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::fleet::{Entered, Figures};
use crate::model::{ExecutionInfo, ExecutionState};
use crate::sources::Counted;
use crate::state::State;
use crate::store::Store;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BySeverity {
    severity: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BySource {
    source: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BySourceOutcome {
    source: String,
    outcome: &'static str,
}

/// What came of telling others of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Posted {
    Delivered,
    Failed,
    /// Too much waited.
    Dropped,
}

impl Posted {
    fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// See the module.
pub(crate) struct Metrics {
    registry: Registry,
    nodes: Family<ByState, Gauge>,
    executions: Family<ByOutcome, Counter>,
    seconds: Histogram,
    latency: Histogram,
    queued: Gauge,
    running: Gauge,
    jobs: Gauge,
    job_executions: Gauge,
    held: Gauge,
    alerts: Family<BySeverity, Gauge>,
    alerts_muted: Gauge,
    dropped: Gauge,
    posted: Family<ByOutcome, Counter>,
    source_messages: Family<BySourceOutcome, Counter>,
    sources_connected: Family<BySource, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("nexus"),
            nodes: Family::default(),
            executions: Family::default(),
            seconds: Histogram::new(exponential_buckets(0.000_1, 4.0, 12)),
            latency: Histogram::new(exponential_buckets(0.000_1, 4.0, 10)),
            queued: Gauge::default(),
            running: Gauge::default(),
            jobs: Gauge::default(),
            job_executions: Gauge::default(),
            held: Gauge::default(),
            alerts: Family::default(),
            alerts_muted: Gauge::default(),
            dropped: Gauge::default(),
            posted: Family::default(),
            source_messages: Family::default(),
            sources_connected: Family::default(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("nodes", "Known nodes by state", self.nodes.clone());
        registry.register(
            "executions",
            "Ended executions by outcome",
            self.executions.clone(),
        );
        registry.register(
            "execution_duration_seconds",
            "As measured by the node",
            self.seconds.clone(),
        );
        registry.register(
            "dispatch_latency_seconds",
            "What the Nexus, its queues and the network add to an execution",
            self.latency.clone(),
        );
        registry.register(
            "queue_depth",
            "Executions waiting for room on their node",
            self.queued.clone(),
        );
        registry.register(
            "executions_running",
            "Executions under way on nodes",
            self.running.clone(),
        );
        registry.register("jobs", "Jobs that are not over", self.jobs.clone());
        registry.register(
            "job_executions_running",
            "Executions of jobs that are begun and not over",
            self.job_executions.clone(),
        );
        registry.register(
            "fleet_held",
            "1 while the fleet is stopped and nothing of jobs begins",
            self.held.clone(),
        );
        registry.register(
            "alerts_firing",
            "Alerts that fire and are not muted, by severity",
            self.alerts.clone(),
        );
        registry.register(
            "alerts_muted",
            "Alerts that fire and are muted",
            self.alerts_muted.clone(),
        );
        registry.register(
            "store_dropped_writes",
            "Records that were not kept",
            self.dropped.clone(),
        );
        registry.register(
            "alert_webhook_messages",
            "What came of telling others of alerts, by outcome",
            self.posted.clone(),
        );
        for outcome in [Posted::Delivered, Posted::Failed, Posted::Dropped] {
            self.posted(outcome, 0);
        }
        self.with_sources()
    }

    fn with_sources(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "source_messages",
            "Messages of brokers, by source and outcome",
            self.source_messages.clone(),
        );
        registry.register(
            "source_connected",
            "1 while the broker of a source answers",
            self.sources_connected.clone(),
        );
        self
    }

    /// With those of its swarm, if it is in one.
    pub(crate) fn of(entered: Option<&Entered>) -> Self {
        let metrics = Self::default();
        match entered {
            Some(entered) => metrics.with_fleet(&entered.engine.figures),
            None => metrics,
        }
    }

    fn with_fleet(mut self, figures: &Figures) -> Self {
        let fleet = self.registry.sub_registry_with_prefix("fleet");
        for (name, help, gauge) in [
            ("engine_up", "1 while the engine answers", &figures.up),
            ("instances_seen", "Other instances", &figures.seen),
            ("nodes_held", "Nodes whose sockets are here", &figures.held),
            (
                "nodes_reached",
                "Nodes at other instances that can be used from here",
                &figures.reached,
            ),
            (
                "audit_behind",
                "Entries of the audit logs of others that are not copied yet",
                &figures.audit_behind,
            ),
        ] {
            fleet.register(name, help, gauge.clone());
        }
        for (name, help, counter) in [
            (
                "frames_out",
                "Frames that other instances took",
                &figures.frames_out,
            ),
            (
                "frames_in",
                "Frames taken from other instances",
                &figures.frames_in,
            ),
            (
                "batches_broken",
                "Batches that another instance did not take; spores bring back what was in them",
                &figures.batches_broken,
            ),
            (
                "loads_asked",
                "How often other instances were asked how busy their nodes are, because somebody looked",
                &figures.loads_asked,
            ),
            (
                "facts_written",
                "Facts written for all instances",
                &figures.facts_written,
            ),
            (
                "letters_refused",
                "What came from the engine and was forged, moved or said again",
                &figures.refused,
            ),
            (
                "audit_copied",
                "Entries copied from the audit logs of other instances",
                &figures.audit_copied,
            ),
            (
                "audit_diverged",
                "How often the audit log of another instance was not what it had been",
                &figures.audit_diverged,
            ),
        ] {
            fleet.register(name, help, counter.clone());
        }
        self
    }

    /// Counts what came of telling others.
    pub(crate) fn posted(&self, outcome: Posted, count: u64) {
        let outcome = ByOutcome {
            outcome: outcome.word(),
        };
        self.posted.get_or_create(&outcome).inc_by(count);
    }

    /// Counts what came of messages of a broker.
    pub(crate) fn source_counted(&self, source: &str, counted: Counted, count: u64) {
        let labels = BySourceOutcome {
            source: source.to_owned(),
            outcome: counted.word(),
        };
        self.source_messages.get_or_create(&labels).inc_by(count);
    }

    /// Says whether a broker answers.
    pub(crate) fn source_is_connected(&self, source: &str, connected: bool) {
        let labels = BySource {
            source: source.to_owned(),
        };
        let connected = i64::from(connected);
        self.sources_connected.get_or_create(&labels).set(connected);
    }

    /// Counts an end.
    pub(crate) fn ended(&self, execution: &ExecutionInfo) {
        self.executions
            .get_or_create(&ByOutcome {
                outcome: execution.state.word(),
            })
            .inc();
        if matches!(
            execution.state,
            ExecutionState::Succeeded | ExecutionState::Failed
        ) {
            let (ran, took) = (
                execution.duration.unwrap_or_default(),
                execution.elapsed.unwrap_or_default(),
            );
            self.seconds.observe(ran.as_secs_f64());
            self.latency.observe(took.saturating_sub(ran).as_secs_f64());
        }
    }

    /// Reads the gauges now.
    pub(crate) fn refresh(&self, state: &State, store: &Store) {
        for (word, count) in ["online", "suspect", "offline"]
            .into_iter()
            .zip(state.phases())
        {
            self.nodes
                .get_or_create(&ByState { state: word })
                .set(whole(count));
        }
        let (queued, running) = state.depths();
        self.queued.set(whole(queued));
        self.running.set(whole(running));
        let (jobs, out) = state.job_depths();
        self.jobs.set(whole(jobs));
        self.job_executions.set(whole(out));
        let (firing, muted) = state.alert_counts();
        for (severity, count) in firing {
            let label = BySeverity {
                severity: severity.word(),
            };
            self.alerts.get_or_create(&label).set(whole(count));
        }
        self.alerts_muted.set(whole(muted));
        self.held.set(i64::from(state.is_held()));
        self.dropped
            .set(i64::try_from(store.dropped()).unwrap_or(i64::MAX));
    }

    /// The exposition, OpenMetrics 1.0 text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
