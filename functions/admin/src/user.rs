//! `GET /admin/users/<id>/`: everything about one account, and what can be done to it.

use aviary_media::MediaUrls;
use aviary_model::UserId;
use aviary_store::{
    IntegerSessionPage, MediaUpload, PageKeys, Picture, Principal, Profile, SecurityEventPage, SessionKind,
    SessionPage, Tweet, User,
};
use aviary_web::{Form, Params, PathText};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::{Map, Value as Json};

use crate::integers_session::link;
use crate::page::{Section, csrf_field, page_with};
use crate::parts::{act_button, counted, delete_link, outcome, time};
use crate::people::state_tags;
use crate::query::url;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::uploads;
use crate::visitor::{Staff, Visitor};

/// Sessions and events that the page shows.
const SHOWN: i32 = 25;

/// An account with its profile, sessions, latest tweets, direct uploads, integer sessions and security events. Four
/// round trips.
#[utoipa::path(get, path = "/admin/users/{id}", tag = "administration",
    params(("id" = String, Path, description = "The user's id")),
    responses((status = 200, description = "The page", content_type = "text/html"), (status = 404, description =
        "Unknown user")))]
pub async fn show_user(
    State(state): State<AdminState>,
    visitor: Visitor,
    PathText(id): PathText,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let id: UserId = id.parse().map_err(|_| Refusal::not_found())?;
    user_page(&state, &staff, StatusCode::OK, id, (&query, &Form::default(), &Map::new())).await
}

struct Found {
    user: User,
    principal: Option<Principal>,
    profile: Option<Profile>,
    sessions: SessionPage,
    tweets: Vec<Tweet>,
    integers: IntegerSessionPage,
    uploads: Vec<MediaUpload>,
    events: SecurityEventPage,
}

