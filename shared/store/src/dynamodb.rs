//! Access to DynamoDB: the client, items, expressions, transactions, pages, retries and errors.

pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod expression;
pub(crate) mod item;
pub(crate) mod overhead;
pub(crate) mod pages;
pub(crate) mod reads;
pub(crate) mod retry;
pub(crate) mod sharded_list;
pub(crate) mod table;
pub(crate) mod transaction;
