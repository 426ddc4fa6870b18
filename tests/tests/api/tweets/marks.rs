//! Mentions, tags and links in messages: whom a message names, and under which tags it is listed.

use e2e::acts::people::block;
use e2e::acts::tweets::create_tweet;
use e2e::ids::{id_of, ids_of};
use e2e::messages::BLOCKED;
use e2e::{Account, Service, eventually, unique};
use serde_json::{Value, json};

/// A path segment with every byte encoded.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Does the message name somebody who blocks its author? The answer shows it at once.
async fn names(service: &Service, author: &Account, message: &str) -> bool {
    let answer = create_tweet(service, author, &json!({"message": message})).await;
    let is_refused = answer.status == 403;
    if is_refused {
        answer.is(403, &json!({"detail": BLOCKED}));
    } else {
        answer.with_status(201);
    }
    is_refused
}

#[tokio::test]
async fn a_mention_is_found_beside_text_of_any_script() {
    let service = Service::running();
    let author = service.signup().await;
    let word = unique("wren");
    let owner = service.signup_as(&word).await;
    block(&service, &owner, &author).await;
    for message in [
        format!("こんにちは@{word} 元気?"),
        format!("谢谢@{word} !"),
        format!("@{word}さん、ありがとう"),
        format!("@{word}님 안녕"),
        format!("привет@{word}"),
        format!("＠{word}"),
        format!("@{word}."),
        format!("(@{})", word.to_uppercase()),
        format!("https://example.org/x\u{3000}@{word}"),
    ] {
        assert!(names(&service, &author, &message).await, "{message}");
    }
    for message in [
        format!("see https://example.org/?from=@{word}"),
        format!("https://example.org/#/@{word}"),
        format!("example.org/@{word}"),
        format!("mail@{word}"),
        format!("@{word}.x"),
        format!("@{word}@example.com"),
    ] {
        assert!(!names(&service, &author, &message).await, "{message}");
    }
}

#[tokio::test]
async fn a_mention_is_the_longest_candidate_that_is_somebodys_name() {
    let service = Service::running();
    let (author, word) = (service.signup().await, unique("dot"));
    let (short, long) = (service.signup_as(&word).await, service.signup_as(&format!("{word}.")).await);
    let (mixed, inner) =
        (service.signup_as(&format!("{word}さん")).await, service.signup_as(&format!("{word}+a-b.c")).await);
    block(&service, &short, &author).await;
    assert!(names(&service, &author, &format!("@{word} hey")).await);
    assert!(names(&service, &author, &format!("@{word}- @{word}くん")).await);
    // Each of these is somebody else's name.
    for message in [format!("@{word}."), format!("@{word}さん"), format!("@{word}+a-b.c.")] {
        assert!(!names(&service, &author, &message).await, "{message}");
    }
    for other in [&long, &mixed, &inner] {
        block(&service, other, &author).await;
    }
    for message in [format!("@{word}."), format!("@{word}さん"), format!("@{word}+a-b.c.")] {
        assert!(names(&service, &author, &message).await, "{message}");
    }
}

#[tokio::test]
async fn a_mention_in_a_script_without_spaces_notifies() {
    let service = Service::running();
    let (author, owner) = (service.signup().await, service.signup().await);
    let message = format!("今日は@{}さん、＠{}", owner.username, author.username);
    let tweet = id_of(&service.tweet(&author, &message).await);
    let notes = eventually("the notification", async || {
        let notes = service.get_as(&owner, "/api/notifications/").await.with_status(200).json();
        (notes["results"].as_array().unwrap().len() == 1).then_some(notes)
    })
    .await;
    assert_eq!((&notes["results"][0]["kind"], &notes["results"][0]["tweet"]), (&json!("mention"), &json!(tweet)));
}

#[tokio::test]
async fn an_edit_asks_only_the_newly_mentioned() {
    let service = Service::running();
    let (author, owner) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, &format!("@{} hello", owner.username)).await);
    block(&service, &owner, &author).await;
    let body = json!({"message": format!("@{}さん hello", owner.username)});
    service.put(&format!("/api/tweets/{tweet}/")).bearer(&author.access).json(&body).send().await.with_status(200);
}

