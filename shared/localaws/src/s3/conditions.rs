//! Conditional requests. s3s-fs checks before it writes; here the check and the write share a lock.

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};

/// The conditions of a request.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// Whether an object may be written over one with `etag`; `None` means that there is no object.
    pub(crate) fn check_write(&self, etag: Option<&str>) -> S3Result<()> {
        let etag = etag.map(|etag| ETag::Strong(etag.to_owned()));
        if let Some(condition) = &self.if_match {
            // S3 reports a missing object, not a failed condition.
            let etag = etag.as_ref().ok_or_else(|| s3_error!(NoSuchKey, "The object does not exist"))?;
            if !matches(condition, etag) {
                return Err(failed());
            }
        }
        match (&self.if_none_match, &etag) {
            (Some(condition), Some(etag)) if matches(condition, etag) => Err(failed()),
            _ => Ok(()),
        }
    }

    /// Whether an object may be read (RFC 9110 §13.2.2: ETags take precedence over times).
    pub(crate) fn check_read(&self, etag: Option<&ETag>, modified: Option<&Timestamp>) -> S3Result<()> {
        match (&self.if_match, etag) {
            (Some(condition), Some(etag)) if !matches(condition, etag) => return Err(failed()),
            (None, _) if later(modified, self.if_unmodified_since.as_ref()) == Some(true) => return Err(failed()),
            _ => {}
        }
        match (&self.if_none_match, etag) {
            (Some(condition), Some(etag)) if matches(condition, etag) => Err(unchanged(Some(etag))),
            (None, _) if later(modified, self.if_modified_since.as_ref()) == Some(false) => Err(unchanged(etag)),
            _ => Ok(()),
        }
    }
}

fn matches(condition: &ETagCondition, etag: &ETag) -> bool {
    condition.as_etag().is_none_or(|wanted| wanted.weak_cmp(etag))
}

/// Whether `modified` is after `since`. Compares whole seconds, because headers have no fractions.
fn later(modified: Option<&Timestamp>, since: Option<&Timestamp>) -> Option<bool> {
    Some(seconds(modified?) > seconds(since?))
}

fn seconds(time: &Timestamp) -> i64 {
    time::OffsetDateTime::from(time.clone()).unix_timestamp()
}

fn failed() -> s3s::S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

fn unchanged(etag: Option<&ETag>) -> s3s::S3Error {
    let mut error = s3_error!(NotModified, "Not Modified");
    if let Some(etag) = etag.and_then(|etag| etag.to_http_header().ok()) {
        error.set_headers(http::HeaderMap::from_iter([(http::header::ETAG, etag)]));
    }
    error
}
