//! A small client in the manner of Raven in a real browser, from another origin than the service: it signs up, posts
//! and likes.
//!
//! This test needs Chromium and its driver, so it is ignored unless asked for (`docs/testing.md`).

use e2e::chromium::{Driver, press, serve_page, shows};
use e2e::{PASSWORD, Service, unique};
use thirtyfour::prelude::*;

const PAGE: &str = include_str!("page.html");

async fn fill(browser: &WebDriver, field: &str, text: &str) {
    let field = browser.find(By::Css(field)).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_of_another_origin_signs_up_posts_and_likes() {
    let service = Service::running();
    let (driver, username) = (Driver::start().await, unique("raven"));
    let browser = driver.window(1_280, false).await;
    browser.goto(serve_page(PAGE, &service)).await.unwrap();
    fill(&browser, "#username", &username).await;
    fill(&browser, "#password", PASSWORD).await;
    press(&browser, "Sign up").await;
    shows(&browser, &format!("Signed in as {username}")).await;
    press(&browser, "Post").await;
    shows(&browser, "Trouble: This field may not be blank.").await;
    fill(&browser, "#content", "Nevermore").await;
    fill(&browser, "#picture", "https://example.com/raven.png").await;
    press(&browser, "Post").await;
    shows(&browser, &format!("{username}: Nevermore (0 likes)")).await;
    shows(&browser, "picture at https://example.com/raven.png").await;
    press(&browser, "Like").await;
    shows(&browser, &format!("{username}: Nevermore (1 likes)")).await;
    press(&browser, "Unlike").await;
    shows(&browser, ">Like<").await;
    browser.quit().await.unwrap();
}
