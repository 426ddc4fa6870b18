//! Recounting. No function follows the stream here, so tests set the counters themselves.

use std::time::Duration;

use aviary_model::{CommentId, EdgeId, TweetId, TweetText, UserId};
use aviary_store::{
    AnswerTo, CheckableCounter, Comment, Comments, Count, Counter, Counters, FeedTable, NotificationContent,
    NotificationKind, Notifications, Patience, Reaction, Reactions, Relations, SocialTable, Tweet, Tweets, User,
};
use aws_sdk_dynamodb::types::AttributeValue;
use operate::recount::{Recounting, Summary, recount};

use crate::deployment::{Deployment, config};

const LOOK: Recounting = Recounting { repair: false, pause: Duration::ZERO };
const REPAIR: Recounting = Recounting { repair: true, pause: Duration::ZERO };

/// Two users, a tweet, a comment, and an answer to it by the same user.
struct World {
    deployment: Deployment,
    ada: User,
    bob: User,
    tweet: Tweet,
    comment: Comment,
}

impl World {
    async fn start() -> Self {
        Self::of(Deployment::start()).await
    }

    async fn of(deployment: Deployment) -> Self {
        let (ada, bob) = (deployment.registered("ada").await, deployment.registered("bob").await);
        let now = deployment.operator.clock.now();
        let entropy = deployment.operator.entropy.as_ref();
        let text = |text: &str| TweetText::parse(text).unwrap();
        let tweet = Tweet::new(TweetId::new(now, entropy).unwrap(), bob.id, text("Hello"), now);
        let comment = Comment {
            id: CommentId::new(now, entropy).unwrap(),
            author: ada.id,
            tweet: tweet.id,
            tweet_author: bob.id,
            message: text("Hello too"),
            in_reply_to: None,
            likes: 0,
            comments: 0,
            created_at: now,
            edited_at: None,
        };
        let world = Self { ada, bob, tweet, comment, deployment };
        let social = world.social();
        Tweets::new(&social).create(&world.tweet, &[], None).await.unwrap();
        Comments::new(&social).create(&world.comment, &[], None).await.unwrap();
        let answered = AnswerTo { comment: world.comment.id, author: world.comment.author };
        let id = CommentId::new(now, world.deployment.operator.entropy.as_ref()).unwrap();
        let answer = Comment { id, in_reply_to: Some(answered), ..world.comment.clone() };
        Comments::new(&social).create(&answer, &[], None).await.unwrap();
        world
    }

    /// Ada makes one edge of every counted kind.
    async fn act(&self) {
        let operator = &self.deployment.operator;
        let now = operator.clock.now();
        let relations = Relations::new(&self.social());
        let id = EdgeId::new(now, operator.entropy.as_ref()).unwrap();
        relations.follow(self.ada.id, self.bob.id, id).await.unwrap();
        for reaction in [Reaction::Like, Reaction::Retweet, Reaction::Save] {
            self.reactions().put(self.ada.id, reaction, &self.tweet, now).await.unwrap();
        }
        self.reactions().like_comment(self.ada.id, &self.comment, now).await.unwrap();
        let news = |kind| NotificationContent {
            kind,
            actor: self.ada.id,
            tweet: Some(self.tweet.id),
            comment: None,
            created_at: now,
        };
        let news = [news(NotificationKind::Like), news(NotificationKind::Retweet)];
        Notifications::new(&self.social(), &self.feed()).notify(self.bob.id, &news, now, Patience::Long).await.unwrap();
    }

    fn social(&self) -> SocialTable {
        SocialTable::new(&self.deployment.operator.db, &self.table("AVIARY_SOCIAL_TABLE"))
    }

    fn feed(&self) -> FeedTable {
        FeedTable::new(&self.deployment.operator.db, &self.table("AVIARY_FEED_TABLE"))
    }

    fn reactions(&self) -> Reactions {
        Reactions::new(&self.social())
    }

