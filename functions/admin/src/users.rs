//! `GET /admin/users/`: all accounts by time, or those whose name or address begins so.

use std::collections::HashMap;

use aviary_model::{NameKey, UserId};
use aviary_store::{NameHit, Order, Principal, User};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, bulk, outcome, pager, pick, select, time};
use crate::people::{state_tags, users_of};
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Visitor;

pub(crate) const PATH: &str = "/admin/users/";
const ORDERS: [(&str, &str); 3] = [("newest", "Newest first"), ("oldest", "Oldest first"), ("name", "By name")];
/// What can be done to several accounts at once.
const ACTS: [(&str, &str); 5] = [
    ("deactivate", "Deactivate"),
    ("reactivate", "Reactivate"),
    ("sign_out", "Sign out everywhere"),
    ("send_reset", "Send a mail that sets a new password"),
    ("delete", "Delete …"),
];

/// The list of accounts, with a search by the beginning of a name or an address. Four round trips.
#[utoipa::path(get, path = "/admin/users", tag = "administration",
    params(
        ("q" = Option<String>, Query, description = "The beginning of a username or an address"),
        ("order" = Option<String>, Query, description = "`newest`, `oldest` or `name`"),
        ("after" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_users(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (wanted, order, after) = (text(&query, "q"), text(&query, "order"), text(&query, "after"));
    let order = order.as_deref().filter(|order| ["oldest", "name"].contains(order)).unwrap_or("newest");
    let accounts = &state.account.tables.accounts;
    // A search shows the name that was found, which may be an address, or one that was given up.
    let (found, next): (Vec<NameHit>, _) = if wanted.is_some() || order == "name" {
        let begin = NameKey::of(wanted.as_deref().unwrap_or_default());
        let page = accounts.by_beginning(&begin, after.as_deref(), PAGE, state.account.clock.now()).await?;
        (page.entries, page.next)
    } else {
        let order = if order == "oldest" { Order::OldestFirst } else { Order::NewestFirst };
        let from = after.as_deref().and_then(|after| after.parse().ok());
        let page = accounts.by_time(order, from, PAGE).await?;
        let hit = |user| NameHit { name: String::new(), user, former: false };
        (page.entries.into_iter().map(hit).collect(), page.next)
    };
    let mut ids: Vec<UserId> = found.iter().map(|hit| hit.user).collect();
    ids.sort();
    ids.dedup();
    let (users, principals) = users_of(&state, &ids).await?;
    let mut parameters = vec![("order", order)];
    parameters.extend(wanted.as_deref().map(|wanted| ("q", wanted)));
    let here = url(PATH, parameters.iter().copied().chain(after.as_deref().map(|after| ("after", after))));
    let body = html! {
        (outcome(&query))
        (search(wanted.as_deref(), order))
        @if found.is_empty() { p.sheet.empty { "Nobody has a name or an address that begins so." } }
        @else { (bulk(&staff, &here, &ACTS, &table(&found, &users, &principals))) }
        (pager(PATH, &parameters, after.as_deref(), next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Users, "Users", &body))
}

fn search(wanted: Option<&str>, order: &str) -> Markup {
    html! {
        form.bar role="search" method="get" action=(PATH) {
            (find(wanted))
            (select("order", "Order", &ORDERS, order))
            button type="submit" { "Show" }
        }
    }
}

/// The field that finds users.
pub(crate) fn find(wanted: Option<&str>) -> Markup {
    html! {
        div.grow {
            label for="q" { "Name or address begins with" }
            input #q type="search" name="q" value=(wanted.unwrap_or_default()) autocapitalize="none" spellcheck="false";
        }
    }
}

fn table(found: &[NameHit], users: &HashMap<UserId, User>, principals: &HashMap<UserId, Principal>) -> Markup {
    html! {
        table.rows {
            thead { tr {
                th.pick { span.faint { "Tick" } } th { "Username" } th { "Address" } th { "Joined" } th { "State" }
            } }
            tbody {
                @for hit in found {
                    @if let Some(user) = users.get(&hit.user) {
                        tr {
                            (pick(&format!("user:{}", user.id), user.username.as_str()))
                            td data-label="Username" {
                                a href={ (PATH) (user.id) "/" } { (user.username.as_str()) }
                                @if hit.former { div.faint { "had the name " (hit.name) } }
                            }
                            td data-label="Address" { (user.email.as_ref().map_or("–", |email| email.as_str())) }
                            td data-label="Joined" { (time(user.created_at)) }
                            td data-label="State" { (state_tags(principals.get(&user.id))) }
                        }
                    }
                }
            }
        }
    }
}
