//! Concurrent confirmations, undoings, changes and deletions: each has one outcome, and no address has two owners.

use std::sync::Barrier;

use e2e::limits::unused_address;
use e2e::{Answer, Event, Function, PASSWORD, Service};
use serde_json::{Value, json};

use super::auth_users_confirm_email::{Confirming, address};

const CONFIRM: &str = "Confirm your Aviary address";
const ASKED: &str = "Your Aviary address is about to change";
const ROUNDS: usize = 4;

/// Sends two requests at the same moment, each to a process of its own.
fn both(one: &Function, other: &Function, first: Event, second: Event) -> [Answer; 2] {
    let start = Barrier::new(2);
    let send = |function: &Function, event: Event| {
        start.wait();
        function.invoke(event.source(&unused_address())).answer
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| send(one, first));
        let second = send(other, second);
        [first.join().expect("the first"), second]
    })
}

fn post(path: &str, body: &Value) -> Event {
    Event::new("POST", path).json(body)
}

fn successes(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| (200..300).contains(&answer.status)).count()
}

fn texts(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(|answer| format!("{} {}", answer.status, answer.text())).collect()
}

async fn email_of(service: &Service, access: &str) -> String {
    service.get("/auth/users/me/").bearer(access).send().await.with_status(200).field("email")
}

async fn login(service: &Service, name: &str) -> Answer {
    service.post("/api/auth/login/").json(&json!({"username": name, "password": PASSWORD})).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_confirmations_one_succeeds() {
    let (confirming, other) = (Confirming::start(), Confirming::start());
    for _ in 0..ROUNDS {
        let (account, new) = (confirming.service.signup().await, address());
        confirming.ask(&account, &new);
        let mail = confirming.service.mail_about(&new, CONFIRM).await;
        let confirm = post("/auth/users/confirm_email/", &json!({"uid": mail.uid(), "token": mail.token()}));
        let answers = both(&confirming.auth, &other.auth, confirm.clone(), confirm);
        assert_eq!(successes(&answers), 1, "{:?}", texts(&answers));
        assert_eq!(email_of(&confirming.service, &account.access).await, new);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_confirmation_the_undoing_wins() {
    let (confirming, other) = (Confirming::start(), Confirming::start());
    for _ in 0..ROUNDS {
        let (account, new) = (confirming.service.signup().await, address());
        confirming.ask(&account, &new);
        let mail = confirming.service.mail_about(&new, CONFIRM).await;
        let notice = confirming.service.mail_about(&account.email, ASKED).await;
        let confirm = post("/auth/users/confirm_email/", &json!({"uid": mail.uid(), "token": mail.token()}));
        let undo = post("/auth/users/undo_email/", &json!({"uid": notice.uid(), "token": notice.token()}));
        let answers = both(&confirming.auth, &other.auth, confirm, undo);
        assert_eq!(answers[1].status, 204, "{:?}", texts(&answers));
        let access = login(&confirming.service, &account.email).await.with_status(200).field("access");
        assert_eq!(email_of(&confirming.service, &access).await, account.email);
        login(&confirming.service, &new).await.with_status(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_that_want_one_address_have_one_winner() {
    let (confirming, other) = (Confirming::start(), Confirming::start());
    let taken = json!({"email": ["A user with that email already exists."]}).to_string();
    for _ in 0..ROUNDS {
        let (one, two) = (confirming.service.signup().await, confirming.service.signup().await);
        let new = address();
        confirming.ask(&one, &new);
        let first = confirming.service.mail_about(&new, CONFIRM).await;
        confirming.ask(&two, &new);
        let second = e2e::eventually("the second mail", async || {
            let mails = confirming.service.mails(&new).await;
            mails.into_iter().find(|mail| mail.uid() != first.uid())
        })
        .await;
        let confirm =
            |mail: &e2e::Mail| post("/auth/users/confirm_email/", &json!({"uid": mail.uid(), "token": mail.token()}));
        let answers = both(&confirming.auth, &other.auth, confirm(&first), confirm(&second));
        assert_eq!(successes(&answers), 1, "{:?}", texts(&answers));
        assert!(answers.iter().any(|answer| (answer.status, answer.text()) == (400, taken.clone())));
        let emails =
            [email_of(&confirming.service, &one.access).await, email_of(&confirming.service, &two.access).await];
        assert_eq!(emails.iter().filter(|email| **email == new).count(), 1, "{emails:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_change_and_a_deletion_one_is_written() {
    let service = Service::running();
    let (one, other) = (Function::start(&service, "auth"), Function::start(&service, "auth"));
    for _ in 0..ROUNDS {
        let (account, new) = (service.signup().await, address());
        let change = Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(&json!({"email": new}));
        let delete = Event::new("DELETE", &format!("/api/auth/delete/{}/", account.username)).bearer(&account.access);
        let answers = both(&one, &other, change, delete);
        let (changed, deleted) = (answers[0].status == 200, answers[1].status == 204);
        assert!(changed || deleted, "{:?}", texts(&answers));
        if deleted {
            // Whatever the account used or held is free.
            for email in [&account.email, &new] {
                let body = json!({"username": e2e::unique("wren"), "email": email, "password": PASSWORD});
                service.post("/auth/users/").json(&body).send().await.with_status(201);
            }
        } else {
            assert_eq!(email_of(&service, &account.access).await, new, "{:?}", texts(&answers));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_at_once_leave_one_address_and_free_none() {
    let service = Service::running();
    let (one, other) = (Function::start(&service, "auth"), Function::start(&service, "auth"));
    for _ in 0..ROUNDS {
        let account = service.signup().await;
        let change =
            |email: &str| Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(&json!({"email": email}));
        let (first, second) = (address(), address());
        let answers = both(&one, &other, change(&first), change(&second));
        assert!(successes(&answers) >= 1, "{:?}", texts(&answers));
        let now = email_of(&service, &account.access).await;
        assert!([&first, &second].contains(&&now), "{now}");
        let body = json!({"username": e2e::unique("wren"), "email": account.email, "password": PASSWORD});
        service.post("/auth/users/").json(&body).send().await.with_status(400);
    }
}
