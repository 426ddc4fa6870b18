//! The audit trail: each change of an account leaves one event in the log group, and no secret.

use e2e::{Account, Answer, Cookies, Event, Forge, Function, PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

const NEW: &str = "Vb7!panda-moon";
const NEWER: &str = "Gh3!tundra-sea";

/// An account whose events are watched.
struct Watched<'a> {
    service: &'a Service,
    account: Account,
    /// The names of the events so far.
    seen: Vec<&'static str>,
    /// Texts that the trail must never contain.
    secrets: Vec<String>,
}

impl Watched<'_> {
    /// Demands that this request left exactly one event, of this name, before it was answered.
    async fn left(&mut self, event: &'static str, answer: &Answer) {
        self.seen.push(event);
        let trail: Vec<Value> =
            self.service.audit_trail(&self.account.id).await.iter().map(|line| parsed(line)).collect();
        let names: Vec<&str> = trail.iter().map(|line| line["event"].as_str().expect("a name")).collect();
        assert_eq!(names, self.seen);
        assert_is_whole(trail.last().expect("an event"), Some(&self.account.id), answer);
    }

    fn credentials(&mut self, answer: &Answer) {
        let json = answer.json();
        let texts = json.as_object().expect("an object").values().filter_map(Value::as_str);
        self.secrets.extend(texts.map(ToOwned::to_owned));
        if let Some(cookie) = answer.cookie("sessionid") {
            self.secrets.push(cookie.value);
        }
    }
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))
}

fn assert_is_whole(event: &Value, user: Option<&str>, answer: &Answer) {
    let names: Vec<&str> = event.as_object().expect("an object").keys().map(String::as_str).collect();
    let user_id: &[&str] = if user.is_some() { &["user.id"] } else { &[] };
    let all = [&["event", "at"], user_id, &["client.address", "client.user_agent", "request.id"]].concat();
    assert_eq!(names, all);
    assert_eq!(event.get("user.id").and_then(Value::as_str), user);
    assert_eq!(event["request.id"].as_str(), answer.header("x-request-id"), "the id of the request itself");
    assert_eq!(event["client.address"], "127.0.0.1");
    assert!(event["at"].as_str().is_some_and(|at| at.ends_with('Z') && at.len() >= 20), "{event}");
}

async fn login(service: &Service, name: &str, password: &str) -> Answer {
    service.post("/api/auth/login/").json(&json!({"username": name, "password": password})).send().await
}

/// Signs up by hand, because the answer itself is needed.
async fn watched(service: &Service) -> Watched<'_> {
    let (username, email) = (unique("wren"), format!("{}@example.com", unique("wren")));
    let body = json!({"username": username, "email": email, "password": PASSWORD});
    let answer = service.post("/api/auth/signup/").json(&body).send().await.with_status(201);
    let account = Account {
        id: claims_of(&answer.field("access"))["user_id"].as_str().unwrap().to_owned(),
        access: answer.field("access"),
        refresh: answer.field("refresh"),
        device_token: answer.field("token"),
        cookies: Cookies::of(&answer),
        username,
        email,
    };
    let mut watched = Watched { service, account, seen: Vec::new(), secrets: Vec::new() };
    watched.credentials(&answer);
    watched.secrets.extend([PASSWORD, NEW, NEWER].map(ToOwned::to_owned));
    watched.secrets.push(watched.account.email.clone());
    watched.secrets.push(watched.account.username.clone());
    watched.left("signup", &answer).await;
    watched
}

