//! What the administration's pages cost, however much there is.

use aviary_web::Route;
use e2e::acts::integers::media_bucket;
use e2e::{Event, Form, Function, OwnAws, PASSWORD, Service, claims_of, png, unique};
use serde_json::{Value, json};

/// A page of 20 entries: 16 queries, the entries, their people, and the visitor.
const MOST_READ_UNITS: f64 = 60.0;
/// Users when the costs are measured. From the second on every list fills its page; the third is no end, but a cost
/// that grows with what there is would show.
const USERS: [usize; 3] = [10, 30, 90];
/// Pages that are full later: the figures of today are counted, up to 4,000 of each kind, and the audit trail names the
/// people of 100 events.
const FULL_LATER: [&str; 3] = ["/admin", "/admin/audit", "/admin/audit/rows"];

/// The functions on a local AWS of their own, in which nothing else is.
struct World {
    own: OwnAws,
    auth: Function,
    tweets: Function,
    integers: Function,
    people: Vec<Person>,
}

/// A user with one thing of each kind.
struct Person {
    id: String,
    tweet: String,
    comment: String,
}

fn post(function: &Function, path: &str, access: &str, body: &Value) -> Value {
    let event = Event::new("POST", path).bearer(access).json(body);
    function.answer(&event.into_json()).with_status(201).json()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// A new account: its id, its access token, and the cookies of its web session.
fn sign_up(auth: &Function, address: usize) -> (String, String, String) {
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    // As from many addresses, each of which may sign up some accounts in an hour.
    let event = Event::new("POST", "/api/auth/signup/").json(&body).source(&format!("192.0.2.{address}"));
    let answer = auth.answer(&event.into_json()).with_status(201);
    let access = answer.field("access");
    let cookie = |name: &str| answer.cookie(name).unwrap().value;
    let cookies = format!("sessionid={}; csrftoken={}", cookie("sessionid"), cookie("csrftoken"));
    (claims_of(&access)["user_id"].as_str().unwrap().to_owned(), access, cookies)
}

impl World {
    fn start() -> Self {
        let own = OwnAws::start();
        let start = |name: &str| Function::start(&own.service, name);
        let (auth, tweets, integers) = (start("auth"), start("tweets"), start("integers"));
        Self { own, auth, tweets, integers, people: Vec::new() }
    }

    fn service(&self) -> &Service {
        &self.own.service
    }

    /// Adds users until there are so many.
    fn grow(&mut self, users: usize) {
        while self.people.len() < users {
            let (id, access, _) = sign_up(&self.auth, 10 + self.people.len() / 10);
            let form = Form::default().text("message", "A tweet with a picture");
            let form = form.file("imagelinks", "a.png", "image/png", &png(8, 8, 1));
            let event = Event::new("POST", "/api/tweets/").bearer(&access).multipart(&form);
            let tweet = text(&self.tweets.answer(&event.into_json()).with_status(201).json(), "id");
            let body = json!({"message": "A comment"});
            let comment = text(&post(&self.tweets, &format!("/api/tweets/{tweet}/comments/"), &access, &body), "id");
            let sets = json!({"session_id": "mine", "integer_sets": [{"set_id": "a", "integers":
                [{"index": 0, "X": 1, "q": 1}]}]});
            post(&self.integers, "/integers/session/", &access, &sets);
            if let Some(before) = self.people.last() {
                let report = json!({"reason": "abuse", "note": "Please look."});
                post(&self.tweets, &format!("/api/tweets/{}/report/", before.tweet), &access, &report);
            }
            self.people.push(Person { id, tweet, comment });
        }
    }

    /// A page of each route that shows something, about the first user where it is about one.
    fn pages(&self) -> Vec<(Route, String)> {
        let Person { id, tweet, comment, .. } = &self.people[0];
        let routes = admin_function::routes();
        let gets = routes.table().iter().filter(|row| row.method == "GET" && row.path != "/admin/assets/{name}");
        let of = |row: &Route| match row.path.as_str() {
            "/admin/users/{id}" => (format!("/admin/users/{id}"), String::new()),
            "/admin/tweets/{id}" => (format!("/admin/tweets/{tweet}"), String::new()),
            "/admin/comments/{id}" => (format!("/admin/comments/{comment}"), String::new()),
            "/admin/reports/{target}" => (format!("/admin/reports/tweet:{tweet}"), String::new()),
            "/admin/integers/session" => (row.path.clone(), format!("user={id}&session=mine")),
            "/admin/delete" => (row.path.clone(), format!("target=user:{id}")),
            path => {
                assert!(!path.contains('{'), "{path} is about something that this test does not know");
                (row.path.clone(), String::new())
            }
        };
        gets.map(|row| (row.clone(), of(row))).map(|(row, (path, query))| (row, format!("{path}?{query}"))).collect()
    }
}

/// The read units and round trips of each page.
fn measured(admin: &Function, cookies: &str, pages: &[(Route, String)]) -> Vec<(f64, u64)> {
    let measure = |(row, page): &(Route, String)| {
        let (path, query) = page.split_once('?').unwrap();
        let invoked = admin.invoke(Event::new("GET", path).query(query).header("cookie", cookies));
        // Who is signed in is led away from the login.
        let expected = if path == "/admin/login" { [200, 303] } else { [200, 200] };
        assert!(expected.contains(&invoked.answer.status), "{page}: {}", invoked.answer.text());
        let (units, trips) = (invoked.read_units(), invoked.round_trips());
        assert!(trips <= u64::from(row.spec.round_trips), "{page}: {trips} round trips");
        assert!(units <= MOST_READ_UNITS, "{page}: {units} read units");
        (units, trips)
    };
    pages.iter().map(measure).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_costs_the_same_however_many_users_there_are() {
    let mut world = World::start();
    assert!(media_bucket(world.service()).check().await.is_ok());
    let (id, _, cookies) = sign_up(&world.auth, 1);
    let principal = format!("U#{id}");
    world.service().dynamodb().set("CredentialsTable", &principal, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    let admin = Function::start(world.service(), "admin");
    let mut all = Vec::new();
    for users in USERS {
        world.grow(users);
        let pages = world.pages();
        all.push(measured(&admin, &cookies, &pages));
    }
    let pages = world.pages();
    assert!(pages.len() > 15, "{}", pages.len());
    for (at, (_, page)) in pages.iter().enumerate() {
        let costs: Vec<(f64, u64)> = all.iter().map(|of| of[at]).collect();
        let [(_, few), (some_units, some), (many_units, many)] = costs[..] else { panic!("{costs:?}") };
        assert!(some == many && few <= many, "{page}: {costs:?} (read units, round trips)");
        if !FULL_LATER.contains(&page.trim_end_matches('?')) {
            // An entry may be a little longer than another.
            assert!(many_units <= some_units + 2.0, "{page}: {costs:?} (read units, round trips)");
        }
    }
}
