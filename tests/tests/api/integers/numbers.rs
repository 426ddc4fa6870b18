//! The encodings of numbers: in a set, in a set that names its encoding, and in the result of an equation.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use e2e::{Account, Answer, Service};
use serde_json::{Value, json};

async fn put(service: &Service, account: &Account, body: &Value) -> Answer {
    service.post_as(account, "/integers/set/", body).await
}

fn one(x: &Value, q: &Value) -> Value {
    json!([{"index": 0, "X": x, "q": q}])
}

#[tokio::test]
async fn a_result_has_the_encoding_of_the_first_set() {
    let service = Service::running();
    let account = service.signup().await;
    for (id, encoding, x, q) in [
        ("n", None, json!(255), json!(-16)),
        ("b", Some("base64"), json!("/w=="), json!("-EA==")),
        ("d", Some("decimal"), json!("255"), json!("-16")),
        ("h", Some("hex"), json!("ff"), json!("-10")),
    ] {
        let mut body = json!({"set_id": id, "integers": one(&x, &q)});
        if let Some(encoding) = encoding {
            body["encoding"] = encoding.into();
        }
        put(&service, &account, &body).await.with_status(201);
    }
    for (first, others, encoding, sum) in [
        ("n", "b + d + h", None, (json!(1020), json!(-64))),
        ("b", "h + d + n", None, (json!("A/w="), json!("-QA=="))),
        ("d", "n + b + h", Some("decimal"), (json!("1020"), json!("-64"))),
        ("h", "d + n + b", Some("hex"), (json!("3fc"), json!("-40"))),
    ] {
        // The first set decides, not the constants before it.
        for equation in [format!("{first} + {others}"), format!("-(-3*{first} + 2*{first}) + {others}")] {
            let answer = service.post_as(&account, "/integers/operation/", &json!({"equation": equation})).await;
            let answer = answer.with_status(201).json();
            let unit = &answer["integers"][0];
            assert_eq!((&unit["X"], &unit["q"]), (&sum.0, &sum.1), "{equation}");
            assert_eq!(answer.get("encoding").and_then(Value::as_str), encoding, "{equation}");
        }
    }
}

#[tokio::test]
async fn a_set_of_mixed_encodings_is_returned_in_one_encoding() {
    let service = Service::running();
    let account = service.signup().await;
    let number = "A number as text must be base64 of its big-endian magnitude, or the set must name its encoding.";
    for (encoding, x, q, expected) in [
        (None, json!(255), json!("-EA=="), Ok((json!(255), json!(-16)))),
        (None, json!("/w=="), json!(-16), Ok((json!("/w=="), json!("-EA==")))),
        (None, json!("/w=="), json!("-1*"), Err(number)),
        (Some("number"), json!(255), json!(-16), Ok((json!(255), json!(-16)))),
        (Some("number"), json!(255), json!("-16"), Err("A valid integer is required.")),
        (Some("number"), json!(255), json!("/w=="), Err("A valid integer is required.")),
        (Some("base64"), json!(255), json!("-EA=="), Ok((json!("/w=="), json!("-EA==")))),
        (Some("decimal"), json!(255), json!("-16"), Ok((json!("255"), json!("-16")))),
        (Some("hex"), json!("0xFF"), json!(-16), Ok((json!("ff"), json!("-10")))),
        (Some("decimal"), json!(255), json!("-EA=="), Err("A valid integer is required.")),
    ] {
        let mut body = json!({"set_id": "a", "integers": one(&x, &q)});
        if let Some(encoding) = encoding {
            body["encoding"] = encoding.into();
        }
        let answer = put(&service, &account, &body).await;
        match expected {
            Ok((x, q)) => assert_eq!(answer.with_status(201).json()["integers"], one(&x, &q), "{body}"),
            Err(message) => {
                answer.is(400, &json!({"integers": [format!("Unit 0: q: {message}")]}));
            }
        }
    }
}

#[tokio::test]
async fn an_error_never_repeats_a_long_text() {
    let service = Service::running();
    let account = service.signup().await;
    let long = "x".repeat(4 << 20);
    let unit = |unit: Value| json!({"set_id": "a", "integers": [unit]});
    for body in [
        unit(json!({"index": 0, "terms": [{"m": long, "p": 0, "c": 1}]})),
        unit(json!({"index": 0, "terms": [{"m": 0, "p": 0, "c": long}]})),
        unit(json!({"index": 0, "terms": long})),
        unit(json!({"index": long, "X": 1, "q": 1})),
        unit(json!({"index": 0, "X": long, "q": 1})),
        json!({"set_id": "a", "integers": long}),
        json!({"set_id": long, "integers": []}),
        json!({"set_id": "a", "encoding": long, "integers": []}),
    ] {
        let answer = put(&service, &account, &body).await.with_status(400);
        assert!(answer.text().len() < 400, "{} bytes", answer.text().len());
    }
    for body in [
        json!({"integer_sets": [{"set_id": long}]}),
        json!({"integer_sets": [{"set_id": "a", "integers": long}]}),
        json!({"integer_sets": [{"set_id": "a", "encoding": [long]}]}),
    ] {
        let answer = service.post_as(&account, "/integers/session/", &body).await.with_status(400);
        assert!(answer.text().len() < 400, "{} bytes", answer.text().len());
    }
}

#[tokio::test]
async fn base64_is_read_as_encoders_of_many_platforms_write_it() {
    let service = Service::running();
    let account = service.signup().await;
    let bytes: Vec<u8> = (1..=100).collect();
    let standard = BASE64_STANDARD.encode(&bytes);
    let lines: Vec<&str> = standard.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let rows = [
        ("/w==\n".to_owned(), "/w=="),
        ("/w".to_owned(), "/w=="),
        ("/w=".to_owned(), "/w=="),
        ("_w".to_owned(), "/w=="),
        ("-_8=\r\n".to_owned(), "+/8="),
        (format!("{}\n", lines.join("\n")), &*standard),
        (lines.join("\r\n"), &*standard),
        (standard.trim_end_matches('=').to_owned(), &*standard),
        (BASE64_URL_SAFE_NO_PAD.encode(&bytes), &*standard),
    ];
    for (sent, read) in rows {
        let body = json!({"set_id": "a", "integers": [{"index": 0, "X": sent, "q": "AQ=="}]});
        let answer = service.post_as(&account, "/integers/set/", &body).await.with_status(201);
        assert_eq!(answer.json()["integers"], json!([{"index": 0, "X": read, "q": "AQ=="}]), "{sent:?}");
    }
    for wrong in ["a b", "+_8=", "A", "\u{a0}"] {
        let body = json!({"set_id": "a", "integers": [{"index": 0, "X": wrong, "q": "AQ=="}]});
        let answer = service.post_as(&account, "/integers/set/", &body).await.with_status(400);
        assert!(answer.json()["integers"][0].as_str().unwrap().starts_with("Unit 0: X: "), "{}", answer.text());
    }
}
