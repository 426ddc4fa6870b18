//! The IAM actions that a request to S3 needs, from the Service Authorization Reference: a part of an upload needs the
//! right of a whole one, reading an object's headers the right to read it, and `HeadBucket` the right to list.

use iam_rs::ContextValue;
use percent_encoding::percent_decode_str;
use s3s::access::S3AccessContext;
use s3s::auth::Credentials;
use s3s::{S3Result, s3_error};

use crate::iam::{Caller, Callers, Denied, RequestedAction};

/// Checks the operation of a request, except for objects that its body names.
pub(super) fn operation(callers: &Callers, credentials: &Credentials, context: &S3AccessContext<'_>) -> S3Result<()> {
    let (path, name) = (context.s3_path(), context.s3_op().name());
    if let Some((bucket, key)) = path.as_object() {
        return object(callers, Some(credentials), &object_action(name), (bucket, key));
    }
    match (name, path.as_bucket()) {
        ("ListObjects" | "ListObjectsV2" | "HeadBucket", Some(bucket)) => {
            let prefix = context.uri().query().and_then(|query| parameter(query, "prefix"));
            check(callers, credentials, "s3:ListBucket".to_owned(), bucket_arn(bucket), prefix)
        }
        // The body names their objects; they are checked when it is read.
        ("DeleteObjects" | "PostObject", _) => Ok(()),
        (name, Some(bucket)) => check(callers, credentials, format!("s3:{name}"), bucket_arn(bucket), None),
        (name, None) => check(callers, credentials, format!("s3:{name}"), "*".to_owned(), None),
    }
}

/// Checks an action on one object.
pub(super) fn object(
    callers: &Callers,
    credentials: Option<&Credentials>,
    action: &str,
    (bucket, key): (&str, &str),
) -> S3Result<()> {
    let Some(credentials) = credentials else { return Err(s3_error!(AccessDenied, "Access Denied")) };
    check(callers, credentials, action.to_owned(), format!("{}/{key}", bucket_arn(bucket)), None)
}

/// Whether the caller may list the whole bucket.
pub(super) fn may_list(callers: &Callers, credentials: &Credentials, bucket: &str) -> bool {
    match callers.who(&credentials.access_key) {
        Caller::Root => true,
        Caller::Function(role) => {
            let (action, resource) = ("s3:ListBucket".to_owned(), bucket_arn(bucket));
            role.allows(&RequestedAction { action, resource, context: Vec::new() })
        }
        Caller::Stranger => false,
    }
}

fn check(
    callers: &Callers,
    credentials: &Credentials,
    action: String,
    resource: String,
    prefix: Option<String>,
) -> S3Result<()> {
    let context = prefix.map(|prefix| ("s3:prefix", ContextValue::String(prefix))).into_iter().collect();
    match callers.who(&credentials.access_key) {
        Caller::Root => Ok(()),
        Caller::Function(role) => {
            let denied = |denied: Denied| s3_error!(AccessDenied, "{denied}");
            role.check(&RequestedAction { action, resource, context }).map_err(denied)
        }
        Caller::Stranger => Err(s3_error!(AccessDenied, "Access Denied")),
    }
}

fn object_action(operation: &str) -> String {
    match operation {
        "HeadObject" => "s3:GetObject".to_owned(),
        "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "UploadPartCopy" | "CompleteMultipartUpload" => {
            "s3:PutObject".to_owned()
        }
        "ListParts" => "s3:ListMultipartUploadParts".to_owned(),
        other => format!("s3:{other}"),
    }
}

fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.replace('+', " "))?;
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}
