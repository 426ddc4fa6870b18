#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use http::HeaderValue;

async fn read(content_type: &str, body: &[u8]) -> Result<Vec<(String, Value)>, MultipartError> {
    let content_type = Parameterised::content_type(&HeaderValue::from_str(content_type).unwrap()).unwrap();
    fields(&content_type, Bytes::copy_from_slice(body), 1_000).await
}

async fn one(headers: &[u8], data: &[u8]) -> Result<Value, MultipartError> {
    let body = [b"--b\r\n", headers, b"\r\n\r\n", data, b"\r\n--b--\r\n"].concat();
    let mut fields = read("multipart/form-data; boundary=b", &body).await?;
    assert_eq!(fields.len(), 1);
    let (name, value) = fields.pop().unwrap();
    assert_eq!(name, "a");
    Ok(value)
}

fn text(value: Value) -> String {
    let Value::Text(text) = value else { return format!("{value:?}") };
    text
}

fn file(value: Value) -> (String, Option<String>, Vec<u8>) {
    let Value::File(file) = value else { return (format!("{value:?}"), None, Vec::new()) };
    (file.name, file.content_type, file.chunks.concat())
}

#[tokio::test]
async fn a_file_name_in_any_form_makes_a_file() {
    for headers in [
        br#"Content-Disposition: form-data; name="a"; filename="x.png""#.as_slice(),
        br#"content-disposition:form-data;name=a;filename=x.png"#,
        br#"Content-Disposition: form-data; name="a"; filename*=utf-8''%D1%84.png"#,
        br#"Content-Disposition: form-data; filename*=UTF-8''%D1%84.png; filename="f.png"; name="a""#,
        br#"Content-Disposition: form-data; name="a"; filename*=klingon''%D1%84.png"#,
        b"Content-Disposition: form-data; name=\"a\"; filename=\"\xd1\x84.png\"",
        b"Content-Disposition: form-data; name=\"a\"; filename=\"\xe9\xff.png\"",
        br#"Content-Disposition: form-data; name="a"; filename="=?utf-8?B?0YQucG5n?=""#,
        br#"Content-Disposition: attachment; FILENAME="x; name=b"; NAME="a""#,
    ] {
        let (name, _, bytes) = file(one(headers, b"\x89PNG\r\n\x1a\n").await.unwrap());
        assert!(!name.is_empty() && bytes == b"\x89PNG\r\n\x1a\n", "{}", String::from_utf8_lossy(headers));
    }
}

#[tokio::test]
async fn an_empty_file_name_is_an_empty_input_a_file_or_a_text() {
    let head = b"Content-Disposition: form-data; name=\"a\"; filename=\"\"";
    let with = |kind: &[u8]| [head, b"\r\nContent-Type: ".as_slice(), kind].concat();
    assert_eq!(file(one(&with(b"application/octet-stream"), b"").await.unwrap()).2, b"");
    assert_eq!(file(one(&with(b"image/png"), b"x").await.unwrap()).2, b"x");
    assert_eq!(text(one(&with(b"text/plain"), b"x").await.unwrap()), "x");
    assert_eq!(text(one(head, b"x").await.unwrap()), "x");
}

#[tokio::test]
async fn texts_have_the_charset_that_the_part_the_body_or_a_field_names() {
    let head = b"Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=ISO-8859-1";
    assert_eq!(text(one(head, b"Caf\xe9").await.unwrap()), "Café");
    let quoted = b"Content-Type: text/plain;charset=\"iso-8859-1\"\r\nContent-Disposition: form-data; name=\"a\"";
    assert_eq!(text(one(quoted, b"Caf\xe9").await.unwrap()), "Café");
    let plain = b"Content-Disposition: form-data; name=\"a\"";
    assert!(matches!(one(plain, b"Caf\xe9").await, Err(MultipartError::Charset { .. })));
    assert_eq!(text(one(plain, "\u{fffd}".as_bytes()).await.unwrap()), "\u{fffd}", "a client may send it itself");
    let klingon = b"Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=klingon";
    assert!(matches!(one(klingon, b"x").await, Err(MultipartError::Charset { .. })));

    let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nCaf\xe9\r\n--b--\r\n";
    let read_text = |read: Vec<(String, Value)>| text(read[0].1.clone());
    assert_eq!(read_text(read("multipart/form-data; charset=latin-1; boundary=b", body).await.unwrap()), "Café");
    let field = b"--b\r\nContent-Disposition: form-data; name=\"_charset_\"\r\n\r\niso-8859-1\r\n";
    let body = [body[..body.len() - 7].as_ref(), field, b"--b--\r\n"].concat();
    assert_eq!(read_text(read("multipart/form-data; boundary=b", &body).await.unwrap()), "Café");
}

