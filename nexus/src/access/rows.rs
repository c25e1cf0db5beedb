//! Tokens as they are kept: by the hash of their secret. Not here: tokens that are known.

use aws_lc_rs::digest::{SHA256, digest};

use super::tokens::TokenInfo;
use super::{Role, Scope};
use crate::store::TokenRow;

/// SHA-256 of a token.
pub(super) type Hash = [u8; 32];

pub(super) fn hash_of(token: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

pub(super) fn kept(info: &TokenInfo, hash: Hash) -> TokenRow {
    TokenRow {
        id: info.id,
        name: info.name.clone(),
        hash,
        role: info.role.word().to_owned(),
        nodes: info.scope.nodes().to_string(),
        calls: info.scope.calls(),
        created_at: info.created_at,
        expires_at: info.expires_at,
        last_used: None,
        revoked_at: None,
    }
}

pub(super) fn restored(row: TokenRow) -> Option<TokenInfo> {
    Some(TokenInfo {
        id: row.id,
        name: row.name,
        role: Role::from_word(&row.role)?,
        scope: Scope::parse(&row.nodes, &row.calls).ok()?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used: row.last_used,
        revoked_at: row.revoked_at,
    })
}
