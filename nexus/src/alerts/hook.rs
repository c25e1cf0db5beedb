//! Where news of alerts is posted: an address that is also a secret, for whoever knows it can post there too. Its path and
//! query are never shown. Not here: posting, see [`crate::webhook`].

use std::fmt::{self, Debug, Formatter};
use std::str::FromStr;

use http::Uri;

use super::AlertError;
use crate::secret::Secret;

/// Longest address, bytes.
const LONGEST: usize = 2_048;

/// See the module.
#[derive(Clone)]
pub struct Hook {
    text: Secret,
    /// Over TLS.
    pub(crate) secure: bool,
    /// A name or an address, IPv6 without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// As it stands in the header `Host`.
    pub(crate) authority: String,
    path: Secret,
}

impl Hook {
    /// The whole address, for the one place that keeps it.
    pub(crate) fn reveal(&self) -> &str {
        self.text.reveal()
    }

    /// Path and query, for the one place that sends them.
    pub(crate) fn path(&self) -> &str {
        self.path.reveal()
    }

    /// For people: where it goes, without what is secret.
    pub fn shown(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}/…", self.authority)
    }
}

impl Debug for Hook {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown())
    }
}

impl PartialEq for Hook {
    fn eq(&self, other: &Self) -> bool {
        self.text.matches(other.reveal())
    }
}

impl FromStr for Hook {
    type Err = AlertError;

    fn from_str(text: &str) -> Result<Self, AlertError> {
        let text = text.trim();
        let bad = AlertError::Webhook;
        if text.len() > LONGEST {
            return Err(bad("it has more than 2048 bytes"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(bad(
                "it has spaces or letters that a URL writes as %20, %C3%A9 and so on",
            ));
        }
        if text.contains('#') {
            return Err(bad("it has a fragment (#…), which nobody would be sent"));
        }
        let uri: Uri = text.parse().map_err(|_| bad("it is no URL"))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(bad("only http and https are spoken")),
            None => return Err(bad("it must begin with https:// or http://")),
        };
        let authority = uri
            .authority()
            .ok_or_else(|| bad("it names no host"))?
            .as_str();
        if authority.contains('@') {
            return Err(bad(
                "a name and password before the host are not sent; use a secret path",
            ));
        }
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(bad("it names no host"));
        }
        let usual = if secure { 443 } else { 80 };
        // A port that is none is no port to http::Uri.
        let port = match authority.rsplit_once(':') {
            Some((_, after)) if !after.contains(']') => after
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| bad("its port must be 1 to 65535"))?,
            Some(_) | None => usual,
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            text: Secret::new(text),
            secure,
            host: host.to_owned(),
            port,
            authority: authority.to_owned(),
            path: Secret::new(path),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_never_shown_whole() {
        let hook: Hook = " https://hooks.example:8443/services/T0/s3cret?key=s3cret "
            .parse()
            .unwrap();
        assert_eq!((hook.host.as_str(), hook.port), ("hooks.example", 8443));
        assert_eq!(hook.path(), "/services/T0/s3cret?key=s3cret");
        assert_eq!(hook.shown(), "https://hooks.example:8443/…");
        assert!(!format!("{hook:?}").contains("s3cret"));
        let six: Hook = "http://[::1]:81".parse().unwrap();
        assert_eq!((six.host.as_str(), six.port, six.path()), ("::1", 81, "/"));
        let six: Hook = "https://[::1]/x".parse().unwrap();
        assert_eq!((six.host.as_str(), six.port), ("::1", 443));
    }

    #[test]
    fn what_cannot_be_posted_to_is_refused_without_repeating_it() {
        let long = format!("https://a/{}", "s3cret".repeat(400));
        for text in [
            "",
            "s3cret",
            "/s3cret",
            "hooks.example/s3cret",
            "ftp://a/s3cret",
            "file:///s3cret",
            "javascript:s3cret",
            "https://",
            "https:///s3cret",
            "https://me:s3cret@a/",
            "https://a/#s3cret",
            "https://a:0/s3cret",
            "https://a:99999/s3cret",
            "https://a:/s3cret",
            "https://a b/s3cret",
            "https://a/s3cret\r\nHost: b",
            "https://a/\u{202e}s3cret",
            &long,
        ] {
            let refused = text.parse::<Hook>().unwrap_err();
            assert!(matches!(refused, AlertError::Webhook(_)), "{text}");
            assert!(!refused.to_string().contains("s3cret"), "{text}");
        }
    }
}
