//! `GET /api/profiles/search/?q=`.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use e2e::acts::people::relate;
use e2e::ids::{ids_on_all_pages, ids_on_page};
use e2e::{Account, Service, eventually, unique};
use serde_json::{Value, json};

async fn name(service: &Service, account: &Account, alias: &str) {
    let body = json!({"profile_id": account.id, "alias": alias});
    service.put("/api/profiles/edit/").bearer(&account.access).json(&body).send().await.with_status(200);
}

fn query(q: &str) -> String {
    let q: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/api/profiles/search/?q={q}")
}

#[tokio::test]
async fn people_are_found_by_username_or_alias_in_any_case_and_form() {
    let service = Service::running();
    let viewer = service.signup().await;
    let (word, other) = (unique("straße"), unique("Ïda "));
    let account = service.signup_as(&format!("{word}.x")).await;
    name(&service, &account, &format!("{other} Lovelace")).await;
    let digits = word.strip_prefix("straße").unwrap();
    let rest = other.strip_prefix("Ïda ").unwrap();
    let found = json!({"next": null, "previous": null, "results": [
        {"id": account.id, "username": account.username, "alias": format!("{other} Lovelace"), "image_url": ""},
    ]});
    for q in [
        word.clone(),
        format!("STRASSE{}", digits.to_uppercase()),
        format!("  ｓｔｒａｓｓｅ{digits}."),
        format!("ïda {rest}"),
        format!("I\u{308}DA {}  love", rest.to_uppercase()).replace("  ", " "),
    ] {
        eventually(&q, async || {
            let answer = service.get(&query(&q)).bearer(&viewer.access).send().await.with_status(200);
            (answer.json() == found).then_some(())
        })
        .await;
    }
    for q in
        [format!("{digits}.x"), "Lovelace".to_owned() + rest, format!("{word}.xx"), "q".repeat(300), "\0".to_owned()]
    {
        assert!(ids_on_page(&service, &viewer, &query(&q)).await.is_empty(), "{q:?}");
    }
}

#[tokio::test]
async fn a_search_needs_a_query_and_a_caller() {
    let service = Service::running();
    let account = service.signup().await;
    let search = |query: &str| service.get(&format!("/api/profiles/search/{query}")).bearer(&account.access).send();
    search("").await.is(400, &json!({"q": ["This field is required."]}));
    for blank in ["?q=", "?q=%20%20"] {
        search(blank).await.is(400, &json!({"q": ["This field may not be blank."]}));
    }
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get("/api/profiles/search/?q=a").send().await.unauthorized(&nobody);
    service.get("/api/profiles/search/").send().await.unauthorized(&nobody);
}

#[tokio::test]
async fn all_pages_together_list_everybody_once() {
    let service = Service::running();
    let viewer = service.signup().await;
    let word = unique("finch");
    let mut everybody = BTreeSet::new();
    for n in 0..7 {
        let account = service.signup_as(&format!("{word}{n}")).await;
        name(&service, &account, &[account.username.clone(), format!("{word} {n}"), "Nobody".to_owned()][n % 3]).await;
        everybody.insert(account.id);
    }
    let by_alias = service.signup().await;
    name(&service, &by_alias, &format!("{} the eighth", word.to_uppercase())).await;
    everybody.insert(by_alias.id);
    eventually("everybody in one page", async || {
        let found = ids_on_page(&service, &viewer, &format!("{}&limit=100", query(&word))).await;
        (found.len() == everybody.len()).then_some(())
    })
    .await;
    for limit in [1, 2, 3, 5, 20] {
        let found = ids_on_all_pages(&service, &viewer, &format!("{}&limit={limit}", query(&word)), async |_| {}).await;
        assert_eq!(found.len(), everybody.len(), "by {limit}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), everybody, "by {limit}");
    }
}

#[tokio::test]
async fn deleted_and_blocked_accounts_are_not_found() {
    let service = Service::running();
    let (viewer, word) = (service.signup().await, unique("robin"));
    let mut people = Vec::new();
    for n in 0..4 {
        people.push(service.signup_as(&format!("{word}{n}")).await);
    }
    let [gone, blocks, blocked, muted] = &people[..] else { panic!("four") };
    eventually("all of them", async || (ids_on_page(&service, &viewer, &query(&word)).await.len() == 4).then_some(()))
        .await;
    relate(&service, "POST", blocks, "block", &viewer.id).await.with_status(200);
    relate(&service, "POST", &viewer, "block", &blocked.id).await.with_status(200);
    relate(&service, "POST", &viewer, "mute", &muted.id).await.with_status(200);
    let delete = service.delete("/auth/users/me/").bearer(&gone.access);
    delete.json(&json!({"current_password": e2e::PASSWORD})).send().await.with_status(204);
    assert_eq!(ids_on_page(&service, &viewer, &query(&word)).await, [muted.id.as_str()]);
    let others: Vec<String> = [blocks, blocked, muted].map(|one| one.id.clone()).to_vec();
    assert_eq!(ids_on_page(&service, muted, &query(&word)).await, others);
}

#[tokio::test]
async fn a_rename_is_found_by_the_new_name_only() {
    let service = Service::running();
    let (viewer, account) = (service.signup().await, service.signup().await);
    let new = unique("thrush");
    let body = json!({"username": new});
    service.put("/auth/users/me/").bearer(&account.access).json(&body).send().await.with_status(200);
    eventually("the new name", async || {
        let old: Value = json!(ids_on_page(&service, &viewer, &query(&account.username)).await);
        (ids_on_page(&service, &viewer, &query(&new)).await == [account.id.clone()] && old == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_cursor_shows_nothing_of_who_is_hidden_and_paging_is_complete() {
    let service = Service::running();
    let (viewer, word) = (service.signup().await, unique("owl"));
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(service.signup_as(&format!("{word}{n}")).await);
    }
    eventually("all of them", async || (ids_on_page(&service, &viewer, &query(&word)).await.len() == 8).then_some(()))
        .await;
    let hidden = [1, 2, 3, 5, 7].map(|n| &people[n]);
    for blocker in hidden {
        relate(&service, "POST", blocker, "block", &viewer.id).await.with_status(200);
    }
    let shown: Vec<String> = [0, 4, 6].map(|n| people[n].id.clone()).to_vec();
    for limit in 1..=8 {
        let (mut found, mut path) = (Vec::new(), format!("{}&limit={limit}", query(&word)));
        loop {
            let page = service.get_as(&viewer, &path).await.with_status(200).json();
            found.extend(page["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            let cursor = next.split("cursor=").nth(1).unwrap();
            let place = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
            let place = String::from_utf8_lossy(&place).into_owned();
            for person in hidden {
                assert!(!place.contains(&person.id) && !place.contains(&person.username), "by {limit}: {place}");
            }
            path = format!("/api/{}", next.split_once("/api/").unwrap().1);
        }
        assert_eq!(found, shown, "by {limit}");
    }
}
