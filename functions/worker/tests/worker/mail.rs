//! Mails: their recipients, their content, and what their tokens allow.

use std::io::Write;
use std::sync::{Arc, Mutex};

use aviary_auth::{digest, from_uid, reset_state};
use aviary_model::{Email, UserId};
use aviary_store::{OneTimeKind, OneTimePermission, Task, User};
use serde_json::Value;

use crate::fixture::{Fixture, NOW, Random};

const SETTINGS: &[(&str, &str)] = &[
    ("AVIARY_MAIL_FROM", "mail@example.com"),
    ("AVIARY_MAIL_LINK_RESET", "https://www.example.com/reset/{uid}/{token}"),
    ("AVIARY_MAIL_LINK_UNDO_EMAIL", "https://www.example.com/undo?u={uid}&t={token}"),
];

fn token_of(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("token: ")).unwrap();
    assert!(line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
    line.to_owned()
}

fn uid_of(mail: &Value) -> UserId {
    let text = mail["text"].as_str().unwrap();
    from_uid(text.lines().find_map(|line| line.strip_prefix("uid: ")).unwrap()).unwrap()
}

async fn run(fixture: &Fixture, task: Task) {
    let job = fixture.job(task).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    assert_eq!(fixture.now(&job).await, None, "done");
}

async fn with_address(fixture: &Fixture, user: &User, email: Option<&str>) -> User {
    let change = aviary_store::AccountChange {
        email: Some(email.map(|email| Email::parse(email).unwrap())),
        ..aviary_store::AccountChange::default()
    };
    fixture.tables.change(user, &change).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_mail_carries_a_token_for_an_hour() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    run(&fixture, Task::ResetMail { user: user.id }).await;
    let [mail] = &fixture.mails()[..] else { panic!("one mail") };
    assert_eq!(mail["to"], "ada@example.com");
    let token = token_of(mail);
    assert_eq!(uid_of(mail), user.id);
    let link = format!("https://www.example.com/reset/{}/{token}", aviary_auth::uid(user.id));
    for part in ["text", "html"] {
        assert!(mail[part].as_str().unwrap().contains(&link), "{part}");
    }
    let stored = |now| fixture.tables.credentials.one_time(OneTimeKind::Reset, user.id, &token, now);
    assert!(stored(NOW).await.unwrap().is_none(), "the token itself is not stored");
    let hash = digest(&token);
    let stored = |now| fixture.tables.credentials.one_time(OneTimeKind::Reset, user.id, &hash, now);
    let expected = OneTimePermission::Reset { user: user.id, state: reset_state(&user) };
    assert_eq!(stored(NOW.plus_seconds(3_599)).await.unwrap().unwrap().token, expected);
    assert!(stored(NOW.plus_seconds(3_600)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_cannot_reset_a_password_get_no_mail() {
    let fixture = Fixture::start_with(SETTINGS);
    let without_address = fixture.user_with("ada", None).await;
    let deleted = fixture.user("bob").await;
    fixture.delete(&deleted).await;
    let inactive = fixture.inactive_user("eve").await;
    let nobody = UserId::new(NOW, &Random).unwrap();
    for user in [without_address.id, deleted.id, inactive.id, nobody] {
        run(&fixture, Task::ResetMail { user }).await;
    }
    assert_eq!(fixture.mails(), Vec::<Value>::new());
    assert!(!fixture.items().await.iter().any(|item| item.contains("\"RESET#")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sender_the_job_is_done_without_mail() {
    let fixture = Fixture::start_with(&[]);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    run(&fixture, Task::ResetMail { user: user.id }).await;
    with_address(&fixture, &user, Some("new@example.com")).await;
    run(&fixture, Task::EmailChanged { user: user.id, old }).await;
    assert_eq!(fixture.mails(), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_address_can_undo_its_change_for_a_week() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    with_address(&fixture, &user, Some("new@example.com")).await;
    run(&fixture, Task::EmailChanged { user: user.id, old: old.clone() }).await;
    let [mail] = &fixture.mails()[..] else { panic!("one mail") };
    assert_eq!(mail["to"], "ada@example.com");
    let token = token_of(mail);
    let link = format!("https://www.example.com/undo?u={}&t={token}", aviary_auth::uid(user.id));
    assert!(mail["text"].as_str().unwrap().contains(&link));
    assert!(mail["html"].as_str().unwrap().contains(&link.replace('&', "&amp;")));
    assert!(!mail.to_string().contains("new@example.com"));
    let hash = digest(&token);
    let stored = |now| fixture.tables.credentials.one_time(OneTimeKind::UndoEmail, user.id, &hash, now);
    let week = 7 * 86_400;
    assert_eq!(
        stored(NOW.plus_seconds(week - 1)).await.unwrap().unwrap().token,
        OneTimePermission::UndoEmail { user: user.id, old }
    );
    assert!(stored(NOW.plus_seconds(week)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_change_or_a_deleted_account_sends_no_mail() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    run(&fixture, Task::EmailChanged { user: user.id, old: old.clone() }).await;
    fixture.delete(&user).await;
    run(&fixture, Task::EmailChanged { user: user.id, old }).await;
    assert_eq!(fixture.mails(), Vec::<Value>::new());
}

/// The log of a test's thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_log_has_a_token_or_an_address() {
    let fixture = Fixture::start_with(SETTINGS);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let user = fixture.user("ada").await;
    run(&fixture, Task::ResetMail { user: user.id }).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a job is done") && text.contains("reset_mail"), "{text}");
    let token = token_of(&fixture.mails()[0]);
    for secret in [token.as_str(), &digest(&token), "ada@example.com"] {
        assert!(!text.contains(secret), "{text}");
    }
}
