//! Whether the service has exactly what was done: counters, notifications, timelines.

use std::{
    collections::BTreeSet,
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{
    environments::Environments,
    lag::Probe,
    people::{CELEBRITY, Done, People, send},
    request::{Kind, Request},
};

/// The most tweets, people and timelines that are compared one by one. The recount compares all counters.
const MOST: usize = 200;
const WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(1);

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compared {
    pub(super) tweets: usize,
    pub(super) people: usize,
    pub(super) timelines: usize,
}

/// Compares, again until nothing differs or the patience is over.
pub(super) fn check(environments: &Environments, people: &People, probe: Probe) -> Result<Compared> {
    // A last like is told after everything else, because the stream is in order.
    probe.run(environments, people, &AtomicBool::new(false), 1)?;
    let deadline = Instant::now() + WITHIN;
    loop {
        let (compared, wrong) = compare(environments, people)?;
        if wrong.is_empty() {
            return Ok(compared);
        }
        ensure!(Instant::now() < deadline, "{} things differ from what was done: {}", wrong.len(), first(&wrong));
        thread::sleep(PAUSE);
    }
}

fn first(wrong: &[String]) -> String {
    wrong.iter().take(10).cloned().collect::<Vec<_>>().join("; ")
}

/// Evenly chosen places.
fn some(of: usize) -> impl Iterator<Item = usize> {
    (0..of).step_by(of.div_ceil(MOST).max(1))
}

fn compare(environments: &Environments, people: &People) -> Result<(Compared, Vec<String>)> {
    let done = people.done().clone();
    let (mut compared, mut wrong) = (Compared::default(), Vec::new());
    let mut is = |what: String, found: &Value, expected: usize| {
        if found.as_u64() != u64::try_from(expected).ok() {
            wrong.push(format!("{what}: {found} in place of {expected}"));
        }
    };
    for at in some(done.tweets.len()) {
        let (tweet, _) = done.tweets.get(at).context("there is no such tweet")?;
        let shown = get(environments, Kind::Tweet, &Request::get(&format!("/api/tweets/{tweet}/")))?;
        is(format!("likes of {tweet}"), member(&shown, "/likes"), done.likes.get(tweet).map_or(0, BTreeSet::len));
        compared.tweets += 1;
    }
    for at in some(people.active) {
        let person = people.person(at)?;
        let profile = Request::new("GET", "/profile", &format!("username={}", person.username));
        let profile = get(environments, Kind::Profile, &profile)?;
        let (followers, following) = (followers(&done, at), done.follows.get(&at).map_or(0, BTreeSet::len));
        is(format!("followers of {}", person.username), member(&profile, "/profile/followers"), followers);
        is(format!("those whom {} follows", person.username), member(&profile, "/profile/following"), following);
        let unread = Request::get("/api/notifications/unread/").by(&person.access);
        let unread = get(environments, Kind::Unread, &unread)?;
        is(
            format!("unread of {}", person.username),
            member(&unread, "/unread"),
            followers + likes_by_others(&done, at),
        );
        compared.people += 1;
    }
    let expected: BTreeSet<&str> =
        done.tweets.iter().filter(|(_, author)| *author == CELEBRITY).map(|(tweet, _)| tweet.as_str()).collect();
    for at in some(people.all.len() - people.active).map(|at| people.active + at) {
        let missing = missing_at_home(environments, people, at, &expected)?;
        if missing > 0 {
            wrong.push(format!("{missing} of the celebrity's tweets are not in the timeline of {at}"));
        }
        compared.timelines += 1;
    }
    Ok((compared, wrong))
}

fn followers(done: &Done, of: usize) -> usize {
    done.follows.values().filter(|whom| whom.contains(&of)).count()
}

fn likes_by_others(done: &Done, author: usize) -> usize {
    let own = done.tweets.iter().filter(|(_, by)| *by == author);
    own.filter_map(|(tweet, _)| done.likes.get(tweet))
        .map(|likers| likers.iter().filter(|who| **who != author).count())
        .sum()
}

/// How many of the tweets a follower's home timeline lacks.
fn missing_at_home(
    environments: &Environments,
    people: &People,
    at: usize,
    expected: &BTreeSet<&str>,
) -> Result<usize> {
    let access = &people.person(at)?.access;
    let (mut found, mut query) = (BTreeSet::new(), "limit=100".to_owned());
    loop {
        let page = get(environments, Kind::Home, &Request::new("GET", "/api/tweets/", &query).by(access))?;
        let results = page.get("results").and_then(Value::as_array).context("a page has no results")?;
        found.extend(results.iter().filter_map(|tweet| tweet.get("id")?.as_str().map(ToOwned::to_owned)));
        match page.get("next").and_then(Value::as_str).and_then(|next| next.split_once('?')) {
            Some((_, next)) => query = next.to_owned(),
            None => return Ok(expected.iter().filter(|tweet| !found.contains(**tweet)).count()),
        }
    }
}

fn get(environments: &Environments, kind: Kind, request: &Request) -> Result<Value> {
    Ok(send(environments, kind, request, |_, _| {})?.body)
}

fn member<'a>(body: &'a Value, pointer: &str) -> &'a Value {
    body.pointer(pointer).unwrap_or(&Value::Null)
}
