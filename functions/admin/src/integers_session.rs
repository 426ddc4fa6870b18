//! `GET /admin/integers/session/`: the sets of one integer session. Nobody can read what they mean.

use aviary_model::{Encoding, IntegerSession, SetId, UserId};
use aviary_store::{PageKeys, SetPage};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, counted, delete_link, outcome, pager};
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::target::Target;
use crate::visitor::Visitor;

const PATH: &str = "/admin/integers/session/";

/// The sets of an integer session, by their ids. A session's name is any text, so it stands in the query. Five round
/// trips.
#[utoipa::path(get, path = "/admin/integers/session", tag = "administration",
    params(("user" = String, Query, description = "The owner's id"),
        ("session" = String, Query, description = "The session's name"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html"), (status = 404, description =
        "No such session")))]
pub async fn show_session(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let user = text(&query, "user").and_then(|user| user.parse::<UserId>().ok()).ok_or_else(Refusal::not_found)?;
    let session = text(&query, "session").and_then(|session| IntegerSession::parse(&session).ok());
    let session = session.ok_or_else(Refusal::not_found)?;
    let after = text(&query, "after");
    let from = after.as_deref().and_then(|after| SetId::parse(after).ok());
    let open = state.integers.open(user, &session, state.account.clock.now()).await?;
    let Some(manifest) = &open.manifest else { return Err(Refusal::not_found()) };
    let keys = PageKeys::by(None).person(user);
    let (sets, people) =
        futures_util::try_join!(state.integers.short_page(&open, from.as_ref(), PAGE), state.page_reads.read(&keys))?;
    let id = user.to_string();
    let parameters = [("user", id.as_str()), ("session", session.as_str())];
    // Without its last set, a session has no page.
    let here = url(PATH, parameters.iter().copied().chain(after.as_deref().map(|after| ("after", after))));
    let next = if manifest.sets > 1 { here.as_str() } else { "/admin/integers/" };
    let body = html! {
        (outcome(&query))
        section.sheet {
            dl.facts {
                dt { "Owner" } dd { (person(user, &people)) }
                dt { "Holds" } dd { (counted(manifest.sets, "set", "sets")) ", "
                    (counted(manifest.bytes, "byte", "bytes")) }
            }
            div.actions { (delete_link("/admin/integers/", &format!("integers:{user}:{}", session.as_str()),
                "Remove session …")) }
        }
        section.sheet aria-labelledby="sets" { h2 #sets { "Sets" } (table(user, &session, &sets, next)) }
        (pager(PATH, &parameters, after.as_deref(), sets.next.as_ref().map(SetId::as_str)))
    };
    Ok(page(&state, &staff, Section::Integers, &format!("Integer session {}", session.as_str()), &body))
}

/// The link to the page of a session.
pub(crate) fn link(user: UserId, session: &IntegerSession) -> Markup {
    let user = user.to_string();
    html! { a href=(url(PATH, [("user", user.as_str()), ("session", session.as_str())])) { (session.as_str()) } }
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Number => "number",
        Encoding::Base64 => "base64",
        Encoding::Decimal => "decimal",
        Encoding::Hex => "hex",
    }
}

fn table(user: UserId, session: &IntegerSession, page: &SetPage, next: &str) -> Markup {
    let target = |set: &SetId| Target::IntegerSet(user, session.clone(), set.clone()).to_string();
    html! {
        @if page.sets.is_empty() { p.empty { "None here." } }
        @else {
            table.rows {
                thead { tr { th { "Set" } th.number { "Integers" } th.number { "Bytes" } th { "Encoding" }
                    th { "Stored in" } th { "Version" } th { span.faint { "Remove" } } } }
                tbody { @for set in &page.sets { tr {
                    td data-label="Set" { (set.id.as_str()) }
                    td.number data-label="Integers" { (set.units) }
                    td.number data-label="Bytes" { (set.bytes) }
                    td data-label="Encoding" { (encoding(set.encoding)) }
                    td data-label="Stored in" { @if set.object().is_some() { "S3" } @else { "DynamoDB" } }
                    td data-label="Version" { (set.version) }
                    td { (delete_link(next, &target(&set.id), "Remove …")) }
                } } }
            }
        }
    }
}
