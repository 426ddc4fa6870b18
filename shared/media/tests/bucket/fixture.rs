//! A local S3 of its own for each test.

use aviary_localaws::{Config, LocalAws};
use aviary_media::Bucket;
use aviary_template::Storage;

pub(crate) const BUCKET: &str = "aviary-local-mediabucket";

/// A local S3 with one bucket, in a folder that goes with it.
pub(crate) struct Store {
    pub(crate) aws: LocalAws,
    _folder: tempfile::TempDir,
}

impl Store {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bucket = aviary_template::Bucket { logical_id: "MediaBucket".to_owned(), name: BUCKET.to_owned() };
        let storage = Storage { buckets: vec![bucket], ..Storage::default() };
        let aws = LocalAws::start(Config::new(folder.path(), storage)).unwrap();
        Self { aws, _folder: folder }
    }

    pub(crate) fn bucket(&self) -> Bucket {
        bucket_at(&self.aws.aws_url(), BUCKET)
    }
}

pub(crate) fn bucket_at(endpoint: &str, name: &str) -> Bucket {
    let config = aviary_aws::sdk_config_for(endpoint, "local", "local-secret");
    Bucket::connect(&config, name, format!("{endpoint}/{name}"))
}
