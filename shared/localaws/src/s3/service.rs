//! The operations of S3. s3s-fs does the work; this adds locks, conditions and checks.

use std::sync::Arc;

use s3s::auth::Credentials;
use s3s::dto::*;
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use tokio::sync::Mutex;

use super::conditions::Conditions;
use super::events::{Created, ObjectEvents};
use super::files::{Files, Staged};
use super::key::Address;
use super::rights;
use crate::iam::Callers;

/// The type that S3 reports for an object without one.
const UNKNOWN_TYPE: &str = "binary/octet-stream";
/// The most keys that S3 deletes in one request.
const MAX_DELETE: usize = 1000;

/// s3s-fs with atomic writes, conditions that hold under concurrency, and clear errors for keys that files cannot have.
pub(crate) struct LocalS3 {
    pub(crate) storage: FileSystem,
    pub(crate) files: Files,
    pub(crate) completing: Mutex<()>,
    callers: Arc<Callers>,
    events: ObjectEvents,
}

impl LocalS3 {
    pub(crate) fn new(storage: FileSystem, files: Files, callers: Arc<Callers>, events: ObjectEvents) -> Self {
        Self { storage, files, completing: Mutex::new(()), callers, events }
    }

    /// Moves the staged object to its place, and tells the rules of EventBridge.
    pub(crate) async fn commit(
        &self,
        staged: Staged,
        target: Address,
        conditions: Conditions,
        reason: &'static str,
    ) -> S3Result<()> {
        // Read before the move: another write may replace the object right after it.
        let etag = self.files.etag(&staged.address)?.unwrap_or_default();
        let size = self.files.size(&staged.address).map_err(S3Error::internal_error)?;
        self.files.commit(staged, target.clone(), conditions).await?;
        let events = self.events.clone();
        let told = tokio::task::spawn_blocking(move || {
            let Address { bucket, key } = &target;
            events.created(&Created { bucket, key, size, etag: &etag, reason })
        });
        told.await.map_err(S3Error::internal_error)?.map_err(S3Error::internal_error)
    }

    /// Only callers that may list the bucket learn that an object is missing; the others get 403.
    fn require(&self, address: &Address, credentials: Option<&Credentials>) -> S3Result<()> {
        let found = self.files.require_object(address);
        match credentials {
            Some(credentials) if found.is_err() && !rights::may_list(&self.callers, credentials, &address.bucket) => {
                Err(s3_error!(AccessDenied, "Access Denied"))
            }
            _ => found,
        }
    }

    /// The source of a copy.
    fn source(&self, source: &CopySource) -> S3Result<Address> {
        let CopySource::Bucket { bucket, key, .. } = source else {
            return Err(s3_error!(NotImplemented, "The local S3 copies from buckets only"));
        };
        let address = Address::new(bucket, key)?;
        self.files.require_object(&address)?;
        Ok(address)
    }

    /// s3s-fs lists objects without their ETags.
    fn add_etags(&self, bucket: &str, objects: &mut [Object]) -> S3Result<()> {
        for object in objects {
            let address = Address { bucket: bucket.to_owned(), key: object.key.clone().unwrap_or_default() };
            object.e_tag = self.files.etag(&address)?.map(ETag::Strong);
        }
        Ok(())
    }

    async fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        self.files.delete(Address::new(bucket, key)?).await
    }
}

