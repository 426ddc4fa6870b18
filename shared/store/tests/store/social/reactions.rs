//! Likes, retweets and saves: a repeated reaction changes nothing.

use aviary_model::{CommentId, Timestamp, TweetId, TweetText, UserId};
use aviary_store::{AnswerTo, Comment, Comments, Edited, Order, Reaction, Reactions, Task, Tweet, WriteError};
use futures_util::future::join_all;
use serde_json::json;

use crate::dynamodb::scripted::{Scripted, cancelled};
use crate::fixture::{NOW, Random, Store, key};

fn somebody() -> UserId {
    UserId::new(NOW, &Random).unwrap()
}

fn words(text: &str) -> TweetText {
    TweetText::parse(text).unwrap()
}

fn tweet(at: Timestamp) -> Tweet {
    Tweet::new(TweetId::new(at, &Random).unwrap(), somebody(), words("hello"), at)
}

fn comment(on: &Tweet) -> Comment {
    Comment {
        id: CommentId::new(NOW, &Random).unwrap(),
        author: somebody(),
        tweet: on.id,
        tweet_author: on.author,
        message: words("indeed"),
        in_reply_to: None,
        likes: 0,
        comments: 0,
        created_at: NOW,
        edited_at: None,
    }
}

async fn blocked_by(store: &Store, user: UserId, other: UserId) {
    let mut relation = key(&format!("U#{user}"), &format!("RELATION#{other}"));
    relation.insert("blocked_by".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(true));
    store.raw_put(&store.names.social, relation).await;
}

#[tokio::test]
async fn a_reaction_reports_whether_it_changed_anything() {
    let store = Store::start().await;
    let reactions = Reactions::new(&store.social);
    let (actor, tweet) = (somebody(), tweet(NOW));
    for reaction in [Reaction::Like, Reaction::Retweet, Reaction::Save] {
        let none = reactions.by(actor, tweet.id).await.unwrap();
        assert!(!reactions.remove(actor, reaction, tweet.id, none).await.unwrap());
        assert!(reactions.put(actor, reaction, &tweet, NOW).await.unwrap());
        assert!(!reactions.put(actor, reaction, &tweet, NOW).await.unwrap());
        assert_eq!(reactions.of_tweet(reaction, tweet.id, None, 9).await.unwrap().entries, [actor]);
        let mine = reactions.by_user(actor, reaction, None, 9).await.unwrap();
        assert_eq!(mine.entries, [(tweet.id, tweet.author)]);
        let held = reactions.by(actor, tweet.id).await.unwrap();
        assert!(reactions.remove(actor, reaction, tweet.id, held).await.unwrap());
        assert!(!reactions.remove(actor, reaction, tweet.id, held).await.unwrap(), "it is gone since it was read");
    }
    assert_eq!(store.items().await, 0);
}

