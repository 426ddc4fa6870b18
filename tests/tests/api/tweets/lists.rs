//! The lists of `/api/tweets/`: by author, with media, liked, tagged and replies; their pages and cursors.

use e2e::acts::people::block;
use e2e::acts::tweets::{react, reply};
use e2e::ids::{id_of, ids_of, ids_on_all_pages, ids_on_page};
use e2e::{Account, Form, Service, eventually, jpeg, unique};
use serde_json::{Value, json};

async fn list(service: &Service, path: &str) -> Vec<String> {
    ids_of(&service.get(path).send().await.with_status(200).json())
}

/// Waits until a list that lags shows these tweets.
async fn becomes(service: &Service, path: &str, expected: &[String]) {
    eventually(&format!("{path} becomes right"), async || (list(service, path).await == expected).then_some(())).await;
}

#[tokio::test]
async fn tweets_by_an_author_are_listed_at_once_newest_first() {
    let service = Service::running();
    let author = service.signup().await;
    let (first, second) = (service.tweet(&author, "1").await, service.tweet(&author, "2").await);
    let form = Form::default().file("imagelinks", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let posted =
        service.post("/tweet").bearer(&author.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let third = e2e::eventually("the picture has its thumbnail", async || {
        let tweet = service.get(&format!("/api/tweets/{}/", id_of(&posted))).send().await.with_status(200).json();
        tweet["media"][0]["thumbnail_url"].is_string().then_some(tweet)
    })
    .await;
    let path = format!("/api/tweets/by/{}", author.username.to_uppercase());
    let page = json!({"next": null, "previous": null, "results": [third, second, first]});
    service.get(&path).send().await.is(200, &page);
    service.get(&format!("{path}/")).bearer(&author.access).send().await.is(200, &page);
    assert_eq!(list(&service, &format!("{path}/media/")).await, [id_of(&third)]);
    service.delete(&format!("/api/tweets/{}", id_of(&third))).bearer(&author.access).send().await.with_status(204);
    assert!(list(&service, &format!("{path}/media/")).await.is_empty());
    assert_eq!(list(&service, &path).await, [id_of(&second), id_of(&first)]);
}

#[tokio::test]
async fn likes_are_listed_in_the_order_of_liking() {
    let service = Service::running();
    let (author, reader) = (service.signup().await, service.signup().await);
    let (old, new) = (id_of(&service.tweet(&author, "old").await), id_of(&service.tweet(&author, "new").await));
    react(&service, "POST", &reader, &new, "like").await.with_status(200);
    react(&service, "POST", &reader, &old, "like").await.with_status(200);
    let path = format!("/api/tweets/by/{}/likes/", reader.username);
    let page = service.get(&path).bearer(&reader.access).send().await.with_status(200).json();
    assert_eq!(ids_of(&page), [old.clone(), new.clone()]);
    assert!(page["results"].as_array().unwrap().iter().all(|tweet| tweet["liked"] == true));
    let anyone = service.get(&path).send().await.with_status(200).json();
    assert!(anyone["results"].as_array().unwrap().iter().all(|tweet| tweet["liked"] == false));
}

#[tokio::test]
async fn tags_are_found_in_any_case_and_follow_edits() {
    let service = Service::running();
    let author = service.signup().await;
    let tag = unique("Vögel");
    let first = id_of(&service.tweet(&author, &format!("#{tag}! and #{tag}")).await);
    let second = id_of(&service.tweet(&author, &format!("(#{})", tag.to_uppercase())).await);
    service.tweet(&author, &format!("no{tag} x#{tag} #{tag}x")).await;
    let path = format!("/api/tweets/tags/{tag}/");
    becomes(&service, &path, &[second.clone(), first.clone()]).await;
    becomes(&service, &format!("/api/tweets/tags/%23{}/", tag.to_uppercase()), &[second.clone(), first.clone()]).await;
    let put = service.put(&format!("/api/tweets/{first}")).bearer(&author.access);
    put.json(&json!({"message": "untagged"})).send().await.with_status(200);
    becomes(&service, &path, &[second]).await;
    for none in ["a-b", "12", "%20"] {
        let answer = service.get(&format!("/api/tweets/tags/{none}")).send().await;
        answer.is(404, &json!({"detail": "Not found."}));
    }
    assert!(list(&service, &format!("/api/tweets/tags/{}", unique("never"))).await.is_empty());
    // The longest tag of a message, in characters of four bytes.
    let long = format!("#{}", "𒀀".repeat(279));
    service.tweet(&author, &long).await;
}

#[tokio::test]
async fn replies_are_listed_oldest_first_until_they_are_deleted() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "what?").await);
    let first = id_of(&reply(&service, &other, &tweet, "this").await);
    let second = id_of(&reply(&service, &author, &tweet, "that").await);
    let _ = id_of(&reply(&service, &author, &first, "a reply's reply is another list").await);
    let path = format!("/api/tweets/{tweet}/replies/");
    becomes(&service, &path, &[first.clone(), second.clone()]).await;
    service.delete(&format!("/api/tweets/{first}")).bearer(&other.access).send().await.with_status(204);
    assert_eq!(list(&service, &path).await, [second]);
    for unknown in ["019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x"] {
        let answer = service.get(&format!("/api/tweets/{unknown}/replies")).send().await;
        answer.is(404, &json!({"detail": "Not found."}));
    }
}

