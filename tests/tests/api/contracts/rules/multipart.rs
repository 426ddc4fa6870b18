//! Multipart forms as browsers and HTTP libraries write them.

use e2e::{Account, Answer, Service, jpeg, mp4_with_position, png, unique};
use serde_json::{Value, json};

const KIND: &str = "multipart/form-data; boundary=b";

/// A body with the boundary `b`. Each part is its headers and its bytes.
fn body(parts: &[(&[u8], &[u8])]) -> Vec<u8> {
    let parts = parts.iter().flat_map(|(headers, bytes)| [b"--b\r\n", *headers, b"\r\n\r\n", *bytes, b"\r\n"].concat());
    parts.chain(b"--b--\r\n".iter().copied()).collect()
}

fn text(name: &str) -> Vec<u8> {
    format!("Content-Disposition: form-data; name=\"{name}\"").into_bytes()
}

fn file(name: &str, content_type: &str) -> Vec<u8> {
    format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\nContent-Type: {content_type}")
        .into_bytes()
}

async fn post(service: &Service, author: &Account, kind: &str, body: Vec<u8>) -> Answer {
    service.post("/api/tweets/").bearer(&author.access).body(kind, body).send().await
}

async fn tweet(service: &Service, author: &Account, parts: &[(&[u8], &[u8])]) -> Value {
    post(service, author, KIND, body(parts)).await.with_status(201).json()
}

fn links(tweet: &Value) -> usize {
    tweet["imagelinks"].as_array().unwrap().len()
}

#[tokio::test]
async fn multipart_files_have_names_in_any_form() {
    let service = Service::running();
    let author = service.signup().await;
    let rows: [&[u8]; 9] = [
        br#"Content-Disposition: form-data; name="imagelinks"; filename*=utf-8''%D1%84.png"#,
        br#"Content-Disposition: form-data; filename*=utf-8''%D1%84.png; filename="f.png"; name="imagelinks""#,
        br#"Content-Disposition: form-data; name="imagelinks"; filename*=klingon''%D1%84.png"#,
        br#"Content-Disposition: form-data; name="imagelinks"; filename*0="a"; filename*1=".png""#,
        br#"content-disposition:form-data;NAME=imagelinks;FileName=a.png"#,
        br#"Content-Disposition: form-data; filename="x; name=message; \"y.png"; name="imagelinks""#,
        br#"Content-Disposition: form-data; filename="C:\name=\x.png"; name="imagelinks""#,
        b"Content-Disposition: form-data; name=\"imagelinks\"; filename=\"caf\xe9\xff.png\"",
        b"Content-Disposition: form-data; name=\"imagelinks\"; filename=\"\xf0\x9f\x98\x80.png\"",
    ];
    for row in rows {
        let picture = png(8, 8, 1);
        let posted = tweet(&service, &author, &[(&text("message"), b"x"), (row, &picture)]).await;
        assert_eq!(links(&posted), 1, "{}", String::from_utf8_lossy(row));
    }
}

#[tokio::test]
async fn multipart_types_that_name_nothing_or_another_spelling_are_taken() {
    let service = Service::running();
    let author = service.signup().await;
    let (png, jpeg, film) = (png(8, 8, 1), jpeg(8, 8, 1), mp4_with_position(1, 64, 64));
    for kind in ["image/*", "*/*", "application/octet-stream", "multipart/form-data", "image/x-png", "image/apng"] {
        let parts: [(&[u8], &[u8]); 2] = [(&text("message"), b"x"), (&file("imagelinks", kind), &png)];
        assert_eq!(links(&tweet(&service, &author, &parts).await), 1, "{kind}");
    }
    for kind in ["image/jpg", "image/pjpeg", "IMAGE/JPEG; q=1", "image/*"] {
        let parts: [(&[u8], &[u8]); 2] = [(&text("message"), b"x"), (&file("imagelinks", kind), &jpeg)];
        assert_eq!(links(&tweet(&service, &author, &parts).await), 1, "{kind}");
    }
    for kind in ["video/*", "*/*", "multipart/form-data"] {
        let posted = tweet(&service, &author, &[(&text("message"), b"x"), (&file("videolinks", kind), &film)]).await;
        assert_eq!(posted["media"][0]["kind"], "video", "{kind}");
    }
    // Each part, texts too, with the type of the whole body.
    let message = [text("message"), b"\r\nContent-Type: multipart/form-data".to_vec()].concat();
    let posted =
        tweet(&service, &author, &[(&message, b"all"), (&file("imagelinks", "multipart/form-data"), &png)]).await;
    assert_eq!((posted["message"].as_str(), links(&posted)), (Some("all"), 1));
    for kind in ["video/*", "image/jpeg", "text/*", "text/plain"] {
        let parts: [(&[u8], &[u8]); 2] = [(&text("message"), b"x"), (&file("imagelinks", kind), &png)];
        let errors = post(&service, &author, KIND, body(&parts)).await.with_status(400).json();
        assert!(errors["imagelinks"][0].as_str().unwrap().contains("claims to be"), "{kind}: {errors}");
    }
}

