//! Relations between users: follows, blocks and mutes (`docs/social.md`).
//!
//! What stands between two users is stored once for each of them, as `U#<a> / RELATION#<b>`. Every write that a block
//! forbids has a condition on that item in its own transaction. A follow, block or mute is an edge in its actor's
//! partition as well, for the lists.

use aviary_model::{EdgeId, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, text};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::social::edge_states::{BLOCK, BLOCKED_BY, FOLLOW, MUTE, Relation, remove_attribute};
use crate::social::keys::{EdgeKind, RELATION, USER, edge_index, edge_key, list_of, relation_key, user_pk};
use crate::social::profiles::{Profile, profile_key};
use crate::social::visibility::Visibility;

/// How many users one user may follow, unless a setting says otherwise.
const MAX_FOLLOWS: u64 = 7_500;

/// The follows, blocks and mutes of the `social` table.
#[derive(Clone, Debug)]
pub struct Relations {
    table: SocialTable,
    max_follows: u64,
}

/// The outcome of a change to a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationChange {
    /// The change was made.
    Changed,
    /// Nothing changed: the relation was in this state already.
    Unchanged,
    /// Not allowed: the other user blocks the actor.
    BlockedBy,
    /// Not allowed: the actor blocks the other user.
    Blocks,
    /// Not allowed: the actor follows as many users as one may.
    TooMany,
}

/// Another user's profile, with what stands between them and an actor.
#[derive(Clone, Debug)]
pub struct RelationTarget {
    /// The other user's profile.
    pub profile: Profile,
    mine: Relation,
    theirs: Relation,
}

impl RelationTarget {
    /// The blocks and mutes between the actor and the other user.
    #[must_use]
    pub fn visibility(&self) -> Visibility {
        self.mine.into()
    }

    /// Do the two follow each other?
    #[must_use]
    pub fn is_mutual(&self) -> bool {
        self.mine.follow.is_some() && self.theirs.follow.is_some()
    }

    /// Does the actor follow the other user?
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.mine.follow.is_some()
    }
}

/// An edge to another user, as it is stored.
#[derive(Serialize)]
struct Edge {
    other: UserId,
}

