//! The client in `docs/integers.md`, run unchanged.

use std::io::Write;
use std::process::{Command, Stdio};

use e2e::Service;

/// The only code block of this language in the page.
fn block(language: &str) -> String {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/integers.md")).unwrap();
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    let (block, rest) = rest.split_once("\n```").unwrap();
    assert!(!rest.contains(&format!("```{language}\n")), "the page has one client");
    block.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_python_client_prints_what_its_page_says() {
    let service = Service::running();
    let address = "\"http://127.0.0.1:9000\"";
    let client = block("python");
    assert_eq!(client.matches(address).count(), 1, "the page names the address of the service once");
    let client = client.replace(address, &format!("{:?}", service.url));
    let mut command = Command::new("python3");
    command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = command.spawn().expect("python3 is needed for this test");
    python.stdin.take().unwrap().write_all(client.as_bytes()).unwrap();
    let output = tokio::task::block_in_place(|| python.wait_with_output()).unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{failed}");
    let lines: Vec<&str> = said.lines().collect();
    // First the products plus 100, then minus the prices.
    let expected =
        ["[697, 2500000000000000000000000000000100, -180]", "[498, 2499999999999999999999999999997600, -140]"];
    assert_eq!(lines.len(), expected.len(), "{said}");
    assert!(lines.iter().zip(expected).all(|(line, expected)| line.ends_with(expected)), "{said}");
}
