//! The administration in a real browser: its script, its style sheet, and axe-core's rules on every page.
//!
//! These tests need Chromium, its driver and axe-core, so they are ignored unless asked for (`docs/testing.md`).

use aviary_model::Timestamp;
use e2e::acts::media::{start_media, upload_media};
use e2e::acts::people::sign_up_staff;
use e2e::acts::tweets::comment;
use e2e::chromium::{Driver, axe, keep_picture, press, shows, violations};
use e2e::ids::id_of;
use e2e::{Account, Form, PASSWORD, Service, eventually, jpeg, now, unique};
use serde_json::json;
use thirtyfour::prelude::*;

async fn sign_in(service: &Service, browser: &WebDriver, staff: &Account) {
    browser.goto(format!("{}/admin/login/", service.url)).await.unwrap();
    browser.find(By::Css("#username")).await.unwrap().send_keys(&staff.username).await.unwrap();
    browser.find(By::Css("#password")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    press(browser, "Sign in").await;
    shows(browser, "Dashboard").await;
}

/// A user, and the id of the user's tweet with a picture.
async fn author(service: &Service) -> (Account, String) {
    let user = service.signup_as(&unique("kestrel")).await;
    let form = Form::default().text("message", "A picture of the weir").text("alt", "A weir");
    let form = form.file("imagelinks", "a.jpg", "image/jpeg", &jpeg(640, 480, 3));
    let tweet = id_of(&service.post("/api/tweets/").bearer(&user.access).multipart(&form).send().await.json());
    (user, tweet)
}

/// A world with one thing of each kind. Returns the paths of its pages.
async fn world(service: &Service) -> (Account, Vec<String>) {
    let (user, tweet) = author(service).await;
    start_media(service, &user, "video/mp4", 1_000_000).await;
    upload_media(service, &user, "video/mp4", b"no film").await;
    upload_media(service, &user, "image/jpeg", &jpeg(640, 480, 1)).await;
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
        "/admin/uploads/".to_owned(),
        "/admin/uploads/?state=rejected".to_owned(),
        "/admin/integers/".to_owned(),
        format!("/admin/integers/session/?user={}&session=mine", user.id),
        "/admin/functions/".to_owned(),
        "/admin/audit/".to_owned(),
        format!("/admin/delete/?target=user:{}", user.id),
        format!("/admin/delete/?target=integer_set:{}:a:mine", user.id),
        "/admin/users/?q=nobody-has-such-a-name".to_owned(),
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
        // The list before the search may show the user too, and its link goes with its page.
        eventually("the search", async || {
            let url = browser.current_url().await.unwrap();
            url.as_str().contains("q=").then_some(())
        })
        .await;
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

/// What somebody does from the dashboard on. Typing is no click; Enter sends a form, as a click does.
struct Clicks<'a> {
    browser: &'a WebDriver,
    clicks: u32,
}

impl<'a> Clicks<'a> {
    async fn from_the_dashboard(browser: &'a WebDriver, service: &Service) -> Self {
        browser.goto(format!("{}/admin/", service.url)).await.unwrap();
        shows(browser, "Today (UTC)").await;
        Self { browser, clicks: 0 }
    }

    /// Clicks the button or link with these words.
    async fn press(&mut self, words: &str) {
        press(self.browser, words).await;
        self.clicks += 1;
    }

    /// Clicks the link to this page.
    async fn follow(&mut self, path: &str) {
        let link = By::Css(format!("main a[href='{path}']"));
        eventually(&format!("the link to {path}"), async || {
            self.browser.find(link.clone()).await.ok()?.click().await.ok()
        })
        .await;
        self.clicks += 1;
    }

    /// Types into a field.
    async fn write(&self, field: &str, text: &str) {
        self.browser.find(By::Css(field)).await.unwrap().send_keys(text).await.unwrap();
    }

    /// Types into a field, and sends its form with Enter.
    async fn send(&mut self, field: &str, text: &str) {
        self.write(field, text).await;
        self.browser.find(By::Css(field)).await.unwrap().send_keys(Key::Enter).await.unwrap();
        self.clicks += 1;
    }

    fn end(self, task: &str) {
        println!("{task}: {} clicks", self.clicks);
        assert!(self.clicks <= MOST_CLICKS, "{task}: {} clicks", self.clicks);
    }
}

/// The most clicks of each of an operator's five tasks (`docs/administration.md`).
const MOST_CLICKS: u32 = 4;

/// A moment as it is typed into a browser's field for a date and a time: first the one, then the other.
fn typed(moment: Timestamp) -> [String; 2] {
    let text = moment.to_string();
    let parts: Vec<&str> = text.split(['-', 'T', ':']).collect();
    let [year, month, day, hour, minute, ..] = parts[..] else { panic!("{text} is no moment") };
    let hour: u32 = hour.parse().unwrap();
    let half = if hour < 12 { "AM" } else { "PM" };
    [format!("{month}{day}{year}"), format!("{:02}{minute}{half}", (hour + 11) % 12 + 1)]
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn each_of_the_five_tasks_takes_four_clicks_at_most() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (user, tweet) = author(&service).await;
    let wrong = json!({"username": user.username, "password": "not the password"});
    service.post("/auth/jwt/create/").json(&wrong).send().await.with_status(401);
    let driver = Driver::start().await;
    let browser = driver.window(1_280, false).await;
    sign_in(&service, &browser, &staff).await;
    let (its_page, beginning) = (format!("/admin/users/{}/", user.id), user.username.get(..14).unwrap());
    let tweets_page = format!("/admin/tweets/{tweet}/");
    // The lists may lag.
    for (list, entry) in
        [(format!("/admin/users/?q={beginning}"), &its_page), ("/admin/media/".to_owned(), &tweets_page)]
    {
        eventually(&format!("{list} has {entry}"), async || {
            browser.goto(format!("{}{list}", service.url)).await.ok()?;
            browser.source().await.ok().filter(|page| page.contains(entry)).map(drop)
        })
        .await;
    }

    let mut clicks = Clicks::from_the_dashboard(&browser, &service).await;
    clicks.send("#q", beginning).await;
    clicks.follow(&its_page).await;
    shows(&browser, "Security events").await;
    clicks.end("find a user by the beginning of a name");

    let mut clicks = Clicks::from_the_dashboard(&browser, &service).await;
    clicks.send("#q", beginning).await;
    clicks.follow(&its_page).await;
    for shown in [">active<", "login_failed"] {
        shows(&browser, shown).await;
    }
    clicks.end("say why somebody can't log in");

    let mut clicks = Clicks::from_the_dashboard(&browser, &service).await;
    clicks.press("Media").await;
    clicks.follow(&tweets_page).await;
    clicks.press("Take down …").await;
    clicks.press("Delete for good").await;
    shows(&browser, "Done for 1 entry.").await;
    clicks.end("take a tweet with its picture down");
    service.get(&format!("/api/tweets/{tweet}/")).send().await.with_status(404);

    let mut clicks = Clicks::from_the_dashboard(&browser, &service).await;
    clicks.send("#q", beginning).await;
    clicks.follow(&its_page).await;
    clicks.press("Sign out everywhere").await;
    shows(&browser, "Done for 1 entry.").await;
    clicks.press("Send password reset").await;
    clicks.end("end all sessions of a stolen account");
    eventually("the owner gets a mail", async || {
        service.audit_trail(&user.id).await.iter().any(|event| event.contains("password_reset_asked")).then_some(())
    })
    .await;
    service.get_as(&user, "/auth/users/me/").await.with_status(401);

    let mut clicks = Clicks::from_the_dashboard(&browser, &service).await;
    clicks.press("Audit trail").await;
    shows(&browser, "± minutes").await;
    let [date, time] = typed(Timestamp::from_millis(now() * 1_000));
    clicks.write("#at", &date).await;
    browser.find(By::Css("#at")).await.unwrap().send_keys(Key::Tab).await.unwrap();
    clicks.write("#at", &time).await;
    clicks.press("Search").await;
    shows(&browser, "sessions_ended").await;
    clicks.end("say what happened at a moment");
    let place = browser.current_url().await.unwrap();
    assert!(place.query_pairs().any(|(name, value)| name == "at" && value.len() >= 16), "{place}");
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
