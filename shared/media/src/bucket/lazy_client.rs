//! A client of S3 that is made when it is first used.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use aws_sdk_s3::Client;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

type Make = Box<dyn FnOnce() -> Client + Send>;

/// Most requests never call S3, and to make a client of it took a twelfth of a start's instructions.
#[derive(Debug, Clone)]
pub(super) struct LazyClient(Arc<LazyLock<Client, Make>>);

impl LazyClient {
    /// A client with this configuration.
    pub(super) fn of(config: &SdkConfig) -> Self {
        let config = config.clone();
        Self(Arc::new(LazyLock::new(Box::new(move || s3_client(&config)))))
    }
}

impl Deref for LazyClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// Creates an S3 client. With a custom endpoint the bucket is part of the path, since `bucket.127.0.0.1` is not a host
/// name.
fn s3_client(config: &SdkConfig) -> Client {
    let own_endpoint = config.endpoint_url().is_some() || s3_endpoint(config).is_some();
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(own_endpoint).build();
    Client::from_conf(config)
}

/// The endpoint that is configured for S3 alone. The SDK reads it when it creates the client.
fn s3_endpoint(config: &SdkConfig) -> Option<String> {
    let key =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    config.service_config()?.load_config(key)
}
