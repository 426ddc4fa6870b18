//! Requests arrive in a function as on AWS, and answers at the client.

use std::{io::BufReader, net::TcpStream, sync::Arc, thread};

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use serde_json::json;
use xtask::{ports, tls};

use crate::{
    http::{Connection, answer_from, exchange},
    stage::Stage,
};

const TOO_LARGE: &str = r#"{"detail":"Request body too large."}"#;
const MANY: usize = 10 * 1024 * 1024 + 1;

#[test]
fn a_request_arrives_as_on_aws() {
    let stage = Stage::new();
    let head = "POST /pre/a%2Fb%3Fc/?x=1&x=2&y=%2F HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nUser-Agent: me\r\nAccept: a\r\n\
                Accept: b\r\nCookie: s=1; t=2\r\nCookie: u=3\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
    let event = exchange(&stage.front, &[head.as_bytes(), b"\xff\xfe"].concat()).json();
    assert_eq!(event["rawPath"], "/pre/a/b?c/");
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%2F");
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "/"}));
    assert_eq!(event["cookies"], json!(["s=1", "t=2", "u=3"]));
    assert_eq!(event["headers"]["accept"], "a,b");
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("//4="), &json!(true)));
    assert_eq!(event["routeKey"], "ANY /pre/{proxy+}");
    assert_eq!(event["pathParameters"], json!({"proxy": "a/b?c/"}));
    let context = &event["requestContext"];
    assert_eq!(context["stage"], "$default");
    let http = json!({"method": "POST", "path": "/pre/a/b?c/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "me"});
    assert_eq!(context["http"], http);
    let other = stage.get("/other").json();
    assert_eq!((&other["routeKey"], other.get("body")), (&json!("$default"), None));
    assert_ne!(other["requestContext"]["requestId"], context["requestId"]);
}

#[test]
fn a_connection_is_kept_for_every_kind_of_request() {
    let stage = Stage::new();
    let mut client = Connection::open(&stage.front);
    client.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
    let event = client.answer(true).json();
    assert_eq!((&event["body"], &event["headers"]["content-length"]), (&json!("hello"), &json!("5")));
    assert_eq!(event["headers"].get("transfer-encoding"), None);

    client.send(b"HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = client.answer(false);
    assert!(head.status == 200 && head.header("content-length").is_some(), "{head:?}");

    client.send(b"OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n");
    let options = client.answer(true);
    assert_eq!(options.json()["requestContext"]["http"]["method"], "OPTIONS");
    let cookies: Vec<_> = options.head.lines().filter(|line| line.starts_with("set-cookie")).collect();
    assert_eq!(cookies, ["set-cookie: a=1", "set-cookie: b=2"]);

    client.send(b"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(client.answer(false).status, 100);
    client.send(b"hi");
    let event = client.answer(true).json();
    assert_eq!((&event["body"], event["headers"].get("expect")), (&json!("hi"), None));
}

#[test]
fn a_body_over_ten_megabytes_is_413_and_the_connection_goes_on() {
    let stage = Stage::new();
    let mut client = Connection::open(&stage.front);
    client.send(format!("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {MANY}\r\n\r\n").as_bytes());
    client.send(&vec![b'x'; MANY]);
    assert_eq!(client.answer(true).own(), (413, TOO_LARGE.to_owned()));
    client.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
    for _ in 0..11 {
        client.send(&chunk);
    }
    client.send(b"0\r\n\r\n");
    assert_eq!(client.answer(true).own(), (413, TOO_LARGE.to_owned()));
    client.send(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    client.answer(true).pid();
    // Who asks first is told before the body is sent.
    let head = format!("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {MANY}\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(exchange(&stage.front, head.as_bytes()).own(), (413, TOO_LARGE.to_owned()));
}

#[test]
fn a_target_that_is_no_path_is_400() {
    let stage = Stage::new();
    let answer = exchange(&stage.front, b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(answer.own(), (400, r#"{"message":"Bad Request"}"#.to_owned()));
}

#[test]
fn a_function_is_invoked_directly_as_on_lambda() {
    let stage = Stage::new();
    let invoke_at = |host: &str, function: &str, event: &str| {
        let length = event.len();
        let path = format!("/2015-03-31/functions/{function}/invocations");
        exchange(
            &stage.front,
            format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{event}").as_bytes(),
        )
    };
    let invoke = |function: &str, event: &str| invoke_at("127.0.0.1:9000", function, event);
    let answer = invoke("echo", r#"{"any": "event"}"#);
    assert_eq!((answer.status, answer.json()["body"].as_str().unwrap()), (200, r#"{"any": "event"}"#));
    let failed = invoke("echo", r#"{"rawPath": "/error"}"#);
    assert_eq!((failed.status, failed.json()), (500, json!({"errorType": "Oops", "errorMessage": "no"})));
    assert_eq!(failed.header("x-amz-function-error"), Some("unhandled"));
    assert_eq!(invoke("nobody", "{}").status, 404);
    for host in ["localhost", "LOCALHOST:1", "[::1]:9000"] {
        assert_eq!(invoke_at(host, "echo", "{}").status, 200);
    }
    // A page in a developer's browser reaches the port too, under a name of its own or from its own origin.
    for host in [
        "evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "localhost\r\nOrigin: https://evil.example",
        "localhost\r\nSec-Fetch-Site: cross-site",
    ] {
        assert_eq!(invoke_at(host, "echo", "{}").status, 403, "{host}");
    }
}

#[test]
fn https_is_served_with_the_certificate_and_says_so_to_the_function() {
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    let files = tls::ensure(folder.path()).unwrap();
    let port = ports::free_port().unwrap();
    stage.front.serve_tls(&files, port).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&files.certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session = rustls::ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut stream = BufReader::new(rustls::StreamOwned::new(session, socket));
    std::io::Write::write_all(stream.get_mut(), b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let event = answer_from(&mut stream, true).json();
    assert_eq!(event["headers"]["x-forwarded-proto"], "https");
    assert_eq!(event["headers"]["x-forwarded-port"], port.to_string());
}

#[test]
fn many_clients_keep_their_connections_and_lose_nothing() {
    let stage = Stage::new();
    thread::scope(|scope| {
        for client in 0..32 {
            let front = &stage.front;
            scope.spawn(move || {
                let mut connection = Connection::open(front);
                for number in 0..20 {
                    connection.send(format!("GET /echo?of={client}.{number} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
                    assert_eq!(connection.answer(true).json()["rawQueryString"], format!("of={client}.{number}"));
                }
            });
        }
    });
}