/// The page, with what a refused edit sent and its errors by field. Two round trips.
pub(crate) async fn user_page(
    state: &AdminState,
    staff: &Staff,
    status: StatusCode,
    id: UserId,
    (query, sent, errors): (&Form, &Form, &Map<String, Json>),
) -> Result<Response, Refusal> {
    let found = read(state, id).await?;
    let here = format!("/admin/users/{id}/");
    let name = found.user.username.as_str();
    let body = html! {
        (outcome(query))
        div.columns {
            section.sheet aria-labelledby="account" {
                h2 #account { "Account" }
                (facts(&found, &state.media))
                (actions(staff, &here, &found))
            }
            section.sheet aria-labelledby="edit" { h2 #edit { "Edit" } (edit_form(staff, &found, sent, errors)) }
        }
        section.sheet aria-labelledby="sessions" {
            h2 #sessions { "Sessions and tokens" } (sessions(state, staff, &here, &found)) }
        section.sheet aria-labelledby="events" { h2 #events { "Security events" } (events(&found)) }
        section.sheet aria-labelledby="tweets" { h2 #tweets { "Latest tweets" } (tweets(&found)) }
        section.sheet aria-labelledby="uploads" {
            h2 #uploads { "Direct uploads" }
            (uploads::table(&found.uploads, None))
        }
        section.sheet aria-labelledby="integers" { h2 #integers { "Integer sessions" } (integers(&here, &found)) }
    };
    Ok(page_with(status, state, staff, Section::Users, name, &body))
}

async fn read(state: &AdminState, id: UserId) -> Result<Found, Refusal> {
    let (tables, now) = (&state.account.tables, state.account.clock.now());
    let (user, principal, profile, sessions, tweets, integers, uploads, events) = futures_util::try_join!(
        tables.accounts.by_id(id),
        tables.credentials.principal(id),
        tables.profiles.by_id(id),
        tables.credentials.sessions(id, None, SHOWN),
        state.tweets.by_author(id, None, 10),
        state.integers.sessions(id, None),
        state.uploads.newest_of_user(id, SHOWN),
        tables.activities.page(id, None, SHOWN, now),
    )?;
    let user = user.ok_or_else(Refusal::not_found)?;
    let keys = tweets.entries.iter().fold(PageKeys::by(None), |keys, tweet| keys.tweet(*tweet, id));
    let page = state.page_reads.read(&keys).await?;
    let tweets = tweets.entries.iter().filter_map(|id| page.tweet(*id).cloned()).collect();
    Ok(Found { user, principal, profile, sessions, tweets, integers, uploads, events })
}

fn facts(found: &Found, media: &MediaUrls) -> Markup {
    let Found { user, principal, profile, .. } = found;
    html! {
        @if let Some(Picture::Object(key)) = profile.as_ref().and_then(|profile| profile.picture.as_ref()) {
            p.shown { img src=(media.url(key)) alt="Profile picture" width="96" height="96"; }
        }
        dl.facts {
            dt { "State" } dd { (state_tags(principal.as_ref())) }
            dt { "Id" } dd { (user.id) }
            dt { "Address" } dd { (user.email.as_ref().map_or("none", |email| email.as_str())) }
            @if let Some(pending) = &user.pending { dt { "Waits for confirmation" } dd { (pending.email.as_str()) } }
            @if !user.former_names.is_empty() {
                dt { "Former names" }
                dd { @for former in &user.former_names { (former.key.as_str()) " " } }
            }
            dt { "Joined" } dd { (time(user.created_at)) }
            @if let Some(profile) = profile {
                dt { "Tweets" } dd { (profile.tweets) " (" (profile.media_tweets) " with media)" }
                dt { "Comments" } dd { (profile.replies) }
                dt { "People" } dd { (counted(profile.followers, "follower", "followers")) ", follows "
                    (profile.following) }
                dt { "Likes given" } dd { (profile.likes_given) }
            }
            dt { "Audit trail" } dd { a href=(url("/admin/audit/", [("user", user.username.as_str())])) {
                "What happened to this account" } }
        }
    }
}

fn actions(staff: &Staff, here: &str, found: &Found) -> Markup {
    let target = format!("user:{}", found.user.id);
    let oneself = found.user.id == staff.caller.user;
    let button = |act: &str, words: &str| act_button(staff, here, (act, &target), ("quiet", words));
    let (active, is_staff) = found.principal.map_or((false, false), |principal| (principal.active, principal.staff));
    html! {
        div.actions {
            (button("sign_out", "Sign out everywhere"))
            @if found.user.email.is_some() { (button("send_reset", "Send password reset")) }
            @if !oneself {
                @if active { (button("deactivate", "Deactivate")) } @else { (button("reactivate", "Reactivate")) }
                @if is_staff { (button("unmake_staff", "Make no longer staff")) }
                    @else { (button("make_staff", "Make staff")) }
                (delete_link("/admin/users/", &target, "Delete …"))
            }
        }
    }
}

fn edit_form(staff: &Staff, found: &Found, sent: &Form, errors: &Map<String, Json>) -> Markup {
    let user = &found.user;
    let profile = found.profile.as_ref();
    let was = |name: &str, stored: &str| crate::query::text(sent, name).unwrap_or_else(|| stored.to_owned());
    let problem = |name: &str| {
        let messages = errors.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let messages: Vec<&str> = messages.collect();
        html! { @for message in &messages { p.error #{ (name) "-error" } role="alert" { (message) } } }
    };
    html! {
        form method="post" action={ "/admin/users/" (user.id) "/edit/" } {
            (csrf_field(staff))
            label for="username" { "Username" }
            input #username type="text" name="username" value=(was("username", user.username.as_str())) required
                autocomplete="off";
            (problem("username"))
            label for="email" { "Mail address" }
            input #email type="email" name="email" value=(was("email", user.email.as_ref().map_or("", |email|
                email.as_str()))) autocomplete="off";
            (problem("email"))
            label for="alias" { "Display name" }
            input #alias type="text" name="alias" value=(was("alias", profile.map_or("", |profile|
                profile.alias.as_str())));
            (problem("alias"))
            label for="bio" { "Biography" }
            textarea #bio name="bio" rows="4" { (was("bio", profile.map_or("", |profile| profile.bio.as_str()))) }
            (problem("bio"))
            @if errors.contains_key("password") {
                label for="password" { "Your password" }
                input #password type="password" name="password" autocomplete="current-password" required;
                (problem("password"))
            }
            div.actions { button type="submit" { "Save" } }
        }
    }
}

fn sessions(state: &AdminState, staff: &Staff, here: &str, found: &Found) -> Markup {
    let (now, epoch) = (state.account.clock.now(), found.principal.map(|principal| principal.epoch));
    let live: Vec<_> = found
        .sessions
        .sessions
        .iter()
        .filter(|(_, session)| Some(session.epoch) == epoch && !session.has_ended(now))
        .collect();
    html! {
        @if live.is_empty() { p.empty { "No session lives." } }
        @else {
            table.rows {
                thead { tr { th { "Kind" } th { "Since" } th { "Last use" } th { "From" } th { "Program" } th {
                    span.faint { "End" } } } }
                tbody {
                    @for (sid, session) in live {
                        tr {
                            td data-label="Kind" { (kind(session.kind)) }
                            td data-label="Since" { (time(session.created_at)) }
                            td data-label="Last use" { @if let Some(used) = session.last_used_at { (time(used)) } }
                            td data-label="From" { (session.address) }
                            td.program data-label="Program" { (session.user_agent) }
                            td { (act_button(staff, here, ("end_session", &format!("session:{}:{sid}",
                                found.user.id)), ("quiet", "End"))) }
                        }
                    }
                }
            }
            @if found.sessions.next.is_some() { p.faint { "Older ones are not shown." } }
        }
    }
}

fn kind(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::DeviceToken => "device token",
        SessionKind::Refresh => "refresh family",
        SessionKind::Web => "web session",
    }
}

