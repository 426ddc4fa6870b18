//! A local S3 for each test, scripted servers, and the ids that the tests use.

use aviary_localaws::{Config, LocalAws};
use aviary_media::Bucket;
use aviary_model::{Clock, GenerationId, Timestamp, UploadId, UserId};
use aviary_runtime::SystemClock;
use aviary_template::Storage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const BUCKET: &str = "aviary-local-mediabucket";

/// A local S3 with one bucket, in a temporary folder.
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

pub(crate) fn user(n: u8) -> UserId {
    format!("01901234-5678-7abc-8def-0123456789{n:02x}").parse().unwrap()
}

pub(crate) fn generation(n: u8) -> GenerationId {
    format!("01901234-5678-7abc-8def-0123456789{n:02x}").parse().unwrap()
}

pub(crate) fn upload(n: u8) -> UploadId {
    format!("01901234-5678-7abc-8def-0123456789{n:02x}").parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Reads one request to its end.
pub(crate) async fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut received = Vec::new();
    let head_end = loop {
        if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        assert!(stream.read_buf(&mut received).await.unwrap() > 0, "the request is cut off");
    };
    let mut body = received.split_off(head_end);
    let head = String::from_utf8(received).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let length: usize = length.parse().unwrap();
    while body.len() < length {
        assert!(stream.read_buf(&mut body).await.unwrap() > 0, "the body is cut off");
    }
    (head, body)
}

/// Serves these responses, one for each request, and returns the requests.
pub(crate) async fn scripted(listener: TcpListener, responses: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let mut requests = Vec::new();
    for (status, body) in responses {
        let (mut stream, _) = listener.accept().await.unwrap();
        requests.push(request(&mut stream).await);
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
    requests
}

pub(crate) async fn listen() -> (TcpListener, Bucket) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    (listener, bucket_at(&endpoint, BUCKET))
}
