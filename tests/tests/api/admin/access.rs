//! Who gets in: staff with the cookie of a live session, and nobody else.

use aviary_web::{Route, Who};
use e2e::acts::people::sign_up_staff;
use e2e::{Browser, PASSWORD, Service};
use serde_json::json;

/// Every page that only staff may see.
fn guarded() -> Vec<Route> {
    let routes = admin_function::routes();
    routes.table().iter().filter(|route| route.spec.who == Who::Staff).cloned().collect()
}

fn path_of(route: &Route) -> String {
    let thing = if route.path.contains("{target}") {
        "tweet:019a0000-0000-7000-8000-0000000000aa"
    } else {
        "019a0000-0000-7000-8000-0000000000aa"
    };
    let path = route.path.replace("{id}", thing).replace("{target}", thing);
    if path == "/admin" { "/admin/".to_owned() } else { path }
}

#[tokio::test]
async fn a_stranger_is_led_to_the_login_and_sees_nothing() {
    let service = Service::running();
    let routes = guarded();
    assert!(routes.len() >= 18, "{}", routes.len());
    for route in routes {
        let answer = service.call(route.method.as_str(), &path_of(&route)).send().await.with_status(303);
        let location = answer.header("location").expect("a location");
        assert!(location.starts_with("/admin/login/"), "{route:?}: {location}");
        assert!(answer.body.is_empty(), "{route:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_user_who_is_not_staff_gets_403_from_every_page() {
    let service = Service::running();
    let user = service.signup().await;
    for route in guarded() {
        let call = service.call(route.method.as_str(), &path_of(&route)).cookies(&user.cookies);
        let answer = call.form(&[("csrfmiddlewaretoken", &user.cookies.csrf)]).send().await.with_status(403);
        assert!(answer.text().contains("Your account is not staff"), "{route:?}");
        assert!(!answer.text().contains("Sections"), "{route:?} shows the navigation");
    }
}

#[tokio::test]
async fn a_token_of_a_member_of_staff_opens_no_page() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    for credential in [&staff.access, &staff.device_token] {
        service.get("/admin/").bearer(credential).send().await.with_status(303);
    }
}

#[tokio::test]
async fn staff_sign_in_by_the_form_and_out_again() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let mut browser = Browser::new(&service);
    let asked = browser.get("/admin/users/?q=wren").await.with_status(303);
    assert_eq!(asked.header("location"), Some("/admin/login/?next=%2Fadmin%2Fusers%3Fq%3Dwren"));
    browser.get("/admin/login/?next=/admin/users/").await.with_status(200);
    let before = browser.cookie("sessionid").map(ToOwned::to_owned);
    for fields in [
        [("username", staff.username.as_str()), ("password", PASSWORD), ("next", "/admin/users/")],
        [("username", staff.email.as_str()), ("password", PASSWORD), ("next", "/admin/users/")],
    ] {
        let answer = browser.post("/admin/login/", &fields).await.with_status(303);
        assert_eq!(answer.header("location"), Some("/admin/users/"));
        assert_ne!(browser.cookie("sessionid"), before.as_deref(), "no fixation");
        let page = browser.get("/admin/").await.with_status(200);
        assert!(page.text().contains("Dashboard") && page.text().contains(&staff.username));
        assert_eq!(page.text().matches("answers<").count(), 3, "DynamoDB, S3, logs: {}", page.text());
        assert!(page.text().contains("logins and signups in 24 hours"), "{}", page.text());
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(!page.text().contains("<style") && !page.text().contains("style="), "nothing inline");
        let old = browser.clone();
        browser.post("/admin/logout/", &[]).await.with_status(303);
        browser.get("/admin/").await.with_status(303);
        old.clone().get("/admin/").await.with_status(303);
    }
}

#[tokio::test]
async fn a_login_that_fails_is_told_in_words() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::new(&service);
    browser.get("/admin/login/").await.with_status(200);
    for (name, password, status, words) in [
        (&staff.username, "wrong", 401, "The name or the password is wrong"),
        (&user.username, PASSWORD, 403, "This account is not staff."),
        (&staff.username, "", 400, "Type a name and a password."),
    ] {
        let answer = browser.post("/admin/login/", &[("username", name), ("password", password)]).await;
        let answer = answer.with_status(status);
        assert!(answer.text().contains(words), "{}", answer.text());
        assert!(answer.cookie("sessionid").is_none(), "no session");
    }
    let trail = service.audit_trail(&user.id).await;
    assert!(trail.iter().any(|event| event.contains("administration_refused")), "{trail:?}");
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let browser = Browser::signed_in(&service, &staff).await;
    let (session, csrf) = (browser.cookie("sessionid").unwrap(), browser.cookie("csrftoken").unwrap());
    let cookie = format!("sessionid={session}; csrftoken={csrf}");
    let target = format!("user:{}", user.id);
    for (origin, fields) in [
        (
            "https://evil.example.com",
            [("act", "deactivate"), ("target", target.as_str()), ("csrfmiddlewaretoken", csrf)],
        ),
        (service.url.as_str(), [("act", "deactivate"), ("target", target.as_str()), ("csrfmiddlewaretoken", "")]),
    ] {
        let call = service.post("/admin/act/").header("cookie", &cookie).header("origin", origin);
        call.form(&fields).send().await.with_status(403);
    }
    let anonymous = service.post("/admin/login/").header("origin", &service.url);
    let fields = [("username", staff.username.as_str()), ("password", PASSWORD)];
    anonymous.form(&fields).send().await.with_status(403);
    service.get_as(&user, "/auth/users/me/").await.with_status(200);
}

#[tokio::test]
async fn who_is_no_longer_staff_is_out_at_once() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    let pk = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": false})).await;
    browser.get("/admin/users/").await.with_status(403);
}

#[tokio::test]
async fn the_style_sheet_and_the_script_may_be_kept() {
    let service = Service::running();
    let page = service.get("/admin/login/").send().await.with_status(200).text();
    for ending in [".css", ".js"] {
        let path = page.split('"').find(|part| part.starts_with("/admin/assets/") && part.ends_with(ending));
        let path = path.expect("a link");
        let file = service.get(path).send().await.with_status(200);
        assert!(file.header("cache-control").unwrap().contains("immutable"), "{path}");
        assert!(file.cookie("sessionid").is_none());
    }
    service.get("/admin/assets/other.css").send().await.with_status(404);
}
