//! Checks the rights of S3 requests.

use std::sync::Arc;

use http::Method;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{CopyObjectInput, CopySource, DeleteObjectsInput, PostObjectInput, UploadPartCopyInput};
use s3s::{S3Request, S3Result, s3_error};

use super::{key, rights};
use crate::iam::{Caller, Callers};

/// The prefix of public objects: on AWS the distribution serves only these.
const PUBLIC: &str = "public/";

/// The secret that all callers share. (s3s's own implementation answers an unknown key with "not signed up", S3 does
/// not.)
pub(crate) struct Secrets {
    pub(crate) callers: Arc<Callers>,
    pub(crate) secret: String,
}

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.callers.who(access_key) {
            Caller::Root | Caller::Function(_) => Ok(SecretKey::from(self.secret.as_str())),
            Caller::Stranger => {
                Err(s3_error!(InvalidAccessKeyId, "The access key id you provided does not exist in our records"))
            }
        }
    }
}

/// A caller may do what its role allows. Without a signature only public objects can be read.
pub(crate) struct Access {
    pub(crate) callers: Arc<Callers>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if let Some(credentials) = context.credentials() {
            return rights::operation(&self.callers, credentials, context);
        }
        let read = [Method::GET, Method::HEAD].contains(context.method())
            && ["GetObject", "HeadObject"].contains(&context.s3_op().name());
        // A key like `public/../private` must not reach the file that it names in a file system.
        let public =
            context.s3_path().get_object_key().is_some_and(|key| key.starts_with(PUBLIC) && key::is_plain(key));
        if read && public { Ok(()) } else { Err(s3_error!(AccessDenied, "Access Denied")) }
    }

    async fn delete_objects(&self, request: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let keys = request.input.delete.objects.iter().map(|object| object.key.as_str());
        keys.into_iter().try_for_each(|key| {
            let object = (request.input.bucket.as_str(), key);
            rights::object(&self.callers, request.credentials.as_ref(), "s3:DeleteObject", object)
        })
    }

    async fn post_object(&self, request: &mut S3Request<PostObjectInput>) -> S3Result<()> {
        let object = (request.input.bucket.as_str(), request.input.key.as_str());
        rights::object(&self.callers, request.credentials.as_ref(), "s3:PutObject", object)
    }

    async fn copy_object(&self, request: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        self.source(request.credentials.as_ref(), &request.input.copy_source)
    }

    async fn upload_part_copy(&self, request: &mut S3Request<UploadPartCopyInput>) -> S3Result<()> {
        self.source(request.credentials.as_ref(), &request.input.copy_source)
    }
}

impl Access {
    /// A copy also needs the right to read its source.
    fn source(&self, credentials: Option<&s3s::auth::Credentials>, source: &CopySource) -> S3Result<()> {
        match source {
            CopySource::Bucket { bucket, key, .. } => {
                rights::object(&self.callers, credentials, "s3:GetObject", (bucket, key))
            }
            // The operation itself refuses other sources.
            _ => Ok(()),
        }
    }
}
