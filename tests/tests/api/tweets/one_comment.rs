//! `PUT` and `DELETE /api/tweets/comments/<id>/`, and the likes of a comment.

use e2e::acts::people::{block, sign_up_staff};
use e2e::acts::tweets::{comment, request_on_comment};
use e2e::ids::id_of;
use e2e::messages::{BLOCKED, FORBIDDEN};
use e2e::{Account, Service, eventually};
use futures_util::future::join_all;
use serde_json::{Value, json};

#[tokio::test]
async fn a_comment_is_edited_by_its_author_or_staff() {
    let service = Service::running();
    let (author, other, staff) = (service.signup().await, service.signup().await, sign_up_staff(&service).await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let first = comment(&service, &other, &tweet, "ncie").await.with_status(201).json();
    let path = format!("/api/tweets/comments/{}/", id_of(&first));
    let put = |account: &Account, body: Value| service.put(&path).bearer(&account.access).json(&body).send();
    put(&author, json!({"message": "mine"})).await.is(403, &json!({"detail": FORBIDDEN}));
    put(&other, json!({"message": ""})).await.is(400, &json!({"message": ["This field may not be blank."]}));
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.put(&path).json(&json!({"message": "x"})).send().await.unauthorized(&nobody);
    let edited = put(&other, json!({"message": "nice"})).await.with_status(200).json();
    assert_eq!(edited["message"], "nice");
    assert!(edited["edited_at"].as_str().unwrap() >= first["created_at"].as_str().unwrap());
    for name in ["id", "tweet", "author", "created_at", "likes", "liked"] {
        assert_eq!(edited[name], first[name], "{name}");
    }
    let answers = join_all(["a", "b", "c"].map(|text| put(&other, json!({"message": text})))).await;
    answers.into_iter().for_each(|answer| assert_eq!(answer.status, 200, "{}", answer.text()));
    // Staff may edit it, and the author stays the same.
    let mended = put(&staff, json!({"message": "removed"})).await.with_status(200).json();
    assert_eq!((&mended["message"], &mended["author"]), (&json!("removed"), &first["author"]));
}

#[tokio::test]
async fn a_blocked_account_cannot_edit_under_the_blockers_tweet() {
    let service = Service::running();
    let (author, other, staff) = (service.signup().await, service.signup().await, sign_up_staff(&service).await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let theirs = id_of(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
    let put = |account: &Account, path: String| {
        service.put(&path).bearer(&account.access).json(&json!({"message": "something else"})).send()
    };
    let reply = json!({"message": "me too", "in_reply_to": tweet});
    let reply =
        service.post("/tweet").bearer(&other.access).json(&reply).send().await.with_status(200).json()["tweet"].clone();
    block(&service, &author, &other).await;
    let refusal = json!({"detail": BLOCKED});
    put(&other, format!("/api/tweets/comments/{theirs}")).await.is(403, &refusal);
    put(&other, format!("/api/tweets/{}", id_of(&reply))).await.is(403, &refusal);
    put(&staff, format!("/api/tweets/comments/{theirs}")).await.with_status(200);
    // A blocked account may still delete its own comment and reply.
    request_on_comment(&service, "DELETE", &other, &theirs).await.with_status(204);
    service.delete(&format!("/api/tweets/{}", id_of(&reply))).bearer(&other.access).send().await.with_status(204);
}

/// The time between the deletion of an account and the removal of its tweets.
#[tokio::test]
async fn tweets_of_a_deleted_account_take_no_reactions_or_comments() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let theirs = id_of(&comment(&service, &author, &tweet, "hello again").await.with_status(201).json());
    service.dynamodb().delete("SocialTable", &format!("U#{}", author.id), "PROFILE").await;
    let gone = json!({"detail": "Not found."});
    for what in ["like", "retweet", "save"] {
        for method in ["POST", "DELETE"] {
            let call = service.call(method, &format!("/api/tweets/{tweet}/{what}/"));
            call.bearer(&other.access).send().await.is(404, &gone);
        }
    }
    for method in ["POST", "DELETE"] {
        request_on_comment(&service, method, &other, &format!("{theirs}/like/")).await.is(404, &gone);
    }
    comment(&service, &other, &tweet, "anybody?").await.is(404, &gone);
    let written = service.dynamodb().mentions("SocialTable", "anybody?").await;
    assert_eq!(written, Vec::<Value>::new(), "a refused comment is not stored");
}

#[tokio::test]
async fn a_blocked_account_undoes_a_like_without_seeing_the_count() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let theirs = id_of(&comment(&service, &author, &tweet, "hello again").await.with_status(201).json());
    let like = |method: &str| service.call(method, &format!("/api/tweets/{tweet}/like/")).bearer(&other.access).send();
    like("POST").await.with_status(200);
    request_on_comment(&service, "POST", &other, &format!("{theirs}/like/")).await.with_status(200);
    let third = service.signup().await;
    for path in [format!("/api/tweets/{tweet}/like"), format!("/api/tweets/comments/{theirs}/like")] {
        service.post(&path).bearer(&third.access).send().await.with_status(200);
    }
    let count = async |path: &str| service.get(path).send().await.json();
    eventually("both likes are counted", async || {
        let page = count(&format!("/api/tweets/{tweet}/comments")).await;
        let likes = (&count(&format!("/api/tweets/{tweet}")).await["likes"], &page["results"][0]["likes"]);
        (likes == (&json!(2), &json!(2))).then_some(())
    })
    .await;
    block(&service, &author, &other).await;
    let none = json!({"liked": false, "likes": 0});
    like("DELETE").await.is(200, &none);
    request_on_comment(&service, "DELETE", &other, &format!("{theirs}/like/")).await.is(200, &none);
    let edges = service.dynamodb().mentions("SocialTable", &format!("W#{}", other.id)).await;
    let likes = |item: &&Value| item["sk"]["S"].as_str().unwrap().contains("LIKE#");
    assert_eq!(edges.iter().filter(likes).count(), 0);
}

#[tokio::test]
async fn a_comment_is_removed_by_its_author_the_tweets_author_or_staff() {
    let service = Service::running();
    let (author, other, stranger) = (service.signup().await, service.signup().await, service.signup().await);
    let staff = sign_up_staff(&service).await;
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let mut kept = 3;
    for remover in [&other, &author, &staff] {
        let comment = id_of(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
        request_on_comment(&service, "DELETE", &stranger, &comment).await.is(403, &json!({"detail": FORBIDDEN}));
        assert!(request_on_comment(&service, "DELETE", remover, &comment).await.with_status(204).body.is_empty());
        request_on_comment(&service, "DELETE", remover, &comment).await.with_status(404);
        request_on_comment(&service, "POST", &other, &format!("{comment}/like")).await.with_status(404);
        kept -= 1;
    }
    assert_eq!(kept, 0);
    let page = service.get(&format!("/api/tweets/{tweet}/comments/")).send().await.with_status(200).json();
    assert_eq!(page["results"], json!([]));
    eventually("none is counted", async || {
        (service.get(&format!("/api/tweets/{tweet}")).send().await.json()["comments"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn likes_of_comments_are_idempotent_and_counted() {
    let service = Service::running();
    let (author, actor) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let comment = id_of(&comment(&service, &author, &tweet, "me too").await.with_status(201).json());
    let like = format!("{comment}/like/");
    let seen = async |viewer: &Account| {
        let path = format!("/api/tweets/{tweet}/comments");
        let page = service.get(&path).bearer(&viewer.access).send().await.with_status(200).json();
        page["results"][0].clone()
    };
    for (method, is) in [("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false), ("POST", true)] {
        let expected = json!({"liked": is, "likes": u64::from(is)});
        request_on_comment(&service, method, &actor, &like).await.is(200, &expected);
        eventually("the count follows", async || {
            let comment = seen(&actor).await;
            (comment["likes"] == u64::from(is) && comment["liked"] == is).then_some(())
        })
        .await;
    }
    assert_eq!(seen(&author).await["liked"], false);
    let path = format!("/api/tweets/comments/{comment}/like");
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(&path).send().await.unauthorized(&nobody);
}