#[async_trait::async_trait]
impl S3 for LocalS3 {
    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = &mut request.input;
        let target = Address::new(&input.bucket, &input.key)?;
        self.files.require_bucket(&target.bucket)?;
        let conditions = Conditions {
            if_match: input.if_match.take(),
            if_none_match: input.if_none_match.take(),
            ..Conditions::default()
        };
        // A body that breaks off or fails its checksum must not change the existing object.
        let staged = self.files.stage();
        input.bucket.clone_from(&staged.address.bucket);
        input.key.clone_from(&staged.address.key);
        let response = self.storage.put_object(request).await?;
        self.commit(staged, target, conditions, "PutObject").await?;
        Ok(response)
    }

    async fn copy_object(&self, mut request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let target = Address::new(&request.input.bucket, &request.input.key)?;
        self.files.require_bucket(&target.bucket)?;
        let staged = self.files.stage();
        request.input.bucket.clone_from(&staged.address.bucket);
        request.input.key.clone_from(&staged.address.key);
        let response = {
            let _unchanged = self.files.reading().await;
            self.source(&request.input.copy_source)?;
            self.storage.copy_object(request).await?
        };
        self.commit(staged, target, Conditions::default(), "CopyObject").await?;
        Ok(response)
    }

    async fn get_object(&self, mut request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = &mut request.input;
        let address = Address::new(&input.bucket, &input.key)?;
        let conditions = Conditions {
            if_match: input.if_match.take(),
            if_none_match: input.if_none_match.take(),
            if_modified_since: input.if_modified_since.take(),
            if_unmodified_since: input.if_unmodified_since.take(),
        };
        let _unchanged = self.files.reading().await;
        self.require(&address, request.credentials.as_ref())?;
        let mut response = self.storage.get_object(request).await?;
        let output = &mut response.output;
        conditions.check_read(output.e_tag.as_ref(), output.last_modified.as_ref())?;
        output.accept_ranges = Some("bytes".to_owned());
        output.content_type.get_or_insert_with(|| UNKNOWN_TYPE.to_owned());
        Ok(response)
    }

    async fn head_object(&self, mut request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = &mut request.input;
        let address = Address::new(&input.bucket, &input.key)?;
        let conditions = Conditions {
            if_match: input.if_match.take(),
            if_none_match: input.if_none_match.take(),
            if_modified_since: input.if_modified_since.take(),
            if_unmodified_since: input.if_unmodified_since.take(),
        };
        let _unchanged = self.files.reading().await;
        self.require(&address, request.credentials.as_ref())?;
        let mut response = self.storage.head_object(request).await?;
        let output = &mut response.output;
        conditions.check_read(output.e_tag.as_ref(), output.last_modified.as_ref())?;
        output.accept_ranges = Some("bytes".to_owned());
        output.content_type.get_or_insert_with(|| UNKNOWN_TYPE.to_owned());
        Ok(response)
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.delete(&request.input.bucket, &request.input.key).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete, .. } = request.input;
        self.files.require_bucket(&bucket)?;
        if delete.objects.len() > MAX_DELETE {
            return Err(s3_error!(MalformedXML, "At most {MAX_DELETE} keys can be deleted at once"));
        }
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for object in delete.objects {
            match self.delete(&bucket, &object.key).await {
                Ok(()) => deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() }),
                Err(error) => errors.push(Error {
                    code: Some(error.code().as_str().to_owned()),
                    message: error.message().map(str::to_owned),
                    key: Some(object.key),
                    version_id: None,
                }),
            }
        }
        let quiet = delete.quiet.unwrap_or(false);
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: (!quiet).then_some(deleted),
            errors: (!errors.is_empty()).then_some(errors),
            ..DeleteObjectsOutput::default()
        }))
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        let _unchanged = self.files.reading().await;
        let bucket = request.input.bucket.clone();
        let mut response = self.storage.list_objects(request).await?;
        self.add_etags(&bucket, response.output.contents.as_deref_mut().unwrap_or_default())?;
        Ok(response)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let _unchanged = self.files.reading().await;
        let bucket = request.input.bucket.clone();
        let mut response = self.storage.list_objects_v2(request).await?;
        self.add_etags(&bucket, response.output.contents.as_deref_mut().unwrap_or_default())?;
        Ok(response)
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.storage.create_bucket(request).await
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.files.delete_bucket(request.input.bucket).await?;
        Ok(S3Response::new(DeleteBucketOutput {}))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.storage.head_bucket(request).await
    }

    async fn list_buckets(&self, request: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        self.storage.list_buckets(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.storage.get_bucket_location(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.begin_upload(request).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let input = &request.input;
        self.require_upload(&input.bucket, &input.key, &input.upload_id)?;
        self.storage.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let input = &request.input;
        self.require_upload(&input.bucket, &input.key, &input.upload_id)?;
        let _unchanged = self.files.reading().await;
        self.source(&input.copy_source)?;
        self.storage.upload_part_copy(request).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let input = &request.input;
        self.require_upload(&input.bucket, &input.key, &input.upload_id)?;
        self.storage.list_parts(request).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        self.complete_upload(request).await
    }

    async fn abort_multipart_upload(
        &self,
        mut request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let input = &mut request.input;
        let target = self.require_upload(&input.bucket, &input.key, &input.upload_id)?;
        let staging = Self::staging_of(&target);
        input.bucket = staging.bucket;
        input.key = staging.key;
        self.storage.abort_multipart_upload(request).await
    }
}
