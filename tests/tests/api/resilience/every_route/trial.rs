//! One request under a fault, repeated as a client repeats it.

use aviary_web::Route;
use e2e::{Answer, Event, Fault, OwnService, Service, Things, unique};
use serde_json::{Value, json};

use super::disturbance::Disturbance;
use super::traces::Subject;

/// How often a client repeats a request that it is told to wait with.
const PATIENCE: usize = 8;
/// Members of an answer that are minted anew each time.
const CREDENTIALS: [&str; 7] = ["access", "refresh", "token", "tokens", "access_token", "refresh_token", "auth_token"];

/// A row's sample, ready to be sent again and again.
pub(super) struct Request<'a> {
    pub(super) function: &'a str,
    pub(super) route: &'a Route,
    pub(super) event: Event,
    pub(super) subject: Subject,
}

/// What became of a request.
pub(super) struct Sent {
    /// How often it was sent.
    pub(super) times: usize,
    /// Was the client told to wait, or was there no answer?
    pub(super) waited: bool,
    /// The first answer that was a result, and the answer to one more repetition.
    pub(super) results: [Answer; 2],
    pub(super) wrong: Vec<String>,
}

impl<'a> Request<'a> {
    pub(super) fn new(function: &'a str, route: &'a Route, things: &Things, others: &Things) -> Self {
        let mut event = things.event(route, others);
        if route.spec.needs_key() {
            event = event.header("idempotency-key", &unique("key"));
        }
        let mark = mark_of(&event);
        let subject = Subject { owner: things.owner.id.clone(), email: things.owner.email.clone(), mark };
        Self { function, route, event, subject }
    }

    /// Sends it once, without faults, and returns the number of its calls too.
    pub(super) fn send(&self, own: &OwnService) -> (Answer, usize) {
        own.set_plan(self.function, |_, _| Fault::Pass);
        let answer = own.answer(self.function, self.event.clone()).expect("an undisturbed process answers");
        (answer, own.calls(self.function))
    }

    /// Sends it under this disturbance, then without it until there is a result, and then once more, as if the result
    /// had been lost.
    pub(super) async fn disturbed(&self, own: &OwnService, disturbance: Disturbance) -> Sent {
        let (mut wrong, mut waited, mut times) = (Vec::new(), false, 0);
        own.set_plan(self.function, move |number, call| disturbance.fault(number, call));
        let mut results = Vec::new();
        while results.len() < 2 {
            times += 1;
            assert!(times < PATIENCE, "{:?} {}: no result after {times} requests: {wrong:?}", self.route, disturbance);
            match own.answer(self.function, self.event.clone()) {
                // The process was killed. API Gateway answers 502 or 503 then.
                None => waited = true,
                Some(answer) if answer.status == 503 => {
                    waited = true;
                    let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
                    if seconds.is_none_or(|seconds| seconds == 0) {
                        wrong.push("a 503 without Retry-After".to_owned());
                    }
                }
                // The first request with this key counts as under way for a minute.
                Some(answer) if answer.status == 409 && waited && self.route.spec.needs_key() => {
                    lapse(&own.service).await
                }
                Some(answer) => {
                    if answer.status >= 500 && self.function != "status" {
                        wrong.push(format!("{}: {}\n{}", answer.status, answer.text(), own.log_of(self.function)));
                    }
                    results.push(answer);
                }
            }
            own.set_plan(self.function, |_, _| Fault::Pass);
        }
        let results = <[Answer; 2]>::try_from(results).expect("two results");
        if self.route.spec.needs_key() && results[0].status < 300 {
            let [first, second] = results.each_ref().map(without_credentials);
            if first != second {
                wrong.push(format!("the key's first result {first} is not {second}"));
            }
        }
        Sent { times, waited, results, wrong }
    }
}

/// Ends the minute for which claims of idempotency keys without a result count as under way.
async fn lapse(service: &Service) {
    for claim in service.dynamodb().mentions("CredentialsTable", "ONCE#").await {
        let key = |name: &str| claim[name]["S"].as_str().unwrap_or_default();
        if claim.get("result").is_none() && key("pk").starts_with("ONCE#") {
            let over = json!({"N": "1"});
            service.dynamodb().set("CredentialsTable", key("pk"), key("sk"), "claimed_until", &over).await;
        }
    }
}

pub(super) fn without_credentials(answer: &Answer) -> Value {
    let mut json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(members) = json.as_object_mut() {
        members.retain(|name, _| !CREDENTIALS.contains(&name.as_str()));
    }
    json
}

/// The word of the sample that nobody else uses: `mark` and twelve digits.
fn mark_of(event: &Event) -> Option<String> {
    let text = event.clone().into_json().to_string();
    let marks = text.match_indices("mark").filter_map(|(at, word)| text.get(at..at + word.len() + 12));
    let is_one = |mark: &&str| mark.chars().skip(4).all(|digit| digit.is_ascii_hexdigit());
    marks.into_iter().find(is_one).map(ToOwned::to_owned)
}