#[tokio::test]
async fn account_changes_leave_one_event_each_and_no_secret() {
    let service = Service::running();
    let mut watched = watched(&service).await;
    let own = watched.account.clone();

    let wrong = format!("wrong-{}", unique("password"));
    watched.secrets.push(wrong.clone());
    let answer = login(&service, &own.email, &wrong).await.with_status(401);
    watched.left("login_failed", &answer).await;
    let answer = login(&service, &own.username, PASSWORD).await.with_status(200);
    watched.credentials(&answer);
    watched.left("login", &answer).await;

    let mut claims = claims_of(&answer.field("refresh"));
    claims["jti"] = json!("0123456789abcdef0123456789abcdef");
    let stolen = Forge::with_the_key_of(&service).await.sign(&claims);
    let answer = service.post("/auth/jwt/refresh/").json(&json!({"refresh": stolen})).send().await.with_status(401);
    watched.left("refresh_token_reused", &answer).await;

    let change = json!({"current_password": PASSWORD, "new_password": NEW});
    let call = service.post("/auth/users/set_password/").bearer(&own.access).json(&change);
    watched.left("password_changed", &call.send().await.with_status(204)).await;
    let call = service.post("/auth/users/set_password/").bearer(&own.access).json(&change);
    watched.left("password_check_failed", &call.send().await.with_status(400)).await;

    let ask = service.post("/auth/users/reset_password/").json(&json!({"email": own.email}));
    watched.left("password_reset_asked", &ask.send().await.with_status(204)).await;
    let mail = service.mail_about(&own.email, "Reset your Aviary password").await;
    watched.secrets.push(mail.token());
    let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": NEWER});
    let confirm = service.post("/auth/users/reset_password_confirm/").json(&body).send().await.with_status(204);
    watched.left("password_changed", &confirm).await;

    let answer = login(&service, &own.username, NEWER).await.with_status(200);
    watched.credentials(&answer);
    watched.left("login", &answer).await;
    let delete = service.delete("/auth/users/me/").bearer(&answer.field("access"));
    let answer = delete.json(&json!({"current_password": NEWER})).send().await.with_status(204);
    watched.left("account_deleted", &answer).await;

    for secret in &watched.secrets {
        let found = service.audit_trail(secret).await;
        assert!(found.is_empty(), "{secret} is in {found:?}");
    }
}

#[tokio::test]
async fn a_login_with_an_unknown_name_leaves_an_event_without_the_name() {
    let service = Service::running();
    let name = unique("nobody");
    let answer = login(&service, &name, PASSWORD).await.with_status(401);
    let id = answer.header("x-request-id").expect("an id");
    let trail = service.audit_trail(id).await;
    let [line] = &trail[..] else { panic!("not exactly one event: {trail:?}") };
    assert_eq!(parsed(line)["event"], "login_failed");
    assert_is_whole(&parsed(line), None, &answer);
    assert!(service.audit_trail(&name).await.is_empty());
}

/// An event is sent concurrently with its write. If the write is refused, a second event of the request says so.
#[tokio::test]
async fn a_refused_change_leaves_a_second_event_that_says_so() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let names_of = async |answer: &Answer| {
        let trail = service.audit_trail(answer.header("x-request-id").expect("an id")).await;
        let names = trail.iter().map(|line| parsed(line)["event"].as_str().expect("a name").to_owned());
        names.collect::<Vec<_>>()
    };
    let signup = json!({"username": other.username, "password": PASSWORD});
    let answer = service.post("/api/auth/signup/").json(&signup).send().await.with_status(400);
    assert_eq!(names_of(&answer).await, ["signup", "refused"]);
    let rename = json!({"current_password": PASSWORD, "new_username": other.username});
    let call = service.post("/auth/users/set_username/").bearer(&account.access).json(&rename);
    assert_eq!(names_of(&call.send().await.with_status(400)).await, ["username_changed", "refused"]);
    // A request that is refused before any write leaves no event.
    let signup = json!({"username": unique("wren"), "password": "short"});
    let answer = service.post("/api/auth/signup/").json(&signup).send().await.with_status(400);
    assert!(names_of(&answer).await.is_empty());
}

#[tokio::test]
async fn without_cloudwatch_the_event_is_logged_and_the_request_succeeds() {
    let service = Service::running();
    // Nothing listens on this port.
    let nowhere = [("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://127.0.0.1:9")];
    let auth = Function::start_with(&service, "auth", &nowhere);
    let account = service.signup().await;
    let body = json!({"username": account.username, "password": PASSWORD});
    let event = Event::new("POST", "/auth/jwt/create/").json(&body);
    let request = event.request_id();
    auth.answer(&event.into_json()).with_status(200);
    let lines = auth.log_until(|line| line["message"] == "request");
    let failed: Vec<&Value> = lines.iter().filter(|line| !line["audit.event"].is_null()).collect();
    let [line] = &failed[..] else { panic!("not exactly one line: {lines:?}") };
    assert_eq!((&line["level"], &line["audit.failures"]), (&json!("ERROR"), &json!(1)));
    let event = parsed(line["audit.event"].as_str().expect("the event"));
    assert_eq!((&event["event"], &event["user.id"]), (&json!("login"), &json!(account.id)));
    assert_eq!(event["request.id"], request.as_str());
    for secret in [PASSWORD, &account.email, &account.username] {
        assert!(lines.iter().all(|line| !line.to_string().contains(secret)), "{secret} is in {lines:?}");
    }
}
