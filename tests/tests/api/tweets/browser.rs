//! Direct uploads from a page of another origin in a real browser: its preflights, its form, and what it shows.
//!
//! This test needs Chromium and its driver, so it is ignored unless asked for (`docs/testing.md`).

use std::io::Cursor;

use e2e::chromium::{Driver, keep_picture, press, serve_page};
use e2e::{
    Service, eventually, filmed_samples, is_same_picture, jpeg_with_gps, mov_with_position, mp4_with_position, png,
    samples_of, says_where_it_was_filmed, says_where_it_was_taken,
};
use image::ImageFormat;
use serde_json::json;
use thirtyfour::prelude::*;

const PAGE: &str = include_str!("../../../pages/upload.html");
const SIDES: (u32, u32) = (60, 40);

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::load_from_memory(&png(SIDES.0, SIDES.1, 1)).unwrap().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What the page says about a file once it is done with it.
async fn said_about(browser: &WebDriver, name: &str, last_word: &str) -> String {
    eventually(&format!("the page is done with {name}"), async || {
        let entry = browser.find(By::XPath("//li[last()]")).await.ok()?.text().await.ok()?;
        let is_done = entry.contains(name) && [last_word, "failed"].iter().any(|word| entry.contains(word));
        is_done.then_some(entry)
    })
    .await
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn every_type_is_uploaded_from_a_page_and_shown_in_a_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let driver = Driver::start().await;
    let browser = driver.window(800, false).await;
    browser.goto(serve_page(PAGE, &service)).await.unwrap();
    browser.find(By::Name("token")).await.unwrap().send_keys(&account.access).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, file) in [
        ("photo.jpg", jpeg_with_gps(SIDES.0, SIDES.1, 1)),
        ("drawing.png", png(SIDES.0, SIDES.1, 2)),
        ("größer & besser.gif", picture(ImageFormat::Gif)),
        ("small.webp", picture(ImageFormat::WebP)),
        ("film.mp4", mp4_with_position(3, SIDES.0, SIDES.1)),
        ("telephone.mov", mov_with_position(3, SIDES.0, SIDES.1)),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, &file).unwrap();
        browser.find(By::Name("picked")).await.unwrap().send_keys(path.to_str().unwrap()).await.unwrap();
        press(&browser, "Upload").await;
        let is_film = ["mp4", "mov"].iter().any(|end| name.ends_with(end));
        let last_word = if is_film { "read 206 ftyp" } else { "drawn 60 by 40" };
        let said = said_about(&browser, name, last_word).await;
        assert!(said.starts_with(&format!("Posted {name} as ")) && said.ends_with(last_word), "{said}");

        let id = said.split_once(" as ").unwrap().1.split(':').next().unwrap();
        let tweet = service.get(&format!("/api/tweets/{id}/")).send().await.with_status(200).json();
        let media = &tweet["media"][0];
        let shown = [&media["state"], &media["width"], &media["height"], &media["alt"]];
        assert_eq!(shown, [&json!("ready"), &json!(SIDES.0), &json!(SIDES.1), &json!("A wren")], "{name}: {tweet}");
        let stored = service.fetch(media["url"].as_str().unwrap()).await.with_status(200);
        if is_film {
            assert_eq!(tweet["videolinks"], json!([media["url"]]), "{name}");
            assert_eq!(stored.header("content-type"), Some("video/mp4"), "{name}");
            assert_eq!(samples_of(&stored.body), filmed_samples(), "{name}");
            assert!(!says_where_it_was_filmed(&stored.body), "{name}");
        } else {
            assert_eq!(tweet["imagelinks"], json!([media["url"]]), "{name}");
            assert!(is_same_picture(&stored.body, &file) && !says_where_it_was_taken(&stored.body), "{name}");
        }
    }
    keep_picture(&browser, "upload").await;
    // What the page of a browser can get wrong is told in words, and nothing is posted.
    let path = folder.path().join("page.png");
    std::fs::write(&path, "<html><script>alert(1)</script></html>").unwrap();
    browser.find(By::Name("picked")).await.unwrap().send_keys(path.to_str().unwrap()).await.unwrap();
    press(&browser, "Upload").await;
    let said = said_about(&browser, "page.png", "failed").await;
    assert!(said.contains("either not an image or a corrupted image"), "{said}");
    browser.quit().await.unwrap();
}
