//! TLS by rustls. No crypto provider is installed for the process: the client uses the installed one if there is one,
//! and `ring` otherwise, for its own connections only.

use super::SetupError;
use rustls::client::WantsClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use std::sync::Arc;

/// The certificates of a PEM file.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or(SetupError::NoCertificate)
}

/// The configuration of a connection that trusts the root store, and these certificates in addition.
pub(super) fn trusting(certificates: &[CertificateDer<'static>]) -> Result<ClientConfig, SetupError> {
    let provider = provider();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
    let builder = roots::trusted(builder, certificates, provider)?;
    Ok(finished(builder))
}

/// The configuration of connections without TLS, which needs no root store.
pub(super) fn unused() -> Result<ClientConfig, SetupError> {
    let builder = ClientConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
    Ok(finished(builder.with_root_certificates(RootCertStore::empty())))
}

fn finished(builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> ClientConfig {
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

fn provider() -> Arc<CryptoProvider> {
    let installed = CryptoProvider::get_default().cloned();
    installed.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

#[allow(clippy::needless_pass_by_value)] // the shape of `map_err`
fn failed(error: rustls::Error) -> SetupError {
    SetupError::Http(error.to_string())
}

/// The certificates of Mozilla, which are part of the program.
#[cfg(feature = "webpki-roots")]
mod roots {
    use super::{CertificateDer, ClientConfig, ConfigBuilder, SetupError, WantsClientCert, failed};
    use rustls::crypto::CryptoProvider;
    use rustls::{RootCertStore, WantsVerifier};
    use std::sync::Arc;

    pub(super) fn trusted(
        builder: ConfigBuilder<ClientConfig, WantsVerifier>,
        certificates: &[CertificateDer<'static>],
        _: Arc<CryptoProvider>,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, SetupError> {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in certificates {
            store.add(certificate.clone()).map_err(failed)?;
        }
        Ok(builder.with_root_certificates(store))
    }
}

/// The certificates of the system.
#[cfg(not(feature = "webpki-roots"))]
mod roots {
    use super::{CertificateDer, ClientConfig, ConfigBuilder, SetupError, WantsClientCert, failed};
    use rustls::WantsVerifier;
    use rustls::crypto::CryptoProvider;
    use rustls_platform_verifier::Verifier;
    use std::sync::Arc;

    pub(super) fn trusted(
        builder: ConfigBuilder<ClientConfig, WantsVerifier>,
        certificates: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, SetupError> {
        let verifier = verifier(certificates, provider)?;
        Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)))
    }

    #[cfg(any(all(unix, not(target_os = "android")), windows))]
    fn verifier(
        certificates: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<Verifier, SetupError> {
        Verifier::new_with_extra_roots(certificates.iter().cloned(), provider).map_err(failed)
    }

    #[cfg(not(any(all(unix, not(target_os = "android")), windows)))]
    fn verifier(
        certificates: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<Verifier, SetupError> {
        if certificates.is_empty() {
            Verifier::new(provider).map_err(failed)
        } else {
            Err(SetupError::Http("this system accepts no further certificates".to_owned()))
        }
    }
}
