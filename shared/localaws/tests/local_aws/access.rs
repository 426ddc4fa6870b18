//! Signatures and public objects of S3.

use std::io::{Read, Write};
use std::net::TcpStream;

use aviary_localaws::LocalAws;
use aws_sdk_s3::error::ProvideErrorMetadata;
use reqwest::{Client, Method};

use crate::fixture::{BUCKET, object, put_object, s3, s3_as, start};

async fn anonymous(aws: &LocalAws, method: Method, path: &str) -> u16 {
    let url = format!("{}/{path}", aws.aws_url());
    Client::new().request(method, url).body("x").send().await.unwrap().status().as_u16()
}

/// The status of a request with a path that client libraries would normalise.
fn raw(aws: &LocalAws, path: &str) -> String {
    let address = aws.aws_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(!answer.contains("secret"), "{answer}");
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn without_a_signature_only_public_objects_can_be_read() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "public/a", "open").await;
    put_object(&client, "incoming/a", "secret").await;
    put_object(&client, "publicity", "secret").await;

    let url = format!("{}/{BUCKET}/public/a", aws.aws_url());
    assert_eq!(reqwest::get(&url).await.unwrap().text().await.unwrap(), "open");
    assert_eq!(anonymous(&aws, Method::HEAD, &format!("{BUCKET}/public/a")).await, 200);

    for path in ["incoming/a", "publicity", "incoming/missing", "", "?list-type=2&prefix=public/"] {
        assert_eq!(anonymous(&aws, Method::GET, &format!("{BUCKET}/{path}")).await, 403, "GET {path}");
    }
    for (method, path) in [
        (Method::PUT, "public/a"),
        (Method::DELETE, "public/a"),
        (Method::GET, "public/a?acl"),
        (Method::POST, "public/a?uploads"),
        (Method::POST, "?delete"),
    ] {
        assert_eq!(anonymous(&aws, method.clone(), &format!("{BUCKET}/{path}")).await, 403, "{method} {path}");
    }
    assert_eq!(anonymous(&aws, Method::GET, "").await, 403);
    assert_eq!(object(&client, "public/a").await.unwrap(), "open");
}

#[tokio::test]
async fn no_path_reads_outside_the_public_prefix() {
    let aws = start();
    put_object(&s3(&aws.aws_url()), "incoming/a", "secret").await;
    for path in ["public/../incoming/a", "public/%2e%2e/incoming/a", "public/..%2fincoming/a", "public//../incoming/a"]
    {
        assert_eq!(raw(&aws, &format!("/{BUCKET}/{path}")), "403", "{path}");
    }
}

#[tokio::test]
async fn a_wrong_signature_or_key_is_refused() {
    let aws = start();
    for (access_key, secret_key, code) in
        [("local", "wrong", "SignatureDoesNotMatch"), ("stranger", "local-secret", "InvalidAccessKeyId")]
    {
        let client = s3_as(&aws.aws_url(), access_key, secret_key);
        let put = client.put_object().bucket(BUCKET).key("a").body(b"x".to_vec().into()).send().await;
        assert_eq!(put.unwrap_err().code(), Some(code));
    }
    assert_eq!(object(&s3(&aws.aws_url()), "a").await, None);
}

#[tokio::test]
async fn pages_of_this_machine_may_upload() {
    let aws = start();
    let url = format!("{}/{BUCKET}/public/a", aws.aws_url());
    let asked = Client::new()
        .request(Method::OPTIONS, &url)
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 200);
    assert_eq!(asked.headers()["access-control-allow-origin"], "http://localhost:3000");
    assert!(asked.headers()["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
    assert_eq!(asked.headers()["access-control-allow-headers"], "authorization,content-type");

    put_object(&s3(&aws.aws_url()), "public/a", "open").await;
    let read = Client::new().get(&url).header("origin", "http://localhost:3000").send().await.unwrap();
    assert_eq!(read.headers()["access-control-allow-origin"], "http://localhost:3000");
}

/// A page in a developer's browser reaches every port of the machine.
#[tokio::test]
async fn no_port_answers_foreign_hosts_and_origins() {
    let aws = start();
    put_object(&s3(&aws.aws_url()), "public/a", "open").await;
    let paths = [
        (aws.dynamodb_url(), "/".to_owned()),
        (aws.aws_url(), format!("/{BUCKET}/public/a")),
        (aws.aws_url(), "/".to_owned()),
        (aws.aws_url(), "/v2/email/outbound-emails".to_owned()),
        (aws.aws_url(), "/_local/emails".to_owned()),
    ];
    for (url, path) in paths {
        for method in [Method::OPTIONS, Method::GET, Method::POST] {
            let ask = |name: &'static str, value: &'static str| {
                let call = Client::new().request(method.clone(), format!("{url}{path}")).header(name, value);
                call.header("access-control-request-method", "POST").body("{}").send()
            };
            for (name, value) in
                [("origin", "https://evil.example"), ("origin", "null"), ("host", "evil.example"), ("host", "10.0.0.1")]
            {
                let answer = ask(name, value).await.unwrap();
                assert_eq!(answer.status(), 403, "{method} {url}{path} with {name} {value}");
                assert!(answer.headers().get("access-control-allow-origin").is_none());
            }
            let own = ask("origin", "http://localhost:3000").await.unwrap();
            let refused = own.text().await.unwrap().contains("for this machine only");
            assert!(!refused, "{method} {url}{path}");
        }
    }
}
