//! The two cookies: set by any answer, a credential after a login, and refused on unsafe requests without CSRF token.

use e2e::{Cookies, Event, Form, Function, PASSWORD, Service, SetCookie, unique};
use serde_json::{Value, json};

fn failed(reason: &str) -> Value {
    json!({"detail": format!("CSRF Failed: {reason}")})
}

fn assert_is_set(cookie: Option<SetCookie>, name: &str, http_only: bool, secure: bool) {
    let cookie = cookie.unwrap_or_else(|| panic!("{name} is not set"));
    assert!(cookie.value.len() >= 32, "{name} is {}", cookie.value);
    let has = |attribute: &str| cookie.attributes.iter().any(|a| a == attribute);
    assert!(has("path=/") && has("samesite=lax"), "{name}: {:?}", cookie.attributes);
    assert_eq!((has("httponly"), has("secure")), (http_only, secure), "{name}: {:?}", cookie.attributes);
}

#[tokio::test]
async fn every_answer_sets_missing_cookies() {
    let service = Service::running();
    let calls = [
        service.get("/status/"),
        service.get("/auth/users/me/"),
        service.get("/auth/nope/"),
        service.get("/nope/"),
        service.post("/auth/login/").json(&json!({})),
        service.call("PATCH", "/auth/login/"),
        service.get("/profile?username=nobody-at-all"),
        service.post("/api/tweets/"),
    ];
    for call in calls {
        let answer = call.send().await;
        assert_is_set(answer.cookie("sessionid"), "sessionid", true, false);
        assert_is_set(answer.cookie("csrftoken"), "csrftoken", false, false);
    }
}

#[tokio::test]
async fn cookies_of_the_client_are_not_replaced() {
    let service = Service::running();
    let cookies = Cookies::of(&service.get("/status/").send().await);
    let again = service.get("/status/").cookies(&cookies).send().await;
    assert_eq!(again.header("set-cookie"), None);
    let half = service.get("/status/").header("cookie", &format!("sessionid={}", cookies.session)).send().await;
    assert!(half.cookie("sessionid").is_none());
    assert_is_set(half.cookie("csrftoken"), "csrftoken", false, false);
    let foreign = service.get("/status/").header("cookie", "sessionid=x; csrftoken=; other=1").send().await;
    assert_ne!(Cookies::of(&foreign), cookies);
}

#[tokio::test]
async fn a_form_of_another_site_sets_no_cookies() {
    let service = Service::running();
    let account = service.signup().await;
    let sent = |site: &str, mode: &str| {
        let call = service.post("/api/auth/login/").header("sec-fetch-site", site).header("sec-fetch-mode", mode);
        call.form(&[("username", &account.username), ("password", PASSWORD)]).send()
    };
    let foreign = sent("cross-site", "navigate").await.with_status(200);
    assert_eq!(foreign.header("set-cookie"), None, "a foreign page would sign the browser in as somebody else");
    for (site, mode) in [("same-origin", "navigate"), ("same-site", "cors"), ("cross-site", "cors")] {
        let own = sent(site, mode).await.with_status(200);
        assert_is_set(own.cookie("sessionid"), "sessionid", true, false);
    }
    // A link does not send the request of a form, and brings the cookies along.
    let link = service.get("/status/").header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "navigate");
    assert_is_set(link.send().await.cookie("csrftoken"), "csrftoken", false, false);
}

#[tokio::test]
async fn cookies_are_secure_over_https() {
    let service = Service::running();
    let function = Function::start(&service, "status");
    let answer = function.invoke(Event::new("GET", "/status/")).answer;
    assert_is_set(answer.cookie("sessionid"), "sessionid", true, true);
    assert_is_set(answer.cookie("csrftoken"), "csrftoken", false, true);
}

#[tokio::test]
async fn cookies_without_a_login_are_no_credential() {
    let service = Service::running();
    let cookies = Cookies::of(&service.get("/status/").send().await);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get("/auth/users/me/").cookies(&cookies).send().await.unauthorized(&nobody);
    let call = service.post("/api/tweets/").cookies(&cookies).header("x-csrftoken", &cookies.csrf);
    call.json(&json!({"message": "hi"})).send().await.unauthorized(&nobody);
}

