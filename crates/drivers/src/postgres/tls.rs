//! Encryption as `sslmode` asks for it, with rustls: whether the certificate is looked at, and what is trusted.

use super::error::PostgresError;
use super::settings::{Settings, SslMode};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Makes what encrypts connections with these settings.
pub(super) fn connector(settings: &Settings) -> Result<MakeRustlsConnect, PostgresError> {
    let provider = Arc::new(ring::default_provider());
    let trust = match (settings.ssl_mode, &settings.ssl_root) {
        (SslMode::VerifyFull, root) => Some(Trust::of(root.as_deref(), Name::Checked)?),
        (SslMode::VerifyCa, root) => Some(Trust::of(root.as_deref(), Name::Ignored)?),
        // With libpq, a file to trust turns `require` into `verify-ca`.
        (SslMode::Require, Some(root)) => Some(Trust::of(Some(root), Name::Ignored)?),
        (SslMode::Disable | SslMode::Allow | SslMode::Prefer | SslMode::Require, _) => None,
    };
    let verifier = Arc::new(Verifier { trust, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| PostgresError::Tls { server: settings.server(), reason: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Whether the certificate has to name the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Checked,
    Ignored,
}

/// What a certificate has to come from.
#[derive(Debug)]
struct Trust {
    roots: RootCertStore,
    /// Certificates of the file. A server's own one may stand there, as it does where nobody runs an authority; a chain
    /// of one is not what rustls calls a chain.
    pinned: Vec<CertificateDer<'static>>,
    name: Name,
}

impl Trust {
    fn of(file: Option<&Path>, name: Name) -> Result<Trust, PostgresError> {
        let mut roots = RootCertStore::empty();
        let Some(file) = file.filter(|file| *file != Path::new("system")) else {
            let native = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(native.certs);
            return if added > 0 { Ok(Trust { roots, pinned: Vec::new(), name }) } else { Err(PostgresError::NoRoots) };
        };
        let unusable = |reason: String| PostgresError::RootCertificate { path: file.to_owned(), reason };
        let pinned = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unusable(error.to_string()))?;
        let (added, _) = roots.add_parsable_certificates(pinned.iter().cloned());
        if added == 0 {
            return Err(unusable("there is no certificate in it".to_owned()));
        }
        Ok(Trust { roots, pinned, name })
    }
}

/// Looks at a server's certificate as far as the settings ask for it.
#[derive(Debug)]
struct Verifier {
    /// Nothing: whoever answers is believed, as `require` does.
    trust: Option<Trust>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(trust) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        if !trust.pinned.contains(end_entity) {
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                &trust.roots,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )?;
        }
        if trust.name == Name::Checked {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
