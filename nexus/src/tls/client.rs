//! TLS towards a Nexus: by the rules of the web with this machine's authorities, or by the fingerprint of a certificate that the
//! Nexus made itself. Its key stays when it renews the certificate, so the key's fingerprint stays too; either will do.
//! Not here: the spores' way, who prove the identity of the Nexus inside of the connection.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsConnector, rustls};
use x509_parser::parse_x509_certificate;

/// SHA-256.
pub type Fingerprint = [u8; 32];

/// What the certificate must be.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Good by the rules of the web.
    Authorities,
    /// This one, or one with this key.
    Pinned(Fingerprint),
}

/// What somebody shows who is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Of the certificate's key.
    pub key: Fingerprint,
    /// Its certificate is good by the rules of the web.
    pub is_good: bool,
}

/// Looks who is there, without saying anything to them.
pub async fn look(stream: TcpStream, host: &str) -> io::Result<Shown> {
    let provider = Arc::new(provider::default_provider());
    let web = authorities().and_then(|roots| {
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        verifier.build().map_err(io::Error::other)
    });
    let shown = Arc::new(Mutex::new(None));
    let rule = Rule::Look(web.ok(), Arc::clone(&shown));
    drop(handshake(stream, host, rule, provider).await?);
    let shown = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    shown.ok_or_else(|| io::Error::other("it shows no certificate"))
}

/// A TLS connection over this one.
pub async fn connect(
    stream: TcpStream,
    host: &str,
    trust: &Trust,
) -> io::Result<TlsStream<TcpStream>> {
    let provider = Arc::new(provider::default_provider());
    let rule = match trust {
        Trust::Pinned(fingerprint) => Rule::Pinned(*fingerprint),
        Trust::Authorities => {
            let roots = Arc::new(authorities()?);
            let verifier =
                WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Rule::Authorities(verifier.map_err(io::Error::other)?)
        }
    };
    handshake(stream, host, rule, provider).await
}

async fn handshake(
    stream: TcpStream,
    host: &str,
    rule: Rule,
    provider: Arc<CryptoProvider>,
) -> io::Result<TlsStream<TcpStream>> {
    let verifier = Verifier {
        rule,
        provider: Arc::clone(&provider),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

fn authorities() -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (good, _) = roots.add_parsable_certificates(found.certs);
    if good == 0 {
        return Err(io::Error::other(
            "this machine has no certificate authorities; install ca-certificates, or give --fingerprint",
        ));
    }
    Ok(roots)
}

/// The fingerprint of the key of the first certificate in a PEM file.
pub fn fingerprint_of_file(path: &Path) -> io::Result<Fingerprint> {
    let failed = |why: String| io::Error::other(format!("{}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificate =
        CertificateDer::from_pem_slice(&pem).map_err(|error| failed(error.to_string()))?;
    of_key(&certificate).ok_or_else(|| failed("holds no certificate that can be read".to_owned()))
}

/// As people write them: 64 hexadecimal digits, perhaps with colons or spaces between.
pub fn read_fingerprint(text: &str) -> Option<Fingerprint> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|character| !matches!(character, ':' | ' '))
        .map(|character| character.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    bytes.try_into().ok()
}

fn sha256(bytes: &[u8]) -> Fingerprint {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

fn of_key(certificate: &CertificateDer<'_>) -> Option<Fingerprint> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    Some(sha256(parsed.public_key().raw))
}

/// Hexadecimal digits in pairs, as other programs show them.
pub fn written(fingerprint: &Fingerprint) -> String {
    let pairs: Vec<_> = fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    pairs.join(":")
}

#[derive(Debug)]
enum Rule {
    Authorities(Arc<WebPkiServerVerifier>),
    Pinned(Fingerprint),
    /// Anybody, and what they showed; with the rules of the web where there are some.
    Look(Option<Arc<WebPkiServerVerifier>>, Arc<Mutex<Option<Shown>>>),
}

#[derive(Debug)]
struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let key = of_key(certificate).ok_or(CertificateError::BadEncoding)?;
        match &self.rule {
            Rule::Pinned(wanted) if *wanted == key || *wanted == sha256(certificate) => {
                Ok(ServerCertVerified::assertion())
            }
            Rule::Pinned(_) => Err(Error::General(format!(
                "its key has the fingerprint {}, not the one that is wanted: another Nexus, or somebody on the way",
                written(&key)
            ))),
            Rule::Look(web, shown) => {
                let is_good = web.as_ref().is_some_and(|web| {
                    web.verify_server_cert(certificate, others, name, ocsp, now).is_ok()
                });
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                *shown = Some(Shown { key, is_good });
                Ok(ServerCertVerified::assertion())
            }
            Rule::Authorities(web) => web
                .verify_server_cert(certificate, others, name, ocsp, now)
                .map_err(|error| {
                    Error::General(format!(
                        "its certificate is not good for this machine ({error}); if `nexus fingerprint` says the same on \
                         the machine of the Nexus, give --fingerprint {}",
                        written(&key)
                    ))
                }),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_as_people_write_them() {
        let fingerprint = sha256(b"x");
        let text = written(&fingerprint);
        assert_eq!(text.len(), 95);
        for text in [
            text.clone(),
            text.to_uppercase(),
            text.replace(':', ""),
            text.replace(':', " "),
        ] {
            assert_eq!(read_fingerprint(&text), Some(fingerprint));
        }
        for text in [
            "",
            "ab",
            &"a".repeat(63),
            &"a".repeat(65),
            &"g".repeat(64),
            &"ü".repeat(64),
        ] {
            assert_eq!(read_fingerprint(text), None, "{text:?}");
        }
    }
}
