//! A local AWS for each test, media items and uploads in it, and the function as a process behind two proxies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_localaws::LocalAws;
use aviary_media::{Bucket, ObjectKey, PrivateKey, inspect};
use aviary_model::{AltText, Clock, MediaId, Timestamp, TweetId, TweetText, UserId};
use aviary_runtime::{OsEntropy, SystemClock};
use aviary_store::{
    Db, Jobs, JobsTable, Media, MediaKind, MediaState, MediaUpload, MediaUploads, SocialTable, Tweet, Tweets,
};
use bytes::Bytes;
use e2e::{Fault, FaultProxy, Function, Service};
use serde_json::{Value, json};
use test_support::{LOCAL_MEDIA_BUCKET, LOCAL_STACK, object_keys, sdk_config, start_local_aws, table};

pub(crate) struct Fixture {
    pub(crate) uploads: MediaUploads,
    pub(crate) tweets: Tweets,
    pub(crate) bucket: Bucket,
    jobs: Jobs,
    s3: aws_sdk_s3::Client,
    local: LocalAws,
}

/// A media item, and the event of the object that was uploaded for it.
pub(crate) struct Uploaded {
    pub(crate) owner: UserId,
    pub(crate) id: MediaId,
    pub(crate) event: Value,
}

fn now() -> Timestamp {
    SystemClock.now()
}

impl Fixture {
    pub(crate) fn start() -> Self {
        let local = start_local_aws();
        let aws = sdk_config("local", &local);
        let db = Db::new(&aws, Arc::new(OsEntropy));
        let social = SocialTable::new(&db, &table("SocialTable"));
        let s3 = aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build();
        Self {
            uploads: MediaUploads::new(&social),
            tweets: Tweets::new(&social),
            bucket: Bucket::connect(&aws, LOCAL_MEDIA_BUCKET, "https://media.example.com"),
            jobs: Jobs::new(&JobsTable::new(&db, &table("JobsTable"))),
            s3: aws_sdk_s3::Client::from_conf(s3),
            local,
        }
    }

    /// A media item with its uploaded file.
    pub(crate) async fn uploaded(&self, content_type: &str, file: Vec<u8>) -> Uploaded {
        let owner = UserId::new(now(), &OsEntropy).unwrap();
        let id = MediaId::new(now(), &OsEntropy).unwrap();
        let kind = if content_type.starts_with("video/") { MediaKind::Video } else { MediaKind::Image };
        let upload = MediaUpload {
            id,
            owner,
            kind,
            content_type: content_type.to_owned(),
            alt: AltText::default(),
            secret: "00112233445566778899aabbccddeeff".to_owned(),
            state: MediaState::Waiting,
            created_at: now(),
            size: None,
            etag: None,
            reason: None,
            file: None,
            tweet: None,
            place: None,
        };
        self.uploads.announce(&upload, &self.jobs, 86_400, None).await.unwrap();
        let key = PrivateKey::media_upload(owner, id);
        self.bucket.put_private(&key, content_type, &[Bytes::from(file)]).await.unwrap();
        Uploaded { owner, id, event: self.event(key.as_str()).await }
    }

    /// Uploads another file by the same form. Returns the event of the new object.
    pub(crate) async fn replace(&self, uploaded: &Uploaded, content_type: &str, file: Vec<u8>) -> Value {
        let key = PrivateKey::media_upload(uploaded.owner, uploaded.id);
        // The bucket's own way never replaces an object; a form does.
        let put = self.s3.put_object().bucket(LOCAL_MEDIA_BUCKET).key(key.as_str()).content_type(content_type);
        put.body(file.into()).send().await.unwrap();
        self.event(key.as_str()).await
    }

    /// A tweet with a picture that came in its request, and the event of the picture.
    pub(crate) async fn tweet_with_picture(&self, file: Vec<u8>) -> (TweetId, Value) {
        let (tweet, event) = self.picture_of_a_tweet(file).await;
        self.tweets.create(&tweet, &[], None).await.unwrap();
        (tweet.id, event)
    }

