use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aviary_template::Function;
use serde_json::Value;

use super::{
    events::Event,
    operations::{Operation, POSTED, TWEET_ID},
    process::FunctionProcess,
};
use crate::{process::Supervisor, runtime_api::Answer, workspace::Workspace};

/// What all measurements stand on.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) supervisor: &'a mut Supervisor,
    pub(super) functions: Vec<Function>,
    pub(super) settings: BTreeMap<String, String>,
}

/// A user and tweets of theirs.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) tweets: Vec<String>,
}

impl Session {
    /// Signs up and posts, as a client would.
    pub(super) fn prepare(bench: &mut Bench<'_>) -> Result<Self> {
        let signup = Event::read(bench.workspace, "auth-signup")?;
        let answer = once(bench, "auth", signup, 201, 1)?;
        let user = body_of(answer.first())?;
        let access = member(&user, "access")?;
        let refresh = member(&user, "refresh")?;
        let post = Event::read(bench.workspace, "tweets-post")?.with("ACCESS_TOKEN", &access);
        let answers = once(bench, "tweets", post, 201, POSTED)?;
        let tweets = answers.iter().map(|answer| member(&body_of(Some(answer))?, "id")).collect::<Result<_>>()?;
        Ok(Self { access, refresh, tweets })
    }

    /// An event with this user's tokens and first tweet in it.
    pub(super) fn fill(&self, event: Event) -> Event {
        let tweet = self.tweets.first().map_or("", String::as_str);
        event.with("ACCESS_TOKEN", &self.access).with("REFRESH_TOKEN", &self.refresh).with(TWEET_ID, tweet)
    }
}

fn once(bench: &mut Bench<'_>, function: &str, event: Event, status: u64, times: u32) -> Result<Vec<Answer>> {
    let operation = Operation::new("preparation", status, move |_| event.to_bytes());
    let mut process = FunctionProcess::start(bench, function)?;
    let answers = (0..times).map(|number| process.invoke(bench, &operation, number)).collect();
    process.stop(bench)?;
    answers
}

/// The JSON body in a function's answer.
fn body_of(answer: Option<&Answer>) -> Result<Value> {
    let answer = answer.context("there is no answer")?;
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let body = answer.get("body").and_then(Value::as_str).context("the answer has no body")?;
    serde_json::from_str(body).context("the answer's body is not JSON")
}

fn member(body: &Value, name: &str) -> Result<String> {
    match body.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => anyhow::bail!("the answer has no `{name}`: {body}"),
    }
}
