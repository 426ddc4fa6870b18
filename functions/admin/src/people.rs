//! Users with their state, and the names of people who are mentioned on a page.

use std::collections::HashMap;

use aviary_model::UserId;
use aviary_store::{PageData, Principal, User};
use futures_util::future::try_join;
use maud::{Markup, html};

use crate::parts::tag;
use crate::refusal::Refusal;
use crate::state::AdminState;

/// The accounts and principals of these users. One round trip.
pub(crate) async fn users_of(
    state: &AdminState,
    ids: &[UserId],
) -> Result<(HashMap<UserId, User>, HashMap<UserId, Principal>), Refusal> {
    let tables = &state.account.tables;
    let (users, principals) = try_join(tables.accounts.many(ids), tables.credentials.principals(ids)).await?;
    Ok((users.into_iter().map(|user| (user.id, user)).collect(), principals.into_iter().collect()))
}

/// Whether an account may act and is staff.
pub(crate) fn state_tags(principal: Option<&Principal>) -> Markup {
    html! {
        @match principal {
            Some(principal) => {
                @if principal.active { (tag("good", "active")) } @else { (tag("bad", "deactivated")) }
                @if principal.staff { " " (tag("", "staff")) }
            }
            None => (tag("bad", "deleted")),
        }
    }
}

/// A link to the page of a user who has this profile, or whose account is gone.
pub(crate) fn person(id: UserId, page: &PageData) -> Markup {
    match page.profile(id) {
        Some(profile) => html! { a href={ "/admin/users/" (id) "/" } { (profile.username.as_str()) } },
        None => html! { span.faint { "a deleted account" } },
    }
}
