//! What the administration's pages cost, however much there is.

use aviary_web::Route;
use e2e::acts::integers::media_bucket;
use e2e::{Event, Form, Function, Invoked, OwnAws, PASSWORD, Service, claims_of, png, unique};
use serde_json::{Value, json};

/// A page of 20 entries: 16 queries, the entries, their people, and the visitor.
const MOST_READ_UNITS: f64 = 60.0;
/// Users when the costs are measured. From the second on every list fills its page; the third is no end, but a cost
/// that grows with what there is would show.
const USERS: [usize; 3] = [10, 30, 90];
/// Pages that are full later: the figures of today are counted, up to 4,000 of each kind, and the audit trail names the
/// people of 100 events.
const FULL_LATER: [&str; 3] = ["/admin", "/admin/audit", "/admin/audit/rows"];

/// Users that are made by requests, and the copies of each. Together they are 10,000.
const ORIGINALS: usize = 100;
const COPIES: u16 = 99;
/// What users' names begin with; twelve hexadecimal digits follow.
const NAME: &str = "wren";
/// The dashboard counts what was made today, up to 4,000 of each of five kinds.
const MOST_OF_THE_DASHBOARD: f64 = 400.0;
/// Lists of which everybody has an entry.
const LISTS: [&str; 8] = [
    "/admin/users",
    "/admin/profiles",
    "/admin/tweets",
    "/admin/comments",
    "/admin/media",
    "/admin/uploads",
    "/admin/reports",
    "/admin/integers",
];
/// Other orders and filters.
const FURTHER: [&str; 15] = [
    "/admin/users?order=oldest",
    "/admin/users?order=name",
    "/admin/users?q=wren",
    "/admin/users?q=nobody",
    "/admin/profiles?order=oldest",
    "/admin/tweets?order=oldest",
    "/admin/comments?order=oldest",
    "/admin/media?order=oldest",
    "/admin/uploads?order=oldest",
    "/admin/uploads?state=undecided",
    "/admin/uploads?state=ready",
    "/admin/uploads?state=rejected",
    "/admin/reports?order=oldest",
    "/admin/reports?state=closed",
    "/admin/integers?order=oldest",
];

/// The functions on a local AWS of their own, in which nothing else is.
struct World {
    own: OwnAws,
    auth: Function,
    tweets: Function,
    integers: Function,
    people: Vec<Person>,
    /// The member of staff, and the cookies of a session.
    staff: (String, String),
    admin: Function,
}

/// A user with one thing of each kind.
#[derive(Clone)]
struct Person {
    id: String,
    tweet: String,
    comment: String,
}

/// What a page costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    read_units: f64,
    round_trips: u64,
    calls: u64,
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
    let body = json!({"username": unique(NAME), "password": PASSWORD});
    // As from many addresses, each of which may sign up some accounts in an hour.
    let event = Event::new("POST", "/api/auth/signup/").json(&body).source(&format!("192.0.2.{address}"));
    let answer = auth.answer(&event.into_json()).with_status(201);
    let access = answer.field("access");
    let cookie = |name: &str| answer.cookie(name).unwrap().value;
    let cookies = format!("sessionid={}; csrftoken={}", cookie("sessionid"), cookie("csrftoken"));
    (claims_of(&access)["user_id"].as_str().unwrap().to_owned(), access, cookies)
}

