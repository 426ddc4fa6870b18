//! `GET` and `DELETE /api/auth/sessions/`, `DELETE /api/auth/sessions/<id>/`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use e2e::{Service, claims_of};
use serde_json::{Value, json};

const PATH: &str = "/api/auth/sessions/";

fn kinds(list: &Value) -> Vec<&str> {
    let mut kinds: Vec<&str> =
        list["results"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_one_by_one() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let list = service.get(PATH).bearer(&account.access).send().await.with_status(200).json();
    assert_eq!(kinds(&list), ["device_token", "refresh", "web"]);
    let results = list["results"].as_array().unwrap();
    let names: Vec<&String> = results[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "kind", "created_at", "last_used_at", "address", "user_agent", "current"]);
    let current: Vec<&Value> = results.iter().filter(|session| session["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["id"], claims_of(&account.access)["sid"]);
    assert!(!list.to_string().contains(&account.device_token), "a secret is shown");

    let device = results.iter().find(|session| session["kind"] == "device_token").unwrap()["id"].as_str().unwrap();
    let path = format!("{PATH}{device}/");
    let not_found = json!({"detail": "Not found."});
    service.delete(&path).bearer(&other.access).send().await.is(404, &not_found);
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    service.delete(&path).bearer(&account.access).send().await.is(404, &not_found);
    service.delete(&format!("{PATH}x/")).bearer(&account.access).send().await.is(404, &not_found);
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(401);
    let list = service.get(PATH).bearer(&account.access).send().await.with_status(200).json();
    assert_eq!(kinds(&list), ["refresh", "web"]);
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    service.delete(PATH).bearer(&account.device_token).send().await.with_status(204);
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(200);
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(401);
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    let list = service.get(PATH).bearer(&account.device_token).send().await.with_status(200).json();
    assert_eq!(kinds(&list), ["device_token"]);
}

#[tokio::test]
async fn sessions_come_in_pages_and_a_cursor_fits_only_its_list() {
    let service = Service::running();
    let account = service.signup().await;
    let mut seen = Vec::new();
    let mut next = Some(format!("{PATH}?limit=2"));
    while let Some(path) = next {
        let page = service.get(&path).bearer(&account.access).send().await.with_status(200).json();
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= 2 && page["previous"].is_null());
        seen.extend(results.iter().map(|session| session["id"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(|url| url.strip_prefix(&service.url).expect("its own URL").to_owned());
        if let Some(path) = &next {
            let foreign = path.replace("sessions", "activity");
            let wrong = service.get(&foreign).bearer(&account.access).send().await;
            wrong.is(404, &json!({"detail": "Invalid cursor"}));
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), sorted.len()), (3, 3));
    // A cursor of this list whose place is no session.
    let no_session = BASE64_URL_SAFE_NO_PAD.encode("sessions\nx");
    for cursor in ["x", &no_session] {
        let wrong = service.get(&format!("{PATH}?cursor={cursor}")).bearer(&account.access).send().await;
        wrong.is(404, &json!({"detail": "Invalid cursor"}));
    }
}

/// The other functions may write the last use of a session, and so make an item that is none.
#[tokio::test]
async fn an_item_that_is_no_whole_session_hides_no_other() {
    let service = Service::running();
    let account = service.signup().await;
    let (pk, sk) = (format!("U#{}", account.id), "S#01901234-5678-7abc-8def-0123456789ab");
    let item = json!({"pk": {"S": pk}, "sk": {"S": sk}, "last_used_at": {"N": "1"}});
    service.dynamodb().put("CredentialsTable", &item).await;
    let list = service.get("/api/auth/sessions/").bearer(&account.access).send().await.with_status(200).json();
    assert!(!list["results"].as_array().unwrap().is_empty(), "{list}");
}
