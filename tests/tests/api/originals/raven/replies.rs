//! Replies of document 000 are the product's comments.

use e2e::{Service, eventually};
use serde_json::{Value, json};

use super::client::{Raven, text};

#[tokio::test]
async fn a_reply_is_a_comment_in_the_documents_shape() {
    let (service, raven, author) = (Service::running(), Raven::sign_up("Edgar").await, Raven::sign_up("").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let reply = raven.reply(&tweet, "Quoth the raven").await;
    assert_eq!(
        reply,
        json!({
            "reply_id": reply["reply_id"],
            "tweet": tweet,
            "user": raven.id(),
            "content": "Quoth the raven",
            "username": raven.username(),
            "alias": "Edgar",
            "image_url": "",
            "media": false,
            "media_url": "",
            "number_of_likes": 0,
            "liked": false,
            "timestamp": reply["timestamp"],
        })
    );
    let second = raven.reply(&tweet, "again").await;
    let path = format!("/api/tweets/replies/replies_list/{tweet}/");
    let listed = eventually("both replies are listed", async || {
        let list = author.list(&path).await;
        (list.len() == 2).then_some(list)
    })
    .await;
    assert_eq!(listed, [second, reply.clone()], "newest first");
    let ours = service.get(&format!("/api/tweets/{tweet}/comments/")).send().await.with_status(200).json();
    assert_eq!(ours["results"][0]["id"], reply["reply_id"], "our own list is oldest first");
}

#[tokio::test]
async fn the_author_of_a_reply_or_of_the_tweet_deletes_it_and_nobody_else() {
    let (author, one, other) = (Raven::sign_up("").await, Raven::sign_up("").await, Raven::sign_up("").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    for (deletes, refused) in [(&one, &other), (&author, &other)] {
        let reply = text(&one.reply(&tweet, "Quoth the raven").await, "reply_id");
        let path = format!("/api/tweets/replies/delete/{reply}/");
        refused.send("DELETE", &path, None).await.with_status(403);
        deletes.send("DELETE", &path, None).await.with_status(202);
        deletes.send("DELETE", &path, None).await.with_status(404);
    }
}

#[tokio::test]
async fn a_liked_reply_is_listed_with_its_tweet_and_its_likers() {
    let (author, reader) = (Raven::sign_up("").await, Raven::sign_up("Edgar").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let reply = text(&author.reply(&tweet, "I said").await, "reply_id");
    reader.press(&format!("/api/tweets/liked_tweets_list/{tweet}/")).await;
    let toggle = format!("/api/tweets/replies/liked_replies_list/{reply}/");
    assert_eq!(reader.press(&toggle).await, "The reply is liked.");
    let liked = reader.list(&format!("/api/tweets/get_liked/{}/", reader.id())).await;
    assert_eq!(liked.len(), 2, "{liked:?}");
    assert_eq!(text(&liked[0]["reply"], "reply_id"), reply, "the last like is first");
    assert_eq!((text(&liked[0]["tweet"], "tweet_id"), &liked[0]["reply"]["liked"]), (tweet.clone(), &json!(true)));
    assert_eq!(text(&liked[1], "tweet_id"), tweet);
    let likers = format!("/api/tweets/replies/get_reply_like_list/{reply}/");
    eventually("the reader is listed", async || {
        let list = author.list(&likers).await;
        (list.len() == 1 && text(&list[0], "username") == reader.username()).then_some(())
    })
    .await;
    assert_eq!(reader.press(&toggle).await, "The reply is no longer liked.");
    assert_eq!(reader.list(&format!("/api/tweets/get_liked/{}/", reader.id())).await.len(), 1);
    author.send("DELETE", &format!("/api/tweets/manage_tweet/{tweet}/"), None).await.with_status(202);
    assert!(reader.list(&format!("/api/tweets/get_liked/{}/", reader.id())).await.is_empty(), "with the tweet it goes");
}

#[tokio::test]
async fn a_reply_with_a_picture_or_without_text_is_refused() {
    let raven = Raven::sign_up("").await;
    let tweet = text(&raven.tweet("Nevermore").await, "tweet_id");
    let path = format!("/api/tweets/replies/replies_list/{tweet}/");
    let picture = "Replies with pictures are not supported.";
    let no_picture = json!({"media_url": [picture], "message": picture});
    let blank = json!({"content": ["This field may not be blank."], "message": "This field may not be blank."});
    let rows: [(Value, &Value); 3] = [
        (json!({"content": "x", "media": true, "media_url": "https://example.com/a.png"}), &no_picture),
        (json!({"content": "", "media": true}), &no_picture),
        (json!({"content": ""}), &blank),
    ];
    for (body, refusal) in rows {
        raven.send("POST", &path, Some(body)).await.is(400, refusal);
    }
    let body = json!({"content": "x", "media": false, "media_url": ""});
    raven.send("POST", &path, Some(body)).await.with_status(202);
}
