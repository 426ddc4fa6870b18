//! S3 on files: s3s speaks the protocol and verifies signatures, s3s-fs stores the files, and this module adds atomic
//! writes, conditions, rights, and clear errors.

mod access;
mod commit;
mod conditions;
pub(crate) mod events;
mod files;
mod key;
mod multipart;
mod post_policy;
mod rights;
pub(crate) mod served;
mod service;

use std::path::Path;
use std::sync::Arc;

use aviary_template::Bucket;
use http::{Request, Response, StatusCode};
use s3s::Body;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::path::check_bucket_name;
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::config::Credentials;
use crate::error::StartError;
use crate::iam::Callers;
use access::{Access, Secrets};
use events::ObjectEvents;
use files::Files;
use service::LocalS3;

/// S3 accepts a form until its policy expires, at most seven days; s3s by default refuses a date that is older than a
/// request's may be.
const OLDEST_POLICY_SECONDS: u32 = 7 * 24 * 3_600;

/// Opens the files below `root` with all `buckets`. All callers have the secret of `credentials`.
pub(crate) fn open(
    root: &Path,
    buckets: &[Bucket],
    (credentials, callers): (&Credentials, Arc<Callers>),
    events: ObjectEvents,
) -> Result<S3Service, StartError> {
    let failed = |error: std::io::Error| StartError::S3(format!("{}: {error}", root.display()));
    let files = Files::open(root).map_err(failed)?;
    for bucket in buckets {
        if !check_bucket_name(&bucket.name) {
            return Err(StartError::Name { what: "bucket", name: bucket.name.clone() });
        }
        files.ensure_bucket(&bucket.name).map_err(failed)?;
    }
    let storage = s3s_fs::FileSystem::new(root).map_err(|error| StartError::S3(format!("{error:?}")))?;
    let mut builder = S3ServiceBuilder::new(LocalS3::new(storage, files, callers.clone(), events));
    let secret = credentials.secret_key.clone();
    builder.set_auth(Secrets { callers: callers.clone(), secret });
    builder.set_access(Access { callers });
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = OLDEST_POLICY_SECONDS;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    Ok(builder.build())
}

/// Answers one request.
async fn answer(service: &S3Service, request: Request<Body>) -> Response<Body> {
    let form = post_policy::is_form(&request);
    let request = if form { post_policy::in_pieces(request) } else { request };
    match service.call(request).await {
        Ok(response) if form => post_policy::correct(response).await,
        Ok(response) => response,
        Err(error) => {
            tracing::error!(?error, "S3 could not answer");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}
