//! The table of routes: walked as nobody and as a stranger, and compared with the template and the documentation.

use std::collections::BTreeSet;

use aviary_template::Template;
use aviary_web::openapi::Documented;
use aviary_web::{Route, Subject, Who};
use e2e::{Function, Service, Things};
use serde_json::json;
use xtask::workspace::Workspace;

/// A function's rows and what the OpenAPI document says about them.
pub(crate) struct Table {
    pub(crate) function: &'static str,
    pub(crate) rows: Vec<Route>,
    pub(crate) documented: Documented,
}

/// The tables of the API's functions.
pub(crate) fn tables() -> Vec<Table> {
    macro_rules! table {
        ($name:literal, $routes:expr) => {{
            let routes = $routes;
            Table { function: $name, rows: routes.table().to_vec(), documented: routes.documented() }
        }};
    }
    vec![
        table!("auth", auth_function::routes()),
        table!("docs", docs_function::routes()),
        table!("integers", integers_function::routes()),
        table!("notifications", notifications_function::routes()),
        table!("profiles", profiles_function::routes()),
        table!("tweets", tweets_function::routes()),
        table!("status", status_function::routes()),
        table!("users", users_function::routes()),
    ]
}

/// The administration's pages. They are for browsers: an anonymous one is led to the login, and no token is a credential.
/// `admin/access.rs` walks them.
fn website() -> Table {
    let routes = admin_function::routes();
    Table { function: "admin", rows: routes.table().to_vec(), documented: routes.documented() }
}

fn with_the_website() -> impl Iterator<Item = Table> {
    tables().into_iter().chain([website()])
}

/// Every row of the API, with the function that it belongs to.
pub(crate) fn rows() -> Vec<(&'static str, Route)> {
    let rows_of = |table: Table| table.rows.into_iter().map(move |row| (table.function, row));
    tables().into_iter().flat_map(rows_of).collect()
}

/// Lists of what everybody made, so of the owner of the walk's things too.
const EVERYBODYS: [&str; 5] = [
    "/api/tweets/get_latest",
    "/api/tweets/get_top",
    "/api/tweets/get_explore_media",
    "/api/profiles/most_popular",
    "/api/profiles/who_to_follow",
];

/// The statuses of a refusal, as the row states them.
fn refusals(route: &Route) -> Vec<u16> {
    match route.spec.refuses {
        0 => vec![403, 404],
        status => vec![status],
    }
}

/// Whether a route for anybody did what it does. Its sample may find nothing.
fn is_served(route: &Route, status: u16) -> bool {
    ![401, 403, 404, 405, 500].contains(&status) || status == route.spec.answers
}

#[tokio::test]
async fn anonymous_callers_get_401_from_every_route_that_needs_a_caller() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let anonymous = json!({"detail": "Authentication credentials were not provided."});
    for (_, route) in rows() {
        let answer = things.call(&service, &route).send().await;
        match route.spec.who {
            Who::Any => assert!(is_served(&route, answer.status), "{route:?}: {}", answer.text()),
            Who::User | Who::Own | Who::Staff if route.spec.tells_message => {
                answer.unauthorized(&json!({"detail": anonymous["detail"], "message": anonymous["detail"]}));
            }
            Who::User | Who::Own | Who::Staff => {
                answer.unauthorized(&anonymous);
            }
        }
    }
}

