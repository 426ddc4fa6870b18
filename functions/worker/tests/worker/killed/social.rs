//! The same for fan-outs and for removals of tweets with everything that depends on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::{Clock, CommentId, EdgeId, TweetId, TweetText, UserId};
use aviary_store::{
    AnswerTo, Comment, Comments, HomeTimelines, Job, NotificationContent, NotificationKind, Notifications, Patience,
    Reaction, Reactions, Relations, ReplyTo, Task, TimelineEntry, Tweet,
};
use e2e::{AwsCall, Fault};

use super::{ProxiedWorker, RUNS, finish, make_due};
use crate::fixture::{Fixture, Random};

const FOLLOWERS: usize = 5;

/// Whether the call changes something. A death after a call that only reads is the same as one before it.
fn changes(call: &AwsCall) -> bool {
    if call.is_s3() { !call.operation.starts_with("GET") } else { !is_read(&call.operation) }
}

fn is_read(operation: &str) -> bool {
    ["Query", "GetItem", "BatchGetItem"].contains(&operation)
}

impl ProxiedWorker {
    /// A worker that dies at the change with this number, and the count of its changes.
    fn dying_at_change(fixture: &Fixture, at: usize, fault: Fault) -> (Self, Arc<AtomicUsize>) {
        let changed = Arc::new(AtomicUsize::new(0));
        let count = changed.clone();
        let plan = move |_, call: &AwsCall| match changes(call) {
            true => Fault::at(count.fetch_add(1, Ordering::SeqCst) + 1, at, fault.clone()),
            false => Fault::Pass,
        };
        (Self::start(fixture, Box::new(plan)), changed)
    }
}

impl Fixture {
    async fn people(&self, name: &str, count: usize) -> Vec<UserId> {
        let mut people = Vec::new();
        for number in 0..count {
            people.push(self.user(&format!("{name}{number}")).await.id);
        }
        people
    }

    async fn follows(&self, followers: &[UserId], author: UserId) {
        let relations = Relations::new(&self.social());
        for follower in followers {
            relations.follow(*follower, author, EdgeId::new(self.clock.now(), &Random).unwrap()).await.unwrap();
        }
    }

