//! The join code: one word to paste on a new machine. It holds the key of the Nexus, so that the first connection is already
//! authenticated in both directions; a secret that may be used so many times; and where the Nexus can be reached.
//!
//! `nxj_` and base64url of: version (1 byte, 1), the Nexus' key (32), the secret (16), the number of addresses (1), each
//! address (length 1, UTF-8), a check sum against typing errors (4, FNV-1a). The key itself and not its hash: it is as short.
//!
//! Not here: who may use it, and until when; only the Nexus knows.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{DEFAULT_PORT, Fixed, PublicKey};

/// Marks a join code, for people and for those who look for secrets.
pub const PREFIX: &str = "nxj_";
/// Most addresses in one code.
pub const ADDRESSES: usize = 8;
/// Longest text that can be a code.
pub const LONGEST: usize = 4096;
const VERSION: u8 = 1;

/// The part of a join code that must stay secret.
pub type JoinSecret = Fixed<16>;

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode {
    /// Whom the spore must meet.
    pub nexus_key: PublicKey,
    /// What it shows there, once.
    pub secret: JoinSecret,
    /// Where; each spore has an order of its own in which it tries them. 1 to [`ADDRESSES`].
    pub addresses: Vec<Address>,
}

/// Where a Nexus can be reached: `[wss://|ws://]host[:port]`. Without a scheme it is TLS.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Without TLS; only for this machine, or chosen on purpose.
    pub plain: bool,
    /// Name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Why a text is not a join code. Display: a fragment that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinCodeError {
    /// Something else.
    #[error("is not a join code: it begins with {PREFIX}")]
    Foreign,
    /// Typed or copied wrongly.
    #[error("is damaged: copy the whole code again")]
    Damaged,
    /// Of a newer Nexus.
    #[error("is of a newer kind ({0}): update this spore")]
    Newer(u8),
    /// What it says makes no sense.
    #[error("is not usable: {0}")]
    Address(String),
}

impl fmt::Display for JoinCode {
    /// The code itself, with its secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend(self.nexus_key.0);
        bytes.extend(self.secret.0);
        let addresses = self.addresses.iter().take(ADDRESSES);
        bytes.push(u8::try_from(addresses.len()).unwrap_or(u8::MAX));
        for address in addresses {
            let text = address.to_string();
            bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            bytes.extend(text.bytes().take(usize::from(u8::MAX)));
        }
        bytes.extend(check(&bytes).to_be_bytes());
        write!(out, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl fmt::Debug for JoinCode {
    /// Everything but the secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JoinCode")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl FromStr for JoinCode {
    type Err = JoinCodeError;

    fn from_str(text: &str) -> Result<Self, JoinCodeError> {
        let text = text.trim();
        let body = text.strip_prefix(PREFIX).ok_or(JoinCodeError::Foreign)?;
        if text.len() > LONGEST {
            return Err(JoinCodeError::Damaged);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| JoinCodeError::Damaged)?;
        let (content, sum) = bytes
            .split_last_chunk::<4>()
            .ok_or(JoinCodeError::Damaged)?;
        if check(content).to_be_bytes() != *sum {
            return Err(JoinCodeError::Damaged);
        }
        let mut rest = content;
        let [version] = take::<1>(&mut rest)?;
        if version != VERSION {
            return Err(JoinCodeError::Newer(version));
        }
        let (nexus_key, secret) = (Fixed(take(&mut rest)?), Fixed(take(&mut rest)?));
        let [count] = take::<1>(&mut rest)?;
        let mut addresses = Vec::new();
        for _ in 0..count {
            let [length] = take::<1>(&mut rest)?;
            let (text, after) = rest
                .split_at_checked(usize::from(length))
                .ok_or(JoinCodeError::Damaged)?;
            rest = after;
            let text = std::str::from_utf8(text).map_err(|_| JoinCodeError::Damaged)?;
            addresses.push(text.parse().map_err(JoinCodeError::Address)?);
        }
        if addresses.is_empty() || addresses.len() > ADDRESSES || !rest.is_empty() {
            return Err(JoinCodeError::Damaged);
        }
        Ok(Self {
            nexus_key,
            secret,
            addresses,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.plain { "ws://" } else { "" };
        if self.host.contains(':') {
            write!(out, "{scheme}[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{scheme}{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (plain, rest) = match text.split_once("://") {
            Some(("ws", rest)) => (true, rest),
            Some(("wss", rest)) => (false, rest),
            Some((scheme, _)) => return Err(format!("{scheme:?} is neither ws nor wss")),
            None => (false, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or("a [ without ]")?;
                (
                    host,
                    after
                        .strip_prefix(':')
                        .or(after.is_empty().then_some(""))
                        .ok_or("text after ]")?,
                )
            }
            None => rest.split_once(':').unwrap_or((rest, "")),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || host.len() > 200 || !host.chars().all(fits) {
            return Err(format!("{:?} is not a host", crate::limits::cut(host, 64)));
        }
        let port = match port {
            "" => DEFAULT_PORT,
            port => port
                .parse()
                .map_err(|_| format!("{:?} is not a port", crate::limits::cut(port, 64)))?,
        };
        Ok(Self {
            plain,
            host: host.to_owned(),
            port,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], JoinCodeError> {
    let (head, tail) = rest
        .split_first_chunk::<N>()
        .ok_or(JoinCodeError::Damaged)?;
    *rest = tail;
    Ok(*head)
}

/// FNV-1a, 32 bits: finds a lost or a swapped letter. Nobody relies on it for anything else.
fn check(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum: u32, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests;
