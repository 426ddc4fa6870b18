//! `GET /admin/comments/<id>/`: one comment.

use aviary_model::{CommentId, ReportTarget};
use aviary_store::PageKeys;
use aviary_web::{Params, PathText};
use axum::extract::State;
use axum::response::Response;
use maud::html;

use crate::page::{Section, page};
use crate::parts::{delete_link, outcome, time};
use crate::people::person;
use crate::refusal::Refusal;
use crate::report::case_facts;
use crate::state::AdminState;
use crate::visitor::Visitor;

/// A comment, its author and its case. Four round trips.
#[utoipa::path(get, path = "/admin/comments/{id}", tag = "administration",
    params(("id" = String, Path, description = "The comment's id")),
    responses((status = 200, description = "The page", content_type = "text/html"), (status = 404, description =
        "Unknown comment")))]
pub async fn show_comment(
    State(state): State<AdminState>,
    visitor: Visitor,
    PathText(id): PathText,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let id: CommentId = id.parse().map_err(|_| Refusal::not_found())?;
    let (comment, case) =
        futures_util::future::try_join(state.comments.by_id(id), state.reports.case(ReportTarget::Comment(id))).await?;
    let comment = comment.ok_or_else(Refusal::not_found)?;
    let data = state.page_reads.read(&PageKeys::by(None).person(comment.author)).await?;
    let body = html! {
        (outcome(&query))
        section.sheet {
            p.text { (comment.message.as_str()) }
            dl.facts {
                dt { "Author" } dd { (person(comment.author, &data)) }
                dt { "Tweet" } dd { a href={ "/admin/tweets/" (comment.tweet) "/" } { "the tweet" } }
                @if let Some(parent) = comment.in_reply_to {
                    dt { "Answers" } dd { a href={ "/admin/comments/" (parent.comment) "/" } { "a comment" } }
                }
                dt { "At" } dd { (time(comment.created_at)) }
                @if let Some(edited) = comment.edited_at { dt { "Edited" } dd { (time(edited)) } }
                dt { "Id" } dd { (comment.id) }
                dt { "Likes" } dd { (comment.likes) }
                dt { "Answered by" } dd { (comment.comments) }
            }
            div.actions { (delete_link("/admin/comments/", &format!("comment:{id}"), "Take down …")) }
        }
        (case_facts(case.as_ref()))
    };
    Ok(page(&state, &staff, Section::Comments, "Comment", &body))
}
