//! Lists of users for the administration: by time, and by the beginning of a username or an address.

use aviary_model::{NameKey, Timestamp, UserId};

use crate::accounts::{Accounts, User, user_key};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, is_expired};
use crate::dynamodb::pages::{ListPage, Order, attribute, id_behind};
use crate::dynamodb::sharded_list::ShardedList;

/// A username or an address that begins as the administration asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameHit {
    /// The name or the address, folded.
    pub name: String,
    /// Whose it is.
    pub user: UserId,
    /// Whether the account has given it up and only holds it.
    pub former: bool,
}

impl Accounts {
    /// A page of all users, after the user `after`. The index lags. One round trip.
    pub async fn by_time(
        &self,
        order: Order,
        after: Option<UserId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let list = ShardedList { index: "users-by-time", keys: ("time_pk", "time_sk"), list: "USERS", begin: "" };
        let after = after.map(|user| user.to_string());
        let page = self.table.db.sharded_page(&self.table.name, list, order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "time_sk", "")))
    }

    /// A page of the usernames and addresses that begin so, in their order, after the name `after`. Former ones are
    /// among them while they are held. The index lags. One round trip.
    pub async fn by_beginning(
        &self,
        begin: &NameKey,
        after: Option<&str>,
        limit: i32,
        now: Timestamp,
    ) -> Result<ListPage<NameHit>, StoreError> {
        let keys = ("name_pk", "name_sk");
        let list = ShardedList { index: "users-by-name", keys, list: "NAMES", begin: begin.as_str() };
        let page = self.table.db.sharded_page(&self.table.name, list, Order::OldestFirst, after, limit).await?;
        Ok(page.filter_map(|item| hit(&item).filter(|_| !is_expired(&item, now))))
    }

    /// The users with these ids, in no order; deleted ones are left out. What was written within the last seconds may be
    /// missing. One round trip, none without ids.
    pub async fn many(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let found = self.table.batch_get_many_lagging(ids.iter().map(|id| user_key(*id)).collect()).await?;
        found.into_iter().map(|item| self.table.read(item)).collect()
    }
}

fn hit(item: &Item) -> Option<NameHit> {
    let name = attribute(item, "name_sk")?.to_owned();
    Some(NameHit { name, user: id_behind(item, "user_id", "")?, former: item.contains_key("expires_at") })
}
