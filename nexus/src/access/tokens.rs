//! API tokens: make, find, revoke. A token is shown once; only its hash is kept. The owner of those that are known.
//! Not here: what a principal may do.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::issue::may_be_called;
use super::rows::{Hash, hash_of, kept, restored};
use super::{Principal, PrincipalKind, Role, Scope, ScopeError};
use crate::audit::{AuditLog, Unrecorded};
use crate::fleet::{Dirty, FactKey, Table};
use crate::secret::Secret;
use crate::store::{Store, StoreError};

/// Most tokens that are kept, revoked ones included.
const TOKENS: usize = 1000;
/// Open streams of one principal.
const STREAMS: usize = 32;
/// Longest life.
pub(super) const LONGEST: u64 = 3650 * 24 * 3600;
/// The last use is written down at most so often.
const TOUCH: i64 = 60;

/// What a new token is to be.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For people, e.g. `backup script`.
    pub name: String,
    /// How much it may do.
    pub role: Role,
    /// Target expression; without one every node, empty nobody.
    #[serde(default = "everything")]
    pub nodes: String,
    /// `ShellSkill.run`, `FileSkill.*`, `*`; without it every call, empty none.
    #[serde(default = "every_call")]
    pub calls: Vec<String>,
    /// Seconds until it ends; 90 days unless said.
    #[serde(default = "ninety_days")]
    pub ttl_seconds: u64,
}

fn everything() -> String {
    "*".to_owned()
}

fn every_call() -> Vec<String> {
    vec![everything()]
}