#[tokio::test]
async fn multipart_boundaries_may_be_any_that_django_takes() {
    let service = Service::running();
    let author = service.signup().await;
    for (parameter, boundary) in [
        ("; boundary=----=_Part_7_1480.1631", "----=_Part_7_1480.1631"),
        ("; boundary====1487890123===", "===1487890123==="),
        (" ; boundary = b ", "b"),
        (";BOUNDARY=\"a b'()+_,-./:=?c\"", "a b'()+_,-./:=?c"),
        ("; charset=\"x; boundary=no\"; boundary=a(b)", "a(b)"),
        ("; charset=utf-8;boundary=b;", "b"),
    ] {
        let body =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\n--{boundary}--\r\n");
        let kind = format!("Multipart/Form-Data{}", parameter.replace("charset=\"x;", "x=\"x;"));
        let answer = post(&service, &author, &kind, body.into_bytes()).await.with_status(201);
        assert_eq!(answer.field("message"), "hi", "{parameter}");
    }
}

#[tokio::test]
async fn multipart_texts_are_read_in_their_charset_or_refused() {
    let service = Service::running();
    let author = service.signup().await;
    let labelled =
        |label: &str| [text("message"), format!("\r\nContent-Type: text/plain; charset={label}").into()].concat();
    for (label, bytes, message) in [
        ("ISO-8859-1", b"Caf\xe9 M\xfcller".as_slice(), "Café Müller"),
        ("\"windows-1251\"", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("Shift_JIS", b"\x83e\x83X\x83g", "テスト"),
        ("UTF-8", "naïve".as_bytes(), "naïve"),
        ("US-ASCII", b"plain", "plain"),
    ] {
        let posted = tweet(&service, &author, &[(&labelled(label), bytes)]).await;
        assert_eq!(posted["message"], message, "{label}");
    }
    for (headers, bytes) in [
        (labelled("klingon"), b"x".as_slice()),
        (labelled("us-ascii"), "é".as_bytes()),
        (labelled("utf-8"), b"Caf\xe9"),
        (text("message"), b"Caf\xe9"),
    ] {
        let answer = post(&service, &author, KIND, body(&[(&headers, bytes)])).await.with_status(400);
        assert!(
            answer.field("detail").starts_with("Multipart form parse error - the field \"message\""),
            "{}",
            answer.text()
        );
    }
    let kind = "multipart/form-data; charset=iso-8859-1; boundary=b";
    let answer = post(&service, &author, kind, body(&[(&text("message"), b"Caf\xe9")])).await.with_status(201);
    assert_eq!(answer.field("message"), "Café");
}

#[tokio::test]
async fn forms_are_read_in_their_charset_or_refused() {
    let service = Service::running();
    let author = service.signup().await;
    let form = "application/x-www-form-urlencoded";
    for (kind, bytes) in [
        (format!("{form}; charset=ISO-8859-1"), b"message=Caf%E9".as_slice()),
        (format!("{form};charset=\"latin1\""), b"message=Caf\xe9"),
        (format!("{form}; charset=UTF-8"), b"message=Caf%C3%A9"),
    ] {
        let answer = post(&service, &author, &kind, bytes.to_vec()).await.with_status(201);
        assert_eq!(answer.field("message"), "Café", "{kind}");
    }
    for kind in [form.to_owned(), format!("{form}; charset=klingon"), format!("{form}; charset=us-ascii")] {
        let answer = post(&service, &author, &kind, b"message=Caf%E9".to_vec()).await.with_status(400);
        assert!(answer.field("detail").starts_with("Form parse error - "), "{}", answer.text());
    }
}

#[tokio::test]
async fn line_breaks_are_lf_however_a_text_is_sent() {
    let service = Service::running();
    let author = service.signup().await;
    // 280 characters, nine of which are line breaks.
    let message = format!("{}{}", "a\n".repeat(9), "b".repeat(262));
    let (crlf, cr) = (message.replace('\n', "\r\n"), message.replace('\n', "\r"));
    for sent in [&message, &crlf, &cr] {
        let posted = tweet(&service, &author, &[(&text("message"), sent.as_bytes())]).await;
        assert_eq!(posted["message"], message.as_str());
        let call = || service.post("/api/tweets/").bearer(&author.access);
        let by_json = call().json(&json!({"message": sent})).send().await.with_status(201);
        assert_eq!(by_json.field("message"), message);
        let by_form = call().form(&[("message", sent)]).send().await.with_status(201);
        assert_eq!(by_form.field("message"), message);
    }
}

#[tokio::test]
async fn a_description_belongs_to_the_file_input_of_its_place() {
    let service = Service::running();
    let author = service.signup().await;
    let (picture, film) = (png(8, 8, 1), mp4_with_position(1, 64, 64));
    let empty = |name: &str| {
        let kind = "application/octet-stream";
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"\"\r\nContent-Type: {kind}").into_bytes()
    };
    let (image, no_image, alt) = (file("imagelinks", "image/png"), empty("imagelinks"), text("alt"));
    let alts = |posted: &Value| -> Vec<String> {
        posted["media"].as_array().unwrap().iter().map(|media| media["alt"].as_str().unwrap().to_owned()).collect()
    };
    let message = (&*text("message"), b"kites".as_slice());
    let in_the_middle: [(&[u8], &[u8]); 7] = [
        message,
        (&no_image, b""),
        (&alt, b""),
        (&image, &picture),
        (&alt, b"A red kite"),
        (&no_image, b""),
        (&alt, b""),
    ];
    assert_eq!(alts(&tweet(&service, &author, &in_the_middle).await), ["A red kite"]);
    let both: [(&[u8], &[u8]); 7] = [
        message,
        (&alt, b"one"),
        (&alt, b""),
        (&alt, b"three"),
        (&image, &picture),
        (&no_image, b""),
        (&image, &picture),
    ];
    assert_eq!(alts(&tweet(&service, &author, &both).await), ["one", "three"]);
    let filmed: [(&[u8], &[u8]); 5] =
        [message, (&no_image, b""), (&alt, b""), (&file("videolinks", "video/mp4"), &film), (&alt, b"A clip")];
    assert_eq!(alts(&tweet(&service, &author, &filmed).await), ["A clip"]);
    let one_alt: [(&[u8], &[u8]); 4] =
        [message, (&no_image, b""), (&file("videolinks", "video/mp4"), &film), (&alt, b"A clip")];
    assert_eq!(alts(&tweet(&service, &author, &one_alt).await), ["A clip"], "one description for one field");
}