fn events(found: &Found) -> Markup {
    html! {
        @if found.events.activities.is_empty() { p.empty { "None within 90 days." } }
        @else {
            table.rows {
                thead { tr { th { "At" } th { "Event" } th { "From" } th { "Program" } th { "By staff" } } }
                tbody {
                    @for event in &found.events.activities {
                        tr {
                            td data-label="At" { (time(event.at)) }
                            td.keep data-label="Event" { (event.event) }
                            td.address data-label="From" { (event.address) }
                            td.program data-label="Program" { (event.user_agent) }
                            td data-label="By staff" {
                                @if let Some(by) = event.by {
                                    a href={ "/admin/users/" (by) "/" } { "a member of staff" } } @else { "–" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn tweets(found: &Found) -> Markup {
    html! {
        @if found.tweets.is_empty() { p.empty { "None." } }
        @else {
            table.rows {
                thead { tr { th { "At" } th { "Text" } th.number { "Media" } th.number { "Likes" } } }
                tbody {
                    @for tweet in &found.tweets {
                        tr {
                            td data-label="At" { a href={ "/admin/tweets/" (tweet.id) "/" } {
                                (time(tweet.created_at)) } }
                            td.text data-label="Text" { (tweet.message.as_str()) }
                            td.number data-label="Media" { (tweet.media.len()) }
                            td.number data-label="Likes" { (tweet.likes) }
                        }
                    }
                }
            }
        }
    }
}

fn integers(here: &str, found: &Found) -> Markup {
    html! {
        @if found.integers.sessions.is_empty() { p.empty { "None." } }
        @else {
            table.rows {
                thead { tr { th { "Session" } th.number { "Sets" } th.number { "Bytes" }
                    th { span.faint { "Remove" } } } }
                tbody {
                    @for (session, manifest) in &found.integers.sessions {
                        tr {
                            td data-label="Session" { (link(found.user.id, session)) }
                            td.number data-label="Sets" { (manifest.sets) }
                            td.number data-label="Bytes" { (manifest.bytes) }
                            td { (delete_link(here, &format!("integers:{}:{}", found.user.id, session.as_str()),
                                "Remove …")) }
                        }
                    }
                }
            }
        }
    }
}