#[tokio::test]
async fn only_twenty_mentions_of_a_message_count() {
    let service = Service::running();
    let (author, word) = (service.signup().await, unique("x"));
    let owner = service.signup_as(&word).await;
    block(&service, &owner, &author).await;
    let others = |count: usize| (0..count).map(|n| format!("@n{n} ")).collect::<String>();
    assert!(names(&service, &author, &format!("{}@{word}", others(19))).await);
    assert!(names(&service, &author, &format!("{}{}@{word}", others(19), others(19))).await);
    assert!(!names(&service, &author, &format!("{}@{word}", others(20))).await);
}

async fn is_listed(service: &Service, tag: &str, tweet: &str) -> bool {
    let list = service.get(&format!("/api/tweets/tags/{}/", encoded(tag))).send().await;
    list.status == 200 && ids_of(&list.json()).iter().any(|id| id == tweet)
}

#[tokio::test]
async fn tags_of_every_script_are_listed_whole() {
    let service = Service::running();
    let author = service.signup().await;
    let x = unique("x");
    for (message, tag, not) in [
        (format!("#نرم\u{200c}افزار{x} خوب"), format!("نرم\u{200c}افزار{x}"), "نرم".to_owned()),
        (format!("今日は#東京{x}、"), format!("東京{x}"), "今日".to_owned()),
        (format!("#スター・ウォーズ{x}"), format!("#スター・ウォーズ{x}"), "スター".to_owned()),
        (format!("#col·lecció{x}·"), format!("COL·LECCIÓ{x}"), "col".to_owned()),
        (format!("#हिन्दी{x}।"), format!("हिन्दी{x}"), "ह".to_owned()),
        (format!("＃ｗｉｄｅ{x}"), format!("wide{x}"), "ｗｉｄｅ".to_owned()),
        (format!("#{x}-b #{x}+c"), x.clone(), format!("{x}-b")),
        (format!("https://example.org/#a{x} #b{x}"), format!("b{x}"), format!("a{x}")),
        (format!("https://de.example.org/wiki/Straße#ü{x} #c{x}"), format!("c{x}"), format!("ü{x}")),
        (format!("Press #\u{fe0f}\u{20e3} #d{x}"), format!("d{x}"), "\u{fe0f}\u{20e3}".to_owned()),
        (format!("#1\u{fe0f}\u{20e3} #2026 #e{x}"), format!("e{x}"), "2026".to_owned()),
    ] {
        let tweet = id_of(&service.tweet(&author, &message).await);
        eventually(&message, async || is_listed(&service, &tag, &tweet).await.then_some(())).await;
        assert!(!is_listed(&service, &not, &tweet).await, "{message} under {not}");
    }
}

#[tokio::test]
async fn a_message_shows_something_and_has_no_control_characters() {
    let service = Service::running();
    let account = service.signup().await;
    let refused = |message: &str, error: &str| (json!({"message": message}), json!({"message": [error]}));
    let control = "Control characters are not allowed.";
    let blank = "This field may not be blank.";
    for (body, errors) in [
        refused("\u{200b}", blank),
        refused("\u{3164}\u{2800} \u{feff}", blank),
        refused("a\u{1b}[31m", control),
        refused("a\u{85}b\u{9b}", control),
        refused(&"\u{fdfa}".repeat(1_000), "Ensure this field has no more than 280 characters."),
    ] {
        create_tweet(&service, &account, &body).await.is(400, &errors);
    }
    let tweet = service.tweet(&account, "a\r\nb\rc\td\u{200d}").await;
    assert_eq!(tweet["message"], "a\nb\nc\td\u{200d}");
    let path = format!("/api/tweets/{}/comments/", id_of(&tweet));
    let comment = service.post(&path).bearer(&account.access).json(&json!({"message": "\u{200b}\u{3164}"}));
    comment.send().await.is(400, &json!({"message": [blank]}));
    let photo = e2e::Form::default().text("message", "\u{200b}").file("imagelinks", "a", "", &e2e::jpeg(8, 8, 1));
    let shown: Value =
        service.post("/api/tweets/").bearer(&account.access).multipart(&photo).send().await.with_status(201).json();
    assert_eq!(shown["message"], "");
}
