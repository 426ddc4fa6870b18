//! Sample requests for the rows of the tables of routes, about the things of one account.

use aviary_web::{Route, RouteLimit, Subject, Who};
use serde_json::{Value, json};

use tokio::sync::OnceCell;

use crate::limits::unused_address;
use crate::{Account, Call, Event, PASSWORD, Service, claims_of, unique};

/// An account with one thing of each kind that a route can be about.
#[derive(Clone, Debug)]
pub struct Things {
    /// The account.
    pub owner: Account,
    tweet: String,
    comment: String,
    media: String,
    /// The username of somebody who has nothing to do with the owner.
    stranger: String,
}

/// One stranger for all things of a process.
static STRANGER: OnceCell<String> = OnceCell::const_new();

/// A request that a row's sample describes.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The path with its variable segment filled in.
    pub path: String,
    /// The query string, empty if there is none.
    pub query: String,
    /// The body, if the route reads one.
    pub body: Option<Value>,
}

/// What every account's integer session `theirs` holds, as it is sent and answered.
fn integer_session() -> Value {
    json!({"session_id": "theirs", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]})
}

impl Things {
    /// How many things [`Things::of`] creates that count against this limit of the account.
    #[must_use]
    pub fn counting(limit: RouteLimit) -> usize {
        match limit {
            RouteLimit::WritesAccount => 3,
            RouteLimit::UploadsAccount => 1,
            _ => 0,
        }
    }

