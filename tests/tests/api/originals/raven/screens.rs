//! A user's way through the front-end, screen by screen. The test reads what the screens read and nothing else.

use e2e::{PASSWORD, Service, eventually};
use serde_json::{Value, json};

use super::client::{Raven, text, tweet_ids};

/// The screen sorts what it gets by the time, newest first.
fn sorted(mut list: Vec<Value>) -> Vec<Value> {
    let time = |entry: &Value| match entry.get("tweet") {
        Some(tweet) if tweet.is_object() => text(&entry["reply"], "timestamp"),
        _ => text(entry, "timestamp"),
    };
    list.sort_by_key(|entry| std::cmp::Reverse(time(entry)));
    list
}

/// What a card of a tweet shows.
fn card(tweet: &Value) -> (String, String, bool, u64, u64, u64, u64) {
    let name = if text(tweet, "alias").is_empty() { text(tweet, "username") } else { text(tweet, "alias") };
    let number = |name: &str| tweet[name].as_u64().unwrap();
    (
        name,
        text(tweet, "content"),
        tweet["media"].as_bool().unwrap(),
        number("number_of_likes"),
        number("number_of_replies"),
        number("number_of_retweets"),
        number("number_of_saves"),
    )
}

#[tokio::test]
async fn a_user_signs_up_logs_in_again_and_logs_out() {
    let raven = Raven::sign_up("Corvus").await;
    assert_eq!(text(&raven.user, "alias"), "Corvus");
    assert_eq!((&raven.user["mode"], &raven.user["image_url"]), (&json!(""), &json!("")));
    assert_eq!(raven.user["profile_id"], raven.user["user_id"]);
    let service = Service::running();
    let login = |password: &str| json!({"username": raven.username(), "password": password});
    // The page of the login says so when the status is 401; the old token is sent all the same.
    let wrong = service.post("/api/auth/obtain_token/").authorization("JWT null").json(&login("wrong"));
    wrong.send().await.with_status(401);
    let right = service.post("/api/auth/obtain_token/").authorization("JWT null").json(&login(PASSWORD));
    let pair = right.send().await.with_status(200);
    let again = Raven {
        service: service.clone(),
        access: pair.field("access"),
        refresh: pair.field("refresh"),
        user: Value::Null,
    };
    let again = again.reloaded().await;
    assert_eq!(again.user, raven.user);
    // What the interceptor does after a 401.
    let refreshed = service.post("/api/auth/refresh_token/").json(&json!({"refresh": again.refresh}));
    let refreshed = refreshed.send().await.with_status(200);
    let again = Raven { access: refreshed.field("access"), refresh: refreshed.field("refresh"), ..again };
    let body = json!({"refresh_token": again.refresh});
    again.send("POST", "/api/auth/user/logout/", Some(body)).await.with_status(205);
    let refusal = again.send("GET", "/api/auth/user/current_user/", None).await.with_status(401).json();
    assert_eq!(refusal["message"], refusal["detail"]);
    raven.get("/api/auth/user/current_user/").await;
}

#[tokio::test]
async fn a_user_changes_settings_and_mode() {
    let raven = Raven::sign_up("").await;
    let profile = json!({"alias": "Corvus", "bio": "Sings", "image_url": "https://example.com/bird.png"});
    let edited = raven.send("PUT", "/api/profiles/edit/", Some(profile)).await.with_status(200).json();
    assert_eq!((text(&edited, "alias"), text(&edited, "bio")), ("Corvus".to_owned(), "Sings".to_owned()));
    let account = raven.send("PUT", "/api/auth/user/edit/", Some(json!({"mode": "dark"}))).await.with_status(202);
    assert_eq!(account.field("mode"), "dark");
    let raven = raven.reloaded().await;
    let shown = ["alias", "image_url", "mode"].map(|name| text(&raven.user, name));
    assert_eq!(shown, ["Corvus", "https://example.com/bird.png", "dark"]);
}

#[tokio::test]
async fn a_user_posts_with_and_without_a_picture_and_deletes() {
    let raven = Raven::sign_up("Corvus").await;
    assert!(raven.list("/api/tweets/tweets_list/").await.is_empty(), "nobody is followed and nothing was posted");
    raven.tweet("Nevermore").await;
    let picture = "http://res.example.com/image/upload/v1/raven.png";
    raven.tweet_with_picture("", picture).await;
    let home = sorted(raven.list("/api/tweets/tweets_list/").await);
    assert_eq!(card(&home[0]), ("Corvus".to_owned(), String::new(), true, 0, 0, 0, 0));
    assert_eq!(text(&home[0], "media_url"), picture);
    assert_eq!(card(&home[1]), ("Corvus".to_owned(), "Nevermore".to_owned(), false, 0, 0, 0, 0));
    // The page of one tweet shows the button to delete it to its author.
    let path = format!("/api/tweets/get_tweet/{}/", text(&home[1], "tweet_id"));
    assert_eq!(raven.get(&path).await["user_id"], raven.user["user_id"]);
    let delete = format!("/api/tweets/manage_tweet/{}/", text(&home[1], "tweet_id"));
    raven.send("DELETE", &delete, None).await.with_status(202);
    assert_eq!(tweet_ids(&raven.list("/api/tweets/tweets_list/").await), tweet_ids(&home[..1]));
    raven.send("GET", &path, None).await.with_status(404);
}

