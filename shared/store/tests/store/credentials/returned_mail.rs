//! Tests of the marks of addresses that mails came back from.

use aviary_store::{CredentialsTable, FeedTable, ReturnedMail};
use aviary_telemetry::Meter;

use crate::fixture::{NOW, Store};

const DAYS_90: i64 = 90 * 86_400;

fn returned_mail(store: &Store) -> ReturnedMail {
    let credentials = CredentialsTable::new(&store.db, &store.names.credentials);
    ReturnedMail::new(&credentials, &FeedTable::new(&store.db, &store.names.feed))
}

#[tokio::test]
async fn a_mark_is_of_one_user_and_one_address_and_ends() {
    let store = Store::start().await;
    let marks = returned_mail(&store);
    let (ada, eve) = (store.registered("ada").await.id, store.registered("eve").await.id);
    let event = store.activity("mail_bounced");
    assert!(marks.mark(ada, "hash", NOW, &event).await.unwrap());
    let marked = async |user, hash, seconds| marks.is_marked(user, hash, NOW.plus_seconds(seconds)).await.unwrap();
    assert!(marked(ada, "hash", 0).await && marked(ada, "hash", DAYS_90 - 1).await);
    assert!(!marked(ada, "other", 0).await && !marked(eve, "hash", 0).await && !marked(ada, "hash", DAYS_90).await);
}

#[tokio::test]
async fn a_second_mark_tells_nobody_until_the_first_has_ended() {
    let store = Store::start().await;
    let marks = returned_mail(&store);
    let ada = store.registered("ada").await.id;
    let told = async || store.activities.page(ada, None, 20, NOW).await.unwrap().activities.len();
    for (seconds, is_new, events) in [(0, true, 1), (DAYS_90 - 1, false, 1), (DAYS_90, true, 2)] {
        let event = store.activity("mail_bounced");
        assert_eq!(marks.mark(ada, "hash", NOW.plus_seconds(seconds), &event).await.unwrap(), is_new, "{seconds}");
        assert_eq!(told().await, events, "{seconds}");
    }
}

#[tokio::test]
async fn nobodys_address_is_not_marked() {
    let store = Store::start().await;
    let before = store.items().await;
    let nobody = crate::fixture::user("nobody", None).id;
    assert!(!returned_mail(&store).mark(nobody, "hash", NOW, &store.activity("mail_bounced")).await.unwrap());
    assert_eq!(store.items().await, before);
}

#[tokio::test]
async fn a_look_and_a_mark_are_one_round_trip_each() {
    let store = Store::start().await;
    let marks = returned_mail(&store);
    let ada = store.registered("ada").await.id;
    let (look, mark) = (Meter::default(), Meter::default());
    look.scope(marks.is_marked(ada, "hash", NOW)).await.unwrap();
    mark.scope(marks.mark(ada, "hash", NOW, &store.activity("mail_bounced"))).await.unwrap();
    assert_eq!((look.cost().round_trips, look.cost().rcu), (1, 1.0));
    assert_eq!(mark.cost().round_trips, 1);
}
