//! Requests that real clients wrote, sent again byte for byte: `tests/recordings/README.md` says which client each is
//! of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use e2e::raw_socket::{exchange, readdressed};
use e2e::{Answer, Event, Function, Service};

/// What nearly all of them say.
const GREETING: &str = "Grüße, 日本 😀\nzwei";
const NEVER: &str = "\u{fffd}";

/// Texts alone: a recording, and the message that it becomes.
const TEXTS: [(&str, &str); 27] = [
    ("aiohttp-form", GREETING),
    ("aiohttp-form-latin1", "Café"),
    ("aiohttp-json", GREETING),
    ("apache-form", GREETING),
    ("apache-json", GREETING),
    ("chrome-fetch-json", GREETING),
    ("chrome-urlencoded-form", GREETING),
    ("curl-form", GREETING),
    ("curl-json", GREETING),
    ("curl-multipart-expect", GREETING),
    ("curl-multipart-latin1", "Café"),
    ("axios-json", GREETING),
    ("dart-http-form", GREETING),
    ("dotnet-json", GREETING),
    ("guzzle-form", GREETING),
    ("java-http-client-json", GREETING),
    ("java-url-connection-form", "Grüße"),
    ("node-fetch-urlencoded", GREETING),
    ("okhttp-form", GREETING),
    ("okhttp-json", GREETING),
    ("perl-http-tiny-form", "Grüße"),
    ("requests-form", GREETING),
    ("requests-json", GREETING),
    ("requests-multipart-latin1", "Café"),
    ("urllib-form", GREETING),
    ("urlsession-json", GREETING),
    ("wget-form", "Grüße, 日本"),
];

/// The greeting with one picture: a recording, and the picture's description.
const PICTURES: [(&str, &str); 43] = [
    ("aiohttp-multipart", ""),
    ("aiohttp-multipart-odd-boundary", ""),
    ("aiohttp-multipart-unquoted", ""),
    ("alamofire-multipart", ""),
    ("apache-multipart-browser-compatible", ""),
    ("apache-multipart-rfc6532", ""),
    ("apache-multipart-strict", ""),
    ("axios-form-data", ""),
    ("chrome-form", "A red kite"),
    ("curl-multipart", ""),
    ("curl-multipart-base64", ""),
    ("curl-multipart-quoted-printable", ""),
    ("curl-multipart-quotes", ""),
    ("curl-multipart-stdin-chunked", ""),
    ("curl-multipart-wildcard", ""),
    ("dart-dio-multipart", ""),
    ("dart-http-multipart", ""),
    ("dotnet-multipart", ""),
    ("firefox-form", "A red kite"),
    ("firefox-older-form", "A red kite"),
    ("guzzle-multipart", ""),
    ("httpx-multipart", ""),
    ("java-mail-multipart", ""),
    ("needle-multipart", ""),
    ("node-fetch-empty-input", "A kite"),
    ("node-fetch-form-data", ""),
    ("node-fetch-npm-form-data", ""),
    ("okhttp-multipart", ""),
    ("okhttp-multipart-all-form-data", ""),
    ("okhttp-multipart-binary", ""),
    ("okhttp-multipart-wildcard", ""),
    ("postman-multipart", ""),
    ("python-email-multipart", ""),
    ("react-native-multipart", ""),
    ("requests-multipart", ""),
    ("requests-multipart-text-part", ""),
    ("requests-multipart-untyped", ""),
    ("requests-toolbelt-multipart", ""),
    ("safari-form", "A red kite"),
    ("superagent-multipart", ""),
    ("urllib3-multipart", ""),
    ("urllib3-multipart-rfc2231", ""),
    ("urlsession-multipart", ""),
];

/// A JSON body that is not UTF-8, which some gateways refuse. It arrives as an event too.
const BY_EVENT: &str = "apache-json-latin1";

/// What is refused: a recording, the status, and words of the error.
const REFUSED: [(&str, u16, &str); 5] = [
    // Latin-1 that does not say so.
    ("apache-form-latin1", 400, "Form parse error - the bytes are not UTF-8"),
    // A picture without a file name is no file.
    ("apache-multipart-default", 400, "the field \"imagelinks\""),
    ("axios-null", 400, "This field is required."),
    ("got-form-data-wrong-type", 400, "claims to be image/jpg but is image/png"),
    ("node-fetch-text", 415, "Unsupported media type \"text/plain;charset=UTF-8\" in request."),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// Sends a recording as a new tweet.
async fn replay(service: &Service, credential: &str, name: &str) -> Answer {
    let recorded =
        std::fs::read(folder().join(format!("{name}.http"))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let request = readdressed(&recorded, service, "/api/tweets/", credential);
    let service = service.clone();
    let answer = tokio::task::spawn_blocking(move || exchange(&service, &request)).await.unwrap();
    assert!(!answer.text().contains(NEVER), "{name}: {}", answer.text());
    answer
}

#[tokio::test]
async fn recorded_texts_are_read_as_they_were_meant() {
    let service = Service::running();
    let author = service.signup().await;
    for (name, message) in TEXTS {
        let answer = replay(&service, &author.access, name).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        assert_eq!(answer.field("message"), message, "{name}");
    }
}

#[tokio::test]
async fn recorded_json_in_latin1_is_read_as_it_was_meant() {
    let service = Service::running();
    let author = service.signup().await;
    let recorded = std::fs::read(folder().join(format!("{BY_EVENT}.http"))).unwrap();
    let end = recorded.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let body = &recorded[end..];
    assert!(std::str::from_utf8(body).is_err(), "the test proves nothing");
    let event = Event::new("POST", "/api/tweets/").bearer(&author.access);
    let event = event.bytes("application/json; charset=ISO-8859-1", body);
    let answer = Function::start(&service, "tweets").invoke(event).answer.with_status(201);
    assert_eq!(answer.field("message"), "Café");
    let answer = replay(&service, &author.access, BY_EVENT).await.with_status(201);
    assert_eq!(answer.field("message"), "Café");
}

#[tokio::test]
async fn recorded_pictures_are_taken_with_their_descriptions() {
    let service = Service::running();
    let author = service.signup().await;
    for (name, alt) in PICTURES {
        let answer = replay(&service, &author.access, name).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        let tweet = answer.json();
        assert_eq!(tweet["message"], GREETING, "{name}");
        let media = tweet["media"].as_array().unwrap();
        assert_eq!((media.len(), media[0]["alt"].as_str()), (1, Some(alt)), "{name}: {tweet}");
    }
}

#[tokio::test]
async fn recorded_requests_that_cannot_be_meant_are_a_clear_4xx() {
    let service = Service::running();
    let author = service.signup().await;
    for (name, status, words) in REFUSED {
        let answer = replay(&service, &author.access, name).await;
        let text = answer.text().replace("\\\"", "\"");
        assert!(answer.status == status && text.contains(words), "{name}: {} {text}", answer.status);
    }
}

#[test]
fn every_recording_is_sent() {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".http").map(ToOwned::to_owned)).collect();
    let texts = TEXTS.iter().map(|(name, _)| *name);
    let pictures = PICTURES.iter().map(|(name, _)| *name);
    let refused = REFUSED.iter().map(|(name, ..)| *name);
    let sent: BTreeSet<String> =
        texts.chain(pictures).chain(refused).chain([BY_EVENT]).map(ToOwned::to_owned).collect();
    assert_eq!(sent, files);
}
