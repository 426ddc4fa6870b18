//! Every endpoint with a body reads JSON, forms and multipart, and refuses everything else with a clear error.

use e2e::{Call, Form, Function, Service};
use serde_json::{Value, json};

/// Every endpoint that reads a body and needs no caller, and its error for an empty body.
fn readers() -> Vec<(&'static str, &'static str, Value)> {
    let required = |names: &[&str]| {
        let fields = names.iter().map(|name| ((*name).to_owned(), json!(["This field is required."])));
        Value::Object(fields.collect())
    };
    vec![
        ("POST", "/api/auth/signup/", required(&["username", "password"])),
        ("POST", "/auth/register/", required(&["username", "password"])),
        ("POST", "/auth/login/", required(&["username", "password"])),
        ("POST", "/auth/jwt/create/", required(&["username", "password"])),
        ("POST", "/auth/jwt/refresh/", required(&["refresh"])),
        ("POST", "/auth/jwt/verify/", required(&["token"])),
        ("GET", "/profile", required(&["username"])),
    ]
}

/// A request to every endpoint that reads a body, with a caller where one is needed.
async fn every_reader(service: &Service) -> Vec<Call> {
    let account = service.signup().await;
    let open = readers().into_iter().map(|(method, path, _)| service.call(method, path));
    let closed = [("POST", "/api/tweets/"), ("PUT", "/profile/update")];
    let closed = closed.map(|(method, path)| service.call(method, path).bearer(&account.access));
    open.chain(closed).collect()
}

#[tokio::test]
async fn an_empty_body_of_any_kind_is_an_empty_form() {
    let service = Service::running();
    for (method, path, errors) in readers() {
        let call = || service.call(method, path);
        call().send().await.is(400, &errors);
        call().json(&json!({"unknown": 1})).send().await.is(400, &errors);
        call().form(&[("unknown", "1")]).send().await.is(400, &errors);
        call().multipart(&Form::default().text("unknown", "1")).send().await.is(400, &errors);
        call().multipart(&Form::default()).send().await.is(400, &errors);
        for content_type in ["application/json", "application/json; charset=utf-8", "text/plain"] {
            call().body(content_type, "").send().await.is(400, &errors);
        }
    }
}

#[tokio::test]
async fn other_types_are_415() {
    let service = Service::running();
    for content_type in ["text/plain", "application/xml", "application/vnd.api+json", "application/octet-stream"] {
        let error = json!({"detail": format!("Unsupported media type \"{content_type}\" in request.")});
        for call in every_reader(&service).await {
            call.body(content_type, "<a/>").send().await.is(415, &error);
        }
    }
}

#[tokio::test]
async fn malformed_json_is_400_with_its_place() {
    let service = Service::running();
    for body in ["{\"username\": ", "{'a':1}", "{\"a\":NaN}", "nonsense", "{\"a\":\"\u{1}\"}"] {
        for call in every_reader(&service).await {
            let answer = call.body("application/json", body).send().await.with_status(400);
            let detail = answer.field("detail");
            assert!(detail.starts_with("JSON parse error - ") && detail.contains("line 1"), "{detail}");
        }
    }
}

#[tokio::test]
async fn json_that_is_not_utf_8_is_malformed() {
    let service = Service::running();
    // Sent to the function directly; `gateway.rs` sends such a body through the local front.
    let function = Function::start(&service, "auth");
    let event = e2e::Event::new("POST", "/auth/login/").bytes("application/json", b"{\"username\":\"\xff\"}");
    let answer = function.invoke(event).answer.with_status(400);
    assert!(answer.field("detail").starts_with("JSON parse error - "), "{}", answer.text());
}

#[tokio::test]
async fn json_that_is_no_object_is_400() {
    let service = Service::running();
    let error = |text: &str| json!({"non_field_errors": [text]});
    let wrong = |kind: &str| error(&format!("Invalid data. Expected a dictionary, but got {kind}."));
    let rows = [
        ("[]", wrong("list")),
        ("[{\"username\":\"x\"}]", wrong("list")),
        ("\"abc\"", wrong("str")),
        ("7", wrong("int")),
        ("7.5", wrong("float")),
        ("true", wrong("bool")),
    ];
    for (body, errors) in rows {
        for call in every_reader(&service).await {
            call.body("application/json", body).send().await.is(400, &errors);
        }
    }
}

#[tokio::test]
async fn multipart_without_boundary_is_400() {
    let service = Service::running();
    let error = json!({"detail": "Multipart form parse error - Invalid boundary in multipart: None"});
    for call in every_reader(&service).await {
        call.body("multipart/form-data", "abc").send().await.is(400, &error);
    }
    let cut = Form::default().text("message", "hi");
    let mut body = cut.body();
    body.truncate(body.len() - 10);
    let account = service.signup().await;
    let call = service.post("/api/tweets/").bearer(&account.access).body(&cut.content_type(), body);
    let answer = call.send().await.with_status(400);
    assert!(answer.field("detail").starts_with("Multipart form parse error - "), "{}", answer.text());
}

#[tokio::test]
async fn the_last_of_repeated_fields_counts_in_every_kind_of_body() {
    let service = Service::running();
    let blank = json!({"username": ["This field may not be blank."], "password": ["This field is required."]});
    let call = || service.post("/auth/login/");
    call().body("application/json", r#"{"username":"a","username":""}"#).send().await.is(400, &blank);
    call().form(&[("username", "a"), ("username", "")]).send().await.is(400, &blank);
    call().multipart(&Form::default().text("username", "a").text("username", "")).send().await.is(400, &blank);
}

#[tokio::test]
async fn a_body_beyond_the_limit_of_lambda_is_413_with_every_common_header() {
    let service = Service::running();
    let large = "x".repeat(6 * 1_024 * 1_024 + 1);
    let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", large.as_bytes());
    for call in [
        service.post("/api/tweets/").multipart(&form),
        service.post("/auth/login/").json(&json!({"username": large})),
        service.post("/api/auth/signup/").form(&[("username", &large)]),
    ] {
        let answer = call.header("origin", "https://app.example.com").send().await;
        let answer = answer.is(413, &json!({"detail": "Request body too large."}));
        assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{:?}", answer.headers);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn four_megabytes_of_files_are_not_too_large() {
    let service = Service::running();
    let function = Function::start(&service, "tweets");
    let account = service.signup().await;
    let bytes = vec![b'x'; 4_400_000];
    let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", &bytes);
    let message = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    let no_image = json!({"imagelinks": [message]});
    service.post("/api/tweets/").bearer(&account.access).multipart(&form).send().await.is(400, &no_image);
    let event = e2e::Event::new("POST", "/api/tweets/").bearer(&account.access).multipart(&form);
    function.invoke(event).answer.is(400, &no_image);
}