    /// The timeline entries of a tweet.
    async fn entries(&self, tweet: TweetId) -> Vec<String> {
        let sort_key = format!("HOME#{tweet}");
        self.items().await.into_iter().filter(|item| item.contains(&format!(r#""sk":{{"S":"{sort_key}"}}"#))).collect()
    }

    /// All jobs, due or not.
    async fn jobs(&self) -> Vec<Job> {
        let ids = self.tables.jobs.due(self.clock.now().plus_seconds(7 * 86_400)).await.unwrap();
        let mut jobs = Vec::new();
        for id in ids {
            jobs.extend(self.tables.jobs.by_id(id).await.unwrap());
        }
        jobs
    }
}

fn fan_out(tweet: TweetId, author: UserId) -> Task {
    Task::FanOut { user: author, tweet, author, position: tweet.into(), shard: None, after: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_fan_out_writes_each_timeline_once() {
    let fixture = Fixture::start();
    fixture.use_system_time();
    let author = fixture.user("author").await.id;
    let followers = fixture.people("follower", FOLLOWERS).await;
    fixture.follows(&followers, author).await;
    fixture.people("stranger", 1).await;

    let tweet = fixture.tweet(author, 0).await;
    let job = fixture.job(fan_out(tweet, author)).await;
    let mut undisturbed = ProxiedWorker::start(&fixture, Box::new(|_, _| Fault::Pass));
    assert!(undisturbed.run(&fixture, &job).await);
    let calls = undisturbed.calls();
    assert!(calls > FOLLOWERS + 4, "only {calls} calls");

    for at in 1..=calls {
        let tweet = fixture.tweet(author, 0).await;
        let job = fixture.job(fan_out(tweet, author)).await;
        let mut killed =
            ProxiedWorker::start(&fixture, Box::new(move |number, _| Fault::at(number, at, Fault::KillAfter)));
        let survived = killed.run(&fixture, &job).await;
        assert!(!survived || at + 2 > calls, "the worker was not killed at call {at} of {calls}");
        if at % 2 == 1 {
            finish(&fixture, &job).await;
        } else if make_due(&fixture, &job).await {
            assert!(undisturbed.run(&fixture, &job).await);
        }
        assert_eq!(fixture.now(&job).await, None, "not done after {at}");
        let entries = fixture.entries(tweet).await;
        assert_eq!(entries.len(), FOLLOWERS, "after {at}: {entries:#?}");
        for follower in &followers {
            let of_them = entries.iter().filter(|entry| entry.contains(&format!("U#{follower}")));
            assert_eq!(of_them.count(), 1, "after {at}: {entries:#?}");
        }
    }
}

/// A deleted tweet that had dependent items of every kind.
struct DeletedTweet {
    job: Job,
    /// Ids that no item may contain afterwards.
    ids: Vec<String>,
    reply: TweetId,
}

/// Creates a tweet with reactions of two users, and deletes it.
async fn delete_tweet(fixture: &Fixture, [author, one, other]: [UserId; 3]) -> DeletedTweet {
    let (tables, now) = (&fixture.tables, fixture.clock.now());
    let id = fixture.tweet(author, 1).await;
    let tweet = fixture.tweets.by_id(id).await.unwrap().unwrap();
    let (social, feed) = (fixture.social(), fixture.feed());
    let reactions = Reactions::new(&social);
    let comments = Comments::new(&social);
    let notifications = Notifications::new(&social, &feed);
    let home = HomeTimelines::new(&social, &feed);
    let content = |kind, actor, comment| NotificationContent { kind, actor, tweet: Some(id), comment, created_at: now };

    let mut ids = vec![id.to_string()];
    let mut answered = None;
    for reader in [one, other] {
        for reaction in [Reaction::Like, Reaction::Retweet, Reaction::Save] {
            reactions.put(reader, reaction, &tweet, now).await.unwrap();
        }
        let entry = TimelineEntry::tweeted(id, author);
        home.put(reader, &entry, now).await.unwrap();
        let comment = Comment {
            id: CommentId::new(now, &Random).unwrap(),
            author: reader,
            tweet: id,
            tweet_author: author,
            message: TweetText::parse("Look").unwrap(),
            in_reply_to: answered,
            likes: 0,
            comments: 0,
            created_at: now,
            edited_at: None,
        };
        comments.create(&comment, &[], None).await.unwrap();
        answered = Some(AnswerTo { comment: comment.id, author: comment.author });
        reactions.like_comment(author, &comment, now).await.unwrap();
        let contents = [
            content(NotificationKind::Like, reader, None),
            content(NotificationKind::Comment, reader, Some(comment.id)),
        ];
        notifications.notify(author, &contents, now, Patience::Long).await.unwrap();
        notifications
            .notify(reader, &[content(NotificationKind::Like, author, Some(comment.id))], now, Patience::Long)
            .await
            .unwrap();
        ids.push(comment.id.to_string());
    }
    notifications
        .notify(other, &[content(NotificationKind::Mention, author, None)], now, Patience::Long)
        .await
        .unwrap();

    let reply_id = TweetId::new(now, &Random).unwrap();
    let mut reply = Tweet::new(reply_id, one, TweetText::parse("So it is").unwrap(), now);
    reply.in_reply_to = Some(ReplyTo { tweet: id, author });
    fixture.tweets.create(&reply, &[], None).await.unwrap();
    let before: Vec<Job> = fixture.jobs().await;
    assert!(fixture.tweets.delete(&tweet, &tables.jobs, now).await.unwrap());
    let mut jobs = fixture.jobs().await;
    jobs.retain(|job| !before.contains(job));
    assert_eq!(jobs.len(), 1);
    DeletedTweet { job: jobs.remove(0), ids, reply: reply_id }
}

/// All items except inboxes, whose numbers keep growing.
async fn items_but_inboxes(fixture: &Fixture) -> Vec<String> {
    let items = fixture.items().await;
    items.into_iter().filter(|item| !item.contains(r#""sk":{"S":"INBOX"}"#)).collect()
}

impl DeletedTweet {
    /// Asserts that only the reply is left, and that it no longer names its parent.
    async fn assert_gone(&self, fixture: &Fixture, [before, objects]: [&[String]; 2], people: [UserId; 3]) {
        let reply = fixture.tweets.by_id(self.reply).await.unwrap().unwrap();
        assert_eq!(reply.in_reply_to, None);
        let items = items_but_inboxes(fixture).await;
        for id in &self.ids {
            assert_eq!(items.iter().filter(|item| item.contains(id)).collect::<Vec<_>>(), Vec::<&String>::new());
        }
        let own = self.reply.to_string();
        let others: Vec<String> = items.into_iter().filter(|item| !item.contains(&own)).collect();
        assert_eq!(others, before, "other items must stay");
        assert_eq!(fixture.objects().await, objects);
        let notifications = Notifications::new(&fixture.social(), &fixture.feed());
        for person in people {
            assert_eq!(notifications.unread(person, fixture.clock.now()).await.unwrap(), 0);
        }
        // Restores the initial state for the next run.
        let reply = fixture.tweets.by_id(self.reply).await.unwrap().unwrap();
        assert!(fixture.tweets.delete(&reply, &fixture.tables.jobs, fixture.clock.now()).await.unwrap());
    }
}

/// Hands all jobs to the worker until none is left.
async fn finish_all(fixture: &Fixture, worker: &mut ProxiedWorker) {
    for _ in 0..RUNS {
        let jobs = fixture.jobs().await;
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            if make_due(fixture, &job).await {
                assert!(worker.run(fixture, &job).await, "this worker is not killed");
            }
        }
    }
    panic!("after {RUNS} rounds there are still {:?}", fixture.jobs().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_finish_the_removal_of_a_killed_worker() {
    let fixture = Fixture::start();
    fixture.use_system_time();
    let people: [UserId; 3] = fixture.people("person", 3).await.try_into().unwrap();
    fixture.busy_user("stays").await;
    let (before, objects) = (items_but_inboxes(&fixture).await, fixture.objects().await);
    let initial = [before.as_slice(), objects.as_slice()];
    let (mut undisturbed, changed) = ProxiedWorker::dying_at_change(&fixture, 0, Fault::Pass);
    let deleted = delete_tweet(&fixture, people).await;
    assert!(undisturbed.run(&fixture, &deleted.job).await);
    let changes = changed.load(Ordering::SeqCst);
    assert!(changes > 15, "only {changes} changes: the removal does too little to prove anything");
    finish_all(&fixture, &mut undisturbed).await;
    deleted.assert_gone(&fixture, initial, people).await;
    finish_all(&fixture, &mut undisturbed).await;

    for at in 1..=changes {
        let deleted = delete_tweet(&fixture, people).await;
        let (mut killed, _) = ProxiedWorker::dying_at_change(&fixture, at, Fault::KillAfter);
        let survived = killed.run(&fixture, &deleted.job).await;
        assert!(!survived || at + 2 > changes, "the worker was not killed at change {at} of {changes}");
        // The next process dies too, during the rest of the tweet's removal or that of one of its comments.
        let jobs = fixture.jobs().await;
        if let Some(job) = jobs.get(at % jobs.len().max(1)).filter(|_| at % 2 == 0) {
            let (mut killed, _) = ProxiedWorker::dying_at_change(&fixture, 1 + at * 7 % 6, Fault::KillBefore);
            if make_due(&fixture, job).await {
                killed.run(&fixture, job).await;
            }
        }
        finish_all(&fixture, &mut undisturbed).await;
        deleted.assert_gone(&fixture, initial, people).await;
        finish_all(&fixture, &mut undisturbed).await;
    }
}
