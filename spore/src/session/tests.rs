//! The link's times, with a hand-moved clock.

use super::*;

const BEAT: Duration = Duration::from_secs(30);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The only door failed: for how long to wait.
fn lost(session: &mut Session, now: Instant, loss: Loss, random: u64) -> Duration {
    match session.lost(now, loss, random) {
        Next::Wait(wait) => wait,
        Next::Door => panic!("there is no other door"),
    }
}

/// Dials at once and greets.
fn greeting(now: Instant) -> Session {
    let mut session = Session::new(now, BEAT);
    assert_eq!(session.timeout(now), Some(Due::Dial));
    session.dialed(now);
    session
}

#[test]
fn the_first_dial_is_at_once_and_only_one() {
    let now = Instant::now();
    let mut session = Session::new(now, BEAT);
    assert_eq!(session.timeout(now), Some(Due::Dial));
    assert_eq!(session.timeout(now), None);
    assert_eq!(session.poll_timeout(), None);
}

#[test]
fn waits_grow_to_a_ceiling_and_stay_there_for_ever() {
    let mut now = Instant::now();
    let mut session = Session::new(now, BEAT);
    let ceilings = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
    for millis in ceilings.into_iter().chain(std::iter::repeat_n(30_000, 100)) {
        assert_eq!(session.timeout(now), Some(Due::Dial));
        // The largest random number that still counts falls on the ceiling itself.
        let wait = lost(&mut session, now, Loss::Broken, millis * 1000);
        assert_eq!(wait, Duration::from_millis(millis));
        assert_eq!(session.timeout(now + wait - Duration::from_micros(1)), None);
        now += wait;
    }
}

#[test]
fn jitter_is_full() {
    let now = Instant::now();
    let waits = (0..1000u64).map(|n| {
        let mut session = greeting(now);
        lost(
            &mut session,
            now,
            Loss::Broken,
            n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        )
    });
    let waits: Vec<Duration> = waits.collect();
    assert!(waits.iter().all(|wait| *wait <= Duration::from_millis(500)));
    assert!(waits.iter().any(|wait| *wait < Duration::from_millis(50)));
    assert!(waits.iter().any(|wait| *wait > Duration::from_millis(450)));
}

#[test]
fn a_steady_session_starts_small_again_and_a_short_one_does_not() {
    let mut now = Instant::now();
    let mut session = greeting(now);
    for _ in 0..10 {
        session.lost(now, Loss::Broken, u64::MAX);
    }
    session.dialed(now);
    session.welcomed(now, BEAT);
    assert!(lost(&mut session, now + seconds(9), Loss::Broken, 29_999_999) > seconds(29));
    now += seconds(60);
    session.dialed(now);
    session.welcomed(now, BEAT);
    assert!(
        lost(&mut session, now + seconds(10), Loss::Broken, 29_999_999)
            <= Duration::from_millis(500)
    );
}

#[test]
fn a_refused_spore_asks_slowly() {
    let now = Instant::now();
    for random in [0, 1, u64::MAX, 30_000_000, 12_345_678_901] {
        let wait = lost(&mut greeting(now), now, Loss::Refused, random);
        assert!((seconds(30)..=seconds(60)).contains(&wait), "{wait:?}");
    }
}

#[test]
fn silence_after_the_handshake_means_v1() {
    let now = Instant::now();
    let mut session = greeting(now);
    assert_eq!(session.version(), None);
    assert_eq!(
        session.timeout(now + WELCOME - Duration::from_millis(1)),
        None
    );
    assert_eq!(session.timeout(now + WELCOME), Some(Due::Fallback));
    session.fall_back(now + WELCOME);
    assert_eq!(session.version(), Some(Version::V1));
    // A late answer is still an answer.
    session.welcomed(now + seconds(5), seconds(10));
    assert_eq!(session.version(), Some(Version::V2));
}

#[test]
fn heartbeats_come_soon_then_at_their_interval_and_are_not_made_up_for() {
    let now = Instant::now();
    let mut session = greeting(now);
    session.welcomed(now, seconds(10));
    assert_eq!(session.poll_timeout(), Some(now + FIRST_BEAT));
    assert_eq!(
        session.timeout(now + FIRST_BEAT),
        Some(Due::Beat { ping: false })
    );
    assert_eq!(session.timeout(now + FIRST_BEAT), None);
    session.heard(now + seconds(5));
    assert_eq!(session.poll_timeout(), Some(now + FIRST_BEAT + seconds(10)));
    // The machine slept for a while, yet not so long that the Nexus is given up.
    let woken = now + seconds(34);
    assert_eq!(session.timeout(woken), Some(Due::Beat { ping: true }));
    assert_eq!(session.timeout(woken), None);
    assert_eq!(session.poll_timeout(), Some(now + seconds(35)));
}

