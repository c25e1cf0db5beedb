//! How many refusals are told one by one: ten a minute from one network, some hundreds from all. The others are counted, so
//! that guessing fills no disk. Memory is bounded too. Not here: what a refusal says.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::access::network;

/// How long refusals are counted together.
const WINDOW: Duration = Duration::from_secs(60);
/// Told one by one, of one network.
const EACH: u64 = 10;
/// Told one by one, of all together.
const ALL: u64 = 300;
/// Networks that are told apart.
const NETWORKS: usize = 1024;

/// See the module.
#[derive(Default)]
pub(super) struct Bound {
    networks: HashMap<IpAddr, Window>,
    /// Those that no place is left for.
    others: Window,
    all: Window,
}

#[derive(Default)]
struct Window {
    since: Duration,
    told: u64,
    counted: u64,
}

impl Bound {
    /// Whether this refusal is told by itself.
    pub(super) fn take(&mut self, from: IpAddr, now: Duration) -> bool {
        self.all.renew(now);
        let room = self.all.told < ALL;
        let network = network(from);
        let window = if self.networks.contains_key(&network) || self.networks.len() < NETWORKS {
            self.networks.entry(network).or_insert_with(|| Window {
                since: now,
                ..Window::default()
            })
        } else {
            &mut self.others
        };
        if room && window.told < EACH {
            window.told += 1;
            self.all.told += 1;
            true
        } else {
            window.counted += 1;
            false
        }
    }

    /// How many were only counted, by network; none for those that were not told apart. `all`: also of windows that are open.
    pub(super) fn settle(&mut self, now: Duration, all: bool) -> Vec<(Option<IpAddr>, u64)> {
        let over = |window: &Window| all || now.saturating_sub(window.since) >= WINDOW;
        let mut settled = Vec::new();
        self.networks.retain(|network, window| {
            let over = over(window);
            if over && window.counted > 0 {
                settled.push((Some(*network), window.counted));
            }
            !over
        });
        if over(&self.others) {
            if self.others.counted > 0 {
                settled.push((None, self.others.counted));
            }
            self.others = Window {
                since: now,
                ..Window::default()
            };
        }
        settled
    }
}

impl Window {
    fn renew(&mut self, now: Duration) {
        if now.saturating_sub(self.since) >= WINDOW {
            *self = Self {
                since: now,
                ..Self::default()
            };
        }
    }
}
