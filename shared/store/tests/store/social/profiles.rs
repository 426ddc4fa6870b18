//! Changes of a profile, and which caller learns of a replaced picture.

use std::collections::BTreeSet;

use aviary_model::{Bio, Link, NameKey};
use aviary_store::{Picture, ProfileChange};
use futures_util::future::join_all;

use crate::fixture::{Store, user};

fn bio(text: &str) -> ProfileChange {
    ProfileChange { bio: Some(Bio::parse(text).unwrap()), ..ProfileChange::default() }
}

fn picture(key: &str) -> ProfileChange {
    ProfileChange { picture: Some(Some(Picture::Object(key.to_owned()))), ..ProfileChange::default() }
}

#[tokio::test]
async fn a_change_returns_the_old_profile_and_keeps_other_fields() {
    let store = Store::start().await;
    let id = store.registered("ada").await.id;
    let before = store.profiles.change(id, &bio("likes birds")).await.unwrap().unwrap();
    assert_eq!((before.bio.as_str(), before.picture), ("", None));
    let before = store.profiles.change(id, &picture("public/one.jpg")).await.unwrap().unwrap();
    assert_eq!((before.bio.as_str(), before.picture), ("likes birds", None));
    let link = Picture::Link(Link::parse("https://example.com/two.jpg").unwrap());
    let both =
        ProfileChange { bio: Some(Bio::default()), picture: Some(Some(link.clone())), ..ProfileChange::default() };
    let before = store.profiles.change(id, &both).await.unwrap().unwrap();
    assert_eq!(before.picture, Some(Picture::Object("public/one.jpg".to_owned())));

    let now = store.profiles.by_id(id).await.unwrap().unwrap();
    assert_eq!((now.bio.as_str(), now.picture), ("", Some(link)));
    assert_eq!((now.username.as_str(), now.id), ("ada", id));
    assert_eq!(store.profiles.owner_of(&NameKey::of("ada")).await.unwrap(), Some(id));
}

#[tokio::test]
async fn an_empty_change_returns_the_profile() {
    let store = Store::start().await;
    let id = store.registered("ada").await.id;
    store.profiles.change(id, &bio("likes birds")).await.unwrap();
    let found = store.profiles.change(id, &ProfileChange::default()).await.unwrap().unwrap();
    assert_eq!(found.bio.as_str(), "likes birds");
}

#[tokio::test]
async fn a_change_creates_no_profile() {
    let store = Store::start().await;
    let nobody = user("nobody", None).id;
    assert!(store.profiles.change(nobody, &bio("x")).await.unwrap().is_none());
    assert!(store.profiles.change(nobody, &ProfileChange::default()).await.unwrap().is_none());
    assert!(store.profiles.by_name(&NameKey::of("nobody")).await.unwrap().is_none());
    assert_eq!(store.items().await, 0);
}

#[tokio::test]
async fn an_impossible_name_has_no_owner() {
    let store = Store::start().await;
    store.registered("ada").await;
    for name in [String::new(), "a".repeat(255), "a".repeat(100_000), "\0".to_owned(), "#".to_owned()] {
        let key = NameKey::of(&name);
        assert!(store.profiles.by_name(&key).await.unwrap().is_none(), "{} bytes", name.len());
        assert!(store.accounts.owner_of(&key).await.unwrap().is_none(), "{} bytes", name.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_report_each_replaced_picture_once() {
    let store = Store::start().await;
    let id = store.registered("ada").await.id;
    store.profiles.change(id, &picture("public/first.jpg")).await.unwrap();
    let changes: Vec<_> = (0..20).map(|n| picture(&format!("public/{n}.jpg"))).collect();

    let answers = join_all(changes.iter().map(|change| store.profiles.change(id, change))).await;

    let object = |picture: Option<Picture>| match picture {
        Some(Picture::Object(key)) => key,
        other => panic!("{other:?}"),
    };
    let mut pictures: Vec<_> = answers.into_iter().map(|old| object(old.unwrap().unwrap().picture)).collect();
    pictures.push(object(store.profiles.by_id(id).await.unwrap().unwrap().picture));
    let all = (0..20).map(|n| format!("public/{n}.jpg")).chain(["public/first.jpg".to_owned()]);
    assert_eq!(pictures.len(), 21);
    assert_eq!(pictures.into_iter().collect::<BTreeSet<_>>(), all.collect::<BTreeSet<_>>());
}
