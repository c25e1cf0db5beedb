//! One table as it stands at this instance: read and changed one key at a time. Not here: what the directory knows of it.

use axum::body::Bytes;
use futures_util::future::BoxFuture;

use super::tokens::OfTokens;
use crate::access::Tokens;
use crate::audit::{Action, Digest, Entry, Hasher};
use crate::fleet::Table;
use crate::hub::Handle;
use crate::model::Now;
use crate::state::{CHART_KEY, FIRES, HOOK_KEY, SHARED, SharedTable, State};

/// A hash of what is here, as far as others are concerned; none: nothing.
pub(in crate::fleet) type Mark = Option<Digest>;

/// What became of what the directory told.
#[derive(Debug, Default)]
pub(in crate::fleet) struct Taken {
    /// What is here now.
    pub(in crate::fleet) now: Mark,
    /// That says more than what was told: the others have to know.
    pub(in crate::fleet) ahead: bool,
}

/// The Nexus is on its way out.
pub(in crate::fleet) struct Gone;

/// See the module.
pub(in crate::fleet) trait Shelf: Send + Sync {
    /// All keys that there are.
    fn keys(&self) -> BoxFuture<'_, Vec<String>>;

    /// What is here.
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Bytes>, Gone>>;

    /// Takes over what another instance says. `seen`: what was here when it was in line last, if it ever was; what is
    /// something else by now is replaced, and that is told.
    fn take<'a>(
        &'a self,
        key: &'a str,
        theirs: Option<Bytes>,
        seen: Option<Mark>,
        by: String,
    ) -> BoxFuture<'a, Taken>;

    /// The same for what says the same.
    fn mark(&self, value: Option<&Bytes>) -> Mark;
}

pub(in crate::fleet) fn hashed(bytes: &[u8]) -> Digest {
    let mut hash = Hasher::new(b"nexus fact v1\0");
    hash.part(bytes);
    hash.end()
}

/// A table of the state.
struct OfState {
    handle: Handle,
    table: Table,
    rows: &'static SharedTable,
}

/// All tables that are shared.
pub(in crate::fleet) fn shelves(handle: &Handle, tokens: &Tokens) -> Vec<(Table, Box<dyn Shelf>)> {
    let shelf = |(table, rows): &'static (Table, SharedTable)| {
        let shelf = OfState {
            handle: handle.clone(),
            table: *table,
            rows,
        };
        (*table, Box::new(shelf) as Box<dyn Shelf>)
    };
    let mut all: Vec<_> = SHARED.iter().map(shelf).collect();
    all.push((Table::Token, Box::new(OfTokens(tokens.clone()))));
    all
}

impl Shelf for OfState {
    fn keys(&self) -> BoxFuture<'_, Vec<String>> {
        let keys = self.handle.look(self.rows.keys);
        Box::pin(async move { keys.await.unwrap_or_default() })
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Bytes>, Gone>> {
        let (key, read) = (key.to_owned(), self.rows.read);
        let look = self.handle.look(move |state| read(state, &key));
        Box::pin(async move {
            let here = look.await.map_err(|_| Gone)?;
            Ok(here.map(Bytes::from))
        })
    }

    fn take<'a>(
        &'a self,
        key: &'a str,
        theirs: Option<Bytes>,
        seen: Option<Mark>,
        by: String,
    ) -> BoxFuture<'a, Taken> {
        let (table, rows) = (self.table, self.rows);
        let told = Told {
            table,
            key: key.to_owned(),
            theirs,
            by,
        };
        let take = self
            .handle
            .act(move |state, now| told.take(rows, seen, state, now));
        Box::pin(async move {
            let taken = take.await.unwrap_or_default();
            if table == Table::Schedule {
                self.handle.clock.notify_one();
            }
            taken
        })
    }

    fn mark(&self, value: Option<&Bytes>) -> Mark {
        mark(self.rows, value.map(|value| &**value))
    }
}

fn mark(rows: &SharedTable, value: Option<&[u8]>) -> Mark {
    value.map(|value| hashed(&(rows.essence)(value)))
}

/// What was told of one key.
struct Told {
    table: Table,
    key: String,
    theirs: Option<Bytes>,
    by: String,
}

impl Told {
    fn take(self, rows: &SharedTable, seen: Option<Mark>, state: &mut State, now: Now) -> Taken {
        let here = (rows.read)(state, &self.key);
        let own = mark(rows, here.as_deref());
        if own == mark(rows, self.theirs.as_deref()) {
            return Taken {
                now: own,
                ahead: false,
            };
        }
        let edited = seen.map_or(here.is_some(), |seen| seen != own);
        match (rows.take)(state, &self.key, self.theirs.as_deref(), now) {
            Ok(ahead) => {
                // Stars find their places by themselves; nobody set them. Of a yes and a no the log has both.
                let set = match self.table {
                    Table::Chart => self.key == CHART_KEY,
                    Table::Approval => false,
                    Table::Alert => !self.key.starts_with(FIRES),
                    Table::Member
                    | Table::Token
                    | Table::JoinCode
                    | Table::Group
                    | Table::ApprovalRule
                    | Table::Schedule
                    | Table::Runbook
                    | Table::AlertRule
                    | Table::Stop
                    | Table::Swarm
                    | Table::Job => true,
                };
                if edited && set && !ahead {
                    state.tell(self.replaced(here.as_deref(), now));
                }
                let now = (rows.read)(state, &self.key);
                Taken {
                    now: mark(rows, now.as_deref()),
                    ahead,
                }
            }
            Err(why) => {
                tracing::warn!(why, table = ?self.table, key = self.key, by = self.by, "what another instance says of this makes no sense here; it stays as it is");
                Taken {
                    now: own,
                    ahead: false,
                }
            }
        }
    }

    /// What somebody set here is not so any more: somebody else was faster.
    fn replaced(&self, lost: Option<&[u8]>, now: Now) -> Entry {
        // What is begun has parameters, which may be secret.
        let tells = match self.table {
            // The address of the webhook is a secret.
            Table::AlertRule => self.key != HOOK_KEY,
            Table::Group | Table::ApprovalRule | Table::Alert => true,
            Table::Member
            | Table::Token
            | Table::JoinCode
            | Table::Schedule
            | Table::Runbook
            | Table::Chart
            | Table::Stop
            | Table::Swarm
            | Table::Approval
            | Table::Job => false,
        };
        let text = |bytes: Option<&[u8]>| {
            bytes.filter(|_| tells).map(|bytes| {
                let text = String::from_utf8_lossy(bytes);
                protocol::limits::cut(&text, 2_000).to_owned()
            })
        };
        tracing::warn!(table = ?self.table, key = self.key, by = self.by, "what was set here was replaced by what was set at another instance");
        let mut entry = Entry::new(Action::ReplacedElsewhere, now.wall);
        entry.from = Some(format!("instance {}", self.by));
        entry.subject = vec![self.key.clone()];
        entry.with(serde_json::json!({
            "table": self.table, "lost": text(lost), "is": text(self.theirs.as_deref()),
        }))
    }
}
