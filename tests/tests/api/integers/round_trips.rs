//! What requests of integers cost in round trips to DynamoDB.

use e2e::acts::integers::units;
use e2e::{Event, Function, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn requests_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let integers = Function::start(&service, "integers");
    let assert_round_trips = |method: &str, path: &str, body: &Value, status: u16, round_trips: u64| {
        let invoked = integers.invoke(Event::new(method, path).bearer(&account.access).json(body));
        let counted = invoked.round_trips();
        let answer = invoked.answer.with_status(status);
        assert_eq!(counted, round_trips, "{method} {path} {}: {}", answer.text().len(), invoked.log);
    };
    let set = |id: &str| json!({"set_id": id, "integers": units(1, 1)});
    assert_round_trips("POST", "/integers/set", &set("a"), 201, 3);
    assert_round_trips("POST", "/integers/set", &set("b"), 201, 3);
    assert_round_trips("POST", "/integers/set", &set("b"), 201, 4);
    let large = json!({"set_id": "large", "integers": units(1, 12_000)});
    assert_round_trips("POST", "/integers/set", &large, 201, 4);
    assert_round_trips("POST", "/integers/operation", &json!({"equation": "a+b", "set_id": "c"}), 201, 6);
    assert_round_trips("GET", "/integers/set", &json!({"set_id": "c"}), 200, 3);
    assert_round_trips("GET", "/integers/set", &json!({"set_id": "large"}), 200, 3);
    assert_round_trips("DELETE", "/integers/set", &json!({"set_id": "large"}), 200, 4);
    assert_round_trips("GET", "/integers/session", &json!({}), 200, 3);
    let sets =
        json!({"integer_sets": [{"set_id": "a", "integers": units(1, 1)}, {"set_id": "b", "integers": units(2, 1)}]});
    assert_round_trips("POST", "/integers/session", &sets, 201, 5);
    assert_round_trips("DELETE", "/integers/session", &json!({"session_id": "default"}), 200, 4);
    assert_round_trips("GET", "/integers/session", &json!({}), 404, 1);
    // A cookie names the session without a look-up.
    let by_cookie = Event::new("GET", "/integers/session").bearer(&account.access);
    let cookies = ["sessionid", "csrftoken"].map(|name| format!("{name}={}", "ab".repeat(32)));
    assert_eq!(integers.invoke(by_cookie.cookies(&cookies)).round_trips(), 1);
}