impl Relations {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone(), max_follows: MAX_FOLLOWS }
    }

    /// The same with another number of users whom one user may follow.
    #[must_use]
    pub fn with_max_follows(self, max_follows: u64) -> Self {
        Self { max_follows, ..self }
    }

    /// How many users one user may follow.
    #[must_use]
    pub fn max_follows(&self) -> u64 {
        self.max_follows
    }

    /// Another user's profile, and what stands between them and the actor. `None` if there is no such user. One round
    /// trip.
    pub async fn between(&self, actor: UserId, other: UserId) -> Result<Option<RelationTarget>, StoreError> {
        let (mine, theirs) = (relation_key(actor, other), relation_key(other, actor));
        let profile = profile_key(other);
        // If both users are the same, both keys are equal, and a batch read rejects duplicate keys.
        let mut keys = vec![profile.clone(), mine.clone()];
        keys.extend((mine != theirs).then(|| theirs.clone()));
        let found = self.table.batch_get(keys).await?;
        let Some(profile) = self.pick(&found, &profile)? else { return Ok(None) };
        let (mine, theirs) = (self.pick(&found, &mine)?, self.pick(&found, &theirs)?);
        Ok(Some(RelationTarget { profile, mine: mine.unwrap_or_default(), theirs: theirs.unwrap_or_default() }))
    }

    fn pick<T: serde::de::DeserializeOwned>(&self, found: &[Item], key: &Key) -> Result<Option<T>, StoreError> {
        found.iter().find(|item| key.is_of(item)).map(|item| self.table.read(item.clone())).transpose()
    }

    /// Makes `actor` follow `other`, unless one of them blocks the other, or the actor follows as many users as one
    /// may. Their number is the counter of the actor's profile, which the stream keeps: a few more may be followed
    /// within the stream's delay. One round trip.
    pub async fn follow(&self, actor: UserId, other: UserId, id: EdgeId) -> Result<RelationChange, StoreError> {
        let free = Condition::missing(FOLLOW).and(Condition::missing(BLOCK)).and(Condition::missing(BLOCKED_BY));
        let mut transaction = Transaction::default();
        let at = transaction.update(&self.table, relation_key(actor, other), &set(FOLLOW, id).when(free))?;
        self.create_edge(&mut transaction, EdgeKind::Follow, actor, other, id)?;
        let below = Condition::missing("following").or(Condition::less("following", number(self.max_follows)));
        transaction.check(&self.table, profile_key(actor), &below)?;
        let committed = transaction.commit(&self.table.db).await?;
        match committed.refusal(at) {
            _ if matches!(committed, Committed::Done) => Ok(RelationChange::Changed),
            Some(refusal) => self.which_block(refusal.found.clone()),
            None => Ok(RelationChange::TooMany),
        }
    }

    fn which_block(&self, relation: Option<Item>) -> Result<RelationChange, StoreError> {
        let relation: Relation = relation.map(|item| self.table.read(item)).transpose()?.unwrap_or_default();
        Ok(match (relation.blocked_by, relation.block) {
            (true, _) => RelationChange::BlockedBy,
            (false, Some(_)) => RelationChange::Blocks,
            (false, None) => RelationChange::Unchanged,
        })
    }

    /// Ends the follow of `was` by `actor`. `was` is the state that the caller read. One round trip, and two more if
    /// the state changed concurrently; none without a follow.
    pub async fn unfollow(&self, actor: UserId, was: RelationTarget) -> Result<RelationChange, StoreError> {
        self.change(actor, was, |transaction, was| {
            let Some(follow) = was.mine.follow else { return Ok(false) };
            remove_attribute(transaction, &self.table, relation_key(actor, was.profile.id), &was.mine, FOLLOW)?;
            transaction.delete(&self.table, edge_key(actor, EdgeKind::Follow, follow)).map(|_| true)
        })
        .await
    }

    /// Makes `actor` block the user of `was`, and ends the follows in both directions. The two users must differ. `was`
    /// is the state that the caller read. One round trip, and two more if the state changed concurrently; none if the
    /// block exists.
    pub async fn block(&self, actor: UserId, was: RelationTarget, id: EdgeId) -> Result<RelationChange, StoreError> {
        self.change(actor, was, |transaction, was| {
            if was.mine.block.is_some() {
                return Ok(false);
            }
            let other = was.profile.id;
            let mine = set(BLOCK, id).remove(FOLLOW).when(Condition::missing(BLOCK)).when(follow_is(&was.mine));
            transaction.update(&self.table, relation_key(actor, other), &mine)?;
            let blocked = Update::new().set(BLOCKED_BY, AttributeValue::Bool(true));
            let theirs = blocked.remove(FOLLOW).when(follow_is(&was.theirs));
            transaction.update(&self.table, relation_key(other, actor), &theirs)?;
            for (user, follow) in [(actor, was.mine.follow), (other, was.theirs.follow)] {
                if let Some(follow) = follow {
                    transaction.delete(&self.table, edge_key(user, EdgeKind::Follow, follow))?;
                }
            }
            self.create_edge(transaction, EdgeKind::Block, actor, other, id).map(|_| true)
        })
        .await
    }

    /// Ends the block of the user of `was` by `actor`. `was` is the state that the caller read. The follows are not
    /// restored. One round trip, and two more if the state changed concurrently; none without a block.
    pub async fn unblock(&self, actor: UserId, was: RelationTarget) -> Result<RelationChange, StoreError> {
        self.change(actor, was, |transaction, was| {
            let Some(block) = was.mine.block else { return Ok(false) };
            let other = was.profile.id;
            remove_attribute(transaction, &self.table, relation_key(actor, other), &was.mine, BLOCK)?;
            remove_attribute(transaction, &self.table, relation_key(other, actor), &was.theirs, BLOCKED_BY)?;
            transaction.delete(&self.table, edge_key(actor, EdgeKind::Block, block)).map(|_| true)
        })
        .await
    }

    /// Makes `actor` mute `other`, who is not told. One round trip.
    pub async fn mute(&self, actor: UserId, other: UserId, id: EdgeId) -> Result<RelationChange, StoreError> {
        let mut transaction = Transaction::default();
        let muted = set(MUTE, id).when(Condition::missing(MUTE));
        transaction.update(&self.table, relation_key(actor, other), &muted)?;
        self.create_edge(&mut transaction, EdgeKind::Mute, actor, other, id)?;
        Ok(match transaction.commit(&self.table.db).await? {
            Committed::Done => RelationChange::Changed,
            Committed::Refused(_) => RelationChange::Unchanged,
        })
    }

    /// Ends the mute of the user of `was` by `actor`. `was` is the state that the caller read. One round trip, and two
    /// more if the state changed concurrently; none without a mute.
    pub async fn unmute(&self, actor: UserId, was: RelationTarget) -> Result<RelationChange, StoreError> {
        self.change(actor, was, |transaction, was| {
            let Some(mute) = was.mine.mute else { return Ok(false) };
            remove_attribute(transaction, &self.table, relation_key(actor, was.profile.id), &was.mine, MUTE)?;
            transaction.delete(&self.table, edge_key(actor, EdgeKind::Mute, mute)).map(|_| true)
        })
        .await
    }

    /// Commits the writes that `writes` derives from the state that was read. If the state changed since then, it is
    /// read again. `writes` returns false if there is nothing to change.
    async fn change(
        &self,
        actor: UserId,
        mut was: RelationTarget,
        writes: impl Fn(&mut Transaction, &RelationTarget) -> Result<bool, StoreError>,
    ) -> Result<RelationChange, StoreError> {
        let other = was.profile.id;
        for round in 0..MAX_ROUNDS {
            self.table.db.pause_before(round).await?;
            let mut transaction = Transaction::default();
            if !writes(&mut transaction, &was)? {
                return Ok(RelationChange::Unchanged);
            }
            match transaction.commit(&self.table.db).await? {
                Committed::Done => return Ok(RelationChange::Changed),
                Committed::Refused(_) => match self.between(actor, other).await? {
                    Some(now) => was = now,
                    None => return Ok(RelationChange::Unchanged),
                },
            }
        }
        Err(StoreError::Contended("the relation of two users changed in every attempt"))
    }

    fn create_edge(
        &self,
        transaction: &mut Transaction,
        kind: EdgeKind,
        actor: UserId,
        other: UserId,
        id: EdgeId,
    ) -> Result<WriteId, StoreError> {
        let index = edge_index(actor, kind, other.uuid(), id);
        transaction.create(&self.table, item(edge_key(actor, kind, id), &Edge { other }, index)?)
    }

    /// A page of the user's followers, newest first, after the cursor `after`. The index lags. One round trip.
    pub async fn followers(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let (list, after) = (list_of(EdgeKind::Follow, user.uuid()), after.map(|place| place.to_string()));
        let page = self.table.list_page(&list, Order::NewestFirst, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "pk", USER)))
    }

    /// A page of the users whom this user follows, newest first. One round trip.
    pub async fn following(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        self.own(user, EdgeKind::Follow, after, limit).await
    }

    /// A page of the users whom this user blocks, newest first. One round trip.
    pub async fn blocked(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        self.own(user, EdgeKind::Block, after, limit).await
    }

    /// A page of the users whom this user mutes, newest first. One round trip.
    pub async fn muted(&self, user: UserId, after: Option<EdgeId>, limit: i32) -> Result<ListPage<UserId>, StoreError> {
        self.own(user, EdgeKind::Mute, after, limit).await
    }

    /// Which of `followers` follow which of `others`: pairs of the other and the follower. It may lag for some seconds.
    /// One round trip, half a read unit for each pair.
    pub async fn follows_among(
        &self,
        followers: &[UserId],
        others: &[UserId],
    ) -> Result<Vec<(UserId, UserId)>, StoreError> {
        let pairs = || others.iter().flat_map(|other| followers.iter().map(|follower| (*other, *follower)));
        let keys = pairs().filter(|(other, follower)| other != follower);
        let keys = keys.map(|(other, follower)| relation_key(follower, other)).collect();
        let mut found = Vec::new();
        for item in self.table.batch_get_many_lagging(keys).await? {
            let pair = id_behind(&item, "sk", RELATION).zip(id_behind(&item, "pk", USER));
            let relation: Relation = self.table.read(item)?;
            found.extend(pair.filter(|_| relation.follow.is_some()));
        }
        // The batch has no order.
        Ok(pairs().filter(|pair| found.contains(pair)).collect())
    }

    async fn own(
        &self,
        user: UserId,
        kind: EdgeKind,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let prefix = format!("{}#", kind.word());
        let own = PartitionRange { pk: user_pk(user), prefix: &prefix, by_recency: false, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "other", "")))
    }
}

fn set(name: &str, id: EdgeId) -> Update {
    Update::new().set(name, text(id.to_string()))
}

/// The condition that the follow is as it was read.
fn follow_is(was: &Relation) -> Condition {
    match was.follow {
        Some(follow) => Condition::equals(FOLLOW, text(follow.to_string())),
        None => Condition::missing(FOLLOW),
    }
}
