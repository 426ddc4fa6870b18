//! The front door, the OpenAPI document, the page that shows it, and paths of no function.

mod browser;

use std::io::Read;

use e2e::Service;
use flate2::read::GzDecoder;
use serde_json::json;

#[tokio::test]
async fn the_front_door_leads_to_everything() {
    let service = Service::running();
    let page = service.get("/").header("accept", "text/html,*/*;q=0.8").send().await.with_status(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for link in ["/docs/", "/openapi.json", "/admin/", "/status/"] {
        assert!(page.text().contains(&format!("href=\"{link}\"")), "{}", page.text());
    }
    let json = service.get("/").header("accept", "application/json").send().await.with_status(200).json();
    for (name, path) in [
        ("documentation", "/docs/"),
        ("openapi", "/openapi.json"),
        ("administration", "/admin/"),
        ("status", "/status/"),
    ] {
        assert_eq!(json[name], format!("{}{path}", service.url), "{json}");
    }
    let vary = page.header("vary").unwrap_or_default();
    assert!(json["name"] == "Aviary" && vary.split(", ").any(|name| name == "accept"), "{vary}");
    service.call("HEAD", "/").send().await.with_status(200);
}

#[tokio::test]
async fn the_document_is_compressed_and_sent_once() {
    let service = Service::running();
    let plain = service.get("/openapi.json").send().await.with_status(200);
    let gzip = service.get("/openapi.json").header("accept-encoding", "gzip, br").send().await.with_status(200);
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    GzDecoder::new(&*gzip.body).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    assert!(gzip.body.len() * 5 < plain.body.len(), "{} of {}", gzip.body.len(), plain.body.len());
    for answer in [&plain, &gzip] {
        let etag = answer.header("etag").unwrap();
        let again = service.get("/openapi.json/").header("if-none-match", etag).send().await.with_status(304);
        assert!(again.body.is_empty() && again.header("etag").is_some());
    }
}

#[tokio::test]
async fn the_page_has_only_the_services_own_files_and_a_strict_policy() {
    let service = Service::running();
    let page = service.get("/docs/").send().await.with_status(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && page.header("set-cookie").is_none());
    let text = page.text();
    assert!(!text.contains("style=") && !text.contains("//"), "{text}");
    let files = text.split(['"', '\'']).filter(|part| part.starts_with("/docs/assets/"));
    let files: Vec<String> = files.map(ToOwned::to_owned).collect();
    assert_eq!(files.len(), 6, "{files:?}");
    for path in files {
        let file = service.get(&path).send().await.with_status(200);
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
    }
    service.get("/docs/assets/swagger-ui-000000000000.js").send().await.with_status(404);
}

/// Its licence asks that it and the notice go with the files.
#[tokio::test]
async fn swagger_ui_comes_with_its_licence() {
    let service = Service::running();
    let licence = service.get("/docs/assets/swagger-ui-licence.txt").send().await.with_status(200);
    assert!(licence.text().contains("Apache License"));
    let notice = service.get("/docs/assets/swagger-ui-notice.txt").send().await.with_status(200);
    assert!(notice.text().contains("SmartBear"));
}

#[tokio::test]
async fn unknown_paths_of_every_prefix_and_of_none_get_our_404() {
    let service = Service::running();
    for path in
        ["/birds/of/prey", "/api", "/api/", "/docs/birds", "/docs/assets/", "/openapi.json/x", "/auth/x", "/statu"]
    {
        service.get(path).send().await.is(404, &json!({"detail": "Not found."}));
    }
    let answer = service.post("/").json(&json!({})).send().await.with_status(405);
    assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
}
