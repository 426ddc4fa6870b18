//! The measured operations of each function, with their budgets of round trips.

use anyhow::{Result, bail};

use super::session::{Session, at_our_own_path};
use super::{events::Event, operation::Operation, photo};
use crate::workspace::Workspace;

/// The measured operations of a function.
pub(super) fn of(function: &str, workspace: &Workspace, session: &Session) -> Result<Vec<Operation>> {
    let event = |name: &str| Event::read(workspace, name).map(|event| session.fill(event));
    match function {
        "auth" => auth(event, &Event::read(workspace, "auth-jwt-verify")?, session),
        "integers" => integers(event),
        "profiles" => profiles(event),
        "tweets" => tweets(event, session),
        "notifications" => Ok(vec![
            Operation::fixed("list", 200, &event("notifications-list")?).round_trips(2).first(),
            Operation::fixed("unread", 200, &event("notifications-unread")?).round_trips(1),
        ]),
        // After the first time all its records were counted before.
        "feed" => Ok(vec![Operation::scheduled("batch again", &event("feed-batch")?).first()]),
        "docs" => Ok(vec![
            Operation::fixed("front door", 200, &event("docs-front-door")?).round_trips(0).first(),
            Operation::fixed("document, compressed", 200, &event("docs-openapi")?).round_trips(0),
            Operation::fixed("unknown path", 404, &event("docs-unknown-path")?).round_trips(0),
        ]),
        "users" => Ok(vec![Operation::fixed("user by name", 200, &event("users-get")?).round_trips(2).first()]),
        "keys" => Ok(vec![Operation::scheduled("turn too early", &event("keys-schedule")?).first()]),
        "media" => Ok(vec![Operation::scheduled("upload of nobody", &event("media-upload")?).first()]),
        "worker" => Ok(vec![Operation::scheduled("sweep of nothing", &event("worker-schedule")?).first()]),
        "admin" => Ok(vec![Operation::fixed("nobody's page", 303, &event("admin-users-anonymous")?).first()]),
        "status" => Ok(vec![Operation::fixed("status", 200, &event("status")?).first()]),
        other => bail!("bench does not know what to ask of the function `{other}`"),
    }
}

fn auth(event: impl Fn(&str) -> Result<Event>, verify: &Event, session: &Session) -> Result<Vec<Operation>> {
    const HASHING: &str = "hashing";
    let verify = |token: &String| verify.clone().with("ACCESS_TOKEN", token);
    // Beside Django the session's own token is one of five minutes.
    let (known, new) = session.brief.split_first().unwrap_or((&session.access, &[]));
    let signup = event("auth-signup")?;
    let new_user = move |number: u32| signup.clone().with("wren", &format!("wren{number}")).to_bytes();
    Ok(vec![
        Operation::fixed("users/me", 200, &event("auth-users-me")?).round_trips(1).thousand_instructions(700).first(),
        Operation::fixed("jwt/verify", 200, &verify(known)).round_trips(0).thousand_instructions(250),
        Operation::each("jwt/verify, new token", 200, new.iter().map(|token| verify(token).to_bytes()).collect())?
            .round_trips(0)
            .thousand_instructions(550),
        Operation::fixed("jwt/refresh", 200, &event("auth-jwt-refresh")?).round_trips(1),
        Operation::fixed("unknown path", 404, &event("auth-unknown-path")?).round_trips(0).thousand_instructions(150),
        Operation::fixed("login", 200, &event("auth-login")?).round_trips(3).heavy(HASHING),
        Operation::fixed("jwt/create", 200, &event("auth-jwt-create")?).round_trips(3).heavy(HASHING),
        Operation::new("signup", 201, new_user).round_trips(3).heavy(HASHING),
    ])
}

fn integers(event: impl Fn(&str) -> Result<Event>) -> Result<Vec<Operation>> {
    Ok(vec![
        Operation::fixed("session of 2 sets", 201, &event("integers-session-post")?).round_trips(4).first(),
        Operation::fixed("equation of 3 units", 201, &event("integers-operation")?).round_trips(4),
        Operation::fixed("set by id", 200, &event("integers-set-get")?).round_trips(2),
    ])
}

fn profiles(event: impl Fn(&str) -> Result<Event>) -> Result<Vec<Operation>> {
    let update = event("profiles-update")?;
    let full = photo::full_request(&update, "image")?;
    Ok(vec![
        Operation::fixed("profile by name", 200, &event("profiles-get")?).round_trips(2).first(),
        Operation::fixed("search", 200, &event("profiles-search")?).round_trips(2),
        Operation::fixed("update with photo", 200, &update).round_trips(3),
        Operation::fixed("update of 6 MiB", 200, &full).round_trips(3).heavy("with 6 MiB"),
    ])
}

fn tweets(event: impl Fn(&str) -> Result<Event>, session: &Session) -> Result<Vec<Operation>> {
    let post = at_our_own_path(event("tweets-post")?);
    let full = photo::full_request(&post, "imagelinks")?;
    let delete = event("tweets-delete")?;
    // The first tweet is read by another operation.
    let doomed: Vec<Vec<u8>> = session
        .tweets
        .iter()
        .skip(1)
        .map(|id| match session.tweets.first() {
            Some(first) => delete.clone().with(first, id).to_bytes(),
            None => Vec::new(),
        })
        .collect();
    Ok(vec![
        Operation::fixed("tweet by id", 200, &event("tweets-get")?).round_trips(2).thousand_instructions(900).first(),
        Operation::fixed("home timeline", 200, &event("tweets-home")?).round_trips(2),
        Operation::fixed("like", 200, &event("tweets-like")?).round_trips(2),
        Operation::fixed("post of text", 201, &event("tweets-create")?).round_trips(2),
        Operation::fixed("post with photo", 201, &post).round_trips(2),
        Operation::each("delete", 204, doomed)?.round_trips(2),
        Operation::fixed("post of 6 MiB", 201, &full).round_trips(2).heavy("with 6 MiB"),
    ])
}