    /// The counters of those edges, of the tweet and of the comments; twice those that count two.
    fn counters(&self) -> [Counter; 14] {
        [
            Counter::Followers(self.bob.id),
            Counter::Following(self.ada.id),
            Counter::Likes(self.tweet.id),
            Counter::Comments(self.tweet.id),
            Counter::Comments(self.tweet.id),
            Counter::Answers(self.comment.id),
            Counter::Retweets(self.tweet.id),
            Counter::Saves(self.tweet.id),
            Counter::CommentLikes(self.comment.id),
            Counter::Tweets(self.bob.id),
            Counter::Replies(self.ada.id),
            Counter::Replies(self.ada.id),
            Counter::LikesGiven(self.ada.id),
            Counter::LikesGiven(self.ada.id),
        ]
    }

    /// Adds to a counter, as the feed does.
    async fn count(&self, counter: Counter, by: i64) {
        let operator = &self.deployment.operator;
        let event = operator.entropy.secret::<8>().unwrap().expose().to_owned();
        let counters = Counters::new(&self.social(), &self.feed());
        for (_, result) in counters.add(&[Count { event, by: vec![(counter, by)] }], operator.clock.now()).await {
            result.unwrap();
        }
    }

    async fn set_unread(&self, user: UserId, unread: i64) {
        let client = aws_sdk_dynamodb::Client::new(&config(&self.deployment.local.dynamodb_url()));
        let call = client.update_item().table_name(self.table("AVIARY_FEED_TABLE"));
        let call = call.key("pk", AttributeValue::S(format!("U#{user}"))).key("sk", AttributeValue::S("INBOX".into()));
        let call = call.update_expression("SET unread = :n").condition_expression("attribute_exists(pk)");
        call.expression_attribute_values(":n", AttributeValue::N(unread.to_string())).send().await.unwrap();
    }

    fn table(&self, variable: &str) -> String {
        let found = self.deployment.variables.iter().find(|(name, _)| name == variable);
        found.unwrap().1.clone()
    }

    async fn recount(&self, recounting: Recounting) -> (Vec<String>, Summary) {
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let summary = recount(&self.deployment.operator, recounting, &mut out, &mut progress).await.unwrap();
        (String::from_utf8(out).unwrap().lines().map(str::to_owned).collect(), summary)
    }
}

#[tokio::test]
async fn wrong_counters_are_printed_and_repaired() {
    let world = World::start().await;
    world.act().await;
    world.set_unread(world.bob.id, 7).await;
    let (ada, bob, tweet, comment) = (world.ada.id, world.bob.id, world.tweet.id, world.comment.id);
    let mut expected = vec![
        format!("answers to the comment {comment}: 0, should be 1"),
        format!("comments by the user {ada}: 0, should be 2"),
        format!("comments of the tweet {tweet}: 0, should be 2"),
        format!("followers of the user {bob}: 0, should be 1"),
        format!("likes of the comment {comment}: 0, should be 1"),
        format!("likes of the tweet {tweet}: 0, should be 1"),
        format!("retweets of the tweet {tweet}: 0, should be 1"),
        format!("saves of the tweet {tweet}: 0, should be 1"),
        format!("tweets by the user {bob}: 0, should be 1"),
        format!("unread notifications of the user {bob}: 7, should be 2"),
        format!("what the user {ada} likes: 0, should be 2"),
        format!("whom the user {ada} follows: 0, should be 1"),
    ];
    // Two users, a tweet and two comments have twenty counters, Bob's inbox one; Ada has no inbox yet.
    let summary = Summary { counters: 21, wrong: 12, ..Summary::default() };
    // Without repair nothing changes, so the second recount finds the same.
    for _ in 0..2 {
        let (lines, found) = world.recount(LOOK).await;
        assert_eq!(lines, expected);
        assert_eq!(found, Summary { items: found.items, ..summary });
        assert!(!found.is_right());
    }
    expected.iter_mut().for_each(|line| line.push_str("; repaired"));
    let (lines, found) = world.recount(REPAIR).await;
    assert_eq!(lines, expected);
    assert!(found.is_right(), "{found}");
    let (lines, found) = world.recount(LOOK).await;
    assert_eq!((lines.len(), found), (0, Summary { items: found.items, wrong: 0, ..summary }));
}

