//! The bucket that media is kept in, and what is too large for a table or a response.

mod body;
mod error;
mod folder;
mod presign;
mod private;

pub use error::MediaError;
pub use presign::{Download, PresignedPost, UploadTerms};

use std::time::{Duration, Instant};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{BuildError, SdkError};
use aws_sdk_s3::operation::delete_objects::DeleteObjectsError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::{MediaUrls, ObjectKey, Upload};

/// An object never changes under its key, so whoever has it may keep it.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// How many keys S3 takes in one `DeleteObjects`.
const KEYS_PER_DELETE: usize = 1_000;

/// A client of one bucket; cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    urls: MediaUrls,
    /// The client has them too, but hands them out to nobody.
    credentials: Option<SharedCredentialsProvider>,
}

impl Bucket {
    /// The bucket that the deployment's settings name.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn start(start: &aviary_runtime::Start) -> Result<Self, aviary_runtime::SettingsError> {
        let name = start.settings.required("AVIARY_MEDIA_BUCKET")?;
        Ok(Self::connect(&start.aws, name, start.settings.required("AVIARY_MEDIA_URL")?))
    }

    /// A bucket by its name, with a client made from the configuration all SDK clients share; `base_url` is where its
    /// objects are public, see [`MediaUrls::new`]. Makes no connection.
    #[must_use]
    pub fn connect(config: &SdkConfig, name: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            client: s3_client(config),
            name: name.into(),
            urls: MediaUrls::new(base_url),
            credentials: config.credentials_provider(),
        }
    }

    /// Where clients find this bucket's objects.
    #[must_use]
    pub fn urls(&self) -> &MediaUrls {
        &self.urls
    }

    /// Stores a file; one request to S3, repeated by the SDK where that helps. When it returns, it can be fetched.
    ///
    /// The parts go out as they are, without being joined. Their CRC-32 is sent along as a header, so that S3 refuses
    /// what was damaged on the way. Left to itself the SDK would rather re-pack the body into signed pieces of
    /// 64 KiB, and over plain HTTP take the SHA-256 of each; with the checksum given, it streams the body and leaves the payload out of the
    /// signature, which TLS covers on AWS.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; the object may exist nevertheless when the answer was lost.
    pub async fn put(&self, key: &ObjectKey, file: &impl Upload) -> Result<(), MediaError> {
        let content_length = i64::try_from(file.length())
            .map_err(|_| MediaError::NotSent { key: key.to_string(), length: file.length() })?;
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key.as_str())
            .content_type(file.content_type())
            .content_length(content_length)
            .content_disposition("inline")
            .cache_control(CACHE_CONTROL)
            .checksum_crc32(body::crc32(file.parts()))
            .body(ByteStream::new(body::retryable(file.parts())))
            .send()
            .await
            .map_err(|error| MediaError::s3("PutObject", error))?;
        Ok(())
    }

    /// Removes objects; one request to S3 per 1,000 keys. A key that does not exist counts as removed.
    ///
    /// # Errors
    ///
    /// [`MediaError`], also when S3 answered but kept one of the objects; the others may be gone then.
    pub async fn delete(&self, keys: &[ObjectKey]) -> Result<(), MediaError> {
        for keys in keys.chunks(KEYS_PER_DELETE) {
            self.delete_some(keys).await?;
        }
        Ok(())
    }

    async fn delete_some(&self, keys: &[impl AsRef<str>]) -> Result<(), MediaError> {
        let mut delete = Delete::builder().quiet(true);
        for key in keys {
            let object = ObjectIdentifier::builder().key(key.as_ref()).build();
            delete = delete.objects(object.map_err(incomplete_delete)?);
        }
        let delete = delete.build().map_err(incomplete_delete)?;
        let answer = self
            .client
            .delete_objects()
            .bucket(&self.name)
            .delete(delete)
            .send()
            .await
            .map_err(|error| MediaError::s3("DeleteObjects", error))?;
        answer.errors().iter().find_map(MediaError::not_removed).map_or(Ok(()), Err)
    }

    /// Asks whether the bucket is there and may be used; one request to S3. Answers how long that took.
    ///
    /// # Errors
    ///
    /// [`MediaError`] when S3 cannot be reached or refuses.
    pub async fn check(&self) -> Result<Duration, MediaError> {
        let start = Instant::now();
        let answer = self.client.head_bucket().bucket(&self.name).send().await;
        answer.map_err(|error| MediaError::s3("HeadBucket", error))?;
        Ok(start.elapsed())
    }
}

/// The SDK's builders answer with an error where a field is missing, which here none is.
fn incomplete_delete(error: BuildError) -> MediaError {
    MediaError::s3::<DeleteObjectsError>("DeleteObjects", SdkError::construction_failure(error))
}

/// An S3 client; with an endpoint of one's own, buckets are addressed in the path, since `bucket.127.0.0.1` is no host name.
fn s3_client(config: &SdkConfig) -> Client {
    let own_endpoint = config.endpoint_url().is_some() || s3_endpoint(config).is_some();
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(own_endpoint).build();
    Client::from_conf(config)
}

/// The endpoint that is set for S3 alone, which the SDK looks up when it makes the client.
fn s3_endpoint(config: &SdkConfig) -> Option<String> {
    let key =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    config.service_config()?.load_config(key)
}
