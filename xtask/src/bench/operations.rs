use std::fmt;

use anyhow::{Result, bail};

use super::{events::Event, photo, session::Session};
use crate::workspace::Workspace;

/// How many tweets are posted beforehand, to be deleted one by one.
pub(super) const POSTED: u32 = 60;
/// The id that stands in the sample events for one's own.
pub(super) const TWEET_ID: &str = "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3";

/// Something that a function is asked for, again and again.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The event for the request with a certain number.
    pub(super) event: Box<dyn Fn(u32) -> Vec<u8>>,
    /// The status of the right answer; none where the answer is no HTTP.
    pub(super) status: Option<u64>,
    /// What makes it too dear for the budgets of ordinary requests.
    pub(super) heavy: Option<&'static str>,
    /// The most sequential steps to DynamoDB that it may take.
    pub(super) steps: Option<u64>,
    /// How often it can be repeated at all.
    pub(super) at_most: Option<u32>,
    /// Whether it is the first request when the start is measured: it asks DynamoDB once or twice.
    pub(super) is_first: bool,
}

impl Operation {
    /// An operation without budgets.
    pub(super) fn new(name: &'static str, status: u64, event: impl Fn(u32) -> Vec<u8> + 'static) -> Self {
        Self {
            name,
            event: Box::new(event),
            status: Some(status),
            heavy: None,
            steps: None,
            at_most: None,
            is_first: false,
        }
    }

    fn fixed(name: &'static str, status: u64, event: &Event) -> Self {
        let bytes = event.to_bytes();
        Self::new(name, status, move |_| bytes.clone())
    }

    /// What a schedule brings. Its steps are not told in the log, and so not measured.
    fn scheduled(name: &'static str, event: &Event) -> Self {
        Self { status: None, ..Self::fixed(name, 0, event) }
    }

    fn steps(self, most: u64) -> Self {
        Self { steps: Some(most), ..self }
    }

    fn heavy(self, why: &'static str) -> Self {
        Self { heavy: Some(why), ..self }
    }

    fn first(self) -> Self {
        Self { is_first: true, ..self }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What is measured of a function.
pub(super) fn of(function: &str, workspace: &Workspace, session: &Session) -> Result<Vec<Operation>> {
    let event = |name: &str| Event::read(workspace, name).map(|event| session.fill(event));
    match function {
        "auth" => auth(event),
        "integers" => integers(event),
        "profiles" => profiles(event),
        "tweets" => tweets(event, session),
        "notifications" => Ok(vec![
            Operation::fixed("list", 200, &event("notifications-list")?).steps(2).first(),
            Operation::fixed("unread", 200, &event("notifications-unread")?).steps(1),
        ]),
        // Everything in it was counted before, but for the first time.
        "feed" => Ok(vec![Operation::scheduled("batch again", &event("feed-batch")?).first()]),
        "users" => Ok(vec![Operation::fixed("user by name", 200, &event("users-get")?).steps(2).first()]),
        "keys" => Ok(vec![Operation::scheduled("turn too early", &event("keys-schedule")?).first()]),
        "worker" => Ok(vec![Operation::scheduled("sweep of nothing", &event("worker-schedule")?).first()]),
        "status" => Ok(vec![Operation::fixed("status", 200, &event("status")?).first()]),
        other => bail!("bench does not know what to ask of the function `{other}`"),
    }
}

fn auth(event: impl Fn(&str) -> Result<Event>) -> Result<Vec<Operation>> {
    const HASHING: &str = "hashing";
    let signup = event("auth-signup")?;
    let new_user = move |number: u32| signup.clone().with("wren", &format!("wren{number}")).to_bytes();
    Ok(vec![
        Operation::fixed("users/me", 200, &event("auth-users-me")?).steps(1).first(),
        Operation::fixed("jwt/verify", 200, &event("auth-jwt-verify")?).steps(0),
        Operation::fixed("jwt/refresh", 200, &event("auth-jwt-refresh")?).steps(1),
        Operation::fixed("unknown path", 404, &event("auth-unknown-path")?).steps(0),
        Operation::fixed("login", 200, &event("auth-login")?).steps(3).heavy(HASHING),
        Operation::fixed("jwt/create", 200, &event("auth-jwt-create")?).steps(3).heavy(HASHING),
        Operation::new("signup", 201, new_user).steps(3).heavy(HASHING),
    ])
}

fn integers(event: impl Fn(&str) -> Result<Event>) -> Result<Vec<Operation>> {
    Ok(vec![
        Operation::fixed("session of 2 sets", 201, &event("integers-session-post")?).steps(4).first(),
        Operation::fixed("equation of 3 units", 201, &event("integers-operation")?).steps(4),
        Operation::fixed("set by id", 200, &event("integers-set-get")?).steps(2),
    ])
}

fn profiles(event: impl Fn(&str) -> Result<Event>) -> Result<Vec<Operation>> {
    let update = event("profiles-update")?;
    let full = photo::full_request(&update, "image")?;
    Ok(vec![
        Operation::fixed("profile by name", 200, &event("profiles-get")?).steps(2).first(),
        Operation::fixed("search", 200, &event("profiles-search")?).steps(2),
        Operation::fixed("update with photo", 200, &update).steps(3),
        Operation::fixed("update of 6 MiB", 200, &full).steps(3).heavy("with 6 MiB"),
    ])
}

fn tweets(event: impl Fn(&str) -> Result<Event>, session: &Session) -> Result<Vec<Operation>> {
    let post = event("tweets-post")?;
    let full = photo::full_request(&post, "imagelinks")?;
    let delete = event("tweets-delete")?;
    // The first one is read by the operation before this.
    let doomed: Vec<Vec<u8>> = session
        .tweets
        .iter()
        .skip(1)
        .map(|id| match session.tweets.first() {
            Some(first) => delete.clone().with(first, id).to_bytes(),
            None => Vec::new(),
        })
        .collect();
    let count = u32::try_from(doomed.len())?;
    let pick = move |number: u32| usize::try_from(number).ok().and_then(|n| doomed.get(n)).cloned().unwrap_or_default();
    Ok(vec![
        Operation::fixed("tweet by id", 200, &event("tweets-get")?).steps(2).first(),
        Operation::fixed("home timeline", 200, &event("tweets-home")?).steps(2),
        Operation::fixed("like", 200, &event("tweets-like")?).steps(2),
        Operation::fixed("post of text", 201, &event("tweets-create")?).steps(2),
        Operation::fixed("post with photo", 201, &post).steps(2),
        Operation { at_most: Some(count), ..Operation::new("delete", 204, pick).steps(2) },
        Operation::fixed("post of 6 MiB", 201, &full).steps(2).heavy("with 6 MiB"),
    ])
}
