//! Signed URLs and forms, with which a client reads or uploads one private object for a limited time.

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

use crate::bucket::Bucket;
use crate::bucket::error::MediaError;
use crate::keys::private_key::PrivateKey;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signed URL of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Download {
    /// The URL; it needs no other credential.
    pub url: String,
    /// When the URL expires.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// A form that uploads one object to the bucket: send all fields, then the file as `file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresignedPost {
    /// Always `POST`, as `multipart/form-data`.
    #[schema(example = "POST")]
    pub method: &'static str,
    /// The URL to send the form to.
    pub url: String,
    /// The form's fields, to be sent before the file.
    pub fields: BTreeMap<String, String>,
}

/// What a form allows.
#[derive(Debug, Clone, Copy)]
pub struct UploadTerms<'a> {
    /// The only key that can be written.
    pub key: &'a PrivateKey,
    /// The content type of the object.
    pub content_type: &'a str,
    /// The most bytes of the object. It has at least one.
    pub max_bytes: u64,
    /// The current time.
    pub now: Timestamp,
    /// How long an upload can be started, in seconds.
    pub seconds: u32,
}

impl UploadTerms<'_> {
    /// When the form expires: an upload must be started before.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.now.plus_seconds(self.seconds.into())
    }
}

impl Bucket {
    /// Signs a URL that reads one object for this many seconds. No request. The URL expires earlier if the credentials
    /// that signed it do; a function's credentials are valid for hours.
    ///
    /// # Errors
    /// [`MediaError`] when there are no credentials.
    pub async fn presign_get(&self, key: &PrivateKey, now: Timestamp, seconds: u32) -> Result<Download, MediaError> {
        let url = self.signed_url(key, now, seconds).await?;
        Ok(Download { url, expires_at: now.plus_seconds(seconds.into()).to_string() })
    }

    /// Signs a form with which a client uploads one object to the bucket. S3 refuses any other key or type, more bytes,
    /// a later time, and any other field. No request.
    ///
    /// # Errors
    /// [`MediaError`] when there are no credentials or no region.
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

    /// The bucket's URL by the SDK's endpoint rules: an object's URL without its key.
    async fn form_url(&self, terms: &UploadTerms<'_>) -> Result<String, MediaError> {
        let url = self.signed_url(terms.key, terms.now, terms.seconds).await?;
        let path = url.split('?').next().unwrap_or_default();
        let bucket = path.strip_suffix(terms.key.as_str()).map(|bucket| bucket.trim_end_matches('/').to_owned());
        bucket.ok_or_else(|| MediaError::Unsigned("the URL of an object does not end with its key".into()))
    }
}

/// All fields of the form except the file. Each field except the policy and its signature is a condition of the policy,
/// so that no field can be changed or added.
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
    // Temporary credentials are valid only together with their session token.
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

    fn signed_form(token: Option<&str>) -> (BTreeMap<String, String>, Value) {
        let key = PrivateKey::integers_upload(ID.parse().unwrap(), ID.parse().unwrap());
        let now = Timestamp::from_millis(1_604_391_401_007);
        let terms = UploadTerms { key: &key, content_type: "application/json", max_bytes: 10, now, seconds: 3_600 };
        let credentials = Credentials::new("AKID", "secret", token.map(str::to_owned), None, "test");
        let fields = fields("media", "eu-central-1", &credentials, &terms);
        let policy = serde_json::from_slice(&base64::decode(&fields["policy"]).unwrap()).unwrap();
        (fields, policy)
    }

    #[test]
    fn every_field_except_policy_and_signature_is_a_condition() {
        for token in [None, Some("token")] {
            let (fields, policy) = signed_form(token);
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

    /// The expected value comes from an independent implementation of AWS's description of the signature.
    #[test]
    fn the_signature_is_that_of_the_encoded_policy() {
        let (fields, _) = signed_form(None);
        let expected = "e30278d02b117a16989d183e81bf3c891fcd9de6e673ffd463ab140ca9b0cc7e";
        assert_eq!(fields["x-amz-signature"], expected);
    }
}