#[tokio::test]
async fn paging_skips_and_repeats_nothing_while_its_author_writes() {
    let service = Service::running();
    let author = service.signup().await;
    let tag = unique("tag");
    let mut written = Vec::new();
    for n in 0..7 {
        written.insert(0, id_of(&service.tweet(&author, &format!("{n} #{tag}")).await));
    }
    becomes(&service, &format!("/api/tweets/tags/{tag}/"), &written).await;
    for path in [format!("/api/tweets/by/{}/?limit=2", author.username), format!("/api/tweets/tags/{tag}/?limit=3")] {
        let read = ids_on_all_pages(&service, &author, &path, async |_| {
            service.tweet(&author, &format!("newer #{tag}")).await;
        })
        .await;
        let read: Vec<String> = read.into_iter().filter(|id| written.contains(id)).collect();
        assert_eq!(read, written, "{path}");
    }
}

#[tokio::test]
async fn a_cursor_fits_only_its_list_and_cannot_be_forged() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tag = unique("tag");
    let mut tweets = Vec::new();
    for n in 0..3 {
        tweets.push(id_of(&service.tweet(&author, &format!("{n} #{tag}")).await));
    }
    for tweet in &tweets {
        react(&service, "POST", &author, tweet, "like").await.with_status(200);
        react(&service, "POST", &author, tweet, "save").await.with_status(200);
        react(&service, "POST", &other, &tweets[0], "like").await.with_status(200);
        let call = service.post(&format!("/api/tweets/{}/comments", tweets[0])).bearer(&author.access);
        call.json(&json!({"message": "c"})).send().await.with_status(201);
        reply(&service, &author, &tweets[0], "r").await;
    }
    let name = &author.username;
    let lists = [
        "/api/tweets".to_owned(),
        format!("/api/tweets/by/{name}"),
        format!("/api/tweets/by/{name}/likes"),
        "/api/tweets/saved".to_owned(),
        format!("/api/tweets/tags/{tag}"),
        format!("/api/tweets/{}/likes", tweets[0]),
        format!("/api/tweets/{}/comments", tweets[0]),
        format!("/api/tweets/{}/replies", tweets[0]),
    ];
    let mut cursors = Vec::new();
    for path in &lists {
        let next = eventually(&format!("{path} has a second page"), async || {
            let page = service.get(&format!("{path}/?limit=1")).bearer(&author.access).send().await;
            page.with_status(200).json()["next"].as_str().map(ToOwned::to_owned)
        })
        .await;
        cursors.push(next.split("cursor=").nth(1).unwrap().to_owned());
    }
    let invalid = json!({"detail": "Invalid cursor"});
    let at = |path: &str, cursor: &str| {
        let call = service.get(&format!("{path}/?limit=1&cursor={cursor}"));
        call.bearer(&author.access).send()
    };
    for (path, own) in lists.iter().zip(&cursors) {
        at(path, own).await.with_status(200);
        for cursor in cursors.iter().filter(|cursor| *cursor != own) {
            at(path, cursor).await.is(404, &invalid);
        }
        for made_up in ["x", "", "%00", &tampered(own, "~"), &tampered(own, &"f".repeat(2_000))] {
            at(path, made_up).await.is(404, &invalid);
        }
    }
    for limit in ["0", "-1", "x", "1000000000000"] {
        let path = format!("/api/tweets/by/{name}/?limit={limit}");
        assert!(ids_on_page(&service, &author, &path).await.len() >= 3, "{limit}");
    }
}