#[tokio::test]
async fn an_unsafe_request_by_cookie_needs_the_token_in_header_or_form() {
    let service = Service::running();
    let account = service.signup().await;
    let hi = json!({"message": "hi"});
    let post = || service.post("/api/tweets/").cookies(&account.cookies);
    post().json(&hi).send().await.is(403, &failed("CSRF token missing."));
    let wrong = failed("CSRF token from the 'X-Csrftoken' HTTP header incorrect.");
    post().header("x-csrftoken", "wrong").json(&hi).send().await.is(403, &wrong);
    post().header("x-csrftoken", &"a".repeat(64)).json(&hi).send().await.is(403, &wrong);
    let form = Form::default().text("message", "hi").text("csrfmiddlewaretoken", "wrong");
    post().multipart(&form).send().await.is(403, &failed("CSRF token from POST incorrect."));
    let session = format!("sessionid={}", account.cookies.session);
    let call = service.post("/api/tweets/").header("cookie", &session).header("x-csrftoken", &account.cookies.csrf);
    call.json(&hi).send().await.is(403, &failed("CSRF cookie not set."));

    post().header("x-csrftoken", &account.cookies.csrf).json(&hi).send().await.with_status(201);
    let fields = [("message", "hi"), ("csrfmiddlewaretoken", &*account.cookies.csrf)];
    post().form(&fields).send().await.with_status(201);
    let form = Form::default().text("message", "hi").text("csrfmiddlewaretoken", &account.cookies.csrf);
    let tweet = post().multipart(&form).send().await.with_status(201).json();
    // Methods without a body of their own accept the field in a body too.
    let tweet = format!("/api/tweets/{}", tweet["id"].as_str().unwrap());
    for path in ["like", "retweet", "save", ""] {
        let path = format!("{tweet}/{path}");
        let delete = || service.delete(&path).cookies(&account.cookies);
        delete().send().await.is(403, &failed("CSRF token missing."));
        let answer = delete().form(&[("csrfmiddlewaretoken", &*account.cookies.csrf)]).send().await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_csrf_token_of_another_session_is_refused() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    // An attacker who can set a cookie in the victim's browser knows a matching pair of cookie and header.
    let planted = Cookies { session: account.cookies.session.clone(), csrf: other.cookies.csrf.clone() };
    let call = service.post("/api/tweets/").cookies(&planted).header("x-csrftoken", &planted.csrf);
    let answer = call.json(&json!({"message": "hi"})).send().await;
    answer.is(403, &failed("CSRF token from the 'X-Csrftoken' HTTP header incorrect."));
}

#[tokio::test]
async fn every_unsafe_method_checks_the_csrf_token() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    let calls = || {
        [service.put("/profile/update").json(&json!({"bio": "b"})), service.delete(&path)]
            .map(|call| call.cookies(&account.cookies))
    };
    for call in calls() {
        call.send().await.is(403, &failed("CSRF token missing."));
    }
    for call in calls() {
        let status = call.header("x-csrftoken", &account.cookies.csrf).send().await.status;
        assert!([200, 204].contains(&status), "{status}");
    }
}

