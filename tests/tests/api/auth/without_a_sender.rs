//! A deployment without a sender of mails: requests are answered as usual, and the log says what is missing.

use e2e::{Answer, Event, Function, OwnAws, PASSWORD, eventually, unique};
use serde_json::{Value, json};

const MISSING: &str = "no sender is configured: a mail was not sent";

/// Everything of an answer by which a client could tell two cases apart.
fn seen(answer: &Answer) -> (u16, Vec<String>, String) {
    (answer.status, answer.headers.iter().map(|(name, _)| name.clone()).collect(), answer.text())
}

/// On a local AWS of its own, because the worker of the running service would take the jobs.
#[tokio::test]
async fn a_reset_without_a_sender_is_answered_as_usual_and_logged_once() {
    let aws = OwnAws::start();
    let service = &aws.service;
    let auth = Function::start(service, "auth");
    let worker = Function::start_with(service, "worker", &[("AVIARY_MAIL_FROM", "")]);
    let (username, email) = (unique("wren"), format!("{}@example.com", unique("wren")));
    let body = json!({"username": username, "email": email, "password": PASSWORD});
    auth.invoke(Event::new("POST", "/auth/users/").json(&body)).answer.with_status(201);

    let ask = |email: &str| {
        let event = Event::new("POST", "/auth/users/reset_password/").json(&json!({"email": email}));
        auth.invoke(event).answer
    };
    let known = ask(&email).with_status(204);
    let unknown = ask(&format!("{}@example.com", unique("nobody")));
    assert_eq!(seen(&known), seen(&unknown));
    assert_eq!(service.dynamodb().mentions("JobsTable", "reset_mail").await.len(), 2);

    let schedule = std::fs::read_to_string(e2e::event_files().join("worker-schedule.json")).expect("the event");
    let schedule: Value = serde_json::from_str(&schedule).expect("JSON");
    eventually("both jobs are done", async || {
        worker.output(&schedule);
        service.dynamodb().mentions("JobsTable", "reset_mail").await.is_empty().then_some(())
    })
    .await;
    let lines: Vec<Value> = (0..2).flat_map(|_| worker.log_until(|line| line["message"] == "a job is done")).collect();
    let missing: Vec<&Value> = lines.iter().filter(|line| line["message"] == MISSING).collect();
    let [missing] = &missing[..] else { panic!("not exactly one warning: {lines:?}") };
    assert_eq!(missing["level"], "WARN");
    let text: String = lines.iter().map(Value::to_string).collect();
    for private in [&*email, &username, "@", "token"] {
        assert!(!text.contains(private), "{private} is in {text}");
    }
    // No token was created, and no mail was sent.
    assert!(service.dynamodb().mentions("CredentialsTable", "RESET#").await.is_empty());
    assert!(service.mails(&email).await.is_empty());
}
