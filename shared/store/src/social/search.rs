//! Search for users by the beginning of a username or an alias.

use aviary_model::{NameKey, UserId};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, text};
use crate::dynamodb::pages::{ListPage, attribute};
use crate::dynamodb::table::run_query;
use crate::social::profiles::{Profile, Profiles};
use crate::social::search_index::place;

/// The longest sort key that DynamoDB allows, in bytes; no cursor is longer.
const MAX_PLACE_BYTES: usize = 1_024;
/// The highest character: it sorts after every name with the same beginning.
const LAST: char = '\u{10ffff}';

/// A user whom the index returned. The profile decides whether the hit is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchHit {
    /// The user.
    pub user: UserId,
    /// The hit's place in the search, from which the next page may go on. It shows the name and the user.
    pub place: String,
    /// Was the user found by the alias instead of the username?
    pub by_alias: bool,
}

impl SearchHit {
    /// Is the profile shown for this hit? A user found by both names is shown once, by the username. A user who was
    /// renamed after the index was written is not shown.
    #[must_use]
    pub fn shows(&self, profile: &Profile, query: &NameKey) -> bool {
        let begins = |name: &str| NameKey::of(name).as_str().starts_with(query.as_str());
        let by_name = begins(profile.username.as_str());
        if self.by_alias { !by_name && begins(profile.alias.as_str()) } else { by_name }
    }
}

impl Profiles {
    /// A page of the users whose username or alias begins with the query, in the order of the names, after the cursor
    /// `after`. `None` if the cursor does not belong to this search. A client may see only the places of hits that are
    /// shown to it. The index lags. One round trip.
    pub async fn search(
        &self,
        query: &NameKey,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Option<ListPage<SearchHit>>, StoreError> {
        let Some((list, begin)) = place(query) else { return Ok(Some(ListPage { entries: Vec::new(), next: None })) };
        let end = format!("{begin}{LAST}");
        let is_place = |after: &str| {
            let is_inside = after.starts_with(&begin) && after <= end.as_str();
            after.len() <= MAX_PLACE_BYTES && is_inside && hit_of(after, false).is_some()
        };
        if after.is_some_and(|after| !is_place(after)) {
            return Ok(None);
        }
        let call = self
            .table
            .query()
            .index_name("lists")
            .key_condition_expression("list_pk = :pk AND list_sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(list))
            .expression_attribute_values(":first", text(after.unwrap_or(&begin)))
            .expression_attribute_values(":last", text(end))
            // One extra item shows whether there is more, and another may share its cursor with a second one. `BETWEEN`
            // also includes the items at `after`, of which there are up to two.
            .limit(limit.saturating_add(2 + 2 * i32::from(after.is_some())));
        let output = run_query(call).await?;
        let mut found = output.items.unwrap_or_default();
        found.retain(|item| attribute(item, "list_sk") != after);
        Ok(Some(cut(found, limit)))
    }
}

/// The first `limit` items, and one more where the limit would split two items with the same sort key. A user's
/// username and alias may share one.
fn cut(mut found: Vec<Item>, limit: i32) -> ListPage<SearchHit> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let sk = |at: usize| found.get(at).and_then(|item| attribute(item, "list_sk"));
    let last = limit.saturating_sub(1);
    let end = if sk(limit).is_some() && sk(last) == sk(limit) { limit + 1 } else { limit };
    let next = sk(last).filter(|_| found.len() > end).map(ToOwned::to_owned);
    found.truncate(end);
    ListPage { entries: found.iter().filter_map(hit).collect(), next }
}

fn hit(item: &Item) -> Option<SearchHit> {
    hit_of(attribute(item, "list_sk")?, attribute(item, "sk") == Some("PROFILE"))
}

fn hit_of(sk: &str, by_alias: bool) -> Option<SearchHit> {
    let (_, user) = sk.rsplit_once('#')?;
    Some(SearchHit { user: user.parse().ok()?, place: sk.to_owned(), by_alias })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dynamodb::item::Key;

    #[test]
    fn items_with_the_same_sort_key_share_a_page() {
        let place = "ada#019a0000-0000-7000-8000-0000000000aa";
        let entry = |sk: &str, list_sk: &str| {
            let mut item = Key::new("x", sk).into_item();
            item.insert("list_sk".to_owned(), text(list_sk));
            item
        };
        let after = || entry("NAME", "adb#019a0000-0000-7000-8000-0000000000bb");
        for sks in [["NAME", "PROFILE"], ["PROFILE", "NAME"]] {
            let both = || sks.map(|sk| entry(sk, place)).to_vec();
            let page = cut([both(), vec![after()]].concat(), 1);
            assert_eq!((page.entries.len(), page.next.as_deref()), (2, Some(place)), "{sks:?}");
            assert!(page.entries.iter().any(|hit| !hit.by_alias));
            let last = cut(both(), 1);
            assert_eq!((last.entries.len(), last.next), (2, None), "{sks:?}");
        }
    }
}
