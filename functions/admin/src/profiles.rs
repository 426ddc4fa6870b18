//! `GET /admin/profiles/`: all profiles by time.

use aviary_store::{PageKeys, Picture, Profile};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::html;

use crate::page::{Section, page};
use crate::parts::{PAGE, pager, time};
use crate::query::text;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweets::{order_links, order_of};
use crate::visitor::Visitor;

const PATH: &str = "/admin/profiles/";

/// The list of profiles. Four round trips.
#[utoipa::path(get, path = "/admin/profiles", tag = "administration",
    params(("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_profiles(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (order, after) = (order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.account.tables.profiles.by_time(order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, id| keys.person(*id));
    let data = state.page_reads.read(&keys).await?;
    let profiles: Vec<&Profile> = found.entries.iter().filter_map(|id| data.profile(*id)).collect();
    let body = html! {
        (order_links(PATH, order.0))
        div.sheet {
            @if profiles.is_empty() { p.empty { "Nobody has a profile." } }
            @else {
                table.rows {
                    thead { tr { th { "Username" } th { "Display name" } th { "Biography" } th.number { "Followers" }
                        th.number { "Tweets" } th { "Picture" } th { "Since" } } }
                    tbody {
                        @for profile in profiles {
                            tr {
                                td data-label="Username" {
                                    a href={ "/admin/users/" (profile.id) "/" } { (profile.username.as_str()) } }
                                td data-label="Display name" { (profile.alias.as_str()) }
                                td.text data-label="Biography" { (profile.bio.as_str()) }
                                td.number data-label="Followers" { (profile.followers) }
                                td.number data-label="Tweets" { (profile.tweets) }
                                td data-label="Picture" {
                                    @match &profile.picture {
                                        Some(Picture::Object(key)) => {
                                            img src=(state.media.url(key)) alt={ "Picture of " (profile.username.as_str()) }
                                                width="48" height="48" loading="lazy"; }
                                        Some(Picture::Link(_)) => "elsewhere",
                                        None => "none",
                                    }
                                }
                                td data-label="Since" { (time(profile.created_at)) }
                            }
                        }
                    }
                }
            }
        }
        (pager(PATH, &[("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Profiles, "Profiles", &body))
}
