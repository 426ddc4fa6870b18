//! `GET` and `POST /admin/delete/`: what can't be undone, for one thing or many. The page shows first what goes.

use aviary_accounts::{audit_about, delete};
use aviary_model::UserId;
use aviary_store::{CaseOutcome, Tweet};
use aviary_web::{Params, Payload};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};

use crate::act::{Outcome, close_case, overtaken};
use crate::fresh::{is_fresh, proves};
use crate::page::{Section, csrf_field, page_with};
use crate::parts::{counted, time, with_outcome};
use crate::query::{next, texts};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::target::Target;
use crate::visitor::{Staff, Visitor};

/// The most things of one form.
const MOST: usize = 50;

/// Shows what would be deleted, and asks. Four round trips, and up to two for each thing.
#[utoipa::path(get, path = "/admin/delete", tag = "administration",
    params(("target" = Vec<String>, Query, description = "What to delete: `user:<id>`, `tweet:<id>`, …")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn ask(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let fresh = is_fresh(&state, &staff).await?;
    question(&state, &staff, StatusCode::OK, &targets(&query), &next(&query), (fresh, false)).await
}

/// Deletes it, after a fresh login. Each thing is a write and an event of its own.
#[utoipa::path(post, path = "/admin/delete", tag = "administration", responses(
    (status = 303, description = "Done, or not: the place that follows says for how many"),
    (status = 403, description = "The question again: the login is too old and the password is missing or wrong",
        content_type = "text/html"),
))]
pub async fn delete_all(
    State(state): State<AdminState>,
    visitor: Visitor,
    Payload(form): Payload,
) -> Result<Response, Refusal> {
    let staff = visitor.staff_with(&state, &form).await?;
    let (targets, next) = (targets(&form), next(&form));
    if !proves(&state, &staff, &form).await? {
        return question(&state, &staff, StatusCode::FORBIDDEN, &targets, &next, (false, true)).await;
    }
    let (mut done, mut undone, mut why) = (0, 0, None);
    for target in &targets {
        match remove(&state, &staff, target).await? {
            Ok(()) => done += 1,
            Err(code) => {
                undone += 1;
                why = Some(code);
            }
        }
    }
    Ok(Redirect::to(&with_outcome(&next, done, undone, why)).into_response())
}

fn targets(form: &aviary_web::Form) -> Vec<Target> {
    texts(form, "target").iter().filter_map(|target| target.parse().ok()).take(MOST).collect()
}

async fn remove(state: &AdminState, staff: &Staff, target: &Target) -> Result<Outcome, Refusal> {
    let (now, jobs) = (state.account.clock.now(), &state.account.tables.jobs);
    match target {
        Target::User(user) if *user == staff.caller.user => Ok(Err("oneself")),
        Target::User(user) => {
            let Some(user) = state.account.tables.accounts.by_id(*user).await? else { return Ok(Err("gone")) };
            overtaken(delete(&state.account, &staff.client, &user).await)
        }
        Target::Tweet(id) => {
            let Some(tweet) = state.tweets.by_id(*id).await? else { return Ok(Err("gone")) };
            let written = state.tweets.delete(&tweet, jobs, now);
            taken_down(state, staff, target, (tweet.author, "tweet_deleted"), written).await
        }
        Target::Comment(id) => {
            let Some(comment) = state.comments.by_id(*id).await? else { return Ok(Err("gone")) };
            let written = state.comments.delete(&comment, jobs, now);
            taken_down(state, staff, target, (comment.author, "comment_deleted"), written).await
        }
        Target::Integers(user, session) => {
            let written = state.integers.delete_session(*user, session, now);
            taken_down(state, staff, target, (*user, "integers_deleted"), written).await
        }
        Target::IntegerSet(user, session, set) => {
            let written = async {
                let open = state.integers.open(*user, session, now).await?;
                state.integers.delete_set(&open, set, now).await
            };
            taken_down(state, staff, target, (*user, "integer_set_deleted"), written).await
        }
        Target::Profile(_) | Target::Session(..) => Ok(Err("unfit")),
    }
}

