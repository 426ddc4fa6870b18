//! `GET /admin/reports/<target>/`: one case, with what was reported and who reported it.

use aviary_model::ReportTarget;
use aviary_store::{Case, PageKeys};
use aviary_web::{Params, PathText};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, act_button, delete_link, outcome, time};
use crate::people::person;
use crate::refusal::Refusal;
use crate::reports::{counts, state_tag};
use crate::state::AdminState;
use crate::tweet::pictures;
use crate::visitor::{Staff, Visitor};

/// A case: what was reported, by whom and why, and what can be done. Five round trips.
#[utoipa::path(get, path = "/admin/reports/{target}", tag = "administration",
    params(("target" = String, Path, description = "`tweet:<id>`, `comment:<id>` or `profile:<id>`")),
    responses((status = 200, description = "The page", content_type = "text/html"), (status = 404, description =
        "No such case")))]
pub async fn show_report(
    State(state): State<AdminState>,
    visitor: Visitor,
    PathText(target): PathText,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let target: ReportTarget = target.parse().map_err(|_| Refusal::not_found())?;
    let (case, reports) =
        futures_util::future::try_join(state.reports.case(target), state.reports.about(target, None, PAGE)).await?;
    let case = case.ok_or_else(Refusal::not_found)?;
    let keys = reports.entries.iter().fold(PageKeys::by(None), |keys, report| keys.person(report.reporter));
    let keys = match target {
        ReportTarget::Tweet(id) => keys.tweet(id, case.author),
        ReportTarget::Comment(id) => keys.comment(id, case.author),
        ReportTarget::Profile(id) => keys.person(id),
    };
    let data = state.page_reads.read(&keys).await?;
    let body = html! {
        (outcome(&query))
        section.sheet aria-labelledby="what" {
            h2 #what { "What was reported" }
            @match target {
                ReportTarget::Tweet(id) => @if let Some(tweet) = data.tweet(id) {
                    p.text { (tweet.message.as_str()) }
                    (pictures(&state, tweet))
                    p { a href={ "/admin/tweets/" (id) "/" } { "To the tweet" } }
                } @else { p.empty { "The tweet is gone." } },
                ReportTarget::Comment(id) => @if let Some(comment) = data.comment(id) {
                    p.text { (comment.message.as_str()) }
                    p { a href={ "/admin/comments/" (id) "/" } { "To the comment" } }
                } @else { p.empty { "The comment is gone." } },
                ReportTarget::Profile(id) => @if let Some(profile) = data.profile(id) {
                    p { strong { (profile.alias.as_str()) } }
                    p.text { (profile.bio.as_str()) }
                } @else { p.empty { "The profile is gone." } },
            }
            dl.facts {
                dt { "Author" } dd { (person(case.author, &data)) }
                dt { "Reports" } dd { (counts(&case)) }
                dt { "State" } dd { (state_tag(&case)) }
                @if let Some(closed) = case.closed { dt { "Closed" } dd { (time(closed.at)) " by "
                    a href={ "/admin/users/" (closed.by) "/" } { "a member of staff" } } }
            }
            @if case.closed.is_none() { (actions(&staff, target)) }
        }
        section.sheet aria-labelledby="by" {
            h2 #by { "Reports" }
            table.rows {
                thead { tr { th { "At" } th { "By" } th { "Reason" } th { "Note" } } }
                tbody {
                    @for report in &reports.entries {
                        tr {
                            td data-label="At" { (time(report.created_at)) }
                            td data-label="By" { (person(report.reporter, &data)) }
                            td data-label="Reason" { (report.reason.as_str()) }
                            td.text data-label="Note" { (report.note.as_str()) }
                        }
                    }
                }
            }
            @if reports.next.is_some() { p.faint { "Older reports are not shown." } }
        }
    };
    Ok(page(&state, &staff, Section::Reports, "Report", &body))
}

fn actions(staff: &Staff, target: ReportTarget) -> Markup {
    let (queue, named) = ("/admin/reports/", target.to_string());
    let button = |act: &str, words: &str| act_button(staff, queue, (act, &named), ("quiet", words));
    html! {
        div.actions {
            (button("dismiss", "Dismiss"))
            (button("warn", "Warn by mail"))
            (button("deactivate_author", "Deactivate the author"))
            @match target {
                ReportTarget::Profile(id) => (delete_link(queue, &format!("user:{id}"), "Delete the account …")),
                _ => (delete_link(queue, &named, "Take down …")),
            }
        }
    }
}

/// A link to the case of a thing, if it was reported.
pub(crate) fn case_facts(case: Option<&Case>) -> Markup {
    html! {
        @if let Some(case) = case {
            section.sheet {
                h2 { "Reported" }
                p { (counts(case)) " " (state_tag(case)) " "
                    a href={ "/admin/reports/" (case.target) "/" } { "To the case" } }
            }
        }
    }
}
