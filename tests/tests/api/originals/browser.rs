//! Single pages in the style of the originals' front-ends, from another origin, in a real browser: preflights, headers
//! and answers are those that a front-end meets.
//!
//! These tests need Chromium and its driver, so they are ignored unless asked for (`docs/testing.md`).

use e2e::chromium::{Driver, keep_picture, press, serve_page, shows};
use e2e::{Service, jpeg, unique};
use thirtyfour::prelude::*;

const NEW_TWITTER: &str = include_str!("../../../pages/new_twitter.html");
const TRANSCENDENCE: &str = include_str!("../../../pages/transcendence.html");

async fn write_into(browser: &WebDriver, field: &str, text: &str) {
    browser.find(By::Css(format!("[name={field}]"))).await.unwrap().send_keys(text).await.unwrap();
}

async fn sign_up(browser: &WebDriver, name: &str) {
    write_into(browser, "username", name).await;
    write_into(browser, "password", "a-longer-word-41").await;
    press(browser, "Sign up").await;
}

/// Waits until the page has this text. It asks for the list again each time, because counts follow what was done.
async fn shows_later(browser: &WebDriver, text: &str) {
    e2e::eventually(&format!("the page shows {text} when it asks again"), async || {
        browser.execute("return home()", Vec::new()).await.ok()?;
        browser.source().await.ok().filter(|page| page.contains(text)).map(drop)
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_in_document_001s_style_signs_up_posts_likes_and_comments() {
    let service = Service::running();
    let driver = Driver::start().await;
    let browser = driver.window(800, false).await;
    browser.goto(serve_page(NEW_TWITTER, &service)).await.unwrap();
    let name = unique("page");
    sign_up(&browser, &name).await;
    shows(&browser, &format!("Welcome, {name}")).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("a photo.jpg");
    std::fs::write(&photo, jpeg(64, 48, 1)).unwrap();
    write_into(&browser, "message", "Hello from elsewhere").await;
    write_into(&browser, "imagelinks", photo.to_str().unwrap()).await;
    press(&browser, "Post").await;
    shows(&browser, "Posted: Hello from elsewhere").await;
    shows(&browser, &format!("{name}: Hello from elsewhere (0 likes; )")).await;
    assert_eq!(browser.find_all(By::Css("#tweets img")).await.unwrap().len(), 1);
    press(&browser, "Like").await;
    shows_later(&browser, "(1 likes; )").await;
    press(&browser, "Comment").await;
    shows_later(&browser, "(1 likes; Indeed)").await;
    press(&browser, "Unlike").await;
    shows_later(&browser, "(0 likes; Indeed)").await;
    keep_picture(&browser, "new-twitter").await;
    press(&browser, "Delete").await;
    e2e::eventually("the tweet is gone", async || {
        browser.find_all(By::Css("#tweets li")).await.is_ok_and(|entries| entries.is_empty()).then_some(())
    })
    .await;
    browser.quit().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_in_document_003s_style_signs_up_makes_friends_and_changes_its_picture() {
    let service = Service::running();
    let friend = service.signup().await;
    let driver = Driver::start().await;
    let browser = driver.window(800, false).await;
    browser.goto(serve_page(TRANSCENDENCE, &service)).await.unwrap();
    let name = unique("player");
    sign_up(&browser, &name).await;
    shows(&browser, &format!("{name}: Default biography, online")).await;
    write_into(&browser, "name", &friend.username).await;
    press(&browser, "Add friend").await;
    shows(&browser, &format!("{} is offline", friend.username)).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("me.jpg");
    std::fs::write(&photo, jpeg(64, 64, 2)).unwrap();
    write_into(&browser, "avatar", photo.to_str().unwrap()).await;
    press(&browser, "Change picture").await;
    shows(&browser, "Avatar updated").await;
    e2e::eventually("the new picture is drawn", async || {
        let picture = browser.find(By::Css("#profile img")).await.ok()?;
        picture.attr("src").await.ok()??.contains("/public/avatars/").then_some(())
    })
    .await;
    keep_picture(&browser, "transcendence").await;
    browser.quit().await.unwrap();
}
