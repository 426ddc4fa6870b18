//! The page of functions, which reads their own logs.

use e2e::acts::people::sign_up_staff;
use e2e::{Browser, Service, environment_of, eventually, unique};
use serde_json::{Value, json};
use xtask::local::call_logs;

/// The log group of a function.
fn group_of(service: &Service, function: &str) -> String {
    let groups = environment_of(service, "admin")["AVIARY_FUNCTION_LOG_GROUPS"].clone();
    let group = groups.split(',').find(|group| group.ends_with(&format!("/{function}")));
    group.unwrap_or_else(|| panic!("no group of {function} in {groups}")).to_owned()
}

async fn logs(service: &Service, operation: &'static str, body: Value) -> Value {
    let aws = service.aws_url.clone();
    tokio::task::spawn_blocking(move || call_logs(&aws, operation, &body)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_requests_line_stands_in_the_log_of_its_function() {
    let service = Service::running();
    let answer = service.get("/docs/no-such-page/").send().await.with_status(404);
    let request = answer.header("x-request-id").unwrap();
    let search = json!({
        "logGroupName": group_of(&service, "docs"),
        "filterPattern": format!("{{ $.['request.id'] = \"{request}\" && $.http NOT EXISTS }}"),
    });
    let line = eventually("the line is in the log", async || {
        let found = logs(&service, "FilterLogEvents", search.clone()).await;
        let message = found["events"].as_array()?.first()?["message"].as_str()?.to_owned();
        serde_json::from_str::<Value>(&message).ok()
    })
    .await;
    assert_eq!((&line["function"], &line["http.status"]), (&json!("docs"), &json!(404)));
    assert_eq!((&line["client_errors"], &line["errors"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_page_shows_what_each_function_did_and_what_failed() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    let (failed, other) = (unique("failed"), unique("error"));
    let at = e2e::now() * 1_000;
    // `keys` answers no requests, so these are the only ones in its log.
    let line = |status: u16, request: &str| {
        json!({
            "message": "request", "level": "INFO", "function": "keys", "http.method": "GET", "http.route": "/made/up",
            "http.status": status, "request.id": request, "duration.ms": 7.5, "errors": u8::from(status >= 500),
            "client_errors": 0, "cold_starts": 1, "dynamodb.round_trips": 2, "dynamodb.rcu": 1.5, "dynamodb.wcu": 3,
        })
    };
    let error = json!({"message": "a made-up error", "level": "ERROR", "error": other, "target": "keys_function"});
    let events =
        [line(200, &unique("fine")), line(503, &failed), error, json!({"message": "chatter", "level": "INFO"})];
    let events: Vec<Value> =
        events.iter().map(|message| json!({"timestamp": at, "message": message.to_string()})).collect();
    let (group, stream) = (group_of(&service, "keys"), unique("stream"));
    logs(&service, "CreateLogStream", json!({"logGroupName": group, "logStreamName": stream})).await;
    let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
    logs(&service, "PutLogEvents", put).await;

    let page = browser.get("/admin/functions/?function=keys").await.with_status(200).text();
    assert!(page.contains("2 requests in the last hour, 1 of them failed."), "{page}");
    for shown in [failed.as_str(), other.as_str(), "GET /made/up", "503", "a made-up error", ">7.5<", ">2.0<", ">1.5<"]
    {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    assert!(!page.contains("chatter"));
    // The table has every function; the failures are those of the one that is asked for.
    for function in ["auth", "tweets", "feed", "worker", "media", "status"] {
        assert!(page.contains(&format!("?function={function}\"")), "{function}");
        let of_it = browser.get(&format!("/admin/functions/?function={function}")).await.with_status(200).text();
        assert!(!of_it.contains(&failed), "{function}");
    }
    let all = browser.get("/admin/functions/").await.with_status(200).text();
    assert!(all.contains("requests in the last hour") && all.contains(&failed), "{all}");
    assert!(!all.contains(">-0<"), "{all}");
}
