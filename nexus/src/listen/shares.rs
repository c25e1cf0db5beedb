//! Room for so many at once, of which no address gets more than its share: whoever fills his own keeps nobody else out.
//! Those who wait, wait behind their own address only. Not here: what the room is for, and rates.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::network;

/// Addresses that are remembered before those without a place are looked for.
const REMEMBERED: usize = 1024;

/// See the module.
pub(crate) struct Shares {
    all: Arc<Semaphore>,
    each: usize,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    addresses: HashMap<IpAddr, Weak<Semaphore>>,
    /// When so many are there, those without a place are forgotten.
    look: usize,
}

/// A place, given back when dropped.
pub(crate) struct Share {
    _of_address: Option<OwnedSemaphorePermit>,
    _of_all: OwnedSemaphorePermit,
}

impl Shares {
    /// `all` places, `each` of them at most for one address.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS))),
            each: each.clamp(1, Semaphore::MAX_PERMITS),
            known: Mutex::default(),
        }
    }

    /// Waits for a place.
    pub(crate) async fn take(&self, from: IpAddr) -> Option<Share> {
        let own = self.own(from).acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Share {
            _of_address: Some(own),
            _of_all: all,
        })
    }

    /// A place if there is one now. Without an address it counts for all only: a proxy speaks for many.
    pub(crate) fn try_take(&self, from: Option<IpAddr>) -> Option<Share> {
        let own = match from {
            Some(from) => Some(self.own(from).try_acquire_owned().ok()?),
            None => None,
        };
        let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Share {
            _of_address: own,
            _of_all: all,
        })
    }

    fn own(&self, from: IpAddr) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.addresses.len() >= known.look.max(REMEMBERED) {
            known.addresses.retain(|_, own| own.strong_count() > 0);
            known.look = 2 * known.addresses.len();
        }
        let own = known.addresses.entry(network(from)).or_default();
        own.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Semaphore::new(self.each));
            *own = Arc::downgrade(&fresh);
            fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u16) -> IpAddr {
        IpAddr::from([10, 0, last.to_be_bytes()[0], last.to_be_bytes()[1]])
    }

    #[tokio::test]
    async fn an_address_that_takes_all_it_can_leaves_room_for_others() {
        let shares = Shares::new(4, 3);
        let held: Vec<_> = (0..9).map_while(|_| shares.try_take(Some(ip(1)))).collect();
        assert_eq!(held.len(), 3);
        let other = shares.try_take(Some(ip(2))).expect("room is left");
        assert!(shares.try_take(Some(ip(3))).is_none(), "all is all");
        drop(other);
        assert!(shares.take(ip(3)).await.is_some(), "and is given back");
        assert!(shares.try_take(Some(ip(1))).is_none());
        drop(held);
        assert!(shares.try_take(Some(ip(1))).is_some());
        let unshared: Vec<_> = (0..9).map_while(|_| shares.try_take(None)).collect();
        assert_eq!(unshared.len(), 4);
    }

    #[test]
    fn addresses_without_a_place_are_forgotten() {
        let shares = Shares::new(10, 1);
        let _held = shares.try_take(Some(ip(0)));
        for last in 0..u16::MAX {
            drop(shares.try_take(Some(ip(last))));
        }
        assert!(shares.known.lock().unwrap().addresses.len() <= REMEMBERED);
        assert!(shares.try_take(Some(ip(0))).is_none(), "who has one is not");
    }

    #[test]
    fn a_whole_ipv6_network_is_one_address() {
        let shares = Shares::new(10, 1);
        let _held = shares.try_take("2001:db8::1".parse().ok());
        assert!(shares.try_take("2001:db8::2".parse().ok()).is_none());
        assert!(shares.try_take("2001:db8:0:1::1".parse().ok()).is_some());
    }
}
