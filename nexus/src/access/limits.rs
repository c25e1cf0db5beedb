//! How often an address may be wrong: with a token of REST, with the token that spores share. Memory is bounded: beyond so
//! many addresses, newcomers share one allowance. Not here: requests of a token, see [`super::Pass`]; and join codes, which are
//! too long to be guessed.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Most addresses that are told apart.
const ADDRESSES: usize = 4096;
const FAILURES: NonZeroU32 = count(10);
/// The shared token is the operator's own choice and may be short, so this is what stands between it and a dictionary.
const GUESSES: NonZeroU32 = count(60);

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// See the module.
pub struct Limits {
    failures: PerAddress,
    guesses: PerAddress,
    /// Addresses that have guessed too often, and until when nobody there is listened to.
    shut: Mutex<HashMap<IpAddr, Instant>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failures: PerAddress::new(Quota::per_minute(FAILURES)),
            guesses: PerAddress::new(Quota::per_minute(GUESSES)),
            shut: Mutex::default(),
        }
    }
}

impl Limits {
    /// A wrong token came from there. An error says when the next one may come.
    pub fn failed_attempt(&self, from: IpAddr) -> Result<(), Duration> {
        self.failures.take(from)
    }

    /// Addresses with an allowance of their own.
    #[cfg(test)]
    pub(super) fn told_apart(&self) -> usize {
        self.failures.each.len()
    }

    /// Whether a spore from there may show the shared token now; after too many wrong ones not even the right one is taken
    /// for a moment, or guessing would go on as fast as before.
    pub fn may_show_token(&self, from: IpAddr, now: Instant) -> bool {
        let shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        shut.get(&network(from)).is_none_or(|until| *until <= now)
    }

    /// It was wrong.
    pub fn wrong_guess(&self, from: IpAddr, now: Instant) {
        let Err(wait) = self.guesses.take(from) else {
            return;
        };
        let mut shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        shut.retain(|_, until| *until > now);
        if shut.len() < ADDRESSES {
            shut.insert(network(from), now + wait);
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

/// What counts as one: whoever has one IPv6 address has the whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
