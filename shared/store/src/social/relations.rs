//! Relations between users: follows, blocks and mutes (`docs/social.md`).
//!
//! An edge is stored in its actor's partition. What a block or a mute means for both users is stored as flags in
//! `U#<a> / HIDE#<b>`. Every write that a block forbids checks that item in its own transaction.

use aviary_model::{EdgeId, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::social::keys::{EdgeKind, USER, edge_index, edge_key, hide_key, list_of, user_pk};
use crate::social::profiles::{Profile, profile_key};
use crate::social::visibility::Visibility;

const BLOCKS: &str = "blocks";
const BLOCKED_BY: &str = "blocked_by";
const MUTES: &str = "mutes";
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

/// Another user's profile, with the blocks and mutes between them and an actor.
#[derive(Clone, Debug)]
pub struct RelationTarget {
    /// The other user's profile.
    pub profile: Profile,
    /// The actor's flags for the other user.
    pub mine: Visibility,
    /// The other user's flags for the actor.
    theirs: Visibility,
}

#[derive(Serialize)]
struct Edge {
    id: EdgeId,
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

    /// Another user's profile, and the blocks and mutes between them and the actor. `None` if there is no such user.
    /// One round trip.
    pub async fn between(&self, actor: UserId, other: UserId) -> Result<Option<RelationTarget>, StoreError> {
        let (mine, theirs, profile) = (hide_key(actor, other), hide_key(other, actor), profile_key(other));
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
    /// may. Their number is the counter of the actor's profile, which the stream keeps: a few more may be followed within
    /// the stream's delay. One round trip.
    pub async fn follow(&self, actor: UserId, other: UserId, id: EdgeId) -> Result<RelationChange, StoreError> {
        let mut transaction = Transaction::default();
        let edge = self.create_edge(&mut transaction, EdgeKind::Follow, actor, other, id)?;
        let at = transaction.check(&self.table, hide_key(actor, other), &no_block())?;
        let below = Condition::missing("following").or(Condition::less("following", number(self.max_follows)));
        transaction.check(&self.table, profile_key(actor), &below)?;
        let committed = transaction.commit(&self.table.db).await?;
        match committed.refusal(at) {
            _ if matches!(committed, Committed::Done) => Ok(RelationChange::Changed),
            Some(refusal) => self.which_block(refusal.found.clone()),
            None if committed.refused(edge) => Ok(RelationChange::Unchanged),
            None => Ok(RelationChange::TooMany),
        }
    }

    fn which_block(&self, hide: Option<Item>) -> Result<RelationChange, StoreError> {
        let hide: Visibility = hide.map(|item| self.table.read(item)).transpose()?.unwrap_or_default();
        Ok(if hide.blocked_by { RelationChange::BlockedBy } else { RelationChange::Blocks })
    }

    /// Ends the follow of `other` by `actor`. One round trip.
    pub async fn unfollow(&self, actor: UserId, other: UserId) -> Result<RelationChange, StoreError> {
        let mut transaction = Transaction::default();
        self.delete_edge(&mut transaction, EdgeKind::Follow, actor, other)?;
        Ok(outcome(&transaction.commit(&self.table.db).await?))
    }

    /// Makes `actor` block `other`, and ends the follows in both directions. The two users must differ. One round trip.
    pub async fn block(&self, actor: UserId, other: UserId, id: EdgeId) -> Result<RelationChange, StoreError> {
        let mut transaction = Transaction::default();
        self.create_edge(&mut transaction, EdgeKind::Block, actor, other, id)?;
        transaction.update(&self.table, hide_key(actor, other), &raise(BLOCKS))?;
        transaction.update(&self.table, hide_key(other, actor), &raise(BLOCKED_BY))?;
        transaction.delete(&self.table, edge_key(actor, EdgeKind::Follow, other.uuid()))?;
        transaction.delete(&self.table, edge_key(other, EdgeKind::Follow, actor.uuid()))?;
        Ok(outcome(&transaction.commit(&self.table.db).await?))
    }

    /// Ends the block of `other` by `actor`. `was` is the state that the caller read. The follows are not restored. One
    /// round trip, and two more if the state changed concurrently.
    pub async fn unblock(&self, actor: UserId, was: RelationTarget) -> Result<RelationChange, StoreError> {
        self.take_back(actor, was, EdgeKind::Block).await
    }

    /// Makes `actor` mute `other`, who is not told. One round trip.
    pub async fn mute(&self, actor: UserId, other: UserId, id: EdgeId) -> Result<RelationChange, StoreError> {
        let mut transaction = Transaction::default();
        self.create_edge(&mut transaction, EdgeKind::Mute, actor, other, id)?;
        transaction.update(&self.table, hide_key(actor, other), &raise(MUTES))?;
        Ok(outcome(&transaction.commit(&self.table.db).await?))
    }

    /// Ends the mute of `other` by `actor`. `was` is the state that the caller read. One round trip, and two more if
    /// the state changed concurrently.
    pub async fn unmute(&self, actor: UserId, was: RelationTarget) -> Result<RelationChange, StoreError> {
        self.take_back(actor, was, EdgeKind::Mute).await
    }

    /// Removes an edge and its flags. An item without flags is deleted, so each write is conditional on whether other
    /// flags are set. If they changed since they were read, the flags are read again.
    async fn take_back(
        &self,
        actor: UserId,
        mut was: RelationTarget,
        kind: EdgeKind,
    ) -> Result<RelationChange, StoreError> {
        let other = was.profile.id;
        for round in 0..MAX_ROUNDS {
            self.table.db.pause_before(round).await?;
            let mut transaction = Transaction::default();
            let at = self.delete_edge(&mut transaction, kind, actor, other)?;
            if kind == EdgeKind::Block {
                self.lower(&mut transaction, hide_key(actor, other), was.mine, BLOCKS)?;
                self.lower(&mut transaction, hide_key(other, actor), was.theirs, BLOCKED_BY)?;
            } else {
                self.lower(&mut transaction, hide_key(actor, other), was.mine, MUTES)?;
            }
            match transaction.commit(&self.table.db).await? {
                Committed::Done => return Ok(RelationChange::Changed),
                committed if committed.refused(at) => return Ok(RelationChange::Unchanged),
                Committed::Refused(_) => match self.between(actor, other).await? {
                    Some(now) => was = now,
                    None => return Ok(RelationChange::Unchanged),
                },
            }
        }
        Err(StoreError::Passing("the relation of two users changed in every attempt".to_owned()))
    }

    fn lower(
        &self,
        transaction: &mut Transaction,
        key: Key,
        was: Visibility,
        flag: &'static str,
    ) -> Result<WriteId, StoreError> {
        let [one, other] = match flag {
            BLOCKS => [BLOCKED_BY, MUTES],
            BLOCKED_BY => [BLOCKS, MUTES],
            _ => [BLOCKS, BLOCKED_BY],
        };
        let has =
            |name| [(BLOCKS, was.blocks), (BLOCKED_BY, was.blocked_by), (MUTES, was.mutes)].contains(&(name, true));
        if has(one) || has(other) {
            let stays = Condition::exists(one).or(Condition::exists(other));
            transaction.update(&self.table, key, &Update::new().remove(flag).when(stays))
        } else {
            transaction.delete_if(&self.table, key, &Condition::missing(one).and(Condition::missing(other)))
        }
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
        transaction.create(&self.table, item(edge_key(actor, kind, other.uuid()), &Edge { id }, index)?)
    }

    fn delete_edge(
        &self,
        transaction: &mut Transaction,
        kind: EdgeKind,
        actor: UserId,
        other: UserId,
    ) -> Result<WriteId, StoreError> {
        transaction.delete_if(&self.table, edge_key(actor, kind, other.uuid()), &Condition::item_exists())
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

    async fn own(
        &self,
        user: UserId,
        kind: EdgeKind,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let prefix = format!("{}#", kind.word());
        let own = PartitionRange { pk: user_pk(user), prefix: &prefix, by_recency: true, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "sk", &prefix)))
    }
}

/// The condition, on `U#<actor> / HIDE#<other>`, of every write that a block forbids in both directions.
fn no_block() -> Condition {
    Condition::missing(BLOCKS).and(Condition::missing(BLOCKED_BY))
}

fn raise(flag: &str) -> Update {
    Update::new().set(flag, AttributeValue::Bool(true))
}

fn outcome(committed: &Committed) -> RelationChange {
    match committed {
        Committed::Done => RelationChange::Changed,
        Committed::Refused(_) => RelationChange::Unchanged,
    }
}
