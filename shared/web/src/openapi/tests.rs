#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder};

use super::{Documented, Example, Examples, document};
use crate::described::{Described, Schemas};
use crate::page::Page;
use crate::route_spec::{RouteLimit, any, own, user};
use crate::routes;
use crate::routes::Routes;

/// A bird.
#[derive(Debug, Serialize, ToSchema)]
struct Bird {
    /// Its name.
    name: String,
    /// Where it was seen.
    #[schema(required = false)]
    place: Place,
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
struct Place {
    /// Its name.
    name: String,
}

/// A bird and its picture.
#[derive(Debug, Serialize, ToSchema)]
struct BirdWithPicture {
    /// Its name.
    name: String,
    /// Its picture.
    #[schema(value_type = String, format = Binary)]
    picture: Vec<u8>,
}

/// Adds a bird. Three round trips.
#[utoipa::path(post, path = "/birds/{id}/new-ones", request_body = Bird, responses(
    (status = 201, description = "The bird", body = Bird),
    (status = 429, description = "Too many birds"),
))]
async fn add() -> StatusCode {
    StatusCode::CREATED
}

/// Adds a picture.
#[utoipa::path(put, path = "/pictures",
    request_body(content = BirdWithPicture, content_type = "multipart/form-data"),
    responses((status = 204, description = "Done")))]
async fn add_picture() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lists birds.
#[utoipa::path(get, path = "/birds", responses((status = 200, description = "A page", body = Page<Bird>)))]
async fn list() -> Json<Value> {
    Json(Value::Null)
}

/// Shows a form.
#[utoipa::path(get, path = "/form", responses((status = 200, description = "The form", content_type = "text/html",
    body = String)))]
async fn form() -> StatusCode {
    StatusCode::OK
}

fn documented() -> Documented {
    let routes: Routes<()> = Routes::default()
        .add(own().creates().limit(RouteLimit::WritesAccount).round_trips(3).of("000, 003"), routes!(add))
        .add(user(), routes!(add_picture))
        .add(any(), routes!(list))
        .add(any(), routes!(form));
    routes.documented()
}

fn of(examples: &Examples) -> Value {
    document(&[documented()], examples).expect("a document")
}

fn whole() -> Value {
    of(&Examples::new())
}

fn at(document: &Value, pointer: &str) -> Value {
    document.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {document:#}")).clone()
}

/// Counts how often its documentation is made.
struct Counted;
static MADE: AtomicUsize = AtomicUsize::new(0);

impl utoipa::Path for Counted {
    fn methods() -> Vec<HttpMethod> {
        vec![HttpMethod::Get]
    }
    fn path() -> String {
        "/counted".to_owned()
    }
    fn operation() -> Operation {
        MADE.fetch_add(1, Ordering::SeqCst);
        OperationBuilder::new().build()
    }
}

impl utoipa::__dev::Tags<'static> for Counted {
    fn tags() -> Vec<&'static str> {
        MADE.fetch_add(1, Ordering::SeqCst);
        Vec::new()
    }
}

