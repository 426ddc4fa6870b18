//! How late counts, notifications and timelines follow while people act.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{
    environments::Environments,
    figures::{ms, percentile},
    people::{People, send},
    request::{Kind, Request},
};

const LOOK: Duration = Duration::from_millis(50);
/// The pause between two probes.
const PAUSE: Duration = Duration::from_millis(500);
/// Later than this is an error, whatever the machine does. Before the load, thousands of new follows bring timelines.
const LONGEST: Duration = Duration::from_secs(900);

/// Times from the answer of a write to its effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Lags {
    counts: Vec<Duration>,
    notifications: Vec<Duration>,
    timelines: Vec<Duration>,
}

impl Lags {
    /// A line for each.
    pub(super) fn text(&mut self) -> String {
        let of = |name: &str, lags: &mut [Duration]| {
            let [half, most] = [50, 100].map(|percent| ms(percentile(lags, percent)));
            format!("{name:<26}{:>9}{half:>17.0}{most:>9.0}\n", lags.len())
        };
        let head = format!("{:<26}{:>9}{:>17}{:>9}\n", "lag of", "probes", "p50 ms", "most ms");
        head + &of("a tweet's count of likes", &mut self.counts)
            + &of("unread notifications", &mut self.notifications)
            + &of("a follower's timeline", &mut self.timelines)
    }
}

/// The author and the follower of the probes, who do nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    pub(super) author: usize,
    pub(super) follower: usize,
}

impl Probe {
    /// Posts and likes, and looks when the effects show, until it is over, or so many times.
    pub(super) fn run(
        self,
        environments: &Environments,
        people: &People,
        over: &AtomicBool,
        times: u32,
    ) -> Result<Lags> {
        let (author, follower) = (people.person(self.author)?, people.person(self.follower)?);
        let look = |kind: Kind, request: &Request, pointer: &str| -> Result<Value> {
            let sent = send(environments, kind, request, |_, _| {})?;
            Ok(sent.body.pointer(pointer).cloned().unwrap_or_default())
        };
        let unread = Request::get("/api/notifications/unread/").by(&author.access);
        let mut lags = Lags::default();
        for _ in 0..times {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let tweet =
                people.post(environments, (self.author, &format!("probe-{:016x}", fastrand::u64(..))), |_, _| {})?;
            let home = Request::get("/api/tweets/").by(&follower.access);
            // Others' newer tweets may stand above it.
            let in_time = || Ok(has(&look(Kind::Home, &home, "/results")?, &tweet));
            lags.timelines.push(until("a timeline", in_time)?);
            let before = look(Kind::Unread, &unread, "/unread")?.as_u64().unwrap_or_default();
            people.like(environments, Kind::Like, (self.follower, &tweet), |_, _| {})?;
            // Nobody's own like is added for somebody anonymous.
            let shown = Request::get(&format!("/api/tweets/{tweet}/"));
            let liked = Instant::now();
            until("a count of likes", || Ok(look(Kind::Tweet, &shown, "/likes")? == 1))?;
            lags.counts.push(liked.elapsed());
            let is_told = || Ok(look(Kind::Unread, &unread, "/unread")?.as_u64().unwrap_or_default() > before);
            until("a notification", is_told)?;
            lags.notifications.push(liked.elapsed());
            thread::sleep(PAUSE);
        }
        Ok(lags)
    }
}

fn has(results: &Value, tweet: &str) -> bool {
    let ids = results.as_array().into_iter().flatten().filter_map(|result| result.get("id"));
    ids.into_iter().any(|id| id == tweet)
}

/// The time until something is as it should be.
fn until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<Duration> {
    let began = Instant::now();
    while !is_so()? {
        ensure!(began.elapsed() < LONGEST, "{what} did not show a write within {} s", LONGEST.as_secs());
        thread::sleep(LOOK);
    }
    Ok(began.elapsed())
}
