//! The certificate that is shown. Unless the operator brings one, the Nexus makes one for a key of its own, keeps the key, and
//! makes a new certificate long before the old one ends. Spores do not believe certificates but the Nexus' identity, which
//! is proved inside the connection; browsers and curl do.
//!
//! Not here: connections, see [`crate::listen`], and identity, see [`crate::identity`].

pub mod client;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio_rustls::rustls;
use tokio_util::sync::CancellationToken;
use x509_parser::parse_x509_certificate;

use crate::secret;

/// How long a certificate of ours lasts.
const LASTS: Duration = Duration::from_secs(365 * 24 * 3600);
/// When less than this is left, ours is renewed, and the operator is told of theirs.
const SOON: Duration = Duration::from_secs(30 * 24 * 3600);
/// Clocks differ.
const BEFORE: Duration = Duration::from_secs(24 * 3600);
/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(60);
/// How often the operator is reminded.
const REMIND: Duration = Duration::from_secs(24 * 3600);

/// Where the certificate comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Made here: where key and certificate are kept, and for which names and addresses.
    OwnMade(PathBuf, Vec<String>),
    /// Brought by the operator: chain and key, PEM.
    Files(PathBuf, PathBuf),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Certificate {
    source: Source,
    shown: RwLock<Shown>,
}

#[derive(Debug, Clone)]
struct Shown {
    key: Arc<CertifiedKey>,
    until: SystemTime,
    /// When the operator's files were written.
    of: Option<[SystemTime; 2]>,
}

impl Certificate {
    /// Makes or reads it.
    pub(crate) fn load(source: Source, now: SystemTime) -> io::Result<Arc<Self>> {
        let shown = RwLock::new(source.obtain(now)?);
        Ok(Arc::new(Self { source, shown }))
    }

    /// How a listener uses it: TLS 1.3, and 1.2 for clients of the REST API.
    pub(crate) fn server(self: &Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
                .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
                .with_no_client_auth()
                .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Connections last for weeks: what is kept for resuming them would only cost memory.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }

    /// When it ends.
    pub(crate) fn until(&self) -> SystemTime {
        self.now_shown().until
    }

    /// Renews ours in time, takes over the operator's when the files change, and reminds the operator of its end.
    pub(crate) async fn keep_fresh(self: Arc<Self>, stopping: CancellationToken) {
        let mut reminded = None;
        while stopping
            .run_until_cancelled(tokio::time::sleep(LOOK))
            .await
            .is_some()
        {
            let now = SystemTime::now();
            if let Err(error) = self.refresh(now) {
                tracing::warn!(%error, "the TLS certificate cannot be renewed; the old one stays");
            }
            let ends_soon = self.until() < now + SOON;
            let due = reminded.is_none_or(|at| now > at + REMIND);
            if ends_soon && due {
                reminded = Some(now);
                let days = self
                    .until()
                    .duration_since(now)
                    .unwrap_or_default()
                    .as_secs()
                    / 86_400;
                tracing::warn!(
                    days,
                    "the TLS certificate ends soon: put a new one into NEXUS_TLS_CERT's file"
                );
            }
        }
    }

    /// One look. Says whether another certificate is shown now.
    fn refresh(&self, now: SystemTime) -> io::Result<bool> {
        let shown = self.now_shown();
        let is_due = match &self.source {
            Source::OwnMade(..) => shown.until < now + SOON,
            Source::Files(chain, key) => shown.of != Some([written(chain)?, written(key)?]),
        };
        if is_due {
            let fresh = self.source.obtain(now)?;
            *self.shown.write().unwrap_or_else(PoisonError::into_inner) = fresh;
            tracing::info!("another TLS certificate is shown from now on");
        }
        Ok(is_due)
    }

    fn now_shown(&self) -> Shown {
        self.shown
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now_shown().key)
    }
}

impl Source {
    fn obtain(&self, now: SystemTime) -> io::Result<Shown> {
        match self {
            Self::OwnMade(folder, names) => {
                let key_file = folder.join("tls.key");
                let kept = secret::bytes_or_create(&key_file, || {
                    let key = KeyPair::generate().map_err(io::Error::other)?;
                    Ok(key.serialize_pem().into_bytes())
                })?;
                let pem = String::from_utf8(kept).map_err(io::Error::other)?;
                let chain = make(&pem, names, now).map_err(io::Error::other)?;
                // For `curl --cacert`; it is no secret.
                std::fs::write(folder.join("tls.pem"), &chain)?;
                shown(chain.as_bytes(), pem.as_bytes(), now, None)
            }
            Self::Files(chain_file, key_file) => {
                let of = [written(chain_file)?, written(key_file)?];
                let (chain, key) = (std::fs::read(chain_file)?, std::fs::read(key_file)?);
                shown(&chain, &key, now, Some(of))
            }
        }
    }
}

fn make(key: &str, names: &[String], now: SystemTime) -> Result<String, rcgen::Error> {
    let key = KeyPair::from_pem(key)?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Nexus");
    params.not_before = (now - BEFORE).into();
    params.not_after = (now + LASTS).into();
    Ok(params.self_signed(&key)?.pem())
}

fn shown(
    chain: &[u8],
    key: &[u8],
    now: SystemTime,
    of: Option<[SystemTime; 2]>,
) -> io::Result<Shown> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| io::Error::other(format!("the certificate is not PEM: {error}")))?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| io::Error::other(format!("the key is not PEM: {error}")))?;
    let leaf = chain
        .first()
        .ok_or_else(|| io::Error::other("there is no certificate in the file"))?;
    let until = end_of(leaf)?;
    if until <= now {
        return Err(io::Error::other(
            "the certificate has ended; put a new one there",
        ));
    }
    let key = CertifiedKey::from_der(chain, key, &provider::default_provider())
        .map_err(|error| io::Error::other(format!("certificate and key do not fit: {error}")))?;
    Ok(Shown {
        key: Arc::new(key),
        until,
        of,
    })
}

fn end_of(certificate: &CertificateDer<'_>) -> io::Result<SystemTime> {
    let (_, parsed) = parse_x509_certificate(certificate)
        .map_err(|error| io::Error::other(format!("the certificate cannot be read: {error}")))?;
    let seconds = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or_default();
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn written(path: &std::path::Path) -> io::Result<SystemTime> {
    let said = |error| io::Error::other(format!("{}: {error}", path.display()));
    std::fs::metadata(path)
        .and_then(|about| about.modified())
        .map_err(said)
}

#[cfg(test)]
mod tests;
