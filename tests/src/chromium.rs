//! A real browser: headless Chromium, driven by WebDriver, and axe-core's rules.
//!
//! Tests that use it are ignored unless asked for (`docs/testing.md`).

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use thirtyfour::prelude::*;

use crate::client::Service;
use crate::eventually::eventually;

/// The driver of a browser. It ends with the test.
#[derive(Debug)]
pub struct Driver(Child, u16);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Driver {
    /// Starts the driver on a free port.
    pub async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = std::env::var("BROWSER_TEST_DRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let child = Command::new(&program).arg(format!("--port={port}")).stdout(Stdio::null()).spawn();
        let driver = Self(child.unwrap_or_else(|error| panic!("{program} does not start: {error}")), port);
        eventually("the driver listens", async || TcpStream::connect(("127.0.0.1", port)).ok().map(drop)).await;
        driver
    }

    /// A browser window of this width, in the dark or not.
    pub async fn window(&self, width: u32, dark: bool) -> WebDriver {
        let mut capabilities = DesiredCapabilities::chrome();
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
        let size = format!("--window-size={width},1000");
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", &scheme, &size] {
            capabilities.add_arg(argument).unwrap();
        }
        let browser = WebDriver::new(format!("http://127.0.0.1:{}", self.1), capabilities).await.unwrap();
        browser.set_window_rect(0, 0, width, 1_000).await.unwrap();
        browser
    }
}

/// Serves a page on a port of its own until the test ends, so that it has another origin than the service. Returns its
/// URL, whose `api` names the service.
pub fn serve_page(page: &'static str, service: &Service) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html; charset=utf-8";
            // The browser may have gone on without it.
            let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
        }
    });
    format!("http://localhost:{port}/?api={}", service.url)
}

/// Clicks the first button or link with these words.
pub async fn press(browser: &WebDriver, words: &str) {
    let path = format!("//*[self::button or self::a][normalize-space()='{words}']");
    // The page may draw the button anew between the two calls.
    eventually(&format!("{words} is pressed"), async || browser.find(By::XPath(&path)).await.ok()?.click().await.ok())
        .await;
}

/// Waits until the page has this text.
pub async fn shows(browser: &WebDriver, text: &str) {
    eventually(&format!("the page shows {text}"), async || {
        browser.source().await.ok().filter(|page| page.contains(text)).map(drop)
    })
    .await;
}

/// The script of axe-core.
pub fn axe() -> String {
    let path = std::env::var("BROWSER_TEST_AXE").expect("BROWSER_TEST_AXE names axe.min.js of axe-core");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What axe-core finds wrong with a page.
pub async fn violations(browser: &WebDriver, axe: &str) -> Vec<String> {
    browser.execute(axe, Vec::new()).await.unwrap();
    let run = "const done = arguments[0]; axe.run().then(found => done(found.violations.map(one => one.id + ': ' + \
               one.nodes.map(node => node.html).join(' | '))));";
    let found = browser.execute_async(run, Vec::new()).await.unwrap();
    found.json().as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// A picture of the whole page, where somebody wants to look at it.
pub async fn keep_picture(browser: &WebDriver, name: &str) {
    if let Ok(folder) = std::env::var("BROWSER_TEST_PICTURES") {
        let window = browser.get_window_rect().await.unwrap();
        let measure = "return window.outerHeight - window.innerHeight + document.documentElement.scrollHeight";
        let height = browser.execute(measure, Vec::new()).await.unwrap().json().as_u64().unwrap();
        let width = u32::try_from(window.width).unwrap();
        browser.set_window_rect(0, 0, width, u32::try_from(height).unwrap()).await.unwrap();
        let picture = browser.screenshot_as_png().await.unwrap();
        std::fs::write(format!("{folder}/{name}.png"), picture).unwrap();
        browser.set_window_rect(0, 0, width, u32::try_from(window.height).unwrap()).await.unwrap();
    }
}
