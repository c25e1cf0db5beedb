//! The link's life as a state machine without sockets and clocks: waiting → dialing → greeting → open, and the
//! times at which something is due. Not here: what is said.

use std::time::{Duration, Instant};

use protocol::Version;

/// How long a Nexus may take to answer the handshake before it is taken for the prototype's.
const WELCOME: Duration = Duration::from_secs(2);
/// The first heartbeat of a session: soon, for a Nexus knows no load without it.
const FIRST_BEAT: Duration = Duration::from_secs(1);
/// A session that lasted this long was a good one: the next failure starts small again.
const STEADY: Duration = Duration::from_secs(10);
/// Ceiling of the first wait, and of all.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// A refused spore asks again this much later, at least and at most.
const REFUSED: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(60));
/// One that waits to be accepted asks again this much later, at least and at most.
const ACCEPTED: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(4));
/// How long a Nexus of ours may take: it may have to find out first whether an older connection is alive.
const OWN_WELCOME: Duration = Duration::from_secs(15);
/// Intervals without a word after which a Nexus is given up.
const SILENCE: u32 = 3;

/// The link to one Nexus.
#[derive(Debug)]
pub(crate) struct Session {
    phase: Phase,
    /// Interval of heartbeats unless the Nexus names one.
    heartbeat: Duration,
    /// Rounds over all doors that failed, in a row.
    attempt: u32,
    /// How many doors there are.
    doors: usize,
    /// Doors that failed in this round.
    tried: usize,
    /// The worst that was said in this round.
    worst: Loss,
    /// For how long a WELCOME may be missing.
    patience: Duration,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Waiting { until: Instant },
    Dialing,
    Greeting { since: Instant },
    Open(Open),
}

#[derive(Debug, Clone, Copy)]
struct Open {
    version: Version,
    since: Instant,
    interval: Duration,
    next_beat: Instant,
    heard: Instant,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Open a connection.
    Dial,
    /// No answer to the handshake: speak v1.
    Fallback,
    /// Send a heartbeat, and ask for a sign of life if there was none lately.
    Beat { ping: bool },
    /// The Nexus is silent: give the connection up.
    Dead,
}

/// Why a connection is over, as far as waiting goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loss {
    /// Could not be made, or broke.
    Broken,
    /// The Nexus does not know us; another instance may have heard of us before it.
    Unknown,
    /// The Nexus does not want us, and so will no other instance.
    Refused,
    /// A person must accept us first, here.
    Waiting,
}

/// What follows from a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The next door, at once.
    Door,
    /// All doors failed, or waiting is the only thing that helps: this long.
    Wait(Duration),
}

impl Session {
    pub(crate) fn new(now: Instant, heartbeat: Duration) -> Self {
        Self {
            phase: Phase::Waiting { until: now },
            heartbeat,
            attempt: 0,
            doors: 1,
            tried: 0,
            worst: Loss::Broken,
            patience: WELCOME,
        }
    }

    /// The Nexus is known to be one of ours: it will answer.
    pub(crate) fn expect_v2(&mut self) {
        self.patience = OWN_WELCOME;
    }

    /// There are this many doors now.
    pub(crate) fn set_doors(&mut self, doors: usize) {
        self.doors = doors;
    }

    /// The dialect, once it is known.
    pub(crate) fn version(&self) -> Option<Version> {
        match self.phase {
            Phase::Open(open) => Some(open.version),
            Phase::Waiting { .. } | Phase::Dialing | Phase::Greeting { .. } => None,
        }
    }

    /// Whether there is a connection, greeted or not.
    pub(crate) fn connected(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Open(_))
    }

    /// The connection stands and the handshake is on its way.
    pub(crate) fn dialed(&mut self, now: Instant) {
        self.phase = Phase::Greeting { since: now };
    }

    /// The Nexus has answered, in time or late.
    pub(crate) fn welcomed(&mut self, now: Instant, interval: Duration) {
        self.worst = Loss::Broken;
        self.open(Version::V2, now, interval);
    }

    /// The Nexus will not answer: it speaks v1.
    pub(crate) fn fall_back(&mut self, now: Instant) {
        self.open(Version::V1, now, self.heartbeat);
    }

    /// Something came from the Nexus.
    pub(crate) fn heard(&mut self, now: Instant) {
        if let Phase::Open(open) = &mut self.phase {
            open.heard = now;
        }
    }

    /// The connection is over; `random` spreads those who lost it together. A session that did not last does not begin a new
    /// round: doors that open and shut at once are no better than closed ones.
    pub(crate) fn lost(&mut self, now: Instant, loss: Loss, random: u64) -> Next {
        if let Phase::Open(open) = self.phase
            && now.duration_since(open.since) >= STEADY
        {
            (self.attempt, self.tried, self.worst) = (0, 0, Loss::Broken);
        }
        self.worst = self.worst.max(loss);
        self.tried = self.tried.saturating_add(1);
        let more = match loss {
            Loss::Broken | Loss::Unknown => self.tried < self.doors,
            Loss::Refused | Loss::Waiting => false,
        };
        if more {
            self.phase = Phase::Waiting { until: now };
            return Next::Door;
        }
        let wait = match self.worst {
            Loss::Broken => between(Duration::ZERO, ceiling(self.attempt), random),
            Loss::Unknown | Loss::Refused => between(REFUSED.0, REFUSED.1, random),
            Loss::Waiting => between(ACCEPTED.0, ACCEPTED.1, random),
        };
        self.attempt = self.attempt.saturating_add(1);
        (self.tried, self.worst) = (0, Loss::Broken);
        self.phase = Phase::Waiting { until: now + wait };
        Next::Wait(wait)
    }

    /// When [`Self::timeout`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting { until } => Some(until),
            Phase::Dialing => None,
            Phase::Greeting { since } => Some(since + self.patience),
            Phase::Open(open) => Some(open.next_beat.min(open.dead_at())),
        }
    }

    /// What is due now, one thing at a time.
    pub(crate) fn timeout(&mut self, now: Instant) -> Option<Due> {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return None;
        }
        match &mut self.phase {
            Phase::Waiting { .. } => {
                self.phase = Phase::Dialing;
                Some(Due::Dial)
            }
            Phase::Dialing => None,
            Phase::Greeting { .. } => Some(Due::Fallback),
            Phase::Open(open) if now >= open.dead_at() => Some(Due::Dead),
            Phase::Open(open) => {
                // A machine that slept sends one heartbeat, not those that it missed.
                open.next_beat = now + open.interval;
                Some(Due::Beat {
                    ping: now.duration_since(open.heard) + FIRST_BEAT >= open.interval,
                })
            }
        }
    }

    fn open(&mut self, version: Version, now: Instant, interval: Duration) {
        let next_beat = now + FIRST_BEAT.min(interval);
        self.phase = Phase::Open(Open {
            version,
            since: now,
            interval,
            next_beat,
            heard: now,
        });
    }
}

impl Open {
    fn dead_at(&self) -> Instant {
        self.heard + self.interval * SILENCE
    }
}

fn ceiling(attempt: u32) -> Duration {
    BACKOFF
        .0
        .saturating_mul(1 << attempt.min(16))
        .min(BACKOFF.1)
}

/// Evenly from `least` to `most`.
fn between(least: Duration, most: Duration, random: u64) -> Duration {
    let span = u64::try_from((most - least).as_micros()).unwrap_or(u64::MAX);
    least + Duration::from_micros(random % span.saturating_add(1))
}

#[cfg(test)]
mod tests;
