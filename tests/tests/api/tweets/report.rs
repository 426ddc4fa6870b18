//! `POST /api/tweets/<id>/report/`, `/api/tweets/comments/<id>/report/` and `/api/profiles/<id>/report/`.

use e2e::acts::tweets::comment;
use e2e::ids::id_of;
use e2e::{Account, Answer, Service, unique};
use serde_json::{Value, json};

async fn report(service: &Service, caller: &Account, path: &str, body: &Value) -> Answer {
    service.post_as(caller, &format!("/api/{path}/report/"), body).await
}

/// A tweet, a comment and a profile of the author: their paths, and the names of their cases.
async fn things(service: &Service, author: &Account) -> [(String, String); 3] {
    let tweet = id_of(&service.tweet(author, "hello").await);
    let comment = comment(service, author, &tweet, "hello too").await.with_status(201).field("id");
    [
        (format!("tweets/{tweet}"), format!("tweet:{tweet}")),
        (format!("tweets/comments/{comment}"), format!("comment:{comment}")),
        (format!("profiles/{}", author.id), format!("profile:{}", author.id)),
    ]
}

#[tokio::test]
async fn a_thing_is_reported_once_by_each_user() {
    let service = Service::running();
    let (author, first, second) = (service.signup().await, service.signup().await, service.signup().await);
    for (path, case) in things(&service, &author).await {
        let body = json!({"reason": "abuse", "note": "It hurts."});
        let id = report(&service, &first, &path, &body).await.with_status(201).field("id");
        let again = json!({"reason": "spam"});
        report(&service, &first, &path, &again).await.is(200, &json!({"id": id}));
        report(&service, &second, &path, &again).await.with_status(201);
        let case = service.dynamodb().get("SocialTable", &format!("CASE#{case}"), "CASE").await;
        assert_eq!((&case["abuse"]["N"], &case["spam"]["N"]), (&json!("1"), &json!("1")), "{path}");
        assert_eq!(case["author"]["S"], author.id.as_str());
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_told_by_field() {
    let service = Service::running();
    let author = service.signup().await;
    for (path, _) in things(&service, &author).await {
        let required = json!({"reason": ["This field is required."]});
        report(&service, &author, &path, &json!({})).await.is(400, &required);
        let body = json!({"reason": "boring", "note": "a".repeat(1_001)});
        let wrong = json!({
            "reason": ["\"boring\" is not a valid choice."],
            "note": ["Ensure this field has no more than 1000 characters."],
        });
        report(&service, &author, &path, &body).await.is(400, &wrong);
    }
    let nothing = "019a0000-0000-7000-8000-0000000000aa";
    for path in [format!("tweets/{nothing}"), format!("tweets/comments/{nothing}"), format!("profiles/{nothing}")] {
        report(&service, &author, &path, &json!({"reason": "spam"})).await.with_status(404);
    }
    report(&service, &author, &format!("tweets/{}", unique("x")), &json!({"reason": "spam"})).await.with_status(404);
}

#[tokio::test]
async fn a_note_may_be_blank_and_keeps_its_lines() {
    let service = Service::running();
    let (author, reporter) = (service.signup().await, service.signup().await);
    let [(path, case), ..] = things(&service, &author).await;
    let call = service.post(&format!("/api/{path}/report/")).bearer(&reporter.access);
    call.form(&[("reason", "other"), ("note", "one\r\ntwo")]).send().await.with_status(201);
    let pk = format!("R#{}", reporter.id);
    let report = service.dynamodb().get("SocialTable", &pk, &format!("REPORT#{case}")).await;
    assert_eq!(report["note"]["S"], "one\ntwo");
    let blank = json!({"reason": "other", "note": " "});
    self::report(&service, &author, &path, &blank).await.with_status(201);
}
