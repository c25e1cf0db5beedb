//! Where a Nexus is, how it is known to be the right one, and which token is shown to it. Not here: speaking to it.

use std::net::{IpAddr, Ipv4Addr};

use http::Uri;
use nexus::Config;
use nexus::config::Plain;

use crate::cli::Failure;
use nexus::tls::client::{self as tls, Trust};

/// Longest token that is sent, bytes.
const TOKEN: usize = 1024;

/// See the module.
#[derive(Debug)]
pub(in crate::cli) struct Place {
    /// Name or address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// How the other side is known; without one the connection stays on this machine and is not encrypted.
    pub(super) trust: Option<Trust>,
    /// Stands before every path.
    pub(super) prefix: String,
    pub(super) token: String,
    is_local: bool,
}

impl Place {
    /// Of a URL that a person gave.
    pub(in crate::cli) fn of_url(
        url: &str,
        token: Option<String>,
        fingerprint: Option<&str>,
    ) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::usage(format!("--nexus {url}: {why}"));
        let uri: Uri = url
            .parse()
            .map_err(|_| wrong("is no URL; e.g. https://nexus.lan:8765"))?;
        let authority = uri
            .authority()
            .ok_or_else(|| wrong("is no URL; e.g. https://nexus.lan:8765"))?;
        if authority.as_str().contains('@') {
            // The URL is not repeated: it holds a secret.
            return Err(Failure::usage(
                "--nexus: no name or password stands in this URL; the token comes from --token-file or NEXUS_TOKEN",
            ));
        }
        if uri.query().is_some() {
            return Err(wrong("a query has no place here"));
        }
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        let (trust, usual_port) = match uri.scheme_str() {
            Some("https") => (Some(pinned(fingerprint)?), 443),
            Some("http") if !is_this_machine(host) => {
                return Err(wrong(
                    "without encryption everybody on the way reads the token; a Nexus speaks https:// on the same port",
                ));
            }
            Some("http") if fingerprint.is_some() => {
                return Err(wrong("there is no certificate without https://"));
            }
            Some("http") => (None, 80),
            _ => return Err(wrong("begins with https://")),
        };
        let token = token.ok_or_else(|| {
            Failure::usage("another Nexus wants an API token: put it into NEXUS_TOKEN or give --token-file; `nexus token \
                            make` makes one there")
        })?;
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(usual_port),
            trust,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            token: checked(token)?,
            is_local: false,
        })
    }

    /// Of the Nexus that runs on this machine with this configuration.
    pub(in crate::cli) fn of_this_machine(
        config: &Config,
        token: Option<String>,
    ) -> Result<Self, Failure> {
        let host = if config.host.is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            config.host
        };
        let is_plain = match config.plain {
            Plain::Never => false,
            Plain::Loopback => host.is_loopback(),
            Plain::Anywhere => true,
        };
        let own = config.data_dir.join("tls.pem");
        let shown = config.tls.as_ref().map_or(&own, |(chain, _)| chain);
        let trust = if is_plain {
            None
        } else {
            Some(Trust::Pinned(
                tls::fingerprint_of_file(shown)
                    .map_err(|error| Failure::failed(error.to_string()))?,
            ))
        };
        let token = match token {
            Some(token) => token,
            None => {
                let file = config.api_token_file();
                std::fs::read_to_string(&file).map_err(|error| {
                    let file = file.display();
                    Failure::new(
                        crate::cli::Exit::UNREACHABLE,
                        format!("{file}: {error}; does a Nexus run here, as this user?"),
                    )
                })?
            }
        };
        Ok(Self {
            host: host.to_string(),
            port: config.port,
            trust,
            prefix: String::new(),
            token: checked(token)?,
            is_local: true,
        })
    }

    /// As in the header `Host`, and for people.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// What to do when nothing answers.
    pub(super) fn advice(&self) -> &'static str {
        if self.is_local {
            "; start it with `nexus serve`, or say with --nexus where another one is"
        } else {
            ""
        }
    }
}

fn pinned(fingerprint: Option<&str>) -> Result<Trust, Failure> {
    let Some(text) = fingerprint else {
        return Ok(Trust::Authorities);
    };
    let read = tls::read_fingerprint(text);
    read.map(Trust::Pinned).ok_or_else(|| {
        Failure::usage("--fingerprint is 64 hexadecimal digits, with or without colons; `nexus fingerprint` shows them")
    })
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A token that can stand in a header.
fn checked(token: String) -> Result<String, Failure> {
    let token = token.trim();
    let is_sane = !token.is_empty()
        && token.len() <= TOKEN
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if is_sane {
        Ok(token.to_owned())
    } else {
        Err(Failure::usage(
            "the token must be one line of printable characters",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Result<Place, Failure> {
        Place::of_url(url, Some("nxs_1\n".to_owned()), None)
    }

    #[test]
    fn a_token_never_goes_where_it_could_be_read() {
        for url in [
            "http://nexus.lan:8765",
            "http://10.0.0.1",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example:80",
            "ftp://127.0.0.1",
            "nexus.lan",
            "/api",
            "",
            "https://nexus.lan?token=x",
        ] {
            let failure = of(url).expect_err(url);
            assert_eq!(failure.exit, crate::cli::Exit::USAGE, "{url}");
        }
        let failure = of("https://nxs_secret@nexus.lan").unwrap_err();
        assert!(!failure.said.concat().contains("secret"), "{failure:?}");
    }

    #[test]
    fn places_are_read_as_urls_are() {
        let place = of("https://nexus.lan:8765/").unwrap();
        assert_eq!(
            (place.authority().as_str(), place.prefix.as_str()),
            ("nexus.lan:8765", "")
        );
        assert!(matches!(place.trust, Some(Trust::Authorities)));
        assert_eq!(place.token, "nxs_1");
        let place = of("https://proxy.example/nexus/").unwrap();
        assert_eq!((place.port, place.prefix.as_str()), (443, "/nexus"));
        let place = of("http://[::1]:9000").unwrap();
        assert_eq!(place.authority(), "[::1]:9000");
        assert!(place.trust.is_none());
    }

    #[test]
    fn tokens_and_fingerprints_are_checked() {
        let url = "https://nexus.lan";
        for token in ["", "  \n", "a b", "a\r\nx-evil: 1", "ü", &"x".repeat(2000)] {
            assert!(
                Place::of_url(url, Some(token.to_owned()), None).is_err(),
                "{token:?}"
            );
        }
        assert!(Place::of_url(url, None, None).is_err());
        assert!(Place::of_url(url, Some("t".into()), Some("12")).is_err());
        let print = "AB:".repeat(31) + "ab";
        assert!(Place::of_url(url, Some("t".into()), Some(&print)).is_ok());
        assert!(Place::of_url("http://127.0.0.1", Some("t".into()), Some(&print)).is_err());
    }
}
