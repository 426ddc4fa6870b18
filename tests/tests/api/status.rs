//! `GET /status/`.

use std::time::{Duration, Instant};

use e2e::{Event, Function, OwnAws, Service, eventually};

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

const PARTS: [(&str, &str); 3] = [
    ("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"),
    ("s3", "AWS_ENDPOINT_URL_S3"),
    ("logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
];

/// Asks a new function whose endpoint of this part is `endpoint`, and checks that the answer names that part only.
fn assert_only_this_fails(service: &Service, (part, variable): (&str, &str), endpoint: &str) {
    let function = Function::start_with(service, "status", &[(variable, endpoint)]);
    let began = Instant::now();
    let answer = function.invoke(Event::new("GET", "/status/")).answer.with_status(500);
    assert!(began.elapsed() < Duration::from_secs(9), "{part}: {:?}", began.elapsed());
    let json = answer.json();
    assert_eq!(json["status"], "failing");
    for (name, _) in PARTS {
        assert_eq!(json["checks"][name]["ok"], name != part, "{part}: {json}");
    }
}

#[test]
fn a_part_that_does_not_answer_is_a_500_that_names_it() {
    let service = Service::running();
    // A port that was just free: nothing listens on it.
    let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // The system accepts the connection, and nobody reads from it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for part in PARTS {
        assert_only_this_fails(&service, part, &format!("http://{refusing}"));
        assert_only_this_fails(&service, part, &format!("http://{}", silent.local_addr().unwrap()));
    }
}

#[tokio::test]
async fn the_parts_are_asked_once_in_some_seconds() {
    let own = OwnAws::start();
    let function = Function::start(&own.service, "status");
    let ask = || function.invoke(Event::new("GET", "/status/"));
    let asked = [ask(), ask(), ask()];
    assert!(asked.iter().all(|asked| asked.answer.status == 200));
    // The machine may take longer than the result is kept, but hardly for each request.
    assert!(asked.iter().map(e2e::Invoked::round_trips).sum::<u64>() < 3);
    assert_eq!(asked[0].round_trips(), 1);
    // All parts stop, and the kept result runs out.
    drop(own);
    let ask_again = async || Some(ask().answer).filter(|answer| answer.status == 500);
    let failing = eventually("the status fails", ask_again).await;
    assert_eq!(failing.json()["checks"].to_string().matches(r#""ok":false"#).count(), 3, "{}", failing.text());
}
