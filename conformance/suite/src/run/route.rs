//! How requests get to a target that stands behind something: through a proxy, with headers of a gateway, with a
//! certificate that only the company knows.

use super::RunError;
use crate::redact::Secrets;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Proxy, Url};
use std::path::Path;

/// Names of headers that the runner sets itself.
const OWN: [&str; 7] = [
    "authorization",
    "content-type",
    "content-length",
    "host",
    "connection",
    "transfer-encoding",
    "proxy-authorization",
];

/// What stands between the runner and its target. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Route {
    proxy: Option<Proxy>,
    headers: HeaderMap,
    certificates: Vec<Certificate>,
    secrets: Secrets,
}

impl Route {
    /// All connections go through the proxy at this address; a user and a password in it are secrets.
    ///
    /// # Errors
    /// What is no address of a proxy.
    pub fn through(mut self, address: &str) -> Result<Self, RunError> {
        let refused = |reason: &str| RunError::Route {
            what: "--proxy",
            reason: format!("{reason}; give an address such as http://127.0.0.1:3128"),
        };
        let url = Url::parse(address).map_err(|error| refused(&error.to_string()))?;
        if url.scheme() != "http" || url.host_str().is_none() {
            return Err(refused("not the address of an HTTP proxy"));
        }
        self.secrets = self.secrets.with_user(&url);
        self.proxy = Some(Proxy::all(url).map_err(|_| refused("cannot be used"))?);
        Ok(self)
    }

    /// Every request to the endpoint carries this header, `NAME:VALUE`. The value is a secret.
    ///
    /// # Errors
    /// What is no header, and a header that the runner sets itself. The value is never repeated.
    pub fn with_header(mut self, line: &str) -> Result<Self, RunError> {
        let refused = |reason: String| RunError::Route { what: "--header", reason };
        let no_header = || refused("use NAME:VALUE, such as 'X-Gateway: secret'".to_owned());
        let (name, value) = line.split_once(':').ok_or_else(no_header)?;
        let name = HeaderName::try_from(name.trim()).map_err(|_| no_header())?;
        if OWN.contains(&name.as_str()) {
            let hint = if name == "authorization" { "; the key comes from RUNWARE_API_KEY" } else { "" };
            return Err(refused(format!("`{name}` is set by the runner itself{hint}")));
        }
        let mut value = HeaderValue::try_from(value.trim()).map_err(|_| {
            refused(format!("the value of `{name}` holds characters that no header can carry"))
        })?;
        value.set_sensitive(true);
        self.secrets = self.secrets.with_header(&String::from_utf8_lossy(value.as_bytes()));
        self.headers.append(name, value);
        Ok(self)
    }

    /// Certificates that vouch for the target or the proxy, beside those of the system.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no certificate.
    pub fn trusting(mut self, path: &Path) -> Result<Self, RunError> {
        let refused = |reason: String| RunError::Route {
            what: "--ca-file",
            reason: format!("{}: {reason}", airspec_spec::text::visible(&path.display().to_string())),
        };
        let text = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let found = Certificate::from_pem_bundle(&text).unwrap_or_default();
        if found.is_empty() {
            return Err(refused("holds no certificate in PEM form".to_owned()));
        }
        self.certificates.extend(found);
        Ok(self)
    }

    /// The names of the headers, for a command that repeats a request.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(HeaderName::as_str)
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What must not be told: values of headers, and the user and the password of the proxy.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The client with the proxy; `https` ones know the certificates too.
    pub(super) fn applied(&self, client: reqwest::ClientBuilder, secure: bool) -> reqwest::ClientBuilder {
        let client = match &self.proxy {
            Some(proxy) => client.proxy(proxy.clone()),
            None => client,
        };
        if secure && !self.certificates.is_empty() {
            return client.tls_certs_merge(self.certificates.clone());
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;

    #[test]
    fn a_header_is_a_name_and_a_value_and_the_value_stays_secret() {
        let route = Route::default().with_header("X-Gateway:  Token hunter2hunter2 ").unwrap();
        assert_eq!(route.headers()["x-gateway"], "Token hunter2hunter2");
        assert_eq!(Redactor::hiding(route.secrets()).clean("<hunter2hunter2>"), "<[redacted]>");
        assert!(!format!("{route:?}").contains("hunter2"), "{route:?}");
        for bad in ["X-Gateway", "x y: hunter2", "X: a\u{1}hunter2", "Authorization: hunter2", ": hunter2"] {
            let error = Route::default().with_header(bad).unwrap_err().to_string();
            assert!(error.starts_with("--header: ") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_and_its_password_is_not_repeated() {
        assert!(Route::default().through("http://user:hunter2@127.0.0.1:3128").is_ok());
        for bad in ["127.0.0.1:3128", "", "ftp://user:hunter2@x/"] {
            let error = Route::default().through(bad).unwrap_err().to_string();
            assert!(error.starts_with("--proxy: ") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Route::default().trusting(file.path()).unwrap_err().to_string();
        assert!(error.starts_with("--ca-file: ") && error.contains("holds no certificate"), "{error}");
        let error = Route::default().trusting(Path::new("/nowhere.pem")).unwrap_err().to_string();
        assert!(error.contains("/nowhere.pem"), "{error}");
    }
}
