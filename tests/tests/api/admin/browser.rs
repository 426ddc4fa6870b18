//! The administration in a real browser: its script, its style sheet, and axe-core's rules on every page.
//!
//! These tests need Chromium, its driver and axe-core, so they are ignored unless asked for (`docs/testing.md`).

use e2e::acts::people::sign_up_staff;
use e2e::acts::tweets::comment;
use e2e::chromium::{Driver, axe, keep_picture, press, shows, violations};
use e2e::ids::id_of;
use e2e::{Account, Form, PASSWORD, Service, eventually, jpeg, unique};
use serde_json::json;
use thirtyfour::prelude::*;

async fn sign_in(service: &Service, browser: &WebDriver, staff: &Account) {
    browser.goto(format!("{}/admin/login/", service.url)).await.unwrap();
    browser.find(By::Css("#username")).await.unwrap().send_keys(&staff.username).await.unwrap();
    browser.find(By::Css("#password")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    press(browser, "Sign in").await;
    shows(browser, "Dashboard").await;
}

/// A world with one thing of each kind. Returns the paths of its pages.
async fn world(service: &Service) -> (Account, Vec<String>) {
    let user = service.signup_as(&unique("kestrel")).await;
    let form = Form::default().text("message", "A picture of the weir").text("alt", "A weir");
    let form = form.file("imagelinks", "a.jpg", "image/jpeg", &jpeg(640, 480, 3));
    let tweet = id_of(&service.post("/api/tweets/").bearer(&user.access).multipart(&form).send().await.json());
    let said = comment(service, &user, &tweet, "A comment").await.with_status(201).field("id");
    let reporter = service.signup().await;
    let report = json!({"reason": "abuse", "note": "Please look."});
    service.post_as(&reporter, &format!("/api/tweets/{tweet}/report/"), &report).await.with_status(201);
    let sets =
        json!({"session_id": "mine", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    let pages = [
        "/admin/".to_owned(),
        "/admin/reports/".to_owned(),
        format!("/admin/reports/tweet:{tweet}/"),
        "/admin/users/".to_owned(),
        format!("/admin/users/?q={}", user.username),
        format!("/admin/users/{}/", user.id),
        "/admin/profiles/".to_owned(),
        "/admin/tweets/".to_owned(),
        format!("/admin/tweets/{tweet}/"),
        "/admin/comments/".to_owned(),
        format!("/admin/comments/{said}/"),
        "/admin/media/".to_owned(),
        "/admin/integers/".to_owned(),
        format!("/admin/integers/session/?user={}&session=mine", user.id),
        "/admin/functions/".to_owned(),
        "/admin/audit/".to_owned(),
        format!("/admin/delete/?target=user:{}", user.id),
        "/admin/users/019a0000-0000-7000-8000-0000000000aa/".to_owned(),
        "/admin/login/".to_owned(),
    ];
    (user, pages.to_vec())
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn every_page_keeps_the_rules_of_accessibility_and_of_its_policy() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (_, pages) = world(&service).await;
    let (driver, axe) = (Driver::start().await, axe());
    for (width, dark) in [(1_280, false), (1_280, true), (390, false), (390, true)] {
        let browser = driver.window(width, dark).await;
        sign_in(&service, &browser, &staff).await;
        for (at, page) in pages.iter().enumerate() {
            browser.goto(format!("{}{page}", service.url)).await.unwrap();
            let name = format!("{at:02}-{width}-{}", if dark { "dark" } else { "light" });
            keep_picture(&browser, &name).await;
            let measure = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let wide = browser.execute(measure, Vec::new()).await.unwrap().json().as_f64().unwrap();
            assert!(wide <= 1.0, "{page} at {width} is {wide} pixels too wide");
            let found = violations(&browser, &axe).await;
            assert!(found.is_empty(), "{page} at {width}, dark: {dark}: {found:#?}");
        }
        browser.quit().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn an_operator_finds_edits_deactivates_and_deletes_a_user() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (user, _) = world(&service).await;
    let driver = Driver::start().await;
    let browser = driver.window(1_280, false).await;
    sign_in(&service, &browser, &staff).await;
    let list = format!("{}/admin/users/", service.url);
    eventually("the user is found", async || {
        browser.goto(&list).await.unwrap();
        let field = browser.find(By::Css("#q")).await.unwrap();
        field.send_keys(&user.username).await.unwrap();
        press(&browser, "Show").await;
        browser.find(By::LinkText(&user.username)).await.ok()
    })
    .await
    .click()
    .await
    .unwrap();
    shows(&browser, "Security events").await;
    let alias = browser.find(By::Css("#alias")).await.unwrap();
    alias.send_keys("Seen by staff").await.unwrap();
    press(&browser, "Save").await;
    shows(&browser, "Done for 1 entry.").await;
    press(&browser, "Deactivate").await;
    shows(&browser, "Reactivate").await;
    service.get_as(&user, "/auth/users/me/").await.with_status(401);
    press(&browser, "Delete …").await;
    press(&browser, "Delete for good").await;
    shows(&browser, "Done for 1 entry.").await;
    let login = json!({"username": user.username, "password": PASSWORD});
    service.post("/auth/jwt/create/").json(&login).send().await.with_status(401);
    browser.quit().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn the_tail_shows_what_happens_without_a_click() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let driver = Driver::start().await;
    let browser = driver.window(1_280, false).await;
    sign_in(&service, &browser, &staff).await;
    browser.goto(format!("{}/admin/audit/?user={}", service.url, user.id)).await.unwrap();
    shows(&browser, "signup").await;
    assert!(!browser.source().await.unwrap().contains(">logout<"));
    let body = json!({"refresh": user.refresh});
    service.post("/api/auth/logout/").json(&body).send().await.with_status(200);
    shows(&browser, ">logout<").await;
    browser.quit().await.unwrap();
}
