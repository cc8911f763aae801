//! The file of a result, whichever form the result has it in.

use super::Client;
use super::download::{Part, unwritten};
use super::error::Error;
use crate::result::{ResultFile, ResultItem};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::path::Path;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

/// Reads Base64 text with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Client {
    /// The bytes of the file of a result: downloaded, or decoded from the Base64 text or the `data:` URI.
    ///
    /// # Errors
    /// The result has no file, the text is not Base64, or the download failed as for [`save`](Self::save).
    pub async fn bytes<R: ResultItem + Sync + ?Sized>(&self, result: &R) -> Result<Vec<u8>, Error> {
        match result.file() {
            Some(ResultFile::Url(url)) => self.downloaded(url).await,
            file => self.decoded(file),
        }
    }

    /// Saves the file of a result and returns its size in bytes: downloads it as [`save`](Self::save) does, or decodes
    /// the Base64 text or the `data:` URI. The file replaces an existing one only when it is complete.
    ///
    /// # Errors
    /// The same as [`bytes`](Self::bytes), or the file cannot be written.
    pub async fn save_result<R: ResultItem + Sync + ?Sized>(
        &self,
        result: &R,
        path: impl AsRef<Path> + Send,
    ) -> Result<u64, Error> {
        match result.file() {
            Some(ResultFile::Url(url)) => self.save(url, path).await,
            file => {
                let bytes = self.decoded(file)?;
                let path = path.as_ref();
                put(path, &bytes).await.map_err(|error| unwritten(&path.display().to_string(), &error))?;
                Ok(bytes.len() as u64)
            }
        }
    }

    async fn downloaded(&self, url: &str) -> Result<Vec<u8>, Error> {
        let mut attempt = 0;
        loop {
            let failure = match self.open(url).await {
                Ok(download) => {
                    let mut bytes = Vec::new();
                    match download.write_to(&mut bytes).await.and_then(|_| filled(bytes)) {
                        Ok(bytes) => return Ok(bytes),
                        Err(error) => (error, None),
                    }
                }
                Err(failure) => failure,
            };
            self.pause_before(attempt, failure.0, failure.1).await?;
            attempt += 1;
        }
    }

    /// The bytes in a text.
    fn decoded(&self, file: Option<ResultFile<'_>>) -> Result<Vec<u8>, Error> {
        let text = match file {
            Some(ResultFile::Base64(text)) => text,
            Some(ResultFile::DataUri(uri)) => {
                let data = uri.split_once(',').filter(|(head, _)| head.ends_with(";base64"));
                data.ok_or_else(|| unusable("the `data:` URI has no Base64 text"))?.1
            }
            Some(ResultFile::Url(_)) | None => return Err(unusable("the result has no file")),
        };
        let limit = self.inner.settings.file_limit;
        if text.len() as u64 / 4 > limit / 3 + 1 {
            return Err(Error::TooLarge { limit }.of_download());
        }
        filled(BASE64.decode(text.trim()).map_err(|error| unusable(&format!("not Base64: {error}")))?)
    }
}

/// The bytes, if there are any.
fn filled(bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    if bytes.is_empty() { Err(unusable("the file is empty")) } else { Ok(bytes) }
}

fn unusable(reason: &str) -> Error {
    Error::File { status: None, reason: reason.to_owned() }
}

/// Writes all bytes to a temporary file, then renames it.
async fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = Part::beside(path).ok_or(std::io::ErrorKind::InvalidFilename)?;
    // Synchronous: another thread could create it after `part` is dropped.
    let mut file = std::fs::File::create_new(part.path()).map(File::from_std)?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(part.path(), path).await
}

/// For generated results: methods for the file.
#[macro_export]
#[doc(hidden)]
macro_rules! result_file {
    ($name:ident) => {
        impl $name {
            /// The bytes of the file: downloaded, or decoded from the Base64 text or the `data:` URI.
            ///
            /// # Errors
            /// The same as [`Client::bytes`](airspec_models::client::Client::bytes).
            pub async fn bytes(
                &self,
                client: &$crate::client::Client,
            ) -> ::std::result::Result<::std::vec::Vec<u8>, $crate::client::Error> {
                client.bytes(self).await
            }

            /// Saves the file, whichever form the result has it in, and returns its size in bytes.
            ///
            /// # Errors
            /// The same as [`Client::save_result`](airspec_models::client::Client::save_result).
            pub async fn save(
                &self,
                client: &$crate::client::Client,
                path: impl ::std::convert::AsRef<::std::path::Path> + Send,
            ) -> ::std::result::Result<u64, $crate::client::Error> {
                client.save_result(self, path).await
            }
        }
    };
}
