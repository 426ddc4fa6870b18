//! `POST /admin/act/`: an action that can be undone, on one thing or on all that are ticked.
//!
//! Each thing is a write and an event of its own, so that one that can't be changed is in nobody's way.

use aviary_accounts::{ask_reset, audit_about, end_sessions, set_active, set_staff};
use aviary_model::{ReportTarget, UserId};
use aviary_store::{CaseOutcome, Closed, EndSessions, Task};
use aviary_web::{ApiError, Payload};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use crate::fresh::is_fresh;
use crate::parts::with_outcome;
use crate::query::{next, text, texts, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::target::Target;
use crate::visitor::{Staff, Visitor};

/// The most things of one form.
const MOST: usize = 100;

/// What became of one thing: done, or the code of the reason in `parts.rs`.
pub(crate) type Outcome = Result<(), &'static str>;

/// Does something to everything that the form names, and leads back. Four round trips to confirm and count; then up to
/// three for each thing.
#[utoipa::path(post, path = "/admin/act", tag = "administration", responses(
    (status = 303, description = "Done, or not: the place that follows says for how many"),
    (status = 400, description = "Unknown action", content_type = "text/html"),
))]
pub async fn act(
    State(state): State<AdminState>,
    visitor: Visitor,
    Payload(form): Payload,
) -> Result<Response, Refusal> {
    let staff = visitor.staff_with(&state, &form).await?;
    let (act, next) = (text(&form, "act").unwrap_or_default(), next(&form));
    let targets = texts(&form, "target");
    if act == "delete" && !targets.is_empty() {
        let named = targets.iter().map(|target| ("target", target.as_str()));
        return Ok(Redirect::to(&url("/admin/delete/", named.chain([("next", next.as_str())]))).into_response());
    }
    let (mut done, mut undone, mut why) = (0, 0, targets.is_empty().then_some("nothing"));
    for target in targets.iter().take(MOST) {
        let outcome = match target.parse() {
            Ok(target) => perform(&state, &staff, &act, &target).await?,
            Err(_) => Err("unfit"),
        };
        match outcome {
            Ok(()) => done += 1,
            Err(code) => {
                undone += 1;
                why = Some(code);
            }
        }
    }
    let undone = if targets.is_empty() { 1 } else { undone };
    Ok(Redirect::to(&with_outcome(&next, done, undone, why)).into_response())
}

async fn perform(state: &AdminState, staff: &Staff, act: &str, target: &Target) -> Result<Outcome, Refusal> {
    match (act, target) {
        ("deactivate", Target::User(user)) => activate(state, staff, *user, false).await,
        ("reactivate", Target::User(user)) => activate(state, staff, *user, true).await,
        ("sign_out", Target::User(user)) => sign_out(state, staff, *user).await,
        ("send_reset", Target::User(user)) => send_reset(state, staff, *user).await,
        ("make_staff", Target::User(user)) => make_staff(state, staff, *user, true).await,
        ("unmake_staff", Target::User(user)) => make_staff(state, staff, *user, false).await,
        ("end_session", Target::Session(user, sid)) => {
            let credentials = &state.account.tables.credentials;
            let Some(session) = credentials.session(*user, *sid).await? else { return Ok(Err("gone")) };
            let told = audit_about(&state.account, &staff.client, "session_ended", Some(*user), None);
            let (ended, ()) = futures_util::join!(credentials.end_session(*user, *sid, &session), told);
            ended?;
            Ok(Ok(()))
        }
        ("dismiss", target) => close(state, staff, target, CaseOutcome::Dismissed).await,
        ("warn", target) => close(state, staff, target, CaseOutcome::Warned).await,
        ("deactivate_author", target) => close(state, staff, target, CaseOutcome::Deactivated).await,
        _ => Ok(Err("unfit")),
    }
}

/// What a write that another one overtook means to the list; other errors end the action.
pub(crate) fn overtaken(written: Result<(), ApiError>) -> Result<Outcome, Refusal> {
    match written {
        Ok(()) => Ok(Ok(())),
        Err(error) if error.status() == StatusCode::CONFLICT => Ok(Err("changed")),
        Err(error) => Err(error.into()),
    }
}

