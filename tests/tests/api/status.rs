//! `GET /status/`.

use e2e::Service;
use serde_json::json;

#[tokio::test]
async fn the_status_names_the_services_it_depends_on() {
    let service = Service::running();
    let answer = service.get("/status/").send().await.with_status(200);
    let json = answer.json();
    assert_eq!(json["status"], "ok");
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    let names: Vec<_> = json["checks"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["dynamodb", "s3", "logs"]);
    for name in names {
        assert_eq!(json["checks"][name]["ok"], true);
        assert!(json["checks"][name]["ms"].as_f64().unwrap() >= 0.0);
    }
}

#[tokio::test]
async fn a_dependency_that_does_not_answer_is_a_500_that_names_it() {
    let service = Service::running();
    // A port that was just free: nothing listens on it.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let function =
        e2e::Function::start_with(&service, "status", &[("AWS_ENDPOINT_URL_S3", &format!("http://{nowhere}"))]);
    let answer = function.invoke(e2e::Event::new("GET", "/status/")).answer.with_status(500);
    let json = answer.json();
    assert_eq!(json["status"], "failing");
    let ok = ["dynamodb", "s3", "logs"].map(|name| json["checks"][name]["ok"].clone());
    assert_eq!(ok, [json!(true), json!(false), json!(true)]);
}
