//! The documentation in a real browser: its policy, axe-core's rules, and a tweet that is posted from it.
//!
//! These tests need Chromium, its driver and axe-core, so they are ignored unless asked for (`docs/testing.md`).

use e2e::chromium::{Driver, axe, keep_picture, press, shows, violations};
use e2e::{PASSWORD, Service, eventually, unique};
use thirtyfour::prelude::*;

/// Notes what the page's policy forbids, from the first script on.
const LISTEN: &str = "window.forbidden = []; document.addEventListener('securitypolicyviolation', event => \
    window.forbidden.push(event.violatedDirective + ' ' + event.blockedURI));";

async fn forbidden(browser: &WebDriver) -> Vec<serde_json::Value> {
    let found = browser.execute("return window.forbidden", Vec::new()).await.unwrap();
    found.json().as_array().cloned().unwrap_or_default()
}

/// Opens one operation.
async fn open(browser: &WebDriver, id: &str) -> WebElement {
    let path = format!("//*[starts-with(@id, 'operations-') and contains(@id, '-{id}')]");
    let operation = eventually("the operation is shown", async || browser.find(By::XPath(&path)).await.ok()).await;
    operation.find(By::Css(".opblock-summary-control")).await.unwrap().click().await.unwrap();
    operation
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_tweet_is_posted_from_the_page() {
    let service = Service::running();
    let user = service.signup_as(&unique("reader")).await;
    let driver = Driver::start().await;
    let browser = driver.window(1_280, false).await;
    browser.goto(format!("{}/docs/", service.url)).await.unwrap();
    browser.execute(LISTEN, Vec::new()).await.unwrap();
    browser.find(By::Css("[name=username]")).await.unwrap().send_keys(&user.username).await.unwrap();
    browser.find(By::Css("[name=password]")).await.unwrap().send_keys("wrong").await.unwrap();
    press(&browser, "Sign in").await;
    shows(&browser, "No active account found").await;
    let password = browser.find(By::Css("[name=password]")).await.unwrap();
    password.clear().await.unwrap();
    password.send_keys(PASSWORD).await.unwrap();
    press(&browser, "Sign in").await;
    shows(&browser, &format!("Signed in as {}", user.username)).await;
    // The tag's section is closed at first.
    let section =
        eventually("the sections are shown", async || browser.find(By::Css("[data-tag='Document 000']")).await.ok());
    section.await.click().await.unwrap();
    let operation = open(&browser, "post_api_tweets").await;
    let within = async |selector: &str| {
        let what = format!("{selector} is there");
        eventually(&what, async || operation.find(By::Css(selector)).await.ok()).await
    };
    within(".try-out__btn").await.click().await.unwrap();
    let body = within(".body-param__text").await;
    body.send_keys(Key::Control + "a").await.unwrap();
    body.send_keys("{\"message\": \"Posted from the documentation\"}").await.unwrap();
    within(".execute").await.click().await.unwrap();
    eventually("the tweet is there", async || {
        let tweets = service.get(&format!("/api/tweets/by/{}/", user.username)).send().await.with_status(200).json();
        tweets["results"][0]["message"].as_str().filter(|text| *text == "Posted from the documentation").map(drop)
    })
    .await;
    shows(&browser, "Response headers").await;
    keep_picture(&browser, "docs-posted").await;
    press(&browser, "Sign out").await;
    shows(&browser, "Username or email").await;
    assert!(forbidden(&browser).await.is_empty(), "{:?}", forbidden(&browser).await);
    browser.quit().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn the_pages_fit_and_keep_the_rules_of_accessibility() {
    let service = Service::running();
    let (driver, axe) = (Driver::start().await, axe());
    for (width, dark) in [(1_280, false), (1_280, true), (390, false), (390, true)] {
        let browser = driver.window(width, dark).await;
        for (name, page) in [("door", "/"), ("docs", "/docs/")] {
            browser.goto(format!("{}{page}", service.url)).await.unwrap();
            if name == "docs" {
                shows(&browser, "Beyond the documents").await;
            }
            let colours = if dark { "dark" } else { "light" };
            keep_picture(&browser, &format!("{name}-{width}-{colours}")).await;
            let measure = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let wide = browser.execute(measure, Vec::new()).await.unwrap().json().as_f64().unwrap();
            assert!(wide <= 1.0, "{page} at {width} is {wide} pixels too wide");
            let found = violations(&browser, &axe).await;
            assert!(found.is_empty(), "{page} at {width}, dark: {dark}: {found:#?}");
            if name == "docs" {
                // An open operation has tables, which may be wider than a phone.
                browser.find(By::Css("[data-tag='Document 000']")).await.unwrap().click().await.unwrap();
                let operation = open(&browser, "post_api_tweets").await;
                let shown = async || operation.find(By::Css(".responses-table")).await.ok();
                eventually("its answers are shown", shown).await.scroll_into_view().await.unwrap();
                keep_picture(&browser, &format!("operation-{width}-{colours}")).await;
                let wide = browser.execute(measure, Vec::new()).await.unwrap().json().as_f64().unwrap();
                assert!(wide <= 1.0, "an operation at {width} is {wide} pixels too wide");
            }
        }
        browser.quit().await.unwrap();
    }
}