#[tokio::test]
async fn only_one_of_many_concurrent_likes_changes_anything() {
    let store = Store::start().await;
    let reactions = Reactions::new(&store.social);
    let (actor, tweet) = (somebody(), tweet(NOW));
    let likes = (0..20).map(|_| reactions.put(actor, Reaction::Like, &tweet, NOW));
    let changed = join_all(likes).await.into_iter().filter(|changed| *changed.as_ref().unwrap()).count();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn a_users_likes_are_listed_by_time_of_the_like() {
    let store = Store::start().await;
    let reactions = Reactions::new(&store.social);
    let (actor, old, new) = (somebody(), tweet(NOW), tweet(NOW.plus_seconds(1)));
    reactions.put(actor, Reaction::Like, &new, NOW.plus_seconds(2)).await.unwrap();
    reactions.put(actor, Reaction::Like, &old, NOW.plus_seconds(3)).await.unwrap();
    let first = reactions.by_user(actor, Reaction::Like, None, 1).await.unwrap();
    assert_eq!(first.entries, [(old.id, old.author)]);
    let after = first.next.unwrap().parse().unwrap();
    let second = reactions.by_user(actor, Reaction::Like, Some(after), 1).await.unwrap();
    assert_eq!((second.entries, second.next), (vec![(new.id, new.author)], None));
}

#[tokio::test]
async fn a_blocked_user_can_neither_like_nor_comment() {
    let store = Store::start().await;
    let reactions = Reactions::new(&store.social);
    let comments = Comments::new(&store.social);
    let tweet = tweet(NOW);
    let (ours, theirs) = (comment(&tweet), comment(&tweet));
    blocked_by(&store, ours.author, tweet.author).await;
    let refused = |result| assert!(matches!(result, Err(WriteError::Blocked)));
    refused(reactions.put(ours.author, Reaction::Like, &tweet, NOW).await);
    refused(reactions.like_comment(ours.author, &theirs, NOW).await);
    refused(comments.create(&ours, &[], None).await.map(|()| true));
    assert_eq!(store.items().await, 1, "the block");
    let third = somebody();
    blocked_by(&store, theirs.author, third).await;
    refused(comments.create(&theirs, &[third], None).await.map(|()| true));
    comments.create(&theirs, &[ours.author], None).await.unwrap();
    assert!(reactions.like_comment(third, &theirs, NOW).await.unwrap());
    assert!(!reactions.like_comment(third, &theirs, NOW).await.unwrap());
    assert!(reactions.unlike_comment(third, theirs.id).await.unwrap());
}

#[tokio::test]
async fn a_comment_is_listed_edited_and_deleted_with_a_job() {
    let store = Store::start().await;
    let comments = Comments::new(&store.social);
    let tweet = tweet(NOW);
    let comment = comment(&tweet);
    comments.create(&comment, &[], None).await.unwrap();
    comments.create(&comment, &[], None).await.unwrap();
    let listed = comments.of_tweet(tweet.id, Order::OldestFirst, None, 9).await.unwrap();
    assert_eq!(listed.entries, [(comment.id, comment.author)]);
    let edited = comments.edit(&comment, &words("or not"), &[], NOW.plus_seconds(1)).await.unwrap();
    assert!(matches!(edited, Edited::Done));
    let found = comments.by_id(comment.id).await.unwrap().unwrap();
    assert_eq!((found.message.as_str(), found.edited_at), ("or not", Some(NOW.plus_seconds(1))));
    assert!(matches!(comments.edit(&comment, &words("late"), &[], NOW).await, Ok(Edited::Changed(_))));
    assert!(comments.delete(&comment, &store.jobs, NOW).await.unwrap());
    assert!(!comments.delete(&comment, &store.jobs, NOW).await.unwrap());
    assert_eq!(store.items().await, 1, "the job");
    let jobs = store.jobs.due(NOW.plus_seconds(1)).await.unwrap();
    let task = store.jobs.by_id(jobs[0]).await.unwrap().unwrap().task;
    assert!(matches!(task, Task::RemoveComment { comment: id, .. } if id == comment.id));
}

#[tokio::test]
async fn an_answer_is_listed_with_the_tweets_comments_and_checks_the_comments_author() {
    let store = Store::start().await;
    let comments = Comments::new(&store.social);
    let tweet = tweet(NOW);
    let parent = comment(&tweet);
    comments.create(&parent, &[], None).await.unwrap();
    let in_reply_to = Some(AnswerTo { comment: parent.id, author: parent.author });
    let later = CommentId::new(NOW.plus_seconds(1), &Random).unwrap();
    let answer = Comment { id: later, in_reply_to, ..comment(&tweet) };
    comments.create(&answer, &[], None).await.unwrap();
    let both = [(parent.id, parent.author), (answer.id, answer.author)];
    let listed = async |order| comments.of_tweet(tweet.id, order, None, 9).await.unwrap().entries;
    assert_eq!(listed(Order::OldestFirst).await, both);
    assert_eq!(listed(Order::NewestFirst).await, [both[1], both[0]]);
    assert_eq!(comments.by_id(answer.id).await.unwrap().unwrap().in_reply_to, in_reply_to);
    let other = Comment { author: somebody(), ..answer.clone() };
    blocked_by(&store, other.author, parent.author).await;
    let refused = comments.create(&Comment { id: CommentId::new(NOW, &Random).unwrap(), ..other }, &[], None).await;
    assert!(matches!(refused, Err(WriteError::Blocked)), "{refused:?}");
}

#[tokio::test]
async fn a_reaction_is_retried_after_a_conflicting_write() {
    let (actor, tweet) = (somebody(), tweet(NOW));
    let cancelled = cancelled(&["TransactionConflict", "None"]);
    let dynamodb = Scripted::start(vec![cancelled, (200, json!({}))]).await;
    let reactions = Reactions::new(&dynamodb.store.social);
    assert!(reactions.put(actor, Reaction::Like, &tweet, NOW).await.unwrap());
    assert_eq!(dynamodb.requests().len(), 2);
}
