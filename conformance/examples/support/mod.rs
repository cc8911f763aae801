//! Shared by the examples: a server, which is the mock unless a URL is given.

use airspec_mock::{Engine, Mock, Settings as MockSettings};
use airspec_models::client::{Client, Settings};
use std::error::Error;

/// The spec of the model.
pub(crate) fn model() -> Result<airspec_spec::Model, Box<dyn Error>> {
    let slug = "openai-gpt-image-2";
    let text = airspec_spec::documents().iter().find(|(name, _)| *name == slug).map(|(_, text)| *text);
    Ok(airspec_spec::read(&airspec_spec::Source::new(slug, text.unwrap_or_default()))?)
}

/// A server. Dropping it stops the mock.
pub(crate) struct Server {
    pub(crate) url: String,
    mock: Option<Mock>,
}

impl Server {
    /// The server at the URL, or a mock on a free port of this machine.
    pub(crate) async fn at(base_url: Option<String>, settings: MockSettings) -> Result<Self, Box<dyn Error>> {
        if let Some(url) = base_url {
            return Ok(Self { url, mock: None });
        }
        let mock = Mock::start(Engine::new(model()?, settings)?).await?;
        Ok(Self { url: mock.url(), mock: Some(mock) })
    }

    /// A client for it. The mock accepts any key and needs no long pauses.
    #[allow(dead_code, reason = "not every example sends with the client")]
    pub(crate) fn client(&self) -> Result<Client, Box<dyn Error>> {
        self.client_with(|settings| settings)
    }

    /// A client with more settings.
    #[allow(dead_code, reason = "not every example has settings of its own")]
    pub(crate) fn client_with(
        &self,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Result<Client, Box<dyn Error>> {
        let settings = change(Settings::default().base_url(&self.url));
        Ok(match self.mock {
            Some(_) => Client::new("a-key-for-the-mock", settings.pace(0.1))?,
            None => Client::from_env_with(settings)?,
        })
    }
}
