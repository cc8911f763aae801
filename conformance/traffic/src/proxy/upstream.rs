//! The one server that is forwarded to.

use super::Settings;
use axum::body::Body;
use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection to the target may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Unused connections that are kept, and for how long.
const IDLE: usize = 64;
const IDLE_TIME: Duration = Duration::from_secs(30);

/// The connections to the target.
pub(super) type Upstream = Client<HttpsConnector<HttpConnector>, Body>;

/// The endpoint of the server that is forwarded to.
#[derive(Clone, Debug)]
pub struct Target {
    scheme: String,
    authority: String,
    path: String,
}

/// Why a target cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It is no URL of an endpoint.
    #[error("target: {0}; give the full endpoint, such as https://api.runware.ai/v1")]
    Url(String),
    /// Its certificates cannot be checked.
    #[error("--ca-file: {path}: {reason}")]
    Certificates {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The system gives no certificates.
    #[error("cannot start TLS: {0}")]
    Tls(String),
}

impl Target {
    /// Reads a URL; `ws` and `wss` are the same as `http` and `https`.
    ///
    /// # Errors
    /// What is no URL of an endpoint.
    pub fn new(url: &str) -> Result<Self, TargetError> {
        let refused = |reason: &str| TargetError::Url(reason.to_owned());
        let uri: Uri = url.parse().map_err(|_| refused("no URL"))?;
        let scheme = match uri.scheme_str() {
            Some("http" | "ws") => "http",
            Some("https" | "wss") => "https",
            _ => return Err(refused("none of http, https, ws and wss")),
        };
        let authority = uri.authority().ok_or_else(|| refused("no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("has a user name or a password, which are not forwarded"));
        }
        if uri.query().is_some() {
            return Err(refused("has a query; clients send their own"));
        }
        Ok(Self { scheme: scheme.to_owned(), authority: authority.to_string(), path: uri.path().to_owned() })
    }

    /// The path of the endpoint.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The endpoint, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.path)
    }

    /// Whether a path is that of the endpoint.
    pub(super) fn is_endpoint(&self, path: &str) -> bool {
        path.trim_end_matches('/') == self.path.trim_end_matches('/')
    }

    /// The same place at the target.
    pub(super) fn at(&self, uri: &Uri) -> Option<Uri> {
        let place = uri.path_and_query().map_or("/", |place| place.as_str());
        let parts = Uri::builder().scheme(self.scheme.as_str()).authority(self.authority.as_str());
        parts.path_and_query(place).build().ok()
    }
}

/// The client of a target.
pub(super) fn client(target: &Target, settings: &Settings) -> Result<Upstream, TargetError> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIME.min(settings.timeout)));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls(target, settings.ca_file.as_deref())?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(IDLE)
        .build(connector))
}

fn tls(target: &Target, ca_file: Option<&Path>) -> Result<ClientConfig, TargetError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| TargetError::Tls(error.to_string()))?;
    let extra = ca_file.map(certificates).transpose()?.unwrap_or_default();
    if target.scheme == "http" {
        // The certificates of the system are not looked for where none is needed.
        return Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = Verifier::new_with_extra_roots(extra, provider);
    let verifier = verifier.map_err(|error| TargetError::Tls(error.to_string()))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// The certificates of a PEM file.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TargetError> {
    let refused = |reason: String| TargetError::Certificates {
        path: airspec_spec::text::visible(&path.display().to_string()).into_owned(),
        reason,
    };
    let text = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) | Err(_) => Err(refused("holds no certificate in PEM form".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_the_url_of_an_endpoint() {
        let target = Target::new("wss://api.example:8443/v1").unwrap();
        assert_eq!(target.shown(), "https://api.example:8443/v1");
        assert!(target.is_endpoint("/v1/") && !target.is_endpoint("/v2"));
        let place = target.at(&"/v1/x?y=%20z".parse().unwrap()).unwrap();
        assert_eq!(place.to_string(), "https://api.example:8443/v1/x?y=%20z");
        for bad in ["", "api.example/v1", "ftp://h/", "http://u:hunter2@h/", "http://h/?k=hunter2", "/v1"] {
            let error = Target::new(bad).unwrap_err().to_string();
            assert!(error.starts_with("target: ") && !error.contains("hunter2"), "{bad}: {error}");
        }
    }
}