#[tokio::test]
async fn a_user_likes_saves_retweets_and_replies() {
    let (author, reader) = (Raven::sign_up("Corvus").await, Raven::sign_up("Edgar").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let path = format!("/api/tweets/get_tweet/{tweet}/");
    for liked in [true, false, true] {
        reader.press(&format!("/api/tweets/liked_tweets_list/{tweet}/")).await;
        assert_eq!(reader.get(&path).await["liked"], liked);
    }
    reader.press(&format!("/api/tweets/saved_tweets_list/{tweet}/")).await;
    reader.send("POST", &format!("/api/tweets/retweet_list/{tweet}/"), None).await.with_status(202);
    let reply = text(&reader.reply(&tweet, "Quoth the raven").await, "reply_id");
    let counted = eventually("the counts follow", async || {
        let shown = reader.get(&path).await;
        (card(&shown) == ("Corvus".to_owned(), "Nevermore".to_owned(), false, 1, 1, 1, 1)).then_some(shown)
    })
    .await;
    assert_eq!([&counted["liked"], &counted["retweeted"], &counted["saved"]], [true, true, true]);
    // The page of the tweet: who likes it, who retweeted it, and the replies.
    let reader_brief = |list: Vec<Value>| {
        list.iter().map(|person| (text(person, "username"), text(person, "alias"))).collect::<Vec<_>>()
    };
    let reader_shown = vec![(reader.username(), "Edgar".to_owned())];
    for path in ["get_tweet_like_list", "retweet_list"] {
        let path = format!("/api/tweets/{path}/{tweet}/");
        eventually("the list has the reader", async || {
            (reader_brief(author.list(&path).await) == reader_shown).then_some(())
        })
        .await;
    }
    let replies = format!("/api/tweets/replies/replies_list/{tweet}/");
    eventually("the reply is there", async || (!author.list(&replies).await.is_empty()).then_some(())).await;
    author.press(&format!("/api/tweets/replies/liked_replies_list/{reply}/")).await;
    let shown = &author.list(&replies).await[0];
    assert_eq!((text(shown, "content"), text(shown, "alias")), ("Quoth the raven".to_owned(), "Edgar".to_owned()));
    assert_eq!((&shown["liked"], &shown["number_of_likes"], &shown["media"]), (&json!(true), &json!(1), &json!(false)));
    // The bookmarks.
    assert_eq!(tweet_ids(&reader.list("/api/tweets/get_saved_tweets/").await), [&*tweet]);
    reader.press(&format!("/api/tweets/saved_tweets_list/{tweet}/")).await;
    assert!(reader.list("/api/tweets/get_saved_tweets/").await.is_empty());
}

#[tokio::test]
async fn a_user_finds_follows_and_looks_at_a_profile() {
    let (author, reader) = (Raven::sign_up("Corvus corax").await, Raven::sign_up("Edgar").await);
    let tweet = text(&author.tweet("Nevermore").await, "tweet_id");
    let with_picture = author.tweet_with_picture("Look", "https://example.com/a.png").await;
    let with_picture = text(&with_picture, "tweet_id");
    let other = text(&reader.tweet("Once upon a midnight").await, "tweet_id");
    author.reply(&other, "dreary").await;
    author.press(&format!("/api/tweets/liked_tweets_list/{other}/")).await;
    let found = eventually("the index has the name", async || {
        let body = json!({"search_input": format!("@{}", author.username())});
        let found = reader.send("POST", "/api/profiles/search/", Some(body)).await.with_status(200).json();
        found[0].is_object().then(|| found[0].clone())
    })
    .await;
    let id = text(&found, "user_id");
    let profile = format!("/api/profiles/view_profile/{id}/");
    assert_eq!(reader.get(&profile).await["following"], false);
    reader.press(&format!("/api/profiles/follow_status/{}/", text(&found, "id"))).await;
    let shown = reader.get(&profile).await;
    assert_eq!((&shown["following"], &shown["number_of_followers"]), (&json!(true), &json!(1)));
    // The tabs of the profile.
    let tweets = reader.list(&format!("/api/tweets/get_tweets/{id}/")).await;
    assert_eq!(tweet_ids(&tweets), [with_picture.clone(), tweet.clone()]);
    let both = sorted(reader.list(&format!("/api/tweets/replies/get_user_tweets_and_replies/{id}/")).await);
    assert_eq!(text(&both[0]["reply"], "content"), "dreary");
    assert_eq!(text(&both[0]["tweet"], "tweet_id"), other);
    assert_eq!(tweet_ids(&both[1..]), [with_picture.clone(), tweet]);
    assert_eq!(tweet_ids(&reader.list(&format!("/api/tweets/get_user_media/{id}/")).await), [with_picture]);
    assert_eq!(tweet_ids(&reader.list(&format!("/api/tweets/get_liked/{id}/")).await), [other]);
    let followers = format!("/api/profiles/get_followers/{id}/");
    eventually("the follower is listed", async || {
        let list = reader.list(&followers).await;
        (list.len() == 1 && list[0]["user_id"] == reader.user["user_id"]).then_some(())
    })
    .await;
    let following = reader.list(&format!("/api/profiles/get_following/{}/", reader.id())).await;
    assert_eq!(text(&following[0], "username"), author.username());
    // The followed author's tweets come to the home page, and go when the follow ends.
    let count = async || reader.list("/api/tweets/tweets_list/").await.len();
    eventually("the home page has three", async || (count().await == 3).then_some(())).await;
    reader.press(&format!("/api/profiles/follow_status/{id}/")).await;
    assert_eq!(count().await, 1);
}
