//! TLS towards the Nexus. A Nexus that ends TLS itself is known by its key, which it proves inside the connection and for this
//! connection; so its certificate, which it made itself, need not say anything. Where TLS ends at a proxy there is no such
//! proof, and the certificate must be good by the rules of the web (RFC 5280, the system's authorities).
//! Not here: that proof, see [`super::introduction`].

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, version,
};

use super::flow::Counted;

/// What the certificate must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Whatever it is; the Nexus proves itself by its key, bound to this connection. TLS 1.3 only.
    ByKey,
    /// Good by the rules of the web.
    ByAuthority,
}

/// A TLS connection over this one.
pub(super) async fn connect(
    stream: Counted,
    host: &str,
    trust: Trust,
) -> io::Result<TlsStream<Counted>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let mut config = match trust {
        Trust::ByKey => builder
            .with_protocol_versions(&[&version::TLS13])
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(ByKey(provider)))
            .with_no_client_auth(),
        Trust::ByAuthority => builder
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(io::Error::other)?
            .with_root_certificates(authorities()?)
            .with_no_client_auth(),
    };
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
            "this machine has no certificate authorities; install ca-certificates, or set SSL_CERT_FILE",
        ));
    }
    Ok(roots)
}

/// Checks that the peer holds the certificate's key, and no more.
#[derive(Debug)]
struct ByKey(Arc<CryptoProvider>);

impl ServerCertVerifier for ByKey {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General(
            "TLS 1.2 has no binding that can be relied on".to_owned(),
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
