//! The costs of relations and searches: the same with forty followers as with ten thousand.

use aviary_model::{EdgeId, NameKey, Timestamp, UserId};
use aviary_store::{PageKeys, PageReads, Relations};
use aviary_telemetry::{Cost, Meter};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};

use crate::fixture::{NOW, Random, Store};

const PAGE: i32 = 5;

struct Crowd {
    store: Store,
    relations: Relations,
    star: UserId,
    fan: UserId,
}

impl Crowd {
    /// A user with `size` followers who follows as many, and up to 300 users whose names begin with the user's name.
    async fn of(size: i64) -> Self {
        let store = Store::start().await;
        let (star, fan) = (store.registered("star").await.id, store.registered("star-fan").await.id);
        let relations = Relations::new(&store.social);
        let crowd = Self { store, relations, star, fan };
        crowd.gather(size).await;
        for n in 0..size.min(300) {
            crowd.store.registered(&format!("starling{n}")).await;
        }
        crowd
    }

    /// Writes copies of the first follow in each direction. They bypass the store, which would be slow.
    async fn gather(&self, size: i64) {
        let (star, table) = (self.star, &self.store.names.social);
        let at = |n: i64| Timestamp::from_millis(NOW.millis() + n);
        let person = |n| UserId::new(at(n), &Random).unwrap();
        let (first, edge) = (person(0), EdgeId::new(at(0), &Random).unwrap());
        self.relations.follow(star, first, edge).await.unwrap();
        self.relations.follow(first, star, edge).await.unwrap();
        let pattern = |actor: UserId| {
            let (pk, sk) = (format!("U#{actor}"), format!("FOLLOW#{edge}"));
            async move { self.store.raw_item(table, &pk, &sk).await.unwrap() }
        };
        let (out, back) = (pattern(star).await, pattern(first).await);
        let mut writes = Vec::new();
        for n in 1..size {
            let (other, new) = (person(n), EdgeId::new(at(n), &Random).unwrap());
            // The shard follows from the id of the edge's actor: one shard for the star's follows, all shards for the
            // followers.
            let shard = format!("#{}", other.uuid().as_bytes()[15] % 4);
            for (pattern, shard) in [(&out, None), (&back, Some(shard))] {
                let item = pattern.iter().map(|(name, value)| {
                    let old = value.as_s().unwrap();
                    let mut text = old.replace(&first.to_string(), &other.to_string());
                    text = text.replace(&edge.to_string(), &new.to_string());
                    if let ("list_pk", Some(shard)) = (&**name, &shard) {
                        text.replace_range(text.len() - 2.., shard);
                    }
                    (name.clone(), AttributeValue::S(text))
                });
                let put = PutRequest::builder().set_item(Some(item.collect())).build().unwrap();
                writes.push(WriteRequest::builder().put_request(put).build());
            }
        }
        for writes in writes.chunks(25) {
            let written = self.store.raw.batch_write_item().request_items(table, writes.to_vec()).send().await.unwrap();
            assert!(written.unprocessed_items.unwrap_or_default().is_empty());
        }
    }

    /// Runs every operation and measures its cost.
    async fn costs(&self) -> Vec<(&'static str, Cost)> {
        let Self { relations, star, fan, .. } = self;
        let (edge, query) = (EdgeId::new(NOW, &Random).unwrap(), NameKey::of("star"));
        let page_reads = PageReads::new(&self.store.social);
        let keys = PageKeys::by(Some(*fan)).person(*star);
        let mut costs = Vec::new();
        macro_rules! measure {
            ($name:literal, $operation:expr) => {{
                let meter = Meter::default();
                meter.scope(async { $operation.await.unwrap() }).await;
                costs.push(($name, meter.cost()));
            }};
        }
        measure!("followers", relations.followers(*star, None, PAGE));
        measure!("following", relations.following(*star, None, PAGE));
        measure!("search", self.store.profiles.search(&query, None, PAGE));
        measure!("view", page_reads.read(&keys));
        measure!("between", relations.between(*fan, *star));
        measure!("follow", relations.follow(*fan, *star, edge));
        let between = async || relations.between(*fan, *star).await.unwrap().unwrap();
        let was = between().await;
        measure!("unfollow", relations.unfollow(*fan, was));
        measure!("mute", relations.mute(*fan, *star, edge));
        let was = between().await;
        measure!("block", relations.block(*fan, was, edge));
        measure!("blocked", relations.blocked(*fan, None, PAGE));
        let was = between().await;
        measure!("unblock", relations.unblock(*fan, was));
        let was = between().await;
        measure!("unmute", relations.unmute(*fan, was));
        costs
    }
}

#[tokio::test]
async fn costs_do_not_grow_with_the_number_of_followers() {
    let (few, many) = (Crowd::of(40).await, Crowd::of(10_000).await);
    let (few, many) = (few.costs().await, many.costs().await);
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        assert_eq!(few, many, "{name}");
        assert_eq!(many.round_trips, 1, "{name}: {many:?}");
        // Every call reads or writes a handful of small items.
        assert!(many.rcu <= 5.0 && many.wcu <= 24.0, "{name}: {many:?}");
    }
}
