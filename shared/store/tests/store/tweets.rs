//! Tweets: written once, removed by their author only.

use aviary_model::{AltText, MediaId, TweetId, TweetText, UserId};
use aviary_store::{Media, Tweet};

use crate::fixture::{NOW, Random, Store, number, text};

fn tweet() -> Tweet {
    let media = Media {
        id: MediaId::new(NOW, &Random).unwrap(),
        key: "public/t/picture.jpg".to_owned(),
        width: 640,
        height: 480,
        alt: AltText::parse("a bird").unwrap(),
    };
    Tweet {
        id: TweetId::new(NOW, &Random).unwrap(),
        author: UserId::new(NOW, &Random).unwrap(),
        message: TweetText::parse("héllo 🐦").unwrap(),
        media: vec![media],
        likes: 0,
        comments: 0,
        retweets: 0,
        created_at: NOW,
    }
}

/// Tweets have no equality of their own; what they serialise to has.
fn all_of(tweet: &Tweet) -> String {
    format!("{tweet:?}")
}

#[tokio::test]
async fn a_tweet_is_read_as_it_was_written() {
    let store = Store::start().await;
    let (tweet, other) = (tweet(), tweet());
    store.tweets.create(&tweet, None).await.unwrap();
    let found = store.tweets.by_id(tweet.id).await.unwrap().unwrap();
    assert_eq!(all_of(&found), all_of(&tweet));
    assert!(store.tweets.by_id(other.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tweet_without_text_or_without_media_is_one_too() {
    let store = Store::start().await;
    let silent = Tweet { message: TweetText::default(), ..tweet() };
    let plain = Tweet { media: Vec::new(), ..tweet() };
    for tweet in [silent, plain] {
        store.tweets.create(&tweet, None).await.unwrap();
        let found = store.tweets.by_id(tweet.id).await.unwrap().unwrap();
        assert_eq!(all_of(&found), all_of(&tweet));
    }
}

#[tokio::test]
async fn a_tweet_is_in_the_administrations_list() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, None).await.unwrap();
    let id = tweet.id.to_string();
    let item = store.raw_item(&store.names.social, &format!("T#{id}"), "TWEET").await.unwrap();
    let shard = format!("TWEETS#{}", id.chars().last().unwrap());
    assert_eq!((&item["time_pk"], &item["time_sk"]), (&text(&shard), &text(&id)));
}

#[tokio::test]
async fn creating_the_same_tweet_twice_makes_one() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, None).await.unwrap();
    store.tweets.create(&tweet, None).await.unwrap();
    assert_eq!(store.items().await, 1);
    assert_eq!(all_of(&store.tweets.by_id(tweet.id).await.unwrap().unwrap()), all_of(&tweet));
}

/// A repetition may come late: when the first answer was lost, the tweet may have been liked since.
#[tokio::test]
async fn creating_the_same_tweet_again_resets_no_counter() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, None).await.unwrap();
    let pk = format!("T#{}", tweet.id);
    let mut item = store.raw_item(&store.names.social, &pk, "TWEET").await.unwrap();
    item.insert("likes".to_owned(), number(3));
    store.raw_put(&store.names.social, item).await;

    store.tweets.create(&tweet, None).await.unwrap();
    assert_eq!(store.tweets.by_id(tweet.id).await.unwrap().unwrap().likes, 3);
}

#[tokio::test]
async fn only_its_author_removes_a_tweet_and_only_once() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, None).await.unwrap();
    let stranger = UserId::new(NOW, &Random).unwrap();

    assert!(!store.tweets.delete(tweet.id, stranger).await.unwrap());
    assert!(store.tweets.by_id(tweet.id).await.unwrap().is_some());
    assert!(store.tweets.delete(tweet.id, tweet.author).await.unwrap());
    assert!(store.tweets.by_id(tweet.id).await.unwrap().is_none());
    assert!(!store.tweets.delete(tweet.id, tweet.author).await.unwrap());
    assert_eq!(store.items().await, 0);
}