#[tokio::test]
async fn strangers_get_and_change_nothing_of_others() {
    let service = Service::running();
    for (_, route) in rows() {
        let things = Things::of(&service, service.signup().await).await;
        // A new stranger for each route, because some routes end the session that they are called with.
        let stranger = service.signup().await;
        let answer = things.call_by(&service, &route, &stranger).send().await;
        let text = format!("{route:?}: {} {}", answer.status, answer.text());
        let is_everybodys = EVERYBODYS.contains(&&*route.path);
        if !route.spec.names_an_owner() && route.spec.who != Who::Any && !is_everybodys {
            assert!(!answer.text().contains(&things.owner.id), "{text}");
        }
        match route.spec.who {
            Who::Any => assert!(is_served(&route, answer.status), "{text}"),
            // What every user may see of others is no secret, and lists of one's own are empty.
            Who::User if route.method == "GET" => assert_eq!(answer.status, 200, "{text}"),
            Who::User | Who::Own | Who::Staff if !route.spec.names_an_owner() => {
                let none_of_their_own = answer.status == 404 && route.spec.answers == 404;
                assert!(none_of_their_own || ![403, 404, 405, 500].contains(&answer.status), "{text}");
            }
            // A stranger may follow, like or comment on others' things.
            Who::User if route.spec.subject != Subject::Nothing => {
                assert!((200..300).contains(&answer.status), "{text}");
            }
            Who::User => assert_eq!(answer.status, 403, "the sample speaks for another: {text}"),
            Who::Own | Who::Staff => assert!(refusals(&route).contains(&answer.status), "{text}"),
        }
        things.assert_untouched(&service).await;
    }
}