/// Deletes something of a user with its event, and closes its case.
async fn taken_down(
    state: &AdminState,
    staff: &Staff,
    target: &Target,
    (owner, event): (UserId, &'static str),
    write: impl Future<Output = Result<bool, aviary_store::StoreError>>,
) -> Result<Outcome, Refusal> {
    // The names of integer sessions and sets are their owner's own texts, which no log has.
    let subject = target.reported().map(|target| target.to_string());
    let told = audit_about(&state.account, &staff.client, event, Some(owner), subject.clone());
    let (written, ()) = futures_util::join!(write, told);
    if !written? {
        audit_about(&state.account, &staff.client, "refused", Some(owner), subject).await;
        return Ok(Err("gone"));
    }
    match target.reported() {
        Some(target) => close_case(state, staff, target, CaseOutcome::TakenDown).await,
        None => Ok(Ok(())),
    }
}

async fn question(
    state: &AdminState,
    staff: &Staff,
    status: StatusCode,
    targets: &[Target],
    next: &str,
    (fresh, refused): (bool, bool),
) -> Result<Response, Refusal> {
    let mut previews = Vec::new();
    for target in targets {
        previews.push(preview(state, target).await?);
    }
    let body = html! {
        @if targets.is_empty() { p.sheet.empty { "Nothing is named that could be deleted." } }
        @else {
            form.sheet method="post" action="/admin/delete/" {
                (csrf_field(staff))
                input type="hidden" name="next" value=(next);
                p { strong { "This can't be undone." }
                    " It goes at once, and what hangs on it follows within minutes." }
                @for (target, preview) in targets.iter().zip(&previews) {
                    section.note {
                        @match preview {
                            Some(preview) => {
                                (preview)
                                input type="hidden" name="target" value=(target);
                            }
                            None => p.faint { "This is gone already." },
                        }
                    }
                }
                @if !fresh {
                    p { "Your login is older than 15 minutes, so this needs your password." }
                    label for="password" { "Your password" }
                    input #password type="password" name="password" autocomplete="current-password" required
                        aria-describedby=[refused.then_some("wrong")];
                    @if refused { p.error #wrong role="alert" { "The password is missing or wrong." } }
                }
                div.actions {
                    button.danger type="submit" { "Delete for good" }
                    a.button.quiet href=(next) { "Cancel" }
                }
            }
        }
    };
    let section = targets.first().map_or(Section::Dashboard, section_of);
    Ok(page_with(status, state, staff, section, "Delete for good?", &body))
}

/// Where such a thing is listed.
fn section_of(target: &Target) -> Section {
    match target {
        Target::User(_) | Target::Session(..) => Section::Users,
        Target::Profile(_) => Section::Profiles,
        Target::Tweet(_) => Section::Tweets,
        Target::Comment(_) => Section::Comments,
        Target::Integers(..) | Target::IntegerSet(..) => Section::Integers,
    }
}

/// What goes with a thing. `None` if it is gone.
async fn preview(state: &AdminState, target: &Target) -> Result<Option<Markup>, Refusal> {
    let tables = &state.account.tables;
    Ok(match target {
        Target::User(user) => {
            let (account, profile) =
                futures_util::future::try_join(tables.accounts.by_id(*user), tables.profiles.by_id(*user)).await?;
            account.map(|account| {
                html! {
                    p { "The account " strong { (account.username.as_str()) }
                        ", with its names and every session and token." }
                    @if let Some(profile) = profile {
                        ul {
                            li { (counted(profile.tweets, "tweet", "tweets")) " with all pictures, "
                                (counted(profile.replies, "comment", "comments")) }
                            li { (counted(profile.likes_given, "like", "likes")) ", "
                                (counted(profile.following, "follow", "follows")) ", "
                                (counted(profile.followers, "follower", "followers")) }
                            li { "its notifications, reports and integer sessions" }
                        }
                    }
                    p { "A mail tells its owner." }
                }
            })
        }
        Target::Tweet(id) => state.tweets.by_id(*id).await?.map(|tweet| tweet_preview(&tweet)),
        Target::Comment(id) => state.comments.by_id(*id).await?.map(|comment| {
            html! {
                p { "The comment of " (time(comment.created_at)) ", with its "
                    (counted(comment.likes, "like", "likes")) " and its answers:" }
                p.text { (comment.message.as_str()) }
            }
        }),
        Target::Integers(user, session) => {
            let open = state.integers.open(*user, session, state.account.clock.now()).await?;
            open.manifest.map(|manifest| {
                html! {
                    p { "The integer session " strong { (session.as_str()) } ", with "
                        (counted(manifest.sets, "set", "sets")) " (" (counted(manifest.bytes, "byte", "bytes")) ")." }
                }
            })
        }
        Target::IntegerSet(user, session, set) => {
            let open = state.integers.open(*user, session, state.account.clock.now()).await?;
            let found = if open.manifest.is_some() { state.integers.set(&open, set).await? } else { None };
            found.zip(open.manifest).map(|(set, manifest)| {
                html! {
                    p { "The set " strong { (set.id.as_str()) } " of the integer session " strong { (session.as_str()) }
                        ", with " (counted(set.units, "integer", "integers")) " ("
                        (counted(set.bytes, "byte", "bytes")) ")." }
                    @if manifest.sets == 1 { p { "It is the last one, so its session goes too." } }
                }
            })
        }
        Target::Profile(_) | Target::Session(..) => None,
    })
}

fn tweet_preview(tweet: &Tweet) -> Markup {
    html! {
        p {
            "The tweet of " (time(tweet.created_at)) ", with "
            (counted(tweet.media.len(), "picture or video", "pictures or videos")) ", "
            (counted(tweet.likes, "like", "likes")) ", " (counted(tweet.comments, "comment", "comments")) " and "
            (counted(tweet.retweets, "retweet", "retweets")) ":"
        }
        p.text { (tweet.message.as_str()) }
    }
}
