//! The costs of tweets, comments and reactions: the same with eighty as with ten thousand.

use aviary_model::{CommentId, EdgeId, Timestamp, TweetId, TweetText, UserId};
use aviary_store::{Comment, Comments, Edited, PageKeys, PageReads, Reaction, Reactions, ReplyTo, Tweet};
use aviary_telemetry::{Cost, Meter};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::StreamExt;

use crate::fixture::{Item, NOW, Random, Store};

const FEW: i64 = 80;
/// Writing these items takes most of this test's time.
const MANY: i64 = 10_000;
const PAGE: i32 = 5;

/// An author with `size` tweets. A fan likes each of them, and all are replies to one tweet with as many likes. Tags
/// and comments use the same kinds of lists.
struct Crowd {
    store: Store,
    reactions: Reactions,
    comments: Comments,
    author: UserId,
    fan: UserId,
    parent: Tweet,
    first: Tweet,
}

fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + n)
}

fn words(text: &str) -> TweetText {
    TweetText::parse(text).unwrap()
}

fn tweet(author: UserId, message: &str, n: i64) -> Tweet {
    Tweet::new(TweetId::new(at(n), &Random).unwrap(), author, words(message), at(n))
}

fn comment(author: UserId, on: &Tweet) -> Comment {
    Comment {
        id: CommentId::new(NOW, &Random).unwrap(),
        author,
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

/// A copy of an item with other ids. Its shard in a list follows from the id `by`.
fn like(pattern: &Item, ids: &[(String, String)], by: Option<[u8; 16]>) -> Item {
    let item = pattern.iter().map(|(name, value)| {
        let AttributeValue::S(text) = value else { return (name.clone(), value.clone()) };
        let mut text = ids.iter().fold(text.clone(), |text, (old, new)| text.replace(old, new));
        if let ("list_pk", Some(by)) = (&**name, by) {
            text.replace_range(text.len() - 1.., &(by[15] % 4).to_string());
        }
        (name.clone(), AttributeValue::S(text))
    });
    item.collect()
}

impl Crowd {
    async fn of(size: i64) -> Self {
        let store = Store::start().await;
        let (author, fan) = (store.registered("author").await.id, store.registered("fan").await.id);
        let (reactions, comments) = (Reactions::new(&store.social), Comments::new(&store.social));
        let parent = tweet(author, "what?", 0);
        store.tweets.create(&parent, &[], None).await.unwrap();
        let in_reply_to = Some(ReplyTo { tweet: parent.id, author });
        let first = Tweet { in_reply_to, ..tweet(author, "#tag", 0) };
        store.tweets.create(&first, &[], None).await.unwrap();
        let crowd = Self { store, reactions, comments, author, fan, parent, first };
        crowd.gather(size).await;
        crowd
    }

    async fn raw(&self, pk: String, sk: String) -> Item {
        self.store.raw_item(&self.store.names.social, &pk, &sk).await.unwrap()
    }

    /// Writes copies of the first item of each kind. They bypass the store, which would be slow.
    async fn gather(&self, size: i64) {
        let Self { author, fan, parent, first, .. } = self;
        let other = UserId::new(NOW, &Random).unwrap();
        self.reactions.put(*fan, Reaction::Like, first, NOW).await.unwrap();
        self.reactions.put(other, Reaction::Like, parent, NOW).await.unwrap();
        let t = format!("T#{}", first.id);
        let tweets = [
            self.raw(t, "TWEET".to_owned()).await,
            self.raw(format!("W#{author}"), format!("TWEET#{}", first.id)).await,
        ];
        let like_of = async |user: &UserId, tweet: &Tweet| {
            let id = self.reactions.by(*user, tweet.id).await.unwrap().like.unwrap();
            self.raw(format!("W#{user}"), format!("LIKE#{id}")).await
        };
        let (edge, liked) = (like_of(fan, first).await, like_of(&other, parent).await);
        let edge_of = |item: &Item| item["list_sk"].as_s().unwrap().clone();
        let mut items = Vec::new();
        for n in 1..size {
            let id = TweetId::new(at(n), &Random).unwrap();
            let new_edge = EdgeId::new(at(n), &Random).unwrap().to_string();
            let person = UserId::new(at(n), &Random).unwrap();
            let renamed = (first.id.to_string(), id.to_string());
            items.extend(
                tweets.iter().map(|item| like(item, std::slice::from_ref(&renamed), Some(id.uuid().into_bytes()))),
            );
            items.push(like(&edge, &[renamed, (edge_of(&edge), new_edge.clone())], None));
            let by = Some(person.uuid().into_bytes());
            items.push(like(&liked, &[(other.to_string(), person.to_string()), (edge_of(&liked), new_edge)], by));
        }
        self.write(items).await;
    }

    async fn write(&self, items: Vec<Item>) {
        let put = |item| PutRequest::builder().set_item(Some(item)).build().unwrap();
        let writes: Vec<WriteRequest> =
            items.into_iter().map(|item| WriteRequest::builder().put_request(put(item)).build()).collect();
        let calls = writes.chunks(25).map(|writes| {
            let call = self.store.raw.batch_write_item().request_items(&self.store.names.social, writes.to_vec());
            async move { assert!(call.send().await.unwrap().unprocessed_items.unwrap_or_default().is_empty()) }
        });
        futures_util::stream::iter(calls).buffer_unordered(4).collect::<()>().await;
    }

    /// Runs every operation and measures its cost.
    async fn costs(&self) -> Vec<(&'static str, Cost)> {
        let Self { store, reactions, comments, author, fan, parent, first } = self;
        let mut costs = Vec::new();
        macro_rules! measure {
            ($name:literal, $operation:expr) => {{
                let meter = Meter::default();
                let result = meter.scope(async { $operation.await.unwrap() }).await;
                costs.push(($name, meter.cost()));
                result
            }};
        }
        let page = measure!("by author", store.tweets.by_author(*author, None, PAGE));
        assert_eq!(page.entries.len(), 5);
        let found = measure!("replies", store.tweets.replies(parent.id, None, PAGE));
        assert_eq!(found.entries.len(), 5);
        let likers = measure!("likes", reactions.of_tweet(Reaction::Like, parent.id, None, PAGE));
        let mine = measure!("liked by", reactions.by_user(*fan, Reaction::Like, None, PAGE));
        assert_eq!((likers.entries.len(), mine.entries.len()), (5, 5));
        let page_reads = PageReads::new(&store.social);
        let keys = found.entries.iter().fold(PageKeys::by(Some(*fan)), |keys, (id, by)| keys.tweet(*id, *by));
        measure!("page of tweets", page_reads.read(&keys));
        let mentions = words("@author").mentions();
        measure!("basis", store.tweets.text_context(*fan, (Some(parent.id), None), &mentions));
        let reply = Tweet { in_reply_to: first.in_reply_to, ..tweet(*fan, "#one #two @author", 1) };
        measure!("reply", store.tweets.create(&reply, &[*author], None));
        let edited = measure!("edit", store.tweets.edit(&reply, &words("#one #three"), &[], NOW));
        assert!(matches!(edited, Edited::Done));
        measure!("delete", store.tweets.delete(&reply, &store.jobs, NOW));
        assert!(measure!("like", reactions.put(*fan, Reaction::Like, parent, NOW)));
        let held = measure!("own reactions", reactions.by(*fan, parent.id));
        assert!(measure!("unlike", reactions.remove(*fan, Reaction::Like, parent.id, held)));
        let said = comment(*fan, parent);
        measure!("comment", comments.create(&said, &[], None));
        measure!("like of a comment", reactions.like_comment(*author, &said, NOW));
        measure!("delete of a comment", comments.delete(&said, &store.jobs, NOW));
        costs
    }
}

/// Runs on one thread, so that concurrent calls all begin before the first one ends.
#[tokio::test]
async fn costs_do_not_grow_with_the_number_of_tweets() {
    let (few, many) = (Crowd::of(FEW).await.costs().await, Crowd::of(MANY).await.costs().await);
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        println!("{name}: {many:?}");
        assert_eq!(few, many, "{name}");
        assert_eq!(many.round_trips, 1, "{name}: {many:?}");
        assert!(many.rcu <= 32.0 && many.wcu <= 32.0, "{name}: {many:?}");
    }
}
