//! `GET /admin/`: today's figures, whether the parts of the service answer, and jobs that are late.

use aviary_model::Timestamp;
use aviary_store::{Job, MadeSince};
use aviary_web::{ApiError, Checks, Params};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::audit_log::logins_by_hour;
use crate::chart::{Bar, chart};
use crate::page::{Section, page};
use crate::parts::{outcome, tag, time};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::users;
use crate::visitor::Visitor;

/// A job that is due for longer is late.
const LATE_SECONDS: i64 = 120;
/// The jobs that are looked at, those that are due first. Uploads that wait for a day are jobs too.
const JOBS: i32 = 10;
/// Where a count of today stops.
const MOST: u64 = 4_000;

/// The dashboard. Four round trips.
#[utoipa::path(get, path = "/admin", tag = "administration",
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 303, description = "Nobody is signed in: to the login"),
        (status = 403, description = "Signed in, but not staff", content_type = "text/html"),
    ))]
pub async fn show_dashboard(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let now = state.account.clock.now();
    let today = Timestamp::from_millis(now.millis() - now.millis().rem_euclid(86_400_000));
    let tables = &state.account.tables;
    let (made, jobs, checks, logins) = futures_util::join!(
        tables.profiles.made_since(today),
        tables.jobs.first_due(JOBS),
        checks(&state),
        logins_by_hour(&state),
    );
    let (made, jobs) = (made?, jobs?);
    let late: Vec<Job> =
        jobs.into_iter().filter(|job| job.attempts > 1 || job.due_at < now.plus_seconds(-LATE_SECONDS)).collect();
    let body = html! {
        (outcome(&query))
        form.bar role="search" method="get" action=(users::PATH) { (users::find(None)) button type="submit" { "Find" } }
        (figures(&made))
        section.sheet aria-labelledby="logins" { h2 #logins { "Logins and signups of the last 24 hours" }
            (logins_chart(logins)) }
        div.columns {
            section.sheet aria-labelledby="health" {
                h2 #health { "Health" }
                (health(&checks))
                p.faint { a href="/status/" { "The public status" } }
            }
            section.sheet aria-labelledby="jobs" {
                h2 #jobs { "Jobs that are late or failed before" } (jobs_table(&late)) }
        }
    };
    Ok(page(&state, &staff, Section::Dashboard, "Dashboard", &body))
}

/// The chart, or a word if the audit trail does not answer: the rest of the page is worth seeing then.
fn logins_chart(logins: Result<Vec<Bar>, ApiError>) -> Markup {
    let Ok(bars) = logins else { return html! { p.note.bad { "The audit trail does not answer." } } };
    let total: u32 = bars.iter().map(|bar| bar.count).sum();
    let failed: u32 = bars.iter().map(|bar| bar.failed).sum();
    let summary = format!("{total} logins and signups in 24 hours, {failed} of them failed.");
    html! {
        (chart(&bars, &summary))
        p.faint { (summary) " Failed ones are red; a bar is an hour (UTC)." }
    }
}

fn figures(made: &MadeSince) -> Markup {
    let figure = |count: u64, words: &str, href: &str| {
        html! {
            li { strong { (count) @if count >= MOST { "+" } } a href=(href) { (words) } }
        }
    };
    html! {
        h2 { "Today (UTC)" }
        ul.figures {
            (figure(made.profiles, "new accounts", "/admin/users/"))
            (figure(made.tweets, "tweets", "/admin/tweets/"))
            (figure(made.media, "tweets with media", "/admin/media/"))
            (figure(made.comments, "comments", "/admin/comments/"))
            (figure(made.cases, "new open cases", "/admin/reports/"))
        }
    }
}

fn jobs_table(jobs: &[Job]) -> Markup {
    html! {
        @if jobs.is_empty() { p.empty { "None." } }
        @else {
            table.rows {
                thead { tr { th { "Job" } th { "User" } th { "Due" } th { "Attempts" } } }
                tbody { @for job in jobs { tr {
                    td data-label="Job" { (job.task.kind_name()) }
                    td data-label="User" { @if let Some(user) = job.task.user() {
                        a href={ "/admin/users/" (user) "/" } { "the user" } } }
                    td data-label="Due" { (time(job.due_at)) }
                    td data-label="Attempts" { (job.attempts) }
                } } }
            }
        }
    }
}

/// What `GET /status/` shows, from this function.
async fn checks(state: &AdminState) -> Checks {
    let logs = state.logs.describe_log_streams().log_group_name(&state.audit_group).limit(1).send();
    Checks::run(state.account.tables.credentials.check(), state.bucket.check(), logs).await
}

fn health(checks: &Checks) -> Markup {
    let parts = [("DynamoDB", &checks.dynamodb), ("S3", &checks.s3), ("CloudWatch Logs", &checks.logs)];
    html! {
        table {
            thead { tr { th { "Part" } th { "State" } th.number { "Milliseconds" } } }
            tbody { @for (name, check) in parts { tr {
                td { (name) }
                td { @if check.ok { (tag("good", "answers")) } @else { (tag("bad", "fails")) } }
                td.number { (check.ms) }
            } } }
        }
    }
}
