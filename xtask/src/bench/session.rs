//! The user and the tweets that operations work on.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{context::Context, events::Event, operation::Operation, process::FunctionProcess};
use crate::runtime_api::Answer;

/// Tweets that are posted beforehand and then deleted one by one.
const POSTED: u32 = 60;
/// Tokens of five minutes, each of which is verified once.
const LOGINS: u32 = 80;
/// The id of the caller's own tweet in the sample events.
const TWEET_ID: &str = "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3";

/// A user and the tweets of this user, if operations need some.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) access: String,
    pub(super) refresh: String,
    /// Access tokens of five minutes, for which `jwt/verify` makes no call.
    pub(super) brief: Vec<String>,
    pub(super) tweets: Vec<String>,
}

impl Session {
    /// Signs up and posts, as a client would.
    pub(super) fn prepare(context: &mut Context<'_>) -> Result<Self> {
        Self::sign_up(context)?;
        // Under valgrind the operations take longer than the five minutes of the other tokens.
        let login = Event::read(context.workspace, "auth-jwt-create")?;
        let obtain = login.clone().with("/auth/jwt/create", "/api/auth/obtain_token");
        let session = Self::of(&body_of(once(context, "auth", obtain, 200, 1)?.first())?)?;
        let logins = once(context, "auth", login, 200, LOGINS)?;
        let brief = logins.iter().map(|answer| member(&body_of(Some(answer))?, "access")).collect::<Result<_>>()?;
        let post =
            at_our_own_path(Event::read(context.workspace, "tweets-post")?).with("ACCESS_TOKEN", &session.access);
        let answers = once(context, "tweets", post, 201, POSTED)?;
        let tweets = answers.iter().map(|answer| member(&body_of(Some(answer))?, "id")).collect::<Result<_>>()?;
        Ok(Self { brief, tweets, ..session })
    }

    /// Signs up, and posts nothing.
    pub(super) fn sign_up(context: &mut Context<'_>) -> Result<Self> {
        let signup = Event::read(context.workspace, "auth-signup")?;
        let answer = once(context, "auth", signup, 201, 1)?;
        Self::of(&body_of(answer.first())?)
    }

    /// A session with the two tokens of an answer.
    pub(super) fn of(answer: &Value) -> Result<Self> {
        let (access, refresh) = (member(answer, "access")?, member(answer, "refresh")?);
        Ok(Self { access, refresh, brief: Vec::new(), tweets: Vec::new() })
    }

    /// An event with this user's tokens and first tweet in it.
    pub(super) fn fill(&self, event: Event) -> Event {
        let tweet = self.tweets.first().map_or("", String::as_str);
        event.with("ACCESS_TOKEN", &self.access).with("REFRESH_TOKEN", &self.refresh).with(TWEET_ID, tweet)
    }
}

/// The same post to `/api/tweets`, which every version that is compared answers alike.
pub(super) fn at_our_own_path(event: Event) -> Event {
    event.with("/tweet", "/api/tweets")
}

/// Starts a function, repeats one request, and ends it.
pub(super) fn once(
    context: &mut Context<'_>,
    function: &str,
    event: Event,
    status: u64,
    times: u32,
) -> Result<Vec<Answer>> {
    let operation = Operation::new("preparation", status, move |_| event.to_bytes());
    let mut process = FunctionProcess::start(context, function)?;
    let answers = (0..times).map(|number| process.invoke(context, &operation, number)).collect();
    process.stop(context)?;
    answers
}

/// The JSON body in a function's answer.
pub(super) fn body_of(answer: Option<&Answer>) -> Result<Value> {
    let answer = answer.context("there is no answer")?;
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let body = answer.get("body").and_then(Value::as_str).context("the answer has no body")?;
    serde_json::from_str(body).context("the answer's body is not JSON")
}

/// A string or number of an answer's body.
pub(super) fn member(body: &Value, name: &str) -> Result<String> {
    match body.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => anyhow::bail!("the answer has no `{name}`: {body}"),
    }
}
