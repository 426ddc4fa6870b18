//! Tweets in document 000's shape: what is kept, what is refused, and what blocks hide.

use e2e::acts::tweets::create_tweet;
use e2e::ids::id_of;
use e2e::{Service, eventually};
use serde_json::{Value, json};

use super::client::{Raven, members, text, tweet_ids};

const TWEETS: &str = "/api/tweets/tweets_list/";

#[tokio::test]
async fn a_tweet_has_the_documents_members_everywhere() {
    let raven = Raven::sign_up("Corvus").await;
    let posted = raven.tweet_with_picture("Nevermore", "https://example.com/a.png").await;
    assert_eq!(
        posted,
        json!({
            "tweet_id": posted["tweet_id"],
            "user_id": raven.id(),
            "username": raven.username(),
            "user": raven.id(),
            "alias": "Corvus",
            "content": "Nevermore",
            "media": true,
            "media_url": "https://example.com/a.png",
            "public": true,
            "public_reply": true,
            "profile_image": "",
            "timestamp": posted["timestamp"],
            "number_of_saves": 0,
            "number_of_likes": 0,
            "number_of_retweets": 0,
            "number_of_replies": 0,
            "liked": false,
            "retweeted": false,
            "saved": false,
        })
    );
    let id = text(&posted, "tweet_id");
    assert_eq!(raven.get(&format!("/api/tweets/get_tweet/{id}/")).await, posted);
    for path in [TWEETS, &format!("/api/tweets/get_tweets/{}/", raven.id()), "/api/tweets/get_latest/"] {
        assert_eq!(raven.list(path).await[0], posted, "{path}");
    }
    let path = format!("/api/tweets/manage_tweet/{id}/");
    let edited = raven.send("PUT", &path, Some(json!({"content": "Evermore"}))).await.with_status(202).json();
    assert_eq!(members(&edited), members(&posted));
    assert_eq!((text(&edited, "content"), &edited["media_url"]), ("Evermore".to_owned(), &posted["media_url"]));
    // Only a tweet with a picture may have no text.
    raven.send("PUT", &path, Some(json!({"content": ""}))).await.with_status(202);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_the_clients_names_and_as_a_message() {
    let raven = Raven::sign_up("").await;
    let only_public = "Only public tweets are supported.";
    let blank = "This field may not be blank.";
    let long = "Ensure this field has no more than 280 characters.";
    for (body, field, message) in [
        (json!({}), "content", "This field is required."),
        (json!({"content": ""}), "content", blank),
        (json!({"content": " ", "media": true}), "content", blank),
        (json!({"content": "x".repeat(281)}), "content", long),
        (json!({"content": "x", "media_url": "ftp://example.com/a.png"}), "media_url", "Enter a valid URL."),
        (json!({"content": "x", "media": "maybe"}), "media", "Must be a valid boolean."),
        (json!({"content": "x", "public": false}), "public", only_public),
        (json!({"content": "x", "public_reply": false}), "public", only_public),
    ] {
        let refusal = raven.send("POST", TWEETS, Some(body)).await;
        refusal.is(400, &json!({field: [message], "message": message}));
    }
    let two = raven.send("POST", TWEETS, Some(json!({"content": "", "media_url": "x"}))).await.with_status(400).json();
    assert_eq!((&two["content"], &two["media_url"]), (&json!([blank]), &json!(["Enter a valid URL."])));
    assert!(raven.list(TWEETS).await.is_empty());
    let tweet = text(&raven.tweet("x").await, "tweet_id");
    let path = format!("/api/tweets/manage_tweet/{tweet}/");
    let edit = async |body: Value| raven.send("PUT", &path, Some(body)).await;
    edit(json!({"content": ""})).await.is(400, &json!({"content": [blank], "message": blank}));
    let private = json!({"public": [only_public], "message": only_public});
    edit(json!({"content": "y", "public": false})).await.is(400, &private);
    let gone = json!({"detail": "Not found.", "message": "Not found."});
    for path in ["get_tweet/x/", "get_tweets/x/", "get_liked/x/", "retweet_list/x/", "replies/replies_list/x/"] {
        raven.send("GET", &format!("/api/tweets/{path}"), None).await.is(404, &gone);
    }
    raven.send("PUT", "/api/tweets/liked_tweets_list/x/", None).await.is(404, &gone);
}

#[tokio::test]
async fn a_linked_picture_is_a_link_for_other_clients_and_an_upload_is_one_for_this() {
    let (service, raven) = (Service::running(), Raven::sign_up("").await);
    let link = "https://pictures.example.com/a.png?x=1";
    let tweet = text(&raven.tweet_with_picture("", link).await, "tweet_id");
    let shown = service.get(&format!("/api/tweets/{tweet}/")).send().await.with_status(200).json();
    assert_eq!((&shown["message"], &shown["imagelinks"], &shown["media"]), (&json!(""), &json!([link]), &json!([])));
    assert!(shown.get("saves").is_none() && shown.get("media_url").is_none(), "{shown}");
    let media = service.get(&format!("/api/tweets/by/{}/media/", raven.username())).send().await.with_status(200);
    assert_eq!(id_of(&media.json()["results"][0]), tweet);
    // The other way round: the first of several pictures.
    let account = service.signup().await;
    let picture = e2e::jpeg(8, 8, 1);
    let form = e2e::Form::default().text("message", "two");
    let form = form.file("imagelinks", "a.jpg", "image/jpeg", &picture).file(
        "imagelinks",
        "b.jpg",
        "image/jpeg",
        &e2e::jpeg(8, 8, 2),
    );
    let posted = service.post("/api/tweets/").bearer(&account.access).multipart(&form).send().await.with_status(201);
    let posted = posted.json();
    let seen = raven.get(&format!("/api/tweets/get_tweet/{}/", id_of(&posted))).await;
    assert_eq!((&seen["media"], &seen["media_url"]), (&json!(true), &posted["imagelinks"][0]));
    // Only this document's route takes a link.
    let body = json!({"message": "x", "media_url": "nonsense"});
    let ignored = create_tweet(&service, &account, &body).await.with_status(201).json();
    assert_eq!(ignored["imagelinks"], json!([]));
}

#[tokio::test]
async fn a_second_retweet_is_refused_and_others_tweets_are_not_ones_own() {
    let (author, reader) = (Raven::sign_up("").await, Raven::sign_up("").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let retweet = format!("/api/tweets/retweet_list/{tweet}/");
    reader.send("POST", &retweet, None).await.with_status(202);
    let again = "You have retweeted this tweet already.";
    reader.send("POST", &retweet, None).await.is(409, &json!({"detail": again, "message": again}));
    let path = format!("/api/tweets/manage_tweet/{tweet}/");
    reader.send("PUT", &path, Some(json!({"content": "mine"}))).await.with_status(403);
    reader.send("DELETE", &path, None).await.with_status(403);
    assert_eq!(text(&author.get(&format!("/api/tweets/get_tweet/{tweet}/")).await, "content"), "Nevermore");
}

#[tokio::test]
async fn blocks_hide_the_same_as_on_our_own_routes() {
    let (author, blocked, third) = (Raven::sign_up("").await, Raven::sign_up("").await, Raven::sign_up("").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let theirs = text(&third.tweet("Hello").await, "tweet_id");
    let reply = text(&author.reply(&theirs, "said I").await, "reply_id");
    for liked in [format!("liked_tweets_list/{theirs}"), format!("replies/liked_replies_list/{reply}")] {
        third.press(&format!("/api/tweets/{liked}/")).await;
    }
    author.block(&blocked).await;
    let id = author.id();
    for path in [
        format!("get_tweet/{tweet}"),
        format!("get_tweets/{id}"),
        format!("get_user_media/{id}"),
        format!("get_liked/{id}"),
        format!("replies/get_user_tweets_and_replies/{id}"),
        format!("get_tweet_like_list/{tweet}"),
        format!("retweet_list/{tweet}"),
        format!("replies/replies_list/{tweet}"),
        format!("replies/get_reply_like_list/{reply}"),
    ] {
        blocked.send("GET", &format!("/api/tweets/{path}/"), None).await.with_status(404);
        third.send("GET", &format!("/api/tweets/{path}/"), None).await.with_status(200);
    }
    for (path, status) in [
        (format!("liked_tweets_list/{tweet}"), 403),
        (format!("saved_tweets_list/{tweet}"), 404),
        (format!("replies/liked_replies_list/{reply}"), 403),
    ] {
        blocked.send("PUT", &format!("/api/tweets/{path}/"), None).await.with_status(status);
    }
    let body = Some(json!({"content": "Let me in"}));
    blocked.send("POST", &format!("/api/tweets/replies/replies_list/{tweet}/"), body).await.with_status(403);
    blocked.send("POST", &format!("/api/tweets/retweet_list/{tweet}/"), None).await.with_status(403);
    blocked.send("PUT", &format!("/api/profiles/follow_status/{id}/"), None).await.with_status(403);
    // In lists of others the blocked see nothing of the author.
    let liked = blocked.list(&format!("/api/tweets/get_liked/{}/", third.id())).await;
    assert_eq!(tweet_ids(&liked), [&*theirs], "the liked reply is the blocker's");
    let replies = format!("/api/tweets/replies/replies_list/{theirs}/");
    eventually("the reply is in the index", async || (third.list(&replies).await.len() == 1).then_some(())).await;
    assert!(blocked.list(&replies).await.is_empty());
    assert!(!tweet_ids(&blocked.list("/api/tweets/get_latest/").await).contains(&tweet));
}
