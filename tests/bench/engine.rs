//! The engine under measurement: a NATS server of this run, and what it carried, used and kept.
//! Not here: what is measured.

use serde_json::Value;
use system_tests::free_port;
use system_tests::nats::Server;

use crate::child::{Resources, resources};

/// A server that can be asked what it carried.
pub(crate) struct Engine {
    pub(crate) server: Server,
    monitor: u16,
}

/// What it carried so far.
#[derive(Clone, Copy)]
pub(crate) struct Carried {
    pub(crate) bytes: f64,
    pub(crate) messages: f64,
}

impl Engine {
    /// On a free port, empty.
    pub(crate) fn start() -> Self {
        let monitor = free_port();
        let mut server = Server::prepared(&["-js", "-m", &monitor.to_string()]);
        server.run();
        Self { server, monitor }
    }

    /// In and out.
    pub(crate) async fn carried(&self) -> Carried {
        let url = format!("http://127.0.0.1:{}/varz", self.monitor);
        let told: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let sum = |what: &str| {
            ["in", "out"]
                .map(|way| told[format!("{way}_{what}")].as_f64().unwrap())
                .iter()
                .sum()
        };
        Carried {
            bytes: sum("bytes"),
            messages: sum("msgs"),
        }
    }

    /// What its process used so far.
    pub(crate) async fn used(&self) -> Resources {
        resources(self.server.pid().unwrap()).await
    }

    /// MiB of all files that it keeps.
    pub(crate) fn kept(&self) -> f64 {
        size(self.server.folder()) / 1024.0 / 1024.0
    }
}

fn size(folder: &std::path::Path) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => size(&entry.path()),
            Ok(about) => about.len() as f64,
            Err(_) => 0.0,
        })
        .sum()
}
