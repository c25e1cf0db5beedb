//! How often an address may fail, and how often a machine may try to join. Memory is bounded: beyond so many
//! addresses, newcomers share one allowance. Not here: requests of a token, see [`super::Pass`].

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Most addresses that are told apart.
const ADDRESSES: usize = 4096;
const FAILURES: NonZeroU32 = count(10);
const JOINS: NonZeroU32 = count(20);
const JOINS_FROM_HERE: NonZeroU32 = count(600);

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// See the module.
pub struct Limits {
    failures: PerAddress,
    joins: PerAddress,
    joins_from_here: DefaultDirectRateLimiter,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failures: PerAddress::new(Quota::per_minute(FAILURES)),
            joins: PerAddress::new(Quota::per_minute(JOINS)),
            joins_from_here: RateLimiter::direct(Quota::per_minute(JOINS_FROM_HERE)),
        }
    }
}

impl Limits {
    /// A wrong token came from there. An error says when the next one is listened to.
    pub fn failed_attempt(&self, from: IpAddr) -> Result<(), Duration> {
        self.failures.take(from)
    }

    /// A machine without a known key is at the door. An error says when the next one may knock.
    pub fn join_attempt(&self, from: IpAddr) -> Result<(), Duration> {
        if from.to_canonical().is_loopback() {
            self.joins_from_here
                .check()
                .map_err(|early| early.wait_time_from(DefaultClock::default().now()))
        } else {
            self.joins.take(from)
        }
    }
}

struct PerAddress {
    each: DefaultKeyedRateLimiter<IpAddr>,
    others: DefaultDirectRateLimiter,
}

impl PerAddress {
    fn new(quota: Quota) -> Self {
        Self {
            each: RateLimiter::keyed(quota),
            others: RateLimiter::direct(quota),
        }
    }

    fn take(&self, from: IpAddr) -> Result<(), Duration> {
        if self.each.len() >= ADDRESSES {
            self.each.retain_recent();
        }
        let now = || DefaultClock::default().now();
        if self.each.len() >= ADDRESSES {
            return self
                .others
                .check()
                .map_err(|early| early.wait_time_from(now()));
        }
        self.each
            .check_key(&network(from))
            .map_err(|early| early.wait_time_from(now()))
    }
}

/// Whoever has one IPv6 address has the whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
