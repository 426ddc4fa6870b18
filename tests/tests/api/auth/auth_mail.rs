//! `GET` and `POST /auth/mail/…/`: the plain pages that mails lead to.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use e2e::limits::unused_address;
use e2e::{Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::json;
use sha2::{Digest, Sha256};

const NEW: &str = "Vb7!panda-moon";
const PAGES: [&str; 3] = ["/auth/mail/reset/", "/auth/mail/confirm/", "/auth/mail/undo/"];

/// The values of the hidden fields, as a browser sends them.
fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input type=\"hidden\" ").skip(1);
    let value = |input: &str, name: &str| {
        let (_, rest) = input.split_once(&format!("{name}=\"")).expect("an attribute");
        rest.split_once('"').expect("its end").0.to_owned()
    };
    inputs.map(|input| (value(input, "name"), value(input, "value"))).collect()
}

fn action(page: &str) -> String {
    let (_, rest) = page.split_once("action=\"").expect("a form");
    rest.split_once('"').expect("its end").0.to_owned()
}

/// Sends the form of a page, with more fields that the reader has filled in.
async fn submit(service: &Service, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let (page, text) = (action(&page.text()), page.text());
    let hidden = hidden(&text);
    let fields = hidden.iter().map(|(name, value)| (&**name, &**value));
    service.post(&page).form(&fields.chain(typed.iter().copied()).collect::<Vec<_>>()).send().await
}

#[track_caller]
fn assert_page(answer: &Answer) {
    let page = answer.text();
    assert!(answer.header("content-type").is_some_and(|kind| kind == "text/html; charset=utf-8"), "{page}");
    for (name, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")]
    {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let (_, style) = page.split_once("<style>").expect("a style");
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.split_once("</style>").expect("its end").0));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(answer.header("content-security-policy"), Some(&*policy));
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.contains("name=\"viewport\""), "{page}");
    for unwanted in ["<script", "style=", "http://", "https://"] {
        assert!(!page.contains(unwanted), "{unwanted}: {page}");
    }
    // Each field that is shown has its label.
    for field in page.split("<input id=\"").skip(1) {
        let (id, _) = field.split_once('"').expect("an id");
        assert!(page.contains(&format!("<label for=\"{id}\">")), "{id}: {page}");
    }
}

#[tokio::test]
async fn a_reset_mail_leads_to_a_form_that_sets_the_password() {
    let service = Service::running();
    let account = service.signup().await;
    let ask = json!({"email": account.email});
    service.post("/auth/users/reset_password/").json(&ask).send().await.with_status(204);
    let mail = service.mail(&account.email, 1).await;
    assert!(mail.link().starts_with(&service.url), "{}", mail.link());
    let form = service.fetch(&mail.link()).await.with_status(200);
    assert_page(&form);
    assert_eq!(hidden(&form.text()), [("uid".to_owned(), mail.uid()), ("token".to_owned(), mail.token())]);

    let weak = submit(&service, &form, &[("new_password", "12345")]).await.with_status(400);
    assert_page(&weak);
    assert!(weak.text().contains("This password is too short."), "{}", weak.text());
    let done = submit(&service, &weak, &[("new_password", NEW)]).await.with_status(200);
    assert_page(&done);
    assert!(done.text().contains("Your password is set") && !done.text().contains(&mail.token()));
    let login = json!({"username": account.email, "password": NEW});
    service.post("/auth/login/").json(&login).send().await.with_status(200);

    let again = submit(&service, &form, &[("new_password", NEW)]).await.with_status(400);
    assert_page(&again);
    assert!(again.text().contains("This link does not work any more."), "{}", again.text());
}

#[tokio::test]
async fn a_notice_leads_to_a_form_that_takes_the_change_back() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"email": format!("{}@example.com", unique("new"))});
    service.patch("/auth/users/me/").bearer(&account.access).json(&body).send().await.with_status(200);
    let mail = service.mail(&account.email, 1).await;
    // Programs that check mails open their links.
    let form = service.fetch(&mail.link()).await.with_status(200);
    service.fetch(&mail.link()).await.with_status(200);
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    assert_page(&form);
    let done = submit(&service, &form, &[]).await.with_status(200);
    assert_page(&done);
    assert!(done.text().contains("Your account has this address again"));
    let login = json!({"username": account.email, "password": PASSWORD});
    service.post("/auth/login/").json(&login).send().await.with_status(200);
}

