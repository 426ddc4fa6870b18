//! Follows, blocks and mutes: which edges and flags remain in the table after any order of changes.

use aviary_model::{EdgeId, UserId};
use aviary_store::{PageKeys, PageReads, RelationChange, RelationTarget, Relations};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{join, join_all};

use crate::fixture::{NOW, Random, Store};

struct People {
    store: Store,
    relations: Relations,
    page_reads: PageReads,
    a: UserId,
    b: UserId,
}

impl People {
    async fn two() -> Self {
        let store = Store::start().await;
        let (a, b) = (store.registered("ada").await.id, store.registered("byron").await.id);
        let (relations, page_reads) = (Relations::new(&store.social), PageReads::new(&store.social));
        Self { store, relations, page_reads, a, b }
    }

    async fn between(&self, actor: UserId, other: UserId) -> RelationTarget {
        self.relations.between(actor, other).await.unwrap().unwrap()
    }

    async fn unfollow(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.unfollow(actor, self.between(actor, other).await).await.unwrap()
    }

    async fn follow(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.follow(actor, other, edge()).await.unwrap()
    }

    async fn block(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.block(actor, self.between(actor, other).await, edge()).await.unwrap()
    }

    async fn mute(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.mute(actor, other, edge()).await.unwrap()
    }

    async fn unblock(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.unblock(actor, self.between(actor, other).await).await.unwrap()
    }

    async fn unmute(&self, actor: UserId, other: UserId) -> RelationChange {
        self.relations.unmute(actor, self.between(actor, other).await).await.unwrap()
    }

    async fn follows(&self, actor: UserId, other: UserId) -> bool {
        let data = self.page_reads.read(&PageKeys::by(Some(actor)).person(other)).await.unwrap();
        data.follows(other)
    }

    /// The attributes of the `RELATION` item; `None` if there is no item.
    async fn flags(&self, user: UserId, other: UserId) -> Option<Vec<String>> {
        let (pk, sk) = (format!("U#{user}"), format!("RELATION#{other}"));
        let found = self.store.raw_item(&self.store.names.social, &pk, &sk).await;
        let mut flags: Vec<String> = found?.into_keys().filter(|name| !["pk", "sk"].contains(&&**name)).collect();
        flags.sort();
        Some(flags)
    }
}

fn edge() -> EdgeId {
    EdgeId::new(NOW, &Random).unwrap()
}

