//! What the functions make of events with bytes that clients of this test can't send or gateways may refuse.

use e2e::{Event, Form, Function, Service};
use serde_json::json;

#[tokio::test]
async fn bodies_that_are_not_utf_8_are_a_clear_400_or_415() {
    let service = Service::running();
    let function = Function::start(&service, "auth");
    let login = |kind: &str, body: &[u8]| function.invoke(Event::new("POST", "/auth/login/").bytes(kind, body)).answer;
    for (kind, body, error) in [
        ("application/json", b"{\"username\":\"\xff\"}".as_slice(), "JSON parse error - "),
        ("application/json; charset=utf-8", b"\xff", "JSON parse error - "),
        ("application/json", b"\xef\xbb\xbf{}", "JSON parse error - "),
        ("application/x-www-form-urlencoded", b"username=\xff", "Form parse error - "),
        ("application/x-www-form-urlencoded", b"username=%FF", "Form parse error - "),
    ] {
        let answer = login(kind, body).with_status(400);
        assert!(answer.field("detail").starts_with(error), "{kind}: {}", answer.text());
    }
    for kind in ["text/plain", "text/html; charset=utf-8", ""] {
        login(kind, b"\xff\xfe").is(415, &json!({"detail": format!("Unsupported media type \"{kind}\" in request.")}));
    }
    let form = Form::default().text("username", "x");
    let mut body = form.body();
    let at = body.windows(3).position(|window| window == b"\r\nx").unwrap_or_default() + 2;
    body[at] = 0xff;
    let answer = login(&form.content_type(), &body).with_status(400);
    assert!(
        answer.field("detail").starts_with("Multipart form parse error - the field \"username\""),
        "{}",
        answer.text()
    );
    // The text of an event is UTF-8, whatever the gateway takes for text.
    let required = json!({"password": ["This field is required."]});
    login("application/json; charset=iso-8859-1", b"{\"username\":\"Caf\xe9\"}").is(400, &required);
}

#[tokio::test]
async fn headers_that_are_not_ascii_do_no_harm() {
    let service = Service::running();
    let account = service.signup().await;
    let function = Function::start(&service, "auth");
    let me = || Event::new("GET", "/auth/users/me/").bearer(&account.access);
    for (name, value) in [
        ("user-agent", "Café/1.0 (日本)"),
        ("x-other", "\u{ff}\u{fe}"),
        ("origin", "https://bücher.example"),
        ("referer", "https://example.com/é"),
        ("x-csrftoken", "é"),
        ("accept-language", "é"),
    ] {
        function.invoke(me().header(name, value)).answer.with_status(200);
    }
    let not_valid = "Given token not valid for any token type";
    let answer = function.invoke(me().header("authorization", "Bearer \u{ff}")).answer.with_status(401);
    assert_eq!(answer.field("detail"), not_valid);
    let answer = function.invoke(me().header("authorization", "Token \u{ff}")).answer.with_status(401);
    assert_eq!(answer.field("detail"), "Invalid token.");
    for kind in ["application/jsön", "multipart/form-data; boundary=é"] {
        let answer = function.invoke(Event::new("POST", "/auth/login/").bytes(kind, b"x")).answer;
        assert!([400, 415].contains(&answer.status), "{kind}: {}", answer.text());
    }
}
