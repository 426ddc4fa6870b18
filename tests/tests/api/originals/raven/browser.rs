//! A small client in the manner of Raven in a real browser, from another origin than the service: it signs up, posts and
//! likes.
//!
//! This test needs Chromium and its driver, so it is ignored unless asked for (`docs/testing.md`).

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use e2e::chromium::{Driver, press, shows};
use e2e::{PASSWORD, Service, unique};
use thirtyfour::prelude::*;

const PAGE: &str = include_str!("page.html");

/// Serves the page on a port of its own, until the test ends. Returns its origin.
fn serve_page() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let (kind, length) = ("text/html; charset=utf-8", PAGE.len());
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n");
            // The browser may have gone on without it.
            let _ = write!(stream, "{head}connection: close\r\n\r\n{PAGE}");
        }
    });
    format!("http://localhost:{port}")
}

async fn fill(browser: &WebDriver, field: &str, text: &str) {
    let field = browser.find(By::Css(field)).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_of_another_origin_signs_up_posts_and_likes() {
    let service = Service::running();
    let (driver, page, username) = (Driver::start().await, serve_page(), unique("raven"));
    let browser = driver.window(1_280, false).await;
    browser.goto(format!("{page}/?api={}", service.url)).await.unwrap();
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
