//! What the provider publishes: the document of a model, from the schema service or the model's page, and the list of the
//! models of a release.
//!
//! Every answer is checked before anything reads it: status, kind of content, and whether it is about the model that was
//! asked for. What was read is kept, and is read again only if the server has another version.

mod cache;
mod release;

pub(crate) use cache::Cache;
pub(crate) use release::{Listed, Models, Release};

use airspec_spec::facts::{Facts, Layout};
use airspec_spec::text::visible;
use airspec_spec::{MAX_BYTES, ReadError, Source, Strictness, import};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Page, Reader, Version};
use std::time::Duration;

/// The addresses of the provider.
pub(crate) const SERVICE: &str = "https://schemas.runware.ai";
pub(crate) const PAGES: &str = "https://runware.ai/docs/models";

/// The release that the service answers for without a name.
pub(crate) const LATEST: &str = "latest";

/// The largest list of a release, in bytes: it holds the schemas of all models.
const MAX_RELEASE: usize = 96 << 20;
const MAX_DOCUMENT: usize = 8 << 20;
const _: () = assert!(MAX_DOCUMENT as u64 == MAX_BYTES);

/// Where a document of a model is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum From {
    /// The schema service, or else the model's `schema.json`, or else its page: the first that knows the model
    Auto,
    /// The schema service: the schemas of a request and of a result
    Service,
    /// `schema.json` of the model's page: an OpenAPI file
    Schema,
    /// The model's page in Markdown
    Page,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The server does not know what was asked for.
    #[error("{address}: HTTP 404: {what} is not published there")]
    Unknown { address: String, what: String },
    /// No complete answer, or one of another kind.
    #[error("{address}: {reason}")]
    Failed { address: String, reason: String },
    /// What came is no document that we understand.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The model cannot be named as this source names models.
    #[error("{0}")]
    Unnamed(String),
}

/// The servers of the provider.
pub(crate) struct Provider {
    reader: Reader,
    service: String,
    pages: String,
    cache: Cache,
    strictness: Strictness,
}

/// A text that was read.
struct Text {
    text: String,
    /// Its version, unless it is from the cache.
    version: Option<Version>,
}

/// What a document is expected to be.
#[derive(Clone, Copy)]
struct Expected {
    layout: Layout,
    media: &'static str,
    accepts: fn(Layout) -> bool,
}

const OF_SERVICE: Expected = Expected {
    layout: Layout::Service,
    media: "JSON",
    accepts: |layout| matches!(layout, Layout::Service | Layout::Task),
};
const OF_SCHEMA: Expected =
    Expected { layout: Layout::OpenApi, media: "JSON", accepts: |layout| layout == Layout::OpenApi };
const OF_PAGE: Expected =
    Expected { layout: Layout::Markdown, media: "Markdown", accepts: |layout| layout == Layout::Markdown };

impl Provider {
    pub(crate) fn new(reader: Reader, service: &str, pages: &str, cache: Cache) -> Self {
        let base = |text: &str| text.trim().trim_end_matches('/').to_owned();
        let (service, pages) = (base(service), base(pages));
        Self { reader, service, pages, cache, strictness: Strictness::Strict }
    }

