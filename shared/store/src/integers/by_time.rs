//! The list of all integer sessions by time, for the administration.

use aviary_model::{GenerationId, IntegerSession, UserId};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::pages::{ListPage, Order, attribute, id_behind};
use crate::dynamodb::sharded_list::ShardedList;
use crate::integers::{Integers, Manifest};

/// An integer session in the list of all.
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// The owner.
    pub user: UserId,
    /// The session's name.
    pub session: IntegerSession,
    /// What it holds.
    pub manifest: Manifest,
}

impl Integers {
    /// A page of all integer sessions by the time of their generation, after this one. The index lags. Two round trips.
    pub async fn by_time(
        &self,
        order: Order,
        after: Option<GenerationId>,
        limit: i32,
    ) -> Result<ListPage<ListedSession>, StoreError> {
        let after = after.map(|id| id.to_string());
        let list = ShardedList::by_time("SESSIONS");
        let page = self.table.db.sharded_page(&self.table.name, list, order, after.as_deref(), limit).await?;
        let keys = page.entries.iter().filter_map(key_of).collect();
        let found = self.table.batch_get_many_lagging(keys).await?;
        let of = |entry: Item| {
            let key = key_of(&entry)?;
            found.iter().find(|item| key.is_of(item)).cloned()
        };
        let next = page.next.clone();
        let items: Vec<Item> = page.entries.into_iter().filter_map(of).collect();
        let sessions = items.into_iter().filter_map(|item| self.listed(item).transpose());
        Ok(ListPage { entries: sessions.collect::<Result<_, _>>()?, next })
    }

    fn listed(&self, item: Item) -> Result<Option<ListedSession>, StoreError> {
        let place = place_of(&item);
        let manifest = self.table.read(item)?;
        Ok(place.map(|(user, session)| ListedSession { user, session, manifest }))
    }
}

fn key_of(item: &Item) -> Option<Key> {
    Some(Key::new(attribute(item, "pk")?, attribute(item, "sk")?))
}

fn place_of(item: &Item) -> Option<(UserId, IntegerSession)> {
    let session = IntegerSession::parse(attribute(item, "sk")?.strip_prefix("SESSION#")?).ok()?;
    Some((id_behind(item, "pk", "U#")?, session))
}