#[tokio::test]
async fn only_wrong_counters_are_repaired() {
    let world = World::start().await;
    world.act().await;
    for counter in world.counters() {
        world.count(counter, 1).await;
    }
    let (lines, summary) = world.recount(REPAIR).await;
    assert_eq!((lines.len(), summary.wrong), (0, 0), "{lines:?}");

    world.count(Counter::Likes(world.tweet.id), 2).await;
    world.count(Counter::Followers(world.bob.id), -3).await;
    let (lines, summary) = world.recount(REPAIR).await;
    let followers = format!("followers of the user {}: -2, should be 1; repaired", world.bob.id);
    let likes = format!("likes of the tweet {}: 3, should be 1; repaired", world.tweet.id);
    assert_eq!((lines, summary.repaired), (vec![followers, likes], 2));
}

#[tokio::test]
async fn a_changing_counter_is_not_judged() {
    let world = World::start().await;
    world.act().await;
    for counter in world.counters() {
        world.count(counter, 1).await;
    }
    let recounting = Recounting { repair: true, pause: Duration::from_millis(200) };
    let busy = async {
        loop {
            world.count(Counter::Likes(world.tweet.id), 1).await;
        }
    };
    world.count(Counter::Likes(world.tweet.id), 1).await;
    let (lines, summary) = tokio::select! {
        found = world.recount(recounting) => found,
        () = busy => unreachable!(),
    };
    assert_eq!((lines.len(), summary.wrong, summary.moving), (0, 0, 1), "{lines:?}");
    assert!(summary.is_right() && summary.to_string().contains("1 more were changing"), "{summary}");
}

#[tokio::test]
async fn a_lagging_index_is_not_believed() {
    let world = World::of(Deployment::lagging(Duration::from_secs(3_600))).await;
    world.act().await;
    for counter in world.counters() {
        world.count(counter, 1).await;
    }
    world.count(Counter::Likes(world.tweet.id), 1).await;
    world.count(Counter::Followers(world.bob.id), -1).await;
    // The index shows neither the like nor the follow.
    let (lines, summary) = world.recount(REPAIR).await;
    assert_eq!((lines.len(), summary.wrong, summary.moving), (0, 0, 2), "{lines:?}");
}

#[tokio::test]
async fn a_counter_that_changed_since_reading_is_not_set() {
    let world = World::start().await;
    let operator = &world.deployment.operator;
    let likes = CheckableCounter::Edges(Counter::Likes(world.tweet.id));
    world.count(Counter::Likes(world.tweet.id), 2).await;
    let reading = operator.recount.read(likes, operator.clock.now()).await.unwrap().unwrap();
    assert_eq!((reading.stored, reading.there), (2, 0));
    world.count(Counter::Likes(world.tweet.id), 1).await;
    assert!(!operator.recount.set(reading).await.unwrap());
    let now = operator.recount.read(likes, operator.clock.now()).await.unwrap().unwrap();
    assert_eq!(now.stored, 3);
    assert!(operator.recount.set(now).await.unwrap());
    // A missing item has no counter, and gets none.
    let gone =
        CheckableCounter::Edges(Counter::Likes(TweetId::new(operator.clock.now(), operator.entropy.as_ref()).unwrap()));
    assert_eq!(operator.recount.read(gone, operator.clock.now()).await.unwrap(), None);
    assert!(!operator.recount.set(aviary_store::CounterCheck { tallied: gone, ..now }).await.unwrap());
}
