//! The table of routes: walked as nobody and as a stranger, and compared with the template and the documentation.

use aviary_template::Template;
use aviary_web::{Route, Who};
use e2e::{Account, Answer, Call, Service, claims_of};
use serde_json::{Value, json};
use xtask::workspace::Workspace;

/// A function's rows and its OpenAPI document.
struct Table {
    function: &'static str,
    rows: Vec<Route>,
    openapi: Value,
}

fn tables() -> Vec<Table> {
    macro_rules! table {
        ($name:literal, $routes:expr) => {{
            let routes = $routes;
            let openapi = serde_json::to_value(routes.openapi()).unwrap();
            Table { function: $name, rows: routes.table().to_vec(), openapi }
        }};
    }
    vec![
        table!("auth", auth_function::routes()),
        table!("integers", integers_function::routes()),
        table!("notifications", notifications_function::routes()),
        table!("profiles", profiles_function::routes()),
        table!("tweets", tweets_function::routes()),
        table!("status", status_function::routes()),
        table!("users", users_function::routes()),
    ]
}

/// Every row, with the function that it belongs to.
pub(crate) fn rows() -> Vec<(&'static str, Route)> {
    let rows_of = |table: Table| table.rows.into_iter().map(move |row| (table.function, row));
    tables().into_iter().flat_map(rows_of).collect()
}

/// Paths that name nobody, so that what they do is done to the caller.
const OWN_BY_NATURE: [&str; 17] = [
    "/auth/users/me",
    "/auth/users/set_password",
    "/auth/users/set_username",
    "/auth/token/logout",
    "/api/auth/user/edit",
    "/api/auth/user/logout_all",
    "/api/auth/sessions",
    "/api/auth/activity",
    "/api/auth/logout",
    "/api/auth/del-logout",
    "/api/jwt",
    "/api/notifications",
    "/api/notifications/unread",
    "/api/notifications/read",
    "/auth/users",
    "/integers/upload",
    "/.well-known/jwks.json",
];

/// A session of integer sets, as it is sent and answered.
fn integer_session() -> Value {
    json!({"session_id": "theirs", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]})
}

/// What one does to another person or with what another wrote, for oneself alone.
const RELATIONS: [&str; 8] = [
    "/api/profiles/{id}/follow",
    "/api/profiles/{id}/block",
    "/api/profiles/{id}/mute",
    "/api/tweets/{id}/like",
    "/api/tweets/{id}/retweet",
    "/api/tweets/{id}/save",
    "/api/tweets/{id}/comments",
    "/api/tweets/comments/{id}/like",
];

/// Things of somebody, which a stranger wants.
pub(crate) struct Things {
    /// Whose they are.
    pub(crate) owner: Account,
    tweet: String,
    comment: String,
}

