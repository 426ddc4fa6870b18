//! Search by the beginning of a name. Every write of a name must keep the index right.

use std::collections::BTreeSet;

use aviary_model::{Alias, NameKey, UserId, Username};
use aviary_store::{AccountChange, PageKeys, PageReads, Profile, ProfileChange, Registration};

use crate::fixture::{NOW, Store, user};

fn alias(text: &str) -> ProfileChange {
    ProfileChange { alias: Some(Alias::parse(text).unwrap()), ..ProfileChange::default() }
}

/// All pages of a search, as a client would see them.
async fn found(store: &Store, query: &str, limit: i32) -> Vec<UserId> {
    let (query, page_reads) = (NameKey::of(query), PageReads::new(&store.social));
    let (mut shown, mut after) = (Vec::new(), None);
    loop {
        let page = store.profiles.search(&query, after.as_deref(), limit).await.unwrap().unwrap();
        let keys = page.entries.iter().fold(PageKeys::by(None), |keys, hit| keys.person(hit.user));
        let data = page_reads.read(&keys).await.unwrap();
        let hits = page.entries.iter();
        shown.extend(
            hits.filter(|hit| data.profile(hit.user).is_some_and(|p| hit.shows(p, &query))).map(|hit| hit.user),
        );
        match page.next {
            Some(next) => after = Some(next),
            None => return shown,
        }
    }
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_username_or_alias() {
    let store = Store::start().await;
    let id = store.registered("Straße.Ada").await.id;
    store.profiles.change(id, &alias("Ïda Lovelace")).await.unwrap();
    for query in ["s", "STRASSE", "straße.a", "ｓｔｒａ", "ï", "I\u{308}DA ", "ïda love"] {
        assert_eq!(found(&store, query, 5).await, [id], "{query}");
    }
    for query in ["trasse", "ada", "lovelace", "straßx", "ida", "#", "ïda lovelace.", "\0"] {
        assert!(found(&store, query, 5).await.is_empty(), "{query}");
    }
}

/// The users that the index returns, whether they are shown or not.
async fn indexed(store: &Store, query: &str) -> Vec<UserId> {
    let page = store.profiles.search(&NameKey::of(query), None, 5).await.unwrap().unwrap();
    page.entries.into_iter().map(|hit| hit.user).collect()
}

#[tokio::test]
async fn the_index_follows_every_change_of_a_name() {
    let store = Store::start().await;
    let account = store.registered("ada").await;
    let id = account.id;
    let nobody: [UserId; 0] = [];
    let named = user("byron", None);
    let mut profile = Profile::new(named.id, named.username.clone(), NOW);
    profile.alias = Alias::parse("Lord B.").unwrap();
    let first = Registration::new(&store.accounts, &store.credentials, &store.profiles, named.clone(), profile);
    first.commit().await.unwrap();
    assert_eq!((indexed(&store, "byr").await, indexed(&store, "lord").await), (vec![named.id], vec![named.id]));
    store.profiles.change(id, &alias("Countess")).await.unwrap();
    assert_eq!(indexed(&store, "count").await, [id]);
    store.profiles.change(id, &alias("Lady")).await.unwrap();
    assert_eq!((indexed(&store, "count").await, indexed(&store, "la").await), (nobody.to_vec(), vec![id]));
    store.profiles.change(id, &alias("")).await.unwrap();
    assert_eq!(indexed(&store, "la").await, nobody);
    store.profiles.change(id, &alias("Again")).await.unwrap();
    store.profiles.delete_for_service(id).await.unwrap();
    assert_eq!(indexed(&store, "again").await, nobody);
    let change = AccountChange { username: Some(Username::parse("Augusta").unwrap()), ..AccountChange::default() };
    let renamed = store.tables().change(&account, &change, NOW).await.unwrap();
    assert_eq!((indexed(&store, "ada").await, indexed(&store, "aug").await), (nobody.to_vec(), vec![id]));
    let purge = store.job(aviary_store::Task::Purge { user: id, round: 0 });
    store.profiles.change(id, &alias("August")).await.unwrap();
    assert_eq!(indexed(&store, "aug").await, [id, id]);
    store.tables().delete(&renamed, &[purge], None, NOW).await.unwrap();
    assert_eq!(indexed(&store, "aug").await, nobody);
}

#[tokio::test]
async fn a_user_with_two_matching_names_is_found_once() {
    let store = Store::start().await;
    let mut all = BTreeSet::new();
    for n in 0..6 {
        let id = store.registered(&format!("wren{n}")).await.id;
        // An alias equal to the name, one with the same beginning, and a different one.
        let text = &[format!("WREN{n}"), format!("wren the {n}th"), format!("Nobody {n}")][n % 3];
        store.profiles.change(id, &alias(text)).await.unwrap();
        all.insert(id);
    }
    for limit in 1..=13 {
        let found = found(&store, "wren", limit).await;
        assert_eq!((found.len(), found.into_iter().collect::<BTreeSet<_>>()), (6, all.clone()), "by {limit}");
    }
}

#[tokio::test]
async fn the_longest_names_are_indexed_and_compared_whole() {
    let store = Store::start().await;
    let (first, second) = (format!("{}a", "u".repeat(149)), format!("{}b", "u".repeat(149)));
    let (a, b) = (store.registered(&first).await.id, store.registered(&second).await.id);
    assert_eq!(found(&store, &"u".repeat(149), 5).await.len(), 2);
    assert_eq!(found(&store, &first, 5).await, [a]);
    assert_eq!(found(&store, &second, 1).await, [b]);
    // Case folding and normalisation turn one of these characters into eighteen.
    store.profiles.change(a, &alias(&"\u{fdfa}".repeat(20))).await.unwrap().unwrap();
    assert_eq!(found(&store, "\u{fdfa}", 5).await, [a]);
    store.profiles.change(a, &alias(&"\u{fdfa}".repeat(150))).await.unwrap().unwrap();
    assert!(found(&store, &"v".repeat(300), 5).await.is_empty());
}

#[tokio::test]
async fn a_cursor_of_another_search_is_invalid() {
    let store = Store::start().await;
    let id = store.registered("ada").await.id;
    let query = NameKey::of("ad");
    for place in ["", "x", "ada", &format!("b#{id}"), &format!("ad{}#{id}", "a".repeat(3_000))] {
        assert!(store.profiles.search(&query, Some(place), 5).await.unwrap().is_none(), "{place}");
    }
    let last = store.profiles.search(&query, Some(&format!("ada#{id}")), 5).await.unwrap().unwrap();
    assert!(last.entries.is_empty() && last.next.is_none());
    assert!(user("ada", None).id != id);
}

#[tokio::test]
async fn a_cursor_outside_of_the_searched_range_is_invalid() {
    let store = Store::start().await;
    let id = user("ada", None).id;
    let beyond = format!("ad\u{10ffff}x#{id}");
    for place in [&*beyond, "ad", &format!("b#{id}"), &format!("ad{}#{id}", "a".repeat(5_000))] {
        let page = store.profiles.search(&NameKey::of("ad"), Some(place), 5).await.unwrap();
        assert!(page.is_none(), "{place:?}");
    }
    let place = format!("ada#{id}");
    assert!(store.profiles.search(&NameKey::of("ad"), Some(&place), 5).await.unwrap().is_some());
}