    /// A tweet that is not written yet, and the event of its picture, which is.
    pub(crate) async fn picture_of_a_tweet(&self, file: Vec<u8>) -> (Tweet, Value) {
        let (id, author) = (TweetId::new(now(), &OsEntropy).unwrap(), UserId::new(now(), &OsEntropy).unwrap());
        let image = inspect(&[Bytes::from(file)], None).unwrap();
        let key = ObjectKey::tweet_image(id.to_string().parse().unwrap(), 0, 7, image.format);
        self.bucket.put(&key, &image).await.unwrap();
        let event = self.event(key.as_str()).await;
        let mut tweet = Tweet::new(id, author, TweetText::parse("A wren").unwrap(), now());
        tweet.media.push(Media {
            id: MediaId::new(now(), &OsEntropy).unwrap(),
            kind: MediaKind::Image,
            key: key.into_string(),
            width: image.width,
            height: image.height,
            alt: AltText::default(),
            thumbnail: None,
            blurhash: None,
            state: MediaState::Ready,
            direct: false,
        });
        (tweet, event)
    }

    /// Lets a new tweet show the media item.
    pub(crate) async fn show(&self, uploaded: &Uploaded) -> TweetId {
        let id = TweetId::new(now(), &OsEntropy).unwrap();
        let item = self.item(uploaded).await.unwrap();
        let mut tweet = Tweet::new(id, uploaded.owner, TweetText::parse("A wren").unwrap(), now());
        tweet.media.push(item.in_tweet());
        self.tweets.create_with_media(&tweet, &[item], &[], None).await.unwrap();
        id
    }

    pub(crate) async fn item(&self, uploaded: &Uploaded) -> Option<MediaUpload> {
        self.uploads.by_id(uploaded.owner, uploaded.id).await.unwrap()
    }

    /// The keys of all objects, sorted.
    pub(crate) async fn objects(&self) -> Vec<String> {
        object_keys(&self.s3).await
    }

    async fn event(&self, key: &str) -> Value {
        let head = self.s3.head_object().bucket(LOCAL_MEDIA_BUCKET).key(key).send().await.unwrap();
        let object = json!({
            "key": key,
            "size": head.content_length().unwrap(),
            "etag": head.e_tag().unwrap().trim_matches('"'),
            "sequencer": "1",
        });
        json!({"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": object}})
    }
}

/// The function as a process whose calls to DynamoDB and S3 are numbered together.
pub(crate) struct Process {
    function: Function,
    proxies: [FaultProxy; 2],
}

impl Process {
    /// Starts a process that meets the fault at the call with this number.
    pub(crate) fn start(fixture: &Fixture, at: usize, fault: Fault) -> Self {
        let service = Service::without_gateway(&fixture.local.dynamodb_url(), &fixture.local.aws_url(), LOCAL_STACK);
        let count = Arc::new(AtomicUsize::new(0));
        let proxy = |upstream: &str| {
            let (count, fault) = (count.clone(), fault.clone());
            FaultProxy::start(upstream, move |_| Fault::at(count.fetch_add(1, Ordering::SeqCst) + 1, at, fault.clone()))
        };
        let proxies = [proxy(&service.dynamodb_url), proxy(&service.aws_url)];
        let [dynamodb, s3] = [proxies[0].url(), proxies[1].url()];
        let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.as_str()), ("AWS_ENDPOINT_URL_S3", s3.as_str())];
        let function = Function::start_with(&service, "media", &endpoints);
        proxies.iter().for_each(|proxy| proxy.aim_at(function.pid()));
        Self { function, proxies }
    }

    pub(crate) fn undisturbed(fixture: &Fixture) -> Self {
        Self::start(fixture, 0, Fault::Pass)
    }

    /// An undisturbed process that has checked this upload, and the number of calls that it took.
    pub(crate) fn counted(fixture: &Fixture, uploaded: &Uploaded) -> (Self, usize) {
        let mut process = Self::undisturbed(fixture);
        assert_eq!(process.hand(&uploaded.event).as_deref(), Some("ready"));
        let calls = process.calls();
        (process, calls)
    }

    /// Hands the event to the process, and returns what it did. `None` if it died.
    pub(crate) fn hand(&mut self, event: &Value) -> Option<String> {
        let output = tokio::task::block_in_place(|| self.function.output_unless_killed(event))?;
        let output: Value = serde_json::from_slice(&output).unwrap();
        Some(output["done"].as_str().unwrap_or_else(|| panic!("{output}")).to_owned())
    }

    pub(crate) fn calls(&self) -> usize {
        self.proxies.iter().map(FaultProxy::calls).sum()
    }
}