    /// The same, whose documents are read in that way.
    pub(crate) fn with(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// The document of a model, which is named by its slug or its AIR id, and its facts. `slugs` knows the slugs of some
    /// AIR ids.
    pub(crate) async fn document(
        &self,
        name: &str,
        from: From,
        slugs: &[(String, Option<String>)],
    ) -> Result<(Source, Facts), FetchError> {
        match from {
            From::Service => self.of_service(name).await,
            From::Schema => self.of_schema(name, slugs).await,
            From::Page => self.of_page(name, slugs).await,
            From::Auto => {
                let unknown = match self.of_service(name).await {
                    Err(unknown @ FetchError::Unknown { .. }) => unknown,
                    other => return other,
                };
                match self.of_schema(name, slugs).await {
                    Err(FetchError::Unknown { .. }) => self.of_page(name, slugs).await,
                    // That the service knows no slug either says less than that it does not know the model.
                    Err(FetchError::Unnamed(_)) => Err(unknown),
                    other => other,
                }
            }
        }
    }

    async fn of_service(&self, name: &str) -> Result<(Source, Facts), FetchError> {
        let address = format!("{}/resolve/{}", self.service, encoded(name));
        self.checked(&address, name, OF_SERVICE).await
    }

    async fn of_schema(
        &self,
        name: &str,
        slugs: &[(String, Option<String>)],
    ) -> Result<(Source, Facts), FetchError> {
        let slug = self.slug(name, slugs).await?;
        let address = format!("{}/{}/schema.json", self.pages, encoded(&slug));
        self.checked(&address, name, OF_SCHEMA).await
    }

    async fn of_page(
        &self,
        name: &str,
        slugs: &[(String, Option<String>)],
    ) -> Result<(Source, Facts), FetchError> {
        let slug = self.slug(name, slugs).await?;
        let address = format!("{}/{}.md", self.pages, encoded(&slug));
        self.checked(&address, name, OF_PAGE).await
    }

    /// The model's document of a whole release, as the schema service would answer.
    pub(crate) async fn of_release(&self, name: &str, release: &str) -> Result<(Source, Facts), FetchError> {
        let address = self.release_address(release, "schema-map.json");
        let release = self.release(release).await?;
        let answer = release.answer(name, &self.pages).ok_or_else(|| FetchError::Failed {
            address: address.clone(),
            reason: format!("the release has no model `{}`; `airspec catalogue` lists them", visible(name)),
        })?;
        let source = Source::new(format!("{address}#{}", visible(name)), answer).with(self.strictness);
        let facts = import::read(&source)?;
        Ok((source, facts))
    }

    /// The models of a release.
    pub(crate) async fn models(&self, release: Option<&str>) -> Result<Models, FetchError> {
        let address = match release {
            Some(release) => self.release_address(release, "registry.json"),
            None => format!("{}/registry.json", self.service),
        };
        let read = self.text(&address, "the release", "JSON", MAX_DOCUMENT).await?;
        let models = Models::read(&address, &read.text)?;
        self.keep(&address, &read);
        Ok(models)
    }

    /// A whole release: the models with their schemas.
    pub(crate) async fn release(&self, release: &str) -> Result<Release, FetchError> {
        let address = self.release_address(release, "schema-map.json");
        let read = self.text(&address, "the release", "JSON", MAX_RELEASE).await?;
        let release = Release::read(&address, &read.text)?;
        self.keep(&address, &read);
        Ok(release)
    }

    fn release_address(&self, release: &str, file: &str) -> String {
        format!("{}/releases/{}/{file}", self.service, encoded(release))
    }

    /// The slug of a model: pages know no AIR ids.
    async fn slug(&self, name: &str, slugs: &[(String, Option<String>)]) -> Result<String, FetchError> {
        if !is_air(name) {
            return Ok(name.to_owned());
        }
        if let Some((slug, _)) = slugs.iter().find(|(_, air)| air.as_deref() == Some(name)) {
            return Ok(slug.clone());
        }
        let slug = self.models(None).await.ok().and_then(|models| models.slug(name).map(str::to_owned));
        slug.ok_or_else(|| {
            FetchError::Unnamed(format!(
                "pages are named by slugs, and that of `{}` is not known: use --model SLUG",
                visible(name)
            ))
        })
    }

    /// A document that is of the expected layout and about the model.
    async fn checked(
        &self,
        address: &str,
        name: &str,
        expected: Expected,
    ) -> Result<(Source, Facts), FetchError> {
        let what = format!("the model `{}`", visible(name));
        let read = self.text(address, &what, expected.media, MAX_DOCUMENT).await?;
        let source = Source::new(visible(address), read.text.as_str()).with(self.strictness);
        let facts = import::read(&source)?;
        let failed = |reason| Err(FetchError::Failed { address: visible(address).into_owned(), reason });
        if !(expected.accepts)(facts.layout) {
            return failed(format!("expected {}, found {}", expected.layout, facts.layout));
        }
        let (kind, found) =
            if is_air(name) { ("", &facts.identity.air) } else { ("slug ", &facts.identity.slug) };
        match found {
            Some(found) if found != name => failed(format!(
                "asked for the model `{}`, the answer is about {kind}`{}`",
                visible(name),
                visible(found)
            )),
            _ => {
                self.keep(address, &read);
                Ok((source, facts))
            }
        }
    }

    /// Keeps a text that is what was asked for.
    fn keep(&self, address: &str, read: &Text) {
        if let Some(version) = &read.version {
            self.cache.put(address, version, &read.text);
        }
    }

    /// The text at an address, from the cache where the server has no other version.
    async fn text(&self, address: &str, what: &str, media: &str, bytes: usize) -> Result<Text, FetchError> {
        let shown = || visible(address).into_owned();
        let failed = |reason: String| FetchError::Failed { address: shown(), reason };
        let kept = self.cache.get(address, bytes);
        let known = kept.as_ref().map(|kept| kept.version.clone()).unwrap_or_default();
        let page = self.reader.get(address, &known, bytes).await.map_err(|loss| failed(lost(&loss)))?;
        if let (304, Some(kept)) = (page.status, kept) {
            return Ok(Text { text: kept.text, version: None });
        }
        if page.status == 404 {
            return Err(FetchError::Unknown { address: shown(), what: what.to_owned() });
        }
        refused(&page, media).map_err(failed)?;
        let text = String::from_utf8(page.body)
            .map_err(|_| failed(format!("the answer is not text in UTF-8, expected {media}")))?;
        Ok(Text { text, version: Some(page.version) })
    }
}

/// Whether a name is an AIR id, not a slug.
fn is_air(name: &str) -> bool {
    name.contains([':', '@'])
}

/// A name as one step of a URL's path.
fn encoded(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    // A step of dots alone would lead elsewhere.
    let is_dots = name.bytes().all(|byte| byte == b'.');
    let step = |byte: u8| {
        if is_plain(byte) && !is_dots { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    name.bytes().map(step).collect()
}

/// Why an answer did not come whole, and what to do.
fn lost(loss: &Loss) -> String {
    match loss {
        Loss::Unreachable(_) => format!("{loss}; is there a network, and is a proxy needed (--proxy)?"),
        Loss::TimedOut(_) => format!("{loss}; --timeout SECONDS allows more"),
        Loss::Broken(_) => format!("the answer ended early ({loss}); try again"),
        Loss::TooLarge { .. } => format!("{loss}; is this the right address?"),
        _ => loss.to_string(),
    }
}

/// Why an answer is not what was asked for, by its status and its first bytes.
fn refused(page: &Page, media: &str) -> Result<(), String> {
    let later = page.retry_after.filter(|pause| *pause < Duration::from_secs(86_400));
    let later = later.map_or_else(|| "later".to_owned(), |pause| format!("in {} s", pause.as_secs()));
    match page.status {
        200 => {}
        401 | 403 | 407 => {
            return Err(format!("HTTP {}: access is refused; is this the right address?", page.status));
        }
        429 | 500..=599 => return Err(format!("HTTP {}: try again {later}", page.status)),
        status => return Err(format!("HTTP {status} instead of 200; is this the right address?")),
    }
    let start: Vec<u8> =
        page.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(9).collect();
    let start = start.to_ascii_lowercase();
    let is_html = start.starts_with(b"<!doctype") || start.starts_with(b"<html");
    if is_html || matches!(page.media.as_deref(), Some("text/html" | "application/xhtml+xml")) {
        return Err(format!(
            "HTML instead of {media}: is this the right address, or did a proxy answer in its place?"
        ));
    }
    if page.body.iter().all(u8::is_ascii_whitespace) {
        return Err("the answer is empty; try again".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_step_of_a_path() {
        assert_eq!(encoded("openai:gpt-image@2"), "openai%3Agpt-image%402");
        assert_eq!(encoded("../é"), "..%2F%C3%A9");
        assert_eq!((encoded(".."), encoded("1.0")), ("%2E%2E".to_owned(), "1.0".to_owned()));
    }
}