#[test]
fn a_silent_nexus_is_asked_and_then_given_up() {
    let now = Instant::now();
    let mut session = greeting(now);
    session.welcomed(now, seconds(10));
    let mut pings = 0;
    for second in 1..30 {
        if let Some(due) = session.timeout(now + seconds(second)) {
            assert!(matches!(due, Due::Beat { .. }));
            pings += u32::from(due == Due::Beat { ping: true });
        }
    }
    assert_eq!(pings, 2);
    assert_eq!(session.timeout(now + seconds(30)), Some(Due::Dead));
}

#[test]
fn any_word_keeps_a_nexus_alive() {
    let now = Instant::now();
    let mut session = greeting(now);
    session.welcomed(now, seconds(10));
    for second in 1..1000 {
        if second % 25 == 0 {
            session.heard(now + seconds(second));
        }
        let due = session.timeout(now + seconds(second));
        assert_ne!(due, Some(Due::Dead), "at {second} s");
    }
}

/// Dials, and fails.
fn fail(session: &mut Session, now: Instant, loss: Loss) -> Next {
    assert_eq!(session.timeout(now), Some(Due::Dial));
    session.lost(now, loss, 7)
}

#[test]
fn all_doors_are_tried_at_once_and_then_it_waits_for_all_of_them() {
    let mut now = Instant::now();
    let mut session = Session::new(now, BEAT);
    session.set_doors(3);
    for ceiling in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
        for _ in 0..2 {
            assert_eq!(fail(&mut session, now, Loss::Broken), Next::Door);
        }
        assert_eq!(session.timeout(now), Some(Due::Dial));
        let wait = Duration::from_millis(ceiling);
        let random = ceiling * 1000;
        assert_eq!(session.lost(now, Loss::Broken, random), Next::Wait(wait));
        assert_eq!(session.timeout(now + wait - Duration::from_micros(1)), None);
        now += wait;
    }
}

#[test]
fn a_steady_session_that_ends_is_followed_by_the_next_door_and_by_each_once() {
    let now = Instant::now();
    let mut session = greeting(now);
    session.set_doors(2);
    session.welcomed(now, BEAT);
    let later = now + seconds(20);
    assert_eq!(session.lost(later, Loss::Broken, 0), Next::Door);
    assert!(matches!(
        fail(&mut session, later, Loss::Broken),
        Next::Wait(_)
    ));
}

#[test]
fn doors_that_open_and_shut_at_once_are_not_hammered() {
    let mut now = Instant::now();
    let mut session = Session::new(now, BEAT);
    session.set_doors(2);
    let mut dials = 0;
    let end = now + seconds(60);
    while now < end {
        assert_eq!(session.timeout(now), Some(Due::Dial));
        dials += 1;
        session.dialed(now);
        session.welcomed(now, BEAT);
        if let Next::Wait(wait) = session.lost(now, Loss::Broken, 29_999_999) {
            now += wait.max(Duration::from_millis(1));
        }
    }
    assert!(dials < 100, "{dials} connections within a minute");
}

#[test]
fn who_is_unknown_to_one_asks_the_others_and_then_slowly() {
    let now = Instant::now();
    let mut session = Session::new(now, BEAT);
    session.set_doors(3);
    assert_eq!(fail(&mut session, now, Loss::Unknown), Next::Door);
    assert_eq!(fail(&mut session, now, Loss::Broken), Next::Door);
    let Next::Wait(wait) = fail(&mut session, now, Loss::Broken) else {
        panic!("all were asked")
    };
    assert!(wait >= seconds(30), "one of them has spoken: {wait:?}");
    // The next round is a new one.
    let now = now + wait;
    assert_eq!(fail(&mut session, now, Loss::Broken), Next::Door);
    assert_eq!(fail(&mut session, now, Loss::Broken), Next::Door);
    let Next::Wait(wait) = fail(&mut session, now, Loss::Broken) else {
        panic!("all were asked")
    };
    assert!(wait <= seconds(1), "{wait:?}");
}

#[test]
fn who_is_refused_or_has_to_wait_goes_round_no_doors() {
    let now = Instant::now();
    for (loss, least) in [(Loss::Refused, 30), (Loss::Waiting, 2)] {
        let mut session = Session::new(now, BEAT);
        session.set_doors(3);
        let Next::Wait(wait) = fail(&mut session, now, loss) else {
            panic!("{loss:?}")
        };
        assert!(wait >= seconds(least), "{loss:?} {wait:?}");
    }
}