fn ninety_days() -> u64 {
    90 * 24 * 3600
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct TokenInfo {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub created_at: SystemTime,
    pub expires_at: SystemTime,
    /// When and from which address, to the minute.
    pub last_used: Option<(SystemTime, String)>,
    pub revoked_at: Option<SystemTime>,
}

/// Why a token is not made or not revoked. Display: a sentence.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TokenError {
    #[error(
        "the name must be 1 to 128 printable bytes, and not \"local\", which the owner is called"
    )]
    Name,
    #[error("ttl_seconds must be 1 to {LONGEST}")]
    Life,
    #[error(transparent)]
    Scope(#[from] ScopeError),
    #[error("there are {TOKENS} tokens, no more are kept")]
    TooMany,
    #[error("token {0} does not exist")]
    Unknown(Uuid),
    #[error("no randomness: {0}")]
    NoRandom(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
}

/// A principal that has shown its token, and what it has used up.
pub struct Pass {
    /// Who.
    pub principal: Arc<Principal>,
    expires_at: Option<SystemTime>,
    /// Cancelled when the token is revoked.
    pub ended: CancellationToken,
    /// Open streams.
    pub(crate) streams: Arc<Semaphore>,
    requests: Option<DefaultDirectRateLimiter>,
    touched: AtomicI64,
    info: Mutex<Option<TokenInfo>>,
}

impl Pass {
    /// Whether it is still good.
    pub fn is_good(&self, now: SystemTime) -> bool {
        !self.ended.is_cancelled() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Until its end; none when it has none.
    pub fn remaining(&self, now: SystemTime) -> Option<Duration> {
        self.expires_at
            .map(|end| end.duration_since(now).unwrap_or_default())
    }

    /// One more request. An error says when the next one may come.
    pub fn take_request(&self) -> Result<(), Duration> {
        self.requests.as_ref().map_or(Ok(()), |requests| {
            requests
                .check()
                .map_err(|early| early.wait_time_from(DefaultClock::default().now()))
        })
    }

    pub(crate) fn local() -> Self {
        Self {
            principal: Principal::local(),
            expires_at: None,
            ended: CancellationToken::new(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            requests: None,
            touched: AtomicI64::new(0),
            info: Mutex::new(None),
        }
    }

    fn of(info: TokenInfo, rate: Option<Quota>) -> Self {
        let principal = Principal {
            id: info.id.to_string(),
            name: info.name.clone(),
            kind: PrincipalKind::Token,
            role: info.role,
            scope: info.scope.clone(),
        };
        let ended = CancellationToken::new();
        if info.revoked_at.is_some() {
            ended.cancel();
        }
        Self {
            principal: Arc::new(principal),
            expires_at: Some(info.expires_at),
            ended,
            streams: Arc::new(Semaphore::new(STREAMS)),
            requests: rate.map(RateLimiter::direct),
            touched: AtomicI64::new(0),
            info: Mutex::new(Some(info)),
        }
    }

    fn info(&self) -> Option<TokenInfo> {
        self.info
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, note: impl FnOnce(&mut TokenInfo)) {
        if let Some(info) = self
            .info
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            note(info);
        }
    }
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    local: Arc<Pass>,
    secret: Secret,
    known: RwLock<HashMap<Hash, Arc<Pass>>>,
    rate: Option<Quota>,
    store: Store,
    audit: AuditLog,
    /// Where it is marked what other instances are to know; none while there are none.
    shared: OnceLock<Arc<Dirty>>,
}

impl Tokens {
    /// Those that are kept, and the token in the data directory. `rate`: requests a second, 0 for any number.
    pub(crate) async fn load(
        store: Store,
        audit: AuditLog,
        local: Secret,
        rate: u32,
    ) -> Result<Self, StoreError> {
        let rate = NonZeroU32::new(rate)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_add(rate.get())));
        let mut known = HashMap::new();
        for row in store.tokens().await? {
            let hash = row.hash;
            match restored(row) {
                Some(info) => drop(known.insert(hash, Arc::new(Pass::of(info, rate)))),
                None => tracing::warn!("a kept API token is not understood and opens nothing"),
            }
        }
        let inner = Inner {
            local: Arc::new(Pass::local()),
            secret: local,
            known: RwLock::new(known),
            rate,
            store,
            audit,
            shared: OnceLock::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    fn known(&self) -> RwLockReadGuard<'_, HashMap<Hash, Arc<Pass>>> {
        let known = self.inner.known.read();
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// The owner of this machine.
    pub(crate) fn local(&self) -> Arc<Pass> {
        Arc::clone(&self.inner.local)
    }

    /// Whose token this is, if it is good now.
    pub(crate) fn find(&self, candidate: &str, now: SystemTime) -> Option<Arc<Pass>> {
        if self.inner.secret.matches(candidate) {
            return Some(self.local());
        }
        let known = self.known();
        known
            .get(&hash_of(candidate))
            .filter(|pass| pass.is_good(now))
            .map(Arc::clone)
    }

    /// Who it is, if what was made for him still opens something: `local`, or the id of a token that is good now.
    pub(crate) fn principal_of(&self, id: &str, now: SystemTime) -> Option<Arc<Principal>> {
        let local = &self.inner.local.principal;
        if id == local.id {
            return Some(Arc::clone(local));
        }
        let known = self.known();
        let pass = known.values().find(|pass| pass.principal.id == id)?;
        pass.is_good(now).then(|| Arc::clone(&pass.principal))
    }

    /// All that are meant, good or not.
    pub(super) fn those(&self, meant: impl Fn(&Pass) -> bool) -> Vec<Arc<Pass>> {
        let known = self.known();
        known.values().filter(|pass| meant(pass)).cloned().collect()
    }

    /// Notes that it was used; written down at most once a minute.
    pub(crate) fn touch(&self, pass: &Pass, from: &str, now: SystemTime) {
        if pass.principal.kind == PrincipalKind::Local {
            return;
        }
        let seconds = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
        let before = pass.touched.load(Ordering::Relaxed);
        let ours = seconds - before >= TOUCH
            && pass
                .touched
                .compare_exchange(before, seconds, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        let Some(id) = ours.then(|| pass.info()).flatten().map(|info| info.id) else {
            return;
        };
        pass.note(|info| info.last_used = Some((now, from.to_owned())));
        let (store, from) = (self.inner.store.clone(), from.to_owned());
        tokio::spawn(async move {
            if let Err(error) = store.touch_token(id, now, from).await {
                tracing::warn!(%error, "the last use of a token is not kept");
            }
        });
    }

    pub(super) fn audit(&self) -> &AuditLog {
        &self.inner.audit
    }

    pub(super) async fn make(&self, new: NewToken) -> Result<(Secret, TokenInfo), TokenError> {
        if !may_be_called(&new.name) {
            return Err(TokenError::Name);
        }
        if !(1..=LONGEST).contains(&new.ttl_seconds) {
            return Err(TokenError::Life);
        }
        let scope = Scope::parse(&new.nodes, &new.calls)?;
        let secret = Secret::generate("nxs_")?;
        let now = SystemTime::now();
        let info = TokenInfo {
            id: Uuid::now_v7(),
            name: new.name,
            role: new.role,
            scope,
            created_at: now,
            expires_at: now + Duration::from_secs(new.ttl_seconds),
            last_used: None,
            revoked_at: None,
        };
        self.add(info.clone(), hash_of(secret.reveal())).await?;
        Ok((secret, info))
    }

    /// Keeps one, made here or at another instance.
    pub(super) async fn add(&self, info: TokenInfo, hash: Hash) -> Result<(), TokenError> {
        if self.list().len() >= TOKENS {
            return Err(TokenError::TooMany);
        }
        let (id, revoked) = (info.id, info.revoked_at);
        self.inner.store.put_token(kept(&info, hash)).await?;
        if let Some(at) = revoked {
            self.inner.store.revoke_token(id, at).await?;
        }
        let pass = Arc::new(Pass::of(info, self.inner.rate));
        let known = self.inner.known.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.insert(hash, pass);
        drop(known);
        self.mark(id);
        Ok(())
    }

    /// From now on it is marked there what other instances are to know.
    pub(crate) fn share(&self, dirty: Arc<Dirty>) {
        // There is one swarm at most.
        let _ = self.inner.shared.set(dirty);
    }

    fn mark(&self, id: Uuid) {
        if let Some(shared) = self.inner.shared.get() {
            shared.mark(FactKey {
                table: Table::Token,
                key: id.to_string(),
            });
        }
    }

    /// One of them, by its id, with its hash.
    pub(super) fn one(&self, id: &str) -> Option<(Hash, TokenInfo)> {
        let known = self.known();
        let mut all = known.iter();
        let (hash, pass) = all.find(|(_, pass)| pass.principal.id == id)?;
        Some((*hash, pass.info()?))
    }

    /// All of them, oldest first.
    pub fn list(&self) -> Vec<TokenInfo> {
        let known = self.known();
        let mut all: Vec<_> = known.values().filter_map(|pass| pass.info()).collect();
        all.sort_by_key(|info| (info.created_at, info.id));
        all
    }

    pub(super) async fn end(&self, id: Uuid) -> Result<(), TokenError> {
        let now = SystemTime::now();
        let text = id.to_string();
        let mut found = self.those(|pass| pass.principal.id == text);
        let pass = found.pop().ok_or(TokenError::Unknown(id))?;
        // Shut first: whatever the disk says, it opens nothing any more.
        pass.ended.cancel();
        pass.note(|info| {
            info.revoked_at.get_or_insert(now);
        });
        self.mark(id);
        Ok(self.inner.store.revoke_token(id, now).await?)
    }
}