#[tokio::test]
async fn staff_may_what_owners_may_except_where_the_row_says_otherwise() {
    let service = Service::running();
    let mut allowed = 0;
    let about_others = |route: &Route| route.spec.who == Who::Own && route.spec.names_an_owner();
    for (_, route) in rows().into_iter().filter(|(_, route)| about_others(route)) {
        let things = Things::of(&service, service.signup().await).await;
        let staff = service.signup().await;
        let principal = format!("U#{}", staff.id);
        service.dynamodb().set("CredentialsTable", &principal, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
        let answer = things.call_by(&service, &route, &staff).send().await;
        let text = format!("{route:?}: {} {}", answer.status, answer.text());
        if route.spec.staff_refused {
            assert!(refusals(&route).contains(&answer.status), "{text}");
            things.assert_untouched(&service).await;
        } else {
            assert!((200..300).contains(&answer.status), "{text}");
            allowed += 1;
        }
    }
    assert!(allowed >= 8, "staff got past {allowed} routes only");
}

#[tokio::test]
async fn owners_succeed_with_every_sample_at_no_more_round_trips_than_the_row_states() {
    let service = Service::running();
    let others = Things::of(&service, service.signup().await).await;
    let mut wrong = Vec::new();
    for table in tables() {
        let function = Function::start(&service, table.function);
        for route in &table.rows {
            let things = Things::of(&service, service.signup().await).await;
            let invoked = function.invoke(things.event(route, &others));
            let (status, trips) = (invoked.answer.status, invoked.round_trips());
            let spec = &route.spec;
            let answers = if spec.answers == 0 { (200..300).contains(&status) } else { status == spec.answers };
            if !answers || trips > u64::from(spec.round_trips) {
                let text = invoked.answer.text();
                wrong.push(format!("{} {}: {status}, {trips} round trips: {text:.200}", route.method, route.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_walk_has_every_row_once() {
    let mut names: Vec<String> = rows().iter().map(|(_, row)| format!("{} {}", row.method, row.path)).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "a row is there twice");
    assert!(
        rows().iter().all(|(_, row)| row.path == "/" || !row.path.ends_with('/')),
        "paths have no slash at their end"
    );
}

#[test]
fn every_row_is_documented_with_its_who_and_its_answers() {
    for table in with_the_website() {
        for row in &table.rows {
            let operation = table.documented.operation(row).unwrap_or_else(|| panic!("{row:?} is not documented"));
            assert_eq!(operation["x-who"], row.spec.who.as_str(), "{row:?}");
            assert!(operation["responses"].as_object().is_some_and(|all| !all.is_empty()), "{row:?} has no answers");
        }
    }
}

#[test]
fn the_templates_prefixes_cover_every_row_of_their_function_and_of_no_other() {
    let workspace = Workspace::locate().unwrap();
    let stack = Template::load(workspace.template()).unwrap().resolve(&xtask::local::offline_settings()).unwrap();
    let covers = |prefix: &str, path: &str| match prefix.strip_suffix("/{proxy+}") {
        Some(prefix) => path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
        None => path == prefix,
    };
    for table in with_the_website() {
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

/// The document that lists every row; `AVIARY_WRITE_DOCS=1` writes it anew.
#[test]
fn docs_endpoints_lists_every_row() {
    let path = Workspace::locate().unwrap().root().join("docs/endpoints.md");
    let expected = endpoints_document();
    if std::env::var_os("AVIARY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/endpoints.md is out of date: `cargo xtask endpoints` writes it");
}

/// The words that stand where a route has `{username}`: no user may be called so, and no path leads to one. The same
/// variable writes them anew.
#[test]
fn reserved_words_are_those_of_the_routes() {
    let path = Workspace::locate().unwrap().root().join("shared/model/src/reserved/route_words.txt");
    let words = words_beside_usernames();
    let expected: String = words.iter().map(|word| format!("{word}\n")).collect();
    if std::env::var_os("AVIARY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "the reserved words are out of date: `cargo xtask endpoints` writes {path:?}");
    for known in ["login", "create", "token"] {
        assert!(words.contains(known), "{words:?}");
    }
}

/// Every literal segment that follows the same beginning of a path as some route's `{username}`.
fn words_beside_usernames() -> BTreeSet<String> {
    let paths: Vec<Vec<String>> =
        rows().iter().map(|(_, row)| row.path.split('/').map(ToOwned::to_owned).collect()).collect();
    let places = paths.iter().flat_map(|path| {
        path.iter().enumerate().filter(|(_, segment)| *segment == "{username}").map(|(place, _)| &path[..place])
    });
    let places: BTreeSet<&[String]> = places.collect();
    let beside = |place: &[String]| -> Vec<String> {
        let here = paths.iter().filter(|path| path.starts_with(place));
        here.filter_map(|path| path.get(place.len())).filter(|word| !word.starts_with('{')).cloned().collect()
    };
    places.into_iter().flat_map(beside).collect()
}

fn endpoints_document() -> String {
    let mut text = ENDPOINTS_HEAD.to_owned();
    for table in with_the_website() {
        text.push_str(&format!("\n## `{}`\n\n{ENDPOINTS_COLUMNS}", table.function));
        for row in &table.rows {
            let spec = &row.spec;
            let operation = table.documented.operation(row).unwrap();
            let summary = operation["summary"].as_str().unwrap_or_default();
            let key = if spec.needs_key() { "yes" } else { "" };
            let limit = spec.limit.map(|limit| format!("`{}`", limit.setting())).unwrap_or_default();
            let document = if spec.documents.is_empty() { "–" } else { spec.documents };
            text.push_str(&format!(
                "| `{} {}` | {} | {document} | {limit} | {key} | {} | {} |\n",
                row.method,
                row.path.replace('{', "<").replace('}', ">"),
                spec.who.as_str(),
                spec.round_trips,
                summary.replace('|', "\\|"),
            ));
        }
    }
    text
}

const ENDPOINTS_HEAD: &str = "\
# Endpoints

`cargo xtask endpoints` writes this page from the functions' tables of routes; a test fails when it is out of date.

- *Who*: `any` needs no credential. `user` needs one. `own` needs one too, and works on the caller's own things only;
  staff may do it for others, except where the endpoint says otherwise. `staff` needs the cookie of a member of staff.
- *Document*: which of the documented systems 000 to 004 has the endpoint ([clients.md](clients.md)); – stands for none.
- *Limit*: the setting in `AVIARY_LIMITS` that requests are counted against ([operations.md](operations.md)).
- *Key*: a repetition with the same `Idempotency-Key` gives the first result again.
- *Round trips*: sequential round trips to DynamoDB of the usual success, without an idempotency key. A device token or
  a web session costs one more; the administration's pages take nothing else, and their numbers include it.

Every path works with a slash at its end as well.
";
const ENDPOINTS_COLUMNS: &str = "\
| Endpoint | Who | Document | Limit | Key | Round trips | What it does |
|---|---|---|---|---|---|---|
";
