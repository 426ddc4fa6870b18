//! The administration's lists: their orders and pages, and what they cost however long they are.

use aviary_model::{Email, NameKey, TweetId, TweetText, UserId};
use aviary_store::{AccountChange, Order, Tweet};
use aviary_telemetry::Meter;

use crate::fixture::{NOW, Random, Store, user};

#[tokio::test]
async fn users_are_listed_by_time_in_both_orders_page_by_page() {
    let store = Store::start().await;
    let mut users = Vec::new();
    for n in 0..23 {
        users.push(store.registered(&format!("user{n}")).await.id);
    }
    users.sort();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (mut found, mut after): (Vec<UserId>, _) = (Vec::new(), None);
        loop {
            let page = store.accounts.by_time(order, after, 5).await.unwrap();
            assert!(page.entries.len() <= 5);
            found.extend(page.entries);
            match page.next {
                Some(next) => after = Some(next.parse().unwrap()),
                None => break,
            }
        }
        if order == Order::NewestFirst {
            found.reverse();
        }
        assert_eq!(found, users, "{order:?}");
    }
}

#[tokio::test]
async fn a_beginning_finds_names_addresses_and_former_names() {
    let store = Store::start().await;
    let ada = user("Ada", Some("mail@example.com"));
    let adam = user("adam", Some("ada.m@example.com"));
    let bob = user("bob", None);
    for user in [&ada, &adam, &bob] {
        store.register(user).await.unwrap();
    }
    let found = async |begin: &str| {
        let page = store.accounts.by_beginning(&NameKey::of(begin), None, 10, NOW).await.unwrap();
        page.entries.into_iter().map(|hit| (hit.name, hit.user, hit.former)).collect::<Vec<_>>()
    };
    let hit = |name: &str, user: UserId| (name.to_owned(), user, false);
    assert_eq!(found("ADA").await, [hit("ada", ada.id), hit("ada.m@example.com", adam.id), hit("adam", adam.id)]);
    assert_eq!(found("ada.").await, [hit("ada.m@example.com", adam.id)]);
    assert_eq!(found("z").await, []);
    assert_eq!(found("").await.len(), 5);

    let renamed = AccountChange {
        username: Some(aviary_model::Username::parse("robert").unwrap()),
        address: aviary_store::AddressChange::Set(Some(Email::parse("b@example.com").unwrap())),
        ..AccountChange::default()
    };
    store.tables().change(&bob, &renamed, NOW).await.unwrap();
    assert_eq!(found("bob").await, [("bob".to_owned(), bob.id, true)]);
    assert_eq!(found("rob").await, [hit("robert", bob.id)]);
    let after = store.accounts.by_beginning(&NameKey::of("ada"), Some("ada"), 1, NOW).await.unwrap();
    assert_eq!(
        (after.entries[0].name.as_str(), after.next.as_deref()),
        ("ada.m@example.com", Some("ada.m@example.com"))
    );
}

#[tokio::test]
async fn a_page_costs_the_same_however_long_the_list_is() {
    let store = Store::start().await;
    let author = UserId::new(NOW, &Random).unwrap();
    let words = TweetText::parse("hello").unwrap();
    let cost = async || {
        let meter = Meter::default();
        meter.scope(async { store.tweets.by_time(false, Order::NewestFirst, None, 20).await.unwrap() }).await;
        meter.cost()
    };
    for many in [10, 400] {
        for _ in 0..many {
            let tweet = Tweet::new(TweetId::new(NOW, &Random).unwrap(), author, words.clone(), NOW);
            store.tweets.create(&tweet, &[], None).await.unwrap();
        }
        let cost = cost().await;
        assert_eq!((cost.calls, cost.round_trips), (16, 1), "{many}");
        assert!(cost.rcu <= 16.0, "{many}: {cost:?}");
    }
}
