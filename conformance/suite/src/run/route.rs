//! How requests get to a target that stands behind something: through a proxy, with headers of a gateway, with a
//! certificate that only the company knows.

use super::RunError;
use crate::redact::Secrets;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, NoProxy, Proxy, Url};
use std::path::Path;

/// Names of headers that the runner sets itself.
const OWN: [&str; 8] = [
    "authorization",
    "content-type",
    "content-length",
    "host",
    "connection",
    "transfer-encoding",
    "proxy-authorization",
    "accept-encoding",
];

/// What stands between the runner and its target. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Route {
    proxies: Vec<Proxy>,
    /// The hosts of the proxies.
    proxy_hosts: Vec<String>,
    headers: HeaderMap,
    certificates: Vec<Certificate>,
    secrets: Secrets,
}

impl Route {
    /// All connections go through the proxy at this address; a user and a password in it are secrets.
    ///
    /// # Errors
    /// What is no address of a proxy.
    pub fn through(self, address: &str) -> Result<Self, RunError> {
        self.with_proxy("--proxy", address, Proxy::all)
    }

    /// Connections go through the proxies that the environment names, as other programs have it: `HTTPS_PROXY` and
    /// `HTTP_PROXY` for the addresses of their scheme, `ALL_PROXY` for the others, and none for the hosts in `NO_PROXY`.
    /// Small letters win; what is empty or not set is no proxy. `variable` reads a variable.
    ///
    /// # Errors
    /// What is no address of a proxy.
    pub fn through_environment(
        mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, RunError> {
        let read = |name: &str| {
            let value = variable(&name.to_ascii_lowercase()).or_else(|| variable(name));
            value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let none = read("NO_PROXY").and_then(|hosts| NoProxy::from_string(&hosts));
        for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            let Some(address) = read(name) else { continue };
            // Other programs take an address without its scheme.
            let address = if address.contains("://") { address } else { format!("http://{address}") };
            let make = |url| match name {
                "HTTPS_PROXY" => Proxy::https(url),
                "HTTP_PROXY" => Proxy::http(url),
                _ => Proxy::all(url),
            };
            self = self.with_proxy(name, &address, |url| Ok(make(url)?.no_proxy(none.clone())))?;
        }
        Ok(self)
    }

    fn with_proxy(
        mut self,
        what: &'static str,
        address: &str,
        make: impl Fn(Url) -> reqwest::Result<Proxy>,
    ) -> Result<Self, RunError> {
        let refused = |reason: &str| RunError::Route {
            what,
            reason: format!("{reason}; give an address such as http://127.0.0.1:3128"),
        };
        let url = Url::parse(address).map_err(|error| refused(&error.to_string()))?;
        let host = url.host_str().filter(|_| url.scheme() == "http");
        let host = host.ok_or_else(|| refused("not the address of an HTTP proxy"))?.to_owned();
        self.secrets = self.secrets.with_user(&url);
        self.proxy_hosts.push(host);
        self.proxies.push(make(url).map_err(|_| refused("cannot be used"))?);
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

    pub(super) fn proxy_hosts(&self) -> &[String] {
        &self.proxy_hosts
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
        let client = self.proxies.iter().fold(client, |client, proxy| client.proxy(proxy.clone()));
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
    fn the_environment_names_proxies_as_for_other_programs() {
        let route = |known: &'static [(&str, &str)]| {
            let read = |name: &str| {
                known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            Route::default().through_environment(read)
        };
        assert!(route(&[]).unwrap().proxies.is_empty());
        assert!(route(&[("HTTPS_PROXY", " "), ("NO_PROXY", "*")]).unwrap().proxies.is_empty());
        let all = route(&[
            ("HTTPS_PROXY", "http://joe:hunter2hunter2@secure.example:3128"),
            ("http_proxy", "small.example:3128"),
            ("HTTP_PROXY", "http://large.example:3128"),
            ("ALL_PROXY", "http://all.example"),
        ]);
        let all = all.unwrap();
        assert_eq!(all.proxy_hosts(), ["secure.example", "small.example", "all.example"]);
        assert_eq!(Redactor::hiding(all.secrets()).clean("<hunter2hunter2>"), "<[redacted]>");
        let error =
            route(&[("ALL_PROXY", "socks5://joe:hunter2hunter2@127.0.0.1:1080")]).unwrap_err().to_string();
        assert!(error.starts_with("ALL_PROXY: not the address") && !error.contains("hunter2"), "{error}");
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