fn flags(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn a_repeated_change_of_a_relation_changes_nothing() {
    let people = People::two().await;
    let (a, b) = (people.a, people.b);
    let all = [people.follow(a, b).await, people.mute(a, b).await, people.block(b, a).await];
    assert_eq!(all, [RelationChange::Changed; 3]);
    assert_eq!([people.mute(a, b).await, people.block(b, a).await], [RelationChange::Unchanged; 2]);
    assert_eq!(people.unmute(a, b).await, RelationChange::Changed);
    assert_eq!(people.unmute(a, b).await, RelationChange::Unchanged);
    assert_eq!(people.unblock(b, a).await, RelationChange::Changed);
    assert_eq!(people.unblock(b, a).await, RelationChange::Unchanged);
    assert_eq!(people.follow(a, b).await, RelationChange::Changed, "the block has ended the follow");
    assert_eq!(people.follow(a, b).await, RelationChange::Unchanged);
    assert_eq!(people.unfollow(a, b).await, RelationChange::Changed);
    assert_eq!(people.unfollow(a, b).await, RelationChange::Unchanged);
}

#[tokio::test]
async fn undone_relations_leave_no_items() {
    let people = People::two().await;
    let (a, b) = (people.a, people.b);
    let before = people.store.items().await;
    for (actor, other) in [(a, b), (b, a)] {
        people.follow(actor, other).await;
        people.mute(actor, other).await;
        people.block(actor, other).await;
    }
    assert_eq!(people.flags(a, b).await, flags(&["block", "blocked_by", "mute"]));
    people.unblock(a, b).await;
    assert_eq!(people.flags(a, b).await, flags(&["blocked_by", "mute"]));
    assert_eq!(people.flags(b, a).await, flags(&["block", "mute"]));
    people.unmute(a, b).await;
    people.unmute(b, a).await;
    assert_eq!(people.flags(a, b).await, flags(&["blocked_by"]));
    people.unblock(b, a).await;
    assert_eq!((people.flags(a, b).await, people.flags(b, a).await), (None, None));
    assert_eq!(people.store.items().await, before);
}

#[tokio::test]
async fn a_block_ends_and_forbids_follows_in_both_directions() {
    let people = People::two().await;
    let (a, b) = (people.a, people.b);
    people.follow(a, b).await;
    people.follow(b, a).await;
    people.block(a, b).await;
    assert!(!people.follows(a, b).await && !people.follows(b, a).await);
    assert_eq!(
        (people.follow(a, b).await, people.follow(b, a).await),
        (RelationChange::Blocks, RelationChange::BlockedBy)
    );
    people.block(b, a).await;
    people.unblock(a, b).await;
    assert_eq!(
        (people.follow(a, b).await, people.follow(b, a).await),
        (RelationChange::BlockedBy, RelationChange::Blocks)
    );
    people.unblock(b, a).await;
    assert_eq!(
        (people.follow(a, b).await, people.follow(b, a).await),
        (RelationChange::Changed, RelationChange::Changed)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_follow_survives_a_concurrent_block() {
    let people = People::two().await;
    let (a, b) = (people.a, people.b);
    for round in 0..20 {
        let follows = async {
            join_all((0..4).flat_map(|_| [people.follow(a, b), people.follow(b, a)])).await;
        };
        if round % 2 == 0 {
            join(follows, people.block(a, b)).await;
        } else {
            join(people.block(a, b), follows).await;
        }
        assert!(!people.follows(a, b).await && !people.follows(b, a).await, "a follow under a block, in round {round}");
        people.unblock(a, b).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_and_edges_agree_after_concurrent_changes() {
    let people = People::two().await;
    let (a, b) = (people.a, people.b);
    for _ in 0..5 {
        join_all((0..3).map(|_| async {
            join(people.block(a, b), people.mute(a, b)).await;
            join(people.unblock(a, b), people.unmute(a, b)).await;
            join(people.block(b, a), people.mute(a, b)).await;
        }))
        .await;
        let visibility = people.between(a, b).await.visibility();
        let blocked = people.relations.blocked(a, None, 10).await.unwrap().entries;
        let muted = people.relations.muted(a, None, 10).await.unwrap().entries;
        let blocked_by = people.relations.blocked(b, None, 10).await.unwrap().entries;
        assert_eq!(
            (visibility.blocks, visibility.mutes, visibility.blocked_by),
            (!blocked.is_empty(), !muted.is_empty(), !blocked_by.is_empty())
        );
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_complete_for_every_page_size() {
    let people = People::two().await;
    let mut others = Vec::new();
    for n in 0..7 {
        let other = people.store.registered(&format!("other{n}")).await.id;
        // Edges with a later time sort after earlier ones.
        let at = aviary_model::Timestamp::from_millis(NOW.millis() + n);
        people.relations.follow(people.a, other, EdgeId::new(at, &Random).unwrap()).await.unwrap();
        people.relations.follow(other, people.b, EdgeId::new(at, &Random).unwrap()).await.unwrap();
        others.insert(0, other);
    }
    for limit in [1, 2, 3, 7, 20] {
        let (mut following, mut followers) = (Vec::new(), Vec::new());
        let mut after = None;
        loop {
            let page = people.relations.following(people.a, after, limit).await.unwrap();
            following.extend(page.entries);
            let Some(next) = page.next else { break };
            after = Some(next.parse().unwrap());
        }
        let mut after = None;
        loop {
            let page = people.relations.followers(people.b, after, limit).await.unwrap();
            followers.extend(page.entries);
            let Some(next) = page.next else { break };
            after = Some(next.parse().unwrap());
        }
        assert_eq!((&following, &followers), (&others, &others), "by {limit}");
    }
}

#[tokio::test]
async fn the_counter_of_the_profile_bounds_follows() {
    let people = People::two().await;
    let (store, a) = (&people.store, people.a);
    let relations = people.relations.clone().with_max_follows(2);
    let follow = |other| relations.follow(a, other, edge());
    assert_eq!(follow(people.b).await.unwrap(), RelationChange::Changed);
    // The stream counts the follows; here the test does.
    let table = &store.names.social;
    let mut profile = store.raw_item(table, &format!("U#{a}"), "PROFILE").await.unwrap();
    profile.insert("following".to_owned(), AttributeValue::N("2".to_owned()));
    store.raw_put(table, profile).await;
    let other = store.registered("other").await.id;
    assert_eq!(follow(other).await.unwrap(), RelationChange::TooMany);
    // A follow that exists is no further one, and another's block is told first.
    assert_eq!(follow(people.b).await.unwrap(), RelationChange::Unchanged);
    people.block(other, a).await;
    assert_eq!(follow(other).await.unwrap(), RelationChange::BlockedBy);
    let more = relations.clone().with_max_follows(3);
    let third = store.registered("third").await.id;
    assert_eq!(more.follow(a, third, edge()).await.unwrap(), RelationChange::Changed);
}
