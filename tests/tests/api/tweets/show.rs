//! `GET` and `DELETE /api/tweets/<id>/`.

use e2e::{Form, Service, jpeg};
use serde_json::json;

#[tokio::test]
async fn anybody_reads_a_tweet_with_and_without_slash() {
    let service = Service::running();
    let (author, reader) = (service.signup().await, service.signup().await);
    let tweet = service.tweet(&author, "hello").await;
    let path = format!("/api/tweets/{}", tweet["id"].as_str().unwrap());
    service.get(&path).send().await.is(200, &tweet);
    service.get(&format!("{path}/")).bearer(&reader.access).send().await.is(200, &tweet);
}

#[tokio::test]
async fn an_id_of_no_tweet_is_not_found() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hello").await;
    let id = tweet["id"].as_str().unwrap();
    let nobody = json!({"detail": "Not found."});
    let bare: String = id.chars().filter(|c| *c != '-').collect();
    let ids = [
        "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3",
        "1",
        "abc",
        "%20",
        "a%2Fb",
        "%FF",
        "%00",
        "..%2F..",
        &bare,
        &id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "a"),
        &account.id,
    ];
    for id in ids {
        let path = format!("/api/tweets/{id}/");
        service.get(&path).send().await.is(404, &nobody);
        service.delete(&path).bearer(&account.access).send().await.is(404, &nobody);
    }
}

#[tokio::test]
async fn only_the_author_deletes_a_tweet() {
    let service = Service::running();
    let (author, stranger) = (service.signup().await, service.signup().await);
    let form = Form::default().text("message", "mine").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let tweet =
        service.post("/tweet").bearer(&author.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.delete(&path).send().await.unauthorized(&nobody);
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    service.delete(&path).bearer(&stranger.access).send().await.is(403, &forbidden);
    service.get(&path).send().await.with_status(200);
    service.fetch(tweet["imagelinks"][0].as_str().unwrap()).await.with_status(200);
    service.delete(&path).bearer(&author.access).send().await.with_status(204);
}

#[tokio::test]
async fn concurrent_deletions_leave_no_tweet() {
    let service = Service::running();
    let author = service.signup().await;
    let tweet = service.tweet(&author, "twice").await;
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    let delete = || service.delete(&path).bearer(&author.access).send();
    let (one, two) = futures_util::join!(delete(), delete());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!([[204, 204], [204, 404]].contains(&statuses), "{statuses:?}");
    service.get(&path).send().await.with_status(404);
}
