//! Mails: their recipients, their content, and what their tokens allow.

use std::io::Write;
use std::sync::{Arc, Mutex};

use aviary_auth::{digest, from_uid, reset_state};
use aviary_model::{Email, UserId};
use aviary_store::{AccountChange, AddressChange, OneTimeKind, OneTimePermission, Task, User};
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

async fn changed(fixture: &Fixture, user: &User, address: AddressChange) -> User {
    let change = AccountChange { address, ..AccountChange::default() };
    fixture.tables.change(user, &change, NOW).await.unwrap()
}

async fn with_address(fixture: &Fixture, user: &User, email: Option<&str>) -> User {
    changed(fixture, user, AddressChange::Set(email.map(|email| Email::parse(email).unwrap()))).await
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
    run(&fixture, Task::EmailChanged { user: user.id, old, change: 1 }).await;
    assert_eq!(fixture.mails(), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_address_can_undo_its_change_for_a_week() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    with_address(&fixture, &user, Some("new@example.com")).await;
    run(&fixture, Task::EmailChanged { user: user.id, old, change: 1 }).await;
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
        OneTimePermission::UndoEmail { user: user.id, change: 1 }
    );
    assert!(stored(NOW.plus_seconds(week)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_change_or_a_deleted_account_sends_no_mail() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    let user = with_address(&fixture, &user, Some("new@example.com")).await;
    let user = changed(&fixture, &user, AddressChange::Undo(1)).await;
    run(&fixture, Task::EmailChanged { user: user.id, old: old.clone(), change: 1 }).await;
    run(&fixture, Task::EmailChangeUndone { user: user.id, to: old.clone() }).await;
    fixture.delete(&user).await;
    run(&fixture, Task::EmailChanged { user: user.id, old, change: 1 }).await;
    assert_eq!(fixture.mails(), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_address_is_asked_and_the_old_one_is_told() {
    let fixture = Fixture::start_with(SETTINGS);
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    let email = Email::parse("new@example.com").unwrap();
    let user = changed(&fixture, &user, AddressChange::Ask { email, password_given: true }).await;
    run(&fixture, Task::ConfirmEmail { user: user.id, change: 1 }).await;
    run(&fixture, Task::EmailChanged { user: user.id, old: old.clone(), change: 1 }).await;
    let [notice, asked] = &fixture.mails()[..] else { panic!("two mails") };
    assert_eq!((&asked["to"], &notice["to"]), (&"new@example.com".into(), &"ada@example.com".into()));
    assert!(!asked.to_string().contains("ada"), "a stranger's mailbox learns no name: {asked}");
    assert!(!notice.to_string().contains("new@example.com"));
    let stored = async |kind, mail, seconds| {
        let hash = digest(&token_of(mail));
        fixture.tables.credentials.one_time(kind, user.id, &hash, NOW.plus_seconds(seconds)).await.unwrap()
    };
    let day = 86_400;
    let found = stored(OneTimeKind::ConfirmEmail, asked, day - 1).await.unwrap();
    assert_eq!(found.token, OneTimePermission::ConfirmEmail { user: user.id, change: 1 });
    assert!(stored(OneTimeKind::ConfirmEmail, asked, day).await.is_none());
    assert!(stored(OneTimeKind::UndoEmail, notice, 8 * day - 1).await.is_some());
    // Whatever is no longer pending asks nobody.
    changed(&fixture, &user, AddressChange::Undo(1)).await;
    run(&fixture, Task::ConfirmEmail { user: user.id, change: 1 }).await;
    run(&fixture, Task::EmailChanged { user: user.id, old, change: 1 }).await;
    assert_eq!(fixture.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_are_sent_to_the_address_of_their_job() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let to = Email::parse("told@example.com").unwrap();
    for (task, subject) in [
        (Task::PasswordChanged { user: user.id, to: to.clone() }, "Your Aviary password was changed"),
        (Task::EmailChangeUndone { user: user.id, to: to.clone() }, "Your Aviary address was changed back"),
        (Task::AccountDeleted { user: user.id, to: to.clone() }, "Your Aviary account was deleted"),
    ] {
        run(&fixture, task).await;
        let mail = fixture.mails().remove(0);
        assert_eq!((&mail["to"], &mail["subject"]), (&"told@example.com".into(), &subject.into()));
        assert!(!mail.to_string().contains("ada"));
    }
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