#[tokio::test]
async fn a_new_address_is_confirmed_by_a_form_that_asks_for_the_password() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_CONFIRM_ADDRESS", "true")]);
    let (account, new) = (service.signup().await, format!("{}@example.com", unique("new")));
    let change = Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(&json!({"email": new}));
    auth.invoke(change.source(&unused_address())).answer.with_status(200);
    let mail = service.mail(&new, 1).await;
    let form = service.fetch(&mail.link()).await.with_status(200);
    assert_page(&form);
    let refused = submit(&service, &form, &[("current_password", "")]).await.with_status(400);
    assert!(refused.text().contains("This field is required."), "{}", refused.text());
    let done = submit(&service, &form, &[("current_password", PASSWORD)]).await.with_status(200);
    assert!(done.text().contains("Your address is changed"));
    let me = service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    assert_eq!(me.field("email"), new);
}

#[tokio::test]
async fn a_page_without_a_link_asks_for_its_parts() {
    let service = Service::running();
    for page in PAGES {
        let form = service.get(page).send().await.with_status(200);
        assert_page(&form);
        for field in ["name=\"uid\"", "name=\"token\""] {
            assert!(form.text().contains(field), "{page}: {field}");
        }
        let empty = submit(&service, &form, &[]).await.with_status(400);
        assert_page(&empty);
    }
}

#[tokio::test]
async fn what_a_link_carries_never_becomes_markup() {
    let service = Service::running();
    for page in PAGES {
        let evil = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        let form = service.get(&format!("{page}?uid={evil}&token={evil}")).send().await.with_status(200);
        assert_page(&form);
        let fields = [("uid", "\"><script>"), ("token", "'><img src=x>"), ("new_password", NEW)];
        let answer = service.post(page).form(&fields).send().await.with_status(400);
        assert_page(&answer);
        assert!(!answer.text().contains("<img"), "{}", answer.text());
    }
}

/// Lambda takes no answer above 6 MiB, and escaping makes six bytes of one. Such answers would count as failures of the
/// service, and anybody could take deployments back by them.
#[tokio::test]
async fn what_is_too_long_for_a_link_is_not_repeated() {
    let service = Service::running();
    let quotes = "\"".repeat(1_200_000);
    for page in PAGES {
        let answer = service.post(page).form(&[("uid", quotes.as_str()), ("new_password", NEW)]).send().await;
        assert_page(&answer.with_status(400));
    }
    let fields = [("username", quotes.as_str())];
    let mut browser = e2e::Browser::new(&service);
    browser.get("/admin/login/").await.with_status(200);
    let login = browser.post("/admin/login/", &fields).await.with_status(400);
    assert!(login.text().len() < 10_000);
    let user = service.signup().await;
    let reason = "\u{1}".repeat(900_000);
    let path = format!("/api/profiles/{}/report/", service.signup().await.id);
    let answer = service.post(&path).bearer(&user.access).form(&[("reason", reason.as_str())]).send().await;
    let answer = answer.with_status(400);
    assert!(answer.text().len() < 1_000, "{}", answer.text().len());
}

#[tokio::test]
async fn pages_count_requests_of_an_address_and_log_no_token() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "reset_address=2/3600")]);
    let (address, token) = (unused_address(), unique("token"));
    let account = service.signup().await;
    let send = |page: &str| {
        let body = json!({"uid": account.id, "token": token, "new_password": NEW});
        auth.invoke(Event::new("POST", page).source(&address).json(&body))
    };
    for page in ["/auth/mail/reset/", "/auth/mail/undo/"] {
        send(page).answer.with_status(400);
    }
    let refused = send("/auth/mail/confirm/");
    assert_eq!(refused.answer.status, 429);
    assert_page(&refused.answer);
    assert!(refused.answer.header("retry-after").is_some());
    assert!(refused.answer.text().contains("Request was throttled."));
    let query = format!("uid=x&token={token}");
    let shown = auth.invoke(Event::new("GET", "/auth/mail/reset/").source(&address).query(&query));
    shown.answer.with_status(200);
    for log in [&refused.log, &shown.log] {
        assert!(!log.to_string().contains(&token), "{log}");
    }
}
