//! API tokens as a table of the directory. Nothing is ever replaced: a token does not change, but that it is revoked. Not here:
//! tokens, see [`crate::access`].

use axum::body::Bytes;
use futures_util::future::BoxFuture;

use super::shelf::{Gone, Mark, Shelf, Taken, hashed};
use crate::access::Tokens;

/// See the module.
pub(super) struct OfTokens(pub(super) Tokens);

impl OfTokens {
    fn here(&self, key: &str) -> Option<Bytes> {
        self.0.told(key).map(Bytes::from)
    }
}

impl Shelf for OfTokens {
    fn keys(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { self.0.ids() })
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Bytes>, Gone>> {
        Box::pin(async { Ok(self.here(key)) })
    }

    fn take<'a>(
        &'a self,
        key: &'a str,
        theirs: Option<Bytes>,
        _: Option<Mark>,
        by: String,
    ) -> BoxFuture<'a, Taken> {
        Box::pin(async move {
            let same = self.here(key) == theirs;
            let taken = if same {
                Ok(false)
            } else {
                self.0.take_over(key, theirs.as_deref()).await
            };
            let ahead = taken.unwrap_or_else(|why| {
                tracing::warn!(
                    why,
                    token = key,
                    by,
                    "what another instance says of a token makes no sense here; it stays as it is"
                );
                false
            });
            Taken {
                now: self.mark(self.here(key).as_ref()),
                ahead,
            }
        })
    }

    fn mark(&self, value: Option<&Bytes>) -> Mark {
        value.map(|value| hashed(value))
    }
}