#[tokio::test]
async fn multipart_transfer_encodings_of_mail_are_undone() {
    let service = Service::running();
    let author = service.signup().await;
    let with = |headers: Vec<u8>, encoding: &str| {
        [headers, format!("\r\nContent-Transfer-Encoding: {encoding}").into_bytes()].concat()
    };
    let base64 = {
        use base64::Engine;
        let text = base64::prelude::BASE64_STANDARD.encode(png(8, 8, 1));
        text.as_bytes().chunks(76).collect::<Vec<_>>().join(b"\r\n".as_slice())
    };
    let (message, picture) =
        (with(text("message"), "quoted-printable"), with(file("imagelinks", "image/png"), "base64"));
    let posted = tweet(&service, &author, &[(&message, b"caf=C3=A9"), (&picture, &base64)]).await;
    assert_eq!((posted["message"].as_str(), links(&posted)), (Some("café"), 1));
    for encoding in ["binary", "8bit", "7bit"] {
        let posted = tweet(&service, &author, &[(&with(text("message"), encoding), b"aGk=")]).await;
        assert_eq!(posted["message"], "aGk=", "{encoding}");
    }
    let wrong = body(&[(&with(text("message"), "base64"), b"*")]);
    let answer = post(&service, &author, KIND, wrong).await.with_status(400);
    assert_eq!(answer.field("detail"), "Multipart form parse error - the field \"message\" is not base64");
}

#[tokio::test]
async fn a_multipart_signup_has_the_name_that_was_sent() {
    let service = Service::running();
    let username = unique("form");
    let fields: [(&[u8], &[u8]); 2] =
        [(&text("username"), username.as_bytes()), (&text("password"), e2e::PASSWORD.as_bytes())];
    // What follows the last boundary's place may be missing.
    let mut body = body(&fields);
    body.truncate(body.len() - 4);
    let answer = service.post("/auth/users/").body(KIND, body).send().await.with_status(201);
    assert_eq!(answer.field("username"), username);
}
