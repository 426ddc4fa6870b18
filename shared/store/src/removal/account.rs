//! Removes the items of a deleted account, in bounded pages.
//!
//! Every call can be repeated and can be killed between any two writes. A pointer to an item is removed together with
//! it or after it, never before.

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use futures_util::future::{try_join, try_join_all};

use crate::credentials::keys::{mail_pk, pointer_key};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, text};
use crate::dynamodb::pages::{Order, PartitionRange, attribute, id_behind};
use crate::dynamodb::table::{Table, run_query};
use crate::dynamodb::transaction::{distinct, remove};
use crate::jobs::Jobs;
use crate::removal::Purge;
use crate::social::comments::Comment;
use crate::social::keys::{RELATION, USER, comment_key, commented_key, relation_key, user_pk, works_pk};

/// Items in a page. With their pointers they fit into one transaction, which takes a hundred writes.
const PAGE: i32 = 25;
/// The ranges of the sort keys of a user's works without the pointers to tweets and comments, which jobs of their own
/// remove.
const BESIDE_WORKS: [(&str, &str); 3] = [(" ", "COMMENT"), ("COMMENT~", "TWEET"), ("TWEET~", "~")];

impl Purge {
    /// Removes a page of the user's sessions and device tokens, with the items that point to them, and one of the
    /// tokens that were mailed to the user. True if there is more. Two round trips; one if nothing is left.
    pub async fn credentials(&self, user: UserId) -> Result<bool, StoreError> {
        let (own, mailed) = (format!("U#{user}"), mail_pk(user));
        let pages = try_join(self.remove_page(&self.credentials, &own), self.remove_page(&self.credentials, &mailed));
        pages.await.map(|(own, mailed)| own || mailed)
    }

    /// Removes a page of the user's idempotency keys. True if there is more. Two round trips; one if nothing is left.
    pub async fn once(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.credentials, &format!("ONCE#U#{user}")).await
    }

    /// Removes a page of the user's partition, and one of the user's works except for pointers to tweets and comments.
    /// What stands between the user and others is removed on both sides. True if there is more. Two round trips; one if
    /// nothing is left.
    pub async fn social(&self, user: UserId) -> Result<bool, StoreError> {
        let works = BESIDE_WORKS.map(|part| self.remove_part(&self.social, works_pk(user), Some(part)));
        let (own, works) = try_join(self.remove_page(&self.social, &user_pk(user)), try_join_all(works)).await?;
        Ok(own || works.contains(&true))
    }

    /// Removes a page of the user's timeline, notifications and security events. True if there is more. Two round
    /// trips; one if nothing is left.
    pub async fn feed(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.feed, &format!("U#{user}")).await
    }

    /// Removes a page of the items in a tweet's partition, such as its tags. True if there is more. Two round trips;
    /// one if nothing is left.
    pub async fn tags(&self, tweet: TweetId) -> Result<bool, StoreError> {
        self.remove_page(&self.social, &format!("T#{tweet}")).await
    }

    /// A page of the user's tweets, oldest first. It never lags. One round trip.
    pub async fn tweets(&self, user: UserId) -> Result<Vec<TweetId>, StoreError> {
        self.works(user, "TWEET#").await
    }

    /// A page of the user's comments, oldest first. It never lags. One round trip.
    pub async fn comments(&self, user: UserId) -> Result<Vec<CommentId>, StoreError> {
        self.works(user, "COMMENT#").await
    }

    async fn works<T: std::str::FromStr>(&self, user: UserId, prefix: &str) -> Result<Vec<T>, StoreError> {
        let own = PartitionRange { pk: works_pk(user), prefix, by_recency: false, order: Order::OldestFirst };
        let page = self.social.own_page(&own, None, PAGE).await?;
        Ok(page.entries.iter().filter_map(|item| id_behind(item, "sk", prefix)).collect())
    }

    /// Removes a comment of a deleted account and its author's pointer to it, and creates a job that removes everything
    /// that refers to it. Two round trips.
    pub async fn comment_of(
        &self,
        author: UserId,
        comment: CommentId,
        jobs: &Jobs,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let found = self.social.get::<Comment>(comment_key(comment)).await?;
        if let Some(found) = found.filter(|found| found.author == author)
            && self.comments.delete(&found, jobs, now).await?
        {
            return Ok(());
        }
        self.social.delete(commented_key(author, comment)).await
    }

    /// Removes up to a page of a partition, each item together with its pointer.
    async fn remove_page<Kind>(&self, table: &Table<Kind>, pk: &str) -> Result<bool, StoreError> {
        self.remove_part(table, pk.to_owned(), None).await
    }

    /// Removes up to a page of a range of the partition's sort keys.
    async fn remove_part<Kind>(
        &self,
        table: &Table<Kind>,
        pk: String,
        part: Option<(&str, &str)>,
    ) -> Result<bool, StoreError> {
        let condition = if part.is_some() { "pk = :pk AND sk BETWEEN :first AND :last" } else { "pk = :pk" };
        let part = part.map(|(first, last)| [(":first".to_owned(), text(first)), (":last".to_owned(), text(last))]);
        let values = part.into_iter().flatten().chain([(":pk".to_owned(), text(&*pk))]).collect();
        let call = table
            .query()
            .key_condition_expression(condition)
            .expression_attribute_names("#pointer", "pointer")
            .projection_expression("pk, sk, #pointer")
            .set_expression_attribute_values(Some(values))
            .consistent_read(true)
            .limit(PAGE);
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        let found = output.items.unwrap_or_default();
        let keys = distinct(found.iter().flat_map(|item| keys_of(&pk, item)));
        if !keys.is_empty() {
            remove(table, keys).await?;
        }
        Ok(more)
    }
}

/// The item's own key, the key of its pointer, and, if the item says what stands between the user and another one, the
/// key of what the other one has about the user.
fn keys_of(pk: &str, item: &Item) -> Vec<Key> {
    let own = attribute(item, "sk").map(|sk| Key::new(pk, sk));
    let user = pk.strip_prefix(USER).and_then(|user| user.parse().ok());
    let other = user.and_then(|user| Some(relation_key(id_behind(item, "sk", RELATION)?, user)));
    own.into_iter().chain(attribute(item, "pointer").map(pointer_key)).chain(other).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::social::keys::{EdgeKind, REACTION};

    #[test]
    fn the_ranges_hold_every_sort_key_except_tweets_and_comments() {
        let is_in = |sk: &str| BESIDE_WORKS.iter().any(|(first, last)| (*first..=*last).contains(&sk));
        let edges = EdgeKind::ALL.map(|kind| format!("{}#", kind.word()));
        for word in ["MEDIA#", REACTION].map(str::to_owned).iter().chain(&edges) {
            assert!(is_in(&format!("{word}019a")), "{word}");
        }
        assert!(!is_in("TWEET#019a") && !is_in("COMMENT#019a"));
    }

    #[test]
    fn a_pointer_that_two_items_share_is_removed_once() {
        let item = |sk: &str| {
            let mut item = Key::new("U#1", sk).into_item();
            item.insert("pointer".to_owned(), text("TOKEN#a"));
            item
        };
        let (session, device) = (item("S#1"), item("D#1"));
        let keys = distinct([&session, &device].into_iter().flat_map(|item| keys_of("U#1", item)));
        assert_eq!(keys, [Key::new("U#1", "S#1"), pointer_key("TOKEN#a"), Key::new("U#1", "D#1")]);
    }
}
