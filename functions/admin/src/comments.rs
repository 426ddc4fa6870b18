//! `GET /admin/comments/`: all comments by time.

use aviary_store::{Comment, PageData, PageKeys};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, bulk, outcome, pager, pick, time};
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweets::{order_links, order_of};
use crate::visitor::Visitor;

const PATH: &str = "/admin/comments/";

/// The list of comments. Four round trips.
#[utoipa::path(get, path = "/admin/comments", tag = "administration",
    params(("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_comments(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (order, after) = (order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.comments.by_time(order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, (id, author)| keys.comment(*id, *author));
    let data = state.page_reads.read(&keys).await?;
    let comments: Vec<&Comment> = found.entries.iter().filter_map(|(id, _)| data.comment(*id)).collect();
    let here = url(PATH, [("order", order.0)].into_iter().chain(after.as_deref().map(|after| ("after", after))));
    let body = html! {
        (outcome(&query))
        (order_links(PATH, order.0))
        @if comments.is_empty() { p.sheet.empty { "There is no comment." } }
        @else { (bulk(&staff, &here, &[("delete", "Delete …")], &table(&comments, &data))) }
        (pager(PATH, &[("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Comments, "Comments", &body))
}

fn table(comments: &[&Comment], data: &PageData) -> Markup {
    html! {
        table.rows {
            thead { tr { th.pick { span.faint { "Tick" } } th { "At" } th { "Author" } th { "Text" } th { "Tweet" }
                th.number { "Likes" } } }
            tbody {
                @for comment in comments {
                    tr {
                        (pick(&format!("comment:{}", comment.id), "the comment"))
                        td data-label="At" { a href={ (PATH) (comment.id) "/" } { (time(comment.created_at)) } }
                        td data-label="Author" { (person(comment.author, data)) }
                        td.text data-label="Text" { (comment.message.as_str()) }
                        td data-label="Tweet" { a href={ "/admin/tweets/" (comment.tweet) "/" } { "the tweet" } }
                        td.number data-label="Likes" { (comment.likes) }
                    }
                }
            }
        }
    }
}