    /// Makes the things: a tweet with a comment, an integer session with one set, and an upload that waits for its file.
    pub async fn of(service: &Service, owner: Account) -> Self {
        let tweet = service.tweet(&owner, "mine").await["id"].as_str().expect("an id").to_owned();
        let call = service.post("/integers/session/").bearer(&owner.access).json(&integer_session());
        call.send().await.with_status(201);
        let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&owner.access);
        let comment = call.json(&json!({"message": "mine too"})).send().await.with_status(201).field("id");
        let file = json!({"filename": "a.jpg", "content_type": "image/jpeg", "size": 10});
        let call = service.post("/api/tweets/media/").bearer(&owner.access).json(&file);
        let media = call.send().await.with_status(201).field("media_id");
        let stranger = STRANGER.get_or_init(async || service.signup().await.username).await.clone();
        Self { owner, tweet, comment, media, stranger }
    }

    /// The row's sample about these things, as this caller would send it, or an anonymous one. `mark` is a new word.
    #[must_use]
    pub fn sample(&self, route: &Route, caller: Option<&Account>, mark: &str) -> Sample {
        let spec = &route.spec;
        let subject = self.subject(route).unwrap_or_default();
        let fill = |template: &str| self.fill(template, caller, mark).replace("$SUBJECT", &subject);
        let body = fill(spec.body);
        let body = (!body.is_empty()).then(|| {
            serde_json::from_str(&body).unwrap_or_else(|error| panic!("{route:?}: the sample's body: {error}"))
        });
        Sample { path: self.path(route), query: fill(spec.query), body }
    }

    /// The route's path with the thing that it is about.
    #[must_use]
    pub fn path(&self, route: &Route) -> String {
        let (Some(thing), Some((before, rest))) = (self.subject(route), route.path.split_once('{')) else {
            assert!(!route.path.contains('{'), "{route:?}: the row does not say what its variable segment names");
            return route.path.clone();
        };
        let (_, after) = rest.split_once('}').expect("a closing brace");
        // A second name in a path is of somebody else.
        format!("{before}{thing}{after}").replace("{name}", &self.stranger)
    }

    /// The id or name of the thing that the row is about.
    fn subject(&self, route: &Route) -> Option<String> {
        match route.spec.subject {
            Subject::Nothing => None,
            Subject::Account => Some(self.owner.username.clone()),
            Subject::Profile => Some(self.owner.id.clone()),
            Subject::Tweet => Some(self.tweet.clone()),
            Subject::Comment => Some(self.comment.clone()),
            Subject::Media => Some(self.media.clone()),
            Subject::Session => Some(self.session()),
            Subject::Tag => Some("mine".to_owned()),
            Subject::Asset => Some("docs.css".to_owned()),
        }
    }

    /// The sample as an anonymous caller sends it.
    #[must_use]
    pub fn call(&self, service: &Service, route: &Route) -> Call {
        self.request(service, route, &self.sample(route, None, &unique("mark")))
    }

    /// The sample as this account sends it, with its access token.
    #[must_use]
    pub fn call_by(&self, service: &Service, route: &Route, caller: &Account) -> Call {
        let sample = self.sample(route, Some(caller), &unique("mark"));
        self.request(service, route, &sample).bearer(&caller.access)
    }

    /// The sample as the owner of the things sends it, as an event for a function. A route for every user is about the
    /// things of somebody else.
    #[must_use]
    pub fn event(&self, route: &Route, others: &Self) -> Event {
        // What names the thing may stand in the path, in the query or in the body.
        let mark = unique("mark");
        let sample = match route.spec.who {
            Who::User if route.spec.subject != Subject::Nothing => others.sample(route, Some(&self.owner), &mark),
            _ => self.sample(route, Some(&self.owner), &mark),
        };
        let event = Event::new(route.method.as_str(), &sample.path).query(&sample.query);
        let event = if route.spec.who == Who::Any { event } else { event.bearer(&self.owner.access) };
        // The window of an address that searched before may have ended, which costs a round trip more.
        let searches = route.spec.limit == Some(RouteLimit::SearchAddress);
        let event = if searches { event.source(&unused_address()) } else { event };
        match &sample.body {
            Some(body) => event.json(body),
            None => event,
        }
    }

    fn request(&self, service: &Service, route: &Route, sample: &Sample) -> Call {
        let query = if sample.query.is_empty() { String::new() } else { format!("?{}", sample.query) };
        let call = service.call(route.method.as_str(), &format!("{}{query}", sample.path));
        match &sample.body {
            Some(body) => call.json(body),
            None if route.method == "POST" => call.json(&json!({})),
            None => call,
        }
    }

    /// The session of the owner's access token.
    fn session(&self) -> String {
        claims_of(&self.owner.access)["sid"].as_str().expect("a session").to_owned()
    }

    /// Fills in the placeholders that [`aviary_web::RouteSpec`] lists, longest names first.
    fn fill(&self, template: &str, caller: Option<&Account>, mark: &str) -> String {
        let of_caller = |value: fn(&Account) -> &String| caller.map_or("", |caller| value(caller));
        [
            ("$OWNER_REFRESH", self.owner.refresh.as_str()),
            ("$OWNER_ID", &self.owner.id),
            ("$OWNER", &self.owner.username),
            ("$CALLER_REFRESH", of_caller(|caller| &caller.refresh)),
            ("$CALLER_ACCESS", of_caller(|caller| &caller.access)),
            ("$CALLER_EMAIL", of_caller(|caller| &caller.email)),
            ("$CALLER", of_caller(|caller| &caller.username)),
            ("$PASSWORD", PASSWORD),
            ("$MARK", mark),
        ]
        .iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Asserts that the things are as they were made, and that their owner's token counts.
    pub async fn assert_untouched(&self, service: &Service) {
        let tweet = service.get(&format!("/api/tweets/{}", self.tweet)).send().await.with_status(200);
        assert_eq!(tweet.field("message"), "mine");
        let profile = service.get(&format!("/profile?username={}", self.owner.username)).send().await.with_status(200);
        assert_eq!(profile.json()["profile"]["bio"], "Write about yourself.");
        let integers = service.get("/integers/session/?session_id=theirs").bearer(&self.owner.access).send().await;
        assert_eq!(integers.with_status(200).json(), integer_session());
        let me = service.get("/auth/users/me/").bearer(&self.owner.access).send().await.with_status(200);
        assert_eq!(me.field("username"), self.owner.username);
    }
}