impl Things {
    pub(crate) async fn of(service: &Service, owner: Account) -> Self {
        let tweet = service.tweet(&owner, "mine").await["id"].as_str().unwrap().to_owned();
        let call = service.post("/integers/session/").bearer(&owner.access).json(&integer_session());
        call.send().await.with_status(201);
        let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&owner.access);
        let comment = call.json(&json!({"message": "mine too"})).send().await.with_status(201).field("id");
        Self { owner, tweet, comment }
    }

    /// A path of the route that leads to the owner's things, and a body for it.
    fn sample(&self, route: &Route) -> (String, Value) {
        let (username, owner) = (&self.owner.username, &self.owner);
        let (path, body) = match (route.method.as_str(), route.path.as_str()) {
            ("GET", "/profile") => (format!("/profile?username={username}"), json!({})),
            ("PUT", "/profile/update") => {
                (format!("/profile/update?username={username}"), json!({"bio": "taken over"}))
            }
            // Sessions are named by their owners, so only by saying whose it is can a stranger mean another's.
            (_, "/integers/set" | "/integers/operation" | "/integers/session") => {
                let mut body = integer_session();
                body["user_id"] = owner.id.clone().into();
                body["set_id"] = "a".into();
                body["equation"] = "a+a".into();
                body["integers"] = json!([{"index": 0, "X": 2, "q": 2}]);
                (route.path.clone(), body)
            }
            ("PUT", "/api/profiles/edit" | "/api/prfiles/edit") => {
                (route.path.clone(), json!({"profile_id": owner.id, "bio": "taken over"}))
            }
            ("GET", "/api/profiles/search") => (format!("/api/profiles/search?q={username}"), json!({})),
            ("GET", "/api/profiles/blocked" | "/api/profiles/muted") => (route.path.clone(), json!({})),
            (_, path) if path.starts_with("/api/profiles/") => (path.replace("{id}", &owner.id), json!({})),
            ("POST", "/tweet" | "/api/tweets") => {
                (route.path.clone(), json!({"message": "as you", "author": owner.id}))
            }
            ("GET", "/api/tweets" | "/api/tweets/saved") => (route.path.clone(), json!({})),
            ("GET", "/api/tweets/tags/{tag}") => ("/api/tweets/tags/mine".to_owned(), json!({})),
            ("PUT", "/api/tweets/comments/{id}") => {
                (format!("/api/tweets/comments/{}", self.comment), json!({"message": "taken over"}))
            }
            ("PUT", "/api/tweets/{id}") => (format!("/api/tweets/{}", self.tweet), json!({"message": "taken over"})),
            ("POST", "/api/tweets/{id}/comments") => {
                (format!("/api/tweets/{}/comments", self.tweet), json!({"message": "yours"}))
            }
            (_, path) if path.starts_with("/api/tweets/comments/") => (path.replace("{id}", &self.comment), json!({})),
            (_, path) if path.starts_with("/api/tweets/{id}") => (path.replace("{id}", &self.tweet), json!({})),
            ("DELETE", "/api/auth/user/delete") => (route.path.clone(), json!({"refresh_token": owner.refresh})),
            ("DELETE", "/api/auth/sessions/{id}") => (format!("/api/auth/sessions/{}", self.session()), json!({})),
            ("POST", "/api/users/create") => (route.path.clone(), json!({"username": username, "biography": "b"})),
            ("POST", "/auth/jwt/refresh" | "/api/jwt/refresh" | "/api/auth/refresh_token") => {
                (route.path.clone(), json!({"refresh": ""}))
            }
            ("POST", "/auth/jwt/verify" | "/api/jwt/verify") => (route.path.clone(), json!({"token": ""})),
            (_, path) if path.contains("{username}") => (path.replace("{username}", username), json!({})),
            // Nothing in these can name another: they are the caller's, or there is no caller.
            (_, path) if OWN_BY_NATURE.contains(&path) || route.who == Who::Any => (path.to_owned(), json!({})),
            (method, path) => panic!("{method} {path} has no sample: say here what a stranger would want of it"),
        };
        assert!(!path.contains('{'), "{path} is no path");
        (path, body)
    }

    fn session(&self) -> String {
        claims_of(&self.owner.access)["sid"].as_str().unwrap().to_owned()
    }

    /// A request of the route for the owner's things, without a credential.
    pub(crate) fn call(&self, service: &Service, route: &Route) -> Call {
        let (path, body) = self.sample(route);
        let call = service.call(route.method.as_str(), &path);
        if body == json!({}) && route.method != "POST" { call } else { call.json(&body) }
    }

    async fn ask(&self, service: &Service, route: &Route, caller: Option<&Account>) -> Answer {
        let call = self.call(service, route);
        match caller {
            Some(caller) => call.bearer(&caller.access).send().await,
            None => call.send().await,
        }
    }

    /// Nobody has changed or deleted them, and their owner's token counts.
    pub(crate) async fn assert_untouched(&self, service: &Service) {
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

#[tokio::test]
async fn nobody_gets_past_a_route_that_wants_somebody() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for (_, route) in rows() {
        let answer = things.ask(&service, &route, None).await;
        match route.who {
            Who::Any => assert!(![401, 403, 404, 405, 500].contains(&answer.status), "{route:?}: {}", answer.text()),
            Who::User | Who::Own | Who::Staff => {
                answer.unauthorized(&nobody);
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_gets_nothing_that_is_anothers() {
    let service = Service::running();
    for (_, route) in rows() {
        let things = Things::of(&service, service.signup().await).await;
        // One for each, since some routes end what they are called with.
        let stranger = service.signup().await;
        let answer = things.ask(&service, &route, Some(&stranger)).await;
        match route.who {
            Who::Any => assert!(![401, 403, 404, 405, 500].contains(&answer.status), "{route:?}: {}", answer.text()),
            _ if OWN_BY_NATURE.contains(&&*route.path) => {
                assert!(![403, 404, 405, 500].contains(&answer.status), "{route:?}: {}", answer.text());
                assert!(!answer.text().contains(&things.owner.id), "{route:?}: {}", answer.text());
            }
            // What one does to others like this is one's own.
            Who::User if RELATIONS.contains(&&*route.path) => {
                assert!([200, 201].contains(&answer.status), "{route:?}: {}", answer.text());
            }
            // What a user may see of others is no secret.
            Who::User if route.method == "GET" => assert_eq!(answer.status, 200, "{route:?}: {}", answer.text()),
            Who::Own if route.path == "/api/auth/user/delete" => {
                assert_eq!(answer.status, 400, "{route:?}: {}", answer.text());
            }
            Who::Own | Who::Staff => {
                assert!([403, 404].contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text());
            }
            Who::User => assert_eq!(answer.status, 403, "{route:?}: the sample speaks for another: {}", answer.text()),
        }
        things.assert_untouched(&service).await;
    }
}

/// What staff may not do either, and the answer: nobody puts words into another's mouth, sessions are seen by their owners
/// only, a refresh token must be one's own, and integers are reached by nobody else.
const NOT_EVEN_STAFF: [(&str, &str, &[u16]); 10] = [
    ("PUT", "/api/tweets/{id}", &[403]),
    ("DELETE", "/api/auth/sessions/{id}", &[404]),
    ("DELETE", "/api/auth/user/delete", &[400]),
    ("POST", "/integers/set", &[403, 404]),
    ("GET", "/integers/set", &[403, 404]),
    ("DELETE", "/integers/set", &[403, 404]),
    ("POST", "/integers/operation", &[403, 404]),
    ("POST", "/integers/session", &[403, 404]),
    ("GET", "/integers/session", &[403, 404]),
    ("DELETE", "/integers/session", &[403, 404]),
];

#[tokio::test]
async fn staff_may_what_an_owner_may_and_speaks_for_nobody() {
    let service = Service::running();
    let not_even = |route: &Route| {
        let is_it = |(method, path, _): &&(&str, &str, _)| route.method == *method && route.path == *path;
        NOT_EVEN_STAFF.iter().find(is_it).map(|(_, _, statuses)| *statuses)
    };
    let mut allowed = 0;
    for (_, route) in rows().into_iter().filter(|(_, route)| route.who == Who::Own) {
        if OWN_BY_NATURE.contains(&&*route.path) {
            continue;
        }
        let things = Things::of(&service, service.signup().await).await;
        let staff = service.signup().await;
        let principal = format!("U#{}", staff.id);
        service.dynamodb().set("CredentialsTable", &principal, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
        let answer = things.ask(&service, &route, Some(&staff)).await;
        match not_even(&route) {
            Some(statuses) => {
                assert!(statuses.contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text());
                things.assert_untouched(&service).await;
            }
            None => {
                assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text());
                allowed += 1;
            }
        }
    }
    assert!(allowed >= 8, "staff got past {allowed} routes only");
}

#[test]
fn the_walk_has_every_row_once() {
    let mut names: Vec<String> = rows().iter().map(|(_, row)| format!("{} {}", row.method, row.path)).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "a row is there twice");
    assert!(rows().iter().all(|(_, row)| !row.path.ends_with('/')), "the table has paths without slash");
}

#[test]
fn every_row_is_documented_with_its_who_and_nothing_else_is() {
    for table in tables() {
        let mut documented = 0;
        for row in &table.rows {
            let method = row.method.as_str().to_lowercase();
            let operation = &table.openapi["paths"][&row.path][&method];
            assert_eq!(operation["x-who"], row.who.as_str(), "{row:?} in {}", table.openapi);
            assert!(operation["responses"].as_object().is_some_and(|all| !all.is_empty()), "{row:?} has no answers");
            documented += 1;
        }
        let methods = ["get", "put", "post", "patch", "delete", "head", "options", "trace"];
        let paths = table.openapi["paths"].as_object().unwrap().values();
        let operations: usize =
            paths.map(|item| methods.iter().filter(|method| item.get(**method).is_some()).count()).sum();
        assert_eq!(operations, documented, "{} documents what it has not", table.function);
    }
}

#[test]
fn the_templates_prefixes_cover_every_row_of_their_function_and_of_no_other() {
    let workspace = Workspace::locate().unwrap();
    let stack = Template::load(workspace.template()).unwrap().resolve(&xtask::routes::settings()).unwrap();
    let covers = |prefix: &str, path: &str| match prefix.strip_suffix("/{proxy+}") {
        Some(prefix) => path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
        None => path == prefix,
    };
    for table in tables() {
        for row in &table.rows {
            let takers = stack.functions.iter().filter(|function| {
                let routes =
                    function.routes.iter().filter(|route| ["ANY", row.method.as_str()].contains(&&*route.method));
                routes.into_iter().any(|route| covers(&route.path, &row.path))
            });
            let takers: Vec<&str> = takers.map(|function| function.binary.as_str()).collect();
            assert_eq!(takers, [table.function], "{row:?}");
        }
    }
}
