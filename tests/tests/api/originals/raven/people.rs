//! People in document 000's shape: following, and searching.

use e2e::eventually;
use serde_json::{Value, json};

use super::client::{Raven, text};

const SEARCH: &str = "/api/profiles/search/";

async fn search(raven: &Raven, input: &str) -> Vec<String> {
    let found = raven.send("POST", SEARCH, Some(json!({"search_input": input}))).await.with_status(200).json();
    found.as_array().unwrap().iter().map(|person| text(person, "username")).collect()
}

#[tokio::test]
async fn a_person_is_a_brief_and_a_follow_is_toggled() {
    let (one, other) = (Raven::sign_up("Edgar").await, Raven::sign_up("Corvus").await);
    let toggle = format!("/api/profiles/follow_status/{}/", other.id());
    assert_eq!(one.press(&toggle).await, "The user is followed.");
    let brief = json!({
        "id": other.id(),
        "user_id": other.id(),
        "alias": "Corvus",
        "username": other.username(),
        "number_of_followers": 1,
        "image_url": "",
        "related": [],
    });
    let following = format!("/api/profiles/get_following/{}/", one.id());
    assert_eq!(one.list(&following).await, [brief]);
    assert_eq!(one.press(&toggle).await, "The user is no longer followed.");
    assert!(one.list(&following).await.is_empty());
    let own = one.send("PUT", &format!("/api/profiles/follow_status/{}/", one.id()), None).await;
    let text = "You cannot follow yourself.";
    own.is(400, &json!({"detail": text, "message": text}));
    for path in ["get_followers/x", "get_following/x"] {
        one.send("GET", &format!("/api/profiles/{path}/"), None).await.with_status(404);
    }
    one.send("PUT", "/api/profiles/follow_status/x/", None).await.with_status(404);
}

#[tokio::test]
async fn a_search_finds_aliases_or_with_an_at_sign_usernames() {
    let named = e2e::unique("corvid");
    let (by_alias, searcher) = (Raven::sign_up(&named).await, Raven::sign_up("").await);
    let wanted = vec![by_alias.username()];
    eventually("the alias is found", async || (search(&searcher, &named).await == wanted).then_some(())).await;
    assert!(search(&searcher, &format!("@{named}")).await.is_empty(), "it is no username");
    let input = format!("@{}", by_alias.username().to_uppercase());
    eventually("the name is found", async || (search(&searcher, &input).await == wanted).then_some(())).await;
    assert!(search(&searcher, &by_alias.username()).await.is_empty(), "it is no alias");
    // Who has one beginning in both names is found by either.
    let both = Raven::sign_up("").await;
    let alias = json!({"alias": both.username()});
    both.send("PUT", "/api/profiles/edit/", Some(alias)).await.with_status(200);
    for input in [both.username(), format!("@{}", both.username())] {
        let found = vec![both.username()];
        eventually("it is found", async || (search(&searcher, &input).await == found).then_some(())).await;
    }
    by_alias.block(&searcher).await;
    assert!(search(&searcher, &named).await.is_empty());
    let required: Value = json!({"search_input": ["This field is required."], "message": "This field is required."});
    searcher.send("POST", SEARCH, Some(json!({}))).await.is(400, &required);
    for blank in ["", " ", "@", "@ "] {
        let blank = json!({"search_input": blank});
        let refusal = searcher.send("POST", SEARCH, Some(blank)).await.with_status(400).json();
        assert_eq!(refusal["message"], "This field may not be blank.");
    }
}
