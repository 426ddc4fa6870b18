//! `GET /admin/uploads/`: the direct uploads of all users by time, and where each stands.

use aviary_store::{MediaState, MediaUpload, PageData, PageKeys, UploadList};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, outcome, pager, select, tag, time};
use crate::people::person;
use crate::query::text;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweets::order_of;
use crate::visitor::Visitor;

const PATH: &str = "/admin/uploads/";
/// The lists that can be chosen, with their words.
const STATES: [(&str, &str, &[UploadList]); 4] = [
    ("all", "All", &UploadList::ALL),
    ("undecided", "Waiting or processing", &[UploadList::Undecided]),
    ("ready", "Ready", &[UploadList::Ready]),
    ("rejected", "Rejected", &[UploadList::Rejected]),
];

/// The list of direct uploads. Four round trips; all states at once take 48 queries, one state 16.
#[utoipa::path(get, path = "/admin/uploads", tag = "administration",
    params(("state" = Option<String>, Query, description = "`all`, `undecided`, `ready` or `rejected`"),
        ("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_uploads(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (wanted, order, after) = (text(&query, "state"), order_of(&query), text(&query, "after"));
    let chosen = STATES.iter().find(|(word, ..)| wanted.as_deref() == Some(*word));
    let (word, lists) = chosen.map_or(("all", &UploadList::ALL[..]), |(word, _, lists)| (*word, *lists));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.uploads.by_time(lists, order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, (owner, _)| keys.person(*owner));
    let (uploads, people) = futures_util::try_join!(state.uploads.many(&found.entries), state.page_reads.read(&keys))?;
    let states = STATES.map(|(word, words, _)| (word, words));
    let body = html! {
        (outcome(&query))
        form.bar method="get" action=(PATH) {
            (select("state", "State", &states, word))
            (select("order", "Order", &[("newest", "Newest first"), ("oldest", "Oldest first")], order.0))
            button type="submit" { "Show" }
        }
        section.sheet { (table(&uploads, Some(&people))) }
        (pager(PATH, &[("state", word), ("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Uploads, "Direct uploads", &body))
}

/// Where each upload stands, and why it was rejected; with its owner, if the page is not about one.
pub(crate) fn table(uploads: &[MediaUpload], people: Option<&PageData>) -> Markup {
    html! {
        @if uploads.is_empty() { p.empty { "None." } }
        @else {
            table.rows {
                thead { tr { th { "At" } @if people.is_some() { th { "Owner" } } th { "Type" } th.number { "Size" }
                    th { "State" } th { "Reason" } th { "Shown by" } } }
                tbody {
                    @for upload in uploads {
                        tr {
                            td data-label="At" { (time(upload.created_at)) }
                            @if let Some(people) = people {
                                td.person data-label="Owner" { (person(upload.owner, people)) }
                            }
                            td.kind data-label="Type" { (upload.content_type) }
                            td.number data-label="Size" {
                                (bytes(upload))
                                @if let Some(file) = &upload.file {
                                    br;
                                    span.faint { (file.width) " × " (file.height) " pixels" }
                                }
                            }
                            td data-label="State" { (state_tag(upload.state)) }
                            td.text data-label="Reason" { (upload.reason.as_deref().unwrap_or("–")) }
                            td data-label="Shown by" {
                                @if let Some(tweet) = upload.tweet { a href={ "/admin/tweets/" (tweet) "/" } {
                                    "a tweet" } } @else { "–" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The bytes of the file, or those that its form admits.
fn bytes(upload: &MediaUpload) -> Markup {
    let most = if upload.state == MediaState::Waiting { "up to " } else { "" };
    html! { @if let Some(bytes) = upload.size { (most) (bytes) " bytes" } @else { "–" } }
}

fn state_tag(state: MediaState) -> Markup {
    match state {
        MediaState::Waiting => tag("", "waiting"),
        MediaState::Processing => tag("", "processing"),
        MediaState::Ready => tag("good", "ready"),
        MediaState::Rejected => tag("bad", "rejected"),
    }
}
