//! Tweets: creation with list entries, edits, and deletion with a job.

use aviary_model::{AltText, MediaId, Tag, TweetId, TweetText, UserId};
use aviary_store::{Edited, Media, MediaKind, ReplyTo, Task, Tweet, WriteError};

use crate::fixture::{NOW, Random, Store, number, text};

fn words(text: &str) -> TweetText {
    TweetText::parse(text).unwrap()
}

fn somebody() -> UserId {
    UserId::new(NOW, &Random).unwrap()
}

fn says(author: UserId, message: &str) -> Tweet {
    Tweet::new(TweetId::new(NOW, &Random).unwrap(), author, words(message), NOW)
}

fn tweet() -> Tweet {
    let media = Media {
        id: MediaId::new(NOW, &Random).unwrap(),
        kind: MediaKind::Image,
        key: "public/t/picture.jpg".to_owned(),
        width: 640,
        height: 480,
        alt: AltText::parse("a bird").unwrap(),
        thumbnail: None,
        blurhash: None,
        state: aviary_store::MediaState::Ready,
        direct: false,
    };
    Tweet { media: vec![media], ..says(somebody(), "héllo 🐦") }
}

/// Makes tweets comparable, since they do not implement `PartialEq`.
fn all_of(tweet: &Tweet) -> String {
    format!("{tweet:?}")
}

/// Writes the flag that a block of `user` by `other` leaves.
async fn blocked_by(store: &Store, user: UserId, other: UserId) {
    let mut relation = crate::fixture::key(&format!("U#{user}"), &format!("RELATION#{other}"));
    relation.insert("blocked_by".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(true));
    store.raw_put(&store.names.social, relation).await;
}

#[tokio::test]
async fn a_tweet_is_read_as_it_was_written() {
    let store = Store::start().await;
    let parent = ReplyTo { tweet: TweetId::new(NOW, &Random).unwrap(), author: somebody() };
    let (tweet, other) = (Tweet { in_reply_to: Some(parent), ..tweet() }, tweet());
    store.tweets.create(&tweet, &[], None).await.unwrap();
    let found = store.tweets.by_id(tweet.id).await.unwrap().unwrap();
    assert_eq!(all_of(&found), all_of(&tweet));
    assert!(store.tweets.by_id(other.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tweet_may_lack_text_or_media() {
    let store = Store::start().await;
    let silent = Tweet { message: TweetText::default(), ..tweet() };
    let plain = Tweet { media: Vec::new(), ..tweet() };
    for tweet in [silent, plain] {
        store.tweets.create(&tweet, &[], None).await.unwrap();
        let found = store.tweets.by_id(tweet.id).await.unwrap().unwrap();
        assert_eq!(all_of(&found), all_of(&tweet));
    }
}

#[tokio::test]
async fn a_tweet_is_in_the_index_of_all_tweets_by_time() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, &[], None).await.unwrap();
    let id = tweet.id.to_string();
    let item = store.raw_item(&store.names.social, &format!("T#{id}"), "TWEET").await.unwrap();
    let shard = format!("TWEETS#{}", id.chars().last().unwrap());
    assert_eq!((&item["time_pk"], &item["time_sk"]), (&text(&shard), &text(&id)));
}

#[tokio::test]
async fn creating_the_same_tweet_twice_makes_one() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, &[], None).await.unwrap();
    store.tweets.create(&tweet, &[], None).await.unwrap();
    // The tweet and its two entries in its author's lists.
    assert_eq!(store.items().await, 3);
    assert_eq!(all_of(&store.tweets.by_id(tweet.id).await.unwrap().unwrap()), all_of(&tweet));
}

/// A client may repeat a request late, if it did not get the first response. The tweet may have likes by then.
#[tokio::test]
async fn creating_the_same_tweet_again_resets_no_counter() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, &[], None).await.unwrap();
    let pk = format!("T#{}", tweet.id);
    let mut item = store.raw_item(&store.names.social, &pk, "TWEET").await.unwrap();
    item.insert("likes".to_owned(), number(3));
    store.raw_put(&store.names.social, item).await;

    store.tweets.create(&tweet, &[], None).await.unwrap();
    assert_eq!(store.tweets.by_id(tweet.id).await.unwrap().unwrap().likes, 3);
}

#[tokio::test]
async fn a_tweet_to_a_user_who_blocks_its_author_fails() {
    let store = Store::start().await;
    let (author, other, third) = (somebody(), somebody(), somebody());
    blocked_by(&store, author, other).await;
    let before = store.items().await;
    let parent = ReplyTo { tweet: TweetId::new(NOW, &Random).unwrap(), author: other };
    let reply = Tweet { in_reply_to: Some(parent), ..says(author, "no") };
    let mention = says(author, "@them");
    assert!(matches!(store.tweets.create(&reply, &[], None).await, Err(WriteError::Blocked)));
    assert!(matches!(store.tweets.create(&mention, &[third, other], None).await, Err(WriteError::Blocked)));
    assert_eq!(store.items().await, before);
    // The author's own id and users who block nobody are allowed, even twice.
    let parent = ReplyTo { tweet: parent.tweet, author: third };
    let fine = Tweet { in_reply_to: Some(parent), ..says(author, "yes") };
    store.tweets.create(&fine, &[third, author], None).await.unwrap();
}