/// A cursor whose position is replaced by this text.
fn tampered(cursor: &str, place: &str) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    let text = String::from_utf8(BASE64.decode(cursor).unwrap()).unwrap();
    BASE64.encode(format!("{}\n{place}", text.split('\n').next().unwrap()))
}

#[tokio::test]
async fn lists_by_an_unknown_author_are_not_found() {
    let service = Service::running();
    for below in ["", "media/", "likes/"] {
        let path = format!("/api/tweets/by/{}/{below}", unique("nobody"));
        service.get(&path).send().await.is(404, &json!({"detail": "Not found."}));
    }
}

#[tokio::test]
async fn a_block_hides_the_blockers_tweets_from_the_blocked_account_only() {
    let service = Service::running();
    let (blocker, blocked, third) = (service.signup().await, service.signup().await, service.signup().await);
    let tag = unique("tag");
    let (theirs, other) =
        (service.tweet(&blocker, &format!("#{tag}")).await, service.tweet(&third, &format!("#{tag}")).await);
    let answer = id_of(&reply(&service, &blocker, &id_of(&other), "mine").await);
    react(&service, "POST", &third, &id_of(&theirs), "like").await.with_status(200);
    becomes(&service, &format!("/api/tweets/tags/{tag}"), &[id_of(&other), id_of(&theirs)]).await;
    becomes(&service, &format!("/api/tweets/{}/replies", id_of(&other)), &[answer]).await;
    block(&service, &blocker, &blocked).await;
    let gone = json!({"detail": "Not found."});
    let name = &blocker.username;
    let (tweet, path) = (id_of(&theirs), format!("/api/tweets/{}", id_of(&theirs)));
    let hidden = [
        path.clone(),
        format!("{path}/comments"),
        format!("{path}/likes"),
        format!("{path}/retweets"),
        format!("{path}/replies"),
        format!("/api/tweets/by/{name}"),
        format!("/api/tweets/by/{name}/media"),
        format!("/api/tweets/by/{name}/likes"),
    ];
    for path in &hidden {
        service.get(path).bearer(&blocked.access).send().await.is(404, &gone);
        service.get(path).bearer(&third.access).send().await.with_status(200);
        service.get(path).send().await.with_status(200);
    }
    let sees = async |viewer: &Account, path: &str| ids_on_page(&service, viewer, path).await;
    assert_eq!(sees(&blocked, &format!("/api/tweets/tags/{tag}")).await, [id_of(&other)]);
    assert!(sees(&blocked, &format!("/api/tweets/{}/replies", id_of(&other))).await.is_empty());
    assert!(sees(&blocked, &format!("/api/tweets/by/{}/likes", third.username)).await.is_empty());
    assert_eq!(sees(&third, &format!("/api/tweets/by/{}/likes", third.username)).await, [tweet]);
    // A request with an invalid credential is anonymous, and sees all tweets.
    service.get(&path).bearer("garbage").send().await.with_status(200);
    service.get(&path).authorization("Token 0123456789012345678901234567890123456789").send().await.with_status(200);
}

#[tokio::test]
async fn every_kind_of_credential_shows_the_callers_own_reactions() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = id_of(&service.tweet(&account, "hello").await);
    react(&service, "POST", &account, &tweet, "like").await.with_status(200);
    let get = || service.get(&format!("/api/tweets/{tweet}"));
    let answers = [
        get().bearer(&account.access).send().await,
        get().authorization(&format!("Token {}", account.device_token)).send().await,
        get().cookies(&account.cookies).send().await,
    ];
    for answer in answers {
        assert_eq!(answer.with_status(200).json()["liked"], true);
    }
    service.post("/api/auth/user/logout_all/").bearer(&account.access).send().await.with_status(205);
    let ended: Value = get().bearer(&account.access).send().await.with_status(200).json();
    assert_eq!(ended["liked"], false);
}
