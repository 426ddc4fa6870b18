//! What the administration's pages cost, however much there is.

use e2e::acts::people::sign_up_staff;
use e2e::{Browser, Event, Function, Service};

/// Pages that list everything, with the round trips of the usual success.
const LISTS: [&str; 8] = [
    "/admin",
    "/admin/users",
    "/admin/profiles",
    "/admin/tweets",
    "/admin/comments",
    "/admin/media",
    "/admin/reports",
    "/admin/integers",
];

/// A page of 20 entries: 16 queries, the entries, their people, and the visitor. The tests' database has thousands of
/// entries when they all have run, and a handful when this one runs alone; the bound is the same.
const MOST_READ_UNITS: f64 = 60.0;

#[tokio::test]
async fn a_page_costs_what_its_row_states_and_a_bounded_number_of_units() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    for _ in 0..3 {
        service.tweet(&staff, "something to list").await;
    }
    let browser = Browser::signed_in(&service, &staff).await;
    let cookie = format!(
        "sessionid={}; csrftoken={}",
        browser.cookie("sessionid").unwrap(),
        browser.cookie("csrftoken").unwrap()
    );
    let function = Function::start(&service, "admin");
    let routes = admin_function::routes();
    for path in LISTS {
        let row = routes.table().iter().find(|row| row.path == path && row.method == "GET").unwrap();
        let invoked = function.invoke(Event::new("GET", path).header("cookie", &cookie));
        assert_eq!(invoked.answer.status, 200, "{path}: {}", invoked.answer.text());
        assert!(invoked.round_trips() <= u64::from(row.spec.round_trips), "{path}: {}", invoked.round_trips());
        let units = invoked.read_units();
        assert!(units <= MOST_READ_UNITS, "{path}: {units} read units");
    }
}
