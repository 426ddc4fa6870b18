//! Who may do what.

use http::Method;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use super::key;
use crate::Credentials;

/// Where public objects are: on AWS the distribution serves these and no others.
const PUBLIC: &str = "public/";

/// The one pair of keys there is. (s3s's own calls a stranger "not signed up", which S3 does not.)
pub(crate) struct OnePair(pub(crate) Credentials);

#[async_trait::async_trait]
impl S3Auth for OnePair {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == self.0.access_key {
            Ok(SecretKey::from(self.0.secret_key.as_str()))
        } else {
            Err(s3_error!(InvalidAccessKeyId, "The access key id you provided does not exist in our records"))
        }
    }
}

/// A valid signature may do everything; without one only public objects can be read.
pub(crate) struct PublicRead;

#[async_trait::async_trait]
impl S3Access for PublicRead {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_some() {
            return Ok(());
        }
        let read = [Method::GET, Method::HEAD].contains(context.method())
            && ["GetObject", "HeadObject"].contains(&context.s3_op().name());
        // A key like `public/../private` must not reach what it names in a file system.
        let public =
            context.s3_path().get_object_key().is_some_and(|key| key.starts_with(PUBLIC) && key::is_plain(key));
        if read && public { Ok(()) } else { Err(s3_error!(AccessDenied, "Access Denied")) }
    }
}
