//! `airspec fetch`: what the provider publishes for a model, as it is. The other commands about sources share its flags.

use super::{End, Failure, show_raw, shown};
use crate::published::{Cache, From, PAGES, Provider, SERVICE};
use airspec_report::replace;
use airspec_spec::facts::Facts;
use airspec_spec::{Source, Strictness, import};
use airspec_suite::run::{Reader, Route};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the provider publishes, and how it is read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Reading from the provider")]
pub(super) struct Published {
    /// Source of the document
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    from: From,
    /// Release of the provider's schemas to read from, such as 20261012T0000 or `latest`
    #[arg(long, value_name = "RELEASE", conflicts_with = "from")]
    release: Option<String>,
    /// Read a document with keywords that are outside the dialect: these are not compared or taken over, and listed
    #[arg(long)]
    lenient: bool,
    #[command(flatten)]
    connection: Connection,
}

/// The servers of the provider, and the way to them.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Reading from the provider")]
pub(super) struct Connection {
    /// Address of the schema service
    #[arg(long, value_name = "URL", env = "AIRSPEC_SCHEMA_SERVICE", default_value = SERVICE)]
    service: String,
    /// Address below which the pages of models are
    #[arg(long, value_name = "URL", env = "AIRSPEC_MODEL_PAGES", default_value = PAGES)]
    pages: String,
    /// Folder that keeps what was read, for the next time. Default: `airspec` in the user's folder for caches
    #[arg(long, value_name = "DIR", env = "AIRSPEC_CACHE", hide_env_values = true)]
    cache: Option<OsString>,
    /// Read again what is in the cache
    #[arg(long)]
    no_cache: bool,
    /// Maximum duration of reading one document
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = super::wire::seconds)]
    timeout: Duration,
    /// URL of an HTTP proxy, or `env` for HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// PEM file of certificates to trust, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Connection {
    pub(super) fn provider(&self) -> Result<Provider, Failure> {
        let mut route = match self.proxy.as_deref() {
            Some("env") => Route::default().through_environment(|name| std::env::var(name).ok())?,
            Some(address) => Route::default().through(address)?,
            None => Route::default(),
        };
        if let Some(path) = &self.ca_file {
            route = route.trusting(path)?;
        }
        let cache =
            if self.no_cache { Cache::none() } else { Cache::of_user(self.cache.as_deref().map(Path::new)) };
        Ok(Provider::new(Reader::new(route, self.timeout)?, &self.service, &self.pages, cache))
    }
}

impl Published {
    /// The release of the provider's schemas that is read from.
    pub(super) fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    /// The document of a model and its facts. `slugs` knows the slugs of some AIR ids.
    pub(super) fn document(
        &self,
        name: &str,
        slugs: &[(String, Option<String>)],
    ) -> Result<(Source, Facts), Failure> {
        let provider = self.connection.provider()?.with(self.strictness());
        let read = async {
            match &self.release {
                Some(release) => provider.of_release(name, release).await,
                None => provider.document(name, self.from, slugs).await,
            }
        };
        let (source, facts) = super::runtime()?.block_on(read)?;
        super::spec::tell(source.name(), &facts.unchecked);
        Ok((source, facts))
    }

    /// What is done about keywords that are outside the dialect.
    pub(super) fn strictness(&self) -> Strictness {
        super::spec::strictness(self.lenient)
    }

    /// The document of a file, or else of a model that the provider publishes, and its facts.
    pub(super) fn file_or_model(
        &self,
        file: Option<&Path>,
        model: Option<&str>,
        slugs: &[(String, Option<String>)],
    ) -> Result<(Source, Facts), Failure> {
        match (file, model) {
            (Some(path), _) => {
                let source = airspec_spec::read_source(path)?.with(self.strictness());
                let facts = import::read(&source)?;
                super::spec::tell(source.name(), &facts.unchecked);
                Ok((source, facts))
            }
            (None, Some(model)) => self.document(model, slugs),
            (None, None) => Err(Failure("name a file, or a model with --model".to_owned())),
        }
    }
}

/// The slugs and AIR ids of the built-in specs.
pub(super) fn built_in() -> Vec<(String, Option<String>)> {
    let air = |text: &str| airspec_spec::read(&Source::new("spec", text)).ok().and_then(|model| model.air);
    airspec_spec::documents().iter().map(|(slug, text)| ((*slug).to_owned(), air(text))).collect()
}

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Slug or AIR id of the model
    #[arg(value_name = "NAME")]
    model: String,
    /// File to write, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    published: Published,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let (source, facts) = arguments.published.document(&arguments.model, &built_in())?;
    match &arguments.out {
        None => show_raw(source.text())?,
        Some(path) => {
            replace(path, source.text().as_bytes())?;
            super::show(&format!("{}: {}, written to {}\n", source.name(), facts.layout, shown(path)))?;
        }
    }
    Ok(End::Conforms)
}