impl World {
    async fn start() -> Self {
        let own = OwnAws::start();
        assert!(media_bucket(&own.service).check().await.is_ok());
        let start = |name: &str| Function::start(&own.service, name);
        let (auth, tweets, integers) = (start("auth"), start("tweets"), start("integers"));
        let (id, _, cookies) = sign_up(&auth, 1);
        let principal = format!("U#{id}");
        own.service.dynamodb().set("CredentialsTable", &principal, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
        let admin = start("admin");
        Self { own, auth, tweets, integers, people: Vec::new(), staff: (id, cookies), admin }
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
            let picture = json!({"filename": "a.png", "content_type": "image/png", "size": 1_000});
            post(&self.tweets, "/api/tweets/media/", &access, &picture);
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

    /// Writes so many copies of everything that all users have, under new ids and names. A copy differs from its
    /// original in four digits of each id that decide about no partition.
    async fn copy(&self, copies: u16) {
        let dynamodb = self.service().dynamodb();
        for table in ["AccountsTable", "CredentialsTable", "SocialTable", "FeedTable", "IntegersTable"] {
            let items = dynamodb.mentions(table, "").await;
            let of_users = items.iter().filter(|item| !item.to_string().contains(&self.staff.0));
            let templates: Vec<Template> = of_users.filter_map(Template::of).collect();
            for copy in 1..=copies {
                self.own.import(table, templates.iter().map(|template| template.copy(copy)).collect());
            }
        }
    }

    /// A page of each route that shows something, about this user where it is about one.
    fn pages(&self, person: &Person) -> Vec<(Route, String)> {
        let Person { id, tweet, comment } = person;
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

    /// The same, and the lists in their other orders and with their filters.
    fn more_pages(&self, person: &Person) -> Vec<(Route, String)> {
        let mut pages = self.pages(person);
        let further = FURTHER.iter().map(|page| {
            let (path, _) = page.split_once('?').unwrap();
            let of = pages.iter().find(|(row, _)| row.path == path).unwrap_or_else(|| panic!("no route {path}"));
            (of.0.clone(), (*page).to_owned())
        });
        let further: Vec<(Route, String)> = further.collect();
        pages.extend(further);
        pages
    }
}

/// The text of an item, and where in it four digits of an id or a name begin that copies may change.
struct Template(String, Vec<usize>);

impl Template {
    /// `None` if the item's key has no id and no name.
    fn of(item: &Value) -> Option<Self> {
        let changing = |text: &str| {
            let ids = text
                .match_indices('-')
                .filter_map(|(at, _)| at.checked_sub(8))
                .filter(|at| text.get(*at..at + 36).is_some_and(|id| uuid::Uuid::try_parse(id).is_ok()));
            // The last two digits say in which partition of a list the item lies, the first ones when it was made.
            let ids: Vec<usize> = ids.map(|at| at + 24).collect();
            let names = text.match_indices(NAME).map(|(at, _)| at + NAME.len());
            let names = names.filter(|at| {
                text.get(*at..at + 12).is_some_and(|name| name.chars().all(|digit| digit.is_ascii_hexdigit()))
            });
            names.chain(ids).collect::<Vec<usize>>()
        };
        let key = format!("{} {}", item["pk"], item["sk"]);
        let text = item.to_string();
        (!changing(&key).is_empty()).then(|| Self(text.clone(), changing(&text)))
    }

    fn copy(&self, copy: u16) -> Value {
        serde_json::from_str(&renumbered(&self.0, &self.1, copy)).unwrap()
    }
}

fn renumbered(text: &str, places: &[usize], copy: u16) -> String {
    let mut text = text.to_owned();
    places.iter().for_each(|at| text.replace_range(*at..at + 4, &format!("{copy:04x}")));
    text
}

impl Person {
    /// The person of a copy.
    fn copied(&self, copy: u16) -> Self {
        let of = |id: &str| renumbered(id, &[24], copy);
        Self { id: of(&self.id), tweet: of(&self.tweet), comment: of(&self.comment) }
    }
}

/// The answer to a browser in which staff are signed in.
fn visited(world: &World, page: &str) -> Invoked {
    let (path, query) = page.split_once('?').unwrap();
    world.admin.invoke(Event::new("GET", path).query(query).header("cookie", &world.staff.1))
}

/// What each page costs.
fn measured(world: &World, pages: &[(Route, String)]) -> Vec<Cost> {
    let measure = |(row, page): &(Route, String)| {
        let invoked = visited(world, page);
        // Who is signed in is led away from the login.
        let expected = if page == "/admin/login?" { [200, 303] } else { [200, 200] };
        assert!(expected.contains(&invoked.answer.status), "{page}: {}", invoked.answer.text());
        let cost = Cost {
            read_units: invoked.read_units(),
            round_trips: invoked.round_trips(),
            calls: invoked.log["dynamodb.calls"].as_u64().unwrap(),
        };
        assert!(cost.round_trips <= u64::from(row.spec.round_trips), "{page}: {cost:?}");
        cost
    };
    pages.iter().map(measure).collect()
}

fn is_full_later(page: &str) -> bool {
    FULL_LATER.contains(&page.trim_end_matches('?'))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_costs_the_same_however_many_users_there_are() {
    let mut world = World::start().await;
    let mut all = Vec::new();
    for users in USERS {
        world.grow(users);
        all.push(measured(&world, &world.pages(&world.people[0])));
    }
    let pages = world.pages(&world.people[0]);
    assert!(pages.len() > 15, "{}", pages.len());
    for (at, (_, page)) in pages.iter().enumerate() {
        let costs: Vec<Cost> = all.iter().map(|of| of[at]).collect();
        let [few, some, many] = costs[..] else { panic!("{costs:?}") };
        assert!(costs.iter().all(|cost| cost.read_units <= MOST_READ_UNITS), "{page}: {costs:?}");
        assert!(some.round_trips == many.round_trips && few.round_trips <= many.round_trips, "{page}: {costs:?}");
        if !is_full_later(page) {
            // An entry may be a little longer than another.
            assert!(many.read_units <= some.read_units + 2.0, "{page}: {costs:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute"]
async fn no_page_costs_more_with_ten_thousand_users_than_with_a_hundred() {
    let mut world = World::start().await;
    world.grow(10);
    let first = world.people[0].clone();
    let few = measured(&world, &world.more_pages(&first));
    world.grow(ORIGINALS);
    let some = measured(&world, &world.more_pages(&first));
    world.copy(COPIES).await;
    // A copy is a user like any other, and its pages are among those that are measured.
    let last = first.copied(COPIES);
    let found = visited(&world, &format!("/admin/users/{}?", last.id)).answer.with_status(200).text();
    assert!(found.contains(&format!("value=\"{NAME}{COPIES:04x}")), "{found}");
    let pages = world.more_pages(&last);
    let many = measured(&world, &pages);
    for (at, (_, page)) in pages.iter().enumerate() {
        let costs @ [few, some, many] = [few[at], some[at], many[at]];
        println!("{page}: {few:?}, {some:?}, {many:?}");
        assert!(some.round_trips == many.round_trips && few.round_trips <= many.round_trips, "{page}: {costs:?}");
        assert!(some.calls == many.calls, "{page}: {costs:?}");
        if page == "/admin?" {
            assert!(many.read_units <= MOST_OF_THE_DASHBOARD, "{page}: {costs:?}");
        } else {
            assert!(many.read_units <= MOST_READ_UNITS, "{page}: {costs:?}");
        }
        if !is_full_later(page) {
            // An entry may be a little longer than another.
            assert!(many.read_units <= some.read_units + 2.0, "{page}: {costs:?}");
        }
    }
    // Further pages of a list cost what its first one costs.
    for (_, page) in pages.iter().filter(|(_, page)| LISTS.contains(&page.trim_end_matches('?'))) {
        let (mut next, mut costs) = (page.clone(), Vec::new());
        for _ in 0..4 {
            let visited = visited(&world, &next);
            costs.push(visited.read_units());
            let text = visited.answer.with_status(200).text();
            let link = text.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
            next = link.unwrap_or_else(|| panic!("{next} has no next page: {text}")).replace("&amp;", "&");
        }
        let most = costs.iter().fold(0.0_f64, |most, cost| most.max(*cost));
        assert!(most <= costs[0] + 2.0 && most <= MOST_READ_UNITS, "{page}: {costs:?}");
    }
}
