//! `GET /admin/audit/` and `/admin/audit/rows/`: the audit trail by user, event and time, and its live tail.

use aviary_model::{NameKey, Timestamp, UserId};
use aviary_store::PageKeys;
use aviary_web::{ApiError, Form, Params};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use time::PrimitiveDateTime;
use time::macros::format_description;

use crate::audit_log::{AuditPage, AuditSearch, search};
use crate::page::{Section, headers, page};
use crate::parts::time;
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Visitor;

const PATH: &str = "/admin/audit/";
/// The fields of the search.
const FIELDS: [&str; 4] = ["user", "event", "at", "minutes"];

/// The audit trail with its search. A script polls for newer events; without one a link shows them. Four round trips.
#[utoipa::path(get, path = "/admin/audit", tag = "administration",
    params(
        ("user" = Option<String>, Query, description = "A username, an address or an id"),
        ("event" = Option<String>, Query, description = "The name of an event"),
        ("at" = Option<String>, Query, description = "A moment in UTC, such as `2026-11-30T14:05`"),
        ("minutes" = Option<String>, Query, description = "How many minutes before and after it"),
    ),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn show_audit(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let given: Vec<(&str, String)> = FIELDS.iter().filter_map(|name| Some((*name, text(&query, name)?))).collect();
    let parameters: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let value = |name: &str| text(&query, name).unwrap_or_default();
    let (rows_url, here) =
        (url("/admin/audit/rows/", parameters.iter().copied()), url(PATH, parameters.iter().copied()));
    // What happened at a moment does not change any more.
    let live = text(&query, "at").is_none();
    let body = html! {
        form.bar role="search" method="get" action=(PATH) {
            div {
                label for="user" { "User" }
                input #user type="search" name="user" value=(value("user")) autocapitalize="none" spellcheck="false";
            }
            div { label for="event" { "Event" } input #event type="search" name="event" value=(value("event"))
                list="events" autocapitalize="none"; }
            datalist #events { @for name in EVENTS { option value=(name) {} } }
            div { label for="at" { "At (UTC)" } input #at type="datetime-local" name="at" value=(value("at")); }
            div { label for="minutes" { "± minutes" }
                input #minutes type="number" name="minutes" min="1" max="1440"
                    value=(text(&query, "minutes").unwrap_or_else(|| "5".to_owned())); }
            button type="submit" { "Search" }
            a.button.quiet href=(PATH) { "All" }
        }
        section.sheet {
            @if live { p.faint { "Newest first; the page follows by itself. "
                a href=(here) { "Show newer events" } } }
            div #rows hx-get=[live.then_some(&rows_url)] hx-trigger=[live.then_some("every 3s")]
                hx-swap=[live.then_some("innerHTML")] {
                (rows(&state, &query).await?)
            }
        }
    };
    Ok(page(&state, &staff, Section::Audit, "Audit trail", &body))
}

/// The rows alone, for the live tail. Four round trips.
#[utoipa::path(get, path = "/admin/audit/rows", tag = "administration",
    responses((status = 200, description = "The rows", content_type = "text/html")))]
pub async fn audit_rows(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    visitor.staff(&state).await?;
    Ok((StatusCode::OK, headers(None), rows(&state, &query).await?.into_string()).into_response())
}

/// The events that the trail knows, to choose from.
const EVENTS: [&str; 34] = [
    "signup",
    "login",
    "login_failed",
    "logout",
    "session_ended",
    "sessions_ended",
    "username_changed",
    "email_changed",
    "email_change_asked",
    "email_change_undone",
    "password_changed",
    "password_check_failed",
    "password_reset_asked",
    "refresh_token_reused",
    "account_deleted",
    "deactivated",
    "reactivated",
    "staff_granted",
    "staff_removed",
    "profile_changed",
    "profile_cleared",
    "administration_refused",
    "tweet_deleted",
    "comment_deleted",
    "comment_edited",
    "integers_deleted",
    "integer_set_deleted",
    "report_taken_down",
    "report_warned",
    "report_deactivated",
    "report_dismissed",
    "export_asked",
    "refused",
    "imported",
];

async fn rows(state: &AdminState, query: &Form) -> Result<Markup, Refusal> {
    let wanted = match wanted(state, query).await? {
        Ok(wanted) => wanted,
        Err(problem) => return Ok(html! { p.note.bad role="alert" { (problem) } }),
    };
    let found = search(state, &wanted).await?;
    let ids = found.entries.iter().flat_map(|entry| ["user.id", "actor.id"].map(|name| entry.field(name).parse().ok()));
    let keys = ids.flatten().fold(PageKeys::by(None), |keys, id: UserId| keys.person(id));
    let people = state.page_reads.read(&keys).await?;
    let who = |id: &str| match id.parse() {
        Ok(id) => person(id, &people),
        Err(_) => html! { "–" },
    };
    let AuditPage { entries, more } = found;
    Ok(html! {
        @if entries.is_empty() { p.empty { "Nothing was found." } }
        @else {
            table.rows {
                thead { tr { th { "At" } th { "Event" } th { "User" } th { "By staff" } th { "About" } th { "From" }
                    th { "Program" } } }
                tbody {
                    @for entry in &entries {
                        tr {
                            td data-label="At" { (time(entry.at)) }
                            td.keep data-label="Event" { (entry.field("event")) }
                            td.person data-label="User" { (who(entry.field("user.id"))) }
                            td.person data-label="By staff" { (who(entry.field("actor.id"))) }
                            td.subject data-label="About" { (entry.field("subject")) }
                            td.address data-label="From" { (entry.field("client.address")) }
                            td.program data-label="Program" { (entry.field("client.user_agent")) }
                        }
                    }
                }
            }
            @if more { p.faint { "There is more. Narrow the search." } }
        }
    })
}

/// The search that the query asks for, or what is wrong with it.
async fn wanted(state: &AdminState, query: &Form) -> Result<Result<AuditSearch, &'static str>, ApiError> {
    let mut wanted = AuditSearch::default();
    if let Some(user) = text(query, "user") {
        let id = match user.parse::<UserId>() {
            Ok(id) => Some(id),
            Err(_) => state.account.tables.accounts.owner_of(&NameKey::of(&user)).await?,
        };
        let Some(id) = id else { return Ok(Err("Nobody has this name or address. An id finds deleted accounts.")) };
        wanted.terms.push(id.to_string());
    }
    if let Some(event) = text(query, "event") {
        if !event.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return Ok(Err("An event's name has small letters and underscores only."));
        }
        wanted.terms.push(event);
    }
    if let Some(at) = text(query, "at") {
        let Some(at) = moment(&at) else { return Ok(Err("The moment is not like 2026-11-30T14:05.")) };
        let minutes = text(query, "minutes").and_then(|text| text.parse::<i64>().ok()).unwrap_or(5).clamp(1, 1_440);
        wanted.from = Some(at.plus_seconds(-60 * minutes));
        wanted.until = Some(at.plus_seconds(60 * (minutes + 1)));
    }
    Ok(Ok(wanted))
}

/// A moment as a browser's field has it, in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let minute: String = text.chars().take(16).collect();
    let moment = PrimitiveDateTime::parse(&minute, format).ok()?;
    Some(Timestamp::from_millis(moment.assume_utc().unix_timestamp().saturating_mul(1_000)))
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_browsers_moment_is_read_with_and_without_seconds() {
        for text in ["2026-11-30T14:05", "2026-11-30T14:05:30"] {
            assert_eq!(moment(text).map(|at| at.to_string()).as_deref(), Some("2026-11-30T14:05:00.000Z"));
        }
        assert_eq!(moment("yesterday"), None);
    }
}
