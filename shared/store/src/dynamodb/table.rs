//! The seven tables as types, so that the compiler rejects one in place of another.

use std::fmt;
use std::marker::PhantomData;

use aviary_model::Entropy;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::de::DeserializeOwned;

use crate::dynamodb::client::{Db, Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, fields};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange};

/// The table `accounts`: users, and who owns which name and address.
pub type AccountsTable = Table<kind::Accounts>;
/// The table `credentials`: principals, sessions, idempotency keys and limits.
pub type CredentialsTable = Table<kind::Credentials>;
/// The table `keys`: the private keys that tokens are signed with.
pub type KeysTable = Table<kind::Keys>;
/// The table `social`: profiles, relations, tweets, comments and reactions.
pub type SocialTable = Table<kind::Social>;
/// The table `feed`: home timelines, notifications and security events.
pub type FeedTable = Table<kind::Feed>;
/// The table `integers`: integer sessions and their sets.
pub type IntegersTable = Table<kind::Integers>;
/// The table `jobs`: the outbox.
pub type JobsTable = Table<kind::Jobs>;

/// One of the tables: a connection and the table's name. Cheap to clone.
pub struct Table<Kind> {
    pub(crate) db: Db,
    pub(crate) name: String,
    kind: PhantomData<fn() -> Kind>,
}

/// The type parameters of [`Table`], which distinguish the tables.
pub mod kind {
    /// `accounts`.
    #[derive(Clone, Copy, Debug)]
    pub enum Accounts {}
    /// `credentials`.
    #[derive(Clone, Copy, Debug)]
    pub enum Credentials {}
    /// `keys`.
    #[derive(Clone, Copy, Debug)]
    pub enum Keys {}
    /// `social`.
    #[derive(Clone, Copy, Debug)]
    pub enum Social {}
    /// `feed`.
    #[derive(Clone, Copy, Debug)]
    pub enum Feed {}
    /// `integers`.
    #[derive(Clone, Copy, Debug)]
    pub enum Integers {}
    /// `jobs`.
    #[derive(Clone, Copy, Debug)]
    pub enum Jobs {}
}

impl<Kind> Clone for Table<Kind> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), name: self.name.clone(), kind: PhantomData }
    }
}

impl<Kind> fmt::Debug for Table<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.name).finish()
    }
}

impl<Kind> Table<Kind> {
    /// The table with this name. Makes no call.
    #[must_use]
    pub fn new(db: &Db, name: &str) -> Self {
        Self { db: db.clone(), name: name.to_owned(), kind: PhantomData }
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.db.entropy.as_ref()
    }

    /// Reads an item of this table as a Rust type.
    pub(crate) fn read<T: DeserializeOwned>(&self, item: Item) -> Result<T, StoreError> {
        fields(&self.name, item)
    }

    /// The error for an item of this table that cannot be read.
    pub(crate) fn corrupt(&self, cause: &str) -> StoreError {
        StoreError::Corrupt { table: self.name.clone(), cause: cause.to_owned() }
    }

    /// As [`Db::get`].
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, StoreError> {
        self.db.get(&self.name, key).await
    }

    /// As [`Db::get_some`].
    pub(crate) async fn get_some<T: DeserializeOwned>(
        &self,
        key: Key,
        attributes: &str,
    ) -> Result<Option<T>, StoreError> {
        self.db.get_some(&self.name, key, attributes).await
    }

    /// As [`Db::create`].
    pub(crate) async fn create(&self, item: Item) -> Result<(), StoreError> {
        self.db.create(&self.name, item).await
    }

    /// As [`Db::delete`].
    pub(crate) async fn delete(&self, key: Key) -> Result<(), StoreError> {
        self.db.delete(&self.name, key).await
    }

    /// As [`Db::batch_get`].
    pub(crate) async fn batch_get(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.db.batch_get(&self.name, keys).await
    }

    /// As [`Db::batch_get_many`].
    pub(crate) async fn batch_get_many(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.db.batch_get_many(&self.name, keys).await
    }

    /// As [`Db::batch_get_many_lagging`].
    pub(crate) async fn batch_get_many_lagging(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.db.batch_get_many_lagging(&self.name, keys).await
    }

    /// As [`Db::batch_get_some_lagging`].
    pub(crate) async fn batch_get_some_lagging(
        &self,
        keys: Vec<Key>,
        attributes: &str,
    ) -> Result<Vec<Item>, StoreError> {
        self.db.batch_get_some_lagging(&self.name, keys, attributes).await
    }

    /// As [`Db::own_page`].
    pub(crate) async fn own_page(
        &self,
        own: &PartitionRange<'_>,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Item>, StoreError> {
        self.db.own_page(&self.name, own, after, limit).await
    }

    /// As [`Db::list_page`].
    pub(crate) async fn list_page(
        &self,
        list: &str,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Item>, StoreError> {
        self.db.list_page(&self.name, list, order, after, limit).await
    }

    /// As [`Db::list_shard`].
    pub(crate) async fn list_shard(
        &self,
        list_pk: String,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Item>, StoreError> {
        self.db.list_shard(&self.name, list_pk, order, after, limit).await
    }

    /// A query of this table, for [`run_query`].
    pub(crate) fn query(&self) -> QueryFluentBuilder {
        self.db.query(&self.name)
    }
}

impl Db {
    pub(crate) fn query(&self, table: &str) -> QueryFluentBuilder {
        self.client.query().table_name(table).return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// Runs a query and adds its cost to the request's meter. One round trip.
pub(crate) async fn run_query(query: QueryFluentBuilder) -> Result<QueryOutput, StoreError> {
    Ok(metered(query.send(), Direction::Read, |output| output.consumed_capacity.as_slice()).await?)
}
