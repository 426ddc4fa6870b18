//! `GET /api/tweets/`: the home timeline.

use e2e::acts::people::{block, follow, relate};
use e2e::acts::tweets::react;
use e2e::ids::{id_of, ids_on_all_pages, ids_on_page};
use e2e::{Account, Event, Function, Service, eventually, eventually_is};
use serde_json::json;

const HOME: &str = "/api/tweets/?limit=100";

async fn becomes(service: &Service, reader: &Account, expected: &[&String]) {
    let expected: Vec<String> = expected.iter().map(|id| (*id).clone()).collect();
    eventually_is("the timeline", &expected, async || ids_on_page(service, reader, HOME).await).await;
}

#[tokio::test]
async fn the_timeline_has_own_tweets_at_once_and_none_of_strangers() {
    let service = Service::running();
    let (reader, stranger) = (service.signup().await, service.signup().await);
    assert!(ids_on_page(&service, &reader, HOME).await.is_empty());
    service.tweet(&stranger, "unknown").await;
    let (first, second) = (service.tweet(&reader, "1").await, service.tweet(&reader, "2").await);
    let page = json!({"next": null, "previous": null, "results": [second, first]});
    service.get("/api/tweets").bearer(&reader.access).send().await.is(200, &page);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get("/api/tweets").send().await.unauthorized(&nobody);
    service.delete(&format!("/api/tweets/{}", id_of(&second))).bearer(&reader.access).send().await.with_status(204);
    assert_eq!(ids_on_page(&service, &reader, HOME).await, [id_of(&first)]);
}

#[tokio::test]
async fn tweets_of_an_account_come_and_go_with_the_follow() {
    let service = Service::running();
    let (reader, author) = (service.signup().await, service.signup().await);
    let before = id_of(&service.tweet(&author, "before").await);
    follow(&service, &reader, &author).await;
    let own = id_of(&service.tweet(&reader, "own").await);
    let after = id_of(&service.tweet(&author, "after").await);
    becomes(&service, &reader, &[&after, &own, &before]).await;
    relate(&service, "POST", &reader, "mute", &author.id).await.with_status(200);
    assert_eq!(ids_on_page(&service, &reader, HOME).await, [&*own]);
    relate(&service, "DELETE", &reader, "mute", &author.id).await.with_status(200);
    becomes(&service, &reader, &[&after, &own, &before]).await;
    relate(&service, "DELETE", &reader, "follow", &author.id).await.with_status(200);
    assert_eq!(ids_on_page(&service, &reader, HOME).await, [own]);
}

#[tokio::test]
async fn a_retweet_adds_the_tweet_of_a_stranger_once() {
    let service = Service::running();
    let (reader, friend, stranger) = (service.signup().await, service.signup().await, service.signup().await);
    follow(&service, &reader, &friend).await;
    let strange = id_of(&service.tweet(&stranger, "strange").await);
    let own = id_of(&service.tweet(&reader, "own").await);
    react(&service, "POST", &friend, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&strange, &own]).await;
    // A friend's retweet of the reader's own tweet adds no second entry.
    react(&service, "POST", &friend, &own, "retweet").await.with_status(200);
    let last = id_of(&service.tweet(&friend, "last").await);
    becomes(&service, &reader, &[&last, &strange, &own]).await;
    block(&service, &reader, &stranger).await;
    assert_eq!(ids_on_page(&service, &reader, HOME).await, [last, own]);
}

#[tokio::test]
async fn a_tweet_from_two_sources_stays_while_one_of_them_remains() {
    let service = Service::running();
    let (reader, one, two) = (service.signup().await, service.signup().await, service.signup().await);
    let stranger = service.signup().await;
    for friend in [&one, &two] {
        follow(&service, &reader, friend).await;
    }
    let strange = id_of(&service.tweet(&stranger, "strange").await);
    let marks = [id_of(&service.tweet(&one, "1").await), id_of(&service.tweet(&two, "2").await)];
    becomes(&service, &reader, &[&marks[1], &marks[0]]).await;
    react(&service, "POST", &one, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&strange, &marks[1], &marks[0]]).await;
    let last = id_of(&service.tweet(&two, "3").await);
    react(&service, "POST", &two, &strange, "retweet").await.with_status(200);
    let home = format!("U#{}", reader.id);
    eventually("the second source is stored too", async || {
        let entries = service.dynamodb().mentions("FeedTable", &home).await;
        entries.iter().any(|item| item["sk"]["S"].as_str().unwrap().starts_with("ALSO#")).then_some(())
    })
    .await;
    becomes(&service, &reader, &[&last, &strange, &marks[1], &marks[0]]).await;
    // Neither a mute nor an unfollow removes the tweet while the other source remains.
    relate(&service, "POST", &reader, "mute", &one.id).await.with_status(200);
    becomes(&service, &reader, &[&last, &strange, &marks[1]]).await;
    relate(&service, "DELETE", &reader, "mute", &one.id).await.with_status(200);
    relate(&service, "DELETE", &reader, "follow", &one.id).await.with_status(200);
    becomes(&service, &reader, &[&last, &strange, &marks[1]]).await;
    // The first source undoes its retweet: the entry moves to the time of the second one's.
    react(&service, "DELETE", &one, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&strange, &last, &marks[1]]).await;
    react(&service, "DELETE", &two, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&last, &marks[1]]).await;
}