impl utoipa::__dev::SchemaReferences for Counted {
    fn schemas(_: &mut Schemas) {
        MADE.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_start_makes_no_documentation() {
    let routes = || Routes::<()>::default().add(any(), Described::of::<Counted, _, _>(form));
    assert_eq!(routes().table().len(), 1);
    drop(routes().into_router(()));
    assert_eq!(MADE.load(Ordering::SeqCst), 0);
    drop(routes().documented());
    assert_eq!(MADE.load(Ordering::SeqCst), 3);
}

#[test]
fn a_row_completes_its_operation() {
    let operation = at(&whole(), "/paths/~1birds~1{id}~1new-ones/post");
    assert_eq!(operation["operationId"], "post_birds_by_id_new_ones");
    assert_eq!(operation["tags"], json!(["Document 000", "Document 003"]));
    assert_eq!(operation["summary"], "Adds a bird");
    assert!(operation["description"].as_str().unwrap().starts_with("Three round trips."), "{operation}");
    assert_eq!((&operation["x-who"], &operation["x-limit"]), (&json!("own"), &json!("writes_account")));
    assert_eq!(operation["security"][2], json!({"session": [], "csrf": []}));
    assert_eq!(operation["parameters"].as_array().unwrap().last().unwrap()["$ref"], KEY);
    let statuses: Vec<&str> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(statuses, ["201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"]);
    assert_eq!(at(&operation, "/responses/429/description"), "Too many birds", "its own words stay");
    assert_eq!(at(&operation, "/responses/429/content/application~1json/schema/$ref"), "#/components/schemas/Error");
    assert_eq!(at(&operation, "/responses/429/headers/Retry-After/$ref"), "#/components/headers/RetryAfter");
    assert_eq!(at(&operation, "/responses/401/$ref"), "#/components/responses/Unauthorized");
}

const KEY: &str = "#/components/parameters/IdempotencyKey";

#[test]
fn a_body_has_three_media_types_and_files_come_by_multipart_only() {
    let document = whole();
    let bird = at(&document, "/paths/~1birds~1{id}~1new-ones/post/requestBody");
    let types: Vec<&str> = bird["content"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(types, ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]);
    let encoding = at(&bird, "/content/multipart~1form-data/encoding/place/contentType");
    assert_eq!((encoding, &bird["required"]), (json!("application/json"), &json!(true)));
    let picture = at(&document, "/paths/~1pictures/put/requestBody/content");
    let schema = |name: &str| picture[name]["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(schema("multipart/form-data"), "BirdWithPicture");
    let plain = at(&document, &format!("/components/schemas/{}/properties", schema("application/json")));
    assert_eq!(Vec::from_iter(plain.as_object().unwrap().keys()), ["name"]);
}

#[test]
fn a_page_is_described_once() {
    let document = whole();
    let page = at(&document, "/paths/~1birds/get/responses/200/content/application~1json/schema/$ref");
    assert_eq!(page, "#/components/schemas/BirdPage");
    let schema = at(&document, "/components/schemas/BirdPage/allOf");
    assert_eq!(schema[0]["$ref"], "#/components/schemas/Page");
    assert_eq!(at(&schema, "/1/properties/results/items/$ref"), "#/components/schemas/Bird");
    assert!(document["components"]["schemas"].get("Page_Bird").is_none());
}

#[test]
fn pages_for_people_and_unused_schemas_are_left_out() {
    let document = whole();
    assert!(document["paths"].get("/form").is_none() && document["paths"].get("/birds").is_some());
    assert!(document["components"]["schemas"].get("FieldErrorsWithMessage").is_none());
}

#[test]
fn one_name_for_two_schemas_is_refused() {
    mod other {
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub(super) struct Bird {
            pub(super) wings: u8,
        }
        #[utoipa::path(get, path = "/wings", responses((status = 200, description = "A bird", body = Bird)))]
        pub(super) async fn wings() -> http::StatusCode {
            http::StatusCode::OK
        }
    }
    let routes: Routes<()> = Routes::default().add(any(), routes!(other::wings));
    let error = document(&[documented(), routes.documented()], &Examples::new()).unwrap_err();
    assert!(error.contains("Bird"), "{error}");
    assert_eq!(other::Bird { wings: 2 }.wings, 2);
}

#[test]
fn examples_stand_beside_their_schemas() {
    let answered = |status: &str, body: Value| (status.to_owned(), body);
    let responses = [answered("201", json!({"name": "wren"})), answered("401", json!({"detail": "No."}))];
    let example = Example { request: Some(json!({"name": "wren"})), responses: responses.into_iter().collect() };
    let document = of(&Examples::from([("POST /birds/{id}/new-ones".to_owned(), example)]));
    let operation = at(&document, "/paths/~1birds~1{id}~1new-ones/post");
    let content = "content/application~1json/example";
    assert_eq!(at(&operation, &format!("/requestBody/{content}")), json!({"name": "wren"}));
    assert_eq!(at(&operation, &format!("/responses/201/{content}")), json!({"name": "wren"}));
    let shared = at(&document, &format!("/components/responses/Unauthorized/{content}"));
    assert_eq!(shared, json!({"detail": "No."}), "a status that all share has one example");
}
