//! `GET /admin/integers/`: all integer sessions by time.

use aviary_store::{ListedSession, PageData, PageKeys};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::integers_session::link;
use crate::page::{Section, page};
use crate::parts::{PAGE, bulk, outcome, pager, pick};
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweets::{order_links, order_of};
use crate::visitor::Visitor;

const PATH: &str = "/admin/integers/";

/// The list of integer sessions with their sets' number and size. Nobody can read what they mean. Five round trips.
#[utoipa::path(get, path = "/admin/integers", tag = "administration",
    params(("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_integers(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (order, after) = (order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.integers.by_time(order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, listed| keys.person(listed.user));
    let data = state.page_reads.read(&keys).await?;
    let here = url(PATH, [("order", order.0)].into_iter().chain(after.as_deref().map(|after| ("after", after))));
    let body = html! {
        (outcome(&query))
        (order_links(PATH, order.0))
        @if found.entries.is_empty() { p.sheet.empty { "There is no integer session." } }
        @else { (bulk(&staff, &here, &[("delete", "Remove …")], &table(&found.entries, &data))) }
        (pager(PATH, &[("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Integers, "Integer sessions", &body))
}

fn table(sessions: &[ListedSession], data: &PageData) -> Markup {
    html! {
        table.rows {
            thead { tr { th.pick { span.faint { "Tick" } } th { "Owner" } th { "Session" } th.number { "Sets" }
                th.number { "Bytes" } } }
            tbody {
                @for ListedSession { user, session, manifest } in sessions {
                    tr {
                        (pick(&format!("integers:{user}:{}", session.as_str()), "the session"))
                        td data-label="Owner" { (person(*user, data)) }
                        td data-label="Session" { (link(*user, session)) }
                        td.number data-label="Sets" { (manifest.sets) }
                        td.number data-label="Bytes" { (manifest.bytes) }
                    }
                }
            }
        }
    }
}