#[tokio::test]
async fn a_pulled_retweet_is_shown_although_another_entry_is_hidden() {
    let service = Service::running();
    let (reader, friend, star) = (service.signup().await, service.signup().await, service.signup().await);
    let stranger = service.signup().await;
    follow(&service, &reader, &friend).await;
    let strange = id_of(&service.tweet(&stranger, "strange").await);
    react(&service, "POST", &friend, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&strange]).await;
    pull(&service, &reader, &star).await;
    let relation = format!("RELATION#{}", star.id);
    let follow = json!({"pk": {"S": format!("U#{}", reader.id)}, "sk": {"S": relation}, "follow": {"S": star.id}});
    service.dynamodb().put("SocialTable", &follow).await;
    react(&service, "POST", &star, &strange, "retweet").await.with_status(200);
    becomes(&service, &reader, &[&strange]).await;
    relate(&service, "POST", &reader, "mute", &friend.id).await.with_status(200);
    becomes(&service, &reader, &[&strange]).await;
}

#[tokio::test]
async fn an_ended_credential_is_reported_before_a_wrong_cursor() {
    let service = Service::running();
    let account = service.signup().await;
    service.post("/api/auth/user/logout_all/").bearer(&account.access).send().await.with_status(205);
    for path in ["/api/tweets/?cursor=x", "/api/tweets/saved/?cursor=x", "/api/notifications/?cursor=x"] {
        let answer = service.get(path).bearer(&account.access).send().await.with_status(401).json();
        assert_eq!(answer["code"], "token_not_valid", "{path}");
    }
}

#[tokio::test]
async fn paging_skips_and_repeats_nothing_while_others_write() {
    let service = Service::running();
    let (reader, one, two) = (service.signup().await, service.signup().await, service.signup().await);
    for author in [&one, &two] {
        follow(&service, &reader, author).await;
    }
    let mut written = Vec::new();
    for n in 0..9 {
        let author = [&reader, &one, &two][n % 3];
        written.insert(0, id_of(&service.tweet(author, &format!("{n}")).await));
    }
    becomes(&service, &reader, &written.iter().collect::<Vec<_>>()).await;
    let read = ids_on_all_pages(&service, &reader, "/api/tweets/?limit=2", async |_| {
        for author in [&reader, &one] {
            service.tweet(author, "newer").await;
        }
    })
    .await;
    let read: Vec<String> = read.into_iter().filter(|id| written.contains(id)).collect();
    assert_eq!(read, written);
}

/// Marks an author as pulled by this reader, as `feed` does for authors with too many followers.
async fn pull(service: &Service, reader: &Account, author: &Account) {
    let recent = format!("PULL#{}", author.id);
    let pull = json!({
        "pk": {"S": format!("U#{}", reader.id)}, "sk": {"S": recent}, "recent_sk": {"S": recent},
    });
    service.dynamodb().put("FeedTable", &pull).await;
}

#[tokio::test]
async fn pulled_tweets_are_merged_into_the_timeline_once() {
    let service = Service::running();
    let (reader, star, stranger) = (service.signup().await, service.signup().await, service.signup().await);
    let strange = id_of(&service.tweet(&stranger, "strange").await);
    follow(&service, &reader, &star).await;
    let mut written = vec![id_of(&service.tweet(&reader, "own").await)];
    for n in 0..5 {
        written.insert(0, id_of(&service.tweet(&star, &format!("{n}")).await));
    }
    react(&service, "POST", &star, &strange, "retweet").await.with_status(200);
    // Retweets of the reader's own and of the star's own tweet add no second entry.
    for tweet in [&written[0], &written[5]] {
        react(&service, "POST", &star, tweet, "retweet").await.with_status(200);
    }
    written.insert(0, strange.clone());
    becomes(&service, &reader, &written.iter().collect::<Vec<_>>()).await;
    pull(&service, &reader, &star).await;
    let all = async || ids_on_all_pages(&service, &reader, "/api/tweets/?limit=2", async |_| ()).await;
    assert_eq!(all().await, written, "merged with written entries");
    // Merging alone gives the same list.
    for tweet in &written {
        service.dynamodb().delete("FeedTable", &format!("U#{}", reader.id), &format!("HOME#{tweet}")).await;
    }
    assert_eq!(all().await, written, "merged alone");
    let tweets = Function::start(&service, "tweets");
    let home = tweets.invoke(Event::new("GET", "/api/tweets").bearer(&reader.access));
    assert_eq!((home.answer.status, home.round_trips()), (200, 3));
    relate(&service, "POST", &reader, "mute", &star.id).await.with_status(200);
    assert_eq!(ids_on_page(&service, &reader, HOME).await, [written[6].clone()]);
}
