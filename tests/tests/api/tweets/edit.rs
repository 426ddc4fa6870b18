//! `PUT` and `DELETE /api/tweets/<id>/`.

use e2e::acts::people::{block, sign_up_staff};
use e2e::acts::tweets::reply;
use e2e::ids::id_of;
use e2e::messages::{BLOCKED, FORBIDDEN};
use e2e::{Account, Answer, Form, Service, eventually, jpeg};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn edit(service: &Service, account: &Account, tweet: &str, message: &str) -> Answer {
    let call = service.put(&format!("/api/tweets/{tweet}/")).bearer(&account.access);
    call.json(&json!({"message": message})).send().await
}

#[tokio::test]
async fn an_edit_shows_at_once_with_its_time() {
    let service = Service::running();
    let author = service.signup().await;
    let tweet = service.tweet(&author, "frist").await;
    let path = format!("/api/tweets/{}", id_of(&tweet));
    service.post(&format!("{path}/like")).bearer(&author.access).send().await.with_status(200);
    let answer = edit(&service, &author, &id_of(&tweet), " first ").await.with_status(200);
    let edited = answer.json();
    assert_eq!((&edited["message"], &edited["liked"]), (&json!("first"), &json!(true)));
    assert!(edited["edited_at"].as_str().unwrap() >= tweet["created_at"].as_str().unwrap());
    for name in ["id", "author", "created_at", "in_reply_to", "media"] {
        assert_eq!(edited[name], tweet[name], "{name}");
    }
    let shown = service.get(&path).bearer(&author.access).send().await.with_status(200).json();
    let but_likes = |mut tweet: Value| {
        tweet["likes"] = json!(0);
        tweet
    };
    assert_eq!(but_likes(shown), but_likes(edited));
    let form = service.put(&path).bearer(&author.access).form(&[("message", "by form")]).send().await;
    assert_eq!(form.with_status(200).field("message"), "by form");
}

#[tokio::test]
async fn an_edit_needs_the_author_and_a_valid_message() {
    let service = Service::running();
    let (author, stranger, staff) = (service.signup().await, service.signup().await, sign_up_staff(&service).await);
    let tweet = service.tweet(&author, "mine").await;
    let tweet_id = id_of(&tweet);
    for other in [&stranger, &staff] {
        edit(&service, other, &tweet_id, "yours").await.is(403, &json!({"detail": FORBIDDEN}));
    }
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    let path = format!("/api/tweets/{tweet_id}");
    service.put(&path).json(&json!({"message": "x"})).send().await.unauthorized(&nobody);
    let rows = [
        (json!({}), "This field is required."),
        (json!({"message": ""}), "This field may not be blank."),
        (json!({"message": "m".repeat(281)}), "Ensure this field has no more than 280 characters."),
    ];
    for (body, message) in rows {
        let answer = service.put(&path).bearer(&author.access).json(&body).send().await;
        answer.is(400, &json!({"message": [message]}));
    }
    for unknown in ["019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x"] {
        edit(&service, &author, unknown, "x").await.is(404, &json!({"detail": "Not found."}));
    }
    service.get(&path).send().await.is(200, &tweet);
}

#[tokio::test]
async fn an_edit_may_remove_the_message_of_a_tweet_with_a_picture() {
    let service = Service::running();
    let author = service.signup().await;
    let form = Form::default().text("message", "look").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let tweet =
        service.post("/tweet").bearer(&author.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let edited = edit(&service, &author, &id_of(&tweet), "").await.with_status(200).json();
    assert_eq!((&edited["message"], &edited["imagelinks"]), (&json!(""), &tweet["imagelinks"]));
    let path = format!("/api/tweets/{}", id_of(&tweet));
    let absent = service.put(&path).bearer(&author.access).json(&json!({})).send().await;
    absent.is(400, &json!({"message": ["This field is required."]}));
}

#[tokio::test]
async fn concurrent_edits_all_succeed_and_one_of_them_is_last() {
    let service = Service::running();
    let author = service.signup().await;
    let tweet = id_of(&service.tweet(&author, "start #start").await);
    let texts: Vec<String> = (0..3).map(|n| format!("text {n} #n{n}")).collect();
    let answers = join_all(texts.iter().map(|text| edit(&service, &author, &tweet, text))).await;
    for (answer, text) in answers.into_iter().zip(&texts) {
        assert_eq!(answer.with_status(200).field("message"), *text);
    }
    let shown = service.get(&format!("/api/tweets/{tweet}")).send().await.field("message");
    assert!(texts.contains(&shown), "{shown}");
    // The tags are those of the text that is shown.
    let dynamodb = service.dynamodb();
    let items = dynamodb.mentions("SocialTable", &format!("T#{tweet}")).await;
    let tags: Vec<String> =
        items.iter().filter_map(|item| item["sk"]["S"].as_str()?.strip_prefix("TAG#").map(ToOwned::to_owned)).collect();
    assert_eq!(tags, [shown.split('#').nth(1).unwrap()]);
}

#[tokio::test]
async fn an_edit_cannot_add_a_mention_of_somebody_who_blocks_the_author() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let before = id_of(&service.tweet(&author, &format!("hello @{}", other.username)).await);
    let without = id_of(&service.tweet(&author, "hello").await);
    block(&service, &other, &author).await;
    let text = format!("good bye @{}", other.username);
    edit(&service, &author, &without, &text).await.is(403, &json!({"detail": BLOCKED}));
    // A mention from before the block may stay.
    edit(&service, &author, &before, &text).await.with_status(200);
}

#[tokio::test]
async fn a_deleted_tweet_takes_pictures_and_reactions_but_no_replies_with_it() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let form = Form::default().text("message", "#gone").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let tweet =
        service.post("/tweet").bearer(&author.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let (tweet_id, path) = (id_of(&tweet), format!("/api/tweets/{}", id_of(&tweet)));
    let comment = json!({"message": "nice"});
    for what in ["like", "retweet", "save"] {
        service.post(&format!("{path}/{what}")).bearer(&other.access).send().await.with_status(200);
    }
    service.post(&format!("{path}/comments")).bearer(&other.access).json(&comment).send().await.with_status(201);
    let answer = id_of(&reply(&service, &other, &tweet_id, "indeed").await);
    service.delete(&path).bearer(&author.access).send().await.with_status(204);
    let gone = json!({"detail": "Not found."});
    for below in ["", "/comments", "/likes", "/retweets", "/replies"] {
        service.get(&format!("{path}{below}")).send().await.is(404, &gone);
    }
    for what in ["like", "retweet", "save"] {
        for method in ["POST", "DELETE"] {
            let call = service.call(method, &format!("{path}/{what}"));
            call.bearer(&other.access).send().await.is(404, &gone);
        }
    }
    for list in [format!("by/{}/", author.username), format!("by/{}/likes/", other.username)] {
        let list = service.get(&format!("/api/tweets/{list}")).send().await.with_status(200).json();
        assert_eq!(list["results"], json!([]));
    }
    service.get(&format!("/api/tweets/{answer}")).send().await.with_status(200);
    let url = tweet["imagelinks"][0].as_str().unwrap();
    eventually("the removal of the picture", async || {
        let status = service.fetch(url).await.status;
        [403, 404].contains(&status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn staff_may_delete_any_tweet() {
    let service = Service::running();
    let (author, staff) = (service.signup().await, sign_up_staff(&service).await);
    let path = format!("/api/tweets/{}", id_of(&service.tweet(&author, "spam").await));
    service.delete(&path).bearer(&staff.access).send().await.with_status(204);
    service.get(&path).send().await.with_status(404);
}