async fn activate(state: &AdminState, staff: &Staff, user: UserId, active: bool) -> Result<Outcome, Refusal> {
    if user == staff.caller.user {
        return Ok(Err("oneself"));
    }
    let Some(principal) = state.account.tables.credentials.principal(user).await? else { return Ok(Err("gone")) };
    if principal.active == active {
        return Ok(Ok(()));
    }
    overtaken(set_active(&state.account, &staff.client, (user, principal), active).await)
}

async fn sign_out(state: &AdminState, staff: &Staff, user: UserId) -> Result<Outcome, Refusal> {
    let Some(principal) = state.account.tables.credentials.principal(user).await? else { return Ok(Err("gone")) };
    let keep = (user == staff.caller.user).then_some(staff.caller.sid);
    let end = EndSessions { epoch: principal.epoch, keep };
    overtaken(end_sessions(&state.account, &staff.client, user, end, Task::SweepSessions { user }).await)
}

async fn send_reset(state: &AdminState, staff: &Staff, user: UserId) -> Result<Outcome, Refusal> {
    let Some(found) = state.account.tables.accounts.by_id(user).await? else { return Ok(Err("gone")) };
    if found.email.is_none() {
        return Ok(Err("no-address"));
    }
    overtaken(ask_reset(&state.account, &staff.client, user, Some(user)).await)
}

async fn make_staff(state: &AdminState, staff: &Staff, user: UserId, is_staff: bool) -> Result<Outcome, Refusal> {
    if user == staff.caller.user && !is_staff {
        return Ok(Err("oneself"));
    }
    // Who has somebody's cookie must not make a lasting account of it.
    if !is_fresh(state, staff).await? {
        return Ok(Err("stale"));
    }
    overtaken(set_staff(&state.account, &staff.client, user, is_staff).await)
}

/// Closes the case of a thing, with what belongs to this outcome: a mail, or the end of the author's access.
async fn close(state: &AdminState, staff: &Staff, target: &Target, outcome: CaseOutcome) -> Result<Outcome, Refusal> {
    let Some(target) = target.reported() else { return Ok(Err("unfit")) };
    let Some(case) = state.reports.case(target).await?.filter(|case| case.closed.is_none()) else {
        return Ok(Err("gone"));
    };
    if outcome == CaseOutcome::Deactivated {
        let deactivated = activate(state, staff, case.author, false).await?;
        if deactivated.is_err() {
            return Ok(deactivated);
        }
    }
    close_case(state, staff, target, outcome).await
}

/// Closes an open case and says so in the audit trail. A thing without an open case is no failure. Two round trips.
pub(crate) async fn close_case(
    state: &AdminState,
    staff: &Staff,
    target: ReportTarget,
    outcome: CaseOutcome,
) -> Result<Outcome, Refusal> {
    let Some(case) = state.reports.case(target).await?.filter(|case| case.closed.is_none()) else { return Ok(Ok(())) };
    let (now, jobs) = (state.account.clock.now(), &state.account.tables.jobs);
    let job = match outcome {
        CaseOutcome::Warned => Some(jobs.job(Task::Warned { user: case.author, target }, now)?),
        _ => None,
    };
    let closed = Closed { outcome, by: staff.caller.user, at: now };
    let event = match outcome {
        CaseOutcome::TakenDown => "report_taken_down",
        CaseOutcome::Warned => "report_warned",
        CaseOutcome::Deactivated => "report_deactivated",
        CaseOutcome::Dismissed => "report_dismissed",
    };
    let told = audit_about(&state.account, &staff.client, event, Some(case.author), Some(target.to_string()));
    let write = state.reports.close(&case, closed, job.as_ref().map(|job| (jobs, job)));
    let (written, ()) = futures_util::join!(write, told);
    if written? {
        return Ok(Ok(()));
    }
    audit_about(&state.account, &staff.client, "refused", Some(case.author), Some(target.to_string())).await;
    Ok(Err("changed"))
}
