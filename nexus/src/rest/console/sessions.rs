//! Browsers that have signed in. A session is a random secret in a cookie that scripts cannot read; here is only its hash, and
//! what it was signed in with, so that it ends when the token does. Kept in memory: a restart signs everybody out.
//! Not here: cookies, and who may sign in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::access::Pass;

/// Without a word from the browser.
const IDLE: Duration = Duration::from_secs(12 * 3600);
/// Whatever happens.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Sessions at once; the one that was idle for longest is ended for a new one.
const MOST: usize = 1_000;

type Hash = [u8; 32];

/// See the module.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Hash, Session>>);

struct Session {
    pass: Arc<Pass>,
    begun: SystemTime,
    used: SystemTime,
}

impl Session {
    fn is_good(&self, now: SystemTime) -> bool {
        let since = |then: SystemTime| now.duration_since(then).unwrap_or_default();
        self.pass.is_good(now) && since(self.used) < IDLE && since(self.begun) < LONGEST
    }
}

impl Sessions {
    /// Begins a session; answers its secret. None: this machine has no random numbers.
    pub(super) fn begin(&self, pass: Arc<Pass>, now: SystemTime) -> Option<String> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).ok()?;
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let mut all = self.all();
        all.retain(|_, session| session.is_good(now));
        if all.len() >= MOST {
            let idlest = all.iter().min_by_key(|(_, session)| session.used);
            if let Some(hash) = idlest.map(|(hash, _)| *hash) {
                all.remove(&hash);
            }
        }
        let session = Session {
            pass,
            begun: now,
            used: now,
        };
        all.insert(hash_of(&secret), session);
        Some(secret)
    }

    /// Who has signed in with this secret, if that is still good.
    pub(super) fn find(&self, secret: &str, now: SystemTime) -> Option<Arc<Pass>> {
        let mut all = self.all();
        let hash = hash_of(secret);
        let session = all.get_mut(&hash)?;
        if !session.is_good(now) {
            all.remove(&hash);
            return None;
        }
        session.used = now;
        Some(Arc::clone(&session.pass))
    }

    /// Ends a session.
    pub(super) fn end(&self, secret: &str) {
        self.all().remove(&hash_of(secret));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Hash, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash_of(secret: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_itself_by_hand_and_for_newer_ones() {
        let (sessions, now) = (Sessions::default(), SystemTime::now());
        let pass = || Arc::new(Pass::local());
        let one = sessions.begin(pass(), now).unwrap();
        assert!(sessions.find(&one, now + IDLE / 2).is_some());
        assert!(
            sessions.find(&one, now + IDLE).is_some(),
            "it was used meanwhile"
        );
        assert!(
            sessions.find(&one, now + 3 * IDLE).is_none(),
            "idle for too long"
        );
        assert!(
            sessions.find(&one, now).is_none(),
            "what has ended stays so"
        );
        let two = sessions.begin(pass(), now).unwrap();
        sessions.end(&two);
        assert!(sessions.find(&two, now).is_none());
        assert!(sessions.find("", now).is_none());
        let first = sessions.begin(pass(), now).unwrap();
        for _ in 0..MOST {
            sessions
                .begin(pass(), now + Duration::from_secs(1))
                .unwrap();
        }
        assert!(
            sessions.find(&first, now).is_none(),
            "there is room for so many"
        );
        assert!(sessions.all().len() <= MOST);
    }

    #[test]
    fn a_session_ends_at_last_however_busy_it_is() {
        let (sessions, begun) = (Sessions::default(), SystemTime::now());
        let secret = sessions.begin(Arc::new(Pass::local()), begun).unwrap();
        let mut now = begun;
        while now < begun + LONGEST {
            assert!(sessions.find(&secret, now).is_some());
            now += IDLE / 2;
        }
        assert!(sessions.find(&secret, now).is_none());
    }
}
