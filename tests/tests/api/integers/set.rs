//! `/integers/set/`: sets, their owners, their sessions and their numbers.

use e2e::{Account, Answer, Call, Form, Service};
use serde_json::{Value, json};

async fn put(service: &Service, account: &Account, body: &Value) -> Answer {
    service.post("/integers/set/").bearer(&account.access).json(body).send().await
}

fn one(x: i64) -> Value {
    json!([{"index": 0, "X": x, "q": 1}])
}

#[tokio::test]
async fn numbers_of_any_size_come_back_as_they_were_sent() {
    let service = Service::running();
    let account = service.signup().await;
    let digits = "123456789".repeat(40);
    for (encoding, x, q) in [
        ("", format!("-{digits}"), "18446744073709551616".to_owned()),
        ("", "\"-AQAAAAAAAAAA\"".to_owned(), "\"AA==\"".to_owned()),
        ("decimal", format!("\"{digits}\""), "\"-1\"".to_owned()),
        ("hex", "\"-deadbeefdeadbeefdeadbeef\"".to_owned(), "\"0\"".to_owned()),
    ] {
        let units = format!(r#"[{{"index":0,"X":{x},"q":{q}}},{{"index":18446744073709551615,"X":{q},"q":{x}}}]"#);
        let named = if encoding.is_empty() { String::new() } else { format!(r#","encoding":"{encoding}""#) };
        let body = format!(r#"{{"set_id":"a","integers":{units}{named}}}"#);
        let call = service.post("/integers/set/").bearer(&account.access).body("application/json", body);
        let stored = call.send().await.with_status(201).text();
        assert!(stored.contains(&format!(r#""integers":{units}"#)), "{stored}");
        let shown = service.get("/integers/set/?set_id=a").bearer(&account.access).send().await.with_status(200).text();
        assert!(shown.contains(&format!(r#""integers":{units}"#)), "{shown}");
        // An answer can be sent back: it names the encoding of texts that do not show it.
        assert_eq!(shown.contains(r#""encoding":""#), !encoding.is_empty(), "{shown}");
    }
}

#[tokio::test]
async fn units_are_sorted_and_a_set_is_replaced_as_a_whole() {
    let service = Service::running();
    let account = service.signup().await;
    let body =
        json!({"set_id": "a", "integers": [{"index": 9, "X": 1, "q": 2}, {"index": 2, "X": 3, "q": 4, "more": 5}]});
    let sorted = json!([{"index": 2, "X": 3, "q": 4}, {"index": 9, "X": 1, "q": 2}]);
    let stored = put(&service, &account, &body).await;
    stored.is(201, &json!({"set_id": "a", "session_id": "default", "integers": sorted}));
    put(&service, &account, &json!({"set_id": "a", "integers": one(7)})).await.with_status(201);
    let shown = service.get("/integers/set/?set_id=a").bearer(&account.access).send().await;
    shown.is(200, &json!({"user_id": account.id, "session_id": "default", "set_id": "a", "integers": one(7)}));
}

#[tokio::test]
async fn forms_and_queries_are_equivalent_to_json() {
    let service = Service::running();
    let account = service.signup().await;
    let bearer = |call: Call| call.bearer(&account.access);
    let units = one(1).to_string();
    let form = [("set_id", "f"), ("session_id", "s"), ("integers", units.as_str())];
    bearer(service.post("/integers/set/")).form(&form).send().await.with_status(201);
    let unit = one(1)[0].to_string();
    let repeated = [("set_id", "r"), ("session_id", "s"), ("integers", unit.as_str())];
    bearer(service.post("/integers/set/")).form(&repeated).send().await.with_status(201);
    let multipart = Form::default().text("set_id", "m").text("integers", &units);
    let call = bearer(service.post("/integers/set/?session_id=s&set_id=ignored")).multipart(&multipart);
    assert_eq!(call.send().await.with_status(201).field("set_id"), "m", "the body takes precedence over the query");
    let form = [("equation", "f + r - m"), ("session_id", "s"), ("set_id", "result")];
    bearer(service.post("/integers/operation/")).form(&form).send().await.with_status(201);
    let shown = bearer(service.get("/integers/set?session_id=s&set_id=result")).send().await.with_status(200).json();
    assert_eq!(shown["integers"], one(1));
    let gone = bearer(service.delete("/integers/set/")).form(&[("session_id", "s"), ("set_id", "result")]);
    gone.send().await.is(200, &json!({"set_id": "result"}));
}

#[tokio::test]
async fn users_never_see_each_others_sets() {
    let service = Service::running();
    let (owner, stranger) = (service.signup().await, service.signup().await);
    put(&service, &owner, &json!({"set_id": "mine", "session_id": "s", "integers": one(1)})).await.with_status(201);
    put(&service, &stranger, &json!({"set_id": "own", "session_id": "s", "integers": one(2)})).await.with_status(201);
    let not_found = json!({"detail": "Not found."});
    let ask = |method: &str, path: &str| service.call(method, path).bearer(&stranger.access);
    ask("GET", "/integers/set/?session_id=s&set_id=mine").send().await.is(404, &not_found);
    ask("DELETE", "/integers/set/?session_id=s&set_id=mine").send().await.is(404, &not_found);
    let body = json!({"session_id": "s", "equation": "own+mine"});
    let answer = ask("POST", "/integers/operation/").json(&body).send().await;
    answer.is(400, &json!({"equation": ["There is no set \"mine\" in this session."]}));
    for name in [&owner.id, &owner.username, &owner.device_token] {
        let body = json!({"user_id": name, "session_id": "s", "set_id": "own"});
        ask("GET", "/integers/set/").json(&body).send().await.with_status(403);
    }
    for name in [&stranger.id, &stranger.username, &stranger.username.to_uppercase(), &stranger.device_token] {
        let body = json!({"user_id": name, "session_id": "s", "set_id": "own"});
        ask("GET", "/integers/set/").json(&body).send().await.with_status(200);
    }
    ask("DELETE", "/integers/session/?session_id=s").send().await.with_status(200);
    let shown = service.get("/integers/set/?session_id=s&set_id=mine").bearer(&owner.access).send().await;
    assert_eq!(
        shown.with_status(200).json()["integers"],
        one(1),
        "the stranger has deleted only a session of their own"
    );
}

#[tokio::test]
async fn a_web_session_has_its_own_sets_under_a_public_name() {
    let service = Service::running();
    let account = service.signup().await;
    let cookie = &account.cookies.session;
    let with_cookie = |call: Call| call.bearer(&account.access).cookies(&account.cookies);
    let body = json!({"set_id": "a", "integers": one(1)});
    let stored = with_cookie(service.post("/integers/set/")).json(&body).send().await.with_status(201);
    let session = stored.field("session_id");
    assert!(session.starts_with("web-") && !stored.text().contains(cookie.as_str()), "{}", stored.text());
    // The same session by the cookie's value and by its public name, each with and without the cookie.
    for name in [cookie, &session] {
        let path = format!("/integers/set/?set_id=a&session_id={name}");
        for call in [with_cookie(service.get(&path)), service.get(&path).bearer(&account.device_token)] {
            let shown = call.send().await.with_status(200);
            assert_eq!(shown.field("session_id"), session);
            assert!(!shown.text().contains(cookie.as_str()), "{}", shown.text());
        }
    }
    // A token without a cookie has the session `default`.
    service.get("/integers/set/?set_id=a").bearer(&account.access).send().await.with_status(404);
    assert_eq!(put(&service, &account, &body).await.with_status(201).field("session_id"), "default");
    // After the web session has ended, its cookie still names the same integer session.
    let call = with_cookie(service.post("/api/auth/logout/")).header("x-csrftoken", &account.cookies.csrf);
    call.send().await.with_status(200);
    for call in [
        service.get(&format!("/integers/set/?set_id=a&session_id={cookie}")).bearer(&account.device_token),
        service.get("/integers/set/?set_id=a").bearer(&account.device_token).cookies(&account.cookies),
    ] {
        let shown = call.send().await.with_status(200);
        assert_eq!(shown.field("session_id"), session);
        assert!(!shown.text().contains(cookie.as_str()), "{}", shown.text());
    }
}

/// Any answer gives a client its first cookie, before a login; sets stored with it belong to that cookie.
#[tokio::test]
async fn a_value_of_a_session_cookie_is_never_answered() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let unbound = e2e::Cookies { session: "ab".repeat(32), csrf: "cd".repeat(32) };
    let upper = e2e::Cookies { session: "EF".repeat(32), ..unbound.clone() };
    let mut names = Vec::new();
    for cookies in [&unbound, &upper, &other.cookies] {
        let body = json!({"set_id": "a", "integers": one(1)});
        let call = service.post("/integers/set/").bearer(&account.access).cookies(cookies).json(&body);
        let stored = call.send().await.with_status(201);
        let session = stored.field("session_id");
        assert!(session.starts_with("web-") && !names.contains(&session), "{session}");
        // Without the cookie, by its value as session_id: every answer has the public name.
        let name = json!({"session_id": cookies.session});
        let named = |more: Value| {
            let mut body = name.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let sets = json!([{"set_id": "a", "integers": one(2)}]);
        for (method, path, body, status) in [
            ("GET", "/integers/set/", named(json!({"set_id": "a"})), 200),
            ("POST", "/integers/operation/", named(json!({"equation": "a+a"})), 201),
            ("POST", "/integers/session/", named(json!({"integer_sets": sets})), 201),
            ("GET", "/integers/session/", name.clone(), 200),
            ("DELETE", "/integers/session/", name.clone(), 200),
        ] {
            let answer = service.call(method, path).bearer(&account.access).json(&body).send().await;
            let answer = answer.with_status(status);
            assert_eq!(answer.field("session_id"), session, "{method} {path}");
            assert!(!answer.text().contains(&cookies.session), "{}", answer.text());
        }
        names.push(session);
    }
    // 64 characters that are not all hexadecimal digits, and 63 digits, are ordinary names.
    for name in ["eg".repeat(32), "e".repeat(63)] {
        let body = json!({"set_id": "a", "session_id": name, "integers": one(1)});
        assert_eq!(put(&service, &account, &body).await.with_status(201).field("session_id"), name);
    }
}