#[tokio::test]
async fn pages_of_an_authors_tweets_are_stable_during_writes() {
    let store = Store::start().await;
    let author = somebody();
    let mut ids = Vec::new();
    for second in 0..5 {
        let id = TweetId::new(NOW.plus_seconds(second), &Random).unwrap();
        store.tweets.create(&Tweet { id, ..says(author, "mine") }, &[], None).await.unwrap();
        ids.insert(0, id);
    }
    store.tweets.create(&says(somebody(), "another's"), &[], None).await.unwrap();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.tweets.by_author(author, after, 2).await.unwrap();
        assert!(page.entries.len() <= 2);
        found.extend(page.entries);
        let id = TweetId::new(NOW.plus_seconds(100), &Random).unwrap();
        store.tweets.create(&Tweet { id, ..says(author, "newer") }, &[], None).await.unwrap();
        match page.next {
            Some(next) => after = Some(next.parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(found, ids);
    assert!(store.tweets.with_media(author, None, 9).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn tags_and_replies_are_merged_from_all_shards() {
    let store = Store::start().await;
    let parent = ReplyTo { tweet: TweetId::new(NOW, &Random).unwrap(), author: somebody() };
    let mut replies = Vec::new();
    for second in 0..12 {
        let id = TweetId::new(NOW.plus_seconds(second), &Random).unwrap();
        let reply = Tweet { id, in_reply_to: Some(parent), ..says(somebody(), "#Bird #bird") };
        store.tweets.create(&reply, &[], None).await.unwrap();
        replies.push((id, reply.author));
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.tweets.replies(parent.tweet, after, 5).await.unwrap();
        found.extend(page.entries);
        let Some(next) = page.next else { break };
        after = Some(next.parse().unwrap());
    }
    assert_eq!(found, replies);
    let tagged = store.tweets.tagged(&Tag::parse("BIRD").unwrap(), None, 20).await.unwrap();
    replies.reverse();
    assert_eq!((tagged.entries, tagged.next), (replies, None));
}

#[tokio::test]
async fn an_edit_changes_only_the_text_and_tags_that_were_read() {
    let store = Store::start().await;
    let author = somebody();
    let tweet = says(author, "#old #both");
    store.tweets.create(&tweet, &[], None).await.unwrap();
    let later = NOW.plus_seconds(9);
    let edited = store.tweets.edit(&tweet, &words("#both #new"), &[], later).await.unwrap();
    assert!(matches!(edited, Edited::Done));
    let found = store.tweets.by_id(tweet.id).await.unwrap().unwrap();
    assert_eq!((found.message.as_str(), found.edited_at), ("#both #new", Some(later)));
    for (tag, count) in [("old", 0), ("both", 1), ("new", 1)] {
        let tagged = store.tweets.tagged(&Tag::parse(tag).unwrap(), None, 9).await.unwrap();
        assert_eq!(tagged.entries.len(), count, "{tag}");
    }
    // The stored text is no longer the one that was read.
    match store.tweets.edit(&tweet, &words("late"), &[], later).await.unwrap() {
        Edited::Changed(now) => assert_eq!(now.message.as_str(), "#both #new"),
        other => panic!("{other:?}"),
    }
    let stranger = somebody();
    blocked_by(&store, author, stranger).await;
    let refused = store.tweets.edit(&found, &words("@stranger"), &[stranger], later).await;
    assert!(matches!(refused, Err(WriteError::Blocked)));
    assert!(matches!(store.tweets.edit(&says(author, "none"), &words("x"), &[], later).await, Ok(Edited::Gone)));
}

#[tokio::test]
async fn a_tweet_is_deleted_once_and_leaves_one_job() {
    let store = Store::start().await;
    let tweet = tweet();
    store.tweets.create(&tweet, &[], None).await.unwrap();
    assert!(store.tweets.delete(&tweet, &store.jobs, NOW).await.unwrap());
    assert!(!store.tweets.delete(&tweet, &store.jobs, NOW).await.unwrap());
    assert!(store.tweets.by_id(tweet.id).await.unwrap().is_none());
    assert!(store.tweets.by_author(tweet.author, None, 9).await.unwrap().entries.is_empty());
    assert!(store.tweets.with_media(tweet.author, None, 9).await.unwrap().entries.is_empty());
    assert_eq!(store.items().await, 1, "the job");
    let jobs = store.jobs.due(NOW.plus_seconds(1)).await.unwrap();
    let job = store.jobs.by_id(jobs[0]).await.unwrap().unwrap();
    assert_eq!(job.task, Task::RemoveTweet { author: tweet.author, tweet: tweet.id, media: Vec::new(), round: 0 });
}