#[tokio::test]
async fn line_breaks_become_lf_in_texts_and_stay_in_files() {
    let plain = b"Content-Disposition: form-data; name=\"a\"";
    assert_eq!(text(one(plain, b"1\r\n2\r3\n4").await.unwrap()), "1\n2\n3\n4");
    let named = b"Content-Disposition: form-data; name=\"a\"; filename=\"x\"";
    assert_eq!(file(one(named, b"1\r\n2").await.unwrap()).2, b"1\r\n2");
}

#[tokio::test]
async fn transfer_encodings_of_mail_are_undone() {
    let head = b"Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: ";
    let with = |encoding: &[u8]| [head, encoding].concat();
    for plain in [b"binary".as_slice(), b"8bit", b"7BIT", b"x-other"] {
        assert_eq!(text(one(&with(plain), b"aGk=").await.unwrap()), "aGk=");
    }
    assert_eq!(text(one(&with(b"Base64"), b"aG\r\nk=").await.unwrap()), "hi");
    assert_eq!(text(one(&with(b"quoted-printable"), b"caf=C3=A9 a=\r\nb").await.unwrap()), "café ab");
    assert!(matches!(one(&with(b"base64"), b"no base64!").await, Err(MultipartError::Transfer { .. })));
    let head = b"Content-Disposition: form-data; name=\"a\"; filename=\"x\"\r\nContent-Transfer-Encoding: base64";
    assert_eq!(file(one(head, b"/9j/").await.unwrap()).2, b"\xff\xd8\xff");
}

#[tokio::test]
async fn a_boundary_may_be_any_that_django_takes() {
    for (parameter, boundary) in [
        ("----=_Part_7_1480.1631", "----=_Part_7_1480.1631"),
        ("\"a b'()+_,-./:=?\"", "a b'()+_,-./:=?"),
        ("===1487890123===", "===1487890123==="),
        ("'quoted'", "'quoted'"),
        (&"x".repeat(201), &"x".repeat(201)),
    ] {
        let body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{boundary}--");
        let read = read(&format!("multipart/form-data; boundary={parameter}"), body.as_bytes()).await.unwrap();
        assert_eq!(read.len(), 1, "{parameter}");
    }
    for parameter in
        ["", "; boundary=", "; boundary=\"a \"", "; boundary=é", &format!("; boundary={}", "x".repeat(202))]
    {
        let error = read(&format!("multipart/form-data{parameter}"), b"abc").await.unwrap_err().to_string();
        assert!(error.starts_with("Invalid boundary in multipart: "), "{error}");
    }
}

#[tokio::test]
async fn the_end_may_lack_its_hyphens_but_no_part_its_delimiter() {
    let body = |end: &str| format!("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1{end}");
    let kind = "multipart/form-data; boundary=b";
    for end in ["\r\n--b--\r\n", "\r\n--b--", "\r\n--b--\r\nepilogue", "\r\n--b-", "\r\n--b", "\r\n--b\r\n"] {
        assert_eq!(read(kind, body(end).as_bytes()).await.unwrap().len(), 1, "{end:?}");
    }
    for end in ["", "\r\n", "\r\n--", "\r\n--c--\r\n"] {
        assert!(matches!(read(kind, body(end).as_bytes()).await, Err(MultipartError::Structure(_))), "{end:?}");
    }
    assert_eq!(read(kind, b"--b--\r\n").await.unwrap().len(), 0);
    assert_eq!(read(kind, b"preamble\r\n--b--\r\n").await.unwrap().len(), 0);
}
