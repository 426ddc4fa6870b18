//! Multipart uploads. Each is stored under a staging key made from its address, so it can be completed only there, and
//! it becomes an object as any other write does.

use std::hash::{DefaultHasher, Hash, Hasher};

use s3s::dto::{
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use super::conditions::Conditions;
use super::key::{Address, STAGING};
use super::service::LocalS3;

/// The staging address of uploads to `target`.
fn staging(target: &Address) -> Address {
    let mut hasher = DefaultHasher::new();
    (&target.bucket, &target.key).hash(&mut hasher);
    Address { bucket: STAGING.to_owned(), key: format!("m{:016x}", hasher.finish()) }
}

impl LocalS3 {
    pub(crate) async fn begin_upload(
        &self,
        mut request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let target = Address::new(&request.input.bucket, &request.input.key)?;
        self.files.require_bucket(&target.bucket)?;
        let staging = staging(&target);
        request.input.bucket = staging.bucket;
        request.input.key = staging.key;
        let mut response = self.storage.create_multipart_upload(request).await?;
        response.output.bucket = Some(target.bucket);
        response.output.key = Some(target.key);
        Ok(response)
    }

    /// Fails as S3 does if no upload `upload_id` was begun for this address.
    pub(crate) fn require_upload(&self, bucket: &str, key: &str, upload_id: &str) -> S3Result<Address> {
        let target = Address::new(bucket, key)?;
        self.files.require_bucket(bucket)?;
        if !is_upload_id(upload_id) || !self.files.has_file(&staging(&target).upload_name(upload_id)) {
            return Err(s3_error!(NoSuchUpload, "The specified multipart upload does not exist"));
        }
        Ok(target)
    }

    pub(crate) fn staging_of(target: &Address) -> Address {
        staging(target)
    }

    pub(crate) async fn complete_upload(
        &self,
        mut request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = &mut request.input;
        let target = self.require_upload(&input.bucket, &input.key, &input.upload_id)?;
        let conditions = Conditions {
            if_match: input.if_match.take(),
            if_none_match: input.if_none_match.take(),
            ..Conditions::default()
        };
        // Two uploads to one key have the same staging key.
        let _alone = self.completing.lock().await;
        let staged = self.files.stage_as(staging(&target).key);
        input.bucket.clone_from(&staged.address.bucket);
        input.key.clone_from(&staged.address.key);
        let mut response = self.storage.complete_multipart_upload(request).await?;
        if let Some(rest) = response.output.future.take() {
            response.output = rest.await?;
        }
        self.commit(staged, target.clone(), conditions, "CompleteMultipartUpload").await?;
        response.output.bucket = Some(target.bucket);
        response.output.key = Some(target.key);
        Ok(response)
    }
}

/// An upload id becomes part of a file's name.
fn is_upload_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
