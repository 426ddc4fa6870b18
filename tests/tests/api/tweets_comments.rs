//! `/api/tweets/<id>/comments/` and `/api/tweets/comments/<id>/`.

use e2e::{Account, Answer, Event, Function, Service, eventually, unique};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::profiles_lists::{all_ids, ids_of};
use crate::tweets_edit::{FORBIDDEN, staff};
use crate::tweets_post::{BLOCKED, block, id};

async fn comment(service: &Service, account: &Account, tweet: &str, message: &str) -> Answer {
    let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&account.access);
    call.json(&json!({"message": message})).send().await
}

async fn on_comment(service: &Service, method: &str, account: &Account, path: &str) -> Answer {
    service.call(method, &format!("/api/tweets/comments/{path}")).bearer(&account.access).send().await
}

#[tokio::test]
async fn the_answer_is_the_whole_comment_and_the_list_has_the_oldest_first() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let answer = comment(&service, &other, &tweet, " nice ").await;
    let first = answer.json();
    let by =
        json!({"id": other.id, "username": other.username, "alias": "", "profilePic": first["author"]["profilePic"]});
    let expected = json!({
        "id": first["id"], "tweet": tweet, "author": by, "message": "nice", "likes": 0, "liked": false,
        "created_at": first["created_at"], "edited_at": Value::Null,
    });
    answer.is(201, &expected);
    let form = service.post(&format!("/api/tweets/{tweet}/comments")).bearer(&author.access);
    let second = form.form(&[("message", "thanks")]).send().await.with_status(201).json();
    let path = format!("/api/tweets/{tweet}/comments/");
    eventually("both are listed", async || {
        let page = service.get(&path).send().await.with_status(200).json();
        (page == json!({"next": null, "previous": null, "results": [first, second]})).then_some(())
    })
    .await;
    eventually("the count follows", async || {
        (service.get(&format!("/api/tweets/{tweet}")).send().await.json()["comments"] == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_comment_wants_somebody_a_message_and_a_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = id(&service.tweet(&account, "hello").await);
    let path = format!("/api/tweets/{tweet}/comments/");
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(&path).json(&json!({"message": "x"})).send().await.unauthorized(&nobody);
    let rows = [
        (json!({}), "This field is required."),
        (json!({"message": " "}), "This field may not be blank."),
        (json!({"message": "m".repeat(281)}), "Ensure this field has no more than 280 characters."),
    ];
    for (body, message) in rows {
        let answer = service.post(&path).bearer(&account.access).json(&body).send().await;
        answer.is(400, &json!({"message": [message]}));
    }
    let gone = json!({"detail": "Not found."});
    for unknown in ["019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x"] {
        comment(&service, &account, unknown, "x").await.is(404, &gone);
        service.get(&format!("/api/tweets/{unknown}/comments")).send().await.is(404, &gone);
        on_comment(&service, "DELETE", &account, unknown).await.is(404, &gone);
        for method in ["POST", "DELETE"] {
            on_comment(&service, method, &account, &format!("{unknown}/like")).await.is(404, &gone);
        }
        let put = service.put(&format!("/api/tweets/comments/{unknown}")).bearer(&account.access);
        put.json(&json!({"message": "x"})).send().await.is(404, &gone);
    }
}

#[tokio::test]
async fn a_comment_is_edited_by_its_author_or_staff() {
    let service = Service::running();
    let (author, other, staff) = (service.signup().await, service.signup().await, staff(&service).await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let first = comment(&service, &other, &tweet, "ncie").await.with_status(201).json();
    let path = format!("/api/tweets/comments/{}/", id(&first));
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
    // Staff mend what should not stand there; it stays its author's.
    let mended = put(&staff, json!({"message": "removed"})).await.with_status(200).json();
    assert_eq!((&mended["message"], &mended["author"]), (&json!("removed"), &first["author"]));
}

#[tokio::test]
async fn who_was_blocked_since_rewrites_nothing_under_the_blockers_tweet() {
    let service = Service::running();
    let (author, other, staff) = (service.signup().await, service.signup().await, staff(&service).await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let theirs = id(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
    let put = |account: &Account, path: String| {
        service.put(&path).bearer(&account.access).json(&json!({"message": "something else"})).send()
    };
    let reply = json!({"message": "me too", "in_reply_to": tweet});
    let reply = service.post("/tweet").bearer(&other.access).json(&reply).send().await.with_status(201).json();
    block(&service, &author, &other).await;
    let refusal = json!({"detail": BLOCKED});
    put(&other, format!("/api/tweets/comments/{theirs}")).await.is(403, &refusal);
    put(&other, format!("/api/tweets/{}", id(&reply))).await.is(403, &refusal);
    put(&staff, format!("/api/tweets/comments/{theirs}")).await.with_status(200);
    // What is theirs they may take away.
    on_comment(&service, "DELETE", &other, &theirs).await.with_status(204);
    service.delete(&format!("/api/tweets/{}", id(&reply))).bearer(&other.access).send().await.with_status(204);
}

/// Between an account's deletion and the removal of what it left.
#[tokio::test]
async fn nothing_can_be_done_with_what_a_deleted_account_left() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let theirs = id(&comment(&service, &author, &tweet, "hello again").await.with_status(201).json());
    service.dynamodb().delete("SocialTable", &format!("U#{}", author.id), "PROFILE").await;
    let gone = json!({"detail": "Not found."});
    for what in ["like", "retweet", "save"] {
        for method in ["POST", "DELETE"] {
            let call = service.call(method, &format!("/api/tweets/{tweet}/{what}/"));
            call.bearer(&other.access).send().await.is(404, &gone);
        }
    }
    for method in ["POST", "DELETE"] {
        on_comment(&service, method, &other, &format!("{theirs}/like/")).await.is(404, &gone);
    }
    comment(&service, &other, &tweet, "anybody?").await.is(404, &gone);
    let written = service.dynamodb().mentions("SocialTable", "anybody?").await;
    assert_eq!(written, Vec::<Value>::new(), "what was refused is not there");
}

#[tokio::test]
async fn who_is_blocked_takes_a_like_back_without_learning_how_many_there_are() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let theirs = id(&comment(&service, &author, &tweet, "hello again").await.with_status(201).json());
    let like = |method: &str| service.call(method, &format!("/api/tweets/{tweet}/like/")).bearer(&other.access).send();
    like("POST").await.with_status(200);
    on_comment(&service, "POST", &other, &format!("{theirs}/like/")).await.with_status(200);
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
    on_comment(&service, "DELETE", &other, &format!("{theirs}/like/")).await.is(200, &none);
    let edges = service.dynamodb().mentions("SocialTable", &format!("U#{}", other.id)).await;
    let likes = |item: &&Value| item["sk"]["S"].as_str().unwrap().contains("LIKE#");
    assert_eq!(edges.iter().filter(likes).count(), 0);
}

#[tokio::test]
async fn a_key_answers_the_first_result_though_what_it_stood_on_is_gone() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let (comments, keys) = (format!("/api/tweets/{tweet}/comments"), [unique("key"), unique("key")]);
    let reply = json!({"message": "me too", "in_reply_to": tweet});
    let bodies = [("/api/tweets", reply), (&comments, json!({"message": "nice"}))];
    let send = |(path, body): (&str, &Value), key: &str| {
        service.post(path).bearer(&other.access).header("idempotency-key", key).json(body).send()
    };
    let mut first = Vec::new();
    for ((path, body), key) in bodies.iter().zip(&keys) {
        first.push(send((path, body), key).await.with_status(201).json());
    }
    service.delete(&format!("/api/tweets/{tweet}")).bearer(&author.access).send().await.with_status(204);
    for (((path, body), key), first) in bodies.iter().zip(&keys).zip(&first) {
        send((path, body), key).await.is(201, first);
    }
    // Without a key, or with a new one, it is refused, and the new one is free again.
    let fresh = unique("key");
    send((bodies[1].0, &bodies[1].1), &fresh).await.with_status(404);
    let missing = format!("Invalid pk \"{tweet}\" - object does not exist.");
    send((bodies[0].0, &bodies[0].1), &fresh).await.is(400, &json!({"in_reply_to": [missing]}));
    send(("/api/tweets", &json!({"message": "something else"})), &fresh).await.with_status(201);
}

#[tokio::test]
async fn a_comment_is_removed_by_its_author_the_tweets_author_or_staff() {
    let service = Service::running();
    let (author, other, stranger) = (service.signup().await, service.signup().await, service.signup().await);
    let staff = staff(&service).await;
    let tweet = id(&service.tweet(&author, "hello").await);
    let mut kept = 3;
    for remover in [&other, &author, &staff] {
        let comment = id(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
        on_comment(&service, "DELETE", &stranger, &comment).await.is(403, &json!({"detail": FORBIDDEN}));
        assert!(on_comment(&service, "DELETE", remover, &comment).await.with_status(204).body.is_empty());
        on_comment(&service, "DELETE", remover, &comment).await.with_status(404);
        on_comment(&service, "POST", &other, &format!("{comment}/like")).await.with_status(404);
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
    let tweet = id(&service.tweet(&author, "hello").await);
    let comment = id(&comment(&service, &author, &tweet, "me too").await.with_status(201).json());
    let like = format!("{comment}/like/");
    let seen = async |viewer: &Account| {
        let path = format!("/api/tweets/{tweet}/comments");
        let page = service.get(&path).bearer(&viewer.access).send().await.with_status(200).json();
        page["results"][0].clone()
    };
    for (method, is) in [("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false), ("POST", true)] {
        let expected = json!({"liked": is, "likes": u64::from(is)});
        on_comment(&service, method, &actor, &like).await.is(200, &expected);
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

#[tokio::test]
async fn a_block_ends_commenting_and_hides_comments() {
    let service = Service::running();
    let (author, other, third) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let theirs = id(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
    let thirds = id(&comment(&service, &third, &tweet, "so so").await.with_status(201).json());
    let path = format!("/api/tweets/{tweet}/comments/");
    eventually("both are listed", async || {
        let page = service.get(&path).send().await.json();
        (ids_of(&page) == [theirs.clone(), thirds.clone()]).then_some(())
    })
    .await;
    block(&service, &third, &other).await;
    let page = service.get(&path).bearer(&other.access).send().await.with_status(200).json();
    assert_eq!(ids_of(&page), [&*theirs]);
    let refusal = json!({"detail": BLOCKED});
    on_comment(&service, "POST", &other, &format!("{thirds}/like")).await.is(403, &refusal);
    comment(&service, &other, &tweet, &format!("@{}!", third.username)).await.is(403, &refusal);
    block(&service, &author, &other).await;
    comment(&service, &other, &tweet, "why?").await.is(403, &refusal);
    service.get(&path).bearer(&other.access).send().await.is(404, &json!({"detail": "Not found."}));
}

#[tokio::test]
async fn a_comment_that_is_sent_again_with_its_key_is_one() {
    let service = Service::running();
    let account = service.signup().await;
    let (one, other) = (id(&service.tweet(&account, "1").await), id(&service.tweet(&account, "2").await));
    let key = unique("key");
    let send = |tweet: &str, message: &str| {
        let call = service.post(&format!("/api/tweets/{tweet}/comments")).bearer(&account.access);
        call.header("idempotency-key", &key).json(&json!({"message": message})).send()
    };
    let first = send(&one, "once").await.with_status(201).json();
    send(&one, "once").await.is(201, &first);
    let detail = "This Idempotency-Key was used for a request with another body.";
    send(&one, "twice").await.is(422, &json!({"detail": detail}));
    assert_ne!(id(&send(&other, "once").await.with_status(201).json()), id(&first));
    comment(&service, &account, &one, "once").await.with_status(201);
    eventually("two are listed", async || {
        let page = service.get(&format!("/api/tweets/{one}/comments")).send().await.json();
        (page["results"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn paging_skips_and_repeats_nothing_while_others_comment() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&author, "hello").await);
    let mut written = Vec::new();
    for n in 0..7 {
        written.push(id(&comment(&service, &other, &tweet, &format!("{n}")).await.with_status(201).json()));
    }
    let path = format!("/api/tweets/{tweet}/comments/?limit=2");
    eventually("all are listed", async || {
        let page = service.get(&format!("/api/tweets/{tweet}/comments/")).send().await.json();
        (page["results"].as_array().unwrap().len() == 7).then_some(())
    })
    .await;
    let mut read = all_ids(&service, &author, &path, async |page| {
        // Later ones come at the end; the first three pages are full of those above.
        if page <= 3 {
            comment(&service, &other, &tweet, "later").await.with_status(201);
        }
    })
    .await;
    let mut distinct = read.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), read.len(), "something came twice");
    read.truncate(7);
    assert_eq!(read, written);
}

#[tokio::test]
async fn tweets_and_comments_share_a_limit_that_is_the_accounts_own() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let tweet = id(&service.tweet(&other, "hello").await);
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "writes_account=4/3600")]);
    let post = |account: &Account, path: &str| {
        let event = Event::new("POST", path).bearer(&account.access).json(&json!({"message": "again"}));
        tweets.invoke(event).answer
    };
    let comments = format!("/api/tweets/{tweet}/comments");
    for path in ["/tweet", "/api/tweets", &comments, &comments] {
        post(&account, path).with_status(201);
    }
    for path in ["/tweet", "/api/tweets", &comments] {
        let answer = post(&account, path).with_status(429);
        assert!(answer.header("retry-after").is_some() && answer.text().contains("Request was throttled."));
    }
    // Reactions make nothing that others have to read, and others are not held up.
    let like = Event::new("POST", &format!("/api/tweets/{tweet}/like")).bearer(&account.access);
    tweets.invoke(like).answer.with_status(200);
    post(&other, &comments).with_status(201);
}