#[tokio::test]
async fn an_authorization_header_makes_the_csrf_token_unnecessary() {
    let service = Service::running();
    let account = service.signup().await;
    for credential in [&account.access, &account.device_token] {
        let call = service.post("/api/tweets/").cookies(&account.cookies).bearer(credential);
        let call = call.header("origin", "https://elsewhere.example.com");
        call.json(&json!({"message": "hi"})).send().await.with_status(201);
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_although_cors_allows_reading() {
    let service = Service::running();
    let account = service.signup().await;
    let post = |origin: &str| {
        let call = service.post("/api/tweets/").cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf);
        call.header("origin", origin).json(&json!({"message": "hi"})).send()
    };
    for origin in ["https://elsewhere.example.com", "null", "http://localhost.example.com"] {
        let reason = format!("Origin checking failed - {origin} does not match any trusted origins.");
        post(origin).await.is(403, &failed(&reason));
    }
    // Both names of this machine, and front-ends under development on it.
    let port = service.url.rsplit_once(':').unwrap().1;
    for origin in [&*service.url, &format!("http://localhost:{port}"), "http://localhost:3000", "http://127.0.0.1:5173"]
    {
        post(origin).await.with_status(201);
    }
}

#[tokio::test]
async fn an_origin_of_any_own_name_may_use_the_cookies() {
    let service = Service::running();
    let account = service.signup().await;
    let settings =
        [("AVIARY_PUBLIC_URL", "https://www.example.com"), ("AVIARY_CORS_ORIGINS", "*"), ("AVIARY_LOCAL_ORIGINS", "")];
    let function = Function::start_with(&service, "tweets", &settings);
    let post = |origin: &str| {
        let cookies = [format!("sessionid={}", account.cookies.session), format!("csrftoken={}", account.cookies.csrf)];
        let event = Event::new("POST", "/api/tweets/").cookies(&cookies).header("x-csrftoken", &account.cookies.csrf);
        function.invoke(event.header("origin", origin).json(&json!({"message": "hi"}))).answer
    };
    for origin in ["https://www.example.com", "https://api.example.com"] {
        post(origin).with_status(201);
    }
    for origin in ["http://localhost:3000", "http://www.example.com", "https://www.example.com.evil.example", "*"] {
        let reason = format!("Origin checking failed - {origin} does not match any trusted origins.");
        post(origin).is(403, &failed(&reason));
    }
}

#[tokio::test]
async fn other_cookies_never_matter_and_quotes_are_not_the_value() {
    let service = Service::running();
    let account = service.signup().await;
    let (session, csrf) = (&account.cookies.session, &account.cookies.csrf);
    for header in [
        format!("theme=dark; sessionid={session}; csrftoken={csrf}"),
        format!("sessionid=\"{session}\"; csrftoken=\"{csrf}\""),
        format!("a; =; json={{\"x\": 1}};sessionid={session};csrftoken={csrf};sessionid="),
    ] {
        let answer = service.get("/auth/users/me/").header("cookie", &header).send().await.with_status(200);
        assert_eq!(answer.header("set-cookie"), None, "{header}");
    }
    // The gateway hands on each cookie by itself, whatever its bytes and in however many fields they came.
    let function = Function::start(&service, "auth");
    let own = [format!("sessionid={session}"), format!("csrftoken={csrf}")];
    let all = |before: &[&str], after: &[&str]| -> Vec<String> {
        let before = before.iter().chain(&[]).map(|cookie| (*cookie).to_owned());
        before.chain(own.clone()).chain(after.iter().map(|cookie| (*cookie).to_owned())).collect()
    };
    for cookies in [
        all(&["theme=Île-de-France"], &[]),
        all(&["theme=\u{fffd}\u{7f}", "a=\nb"], &["x=日本", ""]),
        all(&["flag", "=", "json={\"a\":\"b\"}"], &["sessionid="]),
        vec![format!("theme=Î; {}", own[0]), own[1].clone()],
        vec![format!("sessionid=\"{session}\""), format!(" csrftoken = \"{csrf}\" ")],
    ] {
        let answer = function.invoke(Event::new("GET", "/auth/users/me/").cookies(&cookies)).answer.with_status(200);
        assert_eq!(answer.header("set-cookie"), None, "{cookies:?}");
    }
    // Some gateways leave the header as it is.
    let header = format!("theme=Île; sessionid={session}; csrftoken={csrf}");
    let answer = function.invoke(Event::new("GET", "/auth/users/me/").header("cookie", &header)).answer;
    assert_eq!(answer.with_status(200).header("set-cookie"), None);
}

#[tokio::test]
async fn endpoints_for_anyone_ignore_cookies_and_credentials_that_are_not_valid() {
    let service = Service::running();
    let author = service.signup().await;
    let tweet = service.tweet(&author, "hello").await;
    let show = || service.get(&format!("/api/tweets/{}/", tweet["id"].as_str().unwrap()));
    for authorization in ["Bearer nonsense", "Token deadbeef", "Bearer", "JWT a b c", "Basic YTpi"] {
        show().authorization(authorization).send().await.with_status(200);
    }
    let body = json!({"username": author.username, "password": PASSWORD});
    for cookies in [&author.cookies, &Cookies { session: "a".repeat(64), csrf: "b".repeat(64) }] {
        show().cookies(cookies).send().await.with_status(200);
        for origin in ["https://elsewhere.example.com", &service.url] {
            let login = service.post("/auth/jwt/create/").cookies(cookies).header("origin", origin);
            login.authorization("Bearer nonsense").json(&body).send().await.with_status(200);
        }
    }
}

#[tokio::test]
async fn a_page_of_a_listed_origin_may_use_the_cookies() {
    let service = Service::running();
    let account = service.signup().await;
    let listed = [("AVIARY_CORS_ORIGINS", "https://app.example.com,https://two.example.com")];
    let function = Function::start_with(&service, "tweets", &listed);
    let post = |origin: &str| {
        let cookies = [format!("sessionid={}", account.cookies.session), format!("csrftoken={}", account.cookies.csrf)];
        let event = Event::new("POST", "/api/tweets/").cookies(&cookies).header("x-csrftoken", &account.cookies.csrf);
        function.invoke(event.header("origin", origin).json(&json!({"message": "hi"}))).answer
    };
    for origin in ["https://app.example.com", "https://two.example.com", "https://api.example.com"] {
        post(origin).with_status(201);
    }
    post("https://elsewhere.example.com").with_status(403);
}

#[tokio::test]
async fn a_browser_form_signs_up_with_the_cookies_it_was_given() {
    let service = Service::running();
    let given = Cookies::of(&service.get("/status/").send().await);
    let username = unique("ex_user");
    let fields = [("username", &*username), ("password1", PASSWORD), ("password2", PASSWORD)];
    // A signup needs no caller, so no CSRF token is required.
    let answer = service.post("/api/auth/signup/").cookies(&given).form(&fields).send().await.with_status(201);
    assert_is_set(answer.cookie("sessionid"), "sessionid", true, false);
    assert_is_set(answer.cookie("csrftoken"), "csrftoken", false, false);
}
