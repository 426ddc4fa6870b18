//! `GET /admin/reports/`: the queue of what people reported.

use aviary_model::{ReportReason, ReportTarget};
use aviary_store::{Case, CaseOutcome, PageData, PageKeys};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, bulk, outcome, pager, pick, tag};
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweets::order_of;
use crate::visitor::Visitor;

const PATH: &str = "/admin/reports/";
/// What can be done to several cases at once.
const ACTS: [(&str, &str); 4] = [
    ("dismiss", "Dismiss"),
    ("warn", "Warn the authors by mail"),
    ("deactivate_author", "Deactivate the authors"),
    ("delete", "Take down …"),
];

/// The open or the closed cases, with what was reported, by how many, and why. Five round trips.
#[utoipa::path(get, path = "/admin/reports", tag = "administration",
    params(
        ("state" = Option<String>, Query, description = "`open` or `closed`"),
        ("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_reports(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let open = text(&query, "state").as_deref() != Some("closed");
    let (word, order, after) = (if open { "open" } else { "closed" }, order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.reports.cases(open, order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, case| match case.target {
        ReportTarget::Tweet(id) => keys.tweet(id, case.author),
        ReportTarget::Comment(id) => keys.comment(id, case.author),
        ReportTarget::Profile(id) => keys.person(id),
    });
    let data = state.page_reads.read(&keys).await?;
    let parameters = [("state", word), ("order", order.0)];
    let here = url(PATH, parameters.into_iter().chain(after.as_deref().map(|after| ("after", after))));
    let table = table(&found.entries, &data);
    let body = html! {
        (outcome(&query))
        nav.bar aria-label="State and order" {
            @for (state, sorted, words) in [
                ("open", "oldest", "Open, oldest first"),
                ("open", "newest", "Open, newest first"),
                ("closed", "newest", "Closed"),
            ] {
                @let is_this = (state, sorted) == (word, order.0);
                a.button.quiet href=(url(PATH, [("state", state), ("order", sorted)]))
                    aria-current=[is_this.then_some("true")] { (words) }
            }
        }
        @if found.entries.is_empty() { p.sheet.empty { "There is no " (word) " case." } }
        @else if open { (bulk(&staff, &here, &ACTS, &table)) }
        @else { div.sheet { (table) } }
        (pager(PATH, &parameters, after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Reports, "Reports", &body))
}

fn table(cases: &[Case], data: &PageData) -> Markup {
    html! {
        table.rows {
            thead { tr { th.pick { span.faint { "Tick" } } th { "What" } th { "Text" } th { "Author" }
                th { "Reports" } th { "State" } } }
            tbody {
                @for case in cases {
                    tr {
                        (pick(&case.target.to_string(), "the case"))
                        td data-label="What" { a href={ (PATH) (case.target) "/" } { (case.target.kind()) } }
                        td.text data-label="Text" { (reported_text(case, data)) }
                        td data-label="Author" { (person(case.author, data)) }
                        td data-label="Reports" { (counts(case)) }
                        td data-label="State" { (state_tag(case)) }
                    }
                }
            }
        }
    }
}

/// What was reported, in its author's words.
fn reported_text(case: &Case, data: &PageData) -> Markup {
    let gone = || html! { span.faint { "It is gone." } };
    match case.target {
        ReportTarget::Tweet(id) => data.tweet(id).map_or_else(gone, |tweet| {
            html! {
                (tweet.message.as_str()) @if tweet.has_media() { " " (tag("", "with media")) }
            }
        }),
        ReportTarget::Comment(id) => data.comment(id).map_or_else(gone, |comment| {
            html! { (comment.message.as_str())
            }
        }),
        ReportTarget::Profile(id) => data.profile(id).map_or_else(gone, |profile| {
            html! {
                (profile.alias.as_str()) " " (profile.bio.as_str())
            }
        }),
    }
}

/// How many people reported it, and why.
pub(crate) fn counts(case: &Case) -> Markup {
    let given: Vec<ReportReason> = ReportReason::ALL.into_iter().filter(|reason| case.count(*reason) > 0).collect();
    let reasons: Vec<String> = match given[..] {
        [only] => vec![only.as_str().to_owned()],
        _ => given.iter().map(|reason| format!("{} {}", reason.as_str(), case.count(*reason))).collect(),
    };
    html! {
        strong { (case.reports()) } " "
        span.faint { "(" (reasons.join(", ")) ")" }
    }
}

pub(crate) fn state_tag(case: &Case) -> Markup {
    match case.closed.map(|closed| closed.outcome) {
        None => tag("warn", "open"),
        Some(CaseOutcome::TakenDown) => tag("", "taken down"),
        Some(CaseOutcome::Warned) => tag("", "warned"),
        Some(CaseOutcome::Deactivated) => tag("", "author deactivated"),
        Some(CaseOutcome::Dismissed) => tag("", "dismissed"),
    }
}
