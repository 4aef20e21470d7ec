//! Certificates: whom we believe to be the mail server.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_rustls::TlsConnector;

/// Reads the certificates of a PEM file.
pub(crate) fn read_ca(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let named = |what: String| format!("mail URL: ca file {}: {what}", file.display());
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|fault| named(fault.to_string()))?;
    if certificates.is_empty() {
        return Err(named("it holds no certificate".into()));
    }
    Ok(certificates)
}

/// Checks the server's certificate against the system's roots and `ca`. Reads the system's roots: blocking.
///
/// A certificate that is itself named in `ca` is taken for the host names it bears: what `openssl req -x509` makes
/// is an authority and the server's certificate in one, which path validation alone refuses.
pub(crate) fn verified(ca: &[CertificateDer<'static>]) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in ca {
        roots.add(certificate.clone()).map_err(|fault| format!("mail URL: ca: {fault}"))?;
    }
    let provider = Arc::new(ring::default_provider());
    let by_path = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|fault| format!("no certificate authorities to trust: {fault}"))?;
    connector(Verifier { trust: Trust::Path { by_path, named: ca.to_vec() }, provider })
}

/// Takes any certificate: keeps out who only listens. For STARTTLS that is not demanded, where whoever could show a
/// false certificate could as well hide the offer (RFC 7435).
pub(crate) fn unverified() -> Result<TlsConnector, String> {
    connector(Verifier { trust: Trust::Anyone, provider: Arc::new(ring::default_provider()) })
}

fn connector(verifier: Verifier) -> Result<TlsConnector, String> {
    let config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Trust {
    Anyone,
    Path { by_path: Arc<WebPkiServerVerifier>, named: Vec<CertificateDer<'static>> },
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.trust {
            Trust::Anyone => Ok(ServerCertVerified::assertion()),
            Trust::Path { named, .. } if named.iter().any(|known| known.as_ref() == certificate.as_ref()) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            Trust::Path { by_path, .. } => by_path.verify_server_cert(certificate, chain, name, ocsp, now),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
