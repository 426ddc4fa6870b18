//! What a client may do with the bucket itself: read one object, or upload one, for a while.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aviary_model::Timestamp;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use aws_smithy_types::base64;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Bucket;
use crate::{MediaError, PrivateKey};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Where a client finds what it is to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Download {
    /// A URL that needs no further credential.
    pub url: String,
    /// Until when it works.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// A form that uploads one object straight to the bucket: all fields, then the file as `file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresignedPost {
    /// Always `POST`, as `multipart/form-data`.
    #[schema(example = "POST")]
    pub method: &'static str,
    /// Where the form goes.
    pub url: String,
    /// The form's fields; the file comes after them.
    pub fields: BTreeMap<String, String>,
}

/// What a form may upload.
#[derive(Debug, Clone, Copy)]
pub struct UploadTerms<'a> {
    /// Where to, and nowhere else.
    pub key: &'a PrivateKey,
    /// The type that the object gets.
    pub content_type: &'a str,
    /// At most so many bytes; none at all are too few.
    pub max_bytes: u64,
    /// Now.
    pub now: Timestamp,
    /// For how long the upload may be begun.
    pub seconds: u32,
}

impl UploadTerms<'_> {
    /// Until when the upload may be begun.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.now.plus_seconds(self.seconds.into())
    }
}

impl Bucket {
    /// A URL that reads one object for so many seconds. No request. It ends earlier where the credentials do that
    /// signed it; those of a function live for hours.
    ///
    /// # Errors
    ///
    /// [`MediaError`] when there are no credentials to sign with.
    pub async fn presign_get(&self, key: &PrivateKey, now: Timestamp, seconds: u32) -> Result<Download, MediaError> {
        let url = self.signed_url(key, now, seconds).await?;
        Ok(Download { url, expires_at: now.plus_seconds(seconds.into()).to_string() })
    }

    /// A form by which a client uploads one object straight to the bucket. S3 itself refuses another key or type, more
    /// bytes, a later time, and any further field. No request.
    ///
    /// # Errors
    ///
    /// [`MediaError`] when there are no credentials to sign with.
    pub async fn presign_post(&self, terms: &UploadTerms<'_>) -> Result<PresignedPost, MediaError> {
        let unsigned = |what: &'static str| MediaError::Unsigned(what.into());
        let provider = self.credentials.as_ref().ok_or_else(|| unsigned("there are no credentials"))?;
        let credentials = provider.provide_credentials().await.map_err(|error| MediaError::Unsigned(error.into()))?;
        let region = self.client.config().region().ok_or_else(|| unsigned("there is no region"))?;
        let url = self.form_url(terms).await?;
        Ok(PresignedPost { method: "POST", url, fields: fields(&self.name, region.as_ref(), &credentials, terms) })
    }

    async fn signed_url(&self, key: &PrivateKey, now: Timestamp, seconds: u32) -> Result<String, MediaError> {
        let config = PresigningConfig::builder()
            .start_time(system_time(now))
            .expires_in(Duration::from_secs(seconds.into()))
            .build()
            .map_err(|error| MediaError::Unsigned(error.into()))?;
        let signed = self.client.get_object().bucket(&self.name).key(key.as_str()).presigned(config).await;
        Ok(signed.map_err(|error| MediaError::Unsigned(error.into()))?.uri().to_owned())
    }

    /// The bucket's own URL, by the SDK's rules for endpoints: what stands before the key in an object's.
    async fn form_url(&self, terms: &UploadTerms<'_>) -> Result<String, MediaError> {
        let url = self.signed_url(terms.key, terms.now, terms.seconds).await?;
        let path = url.split('?').next().unwrap_or_default();
        let bucket = path.strip_suffix(terms.key.as_str()).map(|bucket| bucket.trim_end_matches('/').to_owned());
        bucket.ok_or_else(|| MediaError::Unsigned("the URL of an object does not end with its key".into()))
    }
}

/// Everything that the form must send beside the file. Each field but the policy and its signature is a condition of the
/// policy, so that none can be changed and none added.
fn fields(bucket: &str, region: &str, credentials: &Credentials, terms: &UploadTerms<'_>) -> BTreeMap<String, String> {
    let date: String = terms.now.to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let day: String = date.chars().take(8).collect();
    let mut fields = BTreeMap::from([
        ("key".to_owned(), terms.key.to_string()),
        ("Content-Type".to_owned(), terms.content_type.to_owned()),
        ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
        ("x-amz-credential".to_owned(), format!("{}/{day}/{region}/s3/aws4_request", credentials.access_key_id())),
        ("x-amz-date".to_owned(), format!("{date}Z")),
    ]);
    // A role's credentials count only together with their token.
    if let Some(token) = credentials.session_token() {
        fields.insert("x-amz-security-token".to_owned(), token.to_owned());
    }
    let policy = base64::encode(policy(bucket, &fields, terms).to_string());
    let key = generate_signing_key(credentials.secret_access_key(), system_time(terms.now), region, "s3");
    let signature = calculate_signature(key, policy.as_bytes());
    fields.insert("policy".to_owned(), policy);
    fields.insert("x-amz-signature".to_owned(), signature);
    fields
}

fn policy(bucket: &str, fields: &BTreeMap<String, String>, terms: &UploadTerms<'_>) -> Value {
    let mut conditions = vec![json!({ "bucket": bucket }), json!(["content-length-range", 1, terms.max_bytes])];
    conditions.extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
    json!({ "expiration": terms.expires_at().to_string(), "conditions": conditions })
}

fn system_time(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    const ID: &str = "01901234-5678-7abc-8def-0123456789ab";

    fn made(token: Option<&str>) -> (BTreeMap<String, String>, Value) {
        let key = PrivateKey::integers_upload(ID.parse().unwrap(), ID.parse().unwrap());
        let now = Timestamp::from_millis(1_604_391_401_007);
        let terms = UploadTerms { key: &key, content_type: "application/json", max_bytes: 10, now, seconds: 3_600 };
        let credentials = Credentials::new("AKID", "secret", token.map(str::to_owned), None, "test");
        let fields = fields("media", "eu-central-1", &credentials, &terms);
        let policy = serde_json::from_slice(&base64::decode(&fields["policy"]).unwrap()).unwrap();
        (fields, policy)
    }

    #[test]
    fn every_field_but_policy_and_signature_is_a_condition_and_the_time_is_the_callers() {
        for token in [None, Some("token")] {
            let (fields, policy) = made(token);
            assert_eq!(policy["expiration"], "2020-11-03T09:16:41.007Z");
            assert_eq!(fields["x-amz-date"], "20201103T081641Z");
            assert_eq!(fields["x-amz-credential"], "AKID/20201103/eu-central-1/s3/aws4_request");
            assert_eq!(fields.get("x-amz-security-token").map(String::as_str), token);
            let conditions = policy["conditions"].as_array().unwrap();
            assert!(conditions.contains(&json!({ "bucket": "media" })));
            assert!(conditions.contains(&json!(["content-length-range", 1, 10])));
            for (name, value) in &fields {
                let is_condition = conditions.contains(&json!(["eq", format!("${name}"), value]));
                assert_eq!(is_condition, !["policy", "x-amz-signature"].contains(&name.as_str()), "{name}");
            }
        }
    }

    /// The expected value was computed by another implementation, from AWS's description of the signature alone.
    #[test]
    fn the_signature_is_that_of_the_encoded_policy() {
        let (fields, _) = made(None);
        let expected = "e30278d02b117a16989d183e81bf3c891fcd9de6e673ffd463ab140ca9b0cc7e";
        assert_eq!(fields["x-amz-signature"], expected);
    }
}
