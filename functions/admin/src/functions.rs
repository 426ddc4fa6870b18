//! `GET /admin/functions/`: what each function did lately, from its own log.

use std::collections::BTreeMap;

use aviary_model::Timestamp;
use aviary_web::{ApiError, Params};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::audit_log::LogEntry;
use crate::chart::{Bar, chart};
use crate::function_logs::{FunctionLog, read_all};
use crate::page::{Section, page};
use crate::parts::{tag, time};
use crate::query::text;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Visitor;

const PATH: &str = "/admin/functions/";
/// The most failures that the page shows.
const SHOWN: usize = 50;
/// The minutes of a bar, and the bars of a chart.
const BAR_MINUTES: i64 = 5;
const BARS: i64 = 12;

/// Requests, errors and costs of each function in the last hour, with a chart, and the newest failures. Two round
/// trips, and one to four searches in the log of each function.
#[utoipa::path(get, path = "/admin/functions", tag = "administration",
    params(("function" = Option<String>, Query, description = "The chart and the failures of this function only")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn show_functions(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let logs = read_all(&state).await;
    let wanted = text(&query, "function");
    let answered = logs.iter().filter_map(|(_, log)| log.as_ref().ok());
    let shown: Vec<&FunctionLog> =
        answered.filter(|log| wanted.as_ref().is_none_or(|wanted| *wanted == log.name)).collect();
    let what = wanted.as_deref().unwrap_or("all functions");
    let body = html! {
        section.sheet aria-labelledby="requests" {
            h2 #requests { "Requests of " (what) }
            (requests_chart(&shown, state.account.clock.now()))
            @if wanted.is_some() { p { a href=(PATH) { "All functions" } } }
        }
        section.sheet aria-labelledby="functions" {
            h2 #functions { "Functions" }
            (table(&logs))
            p.faint { "From the functions' own logs. A busy function is read for the last five minutes only; + says that \
                even these had more. CloudWatch's dashboard has all." }
        }
        section.sheet aria-labelledby="failures" { h2 #failures { "Newest failures" } (failures(&shown)) }
    };
    Ok(page(&state, &staff, Section::Functions, "Functions", &body))
}

fn requests_chart(logs: &[&FunctionLog], now: Timestamp) -> Markup {
    let length = BAR_MINUTES * 60_000;
    let last = now.millis().div_euclid(length);
    let mut bars: BTreeMap<i64, Bar> = (last - BARS + 1..=last)
        .map(|span| {
            let at = Timestamp::from_millis(span * length).to_string();
            let label = at.get(11..16).unwrap_or_default().to_owned();
            (span * length, Bar { label, count: 0, failed: 0 })
        })
        .collect();
    for line in logs.iter().flat_map(|log| log.requests()) {
        if let Some(bar) = bars.get_mut(&line.span(BAR_MINUTES).millis()) {
            bar.count += 1;
            bar.failed += u32::from(line.number("errors") > 0.0);
        }
    }
    let bars: Vec<Bar> = bars.into_values().collect();
    let (all, failed): (u32, u32) = bars.iter().fold((0, 0), |sum, bar| (sum.0 + bar.count, sum.1 + bar.failed));
    let summary = format!("{all} requests in the last hour, {failed} of them failed.");
    html! { (chart(&bars, &summary)) p.faint { (summary) " A bar is five minutes (UTC); failed ones are red." } }
}

fn table(logs: &[(String, Result<FunctionLog, ApiError>)]) -> Markup {
    html! {
        table.rows {
            thead { tr {
                th { "Function" } th.number { "Minutes" } th.number { "Requests" } th.number { "Failed" }
                th.number { "Refused" } th.number { "Median ms" } th.number { "95 % ms" } th.number { "Cold starts" }
                th.number { "Round trips" } th.number { "Read units" } th.number { "Write units" }
                th.number { "Other errors" }
            } }
            tbody { @for (name, log) in logs { tr {
                td data-label="Function" { a href={ (PATH) "?function=" (name) } { (name) } }
                @match log {
                    Ok(log) => (figures(log)),
                    Err(_) => td colspan="11" { (tag("bad", "its log does not answer")) },
                }
            } } }
        }
    }
}

fn figures(log: &FunctionLog) -> Markup {
    let requests = log.requests().count();
    let others = log.lines.len() - requests;
    let failed = log.sum("errors");
    let tenths = |value: f64| format!("{value:.1}");
    #[allow(clippy::cast_precision_loss, reason = "a count of lines that fit into memory")]
    let mean = |metric: &str| if requests == 0 { "–".to_owned() } else { tenths(log.sum(metric) / requests as f64) };
    let duration = |share: f64| log.duration(share).map_or_else(|| "–".to_owned(), tenths);
    html! {
        td.number data-label="Minutes" { (log.minutes) }
        td.number data-label="Requests" { (requests) @if log.cut_off { "+" } }
        td.number data-label="Failed" { @if failed > 0.0 { (tag("bad", &failed.to_string())) } @else { "0" } }
        td.number data-label="Refused" { (log.sum("client_errors")) }
        td.number data-label="Median ms" { (duration(0.5)) }
        td.number data-label="95 % ms" { (duration(0.95)) }
        td.number data-label="Cold starts" { (log.sum("cold_starts")) }
        td.number data-label="Round trips" { (mean("dynamodb.round_trips")) }
        td.number data-label="Read units" { (mean("dynamodb.rcu")) }
        td.number data-label="Write units" { (mean("dynamodb.wcu")) }
        td.number data-label="Other errors" { @if others > 0 { (tag("bad", &others.to_string())) } @else { "0" } }
    }
}

fn failures(logs: &[&FunctionLog]) -> Markup {
    let mut newest: Vec<(&str, &LogEntry)> =
        logs.iter().flat_map(|log| log.troubles().map(|line| (log.name.as_str(), line))).collect();
    newest.sort_by_key(|(_, line)| std::cmp::Reverse(line.at));
    html! {
        @if newest.is_empty() { p.empty { "None." } }
        @else {
            table.rows {
                thead { tr { th { "At" } th { "Function" } th { "What" } th { "Status" } th.number { "ms" }
                    th { "Request" } } }
                tbody { @for (function, line) in newest.iter().take(SHOWN) { tr {
                    td data-label="At" { (time(line.at)) }
                    td data-label="Function" { (function) }
                    @if line.field("message") == "request" {
                        td data-label="What" { (line.field("http.method")) " " (line.field("http.route")) }
                        td data-label="Status" { (line.number("http.status")) }
                        td.number data-label="ms" { (line.number("duration.ms")) }
                    } @else {
                        td.text data-label="What" { (line.field("message"))
                            @if !line.field("error").is_empty() { ": " (line.field("error")) } }
                        td data-label="Status" { "–" }
                        td.number data-label="ms" { "–" }
                    }
                    td data-label="Request" { (line.field("request.id")) }
                } } }
            }
        }
    }
}
