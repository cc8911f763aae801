//! The HTTP clients: one for the endpoint, and some for files; or one that the caller has made.

use super::SetupError;
use super::error::Error;
use super::http::cause;
use super::reach::{PublicNames, Reach};
use super::settings::Settings;
use super::url::is_loopback;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{ClientBuilder, Url};
use std::sync::OnceLock;

/// The number of redirects that are followed for a file.
const MOVES: usize = 5;

#[derive(Debug)]
pub(super) struct Transport {
    /// For the endpoint: redirects are not followed, so the key is sent nowhere else.
    pub(super) api: reqwest::Client,
    files: Files,
}

#[derive(Debug)]
enum Files {
    /// The caller's client, which decides itself about redirects, names and proxies.
    Own(reqwest::Client),
    /// Each is created for the first file that needs it, since only https needs certificates.
    Made { reach: Reach, here: Slot, plain: Slot, secure: Slot },
}

type Slot = OnceLock<Result<reqwest::Client, SetupError>>;

/// What a client is for.
#[derive(Clone, Copy)]
struct Purpose {
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "the caller's client has its own TLS"))]
    is_secure: bool,
    /// Whether it connects to this machine, where no proxy of the environment is asked.
    is_here: bool,
    /// For files: which hosts they may be on.
    files: Option<Reach>,
}

impl Transport {
    pub(super) fn new(settings: &Settings, endpoint: &Url, reach: Reach) -> Result<Self, SetupError> {
        if let Some(own) = &settings.http_client {
            return Ok(Self { api: own.clone(), files: Files::Own(own.clone()) });
        }
        // The endpoint is the caller's choice, wherever it is.
        let is_here = is_loopback(endpoint.host_str().unwrap_or_default());
        let purpose = Purpose { is_secure: endpoint.scheme() == "https", is_here, files: None };
        let slot = OnceLock::new;
        let files = Files::Made { reach, here: slot(), plain: slot(), secure: slot() };
        Ok(Self { api: made(settings, purpose)?, files })
    }

    /// The client for a file.
    pub(super) fn file(&self, url: &Url, settings: &Settings) -> Result<&reqwest::Client, Error> {
        let refused = |reason: String| Error::File { status: None, reason };
        let (reach, here, plain, secure) = match &self.files {
            Files::Own(own) => return Ok(own),
            Files::Made { reach, here, plain, secure } => (*reach, here, plain, secure),
        };
        let is_here = is_loopback(url.host_str().unwrap_or_default());
        let (slot, is_secure) = match url.scheme() {
            "http" if is_here => (here, false),
            "http" => (plain, false),
            "https" => (secure, true),
            other => return Err(refused(format!("its URL is neither http nor https, but {other:.20}"))),
        };
        let purpose = Purpose { is_secure, is_here: is_here && !is_secure, files: Some(reach) };
        let client = slot.get_or_init(|| made(settings, purpose));
        client.as_ref().map_err(|error| refused(error.to_string()))
    }
}

fn made(settings: &Settings, purpose: Purpose) -> Result<reqwest::Client, SetupError> {
    let policy = match purpose.files {
        Some(reach) => Policy::custom(move |attempt| moved(attempt, reach)),
        None => Policy::none(),
    };
    let builder = reqwest::Client::builder()
        .redirect(policy)
        // The URL of a file can contain a secret, which the next host must not get.
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .retry(reqwest::retry::never())
        .user_agent(concat!("airspec-models/", env!("CARGO_PKG_VERSION")));
    let builder = secured(proxied(builder, settings, purpose)?, settings, purpose)?;
    builder.build().map_err(|error| SetupError::Http(cause(&error)))
}

/// The proxy of the settings, or those of the environment.
fn proxied(
    builder: ClientBuilder,
    settings: &Settings,
    purpose: Purpose,
) -> Result<ClientBuilder, SetupError> {
    let is_public = purpose.files == Some(Reach::Public);
    if let Some(proxy) = settings.proxied()? {
        // The proxy resolves the names of hosts itself; its own address may be private.
        return Ok(builder.proxy(proxy));
    }
    let (builder, proxies) = if purpose.is_here || !settings.environment_proxy {
        (builder.no_proxy(), Vec::new())
    } else {
        (builder, environment_proxies())
    };
    Ok(if is_public { builder.dns_resolver(PublicNames::and(proxies)) } else { builder })
}

/// The hosts of the proxies of the environment, whose addresses may be private.
fn environment_proxies() -> Vec<String> {
    let variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let host = |variable| {
        let text: String = std::env::var(variable).ok()?;
        let url = Url::parse(&text).ok().filter(Url::has_host);
        let url = url.or_else(|| Url::parse(&format!("http://{text}")).ok())?;
        url.host_str().map(str::to_ascii_lowercase)
    };
    variables.into_iter().filter_map(host).collect()
}

#[cfg(feature = "client")]
fn secured(
    builder: ClientBuilder,
    settings: &Settings,
    purpose: Purpose,
) -> Result<ClientBuilder, SetupError> {
    let config =
        if purpose.is_secure { super::tls::trusting(&settings.certificates)? } else { super::tls::unused()? };
    Ok(builder.tls_backend_preconfigured(config))
}

/// Without the feature `client`, https works if another crate has chosen a TLS library for reqwest.
#[cfg(not(feature = "client"))]
fn secured(
    builder: ClientBuilder,
    _: &Settings,
    Purpose { is_secure: _, .. }: Purpose,
) -> Result<ClientBuilder, SetupError> {
    Ok(builder)
}

/// Follows redirects of files, but not from https to http.
fn moved(attempt: Attempt<'_>, reach: Reach) -> reqwest::redirect::Action {
    if let Err(error) = reach.check(attempt.url()) {
        return attempt.error(error);
    }
    let from = attempt.previous().last().map_or("", Url::scheme);
    let (to, count) = (attempt.url().scheme(), attempt.previous().len());
    match (from, to) {
        _ if count > MOVES => attempt.error("too many redirects"),
        // The client for http has no certificates.
        ("http", "https") => attempt.stop(),
        ("https", "https") | ("http", "http") => attempt.follow(),
        _ => attempt.error("a redirect to a URL that is not https"),
    }
}
