//! The explore page: everybody's newest and best liked tweets, and whom to follow. On a local AWS of its own, so that the
//! test knows everybody.

use e2e::{Answer, Event, Function, OwnAws, PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

use super::client::{text, tweet_ids};

/// A user, by id and access token.
struct User {
    id: String,
    access: String,
    username: String,
}

/// The functions that take part.
struct World {
    service: Service,
    auth: Function,
    tweets: Function,
    profiles: Function,
    feed: Function,
    worker: Function,
    _aws: OwnAws,
}

impl World {
    fn start() -> Self {
        let aws = OwnAws::start();
        let function = |name| Function::start(&aws.service, name);
        Self {
            service: aws.service.clone(),
            auth: function("auth"),
            tweets: function("tweets"),
            profiles: function("profiles"),
            feed: function("feed"),
            worker: function("worker"),
            _aws: aws,
        }
    }

    fn user(&self) -> User {
        let username = unique("raven");
        let body = json!({"username": username, "password": PASSWORD});
        let answer = self.auth.answer(&Event::new("POST", "/api/auth/signup/").json(&body).into_json());
        let access = answer.with_status(201).field("access");
        User { id: claims_of(&access)["user_id"].as_str().unwrap().to_owned(), access, username }
    }

    fn ask(&self, user: &User, method: &str, path: &str, body: Option<Value>) -> Answer {
        let function = if path.starts_with("/api/tweets/") { &self.tweets } else { &self.profiles };
        let event = Event::new(method, path).header("authorization", &format!("JWT {}", user.access));
        let event = match body {
            Some(body) => event.json(&body),
            None => event,
        };
        function.answer(&event.into_json())
    }

    fn list(&self, user: &User, path: &str) -> Vec<Value> {
        self.ask(user, "GET", path, None).with_status(200).json().as_array().unwrap().clone()
    }

    fn tweet(&self, user: &User, picture: bool) -> String {
        let link = if picture { "https://example.com/a.png" } else { "" };
        let body = json!({"content": "Nevermore", "media_url": link});
        text(&self.ask(user, "POST", "/api/tweets/tweets_list/", Some(body)).with_status(201).json(), "tweet_id")
    }

    /// The edge from a user, as the stream reports it to `feed`.
    async fn report(&self, pk: String, state: &str, attribute: &str) {
        let edge = self.service.dynamodb().get("SocialTable", &pk, state).await;
        let id = edge[attribute]["S"].as_str().unwrap().to_owned();
        let sk = format!("{}#{id}", attribute.to_uppercase());
        let item = self.service.dynamodb().get("SocialTable", &pk, &sk).await;
        let change = json!({"SequenceNumber": "1", "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
            "ApproximateCreationDateTime": 1_800_000_000.0, "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": item});
        let record = json!({"eventID": id, "eventName": "INSERT", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": "us-east-1", "dynamodb": change});
        let output: Value = serde_json::from_slice(&self.feed.output(&json!({"Records": [record]}))).unwrap();
        assert_eq!(output["batchItemFailures"], json!([]));
    }

    async fn follow(&self, user: &User, other: &User) {
        let path = format!("/api/profiles/follow_status/{}/", other.id);
        self.ask(user, "PUT", &path, None).with_status(202);
        self.report(format!("U#{}", user.id), &format!("RELATION#{}", other.id), "follow").await;
    }

    async fn like(&self, user: &User, tweet: &str) {
        self.ask(user, "PUT", &format!("/api/tweets/liked_tweets_list/{tweet}/"), None).with_status(202);
        self.report(format!("W#{}", user.id), &format!("REACTION#{tweet}"), "like").await;
    }

    fn block(&self, user: &User, other: &User) {
        self.ask(user, "POST", &format!("/api/profiles/{}/block/", other.id), Some(json!({}))).with_status(200);
    }

    fn minute_passes(&self) {
        let event = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let _ = self.worker.output(&event);
    }
}

#[tokio::test]
async fn the_explore_page_shows_everybodys_tweets_and_ones_own_at_once() {
    let world = World::start();
    let (author, reader, blocked) = (world.user(), world.user(), world.user());
    for path in ["get_latest", "get_top", "get_explore_media"] {
        assert!(world.list(&reader, &format!("/api/tweets/{path}/")).is_empty(), "{path} of nothing");
    }
    let mut tweets: Vec<String> = (0..3).map(|number| world.tweet(&author, number == 1)).collect();
    let own = world.tweet(&reader, true);
    assert_eq!(tweet_ids(&world.list(&reader, "/api/tweets/get_latest/")), [&*own]);
    assert_eq!(tweet_ids(&world.list(&reader, "/api/tweets/get_explore_media/")), [&*own]);
    world.like(&reader, &tweets[0]).await;
    world.minute_passes();
    tweets.push(own.clone());
    let newest: Vec<String> = tweets.iter().rev().cloned().collect();
    let latest = world.list(&reader, "/api/tweets/get_latest/");
    assert_eq!(tweet_ids(&latest), newest, "the own tweet is there once");
    assert_eq!((&latest[3]["liked"], &latest[3]["number_of_likes"]), (&json!(true), &json!(1)));
    let top = tweet_ids(&world.list(&reader, "/api/tweets/get_top/"));
    assert_eq!((&top[0], top.len()), (&tweets[0], 4), "the liked one is first");
    let media = tweet_ids(&world.list(&reader, "/api/tweets/get_explore_media/"));
    assert_eq!(media, [own.clone(), tweets[1].clone()]);
    // What is hidden or deleted is left out when the page is read.
    world.block(&author, &blocked);
    for path in ["get_latest", "get_top"] {
        assert_eq!(tweet_ids(&world.list(&blocked, &format!("/api/tweets/{path}/"))), [&*own], "{path}");
    }
    world.ask(&author, "DELETE", &format!("/api/tweets/manage_tweet/{}/", tweets[0]), None).with_status(202);
    assert!(!tweet_ids(&world.list(&reader, "/api/tweets/get_latest/")).contains(&tweets[0]));
    assert!(!tweet_ids(&world.list(&reader, "/api/tweets/get_top/")).contains(&tweets[0]));
}

#[tokio::test]
async fn whom_to_follow_are_the_most_followed_with_those_of_ones_own_who_follow_them() {
    let world = World::start();
    let (me, star, other, friend) = (world.user(), world.user(), world.user(), world.user());
    world.follow(&me, &friend).await;
    world.follow(&friend, &star).await;
    world.follow(&other, &star).await;
    world.follow(&star, &other).await;
    for path in ["most_popular", "who_to_follow"] {
        assert!(world.list(&me, &format!("/api/profiles/{path}/")).is_empty(), "before the first minute");
    }
    world.minute_passes();
    let related = json!([{"id": friend.id, "username": friend.username}]);
    for path in ["most_popular", "who_to_follow"] {
        let people = world.list(&me, &format!("/api/profiles/{path}/"));
        let ids: Vec<String> = people.iter().map(|person| text(person, "user_id")).collect();
        assert_eq!(ids, [star.id.clone(), other.id.clone()], "not whom one follows, nor oneself");
        assert_eq!((&people[0]["number_of_followers"], &people[0]["related"]), (&json!(2), &related));
        assert_eq!((&people[1]["number_of_followers"], &people[1]["related"]), (&json!(1), &json!([])));
    }
    // A follow and a block count at once.
    world.ask(&me, "PUT", &format!("/api/profiles/follow_status/{}/", star.id), None).with_status(202);
    world.block(&other, &me);
    assert!(world.list(&me, "/api/profiles/who_to_follow/").is_empty());
}
